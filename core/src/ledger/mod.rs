//! The traits of the ledger, the sync's memory between runs: [`Ledger`] is what a run needs, [`LedgerAdmin`] what the server
//! and the command need beside it.

mod account_state;
mod admin;
mod intent;
mod look_up;
mod outcome;
mod overlay;
mod retry;
mod run;

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

pub use account_state::{AccountState, Failure, Failures};
pub use admin::LedgerAdmin;
pub use intent::{Intent, IntentId};
pub(crate) use look_up::{bare, exact};
pub use look_up::{look_up, may_be_a_name, records};
pub use outcome::{Action, Counts, Outcome, Pending};
pub use overlay::Overlay;
pub use retry::{Retry, doing};
pub use run::{Account, Lease, NewRun, PhaseReport, Run, RunStatus, Trigger};

use crate::Result;
use crate::model::{Kind, Link, Phase, RecordKey, Side};

/// Memory of one record in the ledger. Its parts are boxed, because it is passed on often.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordMemory {
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

/// The sync's memory between runs, as far as a run needs it: accounts, links, intents, outcomes, pending records, leases,
/// watermarks. What people look up and change beside it is [`LedgerAdmin`].
///
/// # Behavior of every call
///
/// - A write is durable when it returns, and happened wholly or not at all.
/// - Records of one account are never seen by another.
/// - No contact data is kept: outcomes carry ids, numbers, names of properties and titles of work orders only.
#[async_trait]
pub trait Ledger: Send + Sync + fmt::Debug {
    /// One account.
    async fn account(&self, name: &str) -> Result<Option<Account>>;

    /// Adds an account. One that is there already stays as it is, so that its sync start is fixed (rule L2).
    async fn add_account(&self, account: &Account) -> Result<()>;

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

    /// The start of the last run in which the phase succeeded (rule W2), UTC.
    async fn last_success(&self, account: &str, phase: Phase) -> Result<Option<DateTime<Utc>>>;

    /// Remembers that the phase succeeded in a run that started at `at`.
    async fn set_last_success(&self, lease: &Lease, phase: Phase, at: DateTime<Utc>) -> Result<()>;

    /// Remembers that a reconciliation that started at `at` came to its end.
    async fn set_last_reconciled(&self, lease: &Lease, at: DateTime<Utc>) -> Result<()>;

    /// Memory of each of `keys`, in their order.
    async fn recall(&self, account: &str, keys: &[RecordKey]) -> Result<Vec<RecordMemory>>;

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

    /// Takes a dismissal back, or resets the number of attempts; `false` if it is not pending.
    async fn retry(&self, account: &str, key: &RecordKey) -> Result<bool>;

    /// Links of residents with a move-in or move-out date after the day of their last evaluation and not after
    /// `today` (rule R6), or of whom another stay counts by today, in the order of their platform ids, from `after` on.
    async fn with_reached_dates(
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
    async fn find(&self, account: &str, kind: Kind, text: &str) -> Result<Vec<RecordMemory>>;

    /// Number of records of one kind that are linked and, as far as the ledger knows, active in Latchel.
    async fn linked(&self, account: &str, kind: Kind) -> Result<u64>;

    /// Links of one kind in the order of their platform ids, from `after` on.
    async fn links(&self, account: &str, kind: Kind, after: Option<&str>, limit: u32) -> Result<Vec<Link>>;
}
