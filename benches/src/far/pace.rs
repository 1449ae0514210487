//! Pace of a system: its latency, its limit, and its counts.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::reply::Refusal;

const SPAN: Duration = Duration::from_secs(1);

/// Pace at which a system is to answer.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manner {
    /// Latency of every answer, in milliseconds.
    #[serde(default)]
    pub latency_ms: u64,
    /// Number of requests that it takes in any second; any number if there is none.
    #[serde(default)]
    pub per_second: Option<usize>,
}

/// Counts of a system.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Counts {
    /// The requests that were answered, by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Those that were refused as too many.
    pub refused: u64,
    /// From the first answered request to the last, in seconds.
    pub span: f64,
}

impl Counts {
    /// All requests that were answered.
    pub fn answered(&self) -> u64 {
        self.kinds.values().sum()
    }
}

/// A system's pace.
#[derive(Debug, Default)]
pub struct Pace(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    manner: Manner,
    counts: Counts,
    first: Option<Instant>,
    /// The requests of the last second, oldest first, where there is a limit.
    recent: VecDeque<Instant>,
}

impl Pace {
    /// Counts a request of this kind and waits as long as its answer takes.
    pub async fn answer(&self, kind: &str) -> Result<(), Refusal> {
        let latency = self.with(|state| state.admit(kind, Instant::now()))?;
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        Ok(())
    }

    /// Answers otherwise from now on, and begins to count anew.
    pub fn set(&self, manner: Manner) {
        self.with(|state| *state = State { manner, ..State::default() });
    }

    /// Counts since the manner was last set.
    pub fn counts(&self) -> Counts {
        self.with(|state| state.counts.clone())
    }

    fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn admit(&mut self, kind: &str, now: Instant) -> Result<Duration, Refusal> {
        if let Some(limit) = self.manner.per_second {
            while self.recent.front().is_some_and(|first| now - *first >= SPAN) {
                self.recent.pop_front();
            }
            if self.recent.len() >= limit {
                self.counts.refused += 1;
                return Err(Refusal::TooMany);
            }
            self.recent.push_back(now);
        }
        let first = *self.first.get_or_insert(now);
        self.counts.span = (now - first).as_secs_f64();
        match self.counts.kinds.get_mut(kind) {
            Some(count) => *count += 1,
            None => drop(self.counts.kinds.insert(kind.to_owned(), 1)),
        }
        Ok(Duration::from_millis(self.manner.latency_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_takes_more_than_the_limit_and_what_is_refused_is_not_counted_in() {
        let mut state = State { manner: Manner { latency_ms: 0, per_second: Some(2) }, ..State::default() };
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let admitted = [0, 500, 900, 1_000, 1_400, 1_500].map(|ms| state.admit("list", at(ms)).is_ok());
        assert_eq!(admitted, [true, true, false, true, false, true]);
        assert_eq!((state.counts.answered(), state.counts.refused), (4, 2));
        assert!((state.counts.span - 1.5).abs() < 1e-9);
    }
}
