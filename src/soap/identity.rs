//! Identity: who stands at the door.
//! It turns what is known of a connection into the identity that agreements speak of; without TLS only the development profile lets anybody in.
//! Whether the identity may act for an organisation is left to the desk.

use crate::services::Identity;
use crate::settings::Profile;

/// Who sent the request; `None` is nobody we let in.
pub(super) fn of_request(profile: Profile) -> Option<Identity> {
    match profile {
        Profile::Development => Some(Identity::Development),
        Profile::Production => None,
    }
}
