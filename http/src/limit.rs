use std::collections::VecDeque;
use std::time::Duration;

use latchel_sync_core::registry::RateLimit;
use latchel_sync_core::{Error, ErrorKind, Result};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// Each limit is kept over a span that is longer by this part, because calls that travel at different speeds arrive
/// closer together than they left; it costs less than a twentieth of the rate.
const MARGIN: u32 = 25;
/// However long the span, calls are not delayed by more than this on their way.
const LONGEST_MARGIN: Duration = Duration::from_millis(500);

/// Rate limits that are kept in advance, all at once.
pub(crate) struct Limits(Mutex<Log>);

impl Limits {
    pub fn new(limits: &[RateLimit]) -> Result<Self> {
        let limits = limits.iter().map(Limit::new).collect::<Result<_>>()?;
        Ok(Self(Mutex::new(Log(limits))))
    }

    /// Waits until every limit allows one more call. Who gives up waiting has used nothing.
    pub async fn wait(&self) {
        // Held while waiting, so that calls leave in the order in which they came.
        let mut log = self.0.lock().await;
        sleep_until(log.free_at(Instant::now())).await;
        log.sent(Instant::now());
    }
}

/// When calls were sent, as far back as each limit reaches.
struct Log(Vec<Limit>);

impl Log {
    /// When every limit has room for one more call; not before `now`.
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
    /// The last `calls` ones, oldest first.
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

    /// When the oldest call no longer counts; `None` while there is room beside it.
    fn free_at(&self) -> Option<Instant> {
        let oldest = self.sent.front().filter(|_| self.sent.len() == self.calls)?;
        Some(*oldest + self.span)
    }

    fn sent(&mut self, at: Instant) {
        if self.sent.len() == self.calls {
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

    /// When the calls of somebody leave who always has one more, `gap` after the answer to the one before.
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
        assert_eq!(limits.0.lock().await.0[0].sent.len(), 1);
    }
}
