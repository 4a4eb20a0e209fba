//! The cursor generated code reads with: look at the next element, enter it, take its attributes and text, leave it.
//!
//! It knows where it stands and says so in every violation. Which elements belong there is left to the caller.

mod attributes;
mod capture;
mod values;

use std::borrow::Cow;
use std::fmt::Write;

use crate::characters::{is_blank, line_ends};
use crate::scanner::{Scanner, Token};
use crate::{Limits, Name, Rule, Tag, Violation};

/// Reads one document, forwards only.
///
/// After an error the reader is spent: the rest of the document was not looked at.
pub struct Reader<'a> {
    scanner: Scanner<'a>,
    ahead: Ahead,
    /// The name the peeked element was recognised by.
    recognised: Option<&'static str>,
    /// An element was entered and what remains of its attributes is not yet refused.
    attributes_open: bool,
    /// Names are recognised in no namespace and in this one, too.
    forgiven: Option<&'static str>,
}

/// The token that was looked at and not yet consumed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ahead {
    Nothing,
    Start,
    End,
}

/// A place in the document, for people: line and column from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
}

impl<'a> Reader<'a> {
    /// Stands before the root. The bytes are UTF-8, with or without a byte order mark; a declared encoding must agree.
    ///
    /// # Errors
    /// Bytes that are not UTF-8, a character XML forbids anywhere, a wrong XML declaration.
    pub fn new(document: &'a [u8], limits: Limits) -> Result<Self, Violation> {
        Self::over(Scanner::new(document, limits, false))
    }

