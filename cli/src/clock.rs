use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

/// Clock of a command, in whole seconds: it begins at the instant that the command takes for now and goes on from there, so
/// that what took long for one account is not missing for the next. Within its first second it stands still, as rehearsals
/// need it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    began: DateTime<Utc>,
    at: Instant,
}

impl Clock {
    /// A clock that shows `now`, UTC.
    pub fn starting_at(now: DateTime<Utc>) -> Self {
        Self { began: now, at: Instant::now() }
    }

    /// Now, UTC.
    pub fn now(&self) -> DateTime<Utc> {
        let passed = i64::try_from(self.at.elapsed().as_secs()).unwrap_or_default();
        self.began + TimeDelta::try_seconds(passed).unwrap_or_default()
    }
}
