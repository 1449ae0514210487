//! The trait of the ledger, the sync's memory between runs.

mod intent;
mod look_up;
mod outcome;
mod overlay;
mod retry;
mod run;

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

pub use intent::{Intent, IntentId};
pub(crate) use look_up::{bare, exact};
pub use look_up::{look_up, may_be_a_name, records};
pub use outcome::{Action, Counts, Outcome, Pending};
pub use overlay::Overlay;
pub use retry::{Retry, doing};
pub use run::{Account, Lease, NewRun, PhaseReport, Run, RunStatus, Trigger};

use crate::Result;
use crate::model::{Kind, Link, Phase, Reason, RecordKey, RunId, Side};

/// Memory of one record in the ledger. Its parts are boxed, because it is passed on often.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// The record.
    pub key: RecordKey,
    /// The pair of ids that it is part of.
    pub link: Option<Box<Link>>,
    /// Its newest outcome.
    pub outcome: Option<Box<Outcome>>,
    /// A create for it whose outcome is not known.
    pub intent: Option<Box<Intent>>,
    /// The tries so far, if it is pending or failed.
    pub pending: Option<Box<Pending>>,
}

/// The sync's memory between runs: accounts, links, intents, outcomes, pending records, runs, watermarks.
///
/// # Behavior of every call
///
/// - A write is durable when it returns, and happened wholly or not at all.
/// - Records of one account are never seen by another.
/// - No contact data is kept: outcomes carry ids, numbers, names of properties and titles of work orders only.
#[async_trait]
pub trait Ledger: Send + Sync + fmt::Debug {
    /// Every account, by name.
    async fn accounts(&self) -> Result<Vec<Account>>;

    /// One account.
    async fn account(&self, name: &str) -> Result<Option<Account>>;

    /// Adds an account. One that is there already stays as it is, so that its sync start is fixed (rule L2).
    async fn add_account(&self, account: &Account) -> Result<()>;

    /// Changes the account's sync start, which only an explicit command does (rule L2).
    async fn set_sync_start(&self, account: &str, sync_start: DateTime<Utc>) -> Result<()>;

    /// Begins a run and takes the leases of its phases: one run at a time for each account and phase.
    ///
    /// # Errors
    ///
    /// [`Busy`](crate::ErrorKind::Busy) if another run holds one of them; it says which and since when.
    async fn begin_run(&self, run: &NewRun) -> Result<Lease>;

    /// Keeps the run's leases alive; called every 20 seconds and before each call that writes to one of the two systems.
    ///
    /// # Errors
    ///
    /// [`Busy`](crate::ErrorKind::Busy) if another run has taken over. Every call that takes a lease fails so then.
    async fn renew_lease(&self, lease: &Lease) -> Result<()>;

    /// Ends the run and gives the leases back that it still holds.
    async fn finish_run(&self, run: &Run) -> Result<()>;

    /// The newest runs, newest first; of every account if `account` is `None`.
    async fn runs(&self, account: Option<&str>, limit: u32) -> Result<Vec<Run>>;

    /// One run.
    async fn run(&self, id: RunId) -> Result<Option<Run>>;

    /// The outcomes that were new or changed in a run, in the order of their keys, from `after` on.
    async fn run_outcomes(&self, id: RunId, after: Option<&RecordKey>, limit: u32) -> Result<Vec<Outcome>>;

    /// The start of the last run in which the phase succeeded (rule W2), UTC.
    async fn last_success(&self, account: &str, phase: Phase) -> Result<Option<DateTime<Utc>>>;

    /// Remembers that the phase succeeded in a run that started at `at`.
    async fn set_last_success(&self, lease: &Lease, phase: Phase, at: DateTime<Utc>) -> Result<()>;

    /// The start of the last reconciliation that came to its end (rule W6), UTC.
    async fn last_reconciled(&self, account: &str) -> Result<Option<DateTime<Utc>>>;

    /// Remembers that a reconciliation that started at `at` came to its end.
    async fn set_last_reconciled(&self, lease: &Lease, at: DateTime<Utc>) -> Result<()>;

    /// Memory of each of `keys`, in their order.
    async fn recall(&self, account: &str, keys: &[RecordKey]) -> Result<Vec<Memory>>;

    /// Writes a page's outcomes: the newest of each record, and the run's history where an outcome differs from
    /// the one before. A pending or failed one becomes pending (rule W3); any other ends its being pending.
    async fn record(&self, lease: &Lease, outcomes: &[Outcome]) -> Result<()>;

    /// Adds or replaces the link of a pair, and ends the intents of its two records.
    async fn put_link(&self, lease: &Lease, link: &Link) -> Result<()>;

    /// Ends the link of a pair, by its platform id; `false` if there is none.
    async fn unlink(&self, lease: &Lease, kind: Kind, platform_id: &str) -> Result<bool>;

    /// Writes a create down before it is sent (rule E); a pending outcome is written with it, so that the record is
    /// looked at again even if the process dies.
    async fn open_intent(&self, lease: &Lease, intent: &Intent) -> Result<()>;

    /// Ends an intent: with the link of what it created, or without one if nothing was created.
    async fn settle_intent(&self, lease: &Lease, intent: IntentId, link: Option<&Link>) -> Result<()>;

    /// Pending records of one kind and side that are not dismissed, in the order of ids, after the id `after`.
    async fn pending(
        &self,
        account: &str,
        kind: Kind,
        side: Side,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Pending>>;

    /// Everything that is pending, the dismissed too, for people.
    async fn all_pending(&self, account: &str) -> Result<Vec<Pending>>;

    /// Dismisses a pending record, so that it is not tried again until it changes; `false` if it is not pending.
    async fn dismiss(&self, account: &str, key: &RecordKey) -> Result<bool>;

    /// Takes a dismissal back, or resets the number of attempts; `false` if it is not pending.
    async fn retry(&self, account: &str, key: &RecordKey) -> Result<bool>;

    /// Links of residents with a move-in or move-out date after the day of their last evaluation and not after
    /// `today` (rule R6), or of whom another stay counts by today, in the order of their platform ids, from `after` on.
    async fn lapsing(
        &self,
        account: &str,
        today: NaiveDate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Link>>;

    /// Memories of the records of one kind whose id, counterpart's id or number on either side is `text`, linked or
    /// not, or of which `text` is a part of a composed id. A property is also found by a part of its name, in whatever
    /// case, if nothing else is called so and the text [may be a name](may_be_a_name). Fifty at most. [`look_up`] takes
    /// what people type.
    async fn find(&self, account: &str, kind: Kind, text: &str) -> Result<Vec<Memory>>;

    /// Number of records of one kind that are linked and, as far as the ledger knows, active in Latchel.
    async fn linked(&self, account: &str, kind: Kind) -> Result<u64>;

    /// Links of one kind in the order of their platform ids, from `after` on.
    async fn links(&self, account: &str, kind: Kind, after: Option<&str>, limit: u32) -> Result<Vec<Link>>;

    /// Checks the ledger itself, and returns each fault in a sentence; empty if it keeps its promises.
    async fn check(&self) -> Result<Vec<String>>;

    /// Counts the newest outcomes with each of `reasons`, of which there is at least one; a reason without any is left
    /// out. The time that it takes grows with the count.
    async fn counts(&self, account: &str, reasons: &[Reason]) -> Result<Counts>;

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
