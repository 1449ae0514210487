//! The configuration file. Every mistake is reported with file, line and key.

mod account;
mod expiry;
mod pages;
mod readable;
mod schedule;
mod webhooks;
mod zone;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, TimeDelta};
use latchel_sync_core::engine::AccountSettings;
use latchel_sync_core::registry::{
    self, COMMON_SETTINGS, LIMIT_GROUP, LatchelAdapter, PageOverrides, PlainHttp, Setting, SettingForm,
    Settings,
};
use latchel_sync_server::alerts::{AlertsConfig, Watcher};
use latchel_sync_server::schedule::Schedule;
use latchel_sync_server::{Expiries, Secret, ServerConfig};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::{Spanned, Table, Value};

use crate::exit::Failure;
use crate::suggest::{did_you_mean, out_of_error};
use account::FileAccount;
use readable::Readable;
use schedule::interval;
use webhooks::Webhooks;

/// The configuration, read and checked, but with nothing connected.
#[derive(Debug)]
pub struct Config {
    pub(crate) ledger: LedgerLocation,
    /// Time for which a run that was killed keeps others out.
    pub(crate) lease: TimeDelta,
    pub(crate) accounts: Vec<Account>,
    /// Accounts with a mistake of their own, in the file's order: one mistake keeps no other account from being synced.
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) server: ServerConfig,
    source: Source,
}

/// An account that cannot be synced, and why.
#[derive(Debug)]
pub(crate) struct LeftOut {
    pub name: String,
    pub failure: Failure,
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
    #[serde(default)]
    account: Vec<Spanned<FileAccount>>,
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

/// The file's text, to find lines in. `Debug` leaves the text out: secrets may stand in it.
struct Source {
    path: PathBuf,
    text: String,
    readable: Readable,
}

impl Config {
    /// Reads and checks the file at `path`.
    ///
    /// # Errors
    ///
    /// Names the file, line, column and key of the first mistake.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        Self::read_leaving_out(path)?.whole()
    }

    /// Reads the file at `path`, and leaves out accounts with a mistake of their own.
    ///
    /// # Errors
    ///
    /// As for [`Config::read`], of mistakes that concern every account, and if no account is left.
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
        Self::parse_leaving_out(path, text)?.whole()
    }

    /// The configuration, or the first mistake for which an account was left out.
    fn whole(mut self) -> Result<Self, Failure> {
        match self.left_out.is_empty() {
            true => Ok(self),
            false => Err(self.left_out.remove(0).failure),
        }
    }

    fn parse_leaving_out(path: &Path, text: String) -> Result<Self, Failure> {
        let source = Source { path: path.to_owned(), text, readable: Readable::default() };
        let mut file: File = toml::from_str(&source.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            source.problem(at, error.message()).hint_if(out_of_error(error.message()))
        })?;
        source.check_alerts(&mut file.server.alerts)?;
        let mut names = BTreeMap::new();
        let (mut accounts, mut left_out) = (Vec::new(), Vec::new());
        for account in file.account {
            let start = account.span().start;
            let account = account.into_inner();
            if names.insert(account.name.get_ref().clone(), ()).is_some() {
                let at = account.name.span().start;
                return Err(
                    source.problem(at, &format!("name: a second account {:?}", account.name.get_ref()))
                );
            }
            let name = account.name.get_ref().clone();
            match source.account(start, account) {
                Ok(account) => accounts.push(account),
                Err(failure) => left_out.push(LeftOut { name, failure }),
            }
        }
        if accounts.is_empty() {
            let nobody = || source.problem(0, "there is no [[account]]");
            return Err(left_out.into_iter().next().map_or_else(nobody, |first| first.failure));
        }
        let (at, place) = (file.ledger.span().start, file.ledger.into_inner());
        let (given, place) =
            source.given(&place).map_err(|problem| source.problem(at, &format!("ledger: {problem}")))?;
        let text = place.expose_secret();
        let is_postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
        if is_postgres {
            source.readable.look_at(&given, path);
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
        Ok(Self { ledger, lease, accounts, left_out, server: file.server, source })
    }

    /// Settings of the accounts, in the file's order.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountSettings> {
        self.accounts.iter().map(|account| &account.settings)
    }

    /// The account `name`, or all of them.
    pub(crate) fn chosen(&self, name: Option<&str>) -> Result<Vec<&Account>, Failure> {
        match name {
            None => Ok(self.accounts.iter().collect()),
            Some(name) => Ok(vec![self.account(name)?]),
        }
    }

    /// The account of this name.
    pub(crate) fn account(&self, name: &str) -> Result<&Account, Failure> {
        if let Some(one) = self.left_out.iter().find(|one| one.name == name) {
            return Err(Failure::usage(one.failure.to_string()));
        }
        self.accounts.iter().find(|account| account.settings.name == name).ok_or_else(|| {
            let names: Vec<_> = self.accounts.iter().map(|account| account.settings.name.as_str()).collect();
            Failure::usage(format!("no account {name:?} in {}", self.source.path.display()))
                .hint(format!("accounts: {}", names.join(", ")))
        })
    }

    /// An adapter's settings out of its table; `section` is `platform` or `latchel`, or one of their webhooks'.
    pub(crate) fn settings(
        &self,
        account: &Account,
        section: &str,
        known: &[Setting],
    ) -> Result<Settings, Failure> {
        let none = Table::new();
        let table = match section {
            "platform" => &account.platform,
            "latchel" => &account.latchel,
            "webhooks.platform" => account.webhooks.platform.as_ref().unwrap_or(&none),
            _ => account.webhooks.latchel.as_ref().unwrap_or(&none),
        };
        let mut values = serde_json::Map::new();
        let mut secrets = BTreeMap::new();
        let mut plain_http = PlainHttp::Loopback;
        let mut limit_group = None;
        for (key, value) in table.iter().filter(|(key, _)| *key != "adapter") {
            if key == "allow_plain_http" {
                plain_http = match value {
                    Value::Boolean(true) => PlainHttp::Anywhere,
                    Value::Boolean(false) => PlainHttp::Loopback,
                    _ => return Err(self.problem(account, section, key, "is not true or false")),
                };
                continue;
            }
            if key == LIMIT_GROUP {
                limit_group = value.as_str().filter(|name| !name.trim().is_empty());
                if limit_group.is_none() {
                    return Err(self.problem(account, section, key, "is not a name"));
                }
                continue;
            }
            let Some(setting) = known.iter().find(|setting| setting.key == key) else {
                let keys = known.iter().chain(COMMON_SETTINGS).map(|setting| setting.key);
                let keys: Vec<_> = keys.chain(expiry::key(section)).chain(pages::key(section)).collect();
                let hint =
                    of_another_latchel(section, key).or_else(|| did_you_mean(key, keys.iter().copied()));
                return Err(self
                    .problem(account, section, key, "is not a setting of this adapter")
                    .hint(hint.unwrap_or_else(|| format!("its settings: {}", keys.join(", ")))));
            };
            if setting.form == SettingForm::Secret {
                let secret = self
                    .source
                    .secret(value)
                    .map_err(|problem| self.problem(account, section, key, &problem))?;
                secrets.insert(key.clone(), secret);
            } else {
                let json = serde_json::to_value(value).map_err(Failure::run)?;
                values.insert(key.clone(), json);
            }
        }
        for setting in known.iter().filter(|setting| setting.required && setting.default.is_none()) {
            if !table.contains_key(setting.key) {
                return Err(self.problem(account, section, setting.key, "is missing").hint(setting.help));
            }
        }
        let settings = Settings::new(known, values, secrets)
            .with_plain_http(plain_http)
            .with_time_zone(account.settings.time_zone);
        let by_itself = || {
            let place = settings.base_url().unwrap_or_default();
            format!("account {} at {place}", account.settings.name)
        };
        let limit_group = limit_group.map_or_else(by_itself, |name| format!("group {name}"));
        Ok(settings.with_limit_group(limit_group))
    }

    /// A mistake in an adapter's setting.
    pub(crate) fn problem(&self, account: &Account, section: &str, key: &str, what: &str) -> Failure {
        let at = self.source.find(account.start, section, key);
        self.source.problem(at, &format!("{section}.{key}: {what}"))
    }
}

