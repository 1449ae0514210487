//! Webhooks of the two systems: each is taken in and kept, and then the records that it tells of are synced.
//!
//! - [`receive`](self::receive): a request, until it is kept or refused.
//! - [`dispatch`](self::dispatch): runs of the records that were told of.

pub(crate) mod dispatch;
mod receive;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use latchel_sync_core::Webhooks;
use latchel_sync_core::model::Side;
use tokio::sync::Notify;

pub(crate) use dispatch::Dispatcher;
pub(crate) use receive::routes;

/// Readers of an account's webhooks, by the side that sends them.
#[derive(Debug, Clone, Default)]
pub struct Readers {
    /// The platform's, if they are configured.
    pub platform: Option<Arc<dyn Webhooks>>,
    /// Latchel's, if they are configured.
    pub latchel: Option<Arc<dyn Webhooks>>,
}

impl Readers {
    pub(crate) fn of(&self, side: Side) -> Option<&Arc<dyn Webhooks>> {
        match side {
            Side::Platform => self.platform.as_ref(),
            Side::Latchel => self.latchel.as_ref(),
        }
    }
}

/// Wakes who works on an account's deliveries.
#[derive(Default)]
pub(crate) struct Arrivals(Mutex<BTreeMap<String, Arc<Notify>>>);

impl Arrivals {
    /// Tells that something of this account was kept.
    pub fn notify(&self, account: &str) {
        if let Some(notify) = self.all().get(account) {
            notify.notify_one();
        }
    }

    /// What is told of this account; there is one for each that anybody asked for.
    pub fn of(&self, account: &str) -> Arc<Notify> {
        self.all().entry(account.to_owned()).or_default().clone()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Arrivals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.all().keys()).finish()
    }
}
