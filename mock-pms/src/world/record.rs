//! Abilities of every record: it finds its collection, and notes that somebody touched it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{
    Category, EditError, Id, Job, Keyed, LatchelProperty, Lease, Portfolio, Property, PropertyGroup,
    Resident, Side, Table, Task, Tenant, Unit, User, Vendor, WorkOrder, World,
};

/// A record of the world.
pub trait Record: Keyed + Clone + Serialize + DeserializeOwned {
    /// The side whose record it is.
    const SIDE: Side;
    /// Its collection's name in a world file.
    const COLLECTION: &'static str;

    /// Its collection.
    fn table(world: &World) -> &Table<Self>;
    /// Its collection, to be changed.
    fn table_mut(world: &mut World) -> &mut Table<Self>;
    /// Notes that it was changed from `before` at `now`.
    fn touch(&mut self, before: &Self, now: DateTime<Utc>);
}

macro_rules! record {
    ($type:ty, $side:ident, $holder:ident . $collection:ident, |$row:ident, $before:ident, $now:ident| $touch:expr) => {
        impl Keyed for $type {
            fn id(&self) -> Id {
                self.id
            }
        }

        impl Record for $type {
            const SIDE: Side = Side::$side;
            const COLLECTION: &'static str = stringify!($collection);

            fn table(world: &World) -> &Table<Self> {
                &world.$holder.$collection
            }

            fn table_mut(world: &mut World) -> &mut Table<Self> {
                &mut world.$holder.$collection
            }

            fn touch(&mut self, $before: &Self, $now: DateTime<Utc>) {
                let $row = self;
                $touch
            }
        }
    };
}

record!(Property, Platform, platform.properties, |row, _before, now| row.updated_at = now);
record!(PropertyGroup, Platform, platform.property_groups, |_row, _before, _now| ());
record!(Unit, Platform, platform.units, |row, _before, now| row.updated_at = now);
record!(Tenant, Platform, platform.tenants, |row, _before, now| row.updated_at = now);
record!(Lease, Platform, platform.leases, |row, _before, now| row.updated_at = now);
record!(User, Platform, platform.users, |_row, _before, _now| ());
record!(Vendor, Platform, platform.vendors, |row, _before, now| row.updated_at = now);
record!(Category, Platform, platform.categories, |_row, _before, _now| ());
record!(Task, Platform, platform.tasks, |row, _before, now| row.updated_at = now);
record!(WorkOrder, Platform, platform.work_orders, |row, _before, now| row.updated_at = now);
record!(Portfolio, Latchel, latchel.portfolios, |_row, _before, _now| ());
record!(LatchelProperty, Latchel, latchel.properties, |row, _before, now| row.updated_at = now);
record!(Resident, Latchel, latchel.residents, |row, _before, now| row.updated_at = now);
record!(Job, Latchel, latchel.jobs, |row, before, now| {
    row.updated_at = now;
    if row.state != before.state {
        row.state_updated_at = now;
    }
});

impl EditError {
    pub(super) fn absent<T: Record>(id: Id) -> Self {
        Self::Absent { side: T::SIDE, collection: T::COLLECTION, id }
    }

    pub(super) fn taken<T: Record>(id: Id) -> Self {
        Self::Taken { side: T::SIDE, collection: T::COLLECTION, id }
    }
}

impl World {
    /// The record with this id.
    pub fn get<T: Record>(&self, id: Id) -> Option<&T> {
        T::table(self).get(id)
    }

    /// Changes a record the way a person at a screen would: its last update is now.
    ///
    /// # Errors
    /// If there is no such record.
    pub fn update<T: Record>(&mut self, id: Id, change: impl FnOnce(&mut T)) -> Result<(), EditError> {
        let now = self.now();
        let row = T::table_mut(self).get_mut(id).ok_or_else(|| EditError::absent::<T>(id))?;
        let before = row.clone();
        change(row);
        row.touch(&before, now);
        Ok(())
    }

    /// Changes a record without any trace in its timestamps.
    ///
    /// # Errors
    /// If there is no such record.
    pub fn update_silently<T: Record>(
        &mut self,
        id: Id,
        change: impl FnOnce(&mut T),
    ) -> Result<(), EditError> {
        let row = T::table_mut(self).get_mut(id).ok_or_else(|| EditError::absent::<T>(id))?;
        change(row);
        Ok(())
    }

    /// Adds a record.
    ///
    /// # Errors
    /// If its id is taken.
    pub fn insert<T: Record>(&mut self, row: T) -> Result<Id, EditError> {
        let id = row.id();
        T::table_mut(self).insert(row).map_err(|row| EditError::taken::<T>(row.id()))?;
        Ok(id)
    }

    /// The next free id of a collection.
    pub fn next_id<T: Record>(&self) -> Id {
        T::table(self).next_id()
    }
}
