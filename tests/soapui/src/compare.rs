//! Compares what was expected with what came: text, text with wildcards, XML. It knows what SoapUI ignores on request (comments,
//! prefixes) and always (order of attributes, white space between elements), and how to show a difference to a reader.

use roxmltree::{Document, Node};

/// How lenient a comparison is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Leniency {
    /// `*` in the expected text stands for any text.
    pub wildcards: bool,
    /// Prefixes may differ; namespaces never.
    pub prefixes: bool,
    /// Comments do not count.
    pub comments: bool,
}

/// Compares two texts; None where they agree, else what to show.
pub fn text(expected: &str, actual: &str, wildcards: bool) -> Option<String> {
    let agree = if wildcards { similar(expected, actual) } else { expected == actual };
    (!agree).then(|| show(expected, actual))
}

/// Compares two XML documents; None where they agree, else the place of the first difference and both texts.
pub fn xml(expected: &str, actual: &str, leniency: Leniency) -> Option<String> {
    match (Document::parse(expected.trim()), Document::parse(actual.trim())) {
        (Ok(left), Ok(right)) => element(left.root_element(), right.root_element(), "", leniency),
        _ => text(expected, actual, leniency.wildcards),
    }
}

/// Whether `pattern`, where `*` stands for any text, fits `text`.
pub fn similar(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// Two texts side by side: short ones in two lines with the place of the first difference, long ones as lines taken away and added.
pub fn show(expected: &str, actual: &str) -> String {
    if !expected.contains('\n') && !actual.contains('\n') && expected.len().max(actual.len()) <= 400 {
        let same = expected
            .chars()
            .zip(actual.chars())
            .take_while(|(left, right)| left == right)
            .count();
        return format!(
            "expected: {expected}\nactual:   {actual}\n          {}^ differs here",
            " ".repeat(same)
        );
    }
    let (left, right): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let same = left.iter().zip(&right).take_while(|(one, other)| one == other).count();
    let most = left.len().min(right.len()) - same;
    let tail = left
        .iter()
        .rev()
        .zip(right.iter().rev())
        .take(most)
        .take_while(|(one, other)| one == other)
        .count();
    let mut shown = vec![format!("expected (-) and actual (+), from line {}:", same + 1)];
    shown.extend(left.iter().take(same).skip(same.saturating_sub(2)).map(|line| format!("  {line}")));
    shown.extend(cut(&left, same, tail, '-'));
    shown.extend(cut(&right, same, tail, '+'));
    shown.join("\n")
}

fn cut(lines: &[&str], same: usize, tail: usize, mark: char) -> Vec<String> {
    let different = lines.get(same..lines.len() - tail).unwrap_or_default();
    let mut shown: Vec<String> = different
        .iter()
        .take(20)
        .map(|line| format!("{mark} {}", line.chars().take(400).collect::<String>()))
        .collect();
    if different.len() > 20 {
        shown.push(format!("{mark} … {} more lines", different.len() - 20));
    }
    shown
}

fn element(expected: Node<'_, '_>, actual: Node<'_, '_>, above: &str, leniency: Leniency) -> Option<String> {
    let here = format!("{above}/{}", expected.tag_name().name());
    if expected.tag_name() != actual.tag_name() {
        return Some(format!("at {here}: another element\n{}", show(&braced(expected), &braced(actual))));
    }
    if !leniency.prefixes && prefix(expected) != prefix(actual) {
        return Some(format!("at {here}: another prefix\n{}", show(prefix(expected), prefix(actual))));
    }
    for attribute in expected.attributes() {
        let name = attribute.name();
        let value = match attribute.namespace() {
            Some(uri) => actual.attribute((uri, name)),
            None => actual.attribute(name),
        };
        let Some(value) = value else {
            return Some(format!("at {here}/@{name}: the attribute is missing"));
        };
        if let Some(difference) = text(attribute.value(), value, leniency.wildcards) {
            return Some(format!("at {here}/@{name}\n{difference}"));
        }
    }
    if actual.attributes().len() != expected.attributes().len() {
        return Some(format!(
            "at {here}: {} attributes expected, {} came",
            expected.attributes().len(),
            actual.attributes().len()
        ));
    }
    let (left, right) = (children(expected, leniency), children(actual, leniency));
    if let ([Part::Text(pattern)], true) = (left.as_slice(), leniency.wildcards)
        && pattern == "*"
    {
        return None;
    }
    for (index, part) in left.iter().enumerate() {
        match (part, right.get(index)) {
            (Part::Element(one), Some(Part::Element(other))) => {
                if let Some(difference) = element(*one, *other, &format!("{here}[{}]", index + 1), leniency) {
                    return Some(difference);
                }
            }
            (Part::Text(one), Some(Part::Text(other))) | (Part::Comment(one), Some(Part::Comment(other))) => {
                if let Some(difference) = text(one, other, leniency.wildcards) {
                    return Some(format!("at {here}\n{difference}"));
                }
            }
            (part, other) => {
                let came = other.map_or_else(|| "nothing more".to_owned(), Part::describe);
                return Some(format!("at {here}, child {}\n{}", index + 1, show(&part.describe(), &came)));
            }
        }
    }
    right
        .get(left.len())
        .map(|more| format!("at {here}, child {}\n{}", left.len() + 1, show("nothing more", &more.describe())))
}

enum Part<'a, 'i> {
    Element(Node<'a, 'i>),
    Text(String),
    Comment(String),
}

impl Part<'_, '_> {
    fn describe(&self) -> String {
        match self {
            Part::Element(node) => format!("element {}", braced(*node)),
            Part::Text(text) => format!("text \"{text}\""),
            Part::Comment(text) => format!("comment \"{text}\""),
        }
    }
}

fn children<'a, 'i>(node: Node<'a, 'i>, leniency: Leniency) -> Vec<Part<'a, 'i>> {
    let mut parts: Vec<Part<'a, 'i>> = Vec::new();
    for child in node.children() {
        if child.is_element() {
            parts.push(Part::Element(child));
        } else if child.is_comment() && !leniency.comments {
            parts.push(Part::Comment(child.text().unwrap_or_default().to_owned()));
        } else if child.is_text() {
            let text = child.text().unwrap_or_default();
            match parts.last_mut() {
                Some(Part::Text(before)) => before.push_str(text),
                _ => parts.push(Part::Text(text.to_owned())),
            }
        }
    }
    parts.retain_mut(|part| match part {
        Part::Text(text) => {
            *text = text.trim().to_owned();
            !text.is_empty()
        }
        _ => true,
    });
    parts
}

fn braced(node: Node<'_, '_>) -> String {
    match node.tag_name().namespace() {
        Some(uri) => format!("{{{uri}}}{}", node.tag_name().name()),
        None => node.tag_name().name().to_owned(),
    }
}

/// The prefix an element is written with.
fn prefix<'a>(node: Node<'a, '_>) -> &'a str {
    let text = node.document().input_text().get(node.range().start + 1..).unwrap_or_default();
    let name = text
        .split(|character: char| character.is_whitespace() || matches!(character, '>' | '/'))
        .next()
        .unwrap_or_default();
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: Leniency = Leniency {
        wildcards: false,
        prefixes: false,
        comments: false,
    };

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        for (pattern, text) in [("*", ""), ("a*", "ab"), ("*b", "ab"), ("a*c*e", "abcde"), ("a*a", "aa"), ("x", "x")] {
            assert!(similar(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a*a", "a"), ("a*", "ba"), ("a.c", "abc"), ("", "a"), ("*b*", "acd"), ("ab", "abc")] {
            assert!(!similar(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn white_space_between_elements_and_the_order_of_attributes_do_not_count() {
        assert_eq!(xml("<a x='1' y='2'><b/></a>", "<a y='2' x='1'>\n  <b></b>\n</a>", STRICT), None);
    }

    #[test]
    fn names_values_and_number_of_children_count() {
        for (expected, actual) in [
            ("<a>1</a>", "<a>2</a>"),
            ("<a/>", "<a><b/></a>"),
            ("<a><b/></a>", "<a/>"),
            ("<a x='1'/>", "<a/>"),
            ("<a/>", "<a x='1'/>"),
            ("<a xmlns='urn:a'/>", "<a xmlns='urn:b'/>"),
            ("<a><b/><c/></a>", "<a><c/><b/></a>"),
        ] {
            assert!(xml(expected, actual, STRICT).is_some(), "{expected} {actual}");
        }
    }

    #[test]
    fn prefixes_count_unless_they_are_to_be_ignored_and_namespaces_always_count() {
        let (p, q) = ("<p:a xmlns:p='urn:a'/>", "<q:a xmlns:q='urn:a'/>");
        assert!(xml(p, q, STRICT).is_some());
        assert_eq!(xml(p, q, Leniency { prefixes: true, ..STRICT }), None);
        assert!(xml(p, "<p:a xmlns:p='urn:b'/>", Leniency { prefixes: true, ..STRICT }).is_some());
    }

    #[test]
    fn comments_count_unless_they_are_to_be_ignored() {
        assert!(xml("<a><!--x--></a>", "<a/>", STRICT).is_some());
        assert_eq!(
            xml("<a><!--x-->1</a>", "<a>1<!--y--></a>", Leniency { comments: true, ..STRICT }),
            None
        );
    }

    #[test]
    fn wildcards_reach_into_xml() {
        let lenient = Leniency { wildcards: true, ..STRICT };
        assert_eq!(xml("<a><b>*</b><c>x*</c></a>", "<a><b>1</b><c>xy</c></a>", lenient), None);
        assert!(xml("<a><c>x*</c></a>", "<a><c>y</c></a>", lenient).is_some());
    }

    #[test]
    fn a_difference_is_shown_with_its_place() {
        assert_eq!(show("abc", "abd"), "expected: abc\nactual:   abd\n            ^ differs here");
        assert_eq!(
            show("a\nb\nc", "a\nx\nc"),
            "expected (-) and actual (+), from line 2:\n  a\n- b\n+ x"
        );
    }
}
