use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{Action, Pending};
use crate::model::{Kind, RecordKey, Side, Status};
use crate::words::local;

/// The last try of a record, which failed, and the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Retry {
    /// Start of the run that tried last, UTC.
    pub failed_at: DateTime<Utc>,
    /// Error of the far side.
    pub error: Option<String>,
    /// Number of tries so far.
    pub attempts: u32,
    /// Earliest instant of the next try, UTC; `None` for the next run.
    pub next_try: Option<DateTime<Utc>>,
    /// True if somebody dismissed it, so that it is tried again only once something about it changes.
    pub dismissed: bool,
    /// Action of that try; `None` where the last one failed before that was known.
    pub action: Option<Action>,
}

impl Retry {
    /// The last and the next try of a record that failed; `None` for one that waits for something else.
    pub fn of(pending: &Pending) -> Option<Self> {
        let outcome = &pending.outcome;
        (outcome.status() == Status::Failed).then(|| Self {
            failed_at: outcome.at,
            error: outcome.detail.clone(),
            attempts: pending.attempts,
            next_try: pending.next_try(),
            dismissed: pending.dismissed,
            action: outcome.tried,
        })
    }

    /// True if no run tries the record at `now` unless it changes.
    pub fn rests(&self, now: DateTime<Utc>) -> bool {
        self.dismissed || self.next_try.is_some_and(|at| at > now)
    }

    /// Names the action of the next try, as a verb and its objects.
    pub fn does(&self, key: &RecordKey) -> &'static str {
        match self.action {
            Some(Action::None) => "find nothing to write, as things are",
            Some(action) => doing(action, key),
            None => "look at it anew",
        }
    }

    /// Tells in two or three sentences that it failed, with the error, and the time and action of the next try.
    /// Instants are told in `zone`.
    pub fn sentence(&self, key: &RecordKey, now: DateTime<Utc>, zone: Tz) -> String {
        let error = match self.error.as_deref().map(|error| error.trim_end_matches('.')) {
            Some(error) if !error.is_empty() => format!(": {error}"),
            _ => String::new(),
        };
        let last = format!("The last try, at {}, failed{error}.", local(self.failed_at, zone));
        let does = self.does(key);
        let next = match self.next_try {
            _ if self.dismissed => {
                return format!(
                    "{last} Somebody dismissed it; once something about it changes, a run tries again to {does}."
                );
            }
            Some(at) if at > now => format!("It is tried again by the first run after {}", local(at, zone)),
            _ => "It is tried again by the next run".to_owned(),
        };
        format!("{last} {next}, which would {does}.")
    }
}

/// Names the effect of an action on a record, as a verb and its objects: `create it in Latchel`.
pub fn doing(action: Action, key: &RecordKey) -> &'static str {
    let to_platform = key.kind == Kind::WorkOrder && key.side == Side::Latchel;
    match (action, to_platform) {
        (Action::None, _) => "write nothing",
        (Action::Create, false) => "create it in Latchel",
        (Action::Create, true) => "create it on the platform",
        (Action::Update, false) => "change it in Latchel",
        (Action::Update, true) => "set the platform's number in Latchel",
        (Action::Deactivate, _) => "set it inactive in Latchel",
        (Action::Link, _) => "link it with its counterpart",
        (Action::Close, _) => "close it on the platform",
    }
}
