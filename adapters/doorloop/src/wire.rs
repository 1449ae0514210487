//! The shapes of DoorLoop's records, as far as a sync reads them. They never leave this crate. Enumerations are strings,
//! because nothing says that the documented values are all.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model as core;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(crate) struct Property {
    pub id: String,
    pub name: Option<String>,
    pub address: Option<Address>,
    /// Not in the vendor's schema, though in live answers.
    pub active: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unit {
    pub id: String,
    pub property: String,
    pub name: Option<String>,
    pub active: Option<bool>,
    pub address: Option<Address>,
    pub address_same_as_property: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Address {
    street1: Option<String>,
    street2: Option<String>,
    city: Option<String>,
    /// Not in the vendor's schema, though in live answers.
    state: Option<String>,
    zip: Option<String>,
}

impl From<Address> for core::Address {
    fn from(wire: Address) -> Self {
        Self {
            line1: text(wire.street1),
            line2: text(wire.street2),
            city: text(wire.city),
            state: text(wire.state),
            postal_code: text(wire.zip),
        }
    }
}

/// A tenant's part in a lease.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LeaseTenant {
    pub name: Option<String>,
    pub property: String,
    pub units: Option<Vec<String>>,
    pub status: Option<String>,
    #[serde(default, deserialize_with = "day")]
    pub move_in_at: Option<NaiveDate>,
    #[serde(default, deserialize_with = "day")]
    pub move_out_at: Option<NaiveDate>,
    pub tenant: Tenant,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tenant {
    pub id: String,
    pub full_name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub emails: Option<Vec<Email>>,
    pub phones: Option<Vec<Phone>>,
}

#[derive(Deserialize)]
pub(crate) struct Email {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub address: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Phone {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub number: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub id: String,
    pub active: bool,
    pub full_name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Task {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub reference: Option<String>,
    pub subject: Option<String>,
    pub description: Option<String>,
    pub status: String,
    pub priority: Option<String>,
    pub requested_by_tenant: Option<String>,
    pub assigned_to_users: Option<Vec<String>>,
    pub property: Option<String>,
    pub unit: Option<String>,
    pub entry_permission: Option<String>,
    pub entry_notes: Option<String>,
    #[serde(default, deserialize_with = "instant")]
    pub created_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "instant")]
    pub updated_at: Option<DateTime<Utc>>,
}

/// A text that says something.
pub(crate) fn text(value: Option<String>) -> Option<String> {
    value.filter(|text| !text.trim().is_empty())
}

/// The full name as DoorLoop puts it together, or as its parts make it.
pub(crate) fn full_name(full: Option<&str>, first: Option<&str>, last: Option<&str>) -> String {
    let said = |part: Option<&str>| part.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned);
    said(full)
        .unwrap_or_else(|| [said(first), said(last)].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// A day as `YYYY-MM-DD`, with or without a time behind it, which is left out: it says nothing about a day.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let Some(said) = text(Option::deserialize(deserializer)?) else { return Ok(None) };
    let date = said.split('T').next().unwrap_or_default();
    date.parse().map(Some).map_err(|_| D::Error::custom(format!("{said:?} is no date as YYYY-MM-DD")))
}

/// From here on a number of a task's time counts milliseconds: as seconds it would be the year 5138.
const MILLISECONDS: f64 = 1e11;

/// An instant as a number, which may count seconds or milliseconds (nothing says which), or by RFC 3339.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let (number, said) = match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => (number.as_f64(), number.to_string()),
        Some(Value::String(said)) if said.trim().is_empty() => return Ok(None),
        Some(Value::String(said)) => (said.trim().parse::<f64>().ok(), said),
        Some(other) => (None, other.to_string()),
    };
    let at = match number {
        Some(number) if number.abs() < MILLISECONDS => {
            DateTime::from_timestamp_millis((number * 1_000.0) as i64)
        }
        Some(number) => DateTime::from_timestamp_millis(number as i64),
        None => DateTime::parse_from_rfc3339(&said).ok().map(|at| at.to_utc()),
    };
    at.map(Some).ok_or_else(|| D::Error::custom(format!("{said:?} is no time")))
}
