//! The configuration file. Every mistake is reported with file, line and key.

mod account;
mod expiry;
mod kept;
mod pages;
mod readable;
mod schedule;
mod settings;
mod source;
mod syntax;
mod webhooks;
mod zone;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::TimeDelta;
use latchel_sync_core::engine::AccountSettings;
use latchel_sync_core::registry::PageOverrides;
use latchel_sync_server::schedule::Schedule;
use latchel_sync_server::{Expiries, Origin, ServerConfig};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::{Spanned, Table, Value};

use crate::exit::Failure;
use crate::suggest::out_of_error;
use crate::vault::MasterKeys;
use schedule::interval;
use syntax::Document;
use webhooks::Webhooks;

pub(crate) use kept::in_ledger;
pub(crate) use settings::setting_name;
pub(crate) use source::{SEALED, Source, sealed};

/// The configuration, read and checked, but with nothing connected.
#[derive(Debug)]
pub struct Config {
    pub(crate) ledger: LedgerLocation,
    /// Time for which a run that was killed keeps others out.
    pub(crate) lease: TimeDelta,
    pub(crate) accounts: Vec<Arc<Account>>,
    /// Accounts with a mistake of their own, in the file's order: one mistake keeps no other account from being synced.
    pub(crate) left_out: Vec<LeftOut>,
    /// Accounts of the ledger that somebody disabled.
    pub(crate) disabled: Vec<Disabled>,
    /// Keys by which the secrets of the ledger's accounts are sealed.
    pub(crate) keys: Arc<MasterKeys>,
    pub(crate) server: ServerConfig,
    path: PathBuf,
    source: Arc<Source>,
}

/// An account that cannot be synced, and why.
#[derive(Debug)]
pub(crate) struct LeftOut {
    pub name: String,
    pub failure: Failure,
    pub origin: Origin,
}

/// An account of the ledger that is not to be synced.
#[derive(Debug)]
pub(crate) struct Disabled {
    pub name: String,
    /// Its configuration, if it can be read.
    pub account: Option<Arc<Account>>,
}

/// One account's configuration. `Debug` leaves the adapters' settings out: secrets may stand in them.
pub(crate) struct Account {
    pub settings: AccountSettings,
    pub schedule: Schedule,
    pub platform: Table,
    pub latchel: Table,
    pub webhooks: Webhooks,
    pub expiries: Expiries,
    pub platform_pages: PageOverrides,
    pub latchel_pages: PageOverrides,
    source: Arc<Source>,
    start: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default = "ledger")]
    ledger: Spanned<Value>,
    #[serde(default = "lease", deserialize_with = "interval")]
    lease: String,
    #[serde(default)]
    server: ServerConfig,
    /// Each is read by itself.
    #[serde(default, rename = "account")]
    _accounts: Option<IgnoredAny>,
}

fn ledger() -> Spanned<Value> {
    Spanned::new(0..0, Value::String("latchel-sync.sqlite".to_owned()))
}

fn lease() -> String {
    "2m".to_owned()
}

/// Longest lease that a killed run may leave behind.
const LONGEST_LEASE: TimeDelta = TimeDelta::days(1);

/// Place of the ledger.
#[derive(Debug)]
pub(crate) enum LedgerLocation {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database; the address may hold a password.
    Postgres(SecretString),
}

impl LedgerLocation {
    /// True if both are one place.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(other)) => one == other,
            (Self::Postgres(one), Self::Postgres(other)) => one.expose_secret() == other.expose_secret(),
            (Self::File(_), Self::Postgres(_)) | (Self::Postgres(_), Self::File(_)) => false,
        }
    }
}

