//! Continuation tokens: where the next page of a list begins.
//! A token names the last message shown, so messages that arrive in between change nothing, and carries a check value over the question it
//! belongs to, so that a token of another list, or none of ours, is told apart. It holds no personal data.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::{CitizenKey, MessageId, Refusal, Viewer};

const IDENTIFIER: usize = 16;
const CHECK: usize = 8;

/// The list a token belongs to.
#[derive(Debug)]
pub(super) enum List<'a> {
    /// A citizen's messages.
    OfCitizen(CitizenKey, &'a Viewer),
    /// What was sent to an authority or a company.
    Inbox(&'a Viewer),
}

impl List<'_> {
    /// The token for the page that begins after this message.
    pub(super) fn token_after(&self, last: MessageId) -> String {
        let mut bytes = [0; IDENTIFIER + CHECK];
        let (identifier, check) = bytes.split_at_mut(IDENTIFIER);
        identifier.copy_from_slice(last.0.as_bytes());
        check.copy_from_slice(&self.check_of(last));
        base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes)
    }

    /// The message a token of this list stands after.
    ///
    /// # Errors
    /// [`Refusal::UnknownIdentifier`] for anything else.
    pub(super) fn position_of(&self, token: &str) -> Result<MessageId, Refusal> {
        let bytes = base64_simd::URL_SAFE_NO_PAD
            .decode_to_vec(token)
            .map_err(|_| Refusal::UnknownIdentifier)?;
        let (identifier, check) = bytes.split_at_checked(IDENTIFIER).ok_or(Refusal::UnknownIdentifier)?;
        let last = Uuid::from_slice(identifier)
            .map(MessageId)
            .map_err(|_| Refusal::UnknownIdentifier)?;
        if check == self.check_of(last) {
            Ok(last)
        } else {
            Err(Refusal::UnknownIdentifier)
        }
    }

    fn check_of(&self, last: MessageId) -> [u8; CHECK] {
        let mut digest = Sha256::new();
        digest.update(last.0.as_bytes());
        let viewer = match self {
            Self::OfCitizen(citizen, viewer) => {
                digest.update(citizen.0.as_bytes());
                viewer
            }
            Self::Inbox(viewer) => viewer,
        };
        digest.update(viewer.to_string().as_bytes());
        let mut check = [0; CHECK];
        check.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
        check
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::domain::testing::{company_number, job_centre};

    fn authority(code: &str) -> Viewer {
        Viewer::Authority(job_centre(code))
    }

    const CITIZEN: CitizenKey = CitizenKey(Uuid::from_u128(7));
    const LAST: MessageId = MessageId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));

    #[test]
    fn a_token_leads_back_to_its_message() {
        let centre = authority("90101");
        for list in [List::OfCitizen(CITIZEN, &centre), List::Inbox(&centre)] {
            let token = list.token_after(LAST);
            assert!(
                token.len() <= 200 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
                "{token}"
            );
            assert_eq!(list.position_of(&token), Ok(LAST));
        }
    }

    #[test]
    fn a_token_belongs_to_one_list() {
        let (centre, other) = (authority("90101"), authority("90102"));
        let token = List::OfCitizen(CITIZEN, &centre).token_after(LAST);
        let others = [
            List::OfCitizen(CitizenKey(Uuid::from_u128(8)), &centre),
            List::OfCitizen(CITIZEN, &other),
            List::Inbox(&centre),
            List::OfCitizen(CITIZEN, &Viewer::Citizen),
        ];
        for list in others {
            assert_eq!(list.position_of(&token), Err(Refusal::UnknownIdentifier), "{list:?}");
        }
    }

    /// M8: a token of one unit's replies leads to no other unit's.
    #[test]
    fn m8_a_token_belongs_to_one_company() {
        let unit = |number| Viewer::Company(company_number("90000041", number));
        let ours = unit(Some("1000000001"));
        let token = List::Inbox(&ours).token_after(LAST);
        assert_eq!(List::Inbox(&ours).position_of(&token), Ok(LAST));
        for other in [unit(Some("1000000002")), unit(None)] {
            assert_eq!(List::Inbox(&other).position_of(&token), Err(Refusal::UnknownIdentifier), "{other}");
        }
    }

    #[test]
    fn a_token_with_one_other_character_is_none_of_ours() {
        let centre = authority("90101");
        let list = List::Inbox(&centre);
        let token = list.token_after(LAST);
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(
                list.position_of(&String::from_utf8(bytes).unwrap()),
                Err(Refusal::UnknownIdentifier),
                "{at}"
            );
        }
        for text in [
            "",
            "A",
            "====",
            "æøå",
            &token[1..],
            &format!("{token}A"),
            &format!("{token}AAAA"),
            &token.replace('A', " "),
        ] {
            assert!(list.position_of(text).is_err(), "{text}");
        }
    }
}
