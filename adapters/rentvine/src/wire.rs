//! The shapes of Rentvine's records, as far as a sync reads them. They never leave this crate. Ids, numbers and flags are
//! strings; the sheet does not name every field, so that what is unverified may be missing or spelled in another way.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use latchel_sync_core::model as core;
use latchel_sync_http::{Unreadable, instant, loose, read_row};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The record of a row, which is in an envelope; some lists were seen without.
pub(crate) fn record<'a>(row: &'a Value, envelope: &str) -> &'a Value {
    row.get(envelope).unwrap_or(row)
}

/// Reads the record of a row.
pub(crate) fn read<T: DeserializeOwned>(row: &Value, envelope: &str) -> Result<T, Unreadable> {
    read_row(record(row, envelope)).map_err(|Unreadable { field, problem }| {
        let field = if field == "." { envelope.to_owned() } else { format!("{envelope}.{field}") };
        Unreadable { field, problem }
    })
}

/// An id of a row that may not be what it should.
pub(crate) fn id_of(row: &Value, envelope: &str, name: &str) -> Option<String> {
    record(row, envelope).get(name).and_then(loose::as_id)
}

/// Times (UTC) at which a record was created and last changed, as far as it tells them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Stamps {
    pub created_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
}

impl Stamps {
    /// Those of a record; one that cannot be read says nothing.
    pub fn of(record: &Value, zone: Tz) -> Self {
        let at = |name: &str| record.get(name).and_then(Value::as_str).and_then(|text| instant(text, &zone));
        Self { created_at: at("dateTimeCreated"), updated_at: at("dateTimeModified") }
    }

    /// The later of each.
    pub fn or_later(self, other: Self) -> Self {
        Self {
            created_at: self.created_at.max(other.created_at),
            updated_at: self.updated_at.max(other.updated_at),
        }
    }

    /// True if it may have been created or changed in the window.
    pub fn may_lie_in(&self, window: core::Window) -> bool {
        self.updated_at.is_none_or(|at| window.contains(at))
            || self.created_at.is_some_and(|at| window.contains(at))
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Property {
    #[serde(rename = "propertyID", deserialize_with = "loose::id")]
    pub id: String,
    #[serde(rename = "portfolioID", default, deserialize_with = "loose::optional_id")]
    pub portfolio: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(rename = "isActive", default, deserialize_with = "loose::flag")]
    pub is_active: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Unit {
    #[serde(rename = "unitID", deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(rename = "isActive", default, deserialize_with = "loose::flag")]
    pub is_active: Option<bool>,
}

/// The parts of an address, which stand beside a property's or a unit's other fields.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Address {
    #[serde(default, deserialize_with = "loose::text")]
    address: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    address2: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    city: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    state: Option<String>,
    #[serde(rename = "stateID", default, deserialize_with = "loose::text")]
    state_id: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    postal_code: Option<String>,
}

impl From<Address> for core::Address {
    fn from(wire: Address) -> Self {
        let letters = |text: &String| text.chars().any(char::is_alphabetic);
        // A state that is a number names no state that Latchel knows.
        let by_id = wire.state_id.filter(letters);
        Self {
            line1: wire.address,
            line2: wire.address2,
            city: wire.city,
            state: wire.state.or(by_id),
            postal_code: wire.postal_code,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Portfolio {
    #[serde(rename = "portfolioID", deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lease {
    #[serde(rename = "unitID", default, deserialize_with = "loose::optional_id")]
    pub unit: Option<String>,
    #[serde(rename = "primaryLeaseStatusID", default, deserialize_with = "loose::optional_id")]
    pub primary_status: Option<String>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_in_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub start_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_out_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub expected_move_out_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub closed_date: Option<NaiveDate>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tenant {
    #[serde(rename = "contactID", deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub phone: Option<String>,
    #[serde(default, deserialize_with = "loose::flag")]
    pub is_active: Option<bool>,
}

/// Without contact data, which no log may hold.
impl std::fmt::Debug for Tenant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tenant").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Tenant {
    /// Part of it that is taken, by which one of several is chosen: name, e-mail address and phone.
    pub fn said(&self) -> (Option<String>, Option<String>, Option<String>) {
        (self.name.clone(), self.email.clone(), self.phone.clone())
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Technician {
    #[serde(rename = "userID", deserialize_with = "loose::id")]
    pub user: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    pub is_active: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Status {
    #[serde(rename = "workOrderStatusID", deserialize_with = "loose::id")]
    pub id: String,
    #[serde(rename = "primaryWorkOrderStatusID", deserialize_with = "loose::id")]
    pub primary: String,
    pub name: String,
    #[serde(rename = "isSystemStatus", default, deserialize_with = "loose::spare_flag")]
    pub is_system: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct WorkOrder {
    #[serde(rename = "workOrderID", deserialize_with = "loose::id")]
    pub id: String,
    #[serde(rename = "workOrderNumber", default, deserialize_with = "loose::spare_id")]
    pub number: Option<String>,
    #[serde(rename = "propertyID", default, deserialize_with = "loose::optional_id")]
    pub property: Option<String>,
    #[serde(rename = "unitID", default, deserialize_with = "loose::optional_id")]
    pub unit: Option<String>,
    #[serde(rename = "workOrderStatusID", default, deserialize_with = "loose::optional_id")]
    pub status: Option<String>,
    #[serde(rename = "primaryWorkOrderStatusID", default, deserialize_with = "loose::optional_id")]
    pub primary_status: Option<String>,
    #[serde(rename = "priorityID", default, deserialize_with = "loose::spare_id")]
    pub priority: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub description: Option<String>,
    #[serde(rename = "assignedToUserID", default, deserialize_with = "loose::optional_id")]
    pub assigned_to: Option<String>,
    #[serde(rename = "requestedByContactID", default, deserialize_with = "loose::spare_id")]
    pub requested_by: Option<String>,
}
