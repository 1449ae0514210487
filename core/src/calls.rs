//! Counting the calls that are made on behalf of a run, wherever in its depth they are made.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

type Count = Arc<Mutex<BTreeMap<String, u64>>>;

tokio::task_local! {
    static COUNT: Count;
}

/// Does `work`, and returns how many calls of each system were made in it; those of tasks that it spawns are not counted.
pub async fn counted(work: impl Future<Output = ()>) -> BTreeMap<String, u64> {
    let count = Count::default();
    COUNT.scope(Arc::clone(&count), work).await;
    std::mem::take(&mut *count.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Counts a call of `system`; without effect outside of [`counted`].
pub fn made(system: &str) {
    let add = |count: &Count| {
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        match count.get_mut(system) {
            Some(calls) => *calls += 1,
            None => drop(count.insert(system.to_owned(), 1)),
        }
    };
    // Fails only outside of `counted`, where nobody counts.
    let _ = COUNT.try_with(add);
}
