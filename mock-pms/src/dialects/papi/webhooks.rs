//! Looks of records in the webhooks: a job tells more than can be read, a resident less.

use serde_json::{Value, json};

use super::look::Look;
use super::quirks::CREATED_AND_UPDATED;
use super::{jobs, properties, tenants};
use crate::dialects::latchel::webhooks::{Looks, without};
use crate::webhooks::changes::{Change, What};
use crate::webhooks::message::{Message, Proof};
use crate::world::{Job, Portfolio, World};

/// Fields of a resident that no webhook tells.
const UNTOLD: [&str; 5] = ["email", "phone", "property_id", "move_in_date", "move_out_date"];

const LOOKS: Looks = Looks {
    job,
    property: properties::render,
    resident: |world, resident| without(tenants::render(world, resident), &UNTOLD),
    portfolio,
};

pub(super) fn messages(change: &Change<'_>, proof: Proof<'_>) -> Vec<Message> {
    let mut messages: Vec<Message> = LOOKS.message(change, proof).into_iter().collect();
    if change.what == What::Created && CREATED_AND_UPDATED.is_on(change.after) {
        messages.extend(messages.first().cloned().map(once_more));
    }
    messages
}

/// The same record, updated this time, though nothing is another.
fn once_more(mut created: Message) -> Message {
    created.body["event"] = json!("updated");
    created.body["updated"] = json!({});
    created
}

fn job(world: &World, job: &Job) -> Value {
    let look = Look::of(world);
    let mut record = jobs::render(world, job);
    let only_here = json!({
        "is_archived": look.flag(job.is_archived),
        "is_resident_responsible": look.flag(job.is_resident_responsible),
        "is_tenant_caused": look.flag(false),
        "job_rated_at": null,
        "managed_by": job.managed_by,
        "ref_service_request_id": job.ref_service_request_id,
        "state_updated_at": look.time(job.state_updated_at),
        "vendor_locked_in": look.flag(false),
    });
    if let (Value::Object(members), Value::Object(more)) = (&mut record, only_here) {
        members.extend(more);
    }
    record
}

fn portfolio(world: &World, portfolio: &Portfolio) -> Value {
    let record = json!({
        "portfolio_id": portfolio.id,
        "name": portfolio.name,
        "pm_company_id": world.latchel.company.id,
        "integration_sync_method": portfolio.integration_sync_method,
    });
    world.distort("portfolio", portfolio.id, record)
}
