//! FaultInjector between a worker's engine and the outside: every call takes time, and may fail, lie, or never return.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use latchel_sync_core::in_memory::MemoryLedger;
use latchel_sync_core::model::Side;
use latchel_sync_core::{Error, ErrorKind, Result};
use tokio::sync::Notify;

use super::account::Account;
use super::chance::Chance;
use super::view::View;

/// One worker's way to an account's systems and the ledger.
#[derive(Debug)]
pub struct FaultInjector {
    pub account: Arc<Account>,
    pub worker: String,
    pub ledger: Arc<MemoryLedger>,
    view: Mutex<View>,
    state: Mutex<State>,
    crashed: Notify,
}

#[derive(Debug)]
struct State {
    chance: Chance,
    weather: Weather,
    outage: Option<(Side, DateTime<Utc>)>,
    points: u32,
}

/// Faults that may happen in a run.
#[derive(Debug, Clone, Default)]
pub struct Weather {
    /// Number of reads in a thousand that go wrong; of writes, which are few, ten times as many.
    pub faults: i64,
    /// Number of pages in a hundred with rows that are doubled, missing, or cannot be read.
    pub bad_pages: u32,
    /// A system that is down from some call on, for a while.
    pub outage: Option<Side>,
    /// Number of calls in a thousand that begin a time of stale reads.
    pub stale: i64,
    /// The point at which the process dies.
    pub crash_at: Option<u32>,
    /// At how many points in a thousand the process stands still, mostly for longer than its lease.
    pub freezes: i64,
}

/// Interception of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Intercept {
    Proceed,
    /// It fails before anything has happened.
    Fail(ErrorKind),
    /// It is carried out, and its answer is lost.
    LoseAnswer(ErrorKind),
    /// It is answered as if it had been carried out, and was not.
    Pretend,
}

/// State of a request: once it is sent, nobody can hold it back any more, and a client waits for less than a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flight {
    Sent,
    Grounded,
}

impl FaultInjector {
    pub fn new(account: Arc<Account>, worker: &str, ledger: Arc<MemoryLedger>, chance: Chance) -> Self {
        let now = account.clock.now();
        let view = View::new(account.date(now), now);
        let state = State { chance, weather: Weather::default(), outage: None, points: 0 };
        Self {
            worker: format!("{}/{worker}", account.settings.name),
            account,
            ledger,
            view: Mutex::new(view),
            state: Mutex::new(state),
            crashed: Notify::new(),
        }
    }

    /// Gets ready for a run whose own now is `now`.
    pub fn prepare(&self, now: DateTime<Utc>, weather: Weather) {
        *self.view() = View::new(self.account.date(now), self.account.clock.now());
        let mut state = self.state();
        (state.weather, state.points) = (weather, 0);
    }

    /// Waits for the process's death.
    pub async fn crashed(&self) {
        self.crashed.notified().await;
    }

    pub fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides something by chance.
    pub fn chance<T>(&self, decide: impl FnOnce(&mut Chance) -> T) -> T {
        decide(&mut self.state().chance)
    }

    pub fn bad_page(&self) -> bool {
        let mut state = self.state();
        let percent = state.weather.bad_pages;
        state.chance.percent(percent)
    }

    /// True if the platform stores what it is given now otherwise.
    pub fn alters(&self) -> bool {
        let alters = {
            let mut state = self.state();
            state.weather.faults > 0 && state.chance.percent(8)
        };
        if alters {
            self.fault("stored otherwise than it was sent");
        }
        alters
    }

    pub fn say(&self, what: impl FnOnce() -> String) {
        self.account.log.say(self.account.clock, &self.worker, what);
    }

    /// Counts a fault of this run.
    pub fn fault(&self, what: &'static str) {
        self.view().faults += 1;
        self.account.tally.fault(what);
    }

