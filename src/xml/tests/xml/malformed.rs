//! Documents that are not well-formed, one idea each. Their judge was libxml2, which refuses every one of them
//! (but for processing instructions and document types, which are our own refusal, and for version `1.`, which XML forbids and libxml2 takes).

use xml::Rule;

use crate::pass;

const MALFORMED: &[(&str, &[u8])] = &[
    // The document as a whole.
    ("nothing", b""),
    ("only white space", b" \n\t"),
    ("only a comment", b"<!-- a -->"),
    ("only a declaration", b"<?xml version=\"1.0\"?>"),
    ("no markup", b"text"),
    ("two roots", b"<a/><b/>"),
    ("two roots with a comment between", b"<a></a><!-- c --><a></a>"),
    ("text before the root", b"x<a/>"),
    ("text after the root", b"<a/>x"),
    ("a reference after the root", b"<a/>&#32;"),
    ("a reference before the root", b"&#32;<a/>"),
    ("CDATA before the root", b"<![CDATA[ ]]><a/>"),
    ("CDATA after the root", b"<a/><![CDATA[]]>"),
    ("an end tag first", b"</a>"),
    ("an end tag after the root", b"<a/></a>"),
    ("no end tag", b"<a>"),
    ("no end tag of the inner element", b"<a><b></a>"),
    ("crossed end tags", b"<a><b></a></b>"),
    ("an end tag in another case", b"<a></A>"),
    (
        "an end tag with another prefix for the same namespace",
        b"<p:a xmlns:p='urn:n' xmlns:q='urn:n'></q:a>",
    ),
    // Characters.
    ("a Latin-1 byte", b"<a>\xE6</a>"),
    ("an overlong byte sequence", b"<a>\xC0\xBC</a>"),
    ("a surrogate in UTF-8", b"<a>\xED\xA0\x80</a>"),
    ("a character cut short", b"<a>\xC3</a>"),
    ("a byte order mark of UTF-16", b"\xFE\xFF\x00<\x00a\x00/\x00>"),
    ("two byte order marks", b"\xEF\xBB\xBF\xEF\xBB\xBF<a/>"),
    (
        "a byte order mark after the declaration",
        b"<?xml version=\"1.0\"?>\xEF\xBB\xBF<a/>",
    ),
    ("a null byte", b"<a>\0</a>"),
    ("a control character in text", b"<a>\x01</a>"),
    ("a control character in a value", b"<a b='\x0B'/>"),
    ("a control character in a comment", b"<a><!-- \x0C --></a>"),
    ("a control character in CDATA", b"<a><![CDATA[\x1F]]></a>"),
    ("a control character in a tag", b"<a\x08/>"),
    ("a control character in the epilogue", b"<a/>\x1A"),
    ("U+FFFE", b"<a>\xEF\xBF\xBE</a>"),
    ("U+FFFF", b"<a>\xEF\xBF\xBF</a>"),
    // References.
    ("a reference to U+0000", b"<a>&#0;</a>"),
    ("a reference to a control character", b"<a>&#x1F;</a>"),
    ("a reference to a surrogate", b"<a>&#xD800;</a>"),
    ("a reference to U+FFFE", b"<a>&#xFFFE;</a>"),
    ("a reference beyond Unicode", b"<a>&#x110000;</a>"),
    ("a reference beyond all numbers", b"<a>&#99999999999999999999999999;</a>"),
    ("a reference without digits", b"<a>&#;</a>"),
    ("a hexadecimal reference without digits", b"<a>&#x;</a>"),
    ("a capital X", b"<a>&#X41;</a>"),
    ("a signed reference", b"<a>&#+65;</a>"),
    ("hexadecimal digits without x", b"<a>&#4A;</a>"),
    ("an unknown entity", b"<a>&nbsp;</a>"),
    ("an entity in another case", b"<a>&AMP;</a>"),
    ("an entity without a name", b"<a>&;</a>"),
    ("a lone ampersand", b"<a>b & c</a>"),
    ("an ampersand at the end", b"<a>&"),
    ("a reference without an end", b"<a>&amp</a>"),
    ("a reference in a value to nothing", b"<a b='&nbsp;'/>"),
    ("a reference in a value without an end", b"<a b='&amp'/>"),
    ("a null reference in a value", b"<a b='&#0;'/>"),
    ("white space in a reference", b"<a>&amp ;</a>"),
    // Comments, CDATA, text.
    ("two hyphens in a comment", b"<a><!-- a -- b --></a>"),
    ("a comment that ends in three hyphens", b"<a><!-- a ---></a>"),
    ("a comment too short", b"<a><!--></a>"),
    ("a comment too short by one", b"<a><!---></a>"),
    ("a comment without an end", b"<a><!-- </a>"),
    ("a comment without an end after the root", b"<a/><!-- "),
    ("two hyphens in a comment after the root", b"<a/><!-- -- -->"),
    ("]]> in text", b"<a>]]></a>"),
    ("]]> after CDATA", b"<a><![CDATA[x]]>]]></a>"),
    ("CDATA without an end", b"<a><![CDATA[x</a>"),
    ("CDATA in lower case", b"<a><![cdata[x]]></a>"),
    ("CDATA with white space", b"<a><![ CDATA[x]]></a>"),
    // Tags and names.
    ("an empty tag", b"<></>"),
    ("a tag without an end", b"<a"),
    ("a lone <", b"<"),
    ("< in text", b"<a>1 < 2</a>"),
    ("white space before a name", b"< a/>"),
    ("white space before the name of an end tag", b"<a></ a>"),
    ("an attribute in an end tag", b"<a></a b='c'>"),
    ("a slash too many", b"<a//>"),
    ("white space after the slash", b"<a/ >"),
    ("a slash in the middle", b"<a / b='c'/>"),
    ("a name that begins with a digit", b"<1a/>"),
    ("a name that begins with a hyphen", b"<-a/>"),
    ("a name that begins with a full stop", b"<.a/>"),
    ("a name with a sign", b"<a+b/>"),
    ("a name with a multiplication sign", "<a×/>".as_bytes()),
    ("a name that begins with a combining mark", "<\u{301}a/>".as_bytes()),
    ("a tag inside a tag", b"<a <b/>>"),
    // Attributes.
    ("an attribute without a value", b"<a b/>"),
    ("an attribute with = and no value", b"<a b=/>"),
    ("an attribute without quotes", b"<a b=c/>"),
    ("an attribute with two kinds of quotes", b"<a b='c\"/>"),
    ("a value without an end", b"<a b='c/></a>"),
    ("attributes without white space between", b"<a b='1'c='2'/>"),
    ("an attribute twice", b"<a b='1' b='2'/>"),
    (
        "an attribute twice by namespace",
        b"<a xmlns:p='urn:n' xmlns:q='urn:n' p:b='1' q:b='2'/>",
    ),
    (
        "an attribute twice among many",
        b"<a a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' a=''/>",
    ),
    ("< in a value", b"<a b='<'/>"),
    ("an attribute name that begins with a digit", b"<a 1b='c'/>"),
    ("a value without a name", b"<a ='c'/>"),
    ("a quote alone", b"<a '/>"),
    ("a comma between attributes", b"<a b='1', c='2'/>"),
    // Namespaces.
    ("an unbound prefix of an element", b"<p:a/>"),
    ("an unbound prefix of an attribute", b"<a p:b='c'/>"),
    (
        "a prefix used beside the element that binds it",
        b"<a><b xmlns:p='urn:n'/><p:c/></a>",
    ),
    ("two colons", b"<p:a:b xmlns:p='urn:n'/>"),
    ("a colon first", b"<:a/>"),
    ("a colon last", b"<a: xmlns:a='urn:n'/>"),
    ("a local name that begins with a digit", b"<p:1 xmlns:p='urn:n'/>"),
    ("a colon last in an attribute", b"<a xmlns:p='urn:n' p:='c'/>"),
    ("a prefix bound to nothing", b"<a xmlns:p=''/>"),
    ("a prefix without a name", b"<a xmlns:='urn:n'/>"),
    ("a default namespace twice", b"<a xmlns='urn:n' xmlns='urn:m'/>"),
    ("a prefix bound twice", b"<a xmlns:p='urn:n' xmlns:p='urn:n'/>"),
    ("xml bound to another namespace", b"<a xmlns:xml='urn:n'/>"),
    (
        "the xml namespace with another prefix",
        b"<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
    ),
    (
        "the xml namespace as the default",
        b"<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
    ),
    ("xmlns bound", b"<a xmlns:xmlns='urn:n'/>"),
    ("the xmlns namespace with a prefix", b"<a xmlns:p='http://www.w3.org/2000/xmlns/'/>"),
    ("an element with the prefix xmlns", b"<xmlns:a/>"),
    ("a namespace name that is no URI", b"<a xmlns:p='urn:a b'/>"),
    ("a namespace name that is white space", b"<a xmlns=' '/>"),
    ("a namespace name with a wrong port", b"<a xmlns='http://a:b/'/>"),
    // The XML declaration.
    ("a declaration after white space", b" <?xml version='1.0'?><a/>"),
    ("a declaration twice", b"<?xml version='1.0'?><?xml version='1.0'?><a/>"),
    ("a declaration inside", b"<a><?xml version='1.0'?></a>"),
    ("a declaration without a version", b"<?xml encoding='utf-8'?><a/>"),
    ("a declaration with nothing", b"<?xml ?><a/>"),
    ("version 2.0", b"<?xml version='2.0'?><a/>"),
    ("an empty version", b"<?xml version=''?><a/>"),
    ("a version without its last number", b"<?xml version='1.'?><a/>"),
    ("a version with words", b"<?xml version='1.0 final'?><a/>"),
    ("encoding before version", b"<?xml encoding='utf-8' version='1.0'?><a/>"),
    (
        "standalone before encoding",
        b"<?xml version='1.0' standalone='yes' encoding='utf-8'?><a/>",
    ),
    ("no white space in the declaration", b"<?xml version='1.0'encoding='utf-8'?><a/>"),
    ("standalone maybe", b"<?xml version='1.0' standalone='maybe'?><a/>"),
    ("an encoding with a space", b"<?xml version='1.0' encoding='utf 8'?><a/>"),
    ("an empty encoding", b"<?xml version='1.0' encoding=''?><a/>"),
    (
        "an attribute the declaration does not have",
        b"<?xml version='1.0' author='x'?><a/>",
    ),
    ("a declaration that ends without ?", b"<?xml version='1.0'><a/>"),
    ("a declaration without an end", b"<?xml version='1.0'"),
    ("a declaration in capitals", b"<?XML version='1.0'?><a/>"),
    (
        "the declared encoding is not that of the bytes",
        b"<?xml version='1.0' encoding='utf-16'?><a/>",
    ),
    (
        "ASCII declared, UTF-8 written",
        "<?xml version='1.0' encoding='us-ascii'?><a>æ</a>".as_bytes(),
    ),
    // What we do not take.
    ("a processing instruction before the root", b"<?a b?><a/>"),
    ("a processing instruction inside", b"<a><?b c?></a>"),
    ("a processing instruction after the root", b"<a/><?b?>"),
    ("a processing instruction without an end", b"<a><?b </a>"),
    ("a document type", b"<!DOCTYPE a><a/>"),
    ("a document type with a subset", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
    ("a document type that reads a file", b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"),
    ("a document type without an end", b"<!DOCTYPE a ["),
    ("a document type in lower case", b"<!doctype a><a/>"),
    ("a document type inside", b"<a><!DOCTYPE a></a>"),
    ("a document type after the root", b"<a/><!DOCTYPE a>"),
    ("an element declaration", b"<a><!ELEMENT a EMPTY></a>"),
    ("a conditional section", b"<a><![INCLUDE[x]]></a>"),
    ("a bare bang", b"<!><a/>"),
];

#[test]
fn malformed_documents_are_refused() {
    for (idea, document) in MALFORMED {
        match pass(document) {
            Err(violation) => assert!(matches!(violation.rule, Rule::Malformed(_)), "{idea}: {violation}"),
            Ok(()) => panic!("taken: {idea}"),
        }
    }
}

#[test]
fn malformed_content_is_refused_where_only_text_is_wanted() {
    for (idea, document) in MALFORMED {
        let read = || {
            let mut reader = xml::Reader::new(document, xml::Limits::default())?;
            reader.enter()?;
            reader.any_attributes();
            reader.text()?;
            reader.finish()
        };
        assert!(read().is_err(), "taken: {idea}");
    }
}

#[test]
fn a_document_cut_anywhere_is_refused() {
    let document =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><p:a xmlns:p=\"urn:n\" b='1'>æ&amp;<!-- c --><![CDATA[d]]><e/></p:a>".as_bytes();
    assert_eq!(pass(document), Ok(()));
    for end in 0..document.len() {
        assert!(pass(&document[..end]).is_err(), "taken: the first {end} bytes");
    }
}

#[test]
fn a_control_character_anywhere_is_refused() {
    let document = "<?xml version=\"1.0\"?><p:a xmlns:p=\"urn:n\" b='1'>æ&amp;<!-- c --><![CDATA[d]]><e/></p:a>\n".as_bytes();
    for at in 0..=document.len() {
        for control in [0, 1, 8, 11, 12, 14, 31] {
            let mut broken = document.to_vec();
            broken.insert(at, control);
            assert!(pass(&broken).is_err(), "taken: {control} at {at}");
        }
    }
}

/// A subset of a gigabyte would be read before it is refused if the tokenizer saw it.
#[test]
fn a_document_type_is_refused_before_its_subset_is_read() {
    let mut document = b"<!DOCTYPE a [".to_vec();
    document.extend(b"<!ENTITY b 'c'>".repeat(100_000));
    let rule = pass(&document).unwrap_err().rule;
    assert_eq!(rule, Rule::Malformed("a document type declaration is not taken"));
}
