//! The shapes of Buildium's records, as far as a sync reads them. They never leave this crate. Enumerations are
//! strings, because Buildium adds values to them.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model as core;
use latchel_sync_http::{Identified, loose};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Account {
    #[serde(default, deserialize_with = "loose::text")]
    pub company_name: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Rental {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(deserialize_with = "loose::required_flag")]
    pub is_active: bool,
    #[serde(default, deserialize_with = "loose::spare_object")]
    pub address: Option<Address>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Unit {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(deserialize_with = "loose::number")]
    pub property_id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub unit_number: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_object")]
    pub address: Option<Address>,
}

impl Identified for Rental {
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
#[serde(rename_all = "PascalCase")]
pub(crate) struct Address {
    #[serde(default, deserialize_with = "loose::text")]
    address_line1: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    address_line2: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    address_line3: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    city: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    state: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    postal_code: Option<String>,
}

impl From<Address> for core::Address {
    fn from(wire: Address) -> Self {
        let second: Vec<_> = [wire.address_line2, wire.address_line3].into_iter().flatten().collect();
        Self {
            line1: wire.address_line1,
            line2: (!second.is_empty()).then(|| second.join(", ")),
            city: wire.city,
            state: wire.state,
            postal_code: wire.postal_code,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tenant {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    pub phone_numbers: Vec<Phone>,
    pub leases: Option<Vec<Lease>>,
}

impl Identified for Tenant {
    fn id(&self) -> i64 {
        self.id
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Phone {
    #[serde(default, deserialize_with = "loose::text")]
    pub number: Option<String>,
    #[serde(rename = "Type", default, deserialize_with = "loose::text")]
    pub kind: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Lease {
    #[serde(deserialize_with = "loose::number")]
    pub property_id: i64,
    #[serde(default, deserialize_with = "loose::optional_number")]
    pub unit_id: Option<i64>,
    #[serde(default, deserialize_with = "loose::day")]
    pub lease_from_date: Option<NaiveDate>,
    pub tenants: Option<Vec<LeaseTenant>>,
    pub move_out_data: Option<Vec<MoveOut>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LeaseTenant {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_in_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::text")]
    pub status: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct MoveOut {
    #[serde(deserialize_with = "loose::number")]
    pub tenant_id: i64,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_out_date: Option<NaiveDate>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct User {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    pub is_active: Option<bool>,
    #[serde(default, deserialize_with = "loose::text")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub last_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Vendor {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    pub is_active: Option<bool>,
    #[serde(default, deserialize_with = "loose::text")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub company_name: Option<String>,
}

impl Vendor {
    pub fn name(&self) -> String {
        self.company_name
            .clone()
            .unwrap_or_else(|| full_name(self.first_name.as_deref(), self.last_name.as_deref()))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PropertyGroup {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    pub properties: Option<Vec<PropertyLink>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PropertyLink {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(rename = "Type", default, deserialize_with = "loose::text")]
    pub kind: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Task {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(deserialize_with = "loose::required_word")]
    pub task_type: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub title: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub description: Option<String>,
    pub property: Option<PropertyLink>,
    #[serde(default, deserialize_with = "loose::optional_number")]
    pub unit_id: Option<i64>,
    #[serde(default, deserialize_with = "loose::spare")]
    pub requested_by_user_entity: Option<Requester>,
    #[serde(default, deserialize_with = "loose::optional_number")]
    pub assigned_to_user_id: Option<i64>,
    #[serde(deserialize_with = "loose::required_word")]
    pub task_status: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub priority: Option<String>,
    #[serde(default, deserialize_with = "loose::stamp")]
    pub last_updated_date_time: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "loose::stamp")]
    pub created_date_time: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Requester {
    #[serde(rename = "Type", default, deserialize_with = "loose::text")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_number")]
    pub id: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WorkOrder {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
    pub task: WorkOrderTask,
    #[serde(default, deserialize_with = "loose::text")]
    pub title: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub work_details: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub entry_allowed: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub entry_notes: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WorkOrderTask {
    #[serde(deserialize_with = "loose::number")]
    pub id: i64,
}

pub(crate) fn full_name(first: Option<&str>, last: Option<&str>) -> String {
    [first, last]
        .into_iter()
        .flatten()
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
