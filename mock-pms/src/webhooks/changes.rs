//! Differences between a world before and after a change, record by record.

use crate::world::{
    Id, Job, LatchelProperty, Lease, Portfolio, Property, Record, Resident, Task, Tenant, Unit, Vendor,
    WorkOrder, World,
};

/// Kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Created,
    Updated,
    Deleted,
}

/// A record that is another than before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) what: What,
    /// Its collection, as in a world file.
    pub(crate) collection: &'static str,
    pub(crate) id: Id,
    /// The world before.
    pub(crate) before: &'a World,
    /// The world after.
    pub(crate) after: &'a World,
}

/// Changes on the platform, collection by collection.
pub(super) fn on_platform<'a>(before: &'a World, after: &'a World) -> Vec<Change<'a>> {
    let mut all = of::<Property>(before, after);
    all.extend(of::<Unit>(before, after));
    all.extend(of::<Tenant>(before, after));
    all.extend(of::<Lease>(before, after));
    all.extend(of::<Vendor>(before, after));
    all.extend(of::<Task>(before, after));
    all.extend(of::<WorkOrder>(before, after));
    all
}

/// Changes in Latchel, collection by collection.
pub(super) fn in_latchel<'a>(before: &'a World, after: &'a World) -> Vec<Change<'a>> {
    let mut all = of::<Portfolio>(before, after);
    all.extend(of::<LatchelProperty>(before, after));
    all.extend(of::<Resident>(before, after));
    all.extend(of::<Job>(before, after));
    all
}

fn of<'a, T: Record + PartialEq>(before: &'a World, after: &'a World) -> Vec<Change<'a>> {
    let change = |what, id| Change { what, collection: T::COLLECTION, id, before, after };
    let is_or_was = T::table(after).iter().filter_map(|row| match before.get::<T>(row.id()) {
        None => Some(change(What::Created, row.id())),
        Some(old) if old != row => Some(change(What::Updated, row.id())),
        Some(_) => None,
    });
    let gone = T::table(before).iter().filter(|row| after.get::<T>(row.id()).is_none());
    is_or_was.chain(gone.map(|row| change(What::Deleted, row.id()))).collect()
}
