//! The shapes of Rent Manager's records, as far as a sync reads them. They never leave this crate. A field without a value
//! is left out; the members of addresses and phone numbers are not in the contract sheet, and any may be missing.

use chrono::{NaiveDate, NaiveDateTime};
use latchel_sync_core::model as core;
use latchel_sync_http::loose;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::clock::local;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Property {
    #[serde(rename = "PropertyID", deserialize_with = "loose::number")]
    pub property_id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub short_name: Option<String>,
    #[serde(deserialize_with = "loose::required_flag")]
    pub is_active: bool,
    #[serde(default, deserialize_with = "loose::list")]
    pub addresses: Vec<Address>,
    #[serde(default, deserialize_with = "time")]
    pub update_date: Option<NaiveDateTime>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Unit {
    #[serde(rename = "UnitID", deserialize_with = "loose::number")]
    pub unit_id: i64,
    #[serde(rename = "PropertyID", deserialize_with = "loose::number")]
    pub property_id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    pub addresses: Vec<Address>,
    #[serde(default, deserialize_with = "time")]
    pub update_date: Option<NaiveDateTime>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Address {
    /// Lines of the street; all after the first go into the second line of an address. Some models have each line in a field
    /// of its own, beside this one or in its place.
    #[serde(default, deserialize_with = "loose::text")]
    street: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    street1: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    street2: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    city: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    state: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    postal_code: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    is_primary: Option<bool>,
}

/// The primary address, or the first.
pub(crate) fn address(all: &[Address]) -> core::Address {
    let chosen = all.iter().min_by_key(|one| one.is_primary != Some(true));
    let Some(chosen) = chosen.cloned() else { return core::Address::default() };
    let whole = chosen.street.filter(|street| !street.trim().is_empty());
    let lines = whole.unwrap_or_else(|| {
        [chosen.street1, chosen.street2].into_iter().flatten().collect::<Vec<_>>().join("\n")
    });
    let mut lines = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
    let line1 = lines.next();
    let rest: Vec<_> = lines.collect();
    core::Address {
        line1,
        line2: Some(rest.join(", ")).filter(|rest| !rest.is_empty()),
        city: chosen.city,
        state: chosen.state,
        postal_code: chosen.postal_code,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tenant {
    #[serde(default, deserialize_with = "loose::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    last_name: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    contacts: Vec<Contact>,
    #[serde(default, deserialize_with = "loose::text")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "time")]
    pub update_date: Option<NaiveDateTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contact {
    #[serde(default, deserialize_with = "loose::text")]
    email: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    phone_numbers: Vec<Phone>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    is_primary: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Phone {
    #[serde(default, deserialize_with = "loose::text")]
    phone_number: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    is_primary: Option<bool>,
}

impl Tenant {
    pub fn full_name(&self) -> String {
        let parts = [&self.first_name, &self.last_name].into_iter().flatten().map(|part| part.trim());
        let whole = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        Some(whole).filter(|name| !name.is_empty()).or_else(|| self.name.clone()).unwrap_or_default()
    }

    pub fn email(&self) -> Option<String> {
        self.contact()?.email.clone()
    }

    /// The primary phone, or the first.
    pub fn phone(&self) -> Option<String> {
        let usable = self.contact()?.phone_numbers.iter().filter(|one| one.phone_number.is_some());
        usable.min_by_key(|one| one.is_primary != Some(true))?.phone_number.clone()
    }

    /// The primary contact, or the first.
    fn contact(&self) -> Option<&Contact> {
        self.contacts.iter().min_by_key(|one| one.is_primary != Some(true))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Lease {
    #[serde(rename = "TenantID", deserialize_with = "loose::number")]
    pub tenant_id: i64,
    #[serde(rename = "PropertyID", deserialize_with = "loose::number")]
    pub property_id: i64,
    #[serde(rename = "UnitID", default, deserialize_with = "loose::optional_number")]
    pub unit_id: Option<i64>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_in_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_out_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub expected_move_out_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "time")]
    create_date: Option<NaiveDateTime>,
    #[serde(default, deserialize_with = "time")]
    update_date: Option<NaiveDateTime>,
}

impl Lease {
    /// Its last change that is told.
    pub fn changed(&self) -> Option<NaiveDateTime> {
        self.update_date.max(self.create_date)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct User {
    #[serde(rename = "UserID", deserialize_with = "loose::number")]
    pub user_id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub username: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    pub is_active: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Issue {
    #[serde(rename = "ServiceManagerIssueID", deserialize_with = "loose::number")]
    pub id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub title: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub description: Option<String>,
    #[serde(rename = "StatusID", default, deserialize_with = "loose::optional_number")]
    pub status_id: Option<i64>,
    #[serde(rename = "PriorityID", default, deserialize_with = "loose::spare_number")]
    pub priority_id: Option<i64>,
    #[serde(default, deserialize_with = "loose::flag")]
    pub is_closed: Option<bool>,
    #[serde(rename = "AssignedToUserID", default, deserialize_with = "loose::optional_number")]
    pub assigned_to_user_id: Option<i64>,
    #[serde(rename = "PropertyID", default, deserialize_with = "loose::optional_number")]
    property_id: Option<i64>,
    #[serde(rename = "UnitID", default, deserialize_with = "loose::optional_number")]
    unit_id: Option<i64>,
    #[serde(rename = "TenantID", default, deserialize_with = "loose::spare_number")]
    tenant_id: Option<i64>,
    linked_properties: Option<Vec<Linked>>,
    linked_units: Option<Vec<Linked>>,
    #[serde(default, deserialize_with = "loose::list")]
    linked_tenants: Vec<Linked>,
    #[serde(default, deserialize_with = "time")]
    pub create_date: Option<NaiveDateTime>,
    #[serde(default, deserialize_with = "time")]
    pub update_date: Option<NaiveDateTime>,
}

/// Records that an issue is linked to, for an issue that does not name them itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Linked {
    #[serde(rename = "PropertyID", default, deserialize_with = "loose::optional_number")]
    property_id: Option<i64>,
    #[serde(rename = "UnitID", default, deserialize_with = "loose::optional_number")]
    unit_id: Option<i64>,
    #[serde(rename = "TenantID", default, deserialize_with = "loose::spare_number")]
    tenant_id: Option<i64>,
}

impl Issue {
    pub fn unit(&self) -> Option<i64> {
        own_or_linked(self.unit_id, self.linked_units.iter().flatten(), |one| one.unit_id)
    }

    /// The property, unless only the unit is told.
    pub fn property(&self) -> Option<i64> {
        let of_unit = || own_or_linked(None, self.linked_units.iter().flatten(), |one| one.property_id);
        own_or_linked(self.property_id, self.linked_properties.iter().flatten(), |one| one.property_id)
            .or_else(of_unit)
    }

    /// True if the property or the unit is told.
    pub fn has_place(&self) -> bool {
        self.unit().or_else(|| self.property()).is_some()
    }

    pub fn tenant(&self) -> Option<i64> {
        own_or_linked(self.tenant_id, self.linked_tenants.iter(), |one| one.tenant_id)
    }
}

/// Nothing is also written as 0.
fn own_or_linked<'a>(
    own: Option<i64>,
    linked: impl Iterator<Item = &'a Linked>,
    id: impl Fn(&Linked) -> Option<i64>,
) -> Option<i64> {
    let known = |id: &i64| *id > 0;
    own.filter(known).or_else(|| linked.filter_map(id).find(known))
}

/// A local time, which decides nothing that a record's content does not; see `clock.rs`. `None` for whatever is none.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDateTime>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(local).filter(|time| core::is_date(time.date())))
}
