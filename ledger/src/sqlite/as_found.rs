use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use latchel_sync_core::Result;

use super::problem::problem;

pub(super) const UNREADABLE: &str =
    "the ledger cannot be read: this user must be able to read its file and its folder";
const UNFINISHED: &str = "the ledger's newest writes stand in a second file beside it, because a run is under way or was \
                          killed, and they can only be read where this user may write to the folder: read a copy of both \
                          files, or let this user write there";

/// A file that is read without SQLite's locks, as it was when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AsFound {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl AsFound {
    pub(super) fn of(path: &Path) -> Result<Self> {
        let unreadable = |error| problem(UNREADABLE, path).with_source(error);
        let found = std::fs::File::open(path).and_then(|file| file.metadata()).map_err(unreadable)?;
        if std::fs::metadata(beside(path)).is_ok_and(|beside| beside.len() > 0) {
            return Err(problem(UNFINISHED, path));
        }
        Ok(Self { bytes: found.len(), modified: found.modified().ok() })
    }
}

/// Path of the file in which SQLite keeps what is written before it comes into the ledger's file itself.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-wal");
    name.into()
}
