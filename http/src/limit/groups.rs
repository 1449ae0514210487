use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use latchel_sync_core::shared_limits::{BLOCK_LASTS, SharedLimits};
use tokio::time::Instant;
use uuid::Uuid;

use super::Told;
use super::log::Log;
use super::spending::Spending;

/// Number of groups from which on those that are idle are looked for.
const FEW: usize = 64;

/// Rate limits of all connections that belong to a group
/// ([`Settings::with_limit_group`](latchel_sync_core::registry::Settings::with_limit_group)). They outlive the connections, so
/// that one that is made anew goes on where the one before was.
pub struct CallLimits {
    groups: Mutex<Groups>,
    shared: Mutex<Option<Arc<dyn SharedLimits>>>,
}

#[derive(Default)]
struct Groups {
    by_name: HashMap<String, Arc<Group>>,
    /// Number that were left when idle ones were last removed.
    left: usize,
}

/// What all connections of one group have in common.
pub(super) struct Group {
    /// Its name; `None` of a connection that is alone.
    pub name: Option<String>,
    /// Held by whoever waits for a call.
    pub state: tokio::sync::Mutex<State>,
    told: Mutex<Option<Told>>,
}

#[derive(Default)]
pub(super) struct State {
    pub log: Log,
    pub spending: Spending,
}

impl CallLimits {
    /// Limits that are kept apart from those of the process, as another process's are.
    pub fn apart() -> Arc<Self> {
        Arc::new(Self { groups: Mutex::default(), shared: Mutex::default() })
    }

    /// The limits of this process, which every connection keeps unless it was told otherwise.
    pub fn of_process() -> Arc<Self> {
        static PROCESS: LazyLock<Arc<CallLimits>> = LazyLock::new(CallLimits::apart);
        Arc::clone(&PROCESS)
    }

    /// Keeps the limits of all groups together with the other processes that use this place, from now on.
    pub fn share(&self, place: Arc<dyn SharedLimits>) {
        *self.shared.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
    }

    /// Keeps the limits for this process by itself, from now on, and gives back what the others may have.
    pub async fn unshare(&self) {
        let Some(place) = self.shared.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let groups: Vec<_> = {
            let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
            groups.by_name.values().map(Arc::clone).collect()
        };
        for group in groups {
            // Whoever holds it still waits, and gives back nothing.
            if let (Some(name), Ok(mut state)) = (&group.name, group.state.try_lock()) {
                state.spending.give_back(&*place, name, None).await;
            }
        }
    }

    pub(super) fn shared(&self) -> Option<Arc<dyn SharedLimits>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The group of this name, or one that nobody else has.
    pub(super) fn group(&self, name: Option<String>) -> Arc<Group> {
        let Some(name) = name else { return Group::new(None) };
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = groups.by_name.get(&name) {
            return Arc::clone(known);
        }
        if groups.by_name.len() >= FEW.max(2 * groups.left) {
            groups.by_name.retain(|_, group| !Group::is_over(group));
            groups.left = groups.by_name.len();
        }
        let group = Group::new(Some(name.clone()));
        groups.by_name.insert(name, Arc::clone(&group));
        group
    }
}

impl Group {
    fn new(name: Option<String>) -> Arc<Self> {
        Arc::new(Self { name, state: tokio::sync::Mutex::default(), told: Mutex::default() })
    }

    /// Gives this block back once it has ended, if none was asked for since.
    pub async fn give_back_later(group: Weak<Self>, place: Arc<dyn SharedLimits>, block: Uuid) {
        tokio::time::sleep(BLOCK_LASTS).await;
        let Some(group) = group.upgrade() else { return };
        if let Some(name) = &group.name {
            group.state.lock().await.spending.give_back(&*place, name, Some(block)).await;
        }
    }

    /// True if no connection has it and none of its calls counts any more.
    fn is_over(this: &Arc<Self>) -> bool {
        let state = this.state.try_lock();
        Arc::strong_count(this) == 1 && state.is_ok_and(|mut state| state.log.is_idle(Instant::now()))
    }

    pub fn with_told<R>(&self, use_it: impl FnOnce(&mut Option<Told>) -> R) -> R {
        use_it(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for CallLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallLimits").field("shared", &self.shared()).finish_non_exhaustive()
    }
}
