use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The longest that a loop of the server does between two beats of its pulse, if nothing holds it up.
pub(crate) const BETWEEN_BEATS: Duration = Duration::from_secs(30);
/// After so long without one it is taken for dead.
const DEAD_AFTER: Duration = Duration::from_secs(120);

/// Whether a loop of the server goes round.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<Option<Instant>>);

impl Pulse {
    /// It went round once more.
    pub(crate) fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether it went round lately.
    pub(crate) fn beats(&self) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last.elapsed() < DEAD_AFTER)
    }
}

/// The pulses of the loops that must go round for the server to do its work.
#[derive(Debug, Default)]
pub struct Pulses {
    /// That which asks for what is due.
    pub(crate) scheduler: Pulse,
    /// That which does jobs.
    pub(crate) worker: Pulse,
}
