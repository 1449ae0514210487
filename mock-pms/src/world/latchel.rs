//! Latchel's side of the world.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Switch, Table};

/// Latchel's side of the world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Latchel {
    /// The customer's company, and the key to it.
    pub company: Company,
    /// Portfolios.
    #[serde(default)]
    pub portfolios: Table<Portfolio>,
    /// Properties: each is one rentable unit.
    #[serde(default)]
    pub properties: Table<LatchelProperty>,
    /// Residents.
    #[serde(default)]
    pub residents: Table<Resident>,
    /// Jobs, which people call work orders.
    #[serde(default)]
    pub jobs: Table<Job>,
}

/// The customer's company in Latchel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// The key to its data.
    pub api_key: String,
    /// Time zone of the company.
    #[schemars(with = "String")]
    pub timezone: Tz,
    /// Oddities of Latchel that are switched, by name; the rest is as usual (`mock --list-quirks`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub quirks: BTreeMap<String, Switch>,
    /// Another program that fills this Latchel, as `Appfolio Plugin`: its references are its own, and are not translated
    /// into a platform's ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filled_by: Option<String>,
    /// Calls that the key may not make: `jobs` for everything, `jobs:write` for writes alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<String>,
}

/// A portfolio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Portfolio {
    pub id: Id,
    pub name: String,
    #[serde(default)]
    pub integration_sync_method: Option<String>,
}

/// An address as Latchel itself has adjusted it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct AdjustedAddress {
    pub address1: String,
    #[serde(default)]
    pub address2: Option<String>,
    pub city: String,
    pub state: String,
    pub zip: String,
}

/// A property in Latchel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct LatchelProperty {
    pub id: Id,
    #[serde(default)]
    pub portfolio_id: Option<Id>,
    pub name: String,
    pub address1: String,
    #[serde(default)]
    pub address2: Option<String>,
    pub city: String,
    pub state: String,
    pub zip: String,
    #[serde(default)]
    pub adjusted_address: Option<AdjustedAddress>,
    pub is_active: bool,
    #[serde(default)]
    pub ref_property_id: Option<String>,
    #[serde(default)]
    pub ref_unit_id: Option<String>,
    #[serde(default)]
    pub integration_data: Option<String>,
    #[serde(default)]
    pub integration_sync_method: Option<String>,
    /// Instructions for whoever has to get in, unless a job has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_access_instructions: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A resident in Latchel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Resident {
    pub id: Id,
    pub name: String,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
    pub is_active: bool,
    #[serde(default)]
    pub ref_user_id: Option<String>,
    #[serde(default)]
    pub ref_property_id: Option<String>,
    #[serde(default)]
    pub ref_unit_id: Option<String>,
    #[serde(default)]
    pub property_id: Option<Id>,
    #[serde(default)]
    pub move_in_date: Option<NaiveDate>,
    #[serde(default)]
    pub move_out_date: Option<NaiveDate>,
    #[serde(default)]
    pub integration_data: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Urgency of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Severity {
    Emergency,
    Urgent,
    #[default]
    Normal,
}

/// The party that looks after a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ManagedBy {
    #[default]
    Latchel,
    Pm,
}

/// A job: Latchel's work order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Job {
    pub id: Id,
    pub source: String,
    /// The state's name, in any spelling.
    pub state: String,
    pub state_updated_at: DateTime<Utc>,
    #[serde(default)]
    pub scheduled_start: Option<DateTime<Utc>>,
    #[serde(default)]
    pub scheduled_end: Option<DateTime<Utc>>,
    #[serde(default)]
    pub is_urgent: bool,
    #[serde(default)]
    pub is_emergency: bool,
    #[serde(default)]
    pub severity: Severity,
    #[serde(default)]
    pub order_number: Option<String>,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub vendor_description: Option<String>,
    #[serde(default)]
    pub access_instructions: Option<String>,
    /// Nobody may have been asked yet.
    #[serde(default)]
    pub enter_permission: Option<bool>,
    #[serde(default)]
    pub max_cost: Option<f64>,
    #[serde(default)]
    pub estimate: Option<f64>,
    #[serde(default)]
    pub is_vacant: bool,
    #[serde(default)]
    pub is_archived: bool,
    #[serde(default)]
    pub is_resident_responsible: bool,
    #[serde(default)]
    pub managed_by: ManagedBy,
    #[serde(default)]
    pub tenant_id: Option<Id>,
    #[serde(default)]
    pub pm_id: Option<Id>,
    pub property_id: Id,
    #[serde(default)]
    pub vendor_id: Option<Id>,
    #[serde(default)]
    pub ref_job_id: Option<String>,
    #[serde(default)]
    pub ref_service_request_id: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl LatchelProperty {
    /// True if it carries exactly these references.
    pub fn has_refs(&self, property: &str, unit: Option<&str>) -> bool {
        self.ref_property_id.as_deref() == Some(property) && self.ref_unit_id.as_deref() == unit
    }
}

impl Latchel {
    /// The first property with exactly these references.
    pub fn property_by_refs(&self, property: &str, unit: Option<&str>) -> Option<&LatchelProperty> {
        self.properties.iter().find(|p| p.has_refs(property, unit))
    }

    /// True if no active resident lives there.
    pub fn is_vacant(&self, property_id: Id) -> bool {
        !self.residents.iter().any(|r| r.is_active && r.property_id == Some(property_id))
    }
}
