//! Place of an account's configuration: its secrets are read from there, and mistakes are told of with it.

use std::fmt;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use latchel_sync_server::alerts::{AlertsConfig, Watcher};
use latchel_sync_server::{Origin, Secret};
use secrecy::SecretString;
use toml::{Table, Value};

use super::expiry;
use super::readable::Readable;
use crate::exit::Failure;
use crate::vault::Safe;

/// Place of an account's configuration. `Debug` leaves the text out: secrets may stand in it.
pub(crate) struct Source {
    place: Place,
    /// Folder in which other files are looked for.
    folder: PathBuf,
    readable: Readable,
}

enum Place {
    /// The configuration file, with its text to find lines in.
    File { path: PathBuf, text: String },
    /// An account of the ledger, with what opens its secrets.
    Ledger { account: String, safe: Safe },
}

impl Source {
    /// A configuration file; other files are looked for beside it.
    pub(super) fn file(path: &Path, text: String) -> Self {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Self { place: Place::File { path: path.to_owned(), text }, folder, readable: Readable::default() }
    }

    /// An account of the ledger; files are looked for in `folder`.
    pub(super) fn ledger(account: &str, safe: Safe, folder: &Path) -> Self {
        let place = Place::Ledger { account: account.to_owned(), safe };
        Self { place, folder: folder.to_owned(), readable: Readable::default() }
    }

    /// Place for people.
    pub(super) fn origin(&self) -> Origin {
        match self.place {
            Place::File { .. } => Origin::File,
            Place::Ledger { .. } => Origin::Ledger,
        }
    }

    /// The file's text.
    pub(super) fn text(&self) -> &str {
        match &self.place {
            Place::File { text, .. } => text,
            Place::Ledger { .. } => "",
        }
    }

    /// A secret: `{ env = "NAME" }`, `{ file = "PATH" }`, or the text itself; in the ledger `{ sealed = "…" }` instead of that.
    /// `setting` is its name, as `platform.client_secret`.
    pub(super) fn secret(&self, setting: &str, value: &Value) -> Result<SecretString, String> {
        if let (Place::Ledger { account, safe }, Some(sealed)) = (&self.place, sealed(value)) {
            return safe.open(account, setting, sealed);
        }
        let (secret, text) = self.given(value)?;
        self.look_at(&secret);
        Ok(text)
    }

    /// The same of what may be none, with the way in which it is given.
    pub(super) fn given(&self, value: &Value) -> Result<(Secret, SecretString), String> {
        let secret: Secret =
            value.clone().try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let text = secret.read(&self.folder)?;
        Ok((secret, text))
    }

    /// Warns if everybody may read the file in which the secret stands.
    pub(super) fn look_at(&self, secret: &Secret) {
        let given_in = match &self.place {
            Place::File { path, .. } => path.clone(),
            Place::Ledger { .. } => self.folder.join("the ledger"),
        };
        self.readable.look_at(secret, &given_in);
    }

    /// Folder of the configuration file.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads the secrets of the alerts, and looks whether people can be told over the channels.
    pub(super) fn check_alerts(&self, alerts: &mut AlertsConfig) -> Result<(), Failure> {
        alerts.secrets().for_each(|secret| self.look_at(secret));
        let checked = alerts.read_secrets(&self.folder);
        let checked = checked.and_then(|()| Watcher::new(alerts).map_err(|error| error.to_string()));
        let at = self.text().find("[server.alerts").unwrap_or_default();
        checked.map(drop).map_err(|problem| self.problem(at, &format!("server.alerts: {problem}")))
    }

    /// The day on which the credential in the table of this section stops working, taken out of it.
    pub(super) fn expiry(
        &self,
        start: usize,
        section: &str,
        table: &mut Table,
    ) -> Result<Option<NaiveDate>, Failure> {
        expiry::take(table).map_err(|problem| {
            let key = expiry::KEY;
            self.problem(self.find(start, section, key), &format!("{section}.{key}: {problem}"))
        })
    }

    /// A mistake at this byte.
    pub(super) fn problem(&self, at: usize, what: &str) -> Failure {
        let (path, text) = match &self.place {
            Place::File { path, text } => (path, text),
            Place::Ledger { account, .. } => {
                return Failure::usage(format!("account {account:?} of the ledger: {what}"));
            }
        };
        let before = text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Failure::usage(format!("{}:{line}:{column}: {what}", path.display()))
    }

    /// Byte at which `key` stands in the section of the account that begins at `start`. If the key is missing: that of the
    /// section; if the section is missing too: `start`.
    pub(super) fn find(&self, start: usize, section: &str, key: &str) -> usize {
        let header = format!("[account.{section}]");
        let text = self.text();
        let Some(account) = text.get(start..) else { return start };
        let found = account.find(&header).map(|at| start + at);
        let (begin, body) = found.map_or((start, start), |at| (at, at + header.len()));
        let end = text[body..].find("\n[").map_or(text.len(), |at| body + at);
        let mut at = body;
        for line in text[body..end].split_inclusive('\n') {
            if line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')) {
                return at;
            }
            at += line.len();
        }
        begin
    }
}

/// The text of a secret that was sealed.
pub(crate) fn sealed(value: &Value) -> Option<&str> {
    let table = value.as_table().filter(|table| table.len() == 1)?;
    table.get(SEALED)?.as_str()
}

/// Key of a sealed secret in its table.
pub(crate) const SEALED: &str = "sealed";

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match &self.place {
            Place::File { path, .. } => path.display().to_string(),
            Place::Ledger { account, .. } => account.clone(),
        };
        f.debug_struct("Source").field("place", &place).finish_non_exhaustive()
    }
}
