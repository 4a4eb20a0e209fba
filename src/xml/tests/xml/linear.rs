//! Reading takes time in proportion to the document, whatever the document is made of.
//!
//! Eight times the document may take twenty-four times as long: far more than a linear reader needs on a busy machine,
//! far less than the sixty-four of a quadratic one.

use std::time::{Duration, Instant};

use xml::{Decode as _, Limits, Reader};

fn linear(name: &str, document: impl Fn(usize) -> String) {
    let read = |document: &str, limits: Limits| {
        let mut reader = Reader::new(document.as_bytes(), limits).unwrap();
        reader.enter().unwrap();
        reader.any_attributes();
        // Either the element has text or it has children.
        if reader.text().is_err() {
            let mut reader = Reader::new(document.as_bytes(), limits).unwrap();
            reader.skip().unwrap();
            reader.finish().unwrap();
        }
    };
    linear_work(name, document, read);
}

fn linear_work(name: &str, document: impl Fn(usize) -> String, work: impl Fn(&str, Limits)) {
    let limits = Limits {
        depth: usize::MAX,
        attributes: usize::MAX,
        namespaces: 32,
        name_length: usize::MAX,
        elements: usize::MAX,
        attribute_value: usize::MAX,
        instructions: false,
    };
    let time = |document: &str| -> Duration {
        let once = || {
            let start = Instant::now();
            work(document, limits);
            start.elapsed()
        };
        (0..5).map(|_| once()).min().unwrap()
    };
    let n = 4_000;
    let (short, long) = (document(n), document(8 * n));
    // The least of many runs is what the work costs; a busy machine needs more of them before it shows.
    let (mut one, mut eight) = (time(&short), time(&long));
    for _ in 0..20 {
        if eight < one * 24 {
            return;
        }
        one = one.min(time(&short));
        eight = eight.min(time(&long));
    }
    panic!("{name}: {one:?}, then {eight:?}");
}

#[test]
fn elements_side_by_side_cost_linear_time() {
    linear("siblings", |n| format!("<a>{}</a>", "<b c='d'>e</b>".repeat(n)));
}

#[test]
fn elements_inside_each_other_cost_linear_time() {
    linear("depth", |n| "<a>".repeat(n) + &"</a>".repeat(n));
}

#[test]
fn attributes_cost_linear_time() {
    linear("attributes", |n| {
        let attributes: String = (0..n).map(|at| format!(" a{at}=''")).collect();
        format!("<a{attributes}/>")
    });
}

#[test]
fn namespaces_cost_linear_time() {
    linear("namespaces", |n| {
        let declarations: String = (0..31).map(|at| format!(" xmlns:p{at}='urn:{at}'")).collect();
        format!("<a{declarations}>{}</a>", "<p0:b xmlns='urn:n' p1:c=''/>".repeat(n))
    });
}

#[test]
fn comments_cost_linear_time() {
    linear("comments", |n| format!("<a>{}</a>", "b<!-- - > - -->".repeat(n)));
    linear("one comment", |n| format!("<a><!-- {} --></a>", "- > ".repeat(n)));
}

#[test]
fn text_in_pieces_costs_linear_time() {
    linear("references", |n| format!("<a>{}</a>", "b&amp;&#13;\r".repeat(n)));
    linear("sections", |n| format!("<a>{}</a>", "b<![CDATA[c]]>".repeat(n)));
    linear("brackets", |n| format!("<a>{}</a>", "]]".repeat(n)));
    linear("one section", |n| format!("<a><![CDATA[{}]]></a>", "]] >".repeat(n)));
}

#[test]
fn values_cost_linear_time() {
    linear("references in a value", |n| format!("<a b='{}'/>", "&lt;\r\n".repeat(n)));
    linear("a long name", |n| format!("<{}/>", "aæ".repeat(n)));
}

#[test]
fn base64_costs_linear_time() {
    let decode = |document: &str, limits: Limits| {
        let mut reader = Reader::new(document.as_bytes(), limits).unwrap();
        reader.enter().unwrap();
        xml::datatypes::Base64::decode(&mut reader).unwrap();
    };
    linear_work("base64", |n| format!("<a>{}</a>", "QUJD".repeat(8 * n)), decode);
    linear_work("base64 in lines", |n| format!("<a>{}</a>", "QUJD\n".repeat(8 * n)), decode);
}
