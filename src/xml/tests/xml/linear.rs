//! Reading takes time in proportion to the document, whatever the document is made of: twice the document takes at most two and a half times as
//! long. A quadratic reader takes four times as long.
//!
//! What counts is the processor's time in this thread, and the least of many runs: others on the machine cost neither.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
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
            let before = processor_time();
            work(document, limits);
            processor_time() - before
        };
        (0..3).map(|_| once()).min().unwrap()
    };
    let (short, long) = (document(N), document(2 * N));
    let (mut one, mut two) = (time(&short), time(&long));
    for _ in 0..30 {
        if two * 2 <= one * 5 {
            return;
        }
        one = one.min(time(&short));
        two = two.min(time(&long));
    }
    panic!("{name}: {one:?}, then {two:?}");
}

/// Large enough that what grows with the square would be most of the work.
const N: usize = 16_000;

/// What this thread has had of a processor.
fn processor_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

#[test]
fn a_quadratic_reader_would_be_found() {
    let quadratic = |document: &str, _: Limits| {
        for at in 0..document.len() / 64 {
            std::hint::black_box(document.as_bytes().iter().take(at).filter(|byte| **byte == b'<').count());
        }
    };
    let judged = std::panic::catch_unwind(|| linear_work("quadratic", |n| "<b/>".repeat(n), quadratic));
    assert!(judged.is_err());
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
