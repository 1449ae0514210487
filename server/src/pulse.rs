use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The longest that a loop of the server does between two beats of its pulse, if nothing holds it up.
pub(crate) const BETWEEN_BEATS: Duration = Duration::from_secs(30);
/// Time without a beat after which a loop is taken for dead.
const DEAD_AFTER: Duration = Duration::from_secs(120);

/// Pulse of a loop of the server, which shows whether it goes round.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<Option<Instant>>);

impl Pulse {
    /// Notes that the loop went round once more.
    pub(crate) fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// True if it went round within `DEAD_AFTER`.
    pub(crate) fn beats(&self) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last.elapsed() < DEAD_AFTER)
    }
}

/// The pulses of the loops that must go round for the server to do its work.
#[derive(Debug, Default)]
pub struct Pulses {
    /// Pulse of the loop that asks for what is due.
    pub(crate) scheduler: Pulse,
    /// Pulse of the loop that does jobs.
    pub(crate) worker: Pulse,
}
