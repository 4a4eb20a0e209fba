//! The bounds: the last value that fits is taken, one more is refused with the name of the limit.

use xml::{Limits, Reader, Rule};

use crate::{pass, pass_within};

/// The document for `n` fits, the one for `n + 1` does not.
fn bound(name: &'static str, n: usize, document: impl Fn(usize) -> String) {
    assert_eq!(pass(document(n).as_bytes()), Ok(()), "{name} {n}");
    assert_eq!(pass(document(n + 1).as_bytes()).unwrap_err().rule, Rule::Limit(name));
}

#[test]
fn the_depth_is_bounded() {
    bound("element depth", 64, |n| "<a>".repeat(n) + &"</a>".repeat(n));
}

#[test]
fn an_empty_element_counts_as_a_level() {
    bound("element depth", 64, |n| "<a>".repeat(n - 1) + "<a/>" + &"</a>".repeat(n - 1));
}

#[test]
fn the_number_of_elements_is_bounded() {
    bound("elements", 10_000, |n| format!("<a>{}</a>", "<b/>".repeat(n - 1)));
}

#[test]
fn the_attributes_of_an_element_are_bounded() {
    bound("attributes of an element", 64, |n| {
        let attributes: String = (0..n).map(|at| format!(" a{at}=''")).collect();
        format!("<a{attributes}/>")
    });
}

#[test]
fn declarations_count_as_attributes() {
    bound("attributes of an element", 64, |n| {
        let attributes: String = (0..n - 1).map(|at| format!(" a{at}=''")).collect();
        format!("<a xmlns='urn:n'{attributes}/>")
    });
}

#[test]
fn the_namespaces_in_scope_are_bounded() {
    bound("namespaces in scope", 32, |n| {
        let elements: String = (0..n).map(|at| format!("<a xmlns:p{at}='urn:n'>")).collect();
        elements + &"</a>".repeat(n)
    });
}

#[test]
fn namespaces_out_of_scope_do_not_count() {
    assert_eq!(pass(format!("<a>{}</a>", "<b xmlns='urn:n'/>".repeat(100)).as_bytes()), Ok(()));
}

#[test]
fn the_length_of_an_element_name_is_bounded_in_characters() {
    bound("characters of a name", 256, |n| format!("<{}/>", "æ".repeat(n)));
}

#[test]
fn the_length_of_an_attribute_name_is_bounded_with_its_prefix() {
    bound("characters of a name", 256, |n| format!("<a xml:{}=''/>", "b".repeat(n - 4)));
}

#[test]
fn the_bytes_of_an_attribute_value_are_bounded() {
    bound("bytes of an attribute value", 4096, |n| format!("<a b='{}'/>", "c".repeat(n)));
}

#[test]
fn text_is_left_to_the_schema() {
    assert_eq!(pass(format!("<a>{}</a>", "b".repeat(1_000_000)).as_bytes()), Ok(()));
}

#[test]
fn limits_can_be_set() {
    let limits = Limits {
        depth: 2,
        ..Limits::default()
    };
    assert_eq!(pass_within(b"<a><b/></a>", limits), Ok(()));
    assert_eq!(
        pass_within(b"<a><b><c/></b></a>", limits).unwrap_err().rule,
        Rule::Limit("element depth")
    );
}

/// Two hundred thousand levels would overflow a stack that grew with them.
#[test]
fn depth_costs_no_stack() {
    let limits = Limits {
        depth: usize::MAX,
        elements: usize::MAX,
        ..Limits::default()
    };
    let n = 200_000;
    assert_eq!(pass_within(("<a>".repeat(n) + &"</a>".repeat(n)).as_bytes(), limits), Ok(()));
}

/// What stands after the breach was never looked at: the document would be malformed there.
#[test]
fn a_breach_is_reported_where_it_happens() {
    let document = "<a>".repeat(65) + "<<<<";
    assert_eq!(pass(document.as_bytes()).unwrap_err().rule, Rule::Limit("element depth"));
    let mut reader = Reader::new(document.as_bytes(), Limits::default()).unwrap();
    assert!(reader.skip().is_err());
    assert_eq!(reader.position().column, 64 * 3 + 1);
}

/// M12: documents that are carried may say how they are shown.
#[test]
fn processing_instructions_are_left_out_where_they_may_stand() {
    let limits = Limits {
        instructions: true,
        ..Limits::default()
    };
    for legal in [
        "<?xml version='1.0'?>\n<?xml-stylesheet href='a.xsl'?>\n<a/>",
        "<?b?><a>1<?b c ? > <d?>2</a><?e\nf?>",
        "<a><?æ?></a>",
    ] {
        assert_eq!(pass_within(legal.as_bytes(), limits), Ok(()), "{legal}");
    }
    for malformed in [
        "<a><?b </a>",
        "<a/><??>",
        "<a/><? b?>",
        "<a/><?1b?>",
        "<a/><?XML?>",
        "<a><?xml version='1.0'?></a>",
        "<?b?>",
        "<?b?><!DOCTYPE a><a/>",
    ] {
        let rule = pass_within(malformed.as_bytes(), limits).unwrap_err().rule;
        assert!(matches!(rule, Rule::Malformed(_)), "{malformed}: {rule}");
    }
    let mut reader = xml::Reader::new(b"<a>1<?b c?>2</a>", limits).unwrap();
    let name = xml::Name::new("", "", "a");
    assert!(reader.at(&name).unwrap());
    reader.enter().unwrap();
    assert_eq!(reader.text().unwrap(), "12");
}
