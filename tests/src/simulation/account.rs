use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::engine::AccountSettings;
use latchel_sync_core::in_memory::{LatchelWorld, MemoryLatchel, MemoryPlatform, PlatformWorld};
use latchel_sync_core::model::*;

use super::clock::Clock;
use super::history::{Event, History};
use super::listings::Listings;
use super::log::Log;
use super::quoted::Keeps;
use super::tally::Shared;

/// One account: both systems, what its configuration says, and everything that happened.
#[derive(Debug)]
pub struct Account {
    pub settings: AccountSettings,
    pub platform: MemoryPlatform,
    pub latchel: MemoryLatchel,
    pub habits: Habits,
    pub clock: Clock,
    pub log: Arc<Log>,
    pub tally: Arc<Shared>,
    history: Mutex<History>,
    sync_start: OnceLock<DateTime<Utc>>,
    stale: Mutex<Option<Stale>>,
    /// The Latchel property that each rentable unit is linked to.
    links: Mutex<BTreeMap<PropertyRef, LatchelPropertyId>>,
    /// Times (UTC) at which runs created records, by their keys; needed for as long as they stay invisible.
    born: Mutex<BTreeMap<RecordKey, DateTime<Utc>>>,
    /// The platform's work orders that runs created, with the Latchel ones that they were made from.
    made: Mutex<BTreeMap<WorkOrderId, Made>>,
    /// Lists of Latchel, where it can only list.
    listings: Mutex<Listings>,
}

/// A work order that a run created on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    pub from: JobId,
    /// True if the platform did not store all of it as it was sent.
    pub altered: bool,
}

/// Behaviour of the account's systems.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    /// Form in which changes of properties and residents show: by stamps, or by their content (rule W5).
    pub stamps: Stamps,
    /// Time by which the platform's lists begin before the window.
    pub superset: Duration,
    /// Time for which a new record stays invisible to look-ups; at most half of what the adapters declare, so that there
    /// is room for clocks that are off.
    pub lag: Duration,
    /// Delay that the adapters declare.
    pub declared_lag: Duration,
    /// Place where the platform keeps the marker.
    pub keeps: Keeps,
    /// Questions that Latchel answers.
    pub face: Face,
}

/// Questions that a far Latchel answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Any: by reference, by id, by window.
    Whole,
    /// Lists and single records by id, so that it wears a mirror.
    Lists {
        /// Rows of a page.
        rows: usize,
        /// Calls of a span, of which a run may spend half on filling lists.
        calls: u32,
        /// True if it can be asked for closed work orders alone.
        closed: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamps {
    Instants,
    Fingerprints,
}

/// Old copy of both systems, from which they answer for a while.
#[derive(Debug)]
struct Stale {
    until: DateTime<Utc>,
    /// True if look-ups by reference and marker are old too, which only a declared lag permits.
    lookups: bool,
    platform: PlatformWorld,
    latchel: LatchelWorld,
}

/// Kind of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// By id, or a list.
    Plain,
    /// By reference or marker: what keeps creates from being doubled.
    LookUp,
}

impl Account {
    pub fn new(
        settings: AccountSettings,
        (platform, latchel): (MemoryPlatform, MemoryLatchel),
        habits: Habits,
        clock: Clock,
        (log, tally): (Arc<Log>, Arc<Shared>),
    ) -> Self {
        let listings = latchel.edit(|world| Listings::of(world));
        Self {
            settings,
            platform,
            latchel,
            habits,
            clock,
            log,
            tally,
            history: Mutex::default(),
            sync_start: OnceLock::new(),
            stale: Mutex::default(),
            links: Mutex::default(),
            born: Mutex::default(),
            made: Mutex::default(),
            listings: Mutex::new(listings),
        }
    }

    pub fn policy(&self) -> &Policy {
        &self.settings.policy
    }

    /// The account's sync start, once it has one (rule L2).
    pub fn sync_start(&self) -> Option<DateTime<Utc>> {
        self.sync_start.get().copied()
    }

    /// The account was added to the ledger.
    pub fn added(&self, sync_start: DateTime<Utc>) {
        self.sync_start.get_or_init(|| sync_start);
    }

