//! A folder in place of the outside world: every e-mail and SMS becomes a file, for trying things out.
//! It knows that a file appears whole or not at all, and that a delivery carried out twice is still one file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use lettre::Address;
use lettre::message::Mailbox;

use super::{Mail, Mailer, Setback, StartError, Text, Texter};
use crate::domain::delivery::Reason;

/// A folder that takes e-mails as `.eml` and SMS as `.sms.json`, each named by its delivery.
pub struct Folder {
    path: PathBuf,
    from: Mailbox,
}

impl Folder {
    /// Makes the folder if it is missing. Without a sender e-mails come from an invented one.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(path: &Path, from: Option<Mailbox>) -> Result<Self, StartError> {
        let refused = |problem: String| StartError(format!("the folder {} for deliveries cannot be made: {problem}", path.display()));
        fs::create_dir_all(path).map_err(|error| refused(error.to_string()))?;
        let invented = || Address::new("no-reply", "dialogmodul.example").map(|address| Mailbox::new(None, address));
        Ok(Self {
            path: path.to_owned(),
            from: from.map_or_else(invented, Ok).map_err(|error| refused(error.to_string()))?,
        })
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Setback> {
        let unfinished = self.path.join(format!("{name}.part"));
        let write = || -> io::Result<()> {
            fs::write(&unfinished, bytes)?;
            fs::rename(&unfinished, self.path.join(name))
        };
        write().map_err(|_| Reason::Unreachable.into())
    }
}

impl Mailer for Folder {
    fn send(&self, mail: &Mail) -> Result<(), Setback> {
        self.write(&format!("{}.eml", mail.id), &mail.formatted(&self.from)?)
    }
}

impl Texter for Folder {
    fn send(&self, text: &Text) -> Result<(), Setback> {
        self.write(&format!("{}.sms.json", text.id), text.json().as_bytes())
    }
}
