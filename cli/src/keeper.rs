//! The accounts of the ledger, as a server has them and as people change them.

mod change;
mod table;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::{Error, ErrorKind, LedgerAdmin, Result};
use latchel_sync_ledger::desk::{Desk, KeptAccount};
use latchel_sync_server::{Change, Changed, Keeper, Kept, LeftOut, Origin, Readers, Served, Why};
use tokio::sync::Mutex;

use crate::config::{Account, Config, in_ledger};
use crate::connect::{self, Books};
use crate::exit::{Exit, Failure};
use crate::vault::MasterKeys;

pub(crate) use change::{Caller, change};
pub(crate) use table::{Table, json, json_of, secret_names, set, text_names, value_of, written};

/// What is needed to read and change accounts of the ledger.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    pub desk: Arc<dyn Desk>,
    pub keys: Arc<MasterKeys>,
    /// Folder in which files are looked for.
    pub folder: PathBuf,
    /// Names of the accounts of the file.
    pub in_file: Vec<String>,
}

impl Shelf {
    /// The one of this configuration.
    pub fn of(config: &Config, desk: &Arc<dyn Desk>) -> Self {
        Self {
            desk: desk.clone(),
            keys: config.keys.clone(),
            folder: config.folder().to_owned(),
            in_file: config.names_in_file(),
        }
    }

    /// An account of the ledger, read; its secrets are not opened.
    pub fn read(&self, kept: &KeptAccount) -> std::result::Result<Account, Failure> {
        Account::of_ledger(kept, &self.keys, &self.folder)
    }

    /// An account for people.
    pub fn shown(&self, kept: &KeptAccount) -> Kept {
        let table = table::read(kept).unwrap_or_default();
        Kept {
            name: kept.name.clone(),
            is_enabled: kept.is_enabled,
            configuration: table::shown(&table),
            secrets: secret_names(&table),
            problem: self.in_file.contains(&kept.name).then(|| IN_BOTH.to_owned()),
            changed_at: kept.changed_at,
            changed_by: kept.changed_by.clone(),
        }
    }
}

const IN_BOTH: &str = "there is an account of this name in the configuration file too, and that one is synced: \
                       `latchel-sync accounts remove` removes the one of the ledger";

/// The keeper of a server.
#[derive(Debug)]
pub(crate) struct LedgerKeeper {
    shelf: Shelf,
    ledger: Arc<dyn LedgerAdmin>,
    /// The accounts of the file.
    of_file: Served,
    state: Mutex<State>,
}

/// The accounts of the ledger as they were read last.
#[derive(Debug, Default)]
struct State {
    revision: i64,
    accounts: BTreeMap<String, One>,
}

/// An account of the ledger as a server has it.
#[derive(Debug, Clone)]
enum One {
    Synced(Arc<latchel_sync_server::Account>),
    LeftOut(LeftOut),
}

impl LedgerKeeper {
    /// The keeper of a server with these accounts of the file.
    pub fn new(config: &Config, Books { ledger, desk, .. }: &Books, of_file: Served) -> Self {
        let shelf = Shelf::of(config, desk);
        Self { shelf, ledger: ledger.clone(), of_file, state: Mutex::default() }
    }

    fn one(&self, kept: &KeptAccount) -> One {
        let account = match self.shelf.read(kept) {
            Ok(account) => Arc::new(account),
            Err(failure) => return One::left_out(kept, &failure, Readers::default()),
        };
        // Its webhooks may be sound where the rest is not: then nothing of what comes is lost.
        let readers = || connect::readers(&account).unwrap_or_default();
        if !kept.is_enabled {
            let (why, origin) = (Why::Disabled, Origin::Ledger);
            return One::LeftOut(LeftOut { why, origin, webhooks: readers() });
        }
        match connect::served(&account, &self.ledger) {
            Ok(account) => One::Synced(Arc::new(account)),
            Err(failure) => One::left_out(kept, &failure, readers()),
        }
    }

    /// The accounts of the file and of the ledger together.
    fn served(&self, accounts: &BTreeMap<String, One>) -> Served {
        let mut served = self.of_file.clone();
        for (name, one) in accounts {
            if self.of_file.knows(name) {
                let left_out = LeftOut { origin: Origin::Ledger, ..LeftOut::wrong(IN_BOTH) };
                served.left_out.insert(in_ledger(name), left_out);
                continue;
            }
            match one.clone() {
                One::Synced(account) => drop(served.synced.insert(name.clone(), account)),
                One::LeftOut(left_out) => drop(served.left_out.insert(name.clone(), left_out)),
            }
        }
        served
    }
}

impl One {
    fn left_out(kept: &KeptAccount, failure: &Failure, webhooks: Readers) -> Self {
        let why = if kept.is_enabled { Why::Wrong(failure.line()) } else { Why::Disabled };
        Self::LeftOut(LeftOut { why, origin: Origin::Ledger, webhooks })
    }
}

#[async_trait]
impl Keeper for LedgerKeeper {
    async fn news(&self) -> Result<Option<Served>> {
        let mut state = self.state.lock().await;
        let (desk, known) = (&*self.shelf.desk, state.revision);
        // Before the accounts: what changes meanwhile is read once more.
        let revision = desk.kept_revision().await?;
        if revision == known {
            return Ok(None);
        }
        let (changed, names) = (desk.kept_since(known).await?, desk.kept_names().await?);
        for kept in &changed {
            state.accounts.insert(kept.name.clone(), self.one(kept));
        }
        state.accounts.retain(|name, _| names.binary_search(name).is_ok());
        state.revision = revision;
        Ok(Some(self.served(&state.accounts)))
    }

    async fn kept(&self, name: Option<&str>) -> Result<Vec<Kept>> {
        let kept = match name {
            Some(name) => self.shelf.desk.kept(name).await?.into_iter().collect(),
            None => self.shelf.desk.kept_since(0).await?,
        };
        Ok(kept.iter().map(|kept| self.shelf.shown(kept)).collect())
    }

    fn read(&self, text: &str) -> Result<serde_json::Map<String, serde_json::Value>> {
        table::written(text).map(json_of).map_err(error)
    }

    async fn change(&self, by: &str, name: &str, change: Change, now: DateTime<Utc>) -> Result<Changed> {
        let caller = Caller { by, may_refer: false };
        self::change(&self.shelf, caller, name, change, now).await.map_err(error)
    }
}

/// A failure as a server tells of it.
fn error(failure: Failure) -> Error {
    let kind = match failure.exit {
        Exit::Usage => ErrorKind::Config,
        Exit::Partial => ErrorKind::NotFound,
        Exit::Several => ErrorKind::Busy,
        Exit::Done | Exit::Failed => ErrorKind::Ledger,
    };
    Error::new(kind, failure.line())
}
