//! Rows of the Partner API. They never leave this crate.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::mirror::{SourceResident, UnreadReference};
use latchel_sync_core::model as core;
use latchel_sync_http::{loose, read_row};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A row whose reference may be understood where the rest is not.
pub(crate) trait Referring {
    /// The reference of a row that was not understood.
    fn reference(row: &Value) -> UnreadReference;
}

/// The reference that `key` makes of the fields of `T`; it is unknown where they are not understood, or not there at all.
fn reference<T: DeserializeOwned>(
    row: &Value,
    field: &str,
    key: impl Fn(T) -> Option<String>,
) -> UnreadReference {
    let read = row.get(field).and_then(|_| read_row::<T>(row).ok());
    match read.map(key) {
        None => UnreadReference::Unknown,
        Some(None) => UnreadReference::Nothing,
        Some(Some(key)) => UnreadReference::Is(key),
    }
}

/// Fields of a property that refer to the platform.
#[derive(Deserialize)]
struct PropertyReference {
    #[serde(default, deserialize_with = "loose::optional_id")]
    ref_property_id: Option<String>,
    #[serde(default, deserialize_with = "loose::optional_id")]
    ref_unit_id: Option<String>,
}

impl PropertyReference {
    fn read(self) -> Option<core::PropertyRef> {
        let property = core::PropertyId::new(self.ref_property_id?);
        Some(core::PropertyRef::new(property, self.ref_unit_id.map(core::UnitId::new)))
    }
}

impl Referring for Property {
    fn reference(row: &Value) -> UnreadReference {
        reference(row, "ref_property_id", |fields: PropertyReference| Some(fields.read()?.to_string()))
    }
}

impl Referring for Tenant {
    fn reference(row: &Value) -> UnreadReference {
        #[derive(Deserialize)]
        struct Fields {
            #[serde(deserialize_with = "loose::optional_id")]
            ref_user_id: Option<String>,
        }
        reference(row, "ref_user_id", |fields: Fields| fields.ref_user_id)
    }
}

impl Referring for Job {
    fn reference(row: &Value) -> UnreadReference {
        #[derive(Deserialize)]
        struct Fields {
            #[serde(deserialize_with = "loose::optional_id")]
            ref_job_id: Option<String>,
        }
        reference(row, "ref_job_id", |fields: Fields| fields.ref_job_id)
    }
}

/// A property. Only the two ids are reported by users; the other fields are named in Latchel's guides.
#[derive(Debug, Deserialize)]
pub(crate) struct Property {
    #[serde(deserialize_with = "loose::number")]
    property_id: i64,
    #[serde(default, deserialize_with = "loose::spare_number")]
    portfolio_id: Option<i64>,
    #[serde(default, deserialize_with = "loose::text")]
    name: Option<String>,
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
    /// One that does not tell is taken as active: setting it inactive is what a person can undo.
    #[serde(default, deserialize_with = "loose::flag")]
    is_active: Option<bool>,
    #[serde(default, deserialize_with = "loose::optional_id")]
    ref_property_id: Option<String>,
    #[serde(default, deserialize_with = "loose::optional_id")]
    ref_unit_id: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    integration_data: Option<String>,
    #[serde(default, deserialize_with = "loose::word")]
    integration_sync_method: Option<String>,
}

impl From<Property> for core::LatchelProperty {
    fn from(wire: Property) -> Self {
        let Property { ref_property_id, ref_unit_id, .. } = wire;
        Self {
            id: core::LatchelPropertyId(wire.property_id),
            portfolio: wire.portfolio_id.map(core::PortfolioId),
            reference: PropertyReference { ref_property_id, ref_unit_id }.read(),
            name: wire.name.unwrap_or_default(),
            source_address: core::Address {
                line1: wire.address1,
                line2: wire.address2,
                city: wire.city,
                state: wire.state,
                postal_code: wire.zip,
            },
            integration_data: wire.integration_data,
            is_active: wire.is_active.unwrap_or(true),
            sync_method: method(wire.integration_sync_method.as_deref()),
        }
    }
}

