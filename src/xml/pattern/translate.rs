//! A recursive-descent reader of the dialect that writes the pattern in `regex` syntax as it goes.

use std::iter::Peekable;
use std::str::Chars;

use super::PatternError;
use super::class::{literal, multi_escape, property, single_escape};

/// How deep groups and subtracted classes may nest; `regex` itself stops at 250.
const DEEPEST: usize = 80;

/// The pattern in `regex` syntax, to be anchored by the caller.
pub(super) fn translate(pattern: &str) -> Result<String, PatternError> {
    let mut translator = Translator {
        rest: pattern.chars().peekable(),
        at: 1,
        depth: 0,
        out: String::from("(?:"),
    };
    translator.alternatives()?;
    if translator.rest.peek().is_some() {
        return translator.fail("a group is closed that was not opened");
    }
    translator.out.push(')');
    Ok(translator.out)
}

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    /// Number of the next character, from 1.
    at: usize,
    depth: usize,
    out: String,
}

impl Translator<'_> {
    /// Pieces and bars, up to the end of the pattern or of the group.
    fn alternatives(&mut self) -> Result<(), PatternError> {
        while let Some(&character) = self.rest.peek() {
            match character {
                ')' => break,
                '|' => {
                    self.next();
                    self.out.push('|');
                }
                _ => {
                    self.atom()?;
                    self.quantifier()?;
                }
            }
        }
        Ok(())
    }

    fn atom(&mut self) -> Result<(), PatternError> {
        match self.next() {
            Some('(') => self.group(),
            Some('[') => self.class(),
            Some('.') => {
                self.out.push_str("[^\\n\\r]");
                Ok(())
            }
            Some('\\') => {
                match self.escape()? {
                    Escape::Character(character) => literal(&mut self.out, character),
                    Escape::Class(class) => self.out.push_str(&class),
                }
                Ok(())
            }
            Some('?' | '*' | '+' | '{') => self.fail("a quantifier has nothing before it"),
            Some(']') => self.fail("a closing bracket stands alone"),
            Some(character) => {
                literal(&mut self.out, character);
                Ok(())
            }
            None => self.fail("the pattern ends too early"),
        }
    }

    fn group(&mut self) -> Result<(), PatternError> {
        self.descend()?;
        self.out.push_str("(?:");
        self.alternatives()?;
        if self.next() != Some(')') {
            return self.fail("a group is not closed");
        }
        self.out.push(')');
        self.depth -= 1;
        Ok(())
    }

    fn quantifier(&mut self) -> Result<(), PatternError> {
        match self.rest.peek() {
            Some(&sign @ ('?' | '*' | '+')) => {
                self.next();
                self.out.push(sign);
            }
            Some('{') => {
                self.next();
                self.counts()?;
            }
            _ => {}
        }
        Ok(())
    }

    /// `n}`, `n,}` or `n,m}`.
    fn counts(&mut self) -> Result<(), PatternError> {
        let least = self.number()?;
        let counts = match self.next() {
            Some('}') => format!("{{{least}}}"),
            Some(',') if self.rest.peek() == Some(&'}') => {
                self.next();
                format!("{{{least},}}")
            }
            Some(',') => {
                let most = self.number()?;
                if most < least {
                    return self.fail("a quantifier's bounds are the wrong way round");
                }
                if self.next() != Some('}') {
                    return self.fail("a quantifier is not closed");
                }
                format!("{{{least},{most}}}")
            }
            _ => return self.fail("a quantifier is not closed"),
        };
        self.out.push_str(&counts);
        Ok(())
    }

    fn number(&mut self) -> Result<u32, PatternError> {
        let mut number: Option<u32> = None;
        while let Some(digit) = self.rest.peek().and_then(|character| character.to_digit(10)) {
            self.next();
            let next = number.unwrap_or(0).checked_mul(10).and_then(|tens| tens.checked_add(digit));
            if next.is_none() {
                return self.fail("a quantifier's number is too large");
            }
            number = next;
        }
        match number {
            Some(number) => Ok(number),
            None => self.fail("a quantifier has no number"),
        }
    }

    /// A class behind its opening bracket. The dialect's `[a-z-[x]]` is `[[a-z]--[x]]` here.
    fn class(&mut self) -> Result<(), PatternError> {
        self.descend()?;
        let negated = self.rest.next_if_eq(&'^').is_some();
        if negated {
            self.at += 1;
        }
        self.out.push_str(if negated { "[[^" } else { "[[" });
        let mut is_empty = true;
        loop {
            match self.next() {
                None => return self.fail("a class is not closed"),
                Some(']') if is_empty => return self.fail("a class is empty"),
                Some(']') => {
                    self.out.push(']');
                    break;
                }
                Some('[') => return self.fail("a bracket in a class is not escaped"),
                Some('-') if !is_empty && self.rest.peek() == Some(&'[') => {
                    self.next();
                    self.out.push_str("]--");
                    self.class()?;
                    if self.next() != Some(']') {
                        return self.fail("a class goes on after its subtraction");
                    }
                    break;
                }
                Some('\\') => match self.escape()? {
                    Escape::Class(class) => self.out.push_str(&class),
                    Escape::Character(character) => self.range(character)?,
                },
                // Anywhere else a dash is a dash, as in `[a-c-e]`: the W3C's tests want it so.
                Some(character) => self.range(character)?,
            }
            is_empty = false;
        }
        self.out.push(']');
        self.depth -= 1;
        Ok(())
    }

    /// A character, or the range it begins.
    fn range(&mut self, first: char) -> Result<(), PatternError> {
        literal(&mut self.out, first);
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') || matches!(ahead.next(), None | Some(']' | '[')) {
            return Ok(());
        }
        self.next();
        let last = match self.next() {
            Some('\\') => match self.escape()? {
                Escape::Character(character) => character,
                Escape::Class(_) => return self.fail("a range ends in a class"),
            },
            Some(character) => character,
            None => return self.fail("a class is not closed"),
        };
        if last < first {
            return self.fail("a range is the wrong way round");
        }
        self.out.push('-');
        literal(&mut self.out, last);
        Ok(())
    }

    fn escape(&mut self) -> Result<Escape, PatternError> {
        let Some(letter) = self.next() else {
            return self.fail("the pattern ends too early");
        };
        if let Some(character) = single_escape(letter) {
            return Ok(Escape::Character(character));
        }
        let class = match letter {
            'p' | 'P' => {
                let name = self.property_name()?;
                property(&name, letter == 'P')
            }
            _ => multi_escape(letter),
        };
        match class {
            Some(class) => Ok(Escape::Class(class)),
            None => self.fail("an escape is not one of XML Schema's"),
        }
    }

    fn property_name(&mut self) -> Result<String, PatternError> {
        if self.next() != Some('{') {
            return self.fail("a property has no name");
        }
        let mut name = String::new();
        loop {
            match self.next() {
                Some('}') => return Ok(name),
                Some(character) => name.push(character),
                None => return self.fail("a property's name is not closed"),
            }
        }
    }

    fn descend(&mut self) -> Result<(), PatternError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.fail("the pattern nests too deep")
        } else {
            Ok(())
        }
    }

    fn next(&mut self) -> Option<char> {
        self.at += 1;
        self.rest.next()
    }

    fn fail<T>(&self, reason: &'static str) -> Result<T, PatternError> {
        Err(PatternError::Syntax {
            reason,
            at: self.at.saturating_sub(1),
        })
    }
}

enum Escape {
    Character(char),
    Class(String),
}
