//! A text that an XSD pattern takes: the shortest way through it, with digits and letters where it leaves a choice.
//! It knows what patterns of contracts are made of; a pattern beyond that (subtracted classes, categories) gives a text that the caller finds refused.

use std::iter::Peekable;
use std::str::Chars;

/// A text for a pattern; none where the pattern breaks off.
pub(super) fn text(pattern: &str) -> Option<String> {
    let mut rest = pattern.chars().peekable();
    let text = branches(&mut rest)?;
    rest.next().is_none().then_some(text)
}

/// The first branch that is not empty; all are read.
fn branches(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut chosen = branch(rest)?;
    while rest.next_if_eq(&'|').is_some() {
        let other = branch(rest)?;
        if chosen.is_empty() {
            chosen = other;
        }
    }
    Some(chosen)
}

fn branch(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut text = String::new();
    while let Some(&next) = rest.peek() {
        if next == '|' || next == ')' {
            break;
        }
        let atom = atom(rest)?;
        text.push_str(&atom.repeat(times(rest)?));
    }
    Some(text)
}

fn atom(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    match rest.next()? {
        '(' => {
            let inner = branches(rest)?;
            rest.next_if_eq(&')').map(|_| inner)
        }
        '[' => class(rest).map(String::from),
        '\\' => escape(rest.next()?).map(|(first, _)| String::from(first)),
        '.' => Some("a".to_owned()),
        literal => Some(String::from(literal)),
    }
}

/// The least number the quantifier allows; once where it allows none, for a text that shows something.
fn times(rest: &mut Peekable<Chars<'_>>) -> Option<usize> {
    match rest.peek() {
        Some('?') => rest.next().map(|_| 0),
        Some('*' | '+') => rest.next().map(|_| 1),
        Some('{') => {
            rest.next();
            let inside: String = std::iter::from_fn(|| rest.next_if(|next| *next != '}')).collect();
            rest.next()?;
            let (least, most) = inside.split_once(',').unwrap_or((&inside, &inside));
            let least: usize = least.parse().ok()?;
            Some(if least == 0 && most != "0" { 1 } else { least })
        }
        _ => Some(1),
    }
}

/// A character of a class.
fn class(rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    let negated = rest.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        let first = match rest.next()? {
            ']' => break,
            '\\' => {
                let (first, last) = escape(rest.next()?)?;
                if first != last {
                    ranges.push((first, last));
                    continue;
                }
                first
            }
            first => first,
        };
        let mut ahead = rest.clone();
        let last = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) if last != ']' && last != '[' => {
                rest.next();
                match rest.next()? {
                    '\\' => escape(rest.next()?)?.1,
                    last => last,
                }
            }
            _ => first,
        };
        ranges.push((first, last));
    }
    let holds = |c: char| ranges.iter().any(|(first, last)| (*first..=*last).contains(&c));
    if negated {
        ['a', '1', 'A', '-', ' '].into_iter().find(|c| !holds(*c))
    } else {
        ranges.first().map(|(first, _)| *first)
    }
}

/// What an escape stands for: first and last of its characters.
fn escape(escaped: char) -> Option<(char, char)> {
    Some(match escaped {
        'd' => ('0', '9'),
        'w' | 'i' | 'c' => ('a', 'z'),
        's' => (' ', ' '),
        'n' => ('\n', '\n'),
        'r' => ('\r', '\r'),
        't' => ('\t', '\t'),
        'p' | 'P' => return None,
        other => (other, other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_that_the_pattern_takes() {
        for pattern in [
            "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}",
            r"([^>\(\)\[\]\\,;:@\s]{0,191}@[^>\(\)\[\]\\,;:@\s]{1,64})",
            "((((0[1-9]|1[0-9])(01|03))|((0[1-9])(02)))[0-9]{6})|0000000000",
            r"[\-][1]|[0-9]{1,8}",
            r"\d{4}\.[A-ZÆØÅ]+x?",
            "|abc",
            "(a|b)*c{2}",
        ] {
            let text = text(pattern).unwrap_or_default();
            let judge = xml::pattern::Pattern::new(pattern).ok();
            assert!(
                judge.is_some_and(|judge| xml::pattern::Matches::matches(&judge, &text)),
                "{pattern}: {text}"
            );
        }
        assert_eq!(text("(a"), None);
        assert_eq!(text("a)"), None);
    }
}
