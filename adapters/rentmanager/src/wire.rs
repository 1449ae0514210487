//! The shapes of Rent Manager's records, as far as a sync reads them. They never leave this crate. A field without a value
//! is left out; the members of addresses and phone numbers are not in the contract sheet, and any may be missing.

use chrono::{NaiveDate, NaiveDateTime};
use latchel_sync_core::model as core;
use serde::{Deserialize, Deserializer};

use crate::clock::local;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Property {
    #[serde(rename = "PropertyID")]
    pub property_id: i64,
    pub name: Option<String>,
    pub short_name: Option<String>,
    pub is_active: bool,
    pub addresses: Option<Vec<Address>>,
    #[serde(default, deserialize_with = "time")]
    pub update_date: Option<NaiveDateTime>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Unit {
    #[serde(rename = "UnitID")]
    pub unit_id: i64,
    #[serde(rename = "PropertyID")]
    pub property_id: i64,
    pub name: Option<String>,
    pub addresses: Option<Vec<Address>>,
    #[serde(default, deserialize_with = "time")]
    pub update_date: Option<NaiveDateTime>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Address {
    /// What stands below the street's first line is in a second one.
    street: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    is_primary: Option<bool>,
}

/// The primary address, or the first.
pub(crate) fn address(all: Option<&[Address]>) -> core::Address {
    let chosen = all.unwrap_or_default().iter().min_by_key(|one| one.is_primary != Some(true));
    let Some(chosen) = chosen.cloned() else { return core::Address::default() };
    let lines = chosen.street.unwrap_or_default();
    let mut lines = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
    let line1 = lines.next();
    let rest: Vec<_> = lines.collect();
    core::Address {
        line1,
        line2: text(Some(rest.join(", "))),
        city: text(chosen.city),
        state: text(chosen.state),
        postal_code: text(chosen.postal_code),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tenant {
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    contacts: Option<Vec<Contact>>,
    #[serde(default, deserialize_with = "time")]
    pub update_date: Option<NaiveDateTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contact {
    email: Option<String>,
    phone_numbers: Option<Vec<Phone>>,
    is_primary: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Phone {
    phone_number: Option<String>,
    is_primary: Option<bool>,
}

impl Tenant {
    pub fn full_name(&self) -> String {
        let parts = [&self.first_name, &self.last_name].into_iter().flatten().map(|part| part.trim());
        let whole = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        text(Some(whole)).or_else(|| text(self.name.clone())).unwrap_or_default()
    }

    pub fn email(&self) -> Option<String> {
        text(self.contact()?.email.clone())
    }

    /// The primary phone, or the first.
    pub fn phone(&self) -> Option<String> {
        let numbers = self.contact()?.phone_numbers.as_deref().unwrap_or_default();
        let usable = numbers.iter().filter(|one| text(one.phone_number.clone()).is_some());
        usable.min_by_key(|one| one.is_primary != Some(true))?.phone_number.clone()
    }

    /// The primary contact, or the first.
    fn contact(&self) -> Option<&Contact> {
        self.contacts.as_deref().unwrap_or_default().iter().min_by_key(|one| one.is_primary != Some(true))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Lease {
    #[serde(rename = "TenantID")]
    pub tenant_id: i64,
    #[serde(rename = "PropertyID")]
    pub property_id: i64,
    #[serde(rename = "UnitID")]
    pub unit_id: Option<i64>,
    #[serde(default, deserialize_with = "day")]
    pub move_in_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "day")]
    pub move_out_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "day")]
    pub expected_move_out_date: Option<NaiveDate>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct User {
    #[serde(rename = "UserID")]
    pub user_id: i64,
    pub name: Option<String>,
    pub username: Option<String>,
    pub is_active: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Issue {
    #[serde(rename = "ServiceManagerIssueID")]
    pub id: i64,
    pub title: Option<String>,
    pub description: Option<String>,
    #[serde(rename = "StatusID")]
    pub status_id: Option<i64>,
    #[serde(rename = "PriorityID")]
    pub priority_id: Option<i64>,
    pub is_closed: Option<bool>,
    #[serde(rename = "AssignedToUserID")]
    pub assigned_to_user_id: Option<i64>,
    #[serde(rename = "PropertyID")]
    property_id: Option<i64>,
    #[serde(rename = "UnitID")]
    unit_id: Option<i64>,
    #[serde(rename = "TenantID")]
    tenant_id: Option<i64>,
    linked_properties: Option<Vec<Linked>>,
    linked_units: Option<Vec<Linked>>,
    linked_tenants: Option<Vec<Linked>>,
    #[serde(default, deserialize_with = "time")]
    pub create_date: Option<NaiveDateTime>,
    #[serde(default, deserialize_with = "time")]
    pub update_date: Option<NaiveDateTime>,
}

/// What an issue is linked to, where it does not say it itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Linked {
    #[serde(rename = "PropertyID")]
    property_id: Option<i64>,
    #[serde(rename = "UnitID")]
    unit_id: Option<i64>,
    #[serde(rename = "TenantID")]
    tenant_id: Option<i64>,
}

impl Issue {
    pub fn unit(&self) -> Option<i64> {
        own_or_linked(self.unit_id, &self.linked_units, |one| one.unit_id)
    }

    /// The property, unless only the unit is told.
    pub fn property(&self) -> Option<i64> {
        let of_unit = || own_or_linked(None, &self.linked_units, |one| one.property_id);
        own_or_linked(self.property_id, &self.linked_properties, |one| one.property_id).or_else(of_unit)
    }

    pub fn tenant(&self) -> Option<i64> {
        own_or_linked(self.tenant_id, &self.linked_tenants, |one| one.tenant_id)
    }
}

/// Nothing is also written as 0.
fn own_or_linked(
    own: Option<i64>,
    linked: &Option<Vec<Linked>>,
    id: impl Fn(&Linked) -> Option<i64>,
) -> Option<i64> {
    let known = |id: &i64| *id > 0;
    own.filter(known).or_else(|| linked.iter().flatten().filter_map(id).find(known))
}

/// A text that says something.
pub(crate) fn text(value: Option<String>) -> Option<String> {
    value.filter(|text| !text.trim().is_empty())
}

/// A local time; see `clock.rs`.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDateTime>, D::Error> {
    let Some(text) = text(Option::deserialize(deserializer)?) else { return Ok(None) };
    let wrong = || serde::de::Error::custom("this is not a time that begins with YYYY-MM-DD");
    local(&text).map(Some).ok_or_else(wrong)
}

/// A day, which is told as its beginning.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    Ok(time(deserializer)?.map(|time| time.date()))
}