/// Hint at the adapter for Latchel that has a setting of this name: `latchel` was the name of another one once.
fn of_another_latchel(section: &str, key: &str) -> Option<String> {
    let has_it = |adapter: &&LatchelAdapter| adapter.settings.iter().any(|setting| setting.key == key);
    let adapter = registry::latchels().into_iter().find(has_it).filter(|_| section == "latchel")?;
    let (name, about) = (adapter.name, adapter.about);
    Some(format!("it is one of `adapter = {name:?}`: {about}"))
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Source {
    /// A secret: `{ env = "NAME" }`, `{ file = "PATH" }`, or the text itself.
    fn secret(&self, value: &Value) -> Result<SecretString, String> {
        let (secret, text) = self.given(value)?;
        self.readable.look_at(&secret, &self.path);
        Ok(text)
    }

    /// The same of what may be none, with the way in which it is given.
    fn given(&self, value: &Value) -> Result<(Secret, SecretString), String> {
        let secret: Secret =
            value.clone().try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let text = secret.read(self.folder())?;
        Ok((secret, text))
    }

    /// Folder of the configuration file. Other files that it names are looked for there.
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Reads the secrets of the alerts, and looks whether people can be told over the channels.
    fn check_alerts(&self, alerts: &mut AlertsConfig) -> Result<(), Failure> {
        alerts.secrets().for_each(|secret| self.readable.look_at(secret, &self.path));
        let checked = alerts.read_secrets(self.folder());
        let checked = checked.and_then(|()| Watcher::new(alerts).map_err(|error| error.to_string()));
        let at = self.text.find("[server.alerts").unwrap_or_default();
        checked.map(drop).map_err(|problem| self.problem(at, &format!("server.alerts: {problem}")))
    }

    /// The day on which the credential in the table of this section stops working, taken out of it.
    fn expiry(&self, start: usize, section: &str, table: &mut Table) -> Result<Option<NaiveDate>, Failure> {
        expiry::take(table).map_err(|problem| {
            let key = expiry::KEY;
            self.problem(self.find(start, section, key), &format!("{section}.{key}: {problem}"))
        })
    }

    fn problem(&self, at: usize, what: &str) -> Failure {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Failure::usage(format!("{}:{line}:{column}: {what}", self.path.display()))
    }

    /// Byte at which `key` stands in the section of the account that begins at `start`. If the key is missing: that of the
    /// section; if the section is missing too: `start`.
    fn find(&self, start: usize, section: &str, key: &str) -> usize {
        let header = format!("[account.{section}]");
        let text = &self.text;
        let found = text[start..].find(&header).map(|at| start + at);
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
