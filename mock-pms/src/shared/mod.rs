//! State that the three listeners share. It knows what a system is, and no dialect: those are built upon it.

pub(crate) mod faults;
pub(crate) mod log;
pub(crate) mod purpose;
pub(crate) mod query;
pub(crate) mod quirk;
pub(crate) mod rate_limit;
pub(crate) mod system;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;
use serde::Serialize;

use self::faults::{FaultPlan, Faults};
use self::log::{LoggedRequest, RequestLog};
use self::rate_limit::{Limits, RateLimit};
use self::system::System;
use crate::webhooks::{Subscription, SubscriptionError, Webhooks};
use crate::world::{Side, World};

tokio::task_local! {
    /// The world that a request has for itself.
    static OWN_WORLD: Mutex<World>;
    /// Error of the clock during this request: positive means fast.
    static CLOCK_OFF: TimeDelta;
}

/// True if this request has a world of its own, so that its changes are gone when it ends.
pub(crate) fn has_own_world() -> bool {
    OWN_WORLD.try_with(|_| ()).is_ok()
}

/// Answers a request from a world that it has for itself, and that is gone with it.
pub(crate) async fn with_own_world<R>(world: World, request: impl Future<Output = R>) -> R {
    OWN_WORLD.scope(Mutex::new(world), request).await
}

/// Answers a request by a clock that is off.
pub(crate) async fn with_clock_off<R>(by: TimeDelta, request: impl Future<Output = R>) -> R {
    CLOCK_OFF.scope(by, request).await
}

/// Point in the life of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It has arrived, and nothing is done yet.
    Arrived,
    /// Everything is done, and the answer is not sent yet.
    Done,
}

/// Somebody who is told of each request, in a blocking way, and says whether it goes on.
pub(crate) struct Watcher(pub(crate) Box<Watch>);

type Watch = dyn FnMut(Moment, &LoggedRequest) -> bool + Send;

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher")
    }
}

/// Addresses of the listeners.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Urls {
    pub(crate) platform: String,
    pub(crate) latchel: String,
    pub(crate) admin: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pages: Option<String>,
}

/// Parts of the state beside the world.
pub(crate) struct Setup {
    pub(crate) platform: &'static System,
    pub(crate) latchel: &'static System,
    pub(crate) platform_limits: Vec<RateLimit>,
    pub(crate) latchel_limits: Vec<RateLimit>,
    pub(crate) keep_responses: bool,
    pub(crate) faults: FaultPlan,
    pub(crate) urls: Urls,
}

/// State that the three listeners share.
#[derive(Debug, Clone)]
pub struct Shared(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    world: RwLock<World>,
    log: Mutex<RequestLog>,
    platform: &'static System,
    latchel: &'static System,
    platform_limits: Limits,
    latchel_limits: Limits,
    keep_responses: bool,
    urls: Urls,
    faults: Mutex<Faults>,
    watcher: Mutex<Option<Watcher>>,
    /// Counts list answers, so that each is shuffled in its own way.
    shuffles: AtomicU64,
    webhooks: Webhooks,
}

impl Shared {
    pub(crate) fn new(mut world: World, setup: Setup) -> Self {
        (setup.platform.settle)(&mut world);
        Self(Arc::new(Inner {
            world: RwLock::new(world),
            log: Mutex::default(),
            platform: setup.platform,
            latchel: setup.latchel,
            platform_limits: Limits::new(setup.platform_limits),
            latchel_limits: Limits::new(setup.latchel_limits),
            keep_responses: setup.keep_responses,
            urls: setup.urls,
            faults: Mutex::new(Faults::new(setup.faults)),
            watcher: Mutex::default(),
            shuffles: AtomicU64::new(0),
            webhooks: Webhooks::default(),
        }))
    }

    // A panic in somebody's closure leaves a world that is odd at worst: tests may go on with it.

    /// Looks at the world.
    pub fn read<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        if has_own_world() {
            return OWN_WORLD.with(|own| look(&own.lock().unwrap_or_else(PoisonError::into_inner)));
        }
        look(&self.0.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn edit<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        if has_own_world() {
            return OWN_WORLD.with(|own| change(&mut own.lock().unwrap_or_else(PoisonError::into_inner)));
        }
        let mut world = self.0.world.write().unwrap_or_else(PoisonError::into_inner);
        self.faults(|faults| faults.remember(&world));
        let before = self.0.webhooks.has_subscriptions().then(|| world.clone());
        let off = CLOCK_OFF.try_with(|off| *off).unwrap_or_default();
        world.clock.advance(off);
        let changed = change(&mut world);
        world.clock.advance(-off);
        if let Some(before) = before {
            self.0.webhooks.tell(&before, &world);
        }
        changed
    }

    /// Puts another world in the place of this one.
    pub(crate) fn replace(&self, mut world: World) {
        (self.0.platform.settle)(&mut world);
        self.edit(|current| *current = world);
    }

    pub(crate) fn log<R>(&self, use_it: impl FnOnce(&mut RequestLog) -> R) -> R {
        use_it(&mut self.0.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.log(|log| log.iter().cloned().collect())
    }

    /// The system on a side.
    pub(crate) fn system(&self, side: Side) -> &'static System {
        match side {
            Side::Platform => self.0.platform,
            Side::Latchel => self.0.latchel,
        }
    }

    /// An error as the side spells it.
    pub(crate) fn refuse(&self, side: Side, status: StatusCode, message: &str) -> Response {
        (self.system(side).refuse)(status, message)
    }

    /// Rate limits of a side.
    pub(crate) fn limits(&self, side: Side) -> &Limits {
        match side {
            Side::Platform => &self.0.platform_limits,
            Side::Latchel => &self.0.latchel_limits,
        }
    }

    pub(crate) fn faults<R>(&self, use_them: impl FnOnce(&mut Faults) -> R) -> R {
        use_them(&mut self.0.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn watch(&self, watcher: Option<Watcher>) {
        *self.0.watcher.lock().unwrap_or_else(PoisonError::into_inner) = watcher;
    }

    /// Tells the watcher where a request is; `false` if it is to go no further.
    pub(crate) fn tell(&self, moment: Moment, request: &LoggedRequest) -> bool {
        let mut watcher = self.0.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        watcher.as_mut().is_none_or(|watcher| (watcher.0)(moment, request))
    }

    pub(crate) fn webhooks(&self) -> &Webhooks {
        &self.0.webhooks
    }

    /// Tells these subscribers, and no others, of each change from now on.
    pub(crate) fn subscribe(&self, subscriptions: Vec<Subscription>) -> Result<(), SubscriptionError> {
        let telling = |side| {
            let System { name, webhooks, .. } = self.system(side);
            webhooks.ok_or_else(|| format!("the mock {name} sends no webhooks"))
        };
        self.0.webhooks.subscribe(telling, subscriptions)
    }

    pub(crate) fn keeps_responses(&self) -> bool {
        self.0.keep_responses
    }

    pub(crate) fn urls(&self) -> &Urls {
        &self.0.urls
    }

    /// A number that no other list answer gets.
    pub(crate) fn next_shuffle(&self) -> u64 {
        self.0.shuffles.fetch_add(1, Ordering::Relaxed)
    }
}
