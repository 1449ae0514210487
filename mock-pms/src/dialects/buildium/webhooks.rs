//! Buildium's webhooks: an event's name and an id, signed together with a time stamp.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use ring::hmac;
use serde_json::{Value, json};

use crate::webhooks::changes::{Change, What};
use crate::webhooks::message::{Message, Proof};
use crate::world::{Id, Lease, Property, Record, Task, Tenant, Unit, Vendor, WorkOrder, World};

pub(super) fn messages(change: &Change<'_>, proof: Proof<'_>) -> Vec<Message> {
    let (subject, id_field) = match change.collection {
        Property::COLLECTION => ("Rental", "PropertyId"),
        Unit::COLLECTION => ("RentalUnit", "UnitId"),
        Lease::COLLECTION => ("Lease", "LeaseId"),
        Tenant::COLLECTION => ("LeaseTenant", "TenantId"),
        Task::COLLECTION => ("Task", "TaskId"),
        Vendor::COLLECTION => ("Vendor", "VendorId"),
        WorkOrder::COLLECTION => ("WorkOrder", "WorkOrderId"),
        _ => return Vec::new(),
    };
    let event = match change.what {
        What::Created => "Created",
        What::Updated => "Updated",
        What::Deleted => "Deleted",
    };
    let mut events = vec![format!("{subject}.{event}")];
    if change.collection == Lease::COLLECTION
        && move_outs(change.after, change.id) > move_outs(change.before, change.id)
    {
        events.push("Lease.MoveOut.Created".to_owned());
    }
    let now = change.after.now();
    let account = change.after.platform.account.id;
    let body = |event: String| json!({"EventName": event, "EventDateTime": now, "AccountId": account, id_field: change.id});
    events.into_iter().map(|event| signed(proof.secret(), now, body(event))).collect()
}

fn move_outs(world: &World, lease: Id) -> usize {
    world.get::<Lease>(lease).map_or(0, |lease| lease.move_outs.len())
}

fn signed(secret: &str, at: DateTime<Utc>, body: Value) -> Message {
    let stamp = at.timestamp().to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&key, format!("{stamp}.{body}").as_bytes());
    let signature = BASE64_STANDARD.encode(signature);
    Message {
        headers: vec![("buildium-webhook-timestamp", stamp), ("buildium-webhook-signature", signature)],
        body,
    }
}
