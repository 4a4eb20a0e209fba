//! The cursor: children, text, attributes, paths.

use std::borrow::Cow;

use xml::{Attribute, Limits, Name, Position, QName, Reader, Rule, Violation, XSI};

const NS: &str = "urn:n";
const A: Name = Name::new(NS, "n", "A");
const B: Name = Name::new(NS, "n", "B");
const C: Name = Name::new(NS, "n", "C");

fn reader(document: &str) -> Reader<'_> {
    Reader::new(document.as_bytes(), Limits::default()).unwrap()
}

fn enter(reader: &mut Reader<'_>, name: &Name) {
    assert!(reader.at(name).unwrap(), "{name}");
    reader.enter().unwrap();
}

/// The text of the root.
fn text(document: &str) -> Cow<'_, str> {
    let mut reader = reader(document);
    reader.enter().unwrap();
    let text = reader.text().unwrap();
    reader.finish().unwrap();
    text
}

#[test]
fn children_are_read_in_order() {
    let mut reader = reader("<A xmlns='urn:n'> <B>1</B> <!-- c --> <C/> </A>");
    assert_eq!(
        reader.peek().unwrap().map(|tag| tag.to_qname()),
        Some(QName {
            namespace: NS.into(),
            local: "A".into()
        })
    );
    enter(&mut reader, &A);
    assert!(!reader.at(&C).unwrap());
    enter(&mut reader, &B);
    assert_eq!(reader.text().unwrap(), "1");
    enter(&mut reader, &C);
    assert_eq!(reader.text().unwrap(), "");
    assert_eq!(reader.peek().unwrap(), None);
    reader.leave().unwrap();
    reader.finish().unwrap();
}

#[test]
fn names_are_compared_by_namespace() {
    assert!(reader("<x:A xmlns:x='urn:n'/>").at(&A).unwrap());
    assert!(!reader("<n:A xmlns:n='urn:m'/>").at(&A).unwrap());
    assert!(!reader("<A/>").at(&A).unwrap());
    assert!(reader("<A/>").at(&Name::new("", "", "A")).unwrap());
}

#[test]
fn a_prefix_means_what_the_innermost_element_says() {
    let mut reader = reader("<n:A xmlns:n='urn:n'><n:B xmlns:n='urn:m'><n:C/></n:B><n:B/></n:A>");
    enter(&mut reader, &A);
    assert_eq!(reader.peek().unwrap().unwrap().namespace, "urn:m");
    reader.skip().unwrap();
    assert!(reader.at(&B).unwrap());
}

#[test]
fn pieces_of_text_are_one_value() {
    assert_eq!(text("<a>b&amp;c<![CDATA[<&>]]><!-- d -->&#xE6;e</a>"), "b&c<&>æe");
    assert_eq!(text("<a> b </a>"), " b ");
    assert_eq!(text("<a></a>"), "");
    assert_eq!(text("<a/>"), "");
    assert_eq!(text("<a><![CDATA[]]></a>"), "");
}

#[test]
fn line_ends_are_line_feeds_unless_they_are_references() {
    assert_eq!(text("<a>1\r\n2\r3\n4&#13;\n5<![CDATA[\r\n]]>\r</a>"), "1\n2\n3\n4\r\n5\n\n");
}

#[test]
fn text_of_one_piece_is_borrowed() {
    for document in ["<a>QUJD\nQUJD</a>", "<a><![CDATA[b]]></a>", "<a><!-- c -->b<!-- c --></a>", "<a/>"] {
        assert!(matches!(text(document), Cow::Borrowed(_)), "{document}");
    }
}

#[test]
fn an_element_in_text_is_refused() {
    let mut reader = reader("<A xmlns='urn:n'>b<c>secret</c></A>");
    enter(&mut reader, &A);
    assert_eq!(
        reader.text(),
        Err(Violation::new("A", Rule::Unexpected { expected: "text".into() }))
    );
}

#[test]
fn text_is_not_read_past_a_child_that_was_looked_at() {
    let mut reader = reader("<A xmlns='urn:n'><B>b</B></A>");
    enter(&mut reader, &A);
    assert!(!reader.at(&C).unwrap());
    assert!(reader.text().is_err());
    assert!(reader.empty().is_err());
    enter(&mut reader, &B);
    assert_eq!(reader.text().unwrap(), "b");
}

