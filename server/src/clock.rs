use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// Clock of the server: the instant at which it began, and the time that has passed since. So a rehearsal may begin at any
/// instant, and tests need not wait.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    began: DateTime<Utc>,
    at: Instant,
}

impl Clock {
    /// A clock that shows `now` and goes on from there.
    pub fn starting_at(now: DateTime<Utc>) -> Self {
        Self { began: now, at: Instant::now() }
    }

    /// Now, UTC.
    pub fn now(&self) -> DateTime<Utc> {
        self.began + TimeDelta::from_std(self.at.elapsed()).unwrap_or_default()
    }

    /// Instant at which the clock was started, UTC.
    pub fn began(&self) -> DateTime<Utc> {
        self.began
    }
}
