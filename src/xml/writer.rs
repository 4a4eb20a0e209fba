//! Writes documents that are well-formed, prefixes and all, and the same for the same calls.
//!
//! A character XML 1.0 cannot carry (control characters, U+FFFE, U+FFFF) is written as U+FFFD: it would make the whole document unreadable.
//! Which elements to write is left to the caller.

use std::borrow::Cow;

use crate::{Encode, Name, XSI};

/// Bytes that room is made for on the word of a list's first element.
const AHEAD: usize = 1024 * 1024;
/// Bytes that room is made for behind a list or a large document: the end of the envelope, so that neither is moved for it.
const END: usize = 1024;

/// Writes one document into one buffer.
#[derive(Debug)]
pub struct Writer {
    out: Vec<u8>,
    open: Vec<Open>,
    bindings: Vec<(&'static str, &'static str)>,
    /// The last start tag still lacks its `>`.
    in_tag: bool,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    /// Where its name stands in the buffer: the end tag is copied from there.
    name: (usize, usize),
    /// Declarations outside the element.
    outer: usize,
}

impl Writer {
    /// A document with its XML declaration; `capacity` is the size expected, in bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let mut writer = Self::fragment(capacity);
        writer.out.extend_from_slice(br#"<?xml version="1.0" encoding="utf-8"?>"#);
        writer
    }

    /// A document without XML declaration.
    #[must_use]
    pub fn fragment(capacity: usize) -> Self {
        Self {
            out: Vec::with_capacity(capacity),
            open: Vec::new(),
            bindings: Vec::new(),
            in_tag: false,
        }
    }

    /// Starts an element. Its prefix is declared here unless it is already bound to the namespace.
    pub fn start(&mut self, name: &Name) {
        self.close_tag();
        self.out.push(b'<');
        let from = self.out.len();
        self.write_name(name);
        self.in_tag = true;
        self.open.push(Open {
            name: (from, self.out.len()),
            outer: self.bindings.len(),
        });
        self.bind(name.prefix, name.namespace);
    }

    /// Declares prefixes, `(prefix, namespace)`, on the element just started, so that the elements in it need not.
    pub fn declare(&mut self, namespaces: &[(&'static str, &'static str)]) {
        for &(prefix, namespace) in namespaces {
            self.bind(prefix, namespace);
        }
    }

    /// Adds an attribute to the element just started, once for each name. After content it is left out: the document stays well-formed.
    pub fn attribute(&mut self, name: &Name, value: &str) {
        debug_assert!(self.in_tag, "attributes come before content");
        if !self.in_tag {
            return;
        }
        if !name.namespace.is_empty() {
            self.bind(name.prefix, name.namespace);
        }
        self.out.push(b' ');
        self.write_name(name);
        self.out.extend_from_slice(b"=\"");
        escape(&mut self.out, value, true);
        self.out.push(b'"');
    }

    /// Says `xsi:nil="true"` on the element just started.
    pub fn nil(&mut self) {
        self.attribute(&Name::new(XSI, "xsi", "nil"), "true");
    }

