//! Data that the server keeps in the ledger's database beside the memory of the sync: users and their sessions, actions of
//! people, deliveries that came in, and alerts that were told. And the ledger as people look through it.

mod browser;
mod causes;
mod kept;
pub(crate) mod tries;

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Counts, Outcome, Pending};
use latchel_sync_core::model::{Kind, PropertyId, Reason, RecordKey, RunId, Side, Status};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use browser::{Browser, Pairing};
pub use causes::{Cause, Causes, Why};
pub use kept::{KeptAccount, WrappedKey};
pub use tries::{OF_NAME, Pace, TryKey};

/// Role of a user, which says what they may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Look at everything.
    Viewer,
    /// Also sync, pause, link, retry, dismiss.
    Operator,
    /// A browser's extension: look at accounts and work orders, sync an account or one record, and nothing else.
    Extension,
}

impl Role {
    /// The role's name in JSON, the ledger and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Extension => "extension",
        }
    }

    /// Reads the role of a user, who is never an extension: those are connected ([`Browser`]).
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Viewer, Self::Operator].into_iter().find(|role| role.as_str() == name)
    }
}

/// Somebody who may log in, or a program with a token of its own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The name, which is unique.
    pub name: String,
    /// Role, which says what they may do.
    pub role: Role,
    /// The hash of the password in the PHC format, or of a token: never the secret itself.
    pub hash: String,
    /// True if `hash` is a token's, which is sent with each request instead of logging in.
    pub is_token: bool,
    /// Instant at which they were added, UTC.
    pub created_at: DateTime<Utc>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

/// Somebody who is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The SHA-256 of the cookie's value, in hexadecimal: the value itself is only with its owner.
    pub id: String,
    /// The user's name.
    pub user: String,
    /// Instant at which they logged in, UTC.
    pub created_at: DateTime<Utc>,
    /// Instant at which the session ends, UTC.
    pub expires_at: DateTime<Utc>,
}

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its id; later ones have greater ones.
    pub id: Uuid,
    /// Instant of the action, UTC.
    pub at: DateTime<Utc>,
    /// Name of the user who acted.
    pub user: String,
    /// The account that it was about.
    pub account: Option<String>,
    /// Name of the action, as `sync_asked_for`.
    pub action: String,
    /// Object and details of the action, without contact data and secrets.
    pub detail: String,
}

/// An account that is not synced by itself until somebody resumes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The account.
    pub account: String,
    /// Name of the user who paused it.
    pub by: String,
    /// Start of the pause, UTC.
    pub since: DateTime<Utc>,
}

/// A change that one of the two systems told of, from its arrival until the record was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id; later ones have greater ones.
    pub id: Uuid,
    /// The account.
    pub account: String,
    /// Record that it is about.
    pub record: RecordKey,
    /// The SHA-256 of what was sent, in hexadecimal: a second delivery of the same has the same.
    pub digest: String,
    /// Instant at which it arrived, UTC.
    pub received_at: DateTime<Utc>,
}

/// A condition that people were told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The account.
    pub account: String,
    /// Name of the condition and of the channel, as `runs_failed/email`.
    pub kind: String,
    /// Text that people are told.
    pub text: String,
    /// Instant since which it holds, UTC.
    pub since: DateTime<Utc>,
    /// Instant at which people were told of it, UTC; `None` while that has not worked yet.
    pub told_at: Option<DateTime<Utc>>,
}

/// Filter of outcomes; a field that is `None` does not narrow them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The kind of record.
    pub kind: Option<Kind>,
    /// The side that it was read from, which is the direction.
    pub side: Option<Side>,
    /// Status of the record.
    pub status: Option<Status>,
    /// The reason.
    pub reason: Option<Reason>,
    /// The run that its newest outcome is from.
    pub run: Option<RunId>,
    /// Its newest outcome is from this instant or before, UTC: it has stood so since then.
    pub until: Option<DateTime<Utc>>,
    /// The property that it, or whose unit it, waits for.
    pub waits_for: Option<PropertyId>,
    /// Part of its id, its counterpart's id, its label or its detail; the letters of ASCII in any case, others as they are.
    pub text: Option<String>,
}

/// A record's newest outcome, and how long it has been tried if it waits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// The outcome.
    pub outcome: Outcome,
    /// Set if it is pending or failed.
    pub pending: Option<Pending>,
}

