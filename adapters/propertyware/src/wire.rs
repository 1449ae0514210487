//! The shapes of Propertyware's records, as far as a sync reads them. They never leave this crate. Enumerations are
//! strings, because values occur that no document lists.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model as core;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Building {
    pub id: i64,
    pub name: Option<String>,
    pub abbreviation: Option<String>,
    pub active: bool,
    pub address: Option<Address>,
    /// "Yes" or "No".
    pub multi_unit: Option<Value>,
}

impl Building {
    /// A single-family building has no units, and is its own.
    pub fn has_no_units(&self) -> bool {
        self.multi_unit.as_ref().and_then(Value::as_str).is_some_and(|word| word.eq_ignore_ascii_case("no"))
    }
}

/// What of a building tells who manages it and what it belongs to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Managed {
    pub id: i64,
    #[serde(rename = "portfolioID")]
    pub portfolio_id: Option<i64>,
    pub property_manager_list: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Manager {
    #[serde(rename = "userID")]
    pub user_id: i64,
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unit {
    pub id: i64,
    #[serde(rename = "buildingID")]
    pub building_id: i64,
    pub name: Option<String>,
    pub abbreviation: Option<String>,
    pub active: Option<bool>,
    pub address: Option<Address>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Address {
    address: Option<String>,
    address_cont: Option<String>,
    city: Option<String>,
    state_region: Option<String>,
    postal_code: Option<String>,
}

impl From<Address> for core::Address {
    fn from(wire: Address) -> Self {
        Self {
            line1: text(wire.address),
            line2: text(wire.address_cont),
            city: text(wire.city),
            state: text(wire.state_region),
            postal_code: text(wire.postal_code),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lease {
    #[serde(rename = "buildingID")]
    pub building_id: i64,
    #[serde(rename = "unitID")]
    pub unit_id: Option<i64>,
    pub status: Option<String>,
    #[serde(default, deserialize_with = "date")]
    pub start_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "date")]
    pub move_in_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "date")]
    pub move_out_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "date")]
    pub schedule_move_out_date: Option<NaiveDate>,
    pub contacts: Option<Vec<Contact>>,
}

/// A contact, by itself or on a lease, where all but the id may be left out.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Contact {
    pub id: i64,
    pub role: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub email: Option<String>,
    pub mobile_phone: Option<String>,
    pub home_phone: Option<String>,
    pub work_phone: Option<String>,
}

/// Without contact data, which no log may hold.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

impl Contact {
    /// The person's whole name, or the company's.
    pub fn name(&self) -> Option<String> {
        let parts = [&self.first_name, &self.last_name].into_iter().flatten().map(|part| part.trim());
        let person = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        text(Some(person)).or_else(|| text(self.company.clone()))
    }

    /// The primary phone: cell before home before work.
    pub fn phone(&self) -> Option<String> {
        [&self.mobile_phone, &self.home_phone, &self.work_phone].into_iter().find_map(|one| text(one.clone()))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Portfolio {
    pub id: i64,
    pub name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Vendor {
    pub id: i64,
    pub name: Option<String>,
    pub company_name: Option<String>,
    pub active: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkOrder {
    pub id: i64,
    pub number: Option<i64>,
    pub description: Option<String>,
    pub status: Option<String>,
    pub priority: Option<String>,
    #[serde(rename = "buildingID")]
    pub building_id: i64,
    #[serde(rename = "unitID")]
    pub unit_id: Option<i64>,
    /// Declared as an object; an array on the wire.
    #[serde(rename = "unitIDs")]
    pub unit_ids: Option<Value>,
    pub managed_by: Option<String>,
    pub authorize_enter: Option<String>,
    pub search_tag: Option<String>,
}

/// What of a work order is needed to find it again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tagged {
    pub id: i64,
    pub search_tag: Option<String>,
    pub last_modified_date_time: Option<DateTime<Utc>>,
}

/// A text that says something.
pub(crate) fn text(value: Option<String>) -> Option<String> {
    value.filter(|text| !text.trim().is_empty())
}

/// A date, which some answers give as the beginning of an instant.
fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let Some(text) = text(Option::deserialize(deserializer)?) else { return Ok(None) };
    let day = text.get(..10).unwrap_or(&text);
    day.parse().map(Some).map_err(|_| serde::de::Error::custom("this is not a date as YYYY-MM-DD"))
}
