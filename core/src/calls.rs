//! Record of the calls that are made on behalf of a piece of work, wherever in its depth they are made: their number, and the
//! clocks that their answers showed. Whoever makes calls reports here, so that no trait needs to pass it on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// Calls of a piece of work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    /// The number of calls, by system.
    pub made: BTreeMap<String, u64>,
    /// Newest reading of each system's clock, from which clock skew is measured.
    pub clocks: BTreeMap<String, ClockReading>,
}

/// A reading of a far side's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// The instant that it showed, UTC.
    pub shown: DateTime<Utc>,
    /// Instant of the reading here, by the monotonic clock.
    pub read_at: Instant,
}

tokio::task_local! {
    static RECORD: Arc<Mutex<Calls>>;
}

/// Does `work`, and returns its result with the calls that were made in it; those of tasks that it spawns are left out.
pub async fn recorded<T>(work: impl Future<Output = T>) -> (T, Calls) {
    let record = Arc::new(Mutex::new(Calls::default()));
    let result = RECORD.scope(Arc::clone(&record), work).await;
    let calls = std::mem::take(&mut *record.lock().unwrap_or_else(PoisonError::into_inner));
    (result, calls)
}

/// Counts a call of `system`; without effect outside of [`recorded`].
pub fn made(system: &str) {
    record(|calls| match calls.made.get_mut(system) {
        Some(count) => *count += 1,
        None => drop(calls.made.insert(system.to_owned(), 1)),
    });
}

/// Notes that `system`'s clock shows `shown` now (UTC); without effect outside of [`recorded`].
pub fn clock(system: &str, shown: DateTime<Utc>) {
    let reading = ClockReading { shown, read_at: Instant::now() };
    record(|calls| match calls.clocks.get_mut(system) {
        Some(newest) => *newest = reading,
        None => drop(calls.clocks.insert(system.to_owned(), reading)),
    });
}

/// The same work, whose calls are counted with those of the task that it is made in, also where it is spawned as another.
pub fn inherited<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let record = RECORD.try_with(Arc::clone);
    async move {
        match record {
            Ok(record) => RECORD.scope(record, work).await,
            Err(_) => work.await,
        }
    }
}

fn record(change: impl FnOnce(&mut Calls)) {
    // Fails only outside of `recorded`, where nobody asks.
    let _ = RECORD.try_with(|calls| change(&mut calls.lock().unwrap_or_else(PoisonError::into_inner)));
}
