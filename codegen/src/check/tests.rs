//! Tables of schemas with documents that are valid and documents that are not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Checker, Verdict, check};

/// Checks documents in the namespace `urn:t` against a schema with this body: those that are valid, and those that are
/// not with what is to be said of them.
fn table(schema: &str, valid: &[&str], invalid: &[(&str, &str)]) {
    let files = Files::new();
    let schema = format!(
        r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:t" targetNamespace="urn:t" elementFormDefault="qualified">{schema}</xs:schema>"#
    );
    files.write("schema.xsd", schema.as_bytes());
    for document in valid {
        assert_eq!(files.check(&full(document)).to_string(), "valid", "{document}");
    }
    for (document, said) in invalid {
        let verdict = files.check(&full(document));
        assert_eq!(verdict.to_string(), format!("invalid: {said}"), "{document}");
        assert_eq!(verdict.exit_code(), 1);
    }
}

/// The document with the prefixes a test uses declared on its root.
fn full(document: &str) -> String {
    let end = document.find(['>', '/', ' ']).unwrap();
    let (start, rest) = document.split_at(end);
    format!(
        r#"{start} xmlns="urn:t" xmlns:t="urn:t" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"{rest}"#
    )
}

/// An element `r` of a type with this content.
fn content(particle: &str) -> String {
    format!(r#"<xs:element name="r"><xs:complexType>{particle}</xs:complexType></xs:element>"#)
}

/// `<r>` with empty children named by single letters.
fn letters(names: &str) -> String {
    let children: String = names.chars().map(|name| format!("<{name}/>")).collect();
    format!("<r>{children}</r>")
}

fn words(particle: &str, valid: &[&str], invalid: &[&str]) {
    let files = Files::new();
    let body = content(particle);
    let schema = format!(
        r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" elementFormDefault="qualified">{body}</xs:schema>"#
    );
    files.write("schema.xsd", schema.as_bytes());
    for (names, code) in valid.iter().map(|names| (names, 0)).chain(invalid.iter().map(|names| (names, 1))) {
        let verdict = files.check(&full(&letters(names)));
        assert_eq!(verdict.exit_code(), code, "{particle} with {names:?}: {verdict}");
    }
}

/// A folder of its own, gone when the test ends.
struct Files(std::path::PathBuf);

impl Files {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("codegen-check-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.join(name), bytes).unwrap();
    }

    fn check(&self, document: &str) -> Verdict {
        self.write("instance.xml", document.as_bytes());
        check(&self.0.join("schema.xsd"), &self.0.join("instance.xml"))
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn occurrences_nest() {
    words(
        r#"<xs:choice minOccurs="0" maxOccurs="unbounded"><xs:element name="a" minOccurs="2" maxOccurs="3"/><xs:element name="b"/></xs:choice>"#,
        &["", "aa", "aaa", "aaaa", "aaaaa", "baab", "bbb", "aabaaa"],
        &["a", "aba", "aaba", "ba"],
    );
    words(
        r#"<xs:sequence minOccurs="2" maxOccurs="3"><xs:element name="a" maxOccurs="2"/></xs:sequence>"#,
        &["aa", "aaa", "aaaa", "aaaaa", "aaaaaa"],
        &["", "a", "aaaaaaa"],
    );
    words(
        r#"<xs:sequence minOccurs="2" maxOccurs="2"><xs:element name="a" minOccurs="3" maxOccurs="4"/></xs:sequence>"#,
        &["aaaaaa", "aaaaaaa", "aaaaaaaa"],
        &["aaaaa", "aaaaaaaaa"],
    );
    words(
        r#"<xs:sequence maxOccurs="unbounded"><xs:element name="a" minOccurs="2" maxOccurs="2"/></xs:sequence>"#,
        &["aa", "aaaa", "aaaaaa"],
        &["", "a", "aaa", "aaaaa"],
    );
}

#[test]
fn what_can_be_empty_counts_as_often_as_needed() {
    words(
        r#"<xs:sequence minOccurs="2" maxOccurs="2"><xs:element name="a" minOccurs="0"/><xs:element name="b" minOccurs="0"/></xs:sequence>"#,
        &["", "a", "b", "ab", "ba", "abab", "aa", "bb"],
        &["baba", "aaa", "abba"],
    );
    words(
        r#"<xs:choice minOccurs="2" maxOccurs="2"><xs:sequence minOccurs="0"><xs:element name="a"/></xs:sequence><xs:element name="b"/></xs:choice>"#,
        &["", "a", "b", "ab", "ba", "aa", "bb"],
        &["aba", "bbb"],
    );
    words(
        r#"<xs:sequence><xs:sequence minOccurs="0"><xs:element name="a"/><xs:element name="b" minOccurs="0"/></xs:sequence><xs:element name="c" minOccurs="0"/></xs:sequence>"#,
        &["", "a", "ab", "abc", "ac", "c"],
        &["b", "bc", "ca", "cc"],
    );
}

#[test]
fn all_is_in_any_order_and_each_at_most_once() {
    words(
        r#"<xs:all><xs:element name="a"/><xs:element name="b" minOccurs="0"/><xs:element name="c"/></xs:all>"#,
        &["ac", "ca", "abc", "cba", "bca"],
        &["", "a", "ab", "aac", "acc", "abcb", "acd"],
    );
    words(
        r#"<xs:all minOccurs="0"><xs:element name="a"/><xs:element name="b"/></xs:all>"#,
        &["", "ab", "ba"],
        &["a", "b"],
    );
}

#[test]
fn a_range_of_counts_stays_one_way_however_long_the_document() {
    let files = Files::new();
    let body = content(r#"<xs:sequence minOccurs="1000" maxOccurs="3000"><xs:element name="a" maxOccurs="2"/></xs:sequence>"#);
    let schema = format!(
        r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" elementFormDefault="qualified">{body}</xs:schema>"#
    );
    files.write("schema.xsd", schema.as_bytes());
    for (count, code) in [(999, 1), (1000, 0), (6000, 0), (6001, 1)] {
        assert_eq!(files.check(&full(&letters(&"a".repeat(count)))).exit_code(), code, "{count}");
    }
}

#[test]
fn a_violation_has_a_path_and_says_what_was_expected() {
    table(
        r#"<xs:element name="r"><xs:complexType><xs:sequence>
            <xs:element name="i" maxOccurs="2"><xs:complexType><xs:sequence><xs:element name="v" type="xs:int"/></xs:sequence></xs:complexType></xs:element>
            <xs:choice><xs:element name="x"/><xs:element name="y"/></xs:choice>
        </xs:sequence></xs:complexType></xs:element>"#,
        &[
            "<r><i><v>1</v></i><x/></r>",
            "<r>\n <i><v> 1 </v></i><!-- --><i><v>2</v></i> <y/>\n</r>",
        ],
        &[
            ("<q/>", "/: another element stands here, expected is a global element of the schema"),
            (
                "<r><i><v>1</v></i><i><v>b</v></i><x/></r>",
                "/r/i[2]/v: the text is not a valid int",
            ),
            ("<r><i><v>1</v></i></r>", "/r: {urn:t}i or {urn:t}x or {urn:t}y is missing"),
            ("<r><x/></r>", "/r: another element stands here, expected is {urn:t}i"),
            (
                "<r><i><v>1</v></i><x/><y/></r>",
                "/r: another element stands here, expected is the end of the element",
            ),
            ("<r><i><v>1</v></i><x/>text</r>", "/r: there is text where only elements may stand"),
            (
                "<r><i><v>1<w/></v></i><x/></r>",
                "/r/i[1]/v: another element stands here, expected is text",
            ),
        ],
    );
}

#[test]
fn attributes_are_declared_required_fixed_or_left_out() {
    table(
        &content(
            r#"<xs:attribute name="a" type="xs:int" use="required"/><xs:attribute name="f" type="xs:decimal" fixed="1.0"/>
            <xs:attribute name="q" form="qualified"/><xs:attribute name="n" use="prohibited"/>"#,
        ),
        &[
            r#"<r a=" 1 "/>"#,
            r#"<r a="1" f="1" t:q="x"/>"#,
            r#"<r a="1" xsi:schemaLocation="urn:t t.xsd"/>"#,
            "<r a='1'><!-- --></r>",
        ],
        &[
            ("<r/>", "/r: @a is missing"),
            (r#"<r a="x"/>"#, "/r/@a: the text is not a valid int"),
            (r#"<r a="1" f="2"/>"#, "/r/@f: the value breaks the facet fixed"),
            (r#"<r a="1" q="x"/>"#, "/r: there is an attribute the contract does not declare"),
            (r#"<r a="1" n="x"/>"#, "/r: there is an attribute the contract does not declare"),
            (r#"<r a="1"> </r>"#, "/r: there is text where only elements may stand"),
        ],
    );
}

#[test]
fn wildcards_take_namespaces_and_look_as_far_as_they_say() {
    let schema = |process: &str| {
        format!(
            r###"<xs:element name="g" type="xs:int"/><xs:attribute name="g" type="xs:int"/>
            <xs:element name="r"><xs:complexType>
                <xs:sequence><xs:any namespace="##targetNamespace urn:x" processContents="{process}" minOccurs="0"/></xs:sequence>
                <xs:anyAttribute namespace="##targetNamespace" processContents="{process}"/>
            </xs:complexType></xs:element>"###
        )
    };
    let unknown = "another element stands here, expected is";
    table(
        &schema("strict"),
        &[
            "<r/>",
            "<r><g>1</g></r>",
            r#"<r t:g="1"/>"#,
            r#"<r><x xmlns="urn:x" xsi:type="xs:int">1</x></r>"#,
        ],
        &[
            ("<r><g>x</g></r>", "/r/g: the text is not a valid int"),
            ("<r><h/></r>", &format!("/r/h: {unknown} a global element of the schema")),
            (
                r#"<r><y xmlns="urn:y"/></r>"#,
                &format!("/r: {unknown} an element of urn:t or urn:x"),
            ),
            (r#"<r t:g="x"/>"#, "/r/@g: the text is not a valid int"),
            (r#"<r t:h="x"/>"#, "/r: there is an attribute the contract does not declare"),
            (r#"<r g="1"/>"#, "/r: there is an attribute the contract does not declare"),
        ],
    );
    table(
        &schema("lax"),
        &[
            "<r><h a='1'>text<b/>more</h></r>",
            r#"<r t:h="x"/>"#,
            r#"<r><x xmlns="urn:x"><t:g>1</t:g></x></r>"#,
        ],
        &[
            ("<r><g>x</g></r>", "/r/g: the text is not a valid int"),
            (
                r#"<r><x xmlns="urn:x">a<t:g>x</t:g></x></r>"#,
                "/r/x/g: the text is not a valid int",
            ),
            (
                r#"<r><x xmlns="urn:x" xsi:type="xs:int">a</x></r>"#,
                "/r/x: the text is not a valid int",
            ),
        ],
    );
    table(
        &schema("skip"),
        &["<r><g>x</g></r>", r#"<r t:g="x"/>"#, r#"<r><x xmlns="urn:x"><t:g>x</t:g></x></r>"#],
        &[],
    );
}

#[test]
fn nil_needs_a_nillable_element_without_content() {
    table(
        &content(
            r#"<xs:sequence><xs:element name="n" type="xs:int" nillable="true" minOccurs="0"/><xs:element name="m" type="xs:int" minOccurs="0"/></xs:sequence>"#,
        ),
        &[
            r#"<r><n xsi:nil="true"/></r>"#,
            r#"<r><n xsi:nil="1"><!-- --></n></r>"#,
            r#"<r><n xsi:nil="false">1</n></r>"#,
        ],
        &[
            (
                r#"<r><n xsi:nil="true">1</n></r>"#,
                "/r/n: the element may not be nil, or is nil and not empty",
            ),
            (
                r#"<r><n xsi:nil="true"> </n></r>"#,
                "/r/n: the element may not be nil, or is nil and not empty",
            ),
            (r#"<r><n xsi:nil="yes">1</n></r>"#, "/r/n: the text is not a valid boolean"),
            (
                r#"<r><m xsi:nil="false">1</m></r>"#,
                "/r/m: the element may not be nil, or is nil and not empty",
            ),
        ],
    );
}

#[test]
fn an_empty_element_takes_its_default_and_a_fixed_one_has_one_value() {
    table(
        &content(
            r#"<xs:sequence><xs:element name="d" type="xs:int" default="5" minOccurs="0"/><xs:element name="f" type="xs:decimal" fixed="1.0" minOccurs="0"/></xs:sequence>"#,
        ),
        &["<r><d/></r>", "<r><d>6</d><f/></r>", "<r><f> 1 </f></r>"],
        &[
            ("<r><d> </d></r>", "/r/d: the text is not a valid int"),
            ("<r><f>2</f></r>", "/r/f: the value breaks the facet fixed"),
        ],
    );
}

#[test]
fn xsi_type_names_a_derived_type_that_is_not_blocked_or_abstract() {
    let refused = |name: &str| format!("/r/{name}: xsi:type names a type that may not stand here");
    table(
        r#"<xs:complexType name="B"><xs:sequence><xs:element name="x" type="xs:int"/></xs:sequence></xs:complexType>
        <xs:complexType name="E"><xs:complexContent><xs:extension base="B"><xs:sequence><xs:element name="y"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
        <xs:complexType name="A" abstract="true"><xs:complexContent><xs:extension base="B"/></xs:complexContent></xs:complexType>
        <xs:complexType name="S"><xs:simpleContent><xs:extension base="xs:int"><xs:attribute name="u"/></xs:extension></xs:simpleContent></xs:complexType>
        <xs:complexType name="Z"/>
        <xs:simpleType name="M"><xs:restriction base="xs:int"><xs:maxInclusive value="5"/></xs:restriction></xs:simpleType>
        <xs:element name="r"><xs:complexType><xs:choice>
            <xs:element name="b" type="B"/><xs:element name="k" type="B" block="extension"/><xs:element name="a" type="A"/>
            <xs:element name="i" type="xs:int"/><xs:element name="any"/>
        </xs:choice></xs:complexType></xs:element>"#,
        &[
            "<r><b><x>1</x></b></r>",
            r#"<r><b xsi:type="t:E"><x>1</x><y/></b></r>"#,
            r#"<r><b xsi:type=" B "><x>1</x></b></r>"#,
            r#"<r><i xsi:type="t:M">5</i></r>"#,
            r#"<r><i xsi:type="xs:byte">5</i></r>"#,
            r#"<r><i xsi:type="t:S" u="1">5</i></r>"#,
            r#"<r><any xsi:type="t:B"><x>1</x></any></r>"#,
        ],
        &[
            (r#"<r><b xsi:type="t:E"><x>1</x></b></r>"#, "/r/b: {urn:t}y is missing"),
            (r#"<r><k xsi:type="t:E"><x>1</x><y/></k></r>"#, &refused("k")),
            (r#"<r><b xsi:type="t:Z"/></r>"#, &refused("b")),
            (r#"<r><b xsi:type="t:None"/></r>"#, &refused("b")),
            (r#"<r><b xsi:type="t:A"><x>1</x></b></r>"#, &refused("b")),
            ("<r><a><x>1</x></a></r>", &refused("a")),
            (r#"<r><i xsi:type="xs:string">5</i></r>"#, &refused("i")),
            (r#"<r><i xsi:type="t:M">6</i></r>"#, "/r/i: the value breaks the facet maxInclusive"),
            (r#"<r><any xsi:type="xs:int">x</any></r>"#, "/r/any: the text is not a valid int"),
        ],
    );
}

#[test]
fn an_id_is_unique_and_a_reference_finds_it() {
    table(
        &content(
            r#"<xs:sequence><xs:element name="i" maxOccurs="unbounded"><xs:complexType><xs:attribute name="id" type="xs:ID"/><xs:attribute name="refs" type="xs:IDREFS"/></xs:complexType></xs:element></xs:sequence>"#,
        ),
        &[r#"<r><i refs="b a"/><i id="a"/><i id="b"/></r>"#],
        &[
            (r#"<r><i id="a"/><i id="a"/></r>"#, "/r/i[2]/@id: the text is not a valid ID"),
            (r#"<r><i id="a" refs="a c"/></r>"#, "/r/i[1]/@refs: the text is not a valid IDREF"),
        ],
    );
}

#[test]
fn types_that_contain_themselves_are_walked_as_deep_as_the_document() {
    table(
        r#"<xs:complexType name="N"><xs:sequence><xs:element name="n" type="N" minOccurs="0"/></xs:sequence></xs:complexType><xs:element name="r" type="N"/>"#,
        &["<r/>", "<r><n><n><n/></n></n></r>"],
        &[("<r><n><n>x</n></n></r>", "/r/n/n: there is text where only elements may stand")],
    );
    let files = Files::new();
    files.write(
        "schema.xsd",
        br#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r"/></xs:schema>"#,
    );
    let deep = "<r>".repeat(100_000) + &"</r>".repeat(100_000);
    assert_eq!(files.check(&deep).exit_code(), 1);
}

#[test]
fn a_chameleon_takes_the_namespace_that_includes_it() {
    let files = Files::new();
    files.write(
        "schema.xsd",
        br#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:t" targetNamespace="urn:t" elementFormDefault="qualified">
            <xs:include schemaLocation="part.xsd"/><xs:element name="r" type="P"/></xs:schema>"#,
    );
    files.write(
        "part.xsd",
        br#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"><xs:include schemaLocation="part.xsd"/>
            <xs:complexType name="P"><xs:sequence><xs:element name="v" type="V"/></xs:sequence></xs:complexType>
            <xs:simpleType name="V"><xs:restriction base="xs:token"><xs:length value="2"/></xs:restriction></xs:simpleType></xs:schema>"#,
    );
    assert_eq!(files.check(&full("<r><v> ab </v></r>")).to_string(), "valid");
    assert_eq!(
        files.check(&full("<r><v>abc</v></r>")).to_string(),
        "invalid: /r/v: the value breaks the facet length"
    );
    assert_eq!(files.check(r#"<r xmlns="urn:t"><v xmlns="">ab</v></r>"#).exit_code(), 1);
}

#[test]
fn an_instance_may_be_utf_16() {
    let files = Files::new();
    files.write(
        "schema.xsd",
        br#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r" type="xs:NCName"/></xs:schema>"#,
    );
    for (mark, bytes) in [(0xFEFF_u16, u16::to_le_bytes as fn(u16) -> [u8; 2]), (0xFEFF, u16::to_be_bytes)] {
        let text = r#"<?xml version="1.0" encoding="UTF-16"?><r>ærø</r>"#;
        let document: Vec<u8> = std::iter::once(mark).chain(text.encode_utf16()).flat_map(bytes).collect();
        files.write("instance.xml", &document);
        assert_eq!(
            check(&files.0.join("schema.xsd"), &files.0.join("instance.xml")).to_string(),
            "valid"
        );
    }
}

#[test]
fn a_schema_that_cannot_be_used_is_told_with_its_place() {
    for (body, said) in [
        (
            r#"<xs:simpleType name="T"><xs:restriction base="xs:string"><xs:pattern value="("/></xs:restriction></xs:simpleType>"#,
            "a group is not closed",
        ),
        (
            r#"<xs:simpleType name="T"><xs:restriction base="xs:int"><xs:minInclusive value="x"/></xs:restriction></xs:simpleType>"#,
            "minInclusive",
        ),
        (r#"<xs:element name="e" type="xs:int" default="x"/>"#, "xs:element e"),
        (r#"<xs:element name="e" type="missing"/>"#, "missing"),
    ] {
        let files = Files::new();
        let schema = format!("<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\n{body}\n</xs:schema>");
        files.write("schema.xsd", schema.as_bytes());
        let verdict = files.check("<r/>");
        assert_eq!(verdict.exit_code(), 2, "{verdict}");
        let text = verdict.to_string();
        assert!(text.contains("schema.xsd:2") && text.contains(said), "{text}");
    }
}

#[test]
fn a_checker_serves_many_documents() {
    let files = Files::new();
    files.write(
        "schema.xsd",
        br#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r" type="xs:int"/></xs:schema>"#,
    );
    let sources = crate::source::load(&[files.0.join("schema.xsd")], &[]).unwrap();
    let model = crate::resolve::resolve(&sources).unwrap();
    let checker = Checker::new(&model).unwrap();
    assert!(checker.check(b"<r>1</r>").is_ok());
    assert!(checker.check(b"<r>x</r>").is_err());
    assert!(checker.check(b"<r>1</r><r/>").is_err());
    assert!(checker.check(b"<r>2</r>").is_ok());
}

#[test]
fn counts_that_are_fixed_leave_one_way_to_read_and_names_may_come_again_later() {
    let b = |bounds: &str| format!(r#"<xs:element name="b" type="xs:string" {bounds}/>"#);
    let c = r#"<xs:element name="c" type="xs:string"/>"#;
    let fixed = format!("<xs:sequence>{}{}</xs:sequence>", b(r#"minOccurs="2" maxOccurs="2""#), b(""));
    words(&fixed, &["bbb"], &["bb", "bbbb"]);
    let apart = format!("<xs:sequence>{}{c}{}</xs:sequence>", b(r#"minOccurs="0""#), b(r#"minOccurs="0""#));
    words(&apart, &["c", "bc", "cb", "bcb"], &["bb", "bbc"]);
    let rounds = format!(
        r#"<xs:sequence><xs:sequence minOccurs="2" maxOccurs="2">{}{c}</xs:sequence>{}</xs:sequence>"#,
        b(""),
        b("")
    );
    words(&rounds, &["bcbcb"], &["bcb", "bcbc"]);
}
