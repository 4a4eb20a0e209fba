//! Tokens of a well-formed document, one at a time: quick-xml finds where they end, this module refuses what XML forbids.

use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::Event;

use crate::attributes::{self, Held};
use crate::characters::{is_blank, is_ncname, reference, survey};
use crate::declaration;
use crate::namespaces::{Namespaces, Space};
use crate::{Limits, Rule};

/// What stands next in the document. Comments are checked and left out; so is white space outside the root.
pub(crate) enum Token<'a> {
    /// A start tag, its parts in the scanner.
    Start,
    /// The end of the innermost element.
    End,
    /// Text as written, without references.
    Text(&'a str),
    /// The inside of a CDATA section.
    CData(&'a str),
    /// What a reference stands for.
    Character(char),
    /// Nothing follows.
    Eof,
}

/// An open element.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    /// The contract's name for it, if it was entered by name.
    pub(crate) known: Option<&'static str>,
    /// Which of several, from 1.
    pub(crate) index: Option<usize>,
    /// Namespace declarations outside it.
    pub(crate) outer: usize,
}

pub(crate) struct Scanner<'a> {
    document: &'a str,
    source: quick_xml::Reader<&'a [u8]>,
    /// Where in the document the source begins: after the XML declaration.
    base: usize,
    limits: Limits,
    pub(crate) namespaces: Namespaces<'a>,
    /// Attributes of the last start tag.
    pub(crate) attributes: Vec<Held<'a>>,
    /// Namespace and local name of the last start tag.
    pub(crate) name: (Space, &'a str),
    pub(crate) frames: Vec<Frame>,
    /// Where the last token begins.
    pub(crate) start: usize,
    /// The last start tag was `<a/>`: its end comes next.
    empty: bool,
    /// The innermost frame has ended. It goes with the next token, so that its place can still be named and its prefixes resolved.
    closed: bool,
    elements: usize,
    pub(crate) carriage_returns: bool,
    brackets: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8], limits: Limits, transcoded: bool) -> Result<Self, Rule> {
        let document = simdutf8::basic::from_utf8(bytes).map_err(|_| Rule::Malformed("the bytes are not UTF-8"))?;
        let seen = survey(document);
        if seen.forbidden {
            return Err(Rule::Malformed("there is a character XML forbids"));
        }
        let mark = if document.starts_with(MARK) { MARK.len_utf8() } else { 0 };
        let base = mark + declaration::read(document.get(mark..).unwrap_or_default(), transcoded)?;
        let body = document.get(base..).unwrap_or_default();
        if body.starts_with(MARK) {
            // The tokenizer would drop it.
            return Err(OUTSIDE);
        }
        let mut source = quick_xml::Reader::from_str(body);
        source.config_mut().enable_all_checks(true);
        Ok(Self {
            document,
            source,
            base,
            limits,
            namespaces: Namespaces::default(),
            attributes: Vec::new(),
            name: (Space::None, ""),
            frames: Vec::with_capacity(USUAL),
            start: base,
            empty: false,
            closed: false,
            elements: 0,
            carriage_returns: seen.carriage_return,
            brackets: seen.bracket,
        })
    }

    /// The next token, refused unless the document is well-formed up to its end.
    pub(crate) fn token(&mut self) -> Result<Token<'a>, Rule> {
        self.settle();
        if self.empty {
            self.empty = false;
            self.closed = true;
            return Ok(Token::End);
        }
        loop {
            self.start = self.offset();
            if let Some([b'<', b'!' | b'?']) = self.document.as_bytes().get(self.start..self.start + 2) {
                refuse_unread(self.document.get(self.start..).unwrap_or_default(), self.limits.instructions)?;
            }
            match self.source.read_event().map_err(|error| broken(&error))? {
                Event::Start(_) => {
                    self.open(self.source(self.start + 1, self.offset() - 1))?;
                    return Ok(Token::Start);
                }
                Event::Empty(_) => {
                    self.open(self.source(self.start + 1, self.offset() - 2))?;
                    self.empty = true;
                    return Ok(Token::Start);
                }
                Event::End(_) => {
                    self.closed = true;
                    return Ok(Token::End);
                }
                Event::Text(_) => {
                    let text = self.read();
                    if self.brackets && text.contains("]]>") {
                        return Err(Rule::Malformed("text holds ]]>"));
                    }
                    if !self.frames.is_empty() {
                        return Ok(Token::Text(text));
                    }
                    if !is_blank(text) {
                        return Err(OUTSIDE);
                    }
                }
                Event::Eof if !self.frames.is_empty() => return Err(Rule::Malformed("an element does not end")),
                Event::Eof if self.elements == 0 => return Err(Rule::Malformed("there is no element")),
                Event::Eof => return Ok(Token::Eof),
                rare => {
                    if let Some(token) = self.rare(&rare)? {
                        return Ok(token);
                    }
                }
            }
        }
    }

    /// The tokens of which most documents have none; `None` for what is left out.
    #[cold]
    fn rare(&self, event: &Event<'_>) -> Result<Option<Token<'a>>, Rule> {
        let raw = self.read();
        match event {
            Event::CData(_) if !self.frames.is_empty() => inside(raw, "<![CDATA[", "]]>").map(|text| Some(Token::CData(text))),
            Event::GeneralRef(_) if !self.frames.is_empty() => {
                let character = reference(inside(raw, "&", ";")?).ok_or(Rule::Malformed("a reference stands for nothing"))?;
                Ok(Some(Token::Character(character)))
            }
            Event::Comment(_) => {
                let comment = inside(raw, "<!--", "-->")?;
                if comment.contains("--") || comment.ends_with('-') {
                    return Err(Rule::Malformed("a comment holds --"));
                }
                Ok(None)
            }
            Event::PI(_) if self.limits.instructions => check_instruction(inside(raw, "<?", "?>")?).map(|()| None),
            Event::Decl(_) | Event::PI(_) => Err(INSTRUCTION),
            Event::DocType(_) => Err(DOCTYPE),
            _ => Err(OUTSIDE),
        }
    }

    /// The token just read, as written.
    fn read(&self) -> &'a str {
        self.source(self.start, self.offset())
    }

    /// Where reading has come to, in bytes.
    pub(crate) fn offset(&self) -> usize {
        usize::try_from(self.source.buffer_position()).map_or(self.document.len(), |position| self.base + position)
    }

    /// A part of the document as written.
    pub(crate) fn source(&self, from: usize, to: usize) -> &'a str {
        self.document.get(from..to).unwrap_or_default()
    }

    /// Forgets the innermost element if it has ended.
    pub(crate) fn settle(&mut self) {
        if self.closed {
            self.closed = false;
            if let Some(frame) = self.frames.pop() {
                self.namespaces.close(frame.outer);
            }
        }
    }

    fn open(&mut self, tag: &'a str) -> Result<(), Rule> {
        if self.frames.is_empty() && self.elements > 0 {
            return Err(Rule::Malformed("there is a second root"));
        }
        if self.frames.len() >= self.limits.depth {
            return Err(Rule::Limit("element depth"));
        }
        if self.elements >= self.limits.elements {
            return Err(Rule::Limit("elements"));
        }
        self.elements += 1;
        let outer = self.namespaces.len();
        let (prefix, local) = attributes::scan(tag, &self.limits, &mut self.namespaces, &mut self.attributes)?;
        if prefix == "xmlns" {
            return Err(Rule::Malformed("an element has the prefix xmlns"));
        }
        self.name = (self.namespaces.resolve(prefix)?, local);
        self.frames.push(Frame {
            known: None,
            index: None,
            outer,
        });
        Ok(())
    }
}

