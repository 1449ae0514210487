//! The configuration of a command: the file, and the accounts of the ledger.

use std::cell::RefCell;
use std::path::Path;

use latchel_sync_server::Origin;

use crate::args::Scope;
use crate::config::Config;
use crate::connect;
use crate::exit::{Exit, Failure, report};

/// Source of a command's configuration, which remembers what of it could not be had.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    path: &'a Path,
    /// Failures that keep the command from no account of the file.
    failures: RefCell<Vec<Failure>>,
    /// Failure by which the accounts of the ledger could not be read before the command opened it.
    unread: RefCell<Option<Failure>>,
}

impl<'a> Reading<'a> {
    pub fn of(path: &'a Path) -> Self {
        Self { path, failures: RefCell::default(), unread: RefCell::default() }
    }

    /// The file alone.
    pub fn file(&self) -> Result<Config, Failure> {
        Config::read_leaving_out(self.path)?.whole()
    }

    /// All accounts, for a command that looks at what is known of them.
    pub async fn all(&self) -> Result<Config, Failure> {
        self.leaving_out().await?.whole()
    }

    /// All accounts that can be used; the others are left out.
    pub async fn leaving_out(&self) -> Result<Config, Failure> {
        let mut config = Config::read_leaving_out(self.path)?;
        match connect::kept_accounts(&config).await {
            Ok(kept) => config.take_in(kept),
            Err(failure) if config.accounts.is_empty() => return Err(failure),
            Err(failure) => *self.unread.borrow_mut() = Some(failure),
        }
        config.leave_out_mistaken();
        Ok(config)
    }

    /// Accounts for a command that works with their systems. A mistake in one of the ledger keeps no other from being synced, and is told of.
    pub async fn to_work(&self, scope: &Scope) -> Result<Config, Failure> {
        let config = self.all().await?;
        let of_ledger = config.left_out.iter().filter(|one| one.origin == Origin::Ledger);
        for one in of_ledger.filter(|_| scope.account.is_none() && !config.accounts.is_empty()) {
            let failure =
                Failure::usage(format!("account {:?} is left out: {}", one.name, one.failure.line()));
            self.failures.borrow_mut().push(failure);
        }
        config.not_empty()
    }

    /// True if the ledger keeps no accounts: a sync may have made it good meanwhile.
    async fn are_none(&self) -> bool {
        match self.file() {
            Ok(config) => connect::kept_accounts(&config).await.is_ok_and(|kept| kept.is_empty()),
            Err(_) => false,
        }
    }

    /// The end of a command: what could not be had is told of, unless the command failed anyway.
    pub async fn over(self, done: Result<Exit, Failure>) -> Result<Exit, Failure> {
        let unread = self.unread.take();
        if let (Ok(_), Some(failure)) = (&done, unread)
            && !self.are_none().await
        {
            self.failures.borrow_mut().push(failure);
        }
        let told = |exit: Exit, failure: &Failure| exit.max(report(failure));
        done.map(|exit| self.failures.into_inner().iter().fold(exit, told))
    }
}
