//! The cursor generated code reads with: look at the next element, enter it, take its attributes and text, leave it.
//!
//! It knows where it stands and says so in every violation. Which elements belong there is left to the caller.

use std::borrow::Cow;
use std::fmt::Write;

use crate::attributes::Attribute;
use crate::characters::{is_blank, is_ncname, line_ends};
use crate::scanner::{Scanner, Token};
use crate::{Decode, Limits, Name, QName, Rule, Tag, Violation, XSI};

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
        let found = self.peek()?.is_some_and(|tag| tag.is(name));
        if found {
            self.recognised = Some(name.local);
        }
        Ok(found)
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

    /// The value of an attribute of the element peeked at or just entered, references and white space normalised.
    ///
    /// An attribute nobody asks for is refused when reading goes on.
    pub fn attribute(&mut self, name: &Name) -> Option<Cow<'a, str>> {
        self.take(name.namespace, name.local)
    }

    /// The attributes nobody has asked for yet, in document order; `xsi:schemaLocation` and its kin are left out.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'_>> {
        self.scanner.attributes.iter().filter(|held| !held.taken).filter_map(|held| {
            let namespace = self.scanner.namespaces.uri(held.space);
            (!is_location(namespace, held.local)).then_some(Attribute {
                namespace,
                local: held.local,
                value: &held.value,
            })
        })
    }

    /// Lets any further attribute of the element just entered stand.
    pub fn any_attributes(&mut self) {
        self.attributes_open = false;
    }

    /// Whether the element just entered says `xsi:nil="true"`.
    ///
    /// # Errors
    /// [`Rule::Lexical`] when the value is no boolean.
    pub fn nil(&mut self) -> Result<bool, Violation> {
        match self.take(XSI, "nil").as_deref().map(trim) {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(_) => Err(self.at_attribute("nil", Rule::Lexical("boolean"))),
        }
    }

    /// The type the element just entered gives in `xsi:type`.
    ///
    /// # Errors
    /// [`Rule::Lexical`] when the value is no name or its prefix is not bound.
    pub fn type_name(&mut self) -> Result<Option<QName>, Violation> {
        let Some(value) = self.take(XSI, "type") else { return Ok(None) };
        match self.resolve(&value) {
            Some(tag) => Ok(Some(tag.to_qname())),
            None => Err(self.at_attribute("type", Rule::Lexical("QName"))),
        }
    }

    /// All character data of the element just entered: text, CDATA sections and references as one value. Goes through the end tag.
    ///
    /// Borrowed when it is one piece without references.
    ///
    /// # Errors
    /// [`Rule::Unexpected`] when there is an element in it, [`Rule::Attribute`], malformed input, limits.
    pub fn text(&mut self) -> Result<Cow<'a, str>, Violation> {
        let mut text = Cow::Borrowed("");
        if self.ahead == Ahead::End {
            self.ahead = Ahead::Nothing;
            return Ok(text);
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

    /// The text of the element just entered, made a value of the named simple type. Goes through the end tag.
    ///
    /// # Errors
    /// As [`text`](Self::text); the rule `read` says is broken, with the type.
    pub fn value<T>(&mut self, in_type: &'static str, read: impl FnOnce(Cow<'a, str>) -> Result<T, Rule>) -> Result<T, Violation> {
        let text = self.text()?;
        read(text).map_err(|rule| self.violation(rule).in_type(in_type))
    }

    /// The text of the element just entered as a `xs:QName`, resolved with the namespaces in scope there.
    ///
    /// # Errors
    /// As [`text`](Self::text); [`Rule::Lexical`] when it is no name or its prefix is not bound.
    pub fn qname(&mut self) -> Result<QName, Violation> {
        let text = self.text()?;
        match self.resolve(&text) {
            Some(tag) => Ok(tag.to_qname()),
            None => Err(self.violation(Rule::Lexical("QName"))),
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

    /// Passes over the next child and returns it as written, with the namespaces in scope declared on it, so that it stands alone.
    ///
    /// # Errors
    /// As [`skip`](Self::skip).
    pub fn capture(&mut self) -> Result<String, Violation> {
        self.peek()?;
        let from = self.scanner.start;
        let outer = self.scanner.frames.last().map_or(0, |frame| frame.outer);
        let mut declarations = String::new();
        for (prefix, uri) in self.scanner.namespaces.inherited(outer) {
            let colon = if prefix.is_empty() { "" } else { ":" };
            let uri = crate::writer::attribute_text(uri);
            // Writing to a string does not fail.
            let _ = write!(declarations, " xmlns{colon}{prefix}=\"{uri}\"");
        }
        self.skip()?;
        let source = self.scanner.source(from, self.scanner.offset());
        let name = source.find([' ', '\t', '\n', '\r', '/', '>']).unwrap_or(source.len());
        let (start, rest) = source.split_at_checked(name).unwrap_or_default();
        Ok([start, &declarations, rest].concat())
    }

    /// Sees that nothing follows the root but comments and white space.
    ///
    /// # Errors
    /// [`Rule::Unexpected`] when the root was not read to its end; malformed input.
    pub fn finish(mut self) -> Result<(), Violation> {
        self.scanner.settle();
        if self.ahead == Ahead::Nothing && self.scanner.frames.is_empty() && matches!(self.token()?, Token::Eof) {
            return Ok(());
        }
        Err(self.violation(Rule::Unexpected {
            expected: "the end of the document".into(),
        }))
    }

    /// A broken rule at the element being read, or just read.
    #[must_use]
    pub fn violation(&self, rule: Rule) -> Violation {
        Violation::new(self.path(), rule)
    }

    /// A broken rule at an attribute of the element just entered.
    #[must_use]
    pub fn attribute_violation(&self, name: &Name, rule: Rule) -> Violation {
        self.at_attribute(name.local, rule)
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

    /// The next child, which must be this element.
    ///
    /// # Errors
    /// [`Rule::Missing`] at the end of the open element, [`Rule::Unexpected`] at another element, otherwise what the type says.
    pub fn required<T: Decode>(&mut self, name: &Name) -> Result<T, Violation> {
        if self.at(name)? {
            self.decode(None)
        } else {
            Err(self.absent(&name.to_string()))
        }
    }

    /// The next child if it is this element.
    ///
    /// # Errors
    /// What the type says.
    pub fn optional<T: Decode>(&mut self, name: &Name) -> Result<Option<T>, Violation> {
        if self.at(name)? { self.decode(None).map(Some) } else { Ok(None) }
    }

    /// The next children as far as they are this element, at least `min` of them and at most `max`.
    ///
    /// # Errors
    /// As [`required`](Self::required) below `min`, [`Rule::TooMany`] above `max`.
    pub fn repeated<T: Decode>(&mut self, name: &Name, min: usize, max: usize) -> Result<Vec<T>, Violation> {
        let mut values = Vec::new();
        while self.at(name)? {
            if values.len() >= max {
                return Err(self.violation(Rule::TooMany {
                    name: name.to_string(),
                    most: max,
                }));
            }
            values.push(self.decode(Some(values.len() + 1))?);
        }
        if values.len() < min {
            Err(self.absent(&name.to_string()))
        } else {
            Ok(values)
        }
    }

    /// The violation of an element that should stand next: missing at the end of the open element, otherwise unexpected.
    pub fn absent(&mut self, expected: &str) -> Violation {
        let expected = expected.to_owned();
        match self.peek() {
            Ok(None) => self.violation(Rule::Missing { expected }),
            Ok(Some(_)) => self.violation(Rule::Unexpected { expected }),
            Err(violation) => violation,
        }
    }

    fn decode<T: Decode>(&mut self, index: Option<usize>) -> Result<T, Violation> {
        self.enter_as(index)?;
        self.allow_types(T::TYPES);
        T::decode(self)
    }

    /// Takes `xsi:type` if it names one of these; otherwise it stays for the type to ask for, or to be refused.
    fn allow_types(&mut self, types: &[Name]) {
        let Some(at) = self.find(XSI, "type") else { return };
        let value = self.scanner.attributes.get(at).map(|held| held.value.clone());
        let allowed = value.and_then(|value| self.resolve(&value).map(|tag| types.iter().any(|name| tag.is(name))));
        if let Some(held) = self.scanner.attributes.get_mut(at) {
            held.taken = allowed == Some(true);
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

    fn refuse_attributes(&self) -> Result<(), Violation> {
        match self.attributes().next() {
            None => Ok(()),
            Some(Attribute {
                namespace: XSI,
                local: "nil",
                ..
            }) => Err(self.violation(Rule::Nil)),
            Some(Attribute {
                namespace: XSI,
                local: "type",
                ..
            }) => Err(self.violation(Rule::Type)),
            Some(_) => Err(self.violation(Rule::Attribute)),
        }
    }

    fn tag(&self) -> Tag<'_> {
        let (space, local) = self.scanner.name;
        Tag {
            namespace: self.scanner.namespaces.uri(space),
            local,
        }
    }

    fn take(&mut self, namespace: &str, local: &str) -> Option<Cow<'a, str>> {
        let at = self.find(namespace, local)?;
        let held = self.scanner.attributes.get_mut(at)?;
        held.taken = true;
        Some(held.value.clone())
    }

    fn find(&self, namespace: &str, local: &str) -> Option<usize> {
        let scanner = &self.scanner;
        scanner
            .attributes
            .iter()
            .position(|held| held.local == local && scanner.namespaces.uri(held.space) == namespace)
    }

    fn resolve<'r>(&'r self, value: &'r str) -> Option<Tag<'r>> {
        let value = trim(value);
        let (prefix, local) = match value.split_once(':') {
            Some((prefix, local)) if is_ncname(prefix) => (prefix, local),
            Some(_) => return None,
            None => ("", value),
        };
        let space = self.scanner.namespaces.resolve(prefix).ok().filter(|_| is_ncname(local))?;
        Some(Tag {
            namespace: self.scanner.namespaces.uri(space),
            local,
        })
    }

    fn at_attribute(&self, local: &str, rule: Rule) -> Violation {
        Violation::new(format!("{}/@{local}", self.path()), rule)
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

/// `xsi:schemaLocation` is a hint to fetch something; nothing is fetched.
fn is_location(namespace: &str, local: &str) -> bool {
    namespace == XSI && matches!(local, "schemaLocation" | "noNamespaceSchemaLocation")
}

fn trim(value: &str) -> &str {
    value.trim_matches([' ', '\t', '\n', '\r'])
}