/// U+FEFF, the byte order mark.
const MARK: char = '\u{FEFF}';
/// Elements that are open at once in an ordinary request, and more.
const USUAL: usize = 16;
const OUTSIDE: Rule = Rule::Malformed("there is text outside the root");
const DOCTYPE: Rule = Rule::Malformed("a document type declaration is not taken");
const INSTRUCTION: Rule = Rule::Malformed("a processing instruction is not taken");

/// Refuses what must not even be tokenized: a DOCTYPE before its subset, any processing instruction where none are taken.
#[cold]
fn refuse_unread(rest: &str, instructions: bool) -> Result<(), Rule> {
    if rest.starts_with("<?") && !instructions {
        return Err(INSTRUCTION);
    }
    if rest.starts_with("<!") && !rest.starts_with("<!--") && !rest.starts_with("<![CDATA[") {
        return Err(if rest.starts_with("<!DOCTYPE") {
            DOCTYPE
        } else {
            Rule::Malformed("there is a declaration outside a document type")
        });
    }
    Ok(())
}

/// A processing instruction is `target` or `target content`; the target `xml` in any case is reserved.
fn check_instruction(instruction: &str) -> Result<(), Rule> {
    let target = instruction.split([' ', '\t', '\n', '\r']).next().unwrap_or_default();
    if is_ncname(target) && !target.eq_ignore_ascii_case("xml") {
        Ok(())
    } else {
        Err(Rule::Malformed("the target of a processing instruction is wrong"))
    }
}

fn inside<'a>(raw: &'a str, before: &str, after: &str) -> Result<&'a str, Rule> {
    raw.strip_prefix(before)
        .and_then(|raw| raw.strip_suffix(after))
        .ok_or(Rule::Malformed("markup does not end"))
}

#[cold]
fn broken(error: &Error) -> Rule {
    Rule::Malformed(match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. } | IllFormedError::UnmatchedEndTag(_)) => "an end tag has no start tag",
        Error::IllFormed(IllFormedError::DoubleHyphenInComment) => "a comment holds --",
        Error::IllFormed(IllFormedError::UnclosedReference) => "a reference does not end",
        Error::Syntax(_) => "markup does not end",
        _ => "markup is wrong",
    })
}
