//! An element kept as it was written, for content the contract leaves open (`xs:any`).

use std::fmt::Write;

use super::Reader;
use crate::Violation;

impl Reader<'_> {
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
}
