//! A start tag taken apart: its name, its attributes, the namespaces it declares.

use std::borrow::Cow;

use crate::characters::{is_space, ncname_length, reference};
use crate::namespaces::{Namespaces, Space};
use crate::{Limits, Rule};

/// An attribute as a document has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'r> {
    /// Namespace name; empty for no namespace.
    pub namespace: &'r str,
    /// Local part.
    pub local: &'r str,
    /// The value, references and white space normalised.
    pub value: &'r str,
}

/// An attribute of the current start tag; namespace declarations are not among them.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    prefix: &'a str,
    pub(crate) local: &'a str,
    pub(crate) space: Space,
    pub(crate) value: Cow<'a, str>,
    /// Somebody asked for it, so the contract knows it.
    pub(crate) taken: bool,
}

/// Takes apart what stands between `<` and `>` (or `/>`): fills `attributes`, adds declarations to `namespaces`, returns prefix and local name.
pub(crate) fn scan<'a>(
    tag: &'a str,
    limits: &Limits,
    namespaces: &mut Namespaces<'a>,
    attributes: &mut Vec<Held<'a>>,
) -> Result<(&'a str, &'a str), Rule> {
    attributes.clear();
    let mut rest = tag;
    let name = take_name(&mut rest, limits)?;
    if rest.is_empty() {
        return Ok(name);
    }
    let own = namespaces.len();
    let mut count = 0;
    while take_space(&mut rest) && !rest.is_empty() {
        count += 1;
        if count > limits.attributes {
            return Err(Rule::Limit("attributes of an element"));
        }
        let (prefix, local) = take_name(&mut rest, limits)?;
        take_space(&mut rest);
        rest = rest.strip_prefix('=').ok_or(Rule::Malformed("an attribute has no value"))?;
        take_space(&mut rest);
        let value = take_value(&mut rest, limits)?;
        match (prefix, local) {
            ("", "xmlns") => namespaces.declare("", value, own, limits.namespaces)?,
            ("xmlns", prefix) => namespaces.declare(prefix, value, own, limits.namespaces)?,
            _ => attributes.push(Held {
                prefix,
                local,
                space: Space::None,
                value,
                taken: false,
            }),
        }
    }
    if !rest.is_empty() {
        return Err(Rule::Malformed("a tag holds something that is not an attribute"));
    }
    for attribute in attributes.iter_mut().filter(|attribute| !attribute.prefix.is_empty()) {
        attribute.space = namespaces.resolve(attribute.prefix)?;
    }
    if attributes.len() > 1 && has_twins(attributes, namespaces) {
        return Err(Rule::Malformed("an attribute stands twice"));
    }
    Ok(name)
}

fn take_space(rest: &mut &str) -> bool {
    let count = rest.bytes().take_while(|&byte| is_space(byte)).count();
    *rest = rest.get(count..).unwrap_or_default();
    count > 0
}

/// A name with at most one colon: (prefix, local).
fn take_name<'a>(rest: &mut &'a str, limits: &Limits) -> Result<(&'a str, &'a str), Rule> {
    const WRONG: Rule = Rule::Malformed("a name is wrong");
    let whole = *rest;
    let (first, after) = whole.split_at_checked(ncname_length(whole)).ok_or(WRONG)?;
    let (prefix, local, after) = match after.as_bytes().first() {
        Some(b':') => {
            let after = after.get(1..).unwrap_or_default();
            let (second, after) = after.split_at_checked(ncname_length(after)).ok_or(WRONG)?;
            if first.is_empty() || after.as_bytes().first() == Some(&b':') {
                return Err(WRONG);
            }
            (first, second, after)
        }
        _ => ("", first, after),
    };
    if local.is_empty() {
        return Err(WRONG);
    }
    let length = whole.len() - after.len();
    // Bytes are at least as many as characters; only a name that is long in bytes is counted.
    if length > limits.name_length && whole.get(..length).is_some_and(|name| name.chars().count() > limits.name_length) {
        return Err(Rule::Limit("characters of a name"));
    }
    *rest = after;
    Ok((prefix, local))
}

/// A quoted value: references replaced, each white space character a space (XML 1.0, 3.3.3).
fn take_value<'a>(rest: &mut &'a str, limits: &Limits) -> Result<Cow<'a, str>, Rule> {
    let quote = rest
        .bytes()
        .next()
        .filter(|quote| matches!(quote, b'"' | b'\''))
        .ok_or(Rule::Malformed("an attribute value is not quoted"))?;
    let text = rest.get(1..).unwrap_or_default();
    let length = text.bytes().position(|byte| byte == quote || byte == b'<');
    let (value, after) = length
        .and_then(|length| text.split_at_checked(length))
        .ok_or(Rule::Malformed("an attribute value does not end"))?;
    if after.starts_with('<') {
        return Err(Rule::Malformed("an attribute value holds a <"));
    }
    if value.len() > limits.attribute_value {
        return Err(Rule::Limit("bytes of an attribute value"));
    }
    *rest = after.get(1..).unwrap_or_default();
    if !value.bytes().any(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r')) {
        Ok(Cow::Borrowed(value))
    } else {
        normalise(value).map(Cow::Owned)
    }
}

fn normalise(value: &str) -> Result<String, Rule> {
    let mut normal = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
        let (before, after) = rest.split_at_checked(at).unwrap_or_default();
        normal.push_str(before);
        if let Some(after) = after.strip_prefix('&') {
            let (name, after) = after.split_once(';').ok_or(Rule::Malformed("a reference does not end"))?;
            normal.push(reference(name).ok_or(Rule::Malformed("a reference stands for nothing"))?);
            rest = after;
        } else {
            // A line end of two characters is one space.
            let line_end = after.strip_prefix("\r\n");
            rest = line_end.or_else(|| after.get(1..)).unwrap_or_default();
            normal.push(' ');
        }
    }
    normal.push_str(rest);
    Ok(normal)
}

/// Whether two attributes have the same expanded name. Few are compared with each other; many are sorted.
fn has_twins(attributes: &[Held<'_>], namespaces: &Namespaces<'_>) -> bool {
    let key = |attribute: &Held<'_>| namespaces.uri(attribute.space);
    if attributes.len() <= 8 {
        return attributes.iter().enumerate().any(|(at, one)| {
            attributes
                .iter()
                .skip(at + 1)
                .any(|other| one.local == other.local && key(one) == key(other))
        });
    }
    let mut names: Vec<_> = attributes
        .iter()
        .map(|attribute| (attribute.local, namespaces.uri(attribute.space)))
        .collect();
    names.sort_unstable();
    names.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
}