    /// Adds text.
    pub fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.close_tag();
            escape(&mut self.out, text, false);
        }
    }

    /// Adds bytes as base64 text, straight into the buffer.
    pub fn base64(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.close_tag();
            self.out.reserve(base64_simd::STANDARD.encoded_length(bytes.len()) + END);
            base64_simd::STANDARD.encode_append(bytes, &mut self.out);
        }
    }

    /// Adds a name of the contract as text of type `xs:QName`, its prefix declared on the element just started.
    pub fn qname(&mut self, name: &Name) {
        self.bind(name.prefix, name.namespace);
        self.close_tag();
        self.write_name(name);
    }

    /// Adds markup that [`Reader::capture`](crate::Reader::capture) returned. The caller answers for anything else.
    pub fn raw(&mut self, markup: &str) {
        self.close_tag();
        self.out.extend_from_slice(markup.as_bytes());
    }

    /// Ends the innermost element.
    pub fn end(&mut self) {
        debug_assert!(!self.open.is_empty(), "every end has its start");
        let Some(Open { name, outer }) = self.open.pop() else { return };
        self.bindings.truncate(outer);
        if self.in_tag {
            self.in_tag = false;
            self.out.extend_from_slice(b"/>");
        } else {
            self.out.extend_from_slice(b"</");
            self.out.extend_from_within(name.0..name.1);
            self.out.push(b'>');
        }
    }

    /// A whole element.
    pub fn element(&mut self, name: &Name, value: &impl Encode) {
        self.start(name);
        value.encode(self);
        self.end();
    }

    /// An element if there is a value.
    pub fn optional(&mut self, name: &Name, value: Option<&impl Encode>) {
        if let Some(value) = value {
            self.element(name, value);
        }
    }

    /// An element for each value.
    pub fn repeated<'v, T: Encode + 'v>(&mut self, name: &Name, values: impl IntoIterator<Item = &'v T>) {
        let mut values = values.into_iter();
        let Some(first) = values.next() else { return };
        let before = self.out.len();
        self.element(name, first);
        // The others will be about as long, some longer: room for all of them is made at once, so that a long list is not moved again and again.
        let others = (self.out.len() - before).saturating_mul(values.size_hint().0);
        self.out.reserve(others.saturating_add(others / 8).min(AHEAD) + END);
        for value in values {
            self.element(name, value);
        }
    }

    /// The document; elements still open are ended.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.end();
        }
        self.out
    }

    fn bind(&mut self, prefix: &'static str, namespace: &'static str) {
        let known = self.bindings.iter().rev().find(|(known, _)| same(known, prefix));
        let bound = known.map_or("", |(_, namespace)| namespace);
        // `xml` is bound without being declared.
        if same(bound, namespace) || prefix == "xml" {
            return;
        }
        debug_assert!(self.in_tag, "a prefix is declared in a start tag");
        if !self.in_tag {
            return;
        }
        self.bindings.push((prefix, namespace));
        self.out.extend_from_slice(if prefix.is_empty() { b" xmlns" } else { b" xmlns:" });
        self.out.extend_from_slice(prefix.as_bytes());
        self.out.extend_from_slice(b"=\"");
        escape(&mut self.out, namespace, true);
        self.out.push(b'"');
    }

    fn write_name(&mut self, name: &Name) {
        if !name.prefix.is_empty() {
            self.out.extend_from_slice(name.prefix.as_bytes());
            self.out.push(b':');
        }
        self.out.extend_from_slice(name.local.as_bytes());
    }

    fn close_tag(&mut self) {
        if self.in_tag {
            self.in_tag = false;
            self.out.push(b'>');
        }
    }
}

/// A value as it stands between double quotes.
pub(crate) fn attribute_text(value: &str) -> Cow<'_, str> {
    let mut out = Vec::with_capacity(value.len());
    escape(&mut out, value, true);
    String::from_utf8(out).map_or(Cow::Borrowed(""), Cow::Owned)
}

/// Whether two texts are equal; the contract's are mostly the same one.
fn same(one: &str, other: &str) -> bool {
    std::ptr::eq(one, other) || one == other
}

/// Copies runs of plain bytes and replaces the others.
fn escape(out: &mut Vec<u8>, text: &str, attribute: bool) {
    let bytes = text.as_bytes();
    let (mut at, mut done) = (0, 0);
    loop {
        at += plain_length(bytes.get(at..).unwrap_or_default());
        let Some(&byte) = bytes.get(at) else { break };
        let (replacement, width): (&[u8], usize) = match byte {
            b'&' => (b"&amp;", 1),
            b'<' => (b"&lt;", 1),
            b'>' => (b"&gt;", 1),
            b'\r' => (b"&#13;", 1),
            b'"' if attribute => (b"&quot;", 1),
            b'\t' if attribute => (b"&#9;", 1),
            b'\n' if attribute => (b"&#10;", 1),
            0xEF if matches!(bytes.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])) => ("\u{FFFD}".as_bytes(), 3),
            0x20.. | b'\t' | b'\n' => {
                at += 1;
                continue;
            }
            _ => ("\u{FFFD}".as_bytes(), 1),
        };
        out.extend_from_slice(bytes.get(done..at).unwrap_or_default());
        out.extend_from_slice(replacement);
        at += width;
        done = at;
    }
    out.extend_from_slice(bytes.get(done..).unwrap_or_default());
}

/// How many bytes at the start stand for themselves everywhere. Straight-line over pieces so that the compiler can use wide registers.
fn plain_length(bytes: &[u8]) -> usize {
    let (pieces, _) = bytes.as_chunks::<32>();
    let plain = pieces.iter().take_while(|piece| {
        let mut special = false;
        for &byte in *piece {
            special |= is_special(byte);
        }
        !special
    });
    let from = plain.count() * 32;
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|&byte| is_special(byte)).unwrap_or(rest.len())
}

/// Bytes that may have to be replaced. EF is one of them: U+FFFE and U+FFFF begin with it.
fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == 0xEF)
}
