//! Names: those the contract knows, and those a document holds.
//! A name is its namespace and local part; a prefix is only spelling.

use std::fmt;

/// A name the contract knows, with the prefix we write for its namespace.
///
/// Two names are equal when namespace and local part are.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    /// Namespace name; empty for no namespace.
    pub namespace: &'static str,
    /// The prefix we write; empty for none.
    pub prefix: &'static str,
    /// Local part.
    pub local: &'static str,
}

impl Name {
    /// A name from its parts.
    #[must_use]
    pub const fn new(namespace: &'static str, prefix: &'static str, local: &'static str) -> Self {
        Self { namespace, prefix, local }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.local == other.local && self.namespace == other.namespace
    }
}

impl Eq for Name {}

/// `{namespace}local`, or `local` alone without a namespace.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            f.write_str(self.local)
        } else {
            write!(f, "{{{}}}{}", self.namespace, self.local)
        }
    }
}

/// A name found in a document, resolved with the namespaces in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'r> {
    /// Namespace name; empty for no namespace.
    pub namespace: &'r str,
    /// Local part.
    pub local: &'r str,
}

impl Tag<'_> {
    /// Whether it is this name.
    #[must_use]
    pub fn is(&self, name: &Name) -> bool {
        self.local == name.local && self.namespace == name.namespace
    }

    /// The same name, kept.
    #[must_use]
    pub fn to_qname(&self) -> QName {
        QName {
            namespace: self.namespace.to_owned(),
            local: self.local.to_owned(),
        }
    }
}

/// A value of type `xs:QName`: a name from a document, kept beyond it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QName {
    /// Namespace name; empty for no namespace.
    pub namespace: String,
    /// Local part.
    pub local: String,
}
