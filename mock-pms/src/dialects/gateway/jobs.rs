//! Reading jobs.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::body::{Body, Shape};
use super::call::{Answer, Call, Reply};
use super::listing::Listing;
use super::problem::Problem;
use super::{lookup, states};
use crate::dialects::latchel::slug;
use crate::world::{Id, Job, World};

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let listing = Listing::of::<Job>(call, &["updated_since"])?;
    let keep = |j: &Job| listing.admits(j.ref_job_id.is_some(), j.created_at, j.updated_at);
    listing.page(world, keep, render).reply()
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.check_query(&[])?;
    let job = world.get(call.id("job")?).ok_or_else(|| Problem::no("job"))?;
    Ok(Reply::Found(render(world, job)))
}

const LOOKUP: Shape =
    Shape { required: &[], plain: &["ref_job_ids", "job_ids", "order_numbers"], nullable: &[] };

pub(super) fn look_up(world: &World, call: &Call) -> Answer {
    call.check_query(&[])?;
    let object = call.object()?;
    let mut body = Body::new(&object, &LOOKUP);
    lookup::check_size(&body, LOOKUP.plain)?;
    let refs: HashSet<String> = body.words("ref_job_ids").into_iter().collect();
    let ids: HashSet<Id> = body.ids("job_ids").into_iter().collect();
    let numbers: HashSet<String> = body.words("order_numbers").into_iter().collect();
    body.finish()?;
    let wanted = |job: &Job| {
        ids.contains(&job.id)
            || job.ref_job_id.as_ref().is_some_and(|id| refs.contains(id))
            || job.order_number.as_ref().is_some_and(|number| numbers.contains(number))
    };
    lookup::matches(world, wanted, render)
}

pub(super) fn render(world: &World, job: &Job) -> Value {
    let state_id = states::number(&job.state);
    let record = json!({
        "job_id": job.id,
        "slug": slug(job.id),
        "source": job.source,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "state_id": state_id,
        "state": { "state_id": state_id, "name": job.state },
        "state_updated_at": job.state_updated_at,
        "scheduled_start": job.scheduled_start,
        "scheduled_end": job.scheduled_end,
        "is_urgent": i64::from(job.is_urgent),
        "is_emergency": i64::from(job.is_emergency),
        "severity": job.severity,
        "order_number": job.order_number,
        "name": job.name,
        "description": job.description,
        "vendor_description": job.vendor_description,
        "access_instructions": job.access_instructions,
        "enter_permission": job.enter_permission.map(i64::from),
        "max_cost": job.max_cost,
        "estimate": job.estimate,
        "is_vacant": job.is_vacant,
        "is_archived": i64::from(job.is_archived),
        "is_resident_responsible": job.is_resident_responsible,
        "managed_by": job.managed_by,
        "tenant_id": job.tenant_id,
        "pm_id": job.pm_id,
        "property_id": job.property_id,
        "vendor_id": job.vendor_id,
        "ref_job_id": job.ref_job_id,
        "ref_service_request_id": job.ref_service_request_id,
    });
    world.distort("job", job.id, record)
}