#[test]
fn text_between_elements_is_refused() {
    for document in [
        "<A xmlns='urn:n'>b<B/></A>",
        "<A xmlns='urn:n'>&#160;<B/></A>",
        "<A xmlns='urn:n'><![CDATA[b]]></A>",
    ] {
        let mut reader = reader(document);
        enter(&mut reader, &A);
        assert_eq!(reader.peek().map(|_| ()), Err(Violation::new("A", Rule::Text)), "{document}");
    }
}

#[test]
fn a_further_child_is_refused_without_its_name() {
    let mut reader = reader("<A xmlns='urn:n'><secret/></A>");
    enter(&mut reader, &A);
    let violation = reader.leave().unwrap_err();
    assert_eq!(violation.path, "A");
    assert!(!violation.to_string().contains("secret"));
}

#[test]
fn attributes_are_found_by_name() {
    let mut reader = reader("<A xmlns='urn:n' xmlns:x='urn:n' x:b=' 1\t2\r\n3&#10;4 ' b='&lt;'/>");
    enter(&mut reader, &A);
    assert_eq!(reader.attribute(&Name::new(NS, "n", "b")).as_deref(), Some(" 1 2 3\n4 "));
    assert_eq!(reader.attribute(&Name::new("", "", "b")).as_deref(), Some("<"));
    assert_eq!(reader.attribute(&Name::new("", "", "c")), None);
    reader.leave().unwrap();
}

#[test]
fn attributes_have_types() {
    let b = Name::new("", "", "b");
    let mut reader = reader("<A xmlns='urn:n' b=' 7 ' c='x'/>");
    enter(&mut reader, &A);
    assert_eq!(reader.required_attribute::<i32>(&b), Ok(7));
    assert_eq!(reader.optional_attribute::<i32>(&Name::new("", "", "d")), Ok(None));
    let broken = reader.required_attribute::<i32>(&Name::new("", "", "c")).unwrap_err();
    assert_eq!((broken.path.as_str(), broken.in_type), ("A/@c", Some("int")));
    let missing = Rule::Missing {
        expected: "@{urn:n}b".into(),
    };
    assert_eq!(
        reader.required_attribute::<i32>(&Name::new(NS, "n", "b")),
        Err(Violation::new("A", missing))
    );
}

#[test]
fn attributes_can_be_seen_before_the_element_is_entered() {
    let mut reader = reader("<A xmlns='urn:n' b='1'/>");
    reader.peek().unwrap();
    assert_eq!(
        reader.attributes().collect::<Vec<_>>(),
        [Attribute {
            namespace: "",
            local: "b",
            value: "1"
        }]
    );
    assert_eq!(reader.attribute(&Name::new("", "", "b")).as_deref(), Some("1"));
    assert_eq!(reader.attributes().count(), 0);
    reader.enter().unwrap();
    reader.leave().unwrap();
}

#[test]
fn an_attribute_nobody_asked_for_is_refused() {
    for read in [
        Reader::leave,
        Reader::empty,
        |reader: &mut Reader<'_>| reader.text().map(drop),
        |reader: &mut Reader<'_>| reader.peek().map(drop),
    ] {
        let mut reader = reader("<A xmlns='urn:n' b='1'/>");
        enter(&mut reader, &A);
        assert_eq!(read(&mut reader), Err(Violation::new("A", Rule::Attribute)));
    }
}

#[test]
fn any_attributes_can_be_let_stand() {
    let mut reader = reader("<A xmlns='urn:n' b='1'><B c='2'/></A>");
    enter(&mut reader, &A);
    reader.any_attributes();
    enter(&mut reader, &B);
    assert_eq!(reader.leave().unwrap_err().path, "A/B");
}

#[test]
fn schema_locations_are_ignored() {
    let document = format!("<A xmlns='urn:n' xmlns:i='{XSI}' i:schemaLocation='urn:n http://x/' i:noNamespaceSchemaLocation='y'/>");
    let mut reader = reader(&document);
    enter(&mut reader, &A);
    assert_eq!(reader.attributes().count(), 0);
    reader.leave().unwrap();
}

