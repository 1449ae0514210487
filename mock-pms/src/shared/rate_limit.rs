//! Rate limits on real time: the world's clock may stand still, a client's haste does not.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

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

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.calls, self.seconds)
    }
}

impl FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(calls, seconds)| {
            Some(Self { calls: calls.trim().parse().ok()?, seconds: seconds.trim().parse().ok()? })
        });
        let limit = numbers.filter(|limit| limit.calls > 0 && limit.seconds > 0);
        limit.ok_or_else(|| format!("{text:?} is not CALLS/SECONDS, as 600/600"))
    }
}

/// Way in which a system counts the requests of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    /// The span ends now, whenever that is: each request counts for as long as the span is.
    Sliding,
    /// The span begins with its first request. When it is over, none of its requests counts any more.
    FromFirst,
}

/// Rest of a [`RateLimit`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    /// Largest number of requests in the span.
    pub(crate) calls: u32,
    /// Number of requests that are left now.
    pub(crate) remaining: u32,
    /// In how long there are more.
    pub(crate) resets_in: Duration,
}

/// Several limits that hold at once, and the requests that were let through.
#[derive(Debug)]
pub(crate) struct Limits {
    limits: Vec<RateLimit>,
    admitted: Mutex<Admitted>,
}

#[derive(Debug, Default)]
struct Admitted {
    /// As many as the longest span can hold.
    all: VecDeque<Instant>,
    /// For each limit: the beginning of the present span, and its requests.
    spans: Vec<Option<(Instant, u32)>>,
}

impl Limits {
    pub(crate) fn new(limits: Vec<RateLimit>) -> Self {
        let spans = vec![None; limits.len()];
        Self { limits, admitted: Mutex::new(Admitted { spans, ..Admitted::default() }) }
    }

    /// Lets one request through, or says how long it has to wait.
    pub(crate) fn admit(&self, counting: Counting) -> Result<(), Duration> {
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let wait = self.allowances(counting, &admitted, now);
        let wait = wait.filter(|left| left.remaining == 0).map(|left| left.resets_in).max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        self.count(&mut admitted, now);
        Ok(())
    }

    /// Rest of the tightest limit; `None` if there is no limit.
    pub(crate) fn left(&self, counting: Counting) -> Option<Allowance> {
        let admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        self.allowances(counting, &admitted, Instant::now()).min_by_key(|left| left.remaining)
    }

    fn count(&self, admitted: &mut Admitted, now: Instant) {
        let longest = self.limits.iter().map(|limit| limit.span()).max().unwrap_or_default();
        while admitted.all.front().is_some_and(|at| now.duration_since(*at) >= longest) {
            admitted.all.pop_front();
        }
        if !self.limits.is_empty() {
            admitted.all.push_back(now);
        }
        for (limit, span) in self.limits.iter().zip(&mut admitted.spans) {
            let present = span.filter(|(began, _)| now.duration_since(*began) < limit.span());
            let (began, calls) = present.unwrap_or((now, 0));
            *span = Some((began, calls + 1));
        }
    }

    fn allowances(
        &self,
        counting: Counting,
        admitted: &Admitted,
        now: Instant,
    ) -> impl Iterator<Item = Allowance> {
        self.limits.iter().zip(&admitted.spans).map(move |(limit, span)| match counting {
            Counting::Sliding => sliding(*limit, &admitted.all, now),
            Counting::FromFirst => from_first(*limit, *span, now),
        })
    }
}

fn sliding(limit: RateLimit, admitted: &VecDeque<Instant>, now: Instant) -> Allowance {
    let first = admitted.partition_point(|at| now.duration_since(*at) >= limit.span());
    let used = u32::try_from(admitted.len() - first).unwrap_or(u32::MAX);
    let oldest = admitted.get(first).map(|at| limit.span().saturating_sub(now.duration_since(*at)));
    Allowance {
        calls: limit.calls,
        remaining: limit.calls.saturating_sub(used),
        resets_in: oldest.unwrap_or_else(|| limit.span()),
    }
}

fn from_first(limit: RateLimit, span: Option<(Instant, u32)>, now: Instant) -> Allowance {
    let rest = |(began, used)| Some((limit.span().checked_sub(now.duration_since(began))?, used));
    let (resets_in, used) = span.and_then(rest).unwrap_or((limit.span(), 0));
    Allowance { calls: limit.calls, remaining: limit.calls.saturating_sub(used), resets_in }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_of_several_limits_decides() {
        for counting in [Counting::Sliding, Counting::FromFirst] {
            let limits = Limits::new(vec![RateLimit::per_second(3), RateLimit { calls: 2, seconds: 60 }]);
            assert_eq!(limits.admit(counting), Ok(()));
            assert_eq!(limits.admit(counting), Ok(()));
            let wait = limits.admit(counting).expect_err("two in a minute");
            assert!(wait > Duration::from_secs(50), "{wait:?}");
            assert_eq!(Limits::new(Vec::new()).admit(counting), Ok(()));
        }
    }

    #[test]
    fn a_span_from_its_first_request_gives_all_back_at_once() {
        let limit = RateLimit { calls: 2, seconds: 60 };
        let began = Instant::now();
        let late = began + Duration::from_secs(59);
        assert_eq!(from_first(limit, Some((began, 2)), late).remaining, 0);
        assert_eq!(from_first(limit, Some((began, 2)), began + Duration::from_secs(61)).remaining, 2);
        let each = VecDeque::from([began, late]);
        assert_eq!(sliding(limit, &each, began + Duration::from_secs(61)).remaining, 1);
    }

    #[test]
    fn a_limit_is_written_as_calls_and_seconds() {
        assert_eq!("600/60".parse(), Ok(RateLimit { calls: 600, seconds: 60 }));
        for text in ["600", "0/60", "60/0", "many/60"] {
            text.parse::<RateLimit>().expect_err(text);
        }
    }
}