/// A resident, whom the API calls a tenant. Property, contact and dates are not reported by users.
#[derive(Deserialize)]
pub(crate) struct Tenant {
    #[serde(deserialize_with = "loose::number")]
    user_id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    email: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    phone: Option<String>,
    #[serde(default, deserialize_with = "loose::flag")]
    is_active: Option<bool>,
    #[serde(default, deserialize_with = "loose::optional_id")]
    ref_user_id: Option<String>,
    #[serde(default, deserialize_with = "loose::optional_number")]
    property_id: Option<i64>,
    #[serde(default, deserialize_with = "loose::day")]
    move_in_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    move_out_date: Option<NaiveDate>,
}

impl From<Tenant> for SourceResident {
    fn from(wire: Tenant) -> Self {
        Self {
            id: core::LatchelResidentId(wire.user_id),
            reference: wire.ref_user_id.map(core::ResidentId::new),
            property: wire.property_id.map(core::LatchelPropertyId),
            name: wire.name.unwrap_or_default(),
            email: wire.email,
            phone: wire.phone,
            move_in: wire.move_in_date,
            move_out: wire.move_out_date,
            is_active: wire.is_active.unwrap_or(true),
        }
    }
}

/// A work order.
#[derive(Debug, Deserialize)]
pub(crate) struct Job {
    #[serde(deserialize_with = "loose::number")]
    job_id: i64,
    #[serde(deserialize_with = "loose::required_instant")]
    created_at: DateTime<Utc>,
    #[serde(deserialize_with = "loose::required_instant")]
    updated_at: DateTime<Utc>,
    #[serde(default, deserialize_with = "loose::stamp")]
    state_updated_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "loose::text")]
    slug: Option<String>,
    #[serde(deserialize_with = "state")]
    state: String,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    is_urgent: Option<bool>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    is_emergency: Option<bool>,
    #[serde(default, deserialize_with = "loose::text")]
    severity: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    order_number: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    description: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    vendor_description: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    access_instructions: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    enter_permission: Option<bool>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    is_vacant: Option<bool>,
    /// Comes with webhooks, and not over GET.
    #[serde(default, deserialize_with = "loose::spare_flag")]
    is_archived: Option<bool>,
    #[serde(default, deserialize_with = "loose::spare_number")]
    tenant_id: Option<i64>,
    #[serde(default, deserialize_with = "loose::optional_number")]
    property_id: Option<i64>,
    #[serde(default, deserialize_with = "loose::optional_id")]
    ref_job_id: Option<String>,
}

/// A state is a record with a name; its name alone is understood too.
fn state<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let name = value.get("name").unwrap_or(&value);
    loose::required_word(name).map_err(D::Error::custom)
}

impl From<Job> for core::Job {
    fn from(wire: Job) -> Self {
        let severity = match wire.severity.as_deref() {
            Some("emergency") => core::Severity::Emergency,
            Some("urgent") => core::Severity::Urgent,
            _ if wire.is_emergency == Some(true) => core::Severity::Emergency,
            _ if wire.is_urgent == Some(true) => core::Severity::Urgent,
            _ => core::Severity::Normal,
        };
        Self {
            id: core::JobId(wire.job_id),
            number: wire.order_number,
            work_order: wire.ref_job_id.map(core::WorkOrderId::new),
            name: wire.name.unwrap_or_default(),
            description: wire.description.unwrap_or_default(),
            vendor_instructions: wire.vendor_description,
            access_instructions: wire.access_instructions,
            entry_allowed: wire.enter_permission,
            severity,
            state: core::JobState::from_name(&wire.state),
            is_archived: wire.is_archived.unwrap_or(false),
            is_vacant: wire.is_vacant.unwrap_or(false),
            property: wire.property_id.map(core::LatchelPropertyId),
            resident: wire.tenant_id.map(core::LatchelResidentId),
            created_at: wire.created_at,
            updated_at: wire.updated_at,
            state_updated_at: wire.state_updated_at,
            slug: wire.slug,
        }
    }
}

/// A change of a work order's state.
#[derive(Debug, Deserialize)]
pub(crate) struct StateChange {
    #[serde(deserialize_with = "loose::required_instant")]
    pub updated_at: DateTime<Utc>,
}

/// The method, as the configuration or Latchel's user interface spells it. Nothing inherits; a spelling that is not known
/// is taken as the method that writes nothing.
fn method(text: Option<&str>) -> Option<core::SyncMethod> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    Some(core::SyncMethod::from_name(text).unwrap_or(core::SyncMethod::None))
}
