//! Reading jobs. Some of what the webhooks tell of a job cannot be read.

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::filters::Filters;
use super::listing::{Listing, found, whole};
use super::look::Look;
use super::states;
use crate::dialects::latchel::slug;
use crate::world::{Job, World};

pub(super) fn list(world: &World, call: &Call) -> Answer {
    let filters = Filters::of(world, call)?;
    Listing::jobs().page(world, call, |job: &Job| filters.admit(job), render)
}

pub(super) fn get(world: &World, call: &Call) -> Answer {
    Ok(Reply::Found(render(world, found(world, call, "Job")?)))
}

/// The states that a job went through, of which the world knows the last.
pub(super) fn states(world: &World, call: &Call) -> Answer {
    let job: &Job = found(world, call, "Job")?;
    let (id, name) = (states::number(&job.state), &job.state);
    let at = Look::of(world).time(job.state_updated_at);
    whole(vec![json!({ "updated_at": at, "state_id": id, "state": { "state_id": id, "name": name } })])
}

pub(super) fn render(world: &World, job: &Job) -> Value {
    let look = Look::of(world);
    let state_id = states::number(&job.state);
    let record = json!({
        "access_instructions": job.access_instructions,
        "created_at": look.time(job.created_at),
        "description": job.description.as_deref().unwrap_or_default(),
        "enter_permission": look.flag(job.enter_permission == Some(true)),
        "estimate": job.estimate,
        "estimate_note": null,
        "is_emergency": look.flag(job.is_emergency),
        "is_mandatory": look.flag(false),
        "is_urgent": look.flag(job.is_urgent),
        "is_vacant": look.flag(job.is_vacant),
        "issue_id": null,
        "job_id": job.id,
        "job_rating": null,
        "location_id": null,
        "manually_assign_vendor": null,
        "max_cost": job.max_cost,
        "name": job.name,
        "order_number": job.order_number,
        // The company's primary user, whose id is the company's here.
        "pm_id": job.pm_id.unwrap_or(world.latchel.company.id),
        "problem_id": null,
        "project_id": null,
        "property_id": job.property_id,
        "rating_comments": null,
        "ref_job_id": job.ref_job_id,
        "scheduled_end": look.maybe_time(job.scheduled_end),
        "scheduled_start": look.maybe_time(job.scheduled_start),
        "severity": job.severity,
        "slug": slug(job.id),
        "source": job.source,
        "state": { "state_id": state_id, "name": job.state },
        "state_id": state_id,
        "tenant_id": job.tenant_id,
        "updated_at": look.time(job.updated_at),
        "vendor_description": job.vendor_description,
        "vendor_id": job.vendor_id,
        "vendor_rating": null,
    });
    world.distort("job", job.id, record)
}
