//! The headers of a call: on whose behalf, who acts, and by what a call that comes again is known.

use xml::{Encode, Name, Writer};

use crate::contract::ams_dk::ActiveOrganisationHeaderType;
use crate::contract::request_user_metadata::RequestUserMetadataHeaderType;

/// Characters of a request identifier at most (README: requests that come again).
const LONGEST_REQUEST_ID: usize = 46;

/// The headers of a call.
#[derive(Clone, Debug)]
pub struct Headers {
    /// On whose behalf.
    pub organisation: ActiveOrganisationHeaderType,
    /// Who acts.
    pub metadata: RequestUserMetadataHeaderType,
    further: Vec<String>,
    request_id: Option<String>,
}

/// A request identifier is 1 to 46 visible ASCII characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a request identifier is 1 to 46 visible ASCII characters")]
pub struct WrongRequestId;

impl Headers {
    /// The two headers that every call has.
    #[must_use]
    pub fn new(organisation: ActiveOrganisationHeaderType, metadata: RequestUserMetadataHeaderType) -> Self {
        Self {
            organisation,
            metadata,
            further: Vec::new(),
            request_id: None,
        }
    }

    /// The same with an identifier of this request, `x-requestId`. A call that got no answer is safe to be made again with the same
    /// identifier and the same content: what it made is made once.
    ///
    /// # Errors
    /// It has not 1 to 46 visible ASCII characters.
    pub fn with_request_id(mut self, id: &str) -> Result<Self, WrongRequestId> {
        if id.is_empty() || id.len() > LONGEST_REQUEST_ID || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(WrongRequestId);
        }
        self.request_id = Some(id.to_owned());
        Ok(self)
    }

    /// The same with a further header that an operation declares.
    #[must_use]
    pub fn with(mut self, name: &Name, value: &impl Encode) -> Self {
        let mut writer = Writer::fragment(256);
        writer.element(name, value);
        self.further.push(String::from_utf8_lossy(&writer.finish()).into_owned());
        self
    }

    pub(super) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Blocks of further headers, as markup that stands alone.
    pub(super) fn further(&self) -> &[String] {
        &self.further
    }
}
