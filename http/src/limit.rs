mod groups;
mod headers;
mod log;
mod spending;

use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::Result;
use latchel_sync_core::registry::RateLimit;
use latchel_sync_core::shared_limits::{KeptLimit, SharedLimits};
use tokio::time::{Instant, sleep_until};

use self::groups::{Group, State};
use self::log::kept;

pub use groups::CallLimits;
pub(crate) use headers::Left;
pub use headers::RateLimitHeaders;

/// Rate limits of one connection, kept in advance, all at once, against the calls of all connections of its group.
pub(crate) struct Limits {
    limits: Vec<KeptLimit>,
    group: Arc<Group>,
    all: Arc<CallLimits>,
}

/// State of a limit that others use up too: the calls that the last answer said are left, less those sent since, and the
/// instant of its renewal.
struct Told {
    calls: u32,
    until: Instant,
}

impl Limits {
    /// Limits of a connection in the group of this name, or in one of its own.
    pub fn new(limits: &[RateLimit], group: Option<String>, all: Arc<CallLimits>) -> Result<Self> {
        let limits: Vec<_> = limits.iter().map(kept).collect::<Result<_>>()?;
        Ok(Self { limits, group: all.group(group), all })
    }

    /// Waits until every limit allows one more call. Who gives up waiting has used nothing.
    ///
    /// # Errors
    ///
    /// If the limits are shared with other processes, and the place where they are kept cannot be asked.
    pub async fn wait(&self) -> Result<()> {
        // Held while waiting, so that calls leave in the order in which they came.
        let mut state = self.group.state.lock().await;
        let State { log, spending } = &mut *state;
        sleep_until(log.free_at(&self.limits, Instant::now())).await;
        let shared = self.shared();
        loop {
            if let Some((shared, name)) = &shared {
                spending.ready(&**shared, name, &self.limits).await?;
                if let Some(block) = spending.newly_taken() {
                    tokio::spawn(Group::give_back_later(
                        Arc::downgrade(&self.group),
                        Arc::clone(shared),
                        block,
                    ));
                }
            }
            // What is told may change while this waits, and so may a block run out.
            match self.told_free_at() {
                Some(until) => sleep_until(until).await,
                None => break,
            }
        }
        let now = Instant::now();
        if shared.is_some() {
            spending.sent();
        }
        log.sent(&self.limits, now);
        self.group.with_told(|told| {
            if let Some(told) = told {
                told.calls = told.calls.saturating_sub(1);
            }
        });
        Ok(())
    }

    /// Takes note of what an answer said; nothing is as before.
    pub async fn told(&self, left: Option<Left>) {
        let Some(Left { calls, renewed_in }) = left else { return };
        self.group.with_told(|told| *told = Some(Told { calls, until: Instant::now() + renewed_in }));
        if calls == 0 {
            self.hold_others_back(renewed_in).await;
        }
    }

    /// Takes note that the far side asked for fewer calls, where others have to know.
    pub async fn asked_to_wait(&self, pause: Duration) {
        if self.shared().is_some() {
            let until = Instant::now() + pause;
            self.group.with_told(|told| {
                let later = told.as_ref().filter(|told| told.calls == 0).map(|told| told.until);
                *told = Some(Told { calls: 0, until: later.map_or(until, |later| later.max(until)) });
            });
            self.hold_others_back(pause).await;
        }
    }

    async fn hold_others_back(&self, pause: Duration) {
        let Some((shared, name)) = self.shared() else { return };
        if let Err(error) = shared.hold_back(name, pause).await {
            // They will be told by the far side itself.
            tracing::debug!(%error, "other processes were not told to wait");
        }
    }

    /// Place where the limits are kept together with other processes, and the group's name there, if they are.
    fn shared(&self) -> Option<(Arc<dyn SharedLimits>, &str)> {
        let name = self.group.name.as_deref().filter(|_| !self.limits.is_empty())?;
        Some((self.all.shared()?, name))
    }

