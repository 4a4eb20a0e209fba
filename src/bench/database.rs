//! The archives of a run: a temporary folder or databases made for it, gone when the run is over.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::Utc;

use super::{Plan, Trouble};
use crate::repository::bench::{self, Filling, Made};

/// A temporary folder.
pub struct Folder(PathBuf);

impl Folder {
    /// An empty one.
    pub fn new() -> Result<Self, Trouble> {
        let path = std::env::temp_dir().join(format!("dialogmodul-bench-{}", uuid::Uuid::now_v7().simple()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever cleans the temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An archive with citizens and messages.
pub struct Archive {
    url: String,
    _made: Option<Made>,
    filling: Filling,
}

impl Archive {
    /// Makes one and fills it.
    pub fn new(plan: &Plan, folder: &Folder, citizens: u32, each: u32) -> Result<Self, Trouble> {
        let made = plan.postgres.as_deref().map(Made::on).transpose()?;
        let url = match &made {
            Some(made) => made.url().to_owned(),
            None => format!(
                "sqlite:{}",
                folder.path().join(format!("{}.sqlite", uuid::Uuid::now_v7().simple())).display()
            ),
        };
        drop(bench::open(&url)?);
        let now = Utc::now().timestamp_millis();
        let filling = Filling { citizens, each, now };
        filling.fill(&url)?;
        Ok(Self { url, _made: made, filling })
    }

    /// Gives one authority an inbox of as many messages again.
    pub fn with_inbox(self) -> Result<Self, Trouble> {
        self.filling.fill_inbox(&self.url)?;
        Ok(self)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Citizens.
    pub fn citizens(&self) -> u32 {
        self.filling.citizens
    }

    /// Messages of citizens; as many again where there is an inbox.
    pub fn messages(&self) -> u64 {
        u64::from(self.filling.citizens) * u64::from(self.filling.each)
    }

    /// When the last message was sent, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        self.filling.now
    }

    /// Number and instant of the first message of a citizen, as the filling gives them.
    pub fn first_message(&self, citizen: u32) -> (u64, i64) {
        let Filling { citizens, each, now } = self.filling;
        let all = i64::from(citizens) * i64::from(each);
        (u64::from(citizen) * u64::from(each), now - all + i64::from(citizen))
    }
}
