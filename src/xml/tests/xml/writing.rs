//! The writer: what it writes, byte for byte, and that the reader reads the same.

use std::fmt::Write;

use xml::{Limits, Name, Reader, Writer};

use crate::pass;

const A: Name = Name::new("urn:n", "n", "A");
const B: Name = Name::new("urn:n", "n", "B");
const PLAIN: Name = Name::new("", "", "b");

fn written(write: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::fragment(64);
    write(&mut writer);
    let document = String::from_utf8(writer.finish()).unwrap();
    assert_eq!(pass(document.as_bytes()), Ok(()), "{document}");
    document
}

#[test]
fn a_document_has_a_declaration_and_an_element() {
    let mut writer = Writer::with_capacity(64);
    writer.start(&A);
    writer.end();
    assert_eq!(writer.finish(), br#"<?xml version="1.0" encoding="utf-8"?><n:A xmlns:n="urn:n"/>"#);
}

#[test]
fn prefixes_declared_on_the_root_are_not_declared_again() {
    let document = written(|writer| {
        writer.start(&A);
        writer.declare(&[("n", "urn:n"), ("p", "urn:p?a&b")]);
        writer.start(&Name::new("urn:p?a&b", "p", "C"));
        writer.text("d");
        writer.end();
        writer.end();
    });
    assert_eq!(document, r#"<n:A xmlns:n="urn:n" xmlns:p="urn:p?a&amp;b"><p:C>d</p:C></n:A>"#);
}

#[test]
fn a_prefix_nobody_declared_is_declared_where_it_is_used() {
    let document = written(|writer| {
        writer.start(&A);
        for _ in 0..2 {
            writer.start(&Name::new("urn:p", "p", "C"));
            writer.attribute(&Name::new("urn:q", "q", "d"), "1");
            writer.end();
        }
        writer.start(&PLAIN);
        writer.end();
        writer.end();
    });
    let child = r#"<p:C xmlns:p="urn:p" xmlns:q="urn:q" q:d="1"/>"#;
    assert_eq!(document, format!(r#"<n:A xmlns:n="urn:n">{child}{child}<b/></n:A>"#));
}

#[test]
fn a_default_namespace_is_taken_back() {
    let document = written(|writer| {
        writer.start(&Name::new("urn:n", "", "A"));
        writer.start(&PLAIN);
        writer.attribute(&PLAIN, "c");
        writer.end();
        writer.end();
    });
    assert_eq!(document, r#"<A xmlns="urn:n"><b xmlns="" b="c"/></A>"#);
}

#[test]
fn the_prefix_xml_is_not_declared() {
    let document = written(|writer| {
        writer.start(&PLAIN);
        writer.attribute(&Name::new("http://www.w3.org/XML/1998/namespace", "xml", "lang"), "da");
        writer.end();
    });
    assert_eq!(document, r#"<b xml:lang="da"/>"#);
}

#[test]
fn markup_in_text_and_values_is_escaped() {
    let document = written(|writer| {
        writer.start(&PLAIN);
        writer.attribute(&PLAIN, "<>&\"'\t\r\nx");
        writer.text("]]> <>&\"'\t\r\nx");
        writer.end();
    });
    assert_eq!(
        document,
        "<b b=\"&lt;&gt;&amp;&quot;'&#9;&#13;&#10;x\">]]&gt; &lt;&gt;&amp;\"'\t&#13;\nx</b>"
    );
}

#[test]
fn characters_xml_forbids_are_replaced() {
    let document = written(|writer| {
        writer.start(&PLAIN);
        writer.attribute(&PLAIN, "\u{FFFE}\u{0}");
        writer.text("a\u{0}b\u{B}\u{1F}\u{FFFF}\u{FFFD}\u{FEFF}\u{7F}");
        writer.end();
    });
    assert_eq!(
        document,
        "<b b=\"\u{FFFD}\u{FFFD}\">a\u{FFFD}b\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FEFF}\u{7F}</b>"
    );
}

/// Every character of the basic plane and some beyond, as text and as a value, comes back.
#[test]
fn every_character_is_read_as_it_was_written() {
    let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    for start in (0..0x11_0000_u32).step_by(0x400) {
        let text: String = (start..start + 0x400).filter_map(char::from_u32).filter(allowed).collect();
        let value: String = text.chars().take(256).collect();
        let document = written(|writer| {
            writer.start(&PLAIN);
            writer.attribute(&PLAIN, &value);
            writer.text(&text);
            writer.end();
        });
        let mut reader = Reader::new(document.as_bytes(), Limits::default()).unwrap();
        reader.enter().unwrap();
        assert_eq!(reader.attribute(&PLAIN).unwrap(), value);
        assert_eq!(reader.text().unwrap(), text);
    }
}

#[test]
fn bytes_are_written_as_base64() {
    for (bytes, text) in [(&b""[..], "<b/>"), (b"a", "<b>YQ==</b>"), (b"\xFB\xFF\xFE", "<b>+//+</b>")] {
        let document = written(|writer| {
            writer.start(&PLAIN);
            writer.base64(bytes);
            writer.end();
        });
        assert_eq!(document, text);
    }
}

#[test]
fn a_name_in_text_has_its_prefix_declared() {
    let document = written(|writer| {
        writer.start(&PLAIN);
        writer.qname(&A);
        writer.end();
    });
    assert_eq!(document, r#"<b xmlns:n="urn:n">n:A</b>"#);
}

#[test]
fn captured_markup_is_written_as_it_was() {
    let captured = Reader::new(b"<x:a xmlns:x='urn:x'>&lt;</x:a>", Limits::default())
        .unwrap()
        .capture()
        .unwrap();
    let document = written(|writer| {
        writer.start(&A);
        writer.raw(&captured);
        writer.end();
    });
    assert_eq!(document, r#"<n:A xmlns:n="urn:n"><x:a xmlns:x='urn:x'>&lt;</x:a></n:A>"#);
}

#[test]
fn nil_is_said_with_its_namespace() {
    let document = written(|writer| {
        writer.start(&PLAIN);
        writer.nil();
        writer.end();
    });
    assert_eq!(
        document,
        r#"<b xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>"#
    );
}

#[test]
fn open_elements_are_ended_at_the_end() {
    assert_eq!(
        written(|writer| {
            writer.start(&A);
            writer.start(&B);
            writer.text("c");
        }),
        r#"<n:A xmlns:n="urn:n"><n:B>c</n:B></n:A>"#
    );
}

#[test]
fn the_buffer_does_not_grow_within_its_capacity() {
    let mut writer = Writer::with_capacity(4096);
    writer.start(&A);
    writer.base64(&[7; 1500]);
    let mut text = String::new();
    for n in 0..100 {
        write!(text, "{n} & ").unwrap();
    }
    writer.text(&text);
    assert_eq!(writer.finish().capacity(), 4096);
}

/// Long texts are looked through in pieces.
#[test]
fn what_must_be_replaced_is_found_wherever_it_stands_in_a_long_text() {
    for at in 0..100 {
        for (special, replaced) in [
            ('&', "&amp;"),
            ('\u{1}', "\u{FFFD}"),
            ('\u{FFFF}', "\u{FFFD}"),
            ('"', "\""),
            ('ﾀ', "ﾀ"),
        ] {
            let (before, after) = ("æ".repeat(at / 2) + &"b".repeat(at % 2), "c".repeat(100 - at));
            let document = written(|writer| {
                writer.start(&PLAIN);
                writer.text(&format!("{before}{special}{after}"));
            });
            assert_eq!(document, format!("<b>{before}{replaced}{after}</b>"));
        }
    }
}
