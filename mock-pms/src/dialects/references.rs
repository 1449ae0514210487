//! References in Latchel to records of the platform, in a platform's own ids: a world file has the world's. Another program's
//! references stay as they are.

use crate::world::{Id, Platform, World};

/// Ids that a platform gives to records of the world.
pub(super) struct Naming {
    pub property: fn(Id) -> String,
    pub unit: fn(Id) -> String,
    /// Of a tenant at a property; `None` if they have none there.
    pub resident: fn(&Platform, Id, Option<Id>) -> Option<String>,
    pub work_order: fn(Id) -> String,
}

/// Makes each reference in Latchel that is one of the world's ids to what the platform calls the record.
pub(super) fn translate(world: &mut World, naming: &Naming) {
    if world.latchel.company.filled_by.is_some() {
        return;
    }
    let platform = &world.platform;
    for property in world.latchel.properties.iter_mut() {
        put(&mut property.ref_property_id, |id| Some((naming.property)(id)));
        put(&mut property.ref_unit_id, |id| Some((naming.unit)(id)));
    }
    for resident in world.latchel.residents.iter_mut() {
        let property = resident.ref_property_id.as_deref().and_then(|id| id.parse().ok());
        put(&mut resident.ref_user_id, |id| (naming.resident)(platform, id, property));
        put(&mut resident.ref_property_id, |id| Some((naming.property)(id)));
        put(&mut resident.ref_unit_id, |id| Some((naming.unit)(id)));
    }
    for job in world.latchel.jobs.iter_mut() {
        put(&mut job.ref_job_id, |id| Some((naming.work_order)(id)));
    }
}

fn put(reference: &mut Option<String>, name: impl Fn(Id) -> Option<String>) {
    let id = reference.as_deref().and_then(|text| text.parse().ok());
    if let Some(named) = id.and_then(name) {
        *reference = Some(named);
    }
}
