use std::collections::VecDeque;
use std::time::Duration;

use latchel_sync_core::registry::RateLimit;
use latchel_sync_core::shared_limits::KeptLimit;
use latchel_sync_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

/// Each limit is kept over a span that is longer by this part, because calls that travel at different speeds arrive
/// closer together than they left; it costs less than a twentieth of the rate.
const MARGIN: u32 = 25;
/// Longest margin: however long the span, calls are not delayed by more than this on their way.
const LONGEST_MARGIN: Duration = Duration::from_millis(500);

/// A limit as it is kept.
pub(super) fn kept(limit: &RateLimit) -> Result<KeptLimit> {
    if limit.calls == 0 || limit.seconds == 0 {
        let message = "a rate limit needs at least one call and one second";
        return Err(Error::new(ErrorKind::Config, message)
            .with("calls", limit.calls)
            .with("seconds", limit.seconds));
    }
    let span = Duration::from_secs(limit.seconds.into());
    Ok(KeptLimit { calls: limit.calls, span: span + (span / MARGIN).min(LONGEST_MARGIN) })
}

/// Instants at which calls were sent, oldest first, as far back as a limit reaches that was asked for.
#[derive(Default)]
pub(super) struct Log {
    sent: VecDeque<Instant>,
    /// Most calls of a limit, and its longest span.
    most: usize,
    longest: Duration,
}

impl Log {
    /// First instant at which every limit has room for one more call; not before `now`.
    pub fn free_at(&self, limits: &[KeptLimit], now: Instant) -> Instant {
        limits.iter().filter_map(|limit| self.room_at(limit)).fold(now, Instant::max)
    }

    /// Instant at which the oldest call that fills the limit no longer counts; `None` while there is room beside all.
    fn room_at(&self, limit: &KeptLimit) -> Option<Instant> {
        let oldest = self.sent.len().checked_sub(limit.calls as usize)?;
        Some(*self.sent.get(oldest)? + limit.span)
    }

    /// A call counts for every limit from the instant at which it leaves.
    pub fn sent(&mut self, limits: &[KeptLimit], at: Instant) {
        for limit in limits {
            self.most = self.most.max(limit.calls as usize);
            self.longest = self.longest.max(limit.span);
        }
        self.forget(at);
        if self.sent.len() == self.most {
            self.sent.pop_front();
        }
        if self.most > 0 {
            self.sent.push_back(at);
        }
    }

    /// True if no call counts any more.
    pub fn is_idle(&mut self, now: Instant) -> bool {
        self.forget(now);
        self.sent.is_empty()
    }

    #[cfg(test)]
    pub fn sent_lately(&self) -> usize {
        self.sent.len()
    }

    fn forget(&mut self, now: Instant) {
        while self.sent.front().is_some_and(|oldest| *oldest + self.longest <= now) {
            self.sent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits(limits: &[(u32, u32)]) -> Vec<KeptLimit> {
        limits.iter().map(|&(calls, seconds)| kept(&RateLimit { calls, seconds }).unwrap()).collect()
    }

    /// Times, counted from the start, at which calls leave if there is always one more, `gap` after the answer to the one
    /// before.
    fn sent(limits: &[(u32, u32)], calls: usize, gap: impl Fn(usize) -> Duration) -> Vec<Duration> {
        let (limits, mut log, start) = (self::limits(limits), Log::default(), Instant::now());
        let mut now = start;
        let mut sent = Vec::new();
        for call in 0..calls {
            now = log.free_at(&limits, now);
            log.sent(&limits, now);
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
        let limits = limits(&[(1_000, 1)]);
        let (mut log, start) = (Log::default(), Instant::now());
        let mut most = 0;
        for call in 0..10_000 {
            log.sent(&limits, start + SECOND / 10 * call);
            most = most.max(log.sent.len());
        }
        assert_eq!(most, 11, "as many as there are in a second and its margin");
        assert!(!log.is_idle(start + SECOND * 1_000) && log.is_idle(start + SECOND * 1_001));
    }

    #[test]
    fn connections_whose_limits_differ_keep_each_its_own_against_all_calls() {
        let (few, many) = (limits(&[(2, 1)]), limits(&[(4, 1), (10, 60)]));
        let (mut log, start) = (Log::default(), Instant::now());
        for _ in 0..3 {
            assert_eq!(log.free_at(&many, start), start);
            log.sent(&many, start);
        }
        let later = start + SECOND + SECOND / 25;
        assert_eq!(log.free_at(&few, start), later);
        log.sent(&many, start);
        assert_eq!(log.free_at(&many, start), later);
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        for (calls, seconds) in [(0, 1), (1, 0)] {
            assert!(kept(&RateLimit { calls, seconds }).is_err());
        }
    }
}
