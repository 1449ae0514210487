//! Rentvine's webhooks: an event with the record as lists show it, signed together with a time stamp. Neither the body nor
//! the signature is published: public clients read `event_type` and `data`, and check the signature in one of two forms.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use ring::hmac;
use serde_json::{Value, json};

use super::{leases, properties, work_orders};
use crate::shared::quirk::Quirk;
use crate::webhooks::changes::{Change, What};
use crate::webhooks::message::{Message, Proof};
use crate::world::{Id, Lease, Property, Record, Task, Unit, WorkOrder, World};

pub(super) const HEX_SIGNATURES: Quirk = Quirk::rare(
    "hex-signatures",
    "The signature of a webhook is the HMAC of its body alone, in hexadecimal digits.",
    "It is the HMAC of its time stamp and its body, in base64.",
);

pub(super) const ENVELOPED_WEBHOOKS: Quirk = Quirk::rare(
    "enveloped-webhooks",
    "The record of a webhook stands under its name, as in a list: `{\"workOrder\": {...}}`.",
    "It stands under `data`.",
);

/// A record that an event is about: its name, its event's name, and itself.
struct Told {
    envelope: &'static str,
    event: String,
    record: Value,
}

/// Nothing is told of what is deleted, and nothing of people.
pub(super) fn messages(change: &Change<'_>, proof: Proof<'_>) -> Vec<Message> {
    let world = change.after;
    let told = match change.collection {
        Property::COLLECTION => {
            let one = world.get::<Property>(change.id).map(|one| properties::property(world, one));
            one.map(|record| told("property", "property", change.what, record)).into_iter().collect()
        }
        Unit::COLLECTION => {
            let one = world.get::<Unit>(change.id).map(|one| properties::render_unit(world, one));
            one.map(|record| told("unit", "unit", change.what, record)).into_iter().collect()
        }
        Lease::COLLECTION => of_lease(change),
        WorkOrder::COLLECTION => of_order(world, change.id, change.what).into_iter().collect(),
        Task::COLLECTION => of_task(change),
        _ => Vec::new(),
    };
    told.into_iter().map(|told| signed(world, proof.secret(), told)).collect()
}

fn told(envelope: &'static str, subject: &str, what: What, record: Value) -> Told {
    let word = if what == What::Created { "created" } else { "updated" };
    Told { envelope, event: format!("{subject}.{word}"), record }
}

/// A lease of the world is a lease for each pair of dates, some of which may be new.
fn of_lease(change: &Change<'_>) -> Vec<Told> {
    let parts = |world: &World| world.get::<Lease>(change.id).map(leases::ids).unwrap_or_default();
    let before = parts(change.before);
    let of = |id: Id| {
        let what = if before.contains(&id) { What::Updated } else { What::Created };
        leases::record(change.after, id).map(|record| told("lease", "lease", what, record))
    };
    parts(change.after).into_iter().filter_map(of).collect()
}

fn of_order(world: &World, id: Id, what: What) -> Option<Told> {
    let record = work_orders::render(world, &world.maintenance_of(id)?);
    Some(told("workOrder", "work_order", what, record))
}

/// A work order shows its task's status and place. Whatever changes both is told once.
fn of_task(change: &Change<'_>) -> Vec<Told> {
    let orders = change.after.platform.work_orders.iter().filter(|order| order.task_id == change.id);
    let is_same = |order: &&WorkOrder| change.before.get::<WorkOrder>(order.id) == Some(*order);
    orders.filter(is_same).filter_map(|order| of_order(change.after, order.id, What::Updated)).collect()
}

fn signed(world: &World, secret: &str, told: Told) -> Message {
    let at: DateTime<Utc> = world.now();
    let name = if ENVELOPED_WEBHOOKS.is_on(world) { told.envelope } else { "data" };
    let body = json!({ "event_type": told.event, name: told.record });
    let stamp = at.timestamp().to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = if HEX_SIGNATURES.is_on(world) {
        let tag = hmac::sign(&key, body.to_string().as_bytes());
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    } else {
        BASE64_STANDARD.encode(hmac::sign(&key, format!("{stamp}{body}").as_bytes()))
    };
    let headers = vec![("x-rentvine-timestamp", stamp), ("x-rentvine-signature", signature)];
    Message { headers, body }
}
