//! Files with secrets that everybody may read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use latchel_sync_server::{Secret, read_by_everybody};

/// The files of which people have been warned.
#[derive(Debug, Default)]
pub(super) struct Readable(Mutex<BTreeSet<PathBuf>>);

impl Readable {
    /// Warns, once for each file, if everybody may read the one in which the secret stands; `given_in` is the configuration.
    pub fn look_at(&self, secret: &Secret, given_in: &Path) {
        let Some(file) = read_by_everybody(secret, given_in) else { return };
        let mut warned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.insert(file.clone()) {
            note!("warning: everybody on this machine can read {}, and it holds a secret", file.display());
            note!("hint: `chmod 600 {}`", file.display());
        }
    }
}