    /// A point at which time passes, and the process may die or stand still.
    pub async fn point(&self, pause: Duration, flight: Flight) {
        let (dies, freezes) = {
            let mut state = self.state();
            state.points += 1;
            let per_mille = if flight == Flight::Grounded { state.weather.freezes } else { 0 };
            let freezes = per_mille > 0 && state.chance.from(1, 1_000) <= per_mille;
            (state.weather.crash_at == Some(state.points), freezes)
        };
        if dies {
            self.account.tally.fault("crash");
            self.say(|| "the process dies".to_owned());
            self.crashed.notify_one();
            std::future::pending::<()>().await;
        }
        if freezes {
            self.fault("freeze");
            let span = self.chance(|chance| chance.seconds(100, 400));
            self.say(|| format!("the process stands still for {} s", span.as_secs()));
            tokio::time::sleep(span).await;
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    fn pause(&self) -> Duration {
        self.chance(|chance| match chance.percent(2) {
            true => Duration::from_millis(chance.from(2_000, 20_000).unsigned_abs()),
            false => Duration::from_millis(chance.from(5, 900).unsigned_abs()),
        })
    }

    /// A call that reads.
    pub async fn read<T>(&self, side: Side, method: &str, act: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        self.point(self.pause(), Flight::Grounded).await;
        let answer = match self.intercept(side, 1) {
            Intercept::Fail(kind) | Intercept::LoseAnswer(kind) => Err(self.failure(kind, side, method)),
            Intercept::Proceed | Intercept::Pretend => act().await,
        };
        self.say(|| match &answer {
            Ok(_) => format!("{side}: {method}"),
            Err(error) => format!("{side}: {method} FAILS: {error}"),
        });
        self.point(Duration::ZERO, Flight::Grounded).await;
        answer
    }

    /// A call that writes. `pretended` is the answer to one that is not carried out.
    pub async fn write<T>(
        &self,
        side: Side,
        method: &str,
        on: String,
        pretended: T,
        act: impl AsyncFnOnce() -> Result<T>,
    ) -> Result<T> {
        let lease = self.view().lease.clone();
        let held = lease.as_ref().is_some_and(|lease| self.ledger.is_held(lease));
        assert!(held, "{}: {method} {on} from a run that lost its lease", self.worker);
        self.view().writes += 1;
        self.point(self.pause(), Flight::Sent).await;
        let intercept = self.intercept(side, 10);
        self.say(|| format!("{side}: {method} {on}: {intercept:?}"));
        let answer = match intercept {
            Intercept::Proceed => act().await,
            Intercept::Fail(kind) => Err(self.failure(kind, side, method)),
            Intercept::LoseAnswer(kind) => {
                self.account.tally.fault("answer lost after the commit");
                act().await.and_then(|_| Err(self.failure(kind, side, method)))
            }
            Intercept::Pretend => {
                self.fault("a write that does nothing");
                Ok(pretended)
            }
        };
        self.point(Duration::ZERO, Flight::Grounded).await;
        answer
    }

    /// A call to the ledger.
    pub async fn on_ledger<T>(&self, act: impl Future<Output = Result<T>>) -> Result<T> {
        self.point(Duration::ZERO, Flight::Grounded).await;
        let fails = {
            let mut state = self.state();
            state.weather.faults > 0 && state.chance.from(1, 3_000) <= 1
        };
        let answer = if fails {
            self.fault("the ledger fails");
            self.say(|| "the ledger fails".to_owned());
            Err(Error::new(ErrorKind::Ledger, "the disk is full"))
        } else {
            act.await
        };
        self.point(Duration::from_millis(1), Flight::Grounded).await;
        answer
    }

    fn failure(&self, kind: ErrorKind, side: Side, method: &str) -> Error {
        let what = match kind {
            ErrorKind::Unavailable => "unavailable",
            ErrorKind::Timeout => "timeout",
            ErrorKind::RateLimited => "rate limited",
            ErrorKind::Malformed => "malformed answer",
            ErrorKind::Refused => "refused",
            ErrorKind::Unauthorized => "credentials expired",
            ErrorKind::Paused => "closed for a while",
            _ => "other",
        };
        self.fault(what);
        let error = Error::new(kind, format!("{method} failed: {what}")).with("side", side);
        match kind {
            ErrorKind::RateLimited => error.with_retry_after(Duration::from_secs(30)),
            _ => error,
        }
    }

    fn intercept(&self, side: Side, weight: i64) -> Intercept {
        let now = self.account.clock.now();
        let mut state = self.state();
        let State { chance, weather, outage, .. } = &mut *state;
        if weather.stale > 0 && chance.from(1, 1_000) <= weather.stale {
            let span = chance.from(5, 60);
            self.account
                .log
                .say(self.account.clock, &self.worker, || format!("reads are stale for {span} s"));
            self.account.grow_stale(now + chrono::TimeDelta::seconds(span));
        }
        if outage.is_some_and(|(down, until)| now < until && down == side) {
            return Intercept::Fail(ErrorKind::Unavailable);
        }
        if weather.outage == Some(side) && chance.percent(4) {
            weather.outage = None;
            *outage = Some((side, now + chrono::TimeDelta::minutes(chance.from(1, 90))));
            return Intercept::Fail(ErrorKind::Unavailable);
        }
        if chance.from(1, 1_000) > weather.faults * weight {
            return Intercept::Proceed;
        }
        let unknown = [ErrorKind::Unavailable, ErrorKind::Timeout, ErrorKind::Malformed];
        match chance.below(10) {
            0..=3 => Intercept::LoseAnswer(chance.pick(&unknown)),
            4 | 5 => Intercept::Pretend,
            6 => Intercept::Fail(ErrorKind::RateLimited),
            7 => Intercept::Fail(ErrorKind::Refused),
            8 if chance.percent(20) => Intercept::Fail(ErrorKind::Unauthorized),
            9 if chance.percent(20) => Intercept::Fail(ErrorKind::Paused),
            _ => Intercept::Fail(chance.pick(&unknown)),
        }
    }
}
