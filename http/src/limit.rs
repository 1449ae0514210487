use std::collections::VecDeque;
use std::sync::PoisonError;
use std::time::Duration;

use chrono::Utc;
use latchel_sync_core::registry::RateLimit;
use latchel_sync_core::{Error, ErrorKind, LONGEST_PAUSE_WITHIN_A_RUN, Result};
use reqwest::header::{DATE, HeaderMap};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::answer::http_date;

/// Each limit is kept over a span that is longer by this part, because calls that travel at different speeds arrive
/// closer together than they left; it costs less than a twentieth of the rate.
const MARGIN: u32 = 25;
/// Longest margin: however long the span, calls are not delayed by more than this on their way.
const LONGEST_MARGIN: Duration = Duration::from_millis(500);

/// Wait until the next call where nothing is left and nobody tells until when.
const UNTOLD: Duration = Duration::from_secs(30);

/// The headers in which a far side tells what is left of a limit that others use up too.
#[derive(Debug, Clone, Copy)]
pub struct RateLimitHeaders {
    /// Name of the header with the number of calls that are left.
    pub remaining: &'static str,
    /// Name of the header with the instant at which there are more again, in seconds since 1970 by the far side's own clock;
    /// `None` where no header tells, and the client asks again a little later.
    pub reset: Option<&'static str>,
}

impl RateLimitHeaders {
    /// Reads the headers of an answer; `None` if they say nothing that can be understood.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Option<Left> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        let calls = text(self.remaining)?.trim().parse().ok()?;
        let Some(reset) = self.reset else { return Some(Left { calls, renewed_in: UNTOLD }) };
        let reset: i64 = text(reset)?.trim().parse().ok()?;
        // By the far side's own clock, which may be off.
        let now = text(DATE.as_str()).and_then(http_date).unwrap_or_else(Utc::now);
        let seconds = u64::try_from(reset.saturating_sub(now.timestamp())).unwrap_or(0);
        Some(Left { calls, renewed_in: Duration::from_secs(seconds).min(LONGEST_PAUSE_WITHIN_A_RUN) })
    }
}

/// Rest of a limit that others use up too: the calls that are left, and the time until it is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    pub calls: u32,
    pub renewed_in: Duration,
}

/// Rate limits that are kept in advance, all at once.
pub(crate) struct Limits {
    own: Mutex<Log>,
    told: std::sync::Mutex<Option<Told>>,
}

/// State of a limit that others use up too: the calls that the last answer said are left, less those sent since, and the
/// instant of its renewal.
struct Told {
    calls: u32,
    until: Instant,
}

impl Limits {
    pub fn new(limits: &[RateLimit]) -> Result<Self> {
        let limits = limits.iter().map(Limit::new).collect::<Result<_>>()?;
        Ok(Self { own: Mutex::new(Log(limits)), told: std::sync::Mutex::default() })
    }

    /// Waits until every limit allows one more call. Who gives up waiting has used nothing.
    pub async fn wait(&self) {
        // Held while waiting, so that calls leave in the order in which they came.
        let mut log = self.own.lock().await;
        sleep_until(log.free_at(Instant::now())).await;
        // What is told may change while this waits.
        while let Some(until) = self.told_free_at() {
            sleep_until(until).await;
        }
        log.sent(Instant::now());
        self.with_told(|told| {
            if let Some(told) = told {
                told.calls = told.calls.saturating_sub(1);
            }
        });
    }

    /// Takes note of what an answer said; nothing is as before.
    pub fn told(&self, left: Option<Left>) {
        let Some(Left { calls, renewed_in }) = left else { return };
        self.with_told(|told| *told = Some(Told { calls, until: Instant::now() + renewed_in }));
    }

    /// Instant at which there is a call left again; `None` if there is one now.
    fn told_free_at(&self) -> Option<Instant> {
        self.with_told(|told| {
            let until = told.as_ref().filter(|told| told.calls == 0).map(|told| told.until)?;
            if until > Instant::now() {
                return Some(until);
            }
            // It has been renewed, and the next answer says to what.
            *told = None;
            None
        })
    }

