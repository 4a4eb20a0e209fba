"""Mutants: documents changed by chance, the same ones for the same seed.

Half of the changes know nothing of XML and mostly break it; the others move whole tags, elements and values, so that what comes out is often
well-formed and sometimes valid.
"""

import re

PIECES = [
    b"<", b">", b"/", b'"', b"'", b"&", b";", b"=", b" ", b"\r", b"\n", b"\t", b":", b"-", b"--", b"]]>", b"<!--", b"-->", b"<![CDATA[", b"<a>",
    b"</a>", b"<a/>", b"&#0;", b"&#x1F;", b"&#65;", b"&amp;", b"&lt;", b"&nbsp;", b"&#xD800;", b"&#x10FFFF;", b" xmlns:p=''", b" xmlns='urn:z'",
    b" xmlns:q='urn:q' q:r='1'", b" x='1'", b" x='1' x='2'", b" xml:lang='da'", b"p:", b"1", b"\0", b"\x01", b"\x7f", b"\xc2\x85", b"\xe6", b"\xc3",
    b"\xef\xbf\xbe", b"\xef\xbb\xbf", b"\xf0\x9f\x98\x80", b"<?xml version='1.0'?>", b"<?a b?>", b"<!DOCTYPE a>", "æ".encode(), "е".encode(),
    b" xmlns:xml='http://www.w3.org/XML/1998/namespace'", b" xmlns:xmlns='urn:x'", b" xsi:nil='true'",
    b" xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='true'",
    b" xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='1'",
    b" xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='urn:a a.xsd'",
]
VALUES = [
    "", " ", "\n 1 \n", "0", "1", "2", "8", "-1", "+1", "01", "007", "1.0", "1e3", "0x1", "2147483647", "2147483648", "-2147483649", "99999999999999999999", "NaN",
    "INF", "true", "false", "TRUE", "yes", " true ", "2026-11-20", "2026-02-29", "2024-02-29", "2026-13-01", "0000-01-01", "-0001-01-01", "10000-01-01",
    "2026-11-20T10:00:00", "2026-11-20T10:00:00Z", "2026-11-20T24:00:00", "2026-11-20T24:00:01", "2026-11-20T10:00:60", "2026-11-20T10:00:00.1234567890",
    "2026-11-20T10:00:00+14:00", "2026-11-20T10:00:00+14:01", "2026-11-20T10:00:00-99:00", "2026-11-20 10:00:00", "2026-11-20Z", "2026-11-20+01:00", "1503850002",
    "150385-0002", "١٥٠٣٨٥٠٠٠٢", "0101010001", "a", "æøå", "\U0001f600", "x" * 300, "x" * 25000, "<![CDATA[a]]>", "&#65;", "&amp;", "a<!-- c -->b", "a<?b?>c",
    "SGVq", "SGVq\n", "SGV", "S G V q", "SGVqPQ==", "====", "0195a3c4-7c1f-7abc-8def-0123456789ab", "0195A3C4-7C1F-7ABC-8DEF-0123456789AB",
    "{0195a3c4-7c1f-7abc-8def-0123456789ab}", "a\tb", "a  b", "\u00a0", "\u2028", "\u0085",
]
TYPES = [
    "xs:string", "xs:normalizedString", "xs:token", "xs:NMTOKEN", "xs:language", "xs:int", "xs:integer", "xs:long", "xs:short", "xs:decimal", "xs:boolean",
    "xs:dateTime", "xs:date", "xs:base64Binary", "xs:anyURI", "xs:anySimpleType", "xs:anyType", "xs:nothing", "string", "q:string", "", " xs:string ", "xs:string xs:int",
]
TAG = re.compile(rb"<[^<>]*>")
LEAF = re.compile(rb"<([^\s/<>!?]+)((?:\s[^<>]*)?)>([^<]*)</\1\s*>")
NAMES = re.compile(rb"[A-Za-z][A-Za-z0-9]{3,}")


def mutant(dice, document):
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        document = dice.choice(CHANGES)(dice, document)
    return document


def splice(dice, document):
    start = dice.randrange(len(document) + 1)
    end = min(len(document), start + dice.randrange(4))
    return document[:start] + dice.choice([b"", dice.choice(PIECES)]) + document[end:]


def flip(dice, document):
    at = dice.randrange(max(1, len(document)))
    changed = bytearray(document)
    if changed:
        changed[at] ^= 1 << dice.randrange(8)
    return bytes(changed)


def cut(dice, document):
    return document[: dice.randrange(len(document) + 1)]


def repeat(dice, document):
    start = dice.randrange(len(document) + 1)
    end = min(len(document), start + dice.randrange(200))
    return document[:end] + document[start:end] + document[end:]


def some(dice, pattern, document):
    found = list(pattern.finditer(document))
    return dice.choice(found) if found else None


def with_leaf(change):
    def apply(dice, document):
        leaf = some(dice, LEAF, document)
        return document if leaf is None else document[: leaf.start()] + change(dice, leaf, document) + document[leaf.end() :]

    return apply


def value(dice, leaf, _):
    return b"<%b%b>%b</%b>" % (leaf[1], leaf[2], dice.choice(VALUES).encode(), leaf[1])


def typed(dice, leaf, _document):
    named = b" xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='%b'" % dice.choice(TYPES).encode()
    return b"<%b%b%b>%b</%b>" % (leaf[1], leaf[2], named, leaf[3], leaf[1])


def leave_out(_dice, _leaf, _document):
    return b""


def twice(_dice, leaf, _document):
    return leaf[0] + leaf[0]


def empty(_dice, leaf, _document):
    return b"<%b%b/>" % (leaf[1], leaf[2])


def wrap(dice, leaf, _document):
    before, after = dice.choice([(b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<a>", b"</a>"), (b" ", b" "), (b"x", b"")])
    return before + leaf[0] + after


def another_leaf(dice, _leaf, document):
    return some(dice, LEAF, document)[0]


def attribute(dice, document):
    tag = some(dice, TAG, document)
    if tag is None or len(tag[0]) < 3:
        return document
    end = tag.end() - (2 if tag[0].endswith(b"/>") else 1)
    added = dice.choice([piece for piece in PIECES if piece.startswith(b" x")] + [b" a='1'", b" a:b='1'", b" xmlns:a='urn:a' a:b='1'", b"  "])
    return document[:end] + added + document[end:]


def between(dice, document):
    tag = some(dice, TAG, document)
    if tag is None:
        return document
    return document[: tag.end()] + dice.choice([b"<!-- c -->", b" ", b"\n", b"\t", b"x", b"<?a?>", b"<a/>", b"&#32;", b"<![CDATA[ ]]>"]) + document[tag.end() :]


def rename(dice, document):
    name, other = some(dice, NAMES, document), some(dice, NAMES, document)
    if name is None:
        return document
    new = dice.choice([other[0], name[0].swapcase(), name[0] + b"s", b"a"])
    return document.replace(name[0], new) if dice.random() < 0.5 else document[: name.start()] + new + document[name.end() :]


LEAVES = [with_leaf(change) for change in (value, value, value, typed, leave_out, twice, empty, wrap, another_leaf)]
CHANGES = [splice, splice, flip, cut, repeat, attribute, between, rename] + LEAVES
