//! SMS: the port, and the contract with a gateway.
//! It knows what a gateway is told. Speaking to one is left to `gateway`.
//!
//! The contract (ours): `POST` to the configured URL with `Content-Type: application/json; charset=utf-8` and the body
//! `{"id": "…", "to": "+4520000000", "text": "…"}`. `id` is a UUID that stays the same when the same SMS is sent again: a gateway that
//! has it already answers as the first time and sends nothing. With a token it stands in `Authorization: Bearer …`.
//!
//! | answer | meaning |
//! |---|---|
//! | 2xx | taken over |
//! | 401, 403, 404, 405, 407, 3xx | settings are wrong on one side: tried again |
//! | 408, 425, 429, 5xx, none in time | tried again |
//! | any other 4xx | this SMS will never be taken: given up |
//!
//! The body of an answer is not read.

mod gateway;

use uuid::Uuid;

pub use gateway::Gateway;

use super::Setback;

/// The port for SMS.
pub trait Texter: Send {
    /// Sends an SMS; returns when the receiving side has taken it over.
    ///
    /// # Errors
    /// Why it has not, or may not have.
    fn send(&self, text: &Text) -> Result<(), Setback>;
}

/// An SMS to one citizen.
pub struct Text {
    /// The delivery.
    pub id: Uuid,
    /// To which number: `+` and digits.
    pub to: String,
    /// The text.
    pub text: String,
}

impl Text {
    /// The body a gateway gets.
    pub(super) fn json(&self) -> String {
        serde_json::json!({ "id": self.id.to_string(), "to": self.to, "text": self.text }).to_string()
    }
}