    /// The account's local date of an instant.
    pub fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.settings.time_zone).date_naive()
    }

    /// Reads or changes the platform at the present time.
    pub fn on_platform<T>(&self, edit: impl FnOnce(&mut PlatformWorld) -> T) -> T {
        let now = self.clock.now();
        self.platform.edit(|world| {
            world.now = now;
            edit(world)
        })
    }

    /// Reads or changes Latchel at the present time.
    pub fn in_latchel<T>(&self, edit: impl FnOnce(&mut LatchelWorld) -> T) -> T {
        let now = self.clock.now();
        self.latchel.edit(|world| {
            world.now = now;
            edit(world)
        })
    }

    pub fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn note(&self, event: Event) {
        let now = self.clock.now();
        // Lists come in another order whenever somebody changes a record.
        if matches!(event, Event::LatchelProperty(_) | Event::LatchelResident(_) | Event::Job(_)) {
            self.listings().turn();
        }
        self.history().0.push((now, event));
    }

    pub fn listings(&self) -> MutexGuard<'_, Listings> {
        self.listings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True if Latchel can only list.
    pub fn only_lists(&self) -> bool {
        self.habits.face != Face::Whole
    }

    /// True if a reference that somebody changes in Latchel shows before the next create: of a long list, a mirror sees it a
    /// day later.
    pub fn is_read_before_creates(&self) -> bool {
        match self.habits.face {
            Face::Whole => true,
            Face::Lists { rows, calls, .. } => {
                self.in_latchel(|world| world.properties.len()).div_ceil(rows) * 4 <= calls as usize
            }
        }
    }

    /// A property was linked.
    pub fn note_property_link(&self, id: PropertyRef, latchel: LatchelPropertyId) {
        self.links.lock().unwrap_or_else(PoisonError::into_inner).insert(id, latchel);
    }

    /// The Latchel property that a rentable unit is linked to.
    pub fn linked(&self, id: &PropertyRef) -> Option<LatchelPropertyId> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    /// The Latchel properties that something is linked to.
    pub fn linked_in_latchel(&self) -> BTreeSet<LatchelPropertyId> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner).values().copied().collect()
    }

    /// Both systems show what they hold now until `until`, whatever changes.
    pub fn grow_stale(&self, until: DateTime<Utc>) {
        let span = until - self.clock.now();
        let stale = Stale {
            until,
            lookups: span.to_std().is_ok_and(|span| span <= self.habits.lag),
            platform: self.on_platform(|world| world.clone()),
            latchel: self.in_latchel(|world| world.clone()),
        };
        *self.stale() = Some(stale);
    }

    pub fn is_stale(&self) -> bool {
        let now = self.clock.now();
        // Runs go on with what they read a little earlier.
        self.stale().as_ref().is_some_and(|stale| now < stale.until + chrono::TimeDelta::minutes(10))
    }

    pub fn freshen(&self) {
        *self.stale() = None;
    }

    fn stale(&self) -> MutexGuard<'_, Option<Stale>> {
        self.stale.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// State that the platform shows, which may be an old copy.
    pub fn shown_on_platform(&self, read: Read) -> PlatformWorld {
        let now = self.clock.now();
        match &*self.stale() {
            Some(stale) if now < stale.until && (read == Read::Plain || stale.lookups) => {
                self.tally.fault("stale read");
                PlatformWorld { now, ..stale.platform.clone() }
            }
            _ => self.on_platform(|world| world.clone()),
        }
    }

    /// State that Latchel shows, which may be an old copy.
    pub fn shown_in_latchel(&self, read: Read) -> LatchelWorld {
        let now = self.clock.now();
        match &*self.stale() {
            Some(stale) if now < stale.until && (read == Read::Plain || stale.lookups) => {
                self.tally.fault("stale read");
                LatchelWorld { now, ..stale.latchel.clone() }
            }
            _ => self.in_latchel(|world| world.clone()),
        }
    }

    /// A run created a work order on the platform.
    pub fn make(&self, id: WorkOrderId, made: Made) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(id, made);
    }

    /// The create that this work order came of, if a run made it.
    pub fn made(&self, id: &WorkOrderId) -> Option<Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    /// A run created it just now.
    pub fn born(&self, key: RecordKey) {
        self.born.lock().unwrap_or_else(PoisonError::into_inner).insert(key, self.clock.now());
    }

    /// True if it was too new to be found at an instant.
    pub fn was_invisible(&self, key: &RecordKey, at: DateTime<Utc>) -> bool {
        let born = self.born.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied();
        born.is_some_and(|born| at < born + self.habits.lag)
    }

    /// True if it is too new to be found.
    pub fn is_invisible(&self, key: &RecordKey) -> bool {
        let hidden = self.was_invisible(key, self.clock.now());
        if hidden {
            self.tally.fault("not visible yet");
        }
        hidden
    }
}
