use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use latchel_sync_core::in_memory::LatchelWorld;
use latchel_sync_core::model::*;

/// Lists of a Latchel that can only list: their order, what they have shown of what was there, and where residents live.
#[derive(Debug, Default)]
pub struct Listings {
    turns: u64,
    /// Records that were there when somebody first began to read the list.
    wanted: BTreeMap<Kind, BTreeSet<i64>>,
    shown: BTreeSet<(Kind, i64)>,
    /// First day for which work orders were asked.
    jobs_from: Option<NaiveDate>,
    homes: BTreeMap<LatchelResidentId, LatchelPropertyId>,
}

impl Listings {
    /// The lists of this Latchel, whose residents live where their references say. They stay there when people change the
    /// reference of the property.
    pub fn of(world: &LatchelWorld) -> Self {
        let mut listings = Self::default();
        for resident in world.residents.values() {
            if let Some(property) = listings.home(world, resident) {
                listings.house(resident.id, property);
            }
        }
        listings
    }

    /// Somebody changed a record, so that the lists come in another order.
    pub fn turn(&mut self) {
        self.turns += 1;
    }

    pub fn turns(&self) -> u64 {
        self.turns
    }

    /// Somebody begins to read the list of properties or residents, which holds these.
    pub fn begin(&mut self, kind: Kind, ids: impl Iterator<Item = i64>) {
        self.wanted.entry(kind).or_insert_with(|| ids.collect());
    }

    /// Somebody begins to read the work orders created on `day` or later, which are these.
    pub fn begin_jobs(&mut self, day: NaiveDate, ids: impl Iterator<Item = i64>) {
        if self.jobs_from.is_none_or(|from| day < from) {
            self.jobs_from = Some(day);
            self.wanted.entry(Kind::WorkOrder).or_default().extend(ids);
        }
    }

    pub fn show(&mut self, kind: Kind, ids: impl Iterator<Item = i64>) {
        self.shown.extend(ids.map(|id| (kind, id)));
    }

    /// True if somebody was shown the record, in a list or by its id.
    pub fn was_shown(&self, kind: Kind, id: i64) -> bool {
        self.shown.contains(&(kind, id))
    }

    /// Records that were there from the beginning and that nobody was shown; `None` if nobody has read the list at all.
    pub fn never_shown(&self, kind: Kind) -> Option<Vec<i64>> {
        let wanted = self.wanted.get(&kind)?;
        Some(wanted.iter().copied().filter(|id| !self.shown.contains(&(kind, *id))).collect())
    }

    /// A resident lives at this property.
    pub fn house(&mut self, resident: LatchelResidentId, property: LatchelPropertyId) {
        self.homes.insert(resident, property);
    }

    /// The property that a resident lives at: where they were put, else the one with the reference of their unit.
    pub fn home(&self, world: &LatchelWorld, resident: &LatchelResident) -> Option<LatchelPropertyId> {
        let by_reference = || {
            let own = resident.reference.as_ref()?;
            let place = PropertyRef::new(own.property.clone(), resident.unit.clone());
            super::naive::carriers(world, &place).first().map(|one| one.id)
        };
        self.homes.get(&resident.id).copied().or_else(by_reference)
    }
}
