//! The shapes of DoorLoop's records, as far as a sync reads them. They never leave this crate. Enumerations are strings,
//! because nothing says that the documented values are all.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model as core;
use latchel_sync_http::loose;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(crate) struct Property {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::spare")]
    pub address: Option<Address>,
    /// Not in the vendor's schema, though in live answers.
    #[serde(default, deserialize_with = "loose::flag")]
    pub active: Option<bool>,
    #[serde(rename = "updatedAt", default, deserialize_with = "stamp")]
    pub updated_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unit {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(deserialize_with = "loose::id")]
    pub property: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::flag")]
    pub active: Option<bool>,
    #[serde(default, deserialize_with = "loose::spare")]
    pub address: Option<Address>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    pub address_same_as_property: Option<bool>,
    #[serde(default, deserialize_with = "stamp")]
    pub updated_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Address {
    #[serde(default, deserialize_with = "loose::text")]
    street1: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    street2: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    city: Option<String>,
    /// Not in the vendor's schema, though in live answers.
    #[serde(default, deserialize_with = "loose::text")]
    state: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    zip: Option<String>,
}

impl From<Address> for core::Address {
    fn from(wire: Address) -> Self {
        Self {
            line1: wire.street1,
            line2: wire.street2,
            city: wire.city,
            state: wire.state,
            postal_code: wire.zip,
        }
    }
}

/// A tenant's part in a lease.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LeaseTenant {
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(deserialize_with = "loose::id")]
    pub property: String,
    #[serde(default, deserialize_with = "loose::ids")]
    pub units: Vec<String>,
    #[serde(default, deserialize_with = "loose::word")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_in_at: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_out_at: Option<NaiveDate>,
    #[serde(default, deserialize_with = "stamp")]
    updated_at: Option<DateTime<Utc>>,
    pub tenant: Tenant,
}

impl LeaseTenant {
    /// The last change of the row or of its tenant.
    pub fn updated_at(&self) -> Option<DateTime<Utc>> {
        self.updated_at.max(self.tenant.updated_at)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tenant {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub full_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    pub emails: Vec<Email>,
    #[serde(default, deserialize_with = "loose::list")]
    pub phones: Vec<Phone>,
    #[serde(default, deserialize_with = "stamp")]
    updated_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
pub(crate) struct Email {
    #[serde(rename = "type", default, deserialize_with = "loose::text")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub address: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Phone {
    #[serde(rename = "type", default, deserialize_with = "loose::text")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub number: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    pub active: Option<bool>,
    #[serde(default, deserialize_with = "loose::text")]
    pub full_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub company_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Task {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(rename = "type", default, deserialize_with = "loose::word")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub reference: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub subject: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub description: Option<String>,
    #[serde(deserialize_with = "loose::required_word")]
    pub status: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub priority: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_id")]
    pub requested_by_tenant: Option<String>,
    #[serde(default, deserialize_with = "loose::ids")]
    pub assigned_to_users: Vec<String>,
    #[serde(default, deserialize_with = "loose::optional_id")]
    pub property: Option<String>,
    #[serde(default, deserialize_with = "loose::optional_id")]
    pub unit: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub entry_permission: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub entry_notes: Option<String>,
    #[serde(default, deserialize_with = "stamp")]
    pub created_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "stamp")]
    pub updated_at: Option<DateTime<Utc>>,
}

/// The full name as DoorLoop puts it together, or as its parts make it.
pub(crate) fn full_name(full: Option<&str>, first: Option<&str>, last: Option<&str>) -> String {
    let said = |part: Option<&str>| part.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned);
    said(full)
        .unwrap_or_else(|| [said(first), said(last)].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// From here on a number of a task's time counts milliseconds: as seconds it would be the year 5138.
const MILLISECONDS: f64 = 1e11;

/// An instant as a number, which may count seconds or milliseconds (nothing says which), or by RFC 3339; `None` for
/// whatever is none.
fn stamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let (number, said) = match Value::deserialize(deserializer)? {
        Value::Number(number) => (number.as_f64(), String::new()),
        Value::String(said) => (said.trim().parse::<f64>().ok(), said),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Ok(None),
    };
    let at = match number {
        Some(number) if number.abs() < MILLISECONDS => {
            DateTime::from_timestamp_millis((number * 1_000.0) as i64)
        }
        Some(number) => DateTime::from_timestamp_millis(number as i64),
        None => loose::instant(&said, &Utc),
    };
    Ok(at.filter(|at| core::is_date(at.date_naive())))
}
