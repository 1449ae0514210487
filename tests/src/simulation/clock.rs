use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// The time of a story: tokio's, which passes only while everybody waits.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    origin: DateTime<Utc>,
    started: Instant,
}

impl Clock {
    /// One that shows `origin` now.
    pub fn starting_at(origin: DateTime<Utc>) -> Self {
        Self { origin, started: Instant::now() }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.origin + self.started.elapsed()
    }
}