/// Runs of one day of an account, counted; those that are forgotten too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayOfRuns {
    /// The account.
    pub account: String,
    /// The account's local date on which they began.
    pub day: NaiveDate,
    /// Number of them.
    pub runs: u64,
    /// Number of those that failed, wholly or in part.
    pub failed: u64,
    /// Number of those that failed in part.
    pub partly: u64,
    /// Number of records that they wrote.
    pub writes: u64,
}

/// Instants before which what the server keeps is forgotten, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forget {
    /// For runs that found nothing new: they are counted by day.
    pub idle_before: DateTime<Utc>,
    /// For everything.
    pub before: DateTime<Utc>,
}

/// Outcomes of a run by what they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrote {
    /// Those that took an action.
    Something,
    /// Those that were new or changed, and took none.
    Nothing,
}

/// A record's newest outcome, with its account.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundIn {
    /// The account.
    pub account: String,
    /// The outcome.
    pub outcome: Outcome,
}

/// Store of the server's data. A write is durable when it returns.
#[async_trait]
pub trait Desk: Send + Sync + fmt::Debug {
    /// Everybody, by name.
    async fn users(&self) -> Result<Vec<User>>;

    /// Adds somebody, or replaces them, which ends their sessions and browsers and forgets tries at their name, in the same
    /// transaction.
    async fn put_user(&self, user: &User) -> Result<()>;

    /// Removes somebody with their sessions and browsers; `false` if there is nobody of this name.
    async fn remove_user(&self, name: &str) -> Result<bool>;

    /// Begins a session.
    async fn begin_session(&self, session: &Session) -> Result<()>;

    /// A session with its user, unless it has ended by `now` or the user is gone.
    async fn session(&self, id: &str, now: DateTime<Utc>) -> Result<Option<(Session, User)>>;

    /// Ends a session, if it is there.
    async fn end_session(&self, id: &str) -> Result<()>;

    /// Counts a try under each of these keys, in one step; or says how long to wait before the next, which counts nothing.
    async fn count_try(&self, keys: &[TryKey], now: DateTime<Utc>) -> Result<TimeDelta>;

    /// Says that a try that was counted was right: `forgotten` begins anew, and of `taken_back` that try alone is taken back.
    async fn try_was_right(&self, forgotten: &TryKey, taken_back: &TryKey) -> Result<()>;

    /// Keeps an offer to connect a browser.
    async fn offer_pairing(&self, pairing: &Pairing) -> Result<()>;

    /// Takes the offer whose code has this hash, once; `None` if there is none, or it has ended by `now`.
    async fn take_pairing(&self, hash: &str, now: DateTime<Utc>) -> Result<Option<Pairing>>;

    /// Adds a browser.
    async fn add_browser(&self, browser: &Browser) -> Result<()>;

    /// The browsers, in the order in which they were connected.
    async fn browsers(&self) -> Result<Vec<Browser>>;

    /// The browser whose token has this hash.
    async fn browser(&self, hash: &str) -> Result<Option<Browser>>;

    /// Replaces a browser, unless it was ended.
    async fn put_browser(&self, browser: &Browser) -> Result<()>;

    /// Ends a browser's connection; `false` if it was ended before.
    async fn end_browser(&self, id: Uuid) -> Result<bool>;

    /// Writes down what somebody did.
    async fn note(&self, entry: &AuditEntry) -> Result<()>;

    /// Actions of people before the entry `before`, newest first. If `account` is `None`: those on every account, and those
    /// that are about none.
    async fn audit(&self, account: Option<&str>, before: Option<Uuid>, limit: u32)
    -> Result<Vec<AuditEntry>>;

    /// Number of the last change of the accounts that the ledger keeps.
    async fn kept_revision(&self) -> Result<i64>;

    /// Names of the accounts that the ledger keeps.
    async fn kept_names(&self) -> Result<Vec<String>>;

    /// Those that changed after this revision, by name; after 0 all of them.
    async fn kept_since(&self, revision: i64) -> Result<Vec<KeptAccount>>;

    /// The account of this name, if the ledger keeps one.
    async fn kept(&self, name: &str) -> Result<Option<KeptAccount>>;

