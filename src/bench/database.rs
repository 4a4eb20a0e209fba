//! The archives of a run: a temporary folder or databases made for it, gone when the run is over.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::Utc;

use super::{Plan, Trouble};
use crate::repository::bench::{self, Made};

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
    /// Citizens.
    pub citizens: u32,
    each: u32,
    now: i64,
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
        bench::fill(&url, citizens, each, now)?;
        Ok(Self {
            url,
            _made: made,
            citizens,
            each,
            now,
        })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Number and instant of the first message of a citizen, as the filling gives them.
    pub fn first_message(&self, citizen: u32) -> (u64, i64) {
        let all = i64::from(self.citizens) * i64::from(self.each);
        (u64::from(citizen) * u64::from(self.each), self.now - all + i64::from(citizen))
    }
}