    /// As [`new`](Self::new), for bytes that were brought to UTF-8 from another encoding: the declared one is not looked at.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn transcoded(document: &'a [u8], limits: Limits) -> Result<Self, Violation> {
        Self::over(Scanner::new(document, limits, true))
    }

    fn over(scanner: Result<Scanner<'a>, Rule>) -> Result<Self, Violation> {
        let scanner = scanner.map_err(|rule| Violation::new("", rule))?;
        Ok(Self {
            scanner,
            ahead: Ahead::Nothing,
            recognised: None,
            attributes_open: false,
            forgiven: None,
        })
    }

    /// The next child of the open element (at first, the root); `None` at its end. Skips white space and comments.
    ///
    /// The attributes of the child can be asked for before it is entered.
    ///
    /// # Errors
    /// [`Rule::Text`] when text stands there, [`Rule::Attribute`] when an attribute of the open element was not asked for, malformed input, limits.
    pub fn peek(&mut self) -> Result<Option<Tag<'_>>, Violation> {
        if self.ahead == Ahead::Nothing {
            self.look()?;
        }
        Ok((self.ahead == Ahead::Start).then(|| self.tag()))
    }

    /// Whether the next child is this element.
    ///
    /// # Errors
    /// As [`peek`](Self::peek).
    pub fn at(&mut self, name: &Name) -> Result<bool, Violation> {
        let forgiven = self.forgiven;
        let found = self.peek()?.is_some_and(|tag| {
            let astray = |stray| tag.local == name.local && (tag.namespace.is_empty() || tag.namespace == stray);
            tag.is(name) || forgiven.is_some_and(astray)
        });
        if found {
            self.recognised = Some(name.local);
        }
        Ok(found)
    }

    /// From now on [`at`](Self::at) recognises a name in no namespace and in this one, too: some clients lose or inherit namespaces. `None` ends that.
    pub fn forgive_namespaces(&mut self, stray: Option<&'static str>) {
        self.forgiven = stray;
    }

    /// Enters the next child. Violations name it if [`at`](Self::at) recognised it.
    ///
    /// # Errors
    /// As [`peek`](Self::peek); [`Rule::Missing`] when there is no child.
    pub fn enter(&mut self) -> Result<(), Violation> {
        self.enter_as(None)
    }

    /// Enters the next child as the `index`th of its kind, from 1; violations say `[index]`.
    ///
    /// # Errors
    /// As [`enter`](Self::enter).
    pub fn enter_nth(&mut self, index: usize) -> Result<(), Violation> {
        self.enter_as(Some(index))
    }

    fn enter_as(&mut self, index: Option<usize>) -> Result<(), Violation> {
        if self.peek()?.is_none() {
            return Err(self.violation(Rule::Missing {
                expected: "an element".into(),
            }));
        }
        self.ahead = Ahead::Nothing;
        self.attributes_open = true;
        let known = self.recognised.take();
        if let Some(frame) = self.scanner.frames.last_mut() {
            frame.known = known;
            frame.index = index;
        }
        Ok(())
    }

    /// All character data of the element just entered: text, CDATA sections and references as one value. Goes through the end tag.
    ///
    /// Borrowed when it is one piece without references.
    ///
    /// # Errors
    /// [`Rule::Unexpected`] when there is an element in it, [`Rule::Attribute`], malformed input, limits.
    pub fn text(&mut self) -> Result<Cow<'a, str>, Violation> {
        let mut text = Cow::Borrowed("");
        match self.ahead {
            Ahead::Nothing => {}
            Ahead::Start => return Err(self.violation(Rule::Unexpected { expected: "text".into() })),
            Ahead::End => {
                self.ahead = Ahead::Nothing;
                return Ok(text);
            }
        }
        loop {
            let piece = match self.token()? {
                Token::Text(raw) | Token::CData(raw) if self.scanner.carriage_returns => line_ends(raw),
                Token::Text(raw) | Token::CData(raw) => Cow::Borrowed(raw),
                Token::Character(character) => {
                    text.to_mut().push(character);
                    continue;
                }
                Token::End => return Ok(text),
                Token::Start | Token::Eof => return Err(self.violation(Rule::Unexpected { expected: "text".into() })),
            };
            if text.is_empty() {
                text = piece;
            } else {
                text.to_mut().push_str(&piece);
            }
        }
    }

    /// Leaves the open element through its end tag.
    ///
    /// # Errors
    /// [`Rule::Unexpected`] when there is a further child, [`Rule::Text`], malformed input, limits.
    pub fn leave(&mut self) -> Result<(), Violation> {
        if self.peek()?.is_some() {
            return Err(self.violation(Rule::Unexpected {
                expected: "the end of the element".into(),
            }));
        }
        self.ahead = Ahead::Nothing;
        Ok(())
    }

    /// Leaves the element just entered, which must have no content at all; only comments may stand in it.
    ///
    /// # Errors
    /// [`Rule::Text`] on any character, white space too; otherwise as [`leave`](Self::leave).
    pub fn empty(&mut self) -> Result<(), Violation> {
        if self.ahead != Ahead::Nothing {
            return self.leave();
        }
        match self.token()? {
            Token::End => Ok(()),
            Token::Start | Token::Eof => Err(self.violation(Rule::Unexpected {
                expected: "the end of the element".into(),
            })),
            Token::Text(_) | Token::CData(_) | Token::Character(_) => Err(self.violation(Rule::Text)),
        }
    }

    /// Passes over the next child with all it holds, still checked for well-formedness and limits.
    ///
    /// # Errors
    /// As [`peek`](Self::peek); [`Rule::Missing`] when there is no child.
    pub fn skip(&mut self) -> Result<(), Violation> {
        self.enter()?;
        self.attributes_open = false;
        let depth = self.scanner.frames.len();
        loop {
            if matches!(self.token()?, Token::End) && self.scanner.frames.len() == depth {
                return Ok(());
            }
        }
    }

    /// Reads on to the end of the document: behind the element just read, only the ends of those it stands in may follow, then as [`finish`](Self::finish).
    ///
    /// # Errors
    /// [`Rule::Unexpected`] when there is a further element, [`Rule::Text`], malformed input, limits.
    pub fn end(&mut self) -> Result<(), Violation> {
        loop {
            if self.ahead == Ahead::Nothing {
                self.scanner.settle();
                if self.scanner.frames.is_empty() {
                    break;
                }
            }
            self.leave()?;
        }
        if matches!(self.token()?, Token::Eof) {
            Ok(())
        } else {
            Err(self.violation(Rule::Unexpected {
                expected: "the end of the document".into(),
            }))
        }
    }

    /// Sees that nothing follows the root but comments and white space.
    ///
    /// # Errors
    /// [`Rule::Unexpected`] when the root was not read to its end; malformed input.
    pub fn finish(mut self) -> Result<(), Violation> {
        let at_end = match self.ahead {
            Ahead::Nothing => {
                self.scanner.settle();
                self.scanner.frames.is_empty() && matches!(self.token()?, Token::Eof)
            }
            Ahead::Start => false,
            Ahead::End => self.scanner.frames.is_empty(),
        };
        if at_end {
            Ok(())
        } else {
            Err(self.violation(Rule::Unexpected {
                expected: "the end of the document".into(),
            }))
        }
    }

    /// A broken rule at the element being read, or just read.
    #[must_use]
    pub fn violation(&self, rule: Rule) -> Violation {
        Violation::new(self.path(), rule)
    }

    /// Where the last token read begins. Counted when asked for; meant for people who write contracts.
    #[must_use]
    pub fn position(&self) -> Position {
        let before = self.scanner.source(0, self.scanner.start).trim_start_matches('\u{FEFF}');
        let line = before.rsplit('\n').next().unwrap_or_default();
        Position {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        }
    }

    fn look(&mut self) -> Result<(), Violation> {
        self.recognised = None;
        loop {
            self.ahead = match self.token()? {
                Token::Start => Ahead::Start,
                Token::End | Token::Eof => Ahead::End,
                Token::Text(text) | Token::CData(text) if is_blank(text) => continue,
                Token::Character(' ' | '\t' | '\n' | '\r') => continue,
                Token::Text(_) | Token::CData(_) | Token::Character(_) => return Err(self.violation(Rule::Text)),
            };
            return Ok(());
        }
    }

    fn token(&mut self) -> Result<Token<'a>, Violation> {
        if self.attributes_open {
            self.attributes_open = false;
            self.refuse_attributes()?;
        }
        self.scanner.token().map_err(|rule| self.violation(rule))
    }

    fn tag(&self) -> Tag<'_> {
        let (space, local) = self.scanner.name;
        Tag {
            namespace: self.scanner.namespaces.uri(space),
            local,
        }
    }

    /// An element that was looked at but not entered has no name yet and is left out.
    fn path(&self) -> String {
        let mut path = String::new();
        for frame in &self.scanner.frames {
            let Some(name) = frame.known else { continue };
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(name);
            if let Some(index) = frame.index {
                let _ = write!(path, "[{index}]");
            }
        }
        path
    }
}

fn trim(value: &str) -> &str {
    value.trim_matches([' ', '\t', '\n', '\r'])
}
