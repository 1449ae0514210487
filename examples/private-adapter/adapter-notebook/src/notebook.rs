//! The file: what stands in it, and how it is read and written.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use latchel_sync_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Pages {
    pub homes: Vec<Home>,
    pub people: Vec<Person>,
    pub helpers: Vec<Helper>,
    pub jobs: Vec<Job>,
}

/// A home to let. It has no units: each is one by itself.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Home {
    pub id: u32,
    pub name: String,
    pub street: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    #[serde(default)]
    pub sold: bool,
}

/// Somebody who lives, lived or will live in one of them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Person {
    pub id: u32,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub home: u32,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

/// Somebody who work can be given to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Helper {
    pub id: u32,
    pub name: String,
}

/// Work to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub id: u32,
    pub home: u32,
    pub what: String,
    pub details: String,
    pub asked_by: Option<u32>,
    pub given_to: Option<u32>,
    /// `open`, `done` or `dropped`.
    pub state: String,
    #[serde(default)]
    pub urgent: bool,
    /// Whoever wrote it from outside finds it again by this.
    pub reference: Option<String>,
}

/// Path of the notebook.
#[derive(Debug)]
pub(crate) struct File(PathBuf);

impl File {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub fn read(&self) -> Result<Pages> {
        let failed = |kind, what: &str| Error::new(kind, what).with("file", self.0.display());
        let text = fs::read_to_string(&self.0).map_err(|error| {
            failed(ErrorKind::Unavailable, "the notebook cannot be read").with_source(error)
        })?;
        serde_json::from_str(&text).map_err(|error| {
            failed(ErrorKind::Malformed, "the notebook is not as it should be").with_source(error)
        })
    }

    /// Replaces the file in one step, so that nobody ever reads half of it.
    pub fn write(&self, pages: &Pages) -> Result<()> {
        let beside = self.0.with_extension("new");
        replace(&self.0, &beside, pages).map_err(|error| {
            Error::new(ErrorKind::Unavailable, "the notebook cannot be written")
                .with("file", self.0.display())
                .with_source(error)
        })
    }
}

fn replace(file: &Path, beside: &Path, pages: &Pages) -> std::io::Result<()> {
    let text = serde_json::to_string_pretty(pages)?;
    fs::write(beside, text)?;
    fs::File::open(beside)?.sync_all()?;
    fs::rename(beside, file)
}
