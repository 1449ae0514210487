//! The shapes of AppFolio's records, as far as a sync reads them. They never leave this crate. Fields that a customer did
//! not agree to are left out of answers, so that nearly all of them may be missing.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model as core;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(crate) struct Page {
    pub data: Vec<Value>,
    pub next_page_path: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Property {
    pub id: String,
    pub name: Option<String>,
    address1: Option<String>,
    address2: Option<String>,
    city: Option<String>,
    state: Option<String>,
    zip: Option<String>,
    pub hidden_at: Option<String>,
    pub property_group_ids: Option<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Unit {
    pub id: String,
    pub property_id: String,
    pub name: Option<String>,
    address1: Option<String>,
    address2: Option<String>,
    city: Option<String>,
    state: Option<String>,
    zip: Option<String>,
    pub hidden_at: Option<String>,
}

/// The address that a property and a unit have alike.
macro_rules! address {
    ($($record:ident),*) => {$(
        impl $record {
            pub fn address(&self) -> core::Address {
                core::Address {
                    line1: filled(self.address1.clone()),
                    line2: filled(self.address2.clone()),
                    city: filled(self.city.clone()),
                    state: filled(self.state.clone()),
                    postal_code: filled(self.zip.clone()),
                }
            }
        }
    )*};
}

address!(Property, Unit);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tenant {
    pub id: String,
    pub occupancy_id: Option<String>,
    pub property_id: Option<String>,
    pub unit_id: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company_name: Option<String>,
    pub phone_number: Option<String>,
    pub email: Option<String>,
    pub move_in_on: Option<NaiveDate>,
    pub move_out_on: Option<NaiveDate>,
    pub lease_start_date: Option<NaiveDate>,
    pub primary_tenant: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct User {
    pub id: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    user_role: Option<Value>,
}

impl User {
    pub fn name(&self) -> String {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
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
    pub id: String,
    work_order_number: Option<Value>,
    pub property_id: String,
    pub unit_id: Option<String>,
    pub occupancy_id: Option<String>,
    pub job_description: Option<String>,
    pub status: String,
    pub priority: Option<String>,
    assigned_users: Option<Vec<Value>>,
    permission_to_enter: Option<Value>,
    pub scheduled_start: Option<DateTime<Utc>>,
}

impl WorkOrder {
    /// The number that people know it by; its id where the customer's agreement leaves the number out.
    pub fn number(&self) -> String {
        match &self.work_order_number {
            Some(Value::String(text)) if !text.is_empty() => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => self.id.clone(),
        }
    }

    /// Who it is assigned to: ids, or records with ids.
    pub fn assigned(&self) -> Vec<String> {
        let id = |user: &Value| user.as_str().or_else(|| user.get("Id")?.as_str()).map(ToOwned::to_owned);
        self.assigned_users.iter().flatten().filter_map(id).collect()
    }

    /// Whether entry is allowed: `true`, or a word for it.
    pub fn entry_allowed(&self) -> Option<bool> {
        match self.permission_to_enter.as_ref()? {
            Value::Bool(allowed) => Some(*allowed),
            Value::String(word) if word.eq_ignore_ascii_case("yes") || word == "true" => Some(true),
            Value::String(word) if word.eq_ignore_ascii_case("no") || word == "false" => Some(false),
            _ => None,
        }
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