    /// Writes an account under a new revision. Its `revision` is the one under which it was read, or 0 if there is none yet; `false`
    /// if somebody has changed it since, and nothing is written.
    async fn put_kept(&self, account: &KeptAccount) -> Result<bool>;

    /// Forgets an account's configuration, and nothing else of it; `false` if there is none of this name.
    async fn remove_kept(&self, name: &str) -> Result<bool>;

    /// The accounts that are paused.
    async fn pauses(&self) -> Result<Vec<Pause>>;

    /// Pauses an account; one that is paused stays as it is.
    async fn pause(&self, pause: &Pause) -> Result<()>;

    /// Resumes an account; `false` if it was not paused.
    async fn resume(&self, account: &str) -> Result<bool>;

    /// Keeps a delivery; `false` if one with this account and digest is there already, worked on or not: it came before,
    /// within the retention.
    async fn accept(&self, delivery: &Delivery) -> Result<bool>;

    /// The deliveries of an account that were not worked on, oldest first.
    async fn deliveries(&self, account: &str, limit: u32) -> Result<Vec<Delivery>>;

    /// Accounts with deliveries from before `before`, UTC, that were not worked on: the process that took them may be gone.
    async fn left_behind(&self, before: DateTime<Utc>) -> Result<Vec<String>>;

    /// Says that these deliveries were worked on.
    async fn worked_on(&self, deliveries: &[Uuid]) -> Result<()>;

    /// The conditions that hold, as far as they are written down.
    async fn alerts(&self) -> Result<Vec<Alert>>;

    /// Writes a condition down, or replaces what was written.
    async fn put_alert(&self, alert: &Alert) -> Result<()>;

    /// Forgets a condition that is over.
    async fn end_alert(&self, account: &str, kind: &str) -> Result<()>;

    /// The newest outcomes of an account's records that `filter` lets through, in the order of [`RecordKey`], from `after`
    /// on. By reason or status it takes a time that goes by the page; by run, age and text alone by the account's records.
    async fn find_outcomes(
        &self,
        account: &str,
        filter: &Filter,
        after: Option<&RecordKey>,
        limit: u32,
    ) -> Result<Vec<Found>>;

    /// Newest outcomes of the records in all accounts that people may mean by `text`: first those with this id on either side,
    /// then those with the text in their label, by account; a work order's label has its number. The letters of ASCII count in
    /// any case, others as they are.
    async fn search(&self, text: &str, limit: u32) -> Result<Vec<FoundIn>>;

    /// Outcomes of a run, by what they did, in the order of [`RecordKey`]s as texts, from `after` on.
    async fn of_run(
        &self,
        run: RunId,
        wrote: Wrote,
        after: Option<&RecordKey>,
        limit: u32,
    ) -> Result<Vec<Outcome>>;
    /// The last `limit` of those that come before the record `before`, in the same order.
    async fn find_outcomes_before(
        &self,
        account: &str,
        filter: &Filter,
        before: &RecordKey,
        limit: u32,
    ) -> Result<Vec<Found>>;

    /// Number of an account's records with each reason that `filter` lets through; a reason without any is left out. The
    /// time that it takes goes by the account's records.
    async fn count_outcomes(&self, account: &str, filter: &Filter) -> Result<Counts>;

    /// Causes for which an account's records need something ([`Reason::need`]): those that need somebody first, of these the
    /// ones that concern most records. Dismissed records are left out. `most` causes are named, and all counted.
    async fn causes(&self, account: &str, most: u32) -> Result<Causes>;

    /// Outcomes of a record that were new or changed, newest first, out of the account's newest 10,000 runs.
    async fn history(&self, account: &str, key: &RecordKey, limit: u32) -> Result<Vec<Outcome>>;

    /// Days of these accounts on which a run began, by account and day, from `from` on.
    async fn run_days(&self, accounts: &[String], from: NaiveDate) -> Result<Vec<DayOfRuns>>;

    /// Forgets runs and their history, worked-on deliveries, audit entries, tries and unused rate limits from before an instant, runs that found nothing new
    /// from before another, and sessions that have ended; returns how many rows. Newest outcomes, links, and what is pending are kept, and so are each account's
    /// newest run and any that holds a lease. It writes in small steps, between which others write; one that was cut short
    /// is finished by the next.
    async fn prune(&self, forget: Forget) -> Result<u64>;
}
