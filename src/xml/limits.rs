//! The bounds of a document, and whether it may address other programs. They are checked while the bytes are read, so a breach costs no more than the bytes before it.
//! How many bytes a document may have is left to the door.

/// How large the parts of a document may be. A breach is [`Rule::Limit`](crate::Rule::Limit). The defaults are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Elements open at one time; the root is the first.
    pub depth: usize,
    /// Attributes of one element, namespace declarations among them.
    pub attributes: usize,
    /// Namespace declarations in scope at one time.
    pub namespaces: usize,
    /// Characters of a name, the prefix among them.
    pub name_length: usize,
    /// Elements of the document.
    pub elements: usize,
    /// Bytes of an attribute value as written.
    pub attribute_value: usize,
    /// Whether processing instructions are checked and left out like comments. Requests may not hold them: then they are malformed.
    pub instructions: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 64,
            attributes: 64,
            namespaces: 32,
            name_length: 256,
            elements: 10_000,
            attribute_value: 4096,
            instructions: false,
        }
    }
}
