//! A token bucket on real time: the world's clock may stand still, a client's haste does not.

use std::sync::Mutex;
use std::time::Instant;

/// How many requests a system takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateLimit {
    /// Requests for each second, on average.
    pub per_second: f64,
    /// Requests at once.
    pub burst: u32,
}

impl RateLimit {
    /// `n` requests in each second, and as many at once.
    pub fn per_second(n: u32) -> Self {
        Self { per_second: f64::from(n), burst: n }
    }
}

/// What is left of a [`RateLimit`].
#[derive(Debug)]
pub(crate) struct Bucket {
    limit: RateLimit,
    level: Mutex<(f64, Instant)>,
}

impl Bucket {
    pub(crate) fn full(limit: RateLimit) -> Self {
        Self { limit, level: Mutex::new((f64::from(limit.burst), Instant::now())) }
    }

    /// Takes one token, if there is one.
    pub(crate) fn take(&self) -> bool {
        let mut level = self.level.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = Instant::now();
        let refilled = level.0 + now.duration_since(level.1).as_secs_f64() * self.limit.per_second;
        let tokens = refilled.min(f64::from(self.limit.burst));
        let granted = tokens >= 1.0;
        *level = (if granted { tokens - 1.0 } else { tokens }, now);
        granted
    }
}
