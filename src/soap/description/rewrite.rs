//! Changes of single tags in the text of a contract; every other byte stays as its author wrote it.
//! It knows start tags, end tags and comments of well-formed documents that codegen has already read.
//! Which tags change, and to what, is left to the caller.

use std::ops::Range;

/// A tag of a document.
#[derive(Clone, Debug)]
pub(super) struct Tag<'t> {
    /// Where it stands, from `<` to behind `>`.
    pub(super) place: Range<usize>,
    /// Prefix of its name; empty for none.
    pub(super) prefix: &'t str,
    /// Local part of its name.
    pub(super) local: &'t str,
    /// `</x>`.
    pub(super) closes: bool,
    /// `<x/>`.
    pub(super) is_empty: bool,
    text: &'t str,
}

impl<'t> Tag<'t> {
    pub(super) fn new(place: Range<usize>, text: &'t str) -> Self {
        let inner = text.trim_start_matches('<').trim_end_matches('>');
        let closes = inner.starts_with('/');
        let name = inner
            .trim_start_matches('/')
            .split(|c: char| c.is_ascii_whitespace() || c == '/')
            .next()
            .unwrap_or_default();
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        Self {
            place,
            prefix,
            local,
            closes,
            is_empty: inner.ends_with('/'),
            text,
        }
    }

    /// The value of an attribute without prefix, as written.
    pub(super) fn attribute(&self, name: &str) -> Option<&'t str> {
        self.attribute_place(name).and_then(|(_, value)| self.text.get(value))
    }

    /// The prefix it declares for a namespace.
    pub(super) fn prefix_of(&self, namespace: &str) -> Option<&'t str> {
        let (before, _) = self.text.split_once(&format!("\"{namespace}\""))?;
        let (_, prefix) = before.trim_end().strip_suffix('=')?.trim_end().rsplit_once("xmlns:")?;
        Some(prefix)
    }

    /// The tag under another prefix.
    pub(super) fn with_prefix(&self, prefix: &str) -> String {
        let at = 1 + usize::from(self.closes);
        let mut text = self.text.to_owned();
        text.replace_range(at..at + self.prefix.len(), prefix);
        text
    }

    /// The tag with another value of an attribute, or without it.
    pub(super) fn with_attribute(&self, name: &str, value: Option<&str>) -> String {
        let mut text = self.text.to_owned();
        match (self.attribute_place(name), value) {
            (Some((_, place)), Some(value)) => text.replace_range(place, value),
            (Some((whole, _)), None) => text.replace_range(whole, ""),
            (None, Some(value)) => {
                let end = text.trim_end_matches('>').trim_end_matches('/').len();
                text.insert_str(end, &format!(" {name}=\"{value}\""));
            }
            (None, None) => {}
        }
        text
    }

    /// Where an attribute stands, with the white space before it; and its value.
    fn attribute_place(&self, name: &str) -> Option<(Range<usize>, Range<usize>)> {
        let mut at = self.text.find(|c: char| c.is_ascii_whitespace())?;
        loop {
            let rest = self.text.get(at..)?;
            let equals = rest.find('=')?;
            let found = rest.get(..equals)?.trim();
            let open = equals + rest.get(equals..)?.find(['"', '\''])?;
            let quote = rest.get(open..)?.chars().next()?;
            let close = open + 1 + rest.get(open + 1..)?.find(quote)?;
            if found == name {
                return Some((at..at + close + 1, at + open + 1..at + close));
            }
            at += close + 1;
        }
    }
}

/// All tags of a document, in order; comments, CDATA sections, declaration and processing instructions are passed over.
pub(super) fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some((start, rest)) = text
        .get(at..)
        .and_then(|rest| rest.find('<').map(|found| at + found))
        .and_then(|start| Some((start, text.get(start..)?)))
    {
        let end = match rest {
            _ if rest.starts_with("<!--") => rest.find("-->").map(|end| end + 3),
            _ if rest.starts_with("<![CDATA[") => rest.find("]]>").map(|end| end + 3),
            _ if rest.starts_with("<?") => rest.find("?>").map(|end| end + 2),
            _ => end_of_tag(rest),
        };
        let end = start + end.unwrap_or(rest.len());
        if !rest.starts_with("<!") && !rest.starts_with("<?") {
            tags.push(Tag::new(start..end, text.get(start..end).unwrap_or_default()));
        }
        at = end;
    }
    tags
}

/// The text with changes made at places that are in order and apart.
pub(super) fn apply(text: &str, changes: &[(Range<usize>, String)]) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for (place, replacement) in changes {
        changed.push_str(text.get(at..place.start).unwrap_or_default());
        changed.push_str(replacement);
        at = place.end;
    }
    changed.push_str(text.get(at..).unwrap_or_default());
    changed
}

/// Behind the `>` that is not inside a quoted value.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    tag.bytes()
        .position(|byte| {
            match quote {
                Some(open) if byte == open => quote = None,
                None if byte == b'"' || byte == b'\'' => quote = Some(byte),
                _ => {}
            }
            quote.is_none() && byte == b'>'
        })
        .map(|end| end + 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn tags_are_found_beside_comments_and_quoted_brackets() {
        let text = "<?xml version='1.0'?><!-- <no/> --><a:b x='>' y = \"1\"><c/><![CDATA[<no/>]]></a:b>";
        let found: Vec<_> = tags(text)
            .iter()
            .map(|tag| (tag.local.to_owned(), tag.closes, tag.is_empty))
            .collect();
        assert_eq!(
            found,
            [
                ("b".to_owned(), false, false),
                ("c".to_owned(), false, true),
                ("b".to_owned(), true, false)
            ]
        );
        assert_eq!(tags(text)[0].attribute("y"), Some("1"));
    }

    #[test]
    fn an_attribute_is_replaced_added_or_taken_away() {
        let tag = &tags("<xs:import namespace=\"urn:a\"\n schemaLocation='../a.xsd'/>")[0];
        assert_eq!(
            tag.with_attribute("schemaLocation", Some("http://x?xsd=a")),
            "<xs:import namespace=\"urn:a\"\n schemaLocation='http://x?xsd=a'/>"
        );
        assert_eq!(tag.with_attribute("schemaLocation", None), "<xs:import namespace=\"urn:a\"/>");
        assert_eq!(
            tags("<import/>")[0].with_attribute("schemaLocation", Some("b")),
            "<import schemaLocation=\"b\"/>"
        );
        assert_eq!(tags("<import/>")[0].attribute("namespace"), None);
    }
}
