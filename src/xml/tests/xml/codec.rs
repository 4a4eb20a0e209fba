//! What generated code does: required, optional and repeated elements, nil, types.

use xml::{Decode, Encode, Limits, Name, Nillable, Reader, Rule, Violation, Writer, XSI};

const NS: &str = "urn:n";
const LIST: Name = Name::new(NS, "n", "List");
const TITLE: Name = Name::new(NS, "n", "Title");
const ITEM: Name = Name::new(NS, "n", "Item");
const NOTE: Name = Name::new(NS, "n", "Note");

#[derive(Debug, PartialEq)]
struct Text(String);

impl Decode for Text {
    const TYPES: &'static [Name] = &[Name::new(NS, "n", "TextType")];

    fn decode(reader: &mut Reader<'_>) -> Result<Self, Violation> {
        reader.text().map(|text| Self(text.into_owned()))
    }
}

impl Encode for Text {
    fn encode(&self, writer: &mut Writer) {
        writer.text(&self.0);
    }
}

#[derive(Debug, PartialEq)]
struct List {
    title: Text,
    items: Vec<Text>,
    note: Option<Nillable<Text>>,
}

impl Decode for List {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, Violation> {
        let list = Self {
            title: reader.required(&TITLE)?,
            items: reader.repeated(&ITEM, 1, 3)?,
            note: reader.optional(&NOTE)?,
        };
        reader.leave()?;
        Ok(list)
    }
}

impl Encode for List {
    fn encode(&self, writer: &mut Writer) {
        writer.element(&TITLE, &self.title);
        writer.repeated(&ITEM, &self.items);
        writer.optional(&NOTE, self.note.as_ref());
    }
}

fn decode(content: &str) -> Result<List, Violation> {
    let document = format!("<List xmlns='urn:n' xmlns:i='{XSI}'>{content}</List>");
    let mut reader = Reader::new(document.as_bytes(), Limits::default())?;
    let list = reader.required(&LIST)?;
    reader.finish()?;
    Ok(list)
}

fn refused(content: &str) -> (String, Rule) {
    let violation = decode(content).unwrap_err();
    (violation.path, violation.rule)
}

#[test]
fn what_is_written_is_read_back() {
    for note in [None, Some(Nillable(None)), Some(Nillable(Some(Text("<&> \r\n".into()))))] {
        let list = List {
            title: Text(String::new()),
            items: vec![Text(" a ".into()), Text("æ".into())],
            note,
        };
        let mut writer = Writer::with_capacity(256);
        writer.element(&LIST, &list);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes, Limits::default()).unwrap();
        assert_eq!(reader.required::<List>(&LIST).unwrap(), list);
        reader.finish().unwrap();
    }
}

#[test]
fn a_required_element_is_missing_at_the_end_and_unexpected_before_another() {
    assert_eq!(
        refused(""),
        (
            "List".into(),
            Rule::Missing {
                expected: "{urn:n}Title".into()
            }
        )
    );
    assert_eq!(
        refused("<Item/>"),
        (
            "List".into(),
            Rule::Unexpected {
                expected: "{urn:n}Title".into()
            }
        )
    );
    assert_eq!(
        refused("<Title xmlns=''/>"),
        (
            "List".into(),
            Rule::Unexpected {
                expected: "{urn:n}Title".into()
            }
        )
    );
}

#[test]
fn repetition_has_bounds() {
    assert_eq!(decode("<Title/><Item/><Item/><Item/>").unwrap().items.len(), 3);
    assert_eq!(
        refused("<Title/>"),
        (
            "List".into(),
            Rule::Missing {
                expected: "{urn:n}Item".into()
            }
        )
    );
    assert_eq!(
        refused("<Title/><Note/>"),
        (
            "List".into(),
            Rule::Unexpected {
                expected: "{urn:n}Item".into()
            }
        )
    );
    let too_many = Rule::TooMany {
        name: "{urn:n}Item".into(),
        most: 3,
    };
    assert_eq!(refused("<Title/><Item/><Item/><Item/><Item/>"), ("List".into(), too_many));
}

