//! The XML declaration: `<?xml version="1.0" encoding="utf-8" standalone="yes"?>`, in this order and nothing else.

use crate::Rule;
use crate::characters::is_space;

/// Reads the XML declaration at the start of the document, if there is one, and returns its length in bytes.
///
/// `transcoded` says that the declared encoding is that of the bytes before they became UTF-8.
pub(crate) fn read(document: &str, transcoded: bool) -> Result<usize, Rule> {
    let Some(after) = document.strip_prefix("<?xml") else {
        return Ok(0);
    };
    if !after.bytes().next().is_some_and(is_space) {
        // Some other processing instruction, `<?xml-stylesheet …?>`; refused as such.
        return Ok(0);
    }
    let mut rest = after;
    let version = pseudo_attribute(&mut rest, "version").ok_or(WRONG)?;
    if !is_version(version) {
        return Err(Rule::Malformed("the version of the XML declaration is not 1.0"));
    }
    if let Some(encoding) = pseudo_attribute(&mut rest, "encoding") {
        check_encoding(encoding, document, transcoded)?;
    }
    if let Some(standalone) = pseudo_attribute(&mut rest, "standalone")
        && !matches!(standalone, "yes" | "no")
    {
        return Err(WRONG);
    }
    skip_space(&mut rest);
    let rest = rest.strip_prefix("?>").ok_or(WRONG)?;
    Ok(document.len() - rest.len())
}

const WRONG: Rule = Rule::Malformed("the XML declaration is wrong");

/// `S name S? = S? quoted value`; leaves `rest` alone when something else stands there.
fn pseudo_attribute<'a>(rest: &mut &'a str, name: &str) -> Option<&'a str> {
    let mut at = *rest;
    if !skip_space(&mut at) {
        return None;
    }
    at = at.strip_prefix(name)?;
    skip_space(&mut at);
    at = at.strip_prefix('=')?;
    skip_space(&mut at);
    let quote = at.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (value, after) = at.get(1..)?.split_once(quote)?;
    *rest = after;
    Some(value)
}

fn skip_space(rest: &mut &str) -> bool {
    let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
    let skipped = trimmed.len() < rest.len();
    *rest = trimmed;
    skipped
}

/// A processor of XML 1.0 reads every `1.x` as 1.0 (fifth edition, 2.8).
fn is_version(version: &str) -> bool {
    version
        .strip_prefix("1.")
        .is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The bytes are UTF-8, so a declared encoding must say so, or say ASCII and be right.
fn check_encoding(encoding: &str, document: &str, transcoded: bool) -> Result<(), Rule> {
    let named = encoding.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && encoding
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    if !named {
        return Err(WRONG);
    }
    let is = |name: &str| encoding.eq_ignore_ascii_case(name);
    if transcoded || is("utf-8") || is("utf8") || (is("us-ascii") && document.is_ascii()) {
        Ok(())
    } else {
        Err(Rule::Malformed("the declared encoding is not that of the bytes, UTF-8"))
    }
}
