//! A Latchel that can only list, dressed as one that can be asked for anything.
//!
//! [`Mirror`] keeps what the lists of a [`LatchelSource`] show in a [`MirrorStore`], a part of the ledger, and answers
//! look-ups by reference and id from there without a call. *Absent* is concluded from a list that is proven complete alone:
//! until then nothing is created. A record is read afresh by one call before it is changed, and after.

mod answers;
mod dressed;
mod news;
mod questions;
mod shown_states;
mod source;
mod store;
mod unread;
mod walk;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tokio::time::Instant;

pub use source::{JobsAsked, LatchelSource, MirrorList, SourceCapabilities, SourcePage, SourceResident};
pub use store::{MirrorStore, Mirrored, Walk};
pub use unread::{Unread, UnreadReference, UnreadRow};
pub use walk::{ListState, Progress};

use crate::model::{ClosedStatus, Kind};
use crate::{Ledger, Result};

/// A [`LatchelSource`] dressed as a [`Latchel`](crate::Latchel).
#[derive(Debug)]
pub struct Mirror {
    source: Arc<dyn LatchelSource>,
    store: Arc<dyn MirrorStore>,
    ledger: Arc<dyn Ledger>,
    account: String,
    has_webhooks: bool,
    state: Mutex<State>,
    /// Closed states of which this run has sought a work order to show to the source.
    states_sought: tokio::sync::Mutex<Vec<ClosedStatus>>,
}

/// State of a connection.
#[derive(Default)]
struct State {
    /// The last run's *now*, and the monotonic instant at which it was told.
    now: Option<(DateTime<Utc>, Instant)>,
    /// The last run's *now*, if it is under way.
    began: Option<DateTime<Utc>>,
    /// Records that we have just written: a look-up by id reads them afresh.
    written: HashSet<(Kind, i64)>,
    /// Kinds of which a single record was shown by its id.
    single: HashSet<Kind>,
    /// Instant up to which this run has read news of work orders, UTC.
    news: Option<DateTime<Utc>>,
    /// Instant at which this process asked for work orders last, UTC.
    asked: Option<DateTime<Utc>>,
    /// Rows that this run's news of work orders brought and that were not understood.
    unread_news: Unread,
    /// The last question of this run for new work orders that a create without an answer was the cause of.
    created_since: Option<CreatedSince>,
    /// True if this run lists work orders as the mirror has them, because webhooks told of the news.
    listed_as_kept: bool,
}

/// A question for the work orders that were created on a day or later.
#[derive(Debug, Clone, Copy)]
struct CreatedSince {
    day: NaiveDate,
    /// Instant at which it was asked, UTC.
    asked_at: DateTime<Utc>,
    /// True if the answer left nothing out.
    whole: bool,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Mirror {
    /// The source as an account sees it; nothing is called yet.
    pub fn new(
        source: Arc<dyn LatchelSource>,
        store: Arc<dyn MirrorStore>,
        ledger: Arc<dyn Ledger>,
        account: impl Into<String>,
    ) -> Self {
        Self {
            source,
            store,
            ledger,
            account: account.into(),
            has_webhooks: false,
            state: Mutex::default(),
            states_sought: tokio::sync::Mutex::default(),
        }
    }

    /// The mirror of a process that takes Latchel's webhooks: the schedule's runs ask for news once an hour.
    #[must_use]
    pub fn with_webhooks(self) -> Self {
        Self { has_webhooks: true, ..self }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a run's *now*, from which [`Self::clock`] counts on.
    fn starts(&self, now: DateTime<Utc>) {
        self.state().now = Some((now, Instant::now()));
    }

    /// Present time, UTC: the last run's *now* and the time that has passed since.
    fn clock(&self) -> DateTime<Utc> {
        let (now, at) = self.state().now.unwrap_or((DateTime::UNIX_EPOCH, Instant::now()));
        now + at.elapsed()
    }

    /// Share of the budget that one run may spend on filling lists.
    fn pages_of_a_run(&self) -> u32 {
        self.source.capabilities().budget.0
    }

    /// The time that so many calls take within the budget.
    fn time_for(&self, calls: u64) -> TimeDelta {
        let (of_a_span, span) = self.source.capabilities().budget;
        let spans = calls as f64 / f64::from(of_a_span.max(1));
        TimeDelta::from_std(Duration::from_secs_f64(spans * span.as_secs_f64())).unwrap_or(TimeDelta::MAX)
    }

    /// Adds or replaces records as they were just seen.
    async fn keep(&self, records: Vec<Mirrored>) -> Result<()> {
        if records.is_empty() { Ok(()) } else { self.store.keep(&self.account, &records).await }
    }
}
