//! Pieces of an XML text: taking one out so that it stands alone, and putting another in its place. It knows where in the text a node
//! stands, so that everything around a change stays as it was, to the letter.

use roxmltree::Node;
use std::ops::Range;

/// An element as a document of its own: the namespaces it inherits are declared on it.
pub fn standalone(node: Node<'_, '_>) -> String {
    let text = node.document().input_text().get(node.range()).unwrap_or_default();
    let name = text
        .find(|character: char| character.is_whitespace() || matches!(character, '>' | '/'))
        .unwrap_or(text.len());
    let tag = text.get(..end_of_tag(text)).unwrap_or(text);
    let declared = |attribute: &str| {
        tag.match_indices(attribute)
            .any(|(at, _)| tag.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace)))
    };
    let mut declarations = String::new();
    for namespace in node.namespaces() {
        let attribute = namespace.name().map_or("xmlns=".to_owned(), |prefix| format!("xmlns:{prefix}="));
        if namespace.name() != Some("xml") && !declared(&attribute) {
            declarations.push_str(&format!(" {attribute}\"{}\"", crate::expansion::escape(namespace.uri())));
        }
    }
    let (start, rest) = text.split_at(name);
    format!("{start}{declarations}{rest}")
}

/// What stands between the tags of an element; None where it is an empty-element tag.
pub fn inside(node: Node<'_, '_>) -> Option<Range<usize>> {
    let range = node.range();
    let text = node.document().input_text().get(range.clone())?;
    let open = end_of_tag(text);
    if text.get(..open)?.ends_with("/>") {
        return None;
    }
    Some(range.start + open..range.start + text.rfind("</")?)
}

/// The text of `node` (an element) with `content` between its tags.
pub fn filled(node: Node<'_, '_>, content: &str) -> String {
    let range = node.range();
    let text = node.document().input_text();
    match inside(node) {
        Some(inner) => {
            let part = |range: Range<usize>| text.get(range).unwrap_or_default();
            format!("{}{content}{}", part(range.start..inner.start), part(inner.end..range.end))
        }
        None => {
            let empty = text.get(range).unwrap_or_default();
            let name = empty
                .trim_start_matches('<')
                .split(|character: char| character.is_whitespace() || character == '/')
                .next()
                .unwrap_or_default();
            format!("{}>{content}</{name}>", empty.trim_end_matches("/>"))
        }
    }
}

/// `text` with each range replaced; the ranges do not overlap.
pub fn replaced(text: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(range, _)| range.start);
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for (range, new) in changes {
        result.push_str(text.get(done..range.start).unwrap_or_default());
        result.push_str(&new);
        done = range.end;
    }
    result.push_str(text.get(done..).unwrap_or_default());
    result
}

/// The first place after the start tag that `text` begins with; a `>` in an attribute does not end it.
fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use roxmltree::Document;

    #[test]
    fn a_piece_takes_its_namespaces_along() {
        let document = Document::parse("<a xmlns='urn:a' xmlns:p='urn:p'><p:b xmlns:p='urn:q' c='>'><d/></p:b></a>").unwrap();
        let piece = standalone(document.root_element().first_child().unwrap());
        let alone = Document::parse(&piece).unwrap();
        assert_eq!(alone.root_element().tag_name().namespace(), Some("urn:q"));
        assert_eq!(alone.root_element().first_child().unwrap().tag_name().namespace(), Some("urn:a"));
    }

    #[test]
    fn content_is_put_between_tags_and_empty_tags_are_opened() {
        let document = Document::parse("<a><p:b xmlns:p='urn:p' c='/>'>old</p:b><d x='1'/></a>").unwrap();
        let mut children = document.root_element().children();
        assert_eq!(filled(children.next().unwrap(), "new"), "<p:b xmlns:p='urn:p' c='/>'>new</p:b>");
        assert_eq!(filled(children.next().unwrap(), "new"), "<d x='1'>new</d>");
    }

    #[test]
    fn replacing_leaves_the_rest_as_it_was() {
        assert_eq!(replaced("abcdef", vec![(4..5, "E".into()), (1..2, String::new())]), "acdEf");
    }
}