#[test]
fn nil_is_a_boolean() {
    for (value, nil) in [
        ("true", Some(true)),
        (" 1 ", Some(true)),
        ("false", Some(false)),
        ("0", Some(false)),
        ("yes", None),
        ("", None),
    ] {
        let document = format!("<A xmlns='urn:n' xmlns:i='{XSI}' i:nil='{value}'/>");
        let mut reader = reader(&document);
        enter(&mut reader, &A);
        assert_eq!(reader.nil().ok(), nil, "{value}");
    }
}

#[test]
fn nil_is_refused_where_nobody_asks_for_it() {
    let document = format!("<A xmlns='urn:n' xmlns:i='{XSI}' i:nil='true'/>");
    let mut reader = reader(&document);
    enter(&mut reader, &A);
    assert_eq!(reader.text().unwrap_err().rule, Rule::Nil);
}

#[test]
fn a_type_is_resolved_with_the_prefixes_in_scope() {
    let document = format!("<A xmlns='urn:n' xmlns:i='{XSI}'><B xmlns:q='urn:q' i:type=' q:T '/><B i:type='T'/><B i:type='q:T'/></A>");
    let mut reader = reader(&document);
    enter(&mut reader, &A);
    let mut next = || {
        enter(&mut reader, &B);
        let name = reader.type_name().map(|name| name.map(|name| name.namespace));
        reader.leave().unwrap();
        name
    };
    assert_eq!(next(), Ok(Some("urn:q".into())));
    assert_eq!(next(), Ok(Some(NS.into())));
    assert_eq!(next(), Err(Violation::new("A/B/@type", Rule::Lexical("QName"))));
}

#[test]
fn a_type_nobody_asks_for_is_refused() {
    let document = format!("<A xmlns='urn:n' xmlns:i='{XSI}' i:type='T'/>");
    let mut reader = reader(&document);
    enter(&mut reader, &A);
    assert_eq!(reader.leave().unwrap_err().rule, Rule::Type);
}

#[test]
fn a_qualified_name_in_text_is_resolved_where_it_stands() {
    let mut reader = reader("<A xmlns='urn:n'><B xmlns:q='urn:q'>\n q:C </B><B>D</B><B>q:C</B></A>");
    enter(&mut reader, &A);
    enter(&mut reader, &B);
    assert_eq!(
        reader.qname().unwrap(),
        QName {
            namespace: "urn:q".into(),
            local: "C".into()
        }
    );
    enter(&mut reader, &B);
    assert_eq!(
        reader.qname().unwrap(),
        QName {
            namespace: NS.into(),
            local: "D".into()
        }
    );
    enter(&mut reader, &B);
    assert_eq!(reader.qname(), Err(Violation::new("A/B", Rule::Lexical("QName"))));
}

#[test]
fn what_is_no_qualified_name_is_refused() {
    for value in ["", ":", "q:", ":C", "q:C:D", "1", "q:1", "q C", "q: C"] {
        let document = format!("<A xmlns='urn:n' xmlns:q='urn:q'>{value}</A>");
        let mut reader = reader(&document);
        enter(&mut reader, &A);
        assert!(reader.qname().is_err(), "{value}");
    }
}

#[test]
fn an_empty_element_has_no_character_at_all() {
    for (document, empty) in [
        ("<a/>", true),
        ("<a></a>", true),
        ("<a><!-- b --></a>", true),
        ("<a> </a>", false),
        ("<a><![CDATA[]]></a>", false),
        ("<a><b/></a>", false),
    ] {
        let mut reader = reader(document);
        reader.enter().unwrap();
        assert_eq!(reader.empty().is_ok(), empty, "{document}");
    }
}

#[test]
fn a_skipped_element_is_still_checked() {
    let mut reader = reader("<A xmlns='urn:n'><B><C>&nbsp;</C></B></A>");
    enter(&mut reader, &A);
    assert_eq!(
        reader.skip(),
        Err(Violation::new("A", Rule::Malformed("a reference stands for nothing")))
    );
}

