use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Account, AccountState, Counts, Ledger, Outcome, Pending, Run};
use crate::Result;
use crate::mirror::MirrorStore;
use crate::model::{Reason, RecordKey, RunId};

/// The ledger as the server and the command have it: all that a run needs, what people look up and change, and the
/// mirrors of Latchel. No run
/// calls anything of this, so that what stands between a run and its ledger implements [`Ledger`] alone.
///
/// # Behavior of every call
///
/// The same as [`Ledger`]'s.
#[async_trait]
pub trait LedgerAdmin: Ledger + MirrorStore {
    /// Every account, by name.
    async fn accounts(&self) -> Result<Vec<Account>>;

    /// Changes the account's sync start, which only an explicit command does (rule L2).
    async fn set_sync_start(&self, account: &str, sync_start: DateTime<Utc>) -> Result<()>;

    /// The newest runs, newest first; of every account if `account` is `None`.
    async fn runs(&self, account: Option<&str>, limit: u32) -> Result<Vec<Run>>;

    /// States of every account that ever ran, or of one, by name. It takes a time that goes by the accounts, and not by
    /// their runs and records.
    async fn account_states(&self, account: Option<&str>) -> Result<BTreeMap<String, AccountState>>;

    /// One run.
    async fn run(&self, id: RunId) -> Result<Option<Run>>;

    /// The outcomes that were new or changed in a run, in the order of their keys, from `after` on.
    async fn run_outcomes(&self, id: RunId, after: Option<&RecordKey>, limit: u32) -> Result<Vec<Outcome>>;

    /// The start of the last reconciliation that came to its end (rule W6), UTC.
    async fn last_reconciled(&self, account: &str) -> Result<Option<DateTime<Utc>>>;

    /// Everything that is pending, the dismissed too, for people.
    async fn all_pending(&self, account: &str) -> Result<Vec<Pending>>;

    /// Dismisses a pending record, so that it is not tried again until it changes; `false` if it is not pending.
    async fn dismiss(&self, account: &str, key: &RecordKey) -> Result<bool>;

    /// Checks the ledger itself, and returns each fault in a sentence; empty if it keeps its promises.
    async fn check(&self) -> Result<Vec<String>>;

    /// Counts the newest outcomes with each of `reasons`, of which there is at least one; a reason without any is left
    /// out. The time that it takes grows with the count.
    async fn counts(&self, account: &str, reasons: &[Reason]) -> Result<Counts>;

    /// True if a newer version has upgraded the ledger since it was opened: what is under way may end, because no version takes away
    /// what the one before needs, and nothing new should begin.
    async fn is_newer(&self) -> Result<bool> {
        Ok(false)
    }

    /// Ends the use of the ledger; called once, after everything else. Earlier writes are durable without it, but a
    /// ledger in a file may need other files beside it until then.
    ///
    /// # Errors
    ///
    /// If the data that was read cannot be relied on.
    async fn close(&self) -> Result<()> {
        Ok(())
    }
}
