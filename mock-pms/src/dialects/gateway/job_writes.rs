//! Making jobs, and changing their numbers. `ref_job_id` is not unique.

use super::body::{Body, Shape};
use super::call::{Answer, Call, Reply};
use super::jobs::render;
use super::problem::Problem;
use super::states;
use crate::world::{Job, ManagedBy, Severity, World};

const MAX_NAME: usize = 50;

const NEW: Shape = Shape {
    required: &["property_id", "name"],
    plain: &[],
    nullable: &[
        "description",
        "order_number",
        "ref_job_id",
        "tenant_id",
        "scheduled_start",
        "severity",
        "access_instructions",
        "enter_permission",
        "state",
    ],
};

const PATCH: Shape = Shape { required: &[], plain: &["order_number", "ref_job_id"], nullable: &[] };

const SEVERITIES: [(&str, Severity); 3] =
    [("emergency", Severity::Emergency), ("urgent", Severity::Urgent), ("normal", Severity::Normal)];

/// The only states that a client may choose.
const CLOSED: [(&str, &str); 2] = [("Completed", "Completed"), ("Cancelled", "Cancelled")];

pub(super) fn post(world: &mut World, call: &Call) -> Answer {
    let object = call.object()?;
    let mut body = Body::new(&object, &NEW);
    let job = new_job(world, &mut body);
    if body.sent("property_id") && !world.latchel.properties.contains(job.property_id) {
        body.fault("property_id", "names no property");
    }
    if job.tenant_id.is_some_and(|id| !world.latchel.residents.contains(id)) {
        body.fault("tenant_id", "names no resident");
    }
    body.finish()?;
    let answer = render(world, &job);
    world.insert(job).map_err(|e| Problem::field("job_id", &e.to_string()))?;
    Ok(Reply::Created(answer))
}

fn new_job(world: &World, body: &mut Body<'_>) -> Job {
    let now = world.now();
    let property_id = body.id("property_id").unwrap_or_default();
    let is_vacant = world.latchel.is_vacant(property_id);
    let first = if is_vacant { states::FIRST_WHEN_VACANT } else { states::FIRST };
    let severity = body.choice("severity", &SEVERITIES).unwrap_or_default();
    Job {
        id: world.next_id::<Job>(),
        source: "API Request".to_owned(),
        state: body.choice("state", &CLOSED).unwrap_or(first).to_owned(),
        state_updated_at: now,
        scheduled_start: body.instant("scheduled_start"),
        scheduled_end: None,
        is_urgent: severity == Severity::Urgent,
        is_emergency: severity == Severity::Emergency,
        severity,
        order_number: body.word("order_number"),
        name: body.word_of("name", MAX_NAME).unwrap_or_default(),
        description: body.text("description"),
        vendor_description: None,
        access_instructions: body.text("access_instructions"),
        enter_permission: body.flag("enter_permission"),
        max_cost: None,
        estimate: None,
        is_vacant,
        is_archived: false,
        is_resident_responsible: false,
        managed_by: ManagedBy::Latchel,
        tenant_id: body.id("tenant_id"),
        pm_id: None,
        property_id,
        vendor_id: None,
        ref_job_id: body.word("ref_job_id"),
        ref_service_request_id: None,
        created_at: now,
        updated_at: now,
    }
}

pub(super) fn patch(world: &mut World, call: &Call) -> Answer {
    let id = call.id("job")?;
    let mut job: Job = world.get(id).cloned().ok_or_else(|| Problem::no("job"))?;
    let object = call.object()?;
    let mut body = Body::new(&object, &PATCH);
    if let Some(number) = body.word("order_number") {
        job.order_number = Some(number);
    }
    if let Some(reference) = body.word("ref_job_id") {
        job.ref_job_id = Some(reference);
    }
    body.finish()?;
    world.update(id, |row| *row = job).map_err(|_| Problem::no("job"))?;
    let job = world.get(id).ok_or_else(|| Problem::no("job"))?;
    Ok(Reply::Found(render(world, job)))
}
