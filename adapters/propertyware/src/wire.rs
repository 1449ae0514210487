//! The shapes of Propertyware's records, as far as a sync reads them. They never leave this crate. Enumerations are
//! strings, because values occur that no document lists.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model as core;
use latchel_sync_http::{Identified, loose};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Building {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub abbreviation: Option<String>,
    #[serde(deserialize_with = "loose::required_flag")]
    pub active: bool,
    #[serde(default, deserialize_with = "loose::spare_object")]
    pub address: Option<Address>,
    /// "Yes" or "No".
    #[serde(default, deserialize_with = "loose::spare_flag")]
    pub multi_unit: Option<bool>,
}

impl Building {
    /// A single-family building has no units, and is its own.
    pub fn has_no_units(&self) -> bool {
        self.multi_unit == Some(false)
    }
}

/// Part of a building that tells its managers and its portfolio.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Managed {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(rename = "portfolioID", default, deserialize_with = "loose::spare_number")]
    pub portfolio_id: Option<i64>,
    #[serde(default, deserialize_with = "loose::list")]
    pub property_manager_list: Vec<Manager>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Manager {
    #[serde(rename = "userID", deserialize_with = "loose::number")]
    pub user_id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unit {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(rename = "buildingID", deserialize_with = "loose::number")]
    pub building_id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub abbreviation: Option<String>,
    #[serde(default, deserialize_with = "loose::flag")]
    pub active: Option<bool>,
    #[serde(default, deserialize_with = "loose::spare_object")]
    pub address: Option<Address>,
}

impl Identified for Building {
    fn id(&self) -> i64 {
        self.id
    }
}

impl Identified for Unit {
    fn id(&self) -> i64 {
        self.id
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Address {
    #[serde(default, deserialize_with = "loose::text")]
    address: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    address_cont: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    city: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    state_region: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    postal_code: Option<String>,
}

impl From<Address> for core::Address {
    fn from(wire: Address) -> Self {
        Self {
            line1: wire.address,
            line2: wire.address_cont,
            city: wire.city,
            state: wire.state_region,
            postal_code: wire.postal_code,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lease {
    #[serde(rename = "buildingID", deserialize_with = "loose::number")]
    pub building_id: i64,
    #[serde(rename = "unitID", default, deserialize_with = "loose::optional_number")]
    pub unit_id: Option<i64>,
    #[serde(default, deserialize_with = "loose::word")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "loose::flag")]
    pub active: Option<bool>,
    #[serde(default, deserialize_with = "loose::day")]
    pub start_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_in_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_out_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub schedule_move_out_date: Option<NaiveDate>,
    pub contacts: Option<Vec<Contact>>,
}

/// A contact, by itself or on a lease, where all but the id may be left out.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Contact {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::word")]
    pub role: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub company: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub mobile_phone: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub home_phone: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
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
        Some(person).filter(|name| !name.is_empty()).or_else(|| self.company.clone())
    }

    /// Part of it that is taken, by which one of several is chosen.
    pub fn said(&self) -> (Option<String>, Option<String>, Option<String>) {
        (self.name(), self.email.clone(), self.phone())
    }

    /// The primary phone: cell before home before work.
    pub fn phone(&self) -> Option<String> {
        [&self.mobile_phone, &self.home_phone, &self.work_phone].into_iter().find_map(Clone::clone)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Portfolio {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Vendor {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub company_name: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    pub active: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkOrder {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub number: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub description: Option<String>,
    #[serde(default, deserialize_with = "loose::word")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub priority: Option<String>,
    #[serde(rename = "buildingID", deserialize_with = "loose::number")]
    pub building_id: i64,
    #[serde(rename = "unitID", default, deserialize_with = "loose::optional_number")]
    pub unit_id: Option<i64>,
    /// Declared as an object; an array on the wire.
    #[serde(rename = "unitIDs", default, deserialize_with = "loose::numbers")]
    pub unit_ids: Vec<i64>,
    #[serde(default, deserialize_with = "loose::word")]
    pub managed_by: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub authorize_enter: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub search_tag: Option<String>,
}

/// Part of a work order that is needed to find it again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tagged {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub search_tag: Option<String>,
    #[serde(default, deserialize_with = "loose::stamp")]
    pub last_modified_date_time: Option<DateTime<Utc>>,
}
