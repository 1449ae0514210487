//! The accounts that a server has, which may change while it runs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use latchel_sync_core::model::Side;
use tokio::sync::watch;

use super::{Account, Origin};
use crate::webhooks::Readers;

/// The accounts as they are now. Whoever works with an account goes on with it as it was at the begin.
#[derive(Debug)]
pub struct Accounts(watch::Sender<Arc<Served>>);

/// The accounts at one instant.
#[derive(Debug, Clone, Default)]
pub struct Served {
    /// Those that are synced, by name.
    pub synced: BTreeMap<String, Arc<Account>>,
    /// Those that are not, by name.
    pub left_out: BTreeMap<String, LeftOut>,
}

/// An account that is not synced.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// Why.
    pub why: Why,
    /// Place of its configuration.
    pub origin: Origin,
    /// Readers of its webhooks, as far as they can be had: what comes is kept until it is synced again.
    pub webhooks: Readers,
}

/// Cause for which an account is not synced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Its configuration is wrong: what is wrong and what to do, without secrets.
    Wrong(String),
    /// Somebody disabled it.
    Disabled,
}

impl Served {
    /// These accounts, all of which are synced.
    pub fn all(accounts: impl IntoIterator<Item = Account>) -> Self {
        let by_name = |account: Account| (account.settings.name.clone(), Arc::new(account));
        Self { synced: accounts.into_iter().map(by_name).collect(), left_out: BTreeMap::new() }
    }

    /// The mistakes for which accounts are left out, by name.
    pub fn mistakes(&self) -> impl Iterator<Item = (&String, &str)> {
        self.left_out.iter().filter_map(|(name, one)| match &one.why {
            Why::Wrong(problem) => Some((name, problem.as_str())),
            Why::Disabled => None,
        })
    }

    /// Names of the accounts that somebody disabled.
    pub fn disabled(&self) -> impl Iterator<Item = &String> {
        let disabled = |(name, one): (_, &LeftOut)| (one.why == Why::Disabled).then_some(name);
        self.left_out.iter().filter_map(disabled)
    }

    /// True if there is an account of this name, synced or not.
    pub fn knows(&self, name: &str) -> bool {
        self.synced.contains_key(name) || self.left_out.contains_key(name)
    }

    /// Readers of an account's webhooks, also of one that is left out.
    pub(crate) fn readers(&self, name: &str) -> Option<&Readers> {
        let synced = self.synced.get(name).map(|one| &one.webhooks);
        synced.or_else(|| self.left_out.get(name).map(|one| &one.webhooks))
    }
}

impl LeftOut {
    /// One of the file whose configuration is wrong, and whose webhooks cannot be read.
    pub fn wrong(problem: impl Into<String>) -> Self {
        Self { why: Why::Wrong(problem.into()), origin: Origin::File, webhooks: Readers::default() }
    }

    /// True if it may have webhooks of this side that cannot be read now: the sender is to try again.
    pub(crate) fn is_deaf(&self, side: Side) -> bool {
        matches!(self.why, Why::Wrong(_)) && self.webhooks.of(side).is_none()
    }
}

impl Accounts {
    /// These accounts.
    pub fn new(served: Served) -> Self {
        Self(watch::Sender::new(Arc::new(served)))
    }

    /// The accounts as they are now.
    pub fn now(&self) -> Arc<Served> {
        self.0.borrow().clone()
    }

    /// The account of this name, if it is synced.
    pub fn get(&self, name: &str) -> Option<Arc<Account>> {
        self.0.borrow().synced.get(name).cloned()
    }

    /// True if an account of this name is synced.
    pub fn contains_key(&self, name: &str) -> bool {
        self.0.borrow().synced.contains_key(name)
    }

    /// Serves these from now on.
    pub fn replace(&self, served: Served) {
        self.0.send_replace(Arc::new(served));
    }

    /// Tells of each change.
    pub(crate) fn changes(&self) -> watch::Receiver<Arc<Served>> {
        self.0.subscribe()
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(problem) => f.write_str(problem),
            Self::Disabled => f.write_str("somebody disabled it"),
        }
    }
}
