//! The shapes of AppFolio's records, as far as a sync reads them. They never leave this crate. Fields that a customer did
//! not agree to are left out of answers, so that nearly all of them may be missing.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model as core;
use latchel_sync_http::loose;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Property {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    address1: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    address2: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    city: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    state: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    zip: Option<String>,
    #[serde(default, deserialize_with = "loose::day")]
    pub hidden_at: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::ids")]
    pub property_group_ids: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Unit {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(deserialize_with = "loose::id")]
    pub property_id: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    address1: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    address2: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    city: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    state: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    zip: Option<String>,
    #[serde(default, deserialize_with = "loose::day")]
    pub hidden_at: Option<NaiveDate>,
}

/// The address that a property and a unit have alike.
macro_rules! address {
    ($($record:ident),*) => {$(
        impl $record {
            pub fn address(&self) -> core::Address {
                core::Address {
                    line1: self.address1.clone(),
                    line2: self.address2.clone(),
                    city: self.city.clone(),
                    state: self.state.clone(),
                    postal_code: self.zip.clone(),
                }
            }
        }
    )*};
}

address!(Property, Unit);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tenant {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::spare_id")]
    pub occupancy_id: Option<String>,
    #[serde(default, deserialize_with = "loose::optional_id")]
    pub property_id: Option<String>,
    #[serde(default, deserialize_with = "loose::optional_id")]
    pub unit_id: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub company_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub phone_number: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_in_on: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_out_on: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub lease_start_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::text")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    pub primary_tenant: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct User {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub last_name: Option<String>,
    user_role: Option<Value>,
    /// Not in every agreement.
    #[serde(default, deserialize_with = "loose::spare_flag")]
    active: Option<bool>,
}

impl User {
    pub fn name(&self) -> String {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }

    /// False if AppFolio says that the user is no longer active.
    pub fn is_active(&self) -> bool {
        self.active != Some(false)
    }

    /// The role's name: a text, or what a record of its own calls it.
    pub fn role(&self) -> Option<String> {
        let role = self.user_role.as_ref()?;
        let text = role.as_str().or_else(|| role.get("Name")?.as_str());
        filled(text.map(ToOwned::to_owned))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WorkOrder {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::text")]
    work_order_number: Option<String>,
    #[serde(deserialize_with = "loose::id")]
    pub property_id: String,
    #[serde(default, deserialize_with = "loose::optional_id")]
    pub unit_id: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_id")]
    pub occupancy_id: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub job_description: Option<String>,
    #[serde(deserialize_with = "loose::required_word")]
    pub status: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub priority: Option<String>,
    /// Ids, or records with ids.
    #[serde(default, deserialize_with = "loose::ids")]
    pub assigned_users: Vec<String>,
    /// `true`, or a word for it.
    #[serde(rename = "PermissionToEnter", default, deserialize_with = "loose::spare_flag")]
    pub entry_allowed: Option<bool>,
    #[serde(default, deserialize_with = "loose::stamp")]
    pub scheduled_start: Option<DateTime<Utc>>,
}

impl WorkOrder {
    /// The number that people know it by; its id where the customer's agreement leaves the number out.
    pub fn number(&self) -> String {
        self.work_order_number.as_deref().map_or_else(|| self.id.clone(), |number| number.trim().to_owned())
    }
}

/// A text that says something.
pub(crate) fn filled(value: Option<String>) -> Option<String> {
    value.filter(|text| !text.trim().is_empty())
}

pub(crate) fn full_name(first: Option<&str>, last: Option<&str>) -> String {
    let parts = [first, last].into_iter().flatten().map(str::trim).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}
