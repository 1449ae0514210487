//! Latchel's webhooks, by its public reference: the record in an envelope, with the account's key in a header and once more
//! in the body. Nothing is signed, and nothing is sent about deleted records. The record is as each dialect shows it.

use serde_json::{Map, Value, json};

use crate::webhooks::changes::{Change, What};
use crate::webhooks::message::{Message, Proof};
use crate::world::{Id, Job, LatchelProperty, Portfolio, Record, Resident, World};

/// Looks of the records in a webhook.
pub(crate) struct Looks {
    pub(crate) job: fn(&World, &Job) -> Value,
    pub(crate) property: fn(&World, &LatchelProperty) -> Value,
    pub(crate) resident: fn(&World, &Resident) -> Value,
    pub(crate) portfolio: fn(&World, &Portfolio) -> Value,
}

impl Looks {
    /// The webhook of a change; none of a record that is gone, or that Latchel does not tell of.
    pub(crate) fn message(&self, change: &Change<'_>, proof: Proof<'_>) -> Option<Message> {
        let key = proof.secret();
        let object_type = match change.collection {
            Job::COLLECTION => "Job",
            LatchelProperty::COLLECTION => "Property",
            Resident::COLLECTION => "Resident",
            Portfolio::COLLECTION => "Portfolio",
            _ => return None,
        };
        let object = self.object(change.after, change.collection, change.id)?;
        let mut body = json!({
            "object_type": object_type,
            "event": if change.what == What::Created { "created" } else { "updated" },
            "object": object,
            "secret": key,
            "platform": "LATCHEL",
        });
        if let Some(before) = self.object(change.before, change.collection, change.id) {
            body["updated"] = updated(&before, &object);
        }
        Some(Message { headers: vec![("x-api-key", key.to_owned())], body })
    }

    fn object(&self, world: &World, collection: &str, id: Id) -> Option<Value> {
        Some(match collection {
            Job::COLLECTION => (self.job)(world, world.get(id)?),
            LatchelProperty::COLLECTION => (self.property)(world, world.get(id)?),
            Resident::COLLECTION => (self.resident)(world, world.get(id)?),
            Portfolio::COLLECTION => (self.portfolio)(world, world.get(id)?),
            _ => return None,
        })
    }
}

/// Leaves members out of a record.
pub(crate) fn without(mut object: Value, untold: &[&str]) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.retain(|name, _| !untold.contains(&name.as_str()));
    }
    object
}

/// The members that are others than before, as they are now.
fn updated(before: &Value, now: &Value) -> Value {
    let members = now.as_object().into_iter().flatten();
    let changed = members.filter(|(name, value)| before.get(name.as_str()) != Some(*value));
    Value::Object(changed.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
}
