//! Rate limits on real time: the world's clock may stand still, a client's haste does not.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Number of requests that a system takes in any span of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests.
    pub calls: u32,
    /// The span's length in seconds.
    pub seconds: u32,
}

impl RateLimit {
    /// `calls` requests in any second.
    pub const fn per_second(calls: u32) -> Self {
        Self { calls, seconds: 1 }
    }

    fn span(self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }
}

/// Rest of a [`RateLimit`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    /// Largest number of requests in the span.
    pub(crate) calls: u32,
    /// Number of requests that are left now.
    pub(crate) remaining: u32,
    /// In how long the oldest request that counts does not count any more.
    pub(crate) resets_in: Duration,
}

/// Several limits that hold at once, and the requests that were let through.
#[derive(Debug)]
pub(crate) struct Limits {
    limits: Vec<RateLimit>,
    admitted: Mutex<VecDeque<Instant>>,
}

impl Limits {
    pub(crate) fn new(limits: Vec<RateLimit>) -> Self {
        Self { limits, admitted: Mutex::default() }
    }

    /// Lets one request through, or says how long it has to wait.
    pub(crate) fn admit(&self) -> Result<(), Duration> {
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let wait = self.limits.iter().map(|limit| allowance(*limit, &admitted, now));
        let wait = wait.filter(|left| left.remaining == 0).map(|left| left.resets_in).max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        let longest = self.limits.iter().map(|limit| limit.span()).max().unwrap_or_default();
        while admitted.front().is_some_and(|at| now.duration_since(*at) >= longest) {
            admitted.pop_front();
        }
        if !self.limits.is_empty() {
            admitted.push_back(now);
        }
        Ok(())
    }

    /// Rest of the tightest limit; `None` if there is no limit.
    pub(crate) fn left(&self) -> Option<Allowance> {
        let admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let left = self.limits.iter().map(|limit| allowance(*limit, &admitted, now));
        left.min_by_key(|left| left.remaining)
    }
}

fn allowance(limit: RateLimit, admitted: &VecDeque<Instant>, now: Instant) -> Allowance {
    let first = admitted.partition_point(|at| now.duration_since(*at) >= limit.span());
    let used = u32::try_from(admitted.len() - first).unwrap_or(u32::MAX);
    let oldest = admitted.get(first).map(|at| limit.span().saturating_sub(now.duration_since(*at)));
    Allowance {
        calls: limit.calls,
        remaining: limit.calls.saturating_sub(used),
        resets_in: oldest.unwrap_or_else(|| limit.span()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_of_several_limits_decides() {
        let limits = Limits::new(vec![RateLimit::per_second(3), RateLimit { calls: 2, seconds: 60 }]);
        assert_eq!(limits.admit(), Ok(()));
        assert_eq!(limits.admit(), Ok(()));
        let wait = limits.admit().expect_err("two in a minute");
        assert!(wait > Duration::from_secs(50), "{wait:?}");
        assert_eq!(Limits::new(Vec::new()).admit(), Ok(()));
    }
}
