//! Accounts of the ledger, as those of the file are.

use std::path::Path;
use std::sync::Arc;

use latchel_sync_ledger::desk::KeptAccount;
use latchel_sync_server::Origin;

use super::account::FileAccount;
use super::{Account, Config, Disabled, LeftOut, Source};
use crate::connect;
use crate::exit::Failure;
use crate::suggest::out_of_error;
use crate::vault::{MasterKeys, Safe};

impl Account {
    /// Reads an account of the ledger; files that it names are looked for in `folder`.
    pub(crate) fn of_ledger(
        kept: &KeptAccount,
        keys: &Arc<MasterKeys>,
        folder: &Path,
    ) -> Result<Self, Failure> {
        let safe = Safe::of(keys.clone(), kept.key.clone());
        let source = Arc::new(Source::ledger(&kept.name, safe, folder));
        let read: Result<FileAccount, _> = toml::from_str(&kept.configuration);
        let read =
            read.map_err(|error| source.problem(0, error.message()).hint_if(out_of_error(error.message())))?;
        source.account(0, read)
    }

    /// Place of its configuration.
    pub(crate) fn origin(&self) -> Origin {
        self.source.origin()
    }
}

impl Config {
    /// Takes in the accounts of the ledger. One that cannot be read is left out.
    pub(crate) fn take_in(&mut self, kept: Vec<KeptAccount>) {
        for kept in kept {
            let name = kept.name.clone();
            if let Some(failure) = self.in_both(&name) {
                self.left_out.push(LeftOut { name: in_ledger(&name), failure, origin: Origin::Ledger });
                continue;
            }
            match Account::of_ledger(&kept, &self.keys, self.source.folder()) {
                Ok(account) if kept.is_enabled => self.accounts.push(Arc::new(account)),
                Ok(account) => self.disabled.push(Disabled { name, account: Some(Arc::new(account)) }),
                Err(_) if !kept.is_enabled => self.disabled.push(Disabled { name, account: None }),
                Err(failure) => self.left_out.push(LeftOut { name, failure, origin: Origin::Ledger }),
            }
        }
    }

    /// Leaves out the ledger's accounts that cannot be synced; nothing is called.
    pub(crate) fn leave_out_mistaken(&mut self) {
        let (accounts, left_out) = (std::mem::take(&mut self.accounts), &mut self.left_out);
        let is_sound = |account: &Arc<Account>| {
            let mistake = (account.origin() == Origin::Ledger).then(|| connect::mistake(account)).flatten();
            let name = account.settings.name.clone();
            let left_out_for = mistake.map(|failure| LeftOut { name, failure, origin: Origin::Ledger });
            let is_sound = left_out_for.is_none();
            left_out.extend(left_out_for);
            is_sound
        };
        self.accounts = accounts.into_iter().filter(is_sound).collect();
    }

    /// Mistake of an account of the ledger that has the name of one of the file.
    pub(crate) fn in_both(&self, name: &str) -> Option<Failure> {
        let of_file = |origin: Origin, found: &str| origin == Origin::File && found == name;
        let in_file = self.accounts.iter().any(|one| of_file(one.origin(), &one.settings.name))
            || self.left_out.iter().any(|one| of_file(one.origin, &one.name));
        in_file.then(|| {
            let path = self.path.display();
            Failure::usage(format!("there is an account {name:?} in {path} too, and that one is synced"))
                .hint(format!("`latchel-sync accounts remove {name}` removes the one of the ledger"))
        })
    }
}

/// Name for people of an account of the ledger whose name another one has.
pub(crate) fn in_ledger(name: &str) -> String {
    format!("{name} (of the ledger)")
}
