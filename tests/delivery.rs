//! Delivery (D1–D5): stories with a real mail server and gateway over sockets, and with ports that fail or die at the worst moment.
#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod support {
    #![allow(dead_code, reason = "each test binary uses its own part of the support")]
    pub mod database;
}

mod outgoing {
    mod crashes;
    mod email;
    mod gateway;
    mod log;
    mod mail_server;
    mod order;
    mod reminders;
    mod sms;
    mod stage;
    mod started;
    mod wording;
}
