//! The shapes of Buildium's records, as far as a sync reads them. They never leave this crate. Enumerations are
//! strings, because Buildium adds values to them.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model as core;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Account {
    pub company_name: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Rental {
    pub id: i64,
    pub name: Option<String>,
    pub is_active: bool,
    pub address: Option<Address>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Unit {
    pub id: i64,
    pub property_id: i64,
    pub unit_number: Option<String>,
    pub address: Option<Address>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Address {
    address_line1: Option<String>,
    address_line2: Option<String>,
    address_line3: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
}

impl From<Address> for core::Address {
    fn from(wire: Address) -> Self {
        let second: Vec<_> = [wire.address_line2, wire.address_line3].into_iter().filter_map(text).collect();
        Self {
            line1: text(wire.address_line1),
            line2: (!second.is_empty()).then(|| second.join(", ")),
            city: text(wire.city),
            state: text(wire.state),
            postal_code: text(wire.postal_code),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tenant {
    pub id: i64,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub phone_numbers: Option<Vec<Phone>>,
    pub leases: Option<Vec<Lease>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Phone {
    pub number: Option<String>,
    #[serde(rename = "Type")]
    pub kind: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Lease {
    pub property_id: i64,
    pub unit_id: Option<i64>,
    pub lease_from_date: Option<NaiveDate>,
    pub tenants: Option<Vec<LeaseTenant>>,
    pub move_out_data: Option<Vec<MoveOut>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LeaseTenant {
    pub id: i64,
    pub move_in_date: Option<NaiveDate>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct MoveOut {
    pub tenant_id: i64,
    pub move_out_date: Option<NaiveDate>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct User {
    pub id: i64,
    pub is_active: bool,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Vendor {
    pub id: i64,
    pub is_active: bool,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company_name: Option<String>,
}

impl Vendor {
    pub fn name(&self) -> String {
        self.company_name
            .clone()
            .and_then(|name| text(Some(name)))
            .unwrap_or_else(|| full_name(self.first_name.as_deref(), self.last_name.as_deref()))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PropertyGroup {
    pub id: i64,
    pub name: Option<String>,
    pub properties: Option<Vec<PropertyLink>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PropertyLink {
    pub id: i64,
    #[serde(rename = "Type")]
    pub kind: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Task {
    pub id: i64,
    pub task_type: String,
    pub category: Option<Category>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub property: Option<PropertyLink>,
    pub unit_id: Option<i64>,
    pub requested_by_user_entity: Option<Requester>,
    pub assigned_to_user_id: Option<i64>,
    pub task_status: String,
    pub priority: Option<String>,
    pub due_date: Option<NaiveDate>,
    pub last_updated_date_time: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Category {
    pub id: i64,
    pub sub_category: Option<SubCategory>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SubCategory {
    pub id: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Requester {
    #[serde(rename = "Type")]
    pub kind: Option<String>,
    pub id: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WorkOrder {
    pub id: i64,
    pub task: WorkOrderTask,
    pub title: Option<String>,
    pub work_details: Option<String>,
    pub entry_allowed: Option<String>,
    pub entry_notes: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WorkOrderTask {
    pub id: i64,
}

/// A text that says something.
pub(crate) fn text(value: Option<String>) -> Option<String> {
    value.filter(|text| !text.trim().is_empty())
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
