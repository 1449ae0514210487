//! References in Latchel to records of the platform, in this platform's ids: a world file has the world's own. Another
//! program's references stay as they are.

use super::names::{self, Kind, uuid};
use crate::world::{Id, World};

/// Makes each reference in Latchel that is one of the world's ids to what AppFolio calls the record.
pub(super) fn translate(world: &mut World) {
    if world.latchel.company.filled_by.is_some() {
        return;
    }
    let platform = &world.platform;
    let occupancy = |tenant: Id, property: Option<Id>| {
        let theirs = platform.leases.iter().filter(|lease| {
            lease.tenants.iter().any(|one| one.tenant_id == tenant)
                && property.is_none_or(|property| lease.property_id == property)
        });
        theirs.max_by_key(|lease| lease.from_date).map(|lease| lease.id)
    };
    for property in world.latchel.properties.iter_mut() {
        put(&mut property.ref_property_id, |id| Some(uuid(Kind::Property, id)));
        put(&mut property.ref_unit_id, |id| Some(uuid(Kind::Unit, id)));
    }
    for resident in world.latchel.residents.iter_mut() {
        let property = resident.ref_property_id.as_deref().and_then(|id| id.parse().ok());
        put(&mut resident.ref_user_id, |id| Some(names::tenant(id, occupancy(id, property)?)));
        put(&mut resident.ref_property_id, |id| Some(uuid(Kind::Property, id)));
        put(&mut resident.ref_unit_id, |id| Some(uuid(Kind::Unit, id)));
    }
    for job in world.latchel.jobs.iter_mut() {
        put(&mut job.ref_job_id, |id| Some(uuid(Kind::WorkOrder, id)));
    }
}

fn put(reference: &mut Option<String>, name: impl Fn(Id) -> Option<String>) {
    let id = reference.as_deref().and_then(|text| text.parse().ok());
    if let Some(named) = id.and_then(name) {
        *reference = Some(named);
    }
}
