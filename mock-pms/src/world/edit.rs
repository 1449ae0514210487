//! Edits of a world in JSON, as people at a screen would make them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::overrides::set_at;
use super::{
    Category, EditError, Id, Job, LatchelProperty, Lease, Portfolio, Property, PropertyGroup, Record,
    Resident, Side, Task, Tenant, Unit, User, Vendor, WorkOrder, World,
};

/// One change to one record: exactly one of `set`, `create` and `delete`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// Whose record.
    #[serde(default = "platform")]
    pub side: Side,
    /// The collection's name, as in a world file.
    pub collection: String,
    /// The record that `set` changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// Fields to change: a plain name, or a JSON pointer as `/address/city`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Map<String, Value>>,
    /// A record to add; `id`, `created_at` and `updated_at` may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create: Option<Map<String, Value>>,
    /// The id of a record to take out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete: Option<Id>,
    /// True if the change shows in the record's timestamps.
    #[serde(default = "yes")]
    pub touch: bool,
}

fn platform() -> Side {
    Side::Platform
}

fn yes() -> bool {
    true
}

impl EditError {
    fn malformed(path: &str, message: impl Into<String>) -> Self {
        Self::Malformed { path: path.to_owned(), message: message.into() }
    }
}

impl World {
    /// Applies one edit, and does not ask if the world holds together after it.
    pub(crate) fn apply_one(&mut self, edit: &Edit) -> Result<Id, EditError> {
        match (edit.side, edit.collection.as_str()) {
            (Side::Platform, Property::COLLECTION) => self.edit_record::<Property>(edit),
            (Side::Platform, PropertyGroup::COLLECTION) => self.edit_record::<PropertyGroup>(edit),
            (Side::Platform, Unit::COLLECTION) => self.edit_record::<Unit>(edit),
            (Side::Platform, Tenant::COLLECTION) => self.edit_record::<Tenant>(edit),
            (Side::Platform, Lease::COLLECTION) => self.edit_record::<Lease>(edit),
            (Side::Platform, User::COLLECTION) => self.edit_record::<User>(edit),
            (Side::Platform, Vendor::COLLECTION) => self.edit_record::<Vendor>(edit),
            (Side::Platform, Category::COLLECTION) => self.edit_record::<Category>(edit),
            (Side::Platform, Task::COLLECTION) => self.edit_record::<Task>(edit),
            (Side::Platform, WorkOrder::COLLECTION) => self.edit_record::<WorkOrder>(edit),
            (Side::Latchel, Portfolio::COLLECTION) => self.edit_record::<Portfolio>(edit),
            (Side::Latchel, LatchelProperty::COLLECTION) => self.edit_record::<LatchelProperty>(edit),
            (Side::Latchel, Resident::COLLECTION) => self.edit_record::<Resident>(edit),
            (Side::Latchel, Job::COLLECTION) => self.edit_record::<Job>(edit),
            (side, other) => {
                Err(EditError::malformed("collection", format!("the {side} side has no {other}")))
            }
        }
    }

    fn edit_record<T: Record>(&mut self, edit: &Edit) -> Result<Id, EditError> {
        match (edit.id, &edit.set, &edit.create, edit.delete) {
            (Some(id), Some(set), None, None) => self.set_fields::<T>(id, set, edit.touch),
            (None, None, Some(create), None) => self.create_record::<T>(create),
            (None, None, None, Some(id)) => {
                T::table_mut(self).remove(id).map(|_| id).ok_or_else(|| EditError::absent::<T>(id))
            }
            _ => Err(EditError::malformed(".", "give `id` and `set`, or `create`, or `delete`")),
        }
    }

    fn set_fields<T: Record>(
        &mut self,
        id: Id,
        set: &Map<String, Value>,
        touch: bool,
    ) -> Result<Id, EditError> {
        let now = self.now();
        let before = T::table(self).get(id).cloned().ok_or_else(|| EditError::absent::<T>(id))?;
        let mut fields =
            serde_json::to_value(&before).map_err(|e| EditError::malformed("set", e.to_string()))?;
        for (name, value) in set {
            if !set_at(&mut fields, name, value) {
                return Err(EditError::malformed(&format!("set.{name}"), "no such place in the record"));
            }
        }
        let mut row: T = read_record("set", fields)?;
        if row.id() != id {
            return Err(EditError::malformed("set.id", "a record keeps its id"));
        }
        if touch {
            row.touch(&before, now);
            keep_given_times(&mut row, set)?;
        }
        if let Some(place) = T::table_mut(self).get_mut(id) {
            *place = row;
        }
        Ok(id)
    }

    fn create_record<T: Record>(&mut self, create: &Map<String, Value>) -> Result<Id, EditError> {
        let mut fields = times_for::<T>(self.now());
        fields.insert("id".to_owned(), json!(self.next_id::<T>()));
        fields.extend(create.clone());
        let row: T = read_record("create", Value::Object(fields))?;
        self.insert(row)
    }
}

/// A time that the edit itself names wins over the clock's.
fn keep_given_times<T: Record>(row: &mut T, set: &Map<String, Value>) -> Result<(), EditError> {
    let given: Vec<_> = ["created_at", "updated_at", "state_updated_at"]
        .into_iter()
        .filter_map(|k| set.get_key_value(k))
        .collect();
    if given.is_empty() {
        return Ok(());
    }
    let mut fields = serde_json::to_value(&*row).map_err(|e| EditError::malformed("set", e.to_string()))?;
    for (name, value) in given {
        set_at(&mut fields, name, value);
    }
    *row = read_record("set", fields)?;
    Ok(())
}

fn times_for<T: Record>(now: DateTime<Utc>) -> Map<String, Value> {
    let names: &[&str] = match (T::SIDE, T::COLLECTION) {
        (_, "jobs") => &["created_at", "updated_at", "state_updated_at"],
        (_, "users" | "property_groups" | "categories" | "portfolios") => &[],
        _ => &["created_at", "updated_at"],
    };
    names.iter().map(|name| ((*name).to_owned(), json!(now))).collect()
}

fn read_record<T: Record>(within: &str, fields: Value) -> Result<T, EditError> {
    serde_path_to_error::deserialize(fields).map_err(|e| {
        let path = match e.path().to_string().as_str() {
            "." => within.to_owned(),
            path => format!("{within}.{path}"),
        };
        EditError::Malformed { path, message: e.into_inner().to_string() }
    })
}
