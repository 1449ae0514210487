//! Nonsense on purpose: changes laid over one record's answer.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Id, World};

/// A change to what one record looks like on the wire. Filters, sorting and paging still see the record
/// as it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOverride {
    /// The dialect's word for the kind of record, as `rental`, `work_order` or `job`.
    pub kind: String,
    /// The record's id.
    pub id: Id,
    /// Members to set: a plain name means a top-level member, `/Address/City` a nested one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, Value>,
    /// Members to leave out, spelled in the same way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

impl World {
    /// Lays the overrides for one record over its rendered answer.
    pub fn distort(&self, kind: &str, id: Id, mut answer: Value) -> Value {
        for wanted in self.raw_overrides.iter().filter(|o| o.kind == kind && o.id == id) {
            for (name, value) in &wanted.set {
                set_at(&mut answer, name, value);
            }
            for name in &wanted.remove {
                remove_at(&mut answer, name);
            }
        }
        answer
    }
}

/// Sets one member, named plainly or by a JSON pointer; false if its parent does not exist.
pub(super) fn set_at(target: &mut Value, name: &str, value: &Value) -> bool {
    let Some((parent, last)) = parent_of(target, name) else { return false };
    match parent {
        Value::Object(members) => {
            members.insert(last, value.clone());
            true
        }
        Value::Array(rows) => match last.parse::<usize>() {
            Ok(at) if at < rows.len() => {
                rows[at] = value.clone();
                true
            }
            Ok(at) if at == rows.len() => {
                rows.push(value.clone());
                true
            }
            _ => false,
        },
        _ => false,
    }
}

fn remove_at(target: &mut Value, name: &str) {
    match parent_of(target, name) {
        Some((Value::Object(members), last)) => {
            members.remove(&last);
        }
        Some((Value::Array(rows), last)) => {
            if let Some(at) = last.parse().ok().filter(|at| *at < rows.len()) {
                let _ = rows.remove(at);
            }
        }
        _ => {}
    }
}

fn parent_of<'a>(target: &'a mut Value, name: &str) -> Option<(&'a mut Value, String)> {
    if !name.starts_with('/') {
        return Some((target, name.to_owned()));
    }
    let (parent, last) = name.rsplit_once('/')?;
    let last = last.replace("~1", "/").replace("~0", "~");
    Some((target.pointer_mut(parent)?, last))
}
