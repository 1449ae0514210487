//! The platform's master data: the account, rentals, people, leases.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Category, Id, Phone, Switch, Table, Task, WorkOrder, World};

/// The platform's side of the world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// The customer's account, and the key to it.
    pub account: Account,
    /// Rental properties.
    #[serde(default)]
    pub properties: Table<Property>,
    /// Named groups of properties.
    #[serde(default)]
    pub property_groups: Table<PropertyGroup>,
    /// Units of the properties that have any.
    #[serde(default)]
    pub units: Table<Unit>,
    /// Tenants.
    #[serde(default)]
    pub tenants: Table<Tenant>,
    /// Leases, with the move-in and move-out dates.
    #[serde(default)]
    pub leases: Table<Lease>,
    /// Users, staff or not.
    #[serde(default)]
    pub users: Table<User>,
    /// Vendors.
    #[serde(default)]
    pub vendors: Table<Vendor>,
    /// Task categories.
    #[serde(default)]
    pub categories: Table<Category>,
    /// Tasks.
    #[serde(default)]
    pub tasks: Table<Task>,
    /// Work orders, each belonging to a task.
    #[serde(default)]
    pub work_orders: Table<WorkOrder>,
}

/// The customer's account on the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its id.
    pub id: Id,
    /// The company's name.
    pub name: String,
    /// The API key's public half.
    pub client_id: String,
    /// The API key's secret half.
    pub client_secret: String,
    /// Name of the customer or of the integration, beside the key, on a platform that asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<String>,
    /// Time zone of the company.
    #[schemars(with = "String")]
    pub timezone: Tz,
    /// The zone in which date filters cut days; the account's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date_filter_timezone: Option<Tz>,
    /// Oddities of the platform that are switched, by name; the rest is as usual (`mock --list-quirks`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub quirks: BTreeMap<String, Switch>,
    /// Calls that the key may not make: `work_orders` for everything, `work_orders:write` for writes alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<String>,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number.
    pub line1: Option<String>,
    /// Second line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// Third line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line3: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Two-letter state.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country, in the platform's spelling; `UnitedStates` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// Sort of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum PropertyKind {
    SingleFamily,
    MultiFamily,
    CondoTownhome,
    Office,
    Retail,
}

/// A rental property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Property {
    pub id: Id,
    pub name: String,
    pub address: Address,
    pub active: bool,
    pub kind: PropertyKind,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A named group of properties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct PropertyGroup {
    pub id: Id,
    pub name: String,
    #[serde(default)]
    pub property_ids: Vec<Id>,
}

/// A unit of a property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Unit {
    pub id: Id,
    pub property_id: Id,
    pub number: String,
    pub address: Address,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Tenant {
    pub id: Id,
    pub first_name: String,
    pub last_name: String,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub phones: Vec<Phone>,
    /// Personal data that a reader must not keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Stage of a lease in its term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum LeaseStatus {
    Active,
    Past,
    Future,
}

/// A tenant's part in a lease.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct LeaseTenant {
    pub tenant_id: Id,
    #[serde(default)]
    pub move_in: Option<NaiveDate>,
}

/// A tenant's leaving.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct MoveOut {
    pub tenant_id: Id,
    pub move_out: NaiveDate,
    #[serde(default)]
    pub notice: Option<NaiveDate>,
}

/// A lease.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Lease {
    pub id: Id,
    pub property_id: Id,
    /// Absent where the property has no units.
    #[serde(default)]
    pub unit_id: Option<Id>,
    pub from_date: NaiveDate,
    /// Absent for a lease from month to month.
    #[serde(default)]
    pub to_date: Option<NaiveDate>,
    /// Status that the platform tells; if absent, it follows from the dates and the world's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<LeaseStatus>,
    #[serde(default)]
    pub tenants: Vec<LeaseTenant>,
    #[serde(default)]
    pub move_outs: Vec<MoveOut>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Sort of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum UserKind {
    Staff,
    RentalOwner,
    Vendor,
}

/// A user of the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct User {
    pub id: Id,
    pub kind: UserKind,
    pub first_name: String,
    pub last_name: String,
    #[serde(default)]
    pub email: Option<String>,
    pub active: bool,
    #[serde(default)]
    pub role: Option<String>,
    /// Properties that they can reach, on a platform that tells it; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property_ids: Option<Vec<Id>>,
}

/// A vendor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Vendor {
    pub id: Id,
    pub company_name: String,
    #[serde(default)]
    pub email: Option<String>,
    pub active: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Account {
    /// The zone in which date filters cut days.
    pub fn filter_timezone(&self) -> Tz {
        self.date_filter_timezone.unwrap_or(self.timezone)
    }
}

impl Lease {
    /// The status that the platform shows on `today`.
    pub fn status_on(&self, today: NaiveDate) -> LeaseStatus {
        if let Some(status) = self.status {
            return status;
        }
        if today < self.from_date {
            return LeaseStatus::Future;
        }
        let ended = self.to_date.is_some_and(|end| end < today);
        let emptied = !self.tenants.is_empty()
            && self
                .tenants
                .iter()
                .all(|t| self.move_out_of(t.tenant_id).is_some_and(|m| m.move_out <= today));
        if ended || emptied { LeaseStatus::Past } else { LeaseStatus::Active }
    }

    /// Move-out of this tenant, if it is known.
    pub fn move_out_of(&self, tenant_id: Id) -> Option<&MoveOut> {
        self.move_outs.iter().find(|m| m.tenant_id == tenant_id)
    }
}

impl World {
    /// The units where somebody lives: by a lease that is active on the platform's today.
    pub fn occupied_units(&self) -> HashSet<Id> {
        let today = self.platform_today();
        let active = |lease: &&Lease| lease.status_on(today) == LeaseStatus::Active;
        self.platform.leases.iter().filter(active).filter_map(|lease| lease.unit_id).collect()
    }
}
