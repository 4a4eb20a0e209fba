//! Documents that look odd and are well-formed. Their judge was libxml2, which takes every one of them.

use xml::{Limits, Reader};

use crate::pass;

const LEGAL: &[(&str, &[u8])] = &[
    ("one empty element", b"<a/>"),
    ("white space around the root", b"\r\n\t <a/> \n\r"),
    ("comments around the root", b"<!-- a --><!-- b --><a/><!-- c -->"),
    ("a byte order mark", b"\xEF\xBB\xBF<a/>"),
    (
        "a byte order mark and a declaration",
        b"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>",
    ),
    ("a byte order mark as a character", b"<a>\xEF\xBB\xBF</a>"),
    (
        "a declaration in single quotes",
        b"<?xml version='1.0' encoding='utf-8' standalone='no'?><a/>",
    ),
    (
        "a declaration without an encoding",
        b"<?xml version=\"1.0\" standalone=\"yes\"?><a/>",
    ),
    (
        "a declaration with white space",
        b"<?xml\n\tversion = \"1.0\"\r\nencoding\t=\n'Utf-8' ?><a/>",
    ),
    ("version 1.1, read as 1.0", b"<?xml version=\"1.1\"?><a/>"),
    ("ASCII declared and kept", b"<?xml version=\"1.0\" encoding=\"US-ASCII\"?><a/>"),
    ("white space in tags", b"<a \n\tb = 'c'\r\n></a \n>"),
    ("white space before the slash", b"<a />"),
    ("no white space before the slash", b"<a b='c'/>"),
    ("> in text", b"<a>1 > 0</a>"),
    ("> in a value", b"<a b='1 > 0'></a>"),
    ("/> in a value", b"<a b='/>'></a>"),
    ("quotes of the other kind in a value", b"<a b='\"' c=\"'\"/>"),
    ("]] in text", b"<a>a]] b]></a>"),
    ("]]> by reference", b"<a>]]&gt;</a>"),
    ("]]> split over CDATA", b"<a><![CDATA[]]]]><![CDATA[>]]></a>"),
    ("] before CDATA", b"<a>]]<![CDATA[>]]></a>"),
    ("an empty CDATA section", b"<a><![CDATA[]]></a>"),
    ("markup in CDATA", b"<a><![CDATA[<b>&nbsp;<!-- -- --></b>]]></a>"),
    ("brackets in CDATA", b"<a><![CDATA[]]]]]]></a>"),
    ("an empty comment", b"<a><!----></a>"),
    ("a comment of one hyphen and a space", b"<a><!-- - --></a>"),
    ("markup in a comment", b"<a><!-- <b> & ]]> </c> <? --></a>"),
    ("a comment that ends in >", b"<a><!-->>--></a>"),
    (
        "all predefined entities",
        b"<a b='&lt;&gt;&amp;&quot;&apos;'>&lt;&gt;&amp;&quot;&apos;</a>",
    ),
    ("references with leading zeros", b"<a>&#0000065;&#x00041;</a>"),
    ("references to white space", b"<a>&#9;&#10;&#13;&#32;</a>"),
    ("a reference to the last character", b"<a>&#x10FFFF;</a>"),
    ("references in both cases of hexadecimal digits", b"<a>&#xaB;&#xAb;</a>"),
    ("a reference cut by a comment is none", b"<a>&amp;<!-- -->amp;</a>"),
    ("DEL and C1 controls", b"<a>\x7F\xC2\x80\xC2\x85\xC2\x9F</a>"),
    ("line separators", "<a>\u{2028}\u{2029}</a>".as_bytes()),
    ("characters beyond the basic plane", "<a>𝄞😀</a>".as_bytes()),
    ("noncharacters of higher planes", "<a>\u{1FFFE}\u{10FFFF}</a>".as_bytes()),
    ("names in other letters", "<blåbær ørred='Ærø'><日本/></blåbær>".as_bytes()),
    ("names with digits, hyphens and full stops", b"<_a-1.b.c-2 d-.='e'/>"),
    ("names with combining marks and middle dot", "<a\u{301}\u{B7}/>".as_bytes()),
    ("names of the fifth edition", "<\u{10000}\u{203F}/>".as_bytes()),
    ("a name that begins with xml", b"<xmlish xmlnsa='1'/>"),
    ("a default namespace", b"<a xmlns='urn:n'><b/></a>"),
    ("a default namespace taken back", b"<a xmlns='urn:n'><b xmlns=''/></a>"),
    ("a prefix bound again", b"<p:a xmlns:p='urn:n'><p:b xmlns:p='urn:m'/></p:a>"),
    ("a prefix bound after its use in the tag", b"<p:a p:b='1' xmlns:p='urn:n'/>"),
    (
        "two prefixes for one namespace",
        b"<p:a xmlns:p='urn:n' xmlns:q='urn:n'><q:b/></p:a>",
    ),
    (
        "the same local name with and without namespace",
        b"<p:a xmlns:p='urn:n' p:b='1' b='2'/>",
    ),
    (
        "an attribute without prefix is in no namespace",
        b"<a xmlns='urn:n' xmlns:p='urn:n' b='1' p:b='2'/>",
    ),
    (
        "xml bound to its own namespace",
        b"<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='da'/>",
    ),
    ("the prefix xml without a declaration", b"<a xml:space='preserve' xml:lang='da'/>"),
    ("a relative namespace name", b"<a xmlns='a/b'/>"),
    ("a namespace name with a query", b"<a xmlns='http://a/b?c=d&amp;e=f'/>"),
    (
        "many attributes",
        b"<a a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l=''/>",
    ),
    ("an element inside one of the same name", b"<a><a><a/></a></a>"),
    ("mixed content", b"<a>b<c>d</c>e</a>"),
];

#[test]
fn odd_but_well_formed_documents_are_taken() {
    for (idea, document) in LEGAL {
        assert_eq!(pass(document), Ok(()), "{idea}");
    }
}

#[test]
fn a_captured_document_is_taken_again_and_captured_the_same() {
    for (idea, document) in LEGAL {
        let captured = Reader::new(document, Limits::default()).unwrap().capture().unwrap();
        assert_eq!(pass(captured.as_bytes()), Ok(()), "{idea}");
        assert_eq!(
            Reader::new(captured.as_bytes(), Limits::default()).unwrap().capture().unwrap(),
            captured,
            "{idea}"
        );
    }
}

#[test]
fn the_declared_encoding_of_transcoded_bytes_is_not_looked_at() {
    let document = b"<?xml version='1.0' encoding='utf-16'?><a/>";
    assert!(Reader::new(document, Limits::default()).is_err());
    let mut reader = Reader::transcoded(document, Limits::default()).unwrap();
    reader.skip().unwrap();
    reader.finish().unwrap();
    assert!(Reader::transcoded(b"<?xml version='1.0' encoding='a b'?><a/>", Limits::default()).is_err());
}