#[test]
fn a_repeated_element_is_named_with_its_number() {
    assert_eq!(refused("<Title/><Item/><Item><x/></Item>").0, "List/Item[2]");
}

#[test]
fn order_is_kept() {
    assert!(matches!(refused("<Title/><Item/><Note/><Item/>").1, Rule::Unexpected { .. }));
}

#[test]
fn a_nil_element_is_empty() {
    assert_eq!(decode("<Title/><Item/><Note i:nil='true'/>").unwrap().note, Some(Nillable(None)));
    assert_eq!(
        decode("<Title/><Item/><Note i:nil='0'>x</Note>").unwrap().note,
        Some(Nillable(Some(Text("x".into()))))
    );
    for content in ["x", " ", "<x/>"] {
        assert_eq!(
            refused(&format!("<Title/><Item/><Note i:nil='1'>{content}</Note>")),
            ("List/Note".into(), Rule::Nil)
        );
    }
    assert_eq!(refused("<Title i:nil='true'/><Item/>"), ("List/Title".into(), Rule::Nil));
}

#[test]
fn a_type_may_be_said_if_it_is_the_declared_one() {
    assert!(decode("<Title i:type='TextType'/><Item/>").is_ok());
    assert_eq!(refused("<Title i:type='OtherType'/><Item/>"), ("List/Title".into(), Rule::Type));
    assert_eq!(refused("<Title i:type='x:TextType'/><Item/>"), ("List/Title".into(), Rule::Type));
}

/// A type derived from it will do as well, and then its rules count.
#[test]
fn a_built_in_value_may_name_a_type_derived_from_its_own() {
    fn read<T: xml::Decode>(kind: &str, text: &str) -> Result<T, Rule> {
        let document = format!(
            "<Title xmlns='urn:n' xmlns:i='{XSI}' xmlns:s='{}' i:type='{kind}'>{text}</Title>",
            xml::XSD
        );
        let read = Reader::new(document.as_bytes(), Limits::default()).and_then(|mut reader| reader.required(&TITLE));
        read.map_err(|violation| violation.rule)
    }
    assert_eq!(read("s:short", " 5 "), Ok(5));
    assert!(read::<i32>("s:short", "40000").is_err());
    assert_eq!(read::<i32>("s:unsignedByte", "5"), Err(Rule::Type), "it comes another way");
    assert_eq!(read::<i32>("s:long", "5"), Err(Rule::Type), "it may hold more");
    assert_eq!(read::<i32>("short", "5"), Err(Rule::Type), "of another namespace");
    assert_eq!(read("s:string", " a  b "), Ok(" a  b ".to_owned()));
    assert_eq!(read("s:normalizedString", "\na  b "), Ok(" a  b ".to_owned()));
    assert_eq!(read("s:token", " a  b "), Ok("a b".to_owned()));
    assert_eq!(read("s:NCName", " a "), Ok("a".to_owned()));
    assert_eq!(read::<String>("s:NCName", "a b"), Err(Rule::Lexical("NCName")));
    assert_eq!(read::<String>("s:int", "5"), Err(Rule::Type));
}

#[test]
fn a_built_in_value_may_name_its_own_type_and_no_other() {
    let read = |kind: &str| {
        let document = format!(
            "<Title xmlns='urn:n' xmlns:i='{XSI}' xmlns:s='{}' i:type='s:{kind}'>5</Title>",
            xml::XSD
        );
        Reader::new(document.as_bytes(), Limits::default()).and_then(|mut reader| reader.required::<i32>(&TITLE))
    };
    assert_eq!(read("int").map_err(|violation| violation.rule), Ok(5));
    assert_eq!(read("string").map_err(|violation| violation.rule), Err(Rule::Type));
}
