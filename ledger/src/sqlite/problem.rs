use std::path::Path;

use latchel_sync_core::{Error, ErrorKind};

pub(super) fn problem(what: &str, path: &Path) -> Error {
    Error::new(ErrorKind::Ledger, what).with("file", path.display())
}

pub(super) fn newer(path: Option<&Path>) -> Error {
    let error =
        Error::new(ErrorKind::Ledger, "the ledger was written by a newer version of latchel-sync: update it");
    path.into_iter().fold(error, |error, path| error.with("file", path.display()))
}
