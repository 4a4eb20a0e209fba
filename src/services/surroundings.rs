//! What surrounds the body of a call: further header blocks of the request, header blocks of the answer, and where services can be reached.
//! It knows that the contract declares headers per operation. Finding and writing blocks in an envelope is left to `soap`.

use xml::{Decode, Encode, Name, Reader, Rule, Violation, Writer};

use super::call::Call;
use crate::contract::Service;
use crate::error::Error;

/// What the door hands over with a call, beside who calls.
#[derive(Debug, Default)]
pub struct Surroundings<'d> {
    /// Header blocks that the service's contract declares, beside the two that every call has.
    pub blocks: Vec<Block>,
    /// Where each service can be reached.
    pub addresses: &'d [(Service, String)],
}

/// A header block as it came, standing alone.
#[derive(Clone, Debug)]
pub struct Block {
    /// The element.
    pub name: Name,
    /// Its markup.
    pub markup: String,
    /// The envelope's own attributes, which may stand on it; the door has judged them.
    pub judged: Vec<Name>,
}

impl Block {
    fn read<T: Decode>(&self, limits: xml::Limits) -> Result<T, Violation> {
        let mut reader = Reader::new(self.markup.as_bytes(), limits)?;
        reader.peek()?;
        self.judged.iter().for_each(|name| drop(reader.attribute(name)));
        reader.required(&self.name)
    }
}

impl Call<'_> {
    /// A further header of the request.
    ///
    /// # Errors
    /// 1014 where it is missing, there twice, or not as the contract has it.
    pub(super) fn header<T: Decode>(&self, name: &Name) -> Result<T, Error> {
        let mut blocks = self.surroundings.blocks.iter().filter(|block| block.name == *name);
        let rule = match (blocks.next(), blocks.next()) {
            (Some(block), None) => return Ok(block.read(xml::Limits::default())?),
            (None, _) => Rule::Missing {
                expected: name.to_string(),
            },
            (Some(_), Some(_)) => Rule::TooMany {
                name: name.to_string(),
                most: 1,
            },
        };
        Err(Violation::new("", rule).into())
    }

    /// Adds a header to the answer.
    pub(super) fn answer_with(&mut self, name: &Name, value: &impl Encode) {
        let mut writer = Writer::fragment(256);
        writer.element(name, value);
        self.answer_blocks.push(String::from_utf8_lossy(&writer.finish()).into_owned());
    }

    /// The headers of the answer, each a block of markup that stands alone.
    #[must_use]
    pub fn answer_blocks(&self) -> &[String] {
        &self.answer_blocks
    }

    /// Where a service can be reached; without a door, where its contract says.
    pub(super) fn address_of(&self, service: Service) -> String {
        let known = self.surroundings.addresses.iter().find(|(known, _)| *known == service);
        known.map_or_else(|| service.address(), |(_, address)| address).to_owned()
    }
}