impl Config {
    /// Reads and checks the file at `path`.
    ///
    /// # Errors
    ///
    /// Names the file, line, column and key of the first mistake.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        Self::read_leaving_out(path)?.whole()?.not_empty()
    }

    /// Reads the file at `path`, and leaves out accounts with a mistake of their own.
    ///
    /// # Errors
    ///
    /// As for [`Config::read`], of mistakes that concern every account.
    pub(crate) fn read_leaving_out(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let folder = std::env::current_dir().unwrap_or_default();
            Failure::usage(format!("{}: {error}", path.display())).hint(format!(
                "this is {}; `latchel-sync init` writes a configuration, and `--config` names one elsewhere",
                folder.display()
            ))
        })?;
        Self::parse_leaving_out(path, text)
    }

    /// Checks the text of the file at `path`; other files are looked for beside it.
    ///
    /// # Errors
    ///
    /// As for [`Config::read`].
    pub fn parse(path: &Path, text: String) -> Result<Self, Failure> {
        Self::parse_leaving_out(path, text)?.whole()?.not_empty()
    }

    /// The configuration, or the first mistake for which an account of the file was left out.
    pub(crate) fn whole(mut self) -> Result<Self, Failure> {
        match self.left_out.iter().position(|one| one.origin == Origin::File) {
            None => Ok(self),
            Some(first) => Err(self.left_out.remove(first).failure),
        }
    }

    /// The configuration, or why there is no account to work with.
    pub(crate) fn not_empty(mut self) -> Result<Self, Failure> {
        if !self.accounts.is_empty() {
            return Ok(self);
        }
        if self.left_out.is_empty() {
            return Err(self.source.problem(0, "there is no [[account]]").hint_if(self.no_account()));
        }
        Err(self.left_out.remove(0).failure)
    }

    fn no_account(&self) -> Option<String> {
        let name = &self.disabled.first()?.name;
        Some(format!("`latchel-sync accounts enable {name}` enables an account of the ledger"))
    }

    /// Folder of the file, in which other files are looked for.
    pub(crate) fn folder(&self) -> &Path {
        self.source.folder()
    }

    /// Names of the accounts of the file.
    pub(crate) fn names_in_file(&self) -> Vec<String> {
        let sound = self.accounts.iter().filter(|one| one.origin() == Origin::File);
        let wrong = self.left_out.iter().filter(|one| one.origin == Origin::File);
        let sound = sound.map(|one| one.settings.name.clone());
        sound.chain(wrong.map(|one| one.name.clone())).collect()
    }

    fn parse_leaving_out(path: &Path, text: String) -> Result<Self, Failure> {
        let source = Arc::new(Source::file(path, text.clone()));
        let wrong = |error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            source.problem(at, error.message()).hint_if(out_of_error(error.message()))
        };
        let Document { rest, accounts: found } = Document::read(&text).map_err(wrong)?;
        let mut file = File::deserialize(rest).map_err(wrong)?;
        source.check_alerts(&mut file.server.alerts)?;
        let mut names = BTreeSet::new();
        let (mut accounts, mut left_out) = (Vec::new(), Vec::new());
        for account in found {
            if !names.insert(account.name.clone()) {
                let at = account.name_at;
                return Err(source.problem(at, &format!("name: a second account {:?}", account.name)));
            }
            let read = account.read.map_err(wrong);
            match read.and_then(|read| source.account(account.start, read)) {
                Ok(account) => accounts.push(Arc::new(account)),
                Err(failure) => {
                    left_out.push(LeftOut { name: account.name, failure, origin: Origin::File });
                }
            }
        }
        let (at, place) = (file.ledger.span().start, file.ledger.into_inner());
        let (given, place) =
            source.given(&place).map_err(|problem| source.problem(at, &format!("ledger: {problem}")))?;
        let text = place.expose_secret();
        let is_postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
        if is_postgres {
            source.look_at(&given);
        }
        let ledger = if is_postgres {
            LedgerLocation::Postgres(place)
        } else {
            LedgerLocation::File(source.folder().join(text))
        };
        let lease =
            humantime::parse_duration(&file.lease).ok().and_then(|lease| TimeDelta::from_std(lease).ok());
        let lease = lease
            .filter(|lease| *lease <= LONGEST_LEASE)
            .ok_or_else(|| source.problem(0, "lease: a killed run may keep others out for a day at most"))?;
        let (path, keys) = (path.to_owned(), Arc::new(MasterKeys::of_environment()));
        let (server, disabled) = (file.server, Vec::new());
        Ok(Self { ledger, lease, accounts, left_out, disabled, keys, server, path, source })
    }

    /// Settings of the accounts, in the file's order.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountSettings> {
        self.accounts.iter().map(|account| &account.settings)
    }

    /// The account `name`, or all of them.
    pub(crate) fn chosen(&self, name: Option<&str>) -> Result<Vec<&Account>, Failure> {
        match name {
            None => Ok(self.accounts.iter().map(|account| &**account).collect()),
            Some(name) => Ok(vec![self.account(name)?]),
        }
    }

    /// The account of this name.
    pub(crate) fn account(&self, name: &str) -> Result<&Account, Failure> {
        if let Some(one) = self.left_out.iter().find(|one| one.name == name) {
            return Err(Failure::usage(one.failure.to_string()));
        }
        if self.disabled.iter().any(|one| one.name == name) {
            return Err(Failure::usage(format!("the account {name:?} is disabled"))
                .hint(format!("`latchel-sync accounts enable {name}` enables it")));
        }
        let found = self.accounts.iter().find(|account| account.settings.name == name);
        found.map(|account| &**account).ok_or_else(|| {
            let names: Vec<_> = self.accounts.iter().map(|account| account.settings.name.as_str()).collect();
            Failure::usage(format!("no account {name:?} in {}", self.path.display()))
                .hint(format!("accounts: {}", names.join(", ")))
        })
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("settings", &self.settings).finish_non_exhaustive()
    }
}