    /// Instant at which there is a call left again; `None` if there is one now.
    fn told_free_at(&self) -> Option<Instant> {
        self.group.with_told(|told| {
            let until = told.as_ref().filter(|told| told.calls == 0).map(|told| told.until)?;
            if until > Instant::now() {
                return Some(until);
            }
            // It has been renewed, and the next answer says to what.
            *told = None;
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    use async_trait::async_trait;
    use chrono::{DateTime, Utc};
    use latchel_sync_core::shared_limits::{Book, Ended, Taken, Wish};
    use latchel_sync_core::{Error, ErrorKind};
    use tokio::time::timeout;
    use uuid::Uuid;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits(limits: &[RateLimit], group: Option<&str>, all: &Arc<CallLimits>) -> Limits {
        Limits::new(limits, group.map(str::to_owned), Arc::clone(all)).unwrap()
    }

    #[tokio::test]
    async fn whoever_gives_up_waiting_has_used_nothing() {
        let limits = limits(&[RateLimit { calls: 1, seconds: 3_600 }], None, &CallLimits::apart());
        limits.wait().await.unwrap();
        let waiting = limits.wait();
        assert!(futures::FutureExt::now_or_never(waiting).is_none());
        assert_eq!(limits.group.state.lock().await.log.sent_lately(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_others_used_up_is_waited_for_and_no_longer() {
        let limits = limits(&[], None, &CallLimits::apart());
        let begin = Instant::now();
        limits.told(Some(Left { calls: 2, renewed_in: 30 * SECOND })).await;
        limits.wait().await.unwrap();
        limits.wait().await.unwrap();
        assert_eq!(begin.elapsed(), Duration::ZERO, "two were left");
        limits.wait().await.unwrap();
        assert_eq!(begin.elapsed(), 30 * SECOND);
        limits.wait().await.unwrap();
        assert_eq!(begin.elapsed(), 30 * SECOND, "until an answer says otherwise");
        limits.told(Some(Left { calls: 0, renewed_in: 5 * SECOND })).await;
        limits.told(None).await;
        limits.wait().await.unwrap();
        assert_eq!(begin.elapsed(), 35 * SECOND, "an answer that says nothing changes nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn connections_of_one_group_keep_their_limits_together_and_one_made_later_goes_on() {
        let (all, limit) = (CallLimits::apart(), [RateLimit { calls: 2, seconds: 60 }]);
        let begin = Instant::now();
        let one = limits(&limit, Some("main"), &all);
        one.wait().await.unwrap();
        limits(&limit, Some("main"), &all).wait().await.unwrap();
        drop(one);
        for others in 0..200 {
            let other = limits(&limit, Some(&format!("other {others}")), &all);
            other.wait().await.unwrap();
        }
        assert_eq!(begin.elapsed(), Duration::ZERO);
        limits(&limit, Some("main"), &all).wait().await.unwrap();
        assert_eq!(begin.elapsed(), 60 * SECOND + SECOND / 2);
    }

    /// A place that several processes share, whose clock is that of the test.
    #[derive(Debug)]
    struct Place {
        book: Mutex<Book>,
        began: Instant,
        asked: AtomicU64,
        is_down: AtomicBool,
    }

    impl Place {
        fn new() -> Arc<Self> {
            let (book, asked, is_down) = (Mutex::default(), AtomicU64::new(0), AtomicBool::new(false));
            Arc::new(Self { book, began: Instant::now(), asked, is_down })
        }

        fn change<T>(&self, change: impl FnOnce(&mut Book, DateTime<Utc>) -> T) -> Result<T> {
            if self.is_down.load(Ordering::Relaxed) {
                return Err(Error::new(ErrorKind::Ledger, "it is down"));
            }
            let now = DateTime::UNIX_EPOCH + self.began.elapsed();
            Ok(change(&mut self.book.lock().unwrap(), now))
        }
    }

    #[async_trait]
    impl SharedLimits for Place {
        async fn take(&self, _: &str, wish: &Wish) -> Result<Taken> {
            let id = u128::from(self.asked.fetch_add(1, Ordering::Relaxed));
            self.change(|book, now| book.take(wish, Uuid::from_u128(id), now))
        }

        async fn give_back(&self, _: &str, ended: &Ended) -> Result<()> {
            self.change(|book, now| book.give_back(ended, now))
        }

        async fn hold_back(&self, _: &str, pause: Duration) -> Result<()> {
            self.change(|book, now| book.hold_back(pause, now))
        }
    }

    /// A connection of each of two processes that share a limit.
    fn processes(limit: RateLimit) -> ([Limits; 2], Arc<Place>) {
        let place = Place::new();
        let process = || {
            let all = CallLimits::apart();
            all.share(place.clone());
            limits(&[limit], Some("main"), &all)
        };
        ([process(), process()], place)
    }

    /// Number of calls that a process makes until it has to wait for longer than this.
    async fn calls(limits: &Limits, patience: Duration) -> usize {
        let mut calls = 0;
        while let Ok(free) = timeout(patience, limits.wait()).await {
            free.unwrap();
            calls += 1;
        }
        calls
    }

    #[tokio::test(start_paused = true)]
    async fn two_processes_share_a_limit_and_what_one_does_not_use_the_other_gets() {
        let ([one, other], place) = processes(RateLimit { calls: 100, seconds: 600 });
        for _ in 0..10 {
            one.wait().await.unwrap();
        }
        // Taken in blocks of 1, 2, 4 and 8.
        assert_eq!(place.asked.load(Ordering::Relaxed), 4);
        assert_eq!(calls(&other, SECOND).await, 85, "five are with the other one still");
        sleep_until(Instant::now() + 10 * SECOND).await;
        assert_eq!(calls(&other, SECOND).await, 5, "they were given back");
        assert_eq!(calls(&one, SECOND).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_stood_still_does_not_spend_what_it_had() {
        let ([frozen, other], _) = processes(RateLimit { calls: 100, seconds: 10 });
        for _ in 0..8 {
            frozen.wait().await.unwrap();
        }
        let state = frozen.group.state.lock().await;
        sleep_until(Instant::now() + 180 * SECOND).await;
        assert_eq!(calls(&other, SECOND).await, 100);
        drop(state);
        assert_eq!(calls(&frozen, SECOND).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_is_asked_for_fewer_calls_holds_the_other_back() {
        let ([one, other], _) = processes(RateLimit { calls: 100, seconds: 1 });
        one.wait().await.unwrap();
        let begin = Instant::now();
        one.asked_to_wait(20 * SECOND).await;
        other.wait().await.unwrap();
        assert_eq!(begin.elapsed(), 20 * SECOND);
        one.told(Some(Left { calls: 0, renewed_in: 30 * SECOND })).await;
        one.wait().await.unwrap();
        assert_eq!(begin.elapsed(), 50 * SECOND);
        let alone = limits(&[], Some("main"), &CallLimits::apart());
        alone.asked_to_wait(20 * SECOND).await;
        alone.wait().await.unwrap();
        assert_eq!(begin.elapsed(), 50 * SECOND, "a process by itself leaves it to the call");
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_is_made_while_the_place_cannot_be_asked_and_a_process_that_ends_gives_back() {
        let ([one, other], place) = processes(RateLimit { calls: 100, seconds: 600 });
        place.is_down.store(true, Ordering::Relaxed);
        assert_eq!(one.wait().await.unwrap_err().kind(), ErrorKind::Ledger);
        place.is_down.store(false, Ordering::Relaxed);
        assert_eq!(calls(&other, SECOND).await, 100, "the one that failed took nothing");
        sleep_until(Instant::now() + 700 * SECOND).await;
        // Of blocks of 1 and 2.
        one.wait().await.unwrap();
        one.wait().await.unwrap();
        one.all.unshare().await;
        assert_eq!(calls(&other, SECOND).await, 98);
        assert_eq!(calls(&one, SECOND).await, 98, "it is by itself now");
    }
}