    fn with_told<R>(&self, use_it: impl FnOnce(&mut Option<Told>) -> R) -> R {
        use_it(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Instants at which calls were sent, as far back as each limit reaches.
struct Log(Vec<Limit>);

impl Log {
    /// First instant at which every limit has room for one more call; not before `now`.
    fn free_at(&self, now: Instant) -> Instant {
        self.0.iter().filter_map(Limit::free_at).fold(now, Instant::max)
    }

    /// A call counts for every limit at the instant at which it leaves.
    fn sent(&mut self, at: Instant) {
        self.0.iter_mut().for_each(|limit| limit.sent(at));
    }
}

struct Limit {
    calls: usize,
    span: Duration,
    /// The last ones that still count, `calls` at most, oldest first.
    sent: VecDeque<Instant>,
}

impl Limit {
    fn new(limit: &RateLimit) -> Result<Self> {
        if limit.calls == 0 || limit.seconds == 0 {
            let message = "a rate limit needs at least one call and one second";
            return Err(Error::new(ErrorKind::Config, message)
                .with("calls", limit.calls)
                .with("seconds", limit.seconds));
        }
        let span = Duration::from_secs(limit.seconds.into());
        let span = span + (span / MARGIN).min(LONGEST_MARGIN);
        Ok(Self { calls: limit.calls as usize, span, sent: VecDeque::new() })
    }

    /// Instant at which the oldest call no longer counts; `None` while there is room beside it.
    fn free_at(&self) -> Option<Instant> {
        let oldest = self.sent.front().filter(|_| self.sent.len() == self.calls)?;
        Some(*oldest + self.span)
    }

    fn sent(&mut self, at: Instant) {
        while self.sent.len() == self.calls
            || self.sent.front().is_some_and(|oldest| *oldest + self.span <= at)
        {
            self.sent.pop_front();
        }
        self.sent.push_back(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn log(limits: &[(u32, u32)]) -> Log {
        let limit = |&(calls, seconds)| Limit::new(&RateLimit { calls, seconds }).unwrap();
        Log(limits.iter().map(limit).collect())
    }

    /// Times, counted from the start, at which calls leave if there is always one more, `gap` after the answer to the one
    /// before.
    fn sent(limits: &[(u32, u32)], calls: usize, gap: impl Fn(usize) -> Duration) -> Vec<Duration> {
        let (mut log, start) = (log(limits), Instant::now());
        let mut now = start;
        let mut sent = Vec::new();
        for call in 0..calls {
            now = log.free_at(now);
            log.sent(now);
            sent.push(now - start);
            now += gap(call);
        }
        sent
    }

    #[test]
    fn no_span_ever_exceeds_any_limit_also_after_pauses_and_with_unequal_ways() {
        let limits = [(8, 1), (256, 60), (4_096, 3_600)];
        // Bursts and silences of every length, and ways to the far side that differ by up to 40 ms.
        let gap = |call: usize| match call % 613 {
            0 => 47 * SECOND,
            rest => Duration::from_millis((rest * 7 % 90) as u64),
        };
        let arrives = |(call, at): (usize, Duration)| at + Duration::from_millis((call * 29 % 40) as u64);
        let mut arrived: Vec<_> = sent(&limits, 20_000, gap).into_iter().enumerate().map(arrives).collect();
        arrived.sort();
        for (calls, seconds) in limits {
            let span = SECOND * seconds;
            let least = arrived.windows(calls as usize + 1).map(|some| some[calls as usize] - some[0]).min();
            assert!(least.is_some_and(|least| least >= span), "{calls} in {seconds} s: {least:?}");
        }
    }

    #[test]
    fn the_steady_rate_is_the_tightest_limits_but_for_a_twentieth() {
        for limits in
            [&[(8, 1)][..], &[(10, 1)], &[(1, 1)], &[(8, 1), (256, 60)], &[(8, 1), (256, 60), (4_096, 3_600)]]
        {
            let tightest = limits
                .iter()
                .map(|(calls, seconds)| f64::from(*calls) / f64::from(*seconds))
                .fold(f64::MAX, f64::min);
            // Two long spans, without the burst at the start that an idle time saves up.
            let sent = sent(limits, 12_289, |_| Duration::ZERO);
            let rate = 8_192.0 / (sent[12_288] - sent[4_096]).as_secs_f64();
            assert!(rate >= 0.95 * tightest && rate <= tightest, "{limits:?}: {rate} of {tightest}");
        }
    }

    #[test]
    fn a_call_that_is_alone_does_not_wait() {
        let sent = sent(&[(8, 1), (256, 60)], 8, |_| Duration::ZERO);
        assert_eq!(sent.last(), Some(&Duration::ZERO));
    }

    #[test]
    fn calls_that_no_longer_count_are_forgotten() {
        let mut limit = Limit::new(&RateLimit { calls: 1_000, seconds: 1 }).unwrap();
        let start = Instant::now();
        let mut most = 0;
        for call in 0..10_000 {
            limit.sent(start + SECOND / 10 * call);
            most = most.max(limit.sent.len());
        }
        assert_eq!(most, 11, "as many as there are in a second and its margin");
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        for (calls, seconds) in [(0, 1), (1, 0)] {
            assert!(Limit::new(&RateLimit { calls, seconds }).is_err());
        }
    }

    #[tokio::test]
    async fn whoever_gives_up_waiting_has_used_nothing() {
        let limits = Limits::new(&[RateLimit { calls: 1, seconds: 3_600 }]).unwrap();
        limits.wait().await;
        let waiting = limits.wait();
        assert!(futures::FutureExt::now_or_never(waiting).is_none());
        assert_eq!(limits.own.lock().await.0[0].sent.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_others_used_up_is_waited_for_and_no_longer() {
        let limits = Limits::new(&[]).unwrap();
        let begin = Instant::now();
        limits.told(Some(Left { calls: 2, renewed_in: 30 * SECOND }));
        limits.wait().await;
        limits.wait().await;
        assert_eq!(begin.elapsed(), Duration::ZERO, "two were left");
        limits.wait().await;
        assert_eq!(begin.elapsed(), 30 * SECOND);
        limits.wait().await;
        assert_eq!(begin.elapsed(), 30 * SECOND, "until an answer says otherwise");
        limits.told(Some(Left { calls: 0, renewed_in: 5 * SECOND }));
        limits.told(None);
        limits.wait().await;
        assert_eq!(begin.elapsed(), 35 * SECOND, "an answer that says nothing changes nothing");
    }

    #[test]
    fn what_is_left_is_told_by_the_far_sides_own_clock() {
        let names = RateLimitHeaders { remaining: "x-left", reset: Some("x-reset") };
        let read = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            names.read(&headers)
        };
        let date = ("date", "Thu, 01 Jan 1970 00:16:40 GMT");
        let left = |calls, seconds| Some(Left { calls, renewed_in: seconds * SECOND });
        assert_eq!(read(&[("x-left", "7"), ("x-reset", "1012"), date]), left(7, 12));
        assert_eq!(read(&[("x-left", "0"), ("x-reset", "900"), date]), left(0, 0));
        assert_eq!(read(&[("x-left", "0"), ("x-reset", "99999"), date]), left(0, 60));
        assert_eq!(read(&[("x-left", "many"), ("x-reset", "1012"), date]), None);
        assert_eq!(read(&[("x-left", "7")]), None);
        let mut headers = HeaderMap::new();
        headers.insert("x-left", "7".parse().unwrap());
        let without_reset = RateLimitHeaders { remaining: "x-left", reset: None };
        assert_eq!(without_reset.read(&headers), Some(Left { calls: 7, renewed_in: UNTOLD }));
    }
}
