//! Latchel's webhooks, by its public reference: the record in an envelope, with the account's key in a header and once more
//! in the body. Nothing is signed, and nothing is sent about deleted records.

use serde_json::{Map, Value, json};

use super::{company, jobs, properties, residents};
use crate::webhooks::changes::{Change, What};
use crate::webhooks::message::{Message, Proof};
use crate::world::{Id, Job, LatchelProperty, Portfolio, Record, Resident, World};

/// Fields of a resident that Latchel knows and does not tell in webhooks.
const UNTOLD: [&str; 7] =
    ["email", "phone", "ref_property_id", "ref_unit_id", "property_id", "move_in_date", "move_out_date"];

pub(crate) fn messages(change: &Change<'_>, proof: Proof<'_>) -> Vec<Message> {
    let key = proof.secret();
    let (object_type, render): (_, fn(&World, Id) -> Option<Value>) = match change.collection {
        Job::COLLECTION => ("Job", |world, id| Some(jobs::render(world, world.get(id)?))),
        LatchelProperty::COLLECTION => {
            ("Property", |world, id| Some(properties::render(world, world.get(id)?)))
        }
        Resident::COLLECTION => ("Resident", |world, id| Some(resident(world, world.get(id)?))),
        Portfolio::COLLECTION => ("Portfolio", |world, id| Some(company::render(world, world.get(id)?))),
        _ => return Vec::new(),
    };
    let Some(object) = render(change.after, change.id) else { return Vec::new() };
    let mut body = json!({
        "object_type": object_type,
        "event": if change.what == What::Created { "created" } else { "updated" },
        "object": object,
        "secret": key,
        "platform": "LATCHEL",
    });
    if let Some(before) = render(change.before, change.id) {
        body["updated"] = updated(&before, &object);
    }
    vec![Message { headers: vec![("x-api-key", key.to_owned())], body }]
}

fn resident(world: &World, resident: &Resident) -> Value {
    let mut object = residents::render(world, resident);
    if let Some(members) = object.as_object_mut() {
        members.retain(|name, _| !UNTOLD.contains(&name.as_str()));
    }
    object
}

/// The members that are others than before, as they are now.
fn updated(before: &Value, now: &Value) -> Value {
    let members = now.as_object().into_iter().flatten();
    let changed = members.filter(|(name, value)| before.get(name.as_str()) != Some(*value));
    Value::Object(changed.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
}
