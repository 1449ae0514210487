//! Making jobs, and changing their numbers and their state. `ref_job_id` is not unique.

use super::body::Body;
use super::call::{Answer, Call, Extent, Reply};
use super::jobs::render;
use super::listing::found;
use super::quirks::ENTRY_NEEDS_INSTRUCTIONS;
use super::states;
use crate::world::{Id, Job, LatchelProperty, ManagedBy, Severity, World};

const SEVERITIES: [(&str, Severity); 3] =
    [("emergency", Severity::Emergency), ("urgent", Severity::Urgent), ("normal", Severity::Normal)];

pub(super) fn post(world: &mut World, call: &Call) -> Answer {
    let mut body = Body::of(call, "job", Extent::Whole)?;
    let mut job = blank(world);
    fill(world, &mut job, &mut body);
    numbers_and_state(&mut job, &mut body);
    body.finish()?;
    let answer = render(world, &job);
    world.insert(job)?;
    Ok(Reply::Created(answer))
}

/// A part is of the numbers and the state; whatever else is sent then is ignored.
pub(super) fn change(world: &mut World, call: &Call, extent: Extent) -> Answer {
    let mut job: Job = found::<Job>(world, call, "Job")?.clone();
    let mut body = Body::of(call, "job", extent)?;
    if extent == Extent::Whole {
        fill(world, &mut job, &mut body);
    }
    numbers_and_state(&mut job, &mut body);
    body.finish()?;
    let id = job.id;
    world.update(id, |row| *row = job)?;
    Ok(Reply::Found(render(world, found(world, call, "Job")?)))
}

fn blank(world: &World) -> Job {
    let now = world.now();
    Job {
        id: world.next_id::<Job>(),
        source: "API Request".to_owned(),
        state: String::new(),
        state_updated_at: now,
        scheduled_start: None,
        scheduled_end: None,
        is_urgent: false,
        is_emergency: false,
        severity: Severity::Normal,
        order_number: None,
        name: String::new(),
        description: None,
        vendor_description: None,
        access_instructions: None,
        enter_permission: None,
        max_cost: None,
        estimate: None,
        is_vacant: false,
        is_archived: false,
        is_resident_responsible: false,
        managed_by: ManagedBy::Latchel,
        tenant_id: None,
        pm_id: None,
        property_id: 0,
        vendor_id: None,
        ref_job_id: None,
        ref_service_request_id: None,
        created_at: now,
        updated_at: now,
    }
}

fn fill(world: &World, job: &mut Job, body: &mut Body) {
    body.needed("name", &mut job.name);
    body.text("description", &mut job.description);
    body.text("access_instructions", &mut job.access_instructions);
    body.maybe_flag("enter_permission", &mut job.enter_permission);
    body.instant("scheduled_start", &mut job.scheduled_start);
    urgency(job, body);
    body.id("tenant_id", &mut job.tenant_id);
    if job.tenant_id.is_some_and(|id| !world.latchel.residents.contains(id)) {
        body.error("tenant_id", "names no tenant");
    }
    let mut property_id: Option<Id> = None;
    body.id("property_id", &mut property_id);
    let property = property_id.and_then(|id| world.get::<LatchelProperty>(id));
    let Some(property) = property else {
        body.error("property_id", if property_id.is_none() { "is required" } else { "names no property" });
        return;
    };
    job.property_id = property.id;
    job.is_vacant = world.latchel.is_vacant(property.id);
    if job.state.is_empty() {
        let first = if job.is_vacant { states::FIRST_WHEN_VACANT } else { states::FIRST };
        first.clone_into(&mut job.state);
    }
    if job.enter_permission == Some(true)
        && ENTRY_NEEDS_INSTRUCTIONS.is_on(world)
        && job.access_instructions.is_none()
        && property.default_access_instructions.is_none()
    {
        body.error("enter_permission", "needs access instructions, of the job or of the property");
    }
}

/// The severity decides, and the flags where it is not sent.
fn urgency(job: &mut Job, body: &mut Body) {
    (job.is_urgent, job.is_emergency) = (false, false);
    body.flag("is_urgent", &mut job.is_urgent);
    body.flag("is_emergency", &mut job.is_emergency);
    let mut severity = None;
    body.word("severity", &SEVERITIES, &mut severity);
    job.severity = severity.unwrap_or(match (job.is_emergency, job.is_urgent) {
        (true, _) => Severity::Emergency,
        (false, true) => Severity::Urgent,
        (false, false) => Severity::Normal,
    });
    job.is_urgent |= job.severity == Severity::Urgent;
    job.is_emergency |= job.severity == Severity::Emergency;
}

fn numbers_and_state(job: &mut Job, body: &mut Body) {
    body.line("order_number", &mut job.order_number);
    body.line("ref_job_id", &mut job.ref_job_id);
    let mut state = None;
    body.id("state_id", &mut state);
    match state.map(states::closed) {
        None => {}
        Some(Some(closed)) => closed.clone_into(&mut job.state),
        Some(None) => body.error("state_id", "names no state that a job can be put into"),
    }
}