#[test]
fn a_captured_element_stands_alone() {
    let mut reader =
        reader("<A xmlns='urn:n' xmlns:p='urn:p?a&amp;b' xmlns:q='urn:q'>\n<B xmlns:q='urn:r' c=\"1\"><p:D>&lt;</p:D></B><p:E/><F/></A>");
    enter(&mut reader, &A);
    assert_eq!(
        reader.capture().unwrap(),
        "<B xmlns=\"urn:n\" xmlns:p=\"urn:p?a&amp;b\" xmlns:q='urn:r' c=\"1\"><p:D>&lt;</p:D></B>"
    );
    assert_eq!(
        reader.capture().unwrap(),
        "<p:E xmlns=\"urn:n\" xmlns:p=\"urn:p?a&amp;b\" xmlns:q=\"urn:q\"/>"
    );
    assert_eq!(reader.peek().unwrap().unwrap().local, "F");
}

#[test]
fn what_follows_the_root_is_checked_at_the_end() {
    for (document, fits) in [
        ("<a/> <!-- b -->", true),
        ("<a/>b", false),
        ("<a/><b/>", false),
        ("<a/><!-- -- -->", false),
    ] {
        let mut reader = reader(document);
        reader.skip().unwrap();
        assert_eq!(reader.finish().is_ok(), fits, "{document}");
    }
}

#[test]
fn the_root_must_have_been_read_at_the_end() {
    let document = "<a><b/></a>";
    assert!(reader(document).finish().is_err());
    let mut peeked = reader(document);
    peeked.peek().unwrap();
    assert!(peeked.finish().is_err());
    let mut entered = reader(document);
    entered.enter().unwrap();
    assert!(entered.finish().is_err());
    let mut not_left = reader("<a/>");
    not_left.enter().unwrap();
    assert_eq!(not_left.peek().unwrap(), None);
    assert!(not_left.finish().is_err());
}

#[test]
fn nothing_follows_the_root() {
    let mut reader = reader("<a/>");
    reader.skip().unwrap();
    assert_eq!(reader.peek().unwrap(), None);
    assert!(reader.enter().is_err());
    reader.finish().unwrap();
}

#[test]
fn a_path_counts_repeated_elements_and_leaves_out_unknown_ones() {
    let mut reader = reader("<x xmlns='urn:n'><A><B/><B><C>1</C></B></A></x>");
    reader.enter().unwrap();
    enter(&mut reader, &A);
    assert!(reader.at(&B).unwrap());
    reader.enter_nth(1).unwrap();
    reader.leave().unwrap();
    assert!(reader.at(&B).unwrap());
    reader.enter_nth(2).unwrap();
    enter(&mut reader, &C);
    reader.text().unwrap();
    // The element just read is still the place.
    assert_eq!(reader.violation(Rule::Facet("length")).path, "A/B[2]/C");
    assert_eq!(reader.attribute_violation(&C, Rule::Attribute).path, "A/B[2]/C/@C");
    reader.leave().unwrap();
    assert_eq!(reader.violation(Rule::Text).path, "A/B[2]");
    reader.peek().unwrap();
    assert_eq!(reader.violation(Rule::Text).path, "A");
}

#[test]
fn a_broken_value_names_its_type_and_not_itself() {
    let mut reader = reader("<A xmlns='urn:n'>0101709999</A>");
    enter(&mut reader, &A);
    let violation = reader.value::<()>("NumberType", |_| Err(Rule::Facet("pattern"))).unwrap_err();
    assert_eq!(violation, Violation::new("A", Rule::Facet("pattern")).in_type("NumberType"));
    assert_eq!(violation.to_string(), "A: the value breaks the facet pattern (type NumberType)");
}

#[test]
fn positions_are_lines_and_columns() {
    let mut reader = reader("\u{FEFF}<?xml version='1.0'?>\n<a>\næøå <b/></a>");
    reader.peek().unwrap();
    assert_eq!(reader.position(), Position { line: 2, column: 1 });
    reader.enter().unwrap();
    assert!(reader.text().is_err());
    assert_eq!(reader.position(), Position { line: 3, column: 5 });
}
