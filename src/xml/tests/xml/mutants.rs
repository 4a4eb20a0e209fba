//! Documents made by chance from a fixed seed: whatever the reader takes must hold together.

use xml::{Limits, Reader};

use crate::pass;

const SEEDS: &[&str] = &[
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a>b &amp; &#65;<!-- c --><![CDATA[d<e]]></a>",
    "<p:a xmlns:p='urn:p' p:x='1' x='2'><p:b xmlns:q='urn:q' q:x='&lt;'/><c xmlns='urn:c'><d/><e xmlns=''/></c></p:a>",
    "<æ ø='å'>\r\nblåbær 日本 😀]]</æ><!-- end -->\n",
];

const PIECES: &[&str] = &[
    "<",
    ">",
    "/",
    "\"",
    "'",
    "&",
    ";",
    "=",
    " ",
    "\r",
    ":",
    "-",
    "--",
    "]]>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<a>",
    "</a>",
    "<a/>",
    "&#0;",
    "&amp;",
    " xmlns:p=''",
    " xmlns='urn:z'",
    " x='1'",
    "p:",
    "1",
    "\u{0}",
    "\u{FFFF}",
    "<?xml version='1.0'?>",
    "<!DOCTYPE a>",
    "æ",
    "x",
];

/// A small generator of numbers, the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

fn mutant(dice: &mut Dice) -> String {
    let mut characters: Vec<char> = SEEDS[dice.below(SEEDS.len())].chars().collect();
    for _ in 0..=dice.below(3) {
        let from = dice.below(characters.len() + 1);
        let to = (from + dice.below(4)).min(characters.len());
        let piece = if dice.below(3) == 0 { "" } else { PIECES[dice.below(PIECES.len())] };
        characters.splice(from..to, piece.chars());
    }
    characters.into_iter().collect()
}

#[test]
fn a_mutant_that_is_taken_holds_together() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let document = mutant(&mut dice);
        if pass(document.as_bytes()).is_err() {
            refused += 1;
            continue;
        }
        taken += 1;
        assert!(
            !document.contains("<!DOCTYPE") || document.contains("<!--") || document.contains("<![CDATA["),
            "{document}"
        );
        let captured = Reader::new(document.as_bytes(), Limits::default()).unwrap().capture().unwrap();
        assert_eq!(pass(captured.as_bytes()), Ok(()), "{document}");
        let root = captured.trim_end();
        assert!(pass(format!("{root}{root}").as_bytes()).is_err(), "two roots: {document}");
        assert_eq!(
            pass(format!("<r>{root}{root}</r>").as_bytes()),
            Ok(()),
            "inside another: {document}"
        );
        assert!(pass(&root.as_bytes()[..root.len() - 1]).is_err(), "cut: {document}");
    }
    assert!(taken > 500 && refused > 5_000, "{taken} taken, {refused} refused");
}
