//! The shapes and spellings of Latchel's records. They never leave this crate.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model as core;
use serde::{Deserialize, Deserializer, Serialize};

#[derive(Debug, Deserialize)]
pub(crate) struct Company {
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Portfolio {
    pub portfolio_id: i64,
    pub name: String,
    pub integration_sync_method: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct PropertyRef<'a> {
    pub ref_property_id: &'a str,
    pub ref_unit_id: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ResidentRef<'a> {
    pub ref_user_id: &'a str,
    pub ref_property_id: &'a str,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Property {
    property_id: i64,
    portfolio_id: Option<i64>,
    name: String,
    address1: Option<String>,
    address2: Option<String>,
    city: Option<String>,
    state: Option<String>,
    zip: Option<String>,
    #[serde(deserialize_with = "flag")]
    is_active: bool,
    ref_property_id: Option<String>,
    ref_unit_id: Option<String>,
    integration_data: Option<String>,
    integration_sync_method: Option<String>,
}

impl From<Property> for core::LatchelProperty {
    fn from(wire: Property) -> Self {
        Self {
            id: core::LatchelPropertyId(wire.property_id),
            portfolio: wire.portfolio_id.map(core::PortfolioId),
            reference: wire.ref_property_id.map(|property| {
                core::PropertyRef::new(
                    core::PropertyId::new(property),
                    wire.ref_unit_id.map(core::UnitId::new),
                )
            }),
            name: wire.name,
            source_address: core::Address {
                line1: text(wire.address1),
                line2: text(wire.address2),
                city: text(wire.city),
                state: text(wire.state),
                postal_code: text(wire.zip),
            },
            integration_data: wire.integration_data,
            is_active: wire.is_active,
            sync_method: method(wire.integration_sync_method.as_deref()),
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct NewProperty<'a> {
    name: &'a str,
    #[serde(flatten)]
    address: AddressFields<'a>,
    is_active: bool,
    ref_property_id: &'a str,
    ref_unit_id: Option<&'a str>,
    integration_data: &'a str,
}

#[derive(Debug, Serialize)]
struct AddressFields<'a> {
    address1: Option<&'a str>,
    address2: Option<&'a str>,
    city: Option<&'a str>,
    state: Option<&'a str>,
    zip: Option<&'a str>,
}

impl<'a> From<&'a core::Address> for AddressFields<'a> {
    fn from(address: &'a core::Address) -> Self {
        Self {
            address1: address.line1.as_deref(),
            address2: address.line2.as_deref(),
            city: address.city.as_deref(),
            state: address.state.as_deref(),
            zip: address.postal_code.as_deref(),
        }
    }
}

impl<'a> From<&'a core::NewProperty> for NewProperty<'a> {
    fn from(new: &'a core::NewProperty) -> Self {
        Self {
            name: &new.name,
            address: (&new.source_address).into(),
            is_active: new.is_active,
            ref_property_id: new.reference.property.as_str(),
            ref_unit_id: new.reference.unit.as_ref().map(core::UnitId::as_str),
            integration_data: &new.integration_data,
        }
    }
}

/// A patch sends the fields that change and no others.
#[derive(Debug, Serialize)]
pub(crate) struct PropertyPatch<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(flatten)]
    address: Option<AddressFields<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration_data: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_active: Option<bool>,
}

impl<'a> From<&'a core::PropertyPatch> for PropertyPatch<'a> {
    fn from(patch: &'a core::PropertyPatch) -> Self {
        Self {
            name: patch.name.as_deref(),
            address: patch.source_address.as_ref().map(AddressFields::from),
            integration_data: patch.integration_data.as_deref(),
            is_active: patch.deactivate.then_some(false),
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Resident {
    user_id: i64,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    #[serde(deserialize_with = "flag")]
    is_active: bool,
    ref_user_id: Option<String>,
    ref_property_id: Option<String>,
    ref_unit_id: Option<String>,
    move_in_date: Option<NaiveDate>,
    move_out_date: Option<NaiveDate>,
}

impl From<Resident> for core::LatchelResident {
    fn from(wire: Resident) -> Self {
        let reference = wire.ref_user_id.zip(wire.ref_property_id).map(|(resident, property)| {
            core::ResidentRef::new(core::ResidentId::new(resident), core::PropertyId::new(property))
        });
        Self {
            id: core::LatchelResidentId(wire.user_id),
            reference,
            unit: wire.ref_unit_id.map(core::UnitId::new),
            name: wire.name,
            email: text(wire.email),
            phone: text(wire.phone),
            move_in: wire.move_in_date,
            move_out: wire.move_out_date,
            is_active: wire.is_active,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct NewResident<'a> {
    name: &'a str,
    is_active: bool,
    email: Option<&'a str>,
    phone: Option<&'a str>,
    ref_user_id: &'a str,
    ref_property_id: &'a str,
    ref_unit_id: Option<&'a str>,
    move_in_date: Option<NaiveDate>,
    move_out_date: Option<NaiveDate>,
}

impl<'a> From<&'a core::NewResident> for NewResident<'a> {
    fn from(new: &'a core::NewResident) -> Self {
        Self {
            name: &new.name,
            is_active: new.is_active,
            email: new.email.as_deref(),
            phone: new.phone.as_deref(),
            ref_user_id: new.reference.resident.as_str(),
            ref_property_id: new.reference.property.as_str(),
            ref_unit_id: new.tenancy.unit.as_ref().map(core::UnitId::as_str),
            move_in_date: new.tenancy.move_in,
            move_out_date: new.tenancy.move_out,
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct ResidentPatch<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    move_in_date: Option<Option<NaiveDate>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    move_out_date: Option<Option<NaiveDate>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ref_unit_id: Option<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_active: Option<bool>,
}

impl<'a> From<&'a core::ResidentPatch> for ResidentPatch<'a> {
    fn from(patch: &'a core::ResidentPatch) -> Self {
        Self {
            move_in_date: patch.move_in,
            move_out_date: patch.move_out,
            ref_unit_id: patch.unit.as_ref().map(|unit| unit.as_ref().map(core::UnitId::as_str)),
            is_active: patch.is_active,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Job {
    job_id: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[serde(default)]
    state_updated_at: Option<DateTime<Utc>>,
    state: State,
    #[serde(default, deserialize_with = "flag")]
    is_urgent: bool,
    #[serde(default, deserialize_with = "flag")]
    is_emergency: bool,
    severity: Option<String>,
    order_number: Option<String>,
    name: Option<String>,
    description: Option<String>,
    vendor_description: Option<String>,
    access_instructions: Option<String>,
    #[serde(default, deserialize_with = "maybe_flag")]
    enter_permission: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    is_vacant: bool,
    #[serde(default, deserialize_with = "flag")]
    is_archived: bool,
    tenant_id: Option<i64>,
    property_id: Option<i64>,
    ref_job_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct State {
    name: String,
}

impl From<Job> for core::Job {
    fn from(wire: Job) -> Self {
        let severity = match wire.severity.as_deref() {
            Some("emergency") => core::Severity::Emergency,
            Some("urgent") => core::Severity::Urgent,
            _ if wire.is_emergency => core::Severity::Emergency,
            _ if wire.is_urgent => core::Severity::Urgent,
            _ => core::Severity::Normal,
        };
        Self {
            id: core::JobId(wire.job_id),
            number: text(wire.order_number),
            work_order: text(wire.ref_job_id).map(core::WorkOrderId::new),
            name: wire.name.unwrap_or_default(),
            description: wire.description.unwrap_or_default(),
            vendor_instructions: text(wire.vendor_description),
            access_instructions: text(wire.access_instructions),
            entry_allowed: wire.enter_permission,
            severity,
            state: core::JobState::from_name(&wire.state.name),
            is_archived: wire.is_archived,
            is_vacant: wire.is_vacant,
            property: wire.property_id.map(core::LatchelPropertyId),
            resident: wire.tenant_id.map(core::LatchelResidentId),
            created_at: wire.created_at,
            updated_at: wire.updated_at,
            state_updated_at: wire.state_updated_at,
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct NewJob<'a> {
    property_id: i64,
    name: &'a str,
    description: &'a str,
    order_number: &'a str,
    ref_job_id: &'a str,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_start: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_instructions: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enter_permission: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

impl<'a> From<&'a core::NewJob> for NewJob<'a> {
    fn from(new: &'a core::NewJob) -> Self {
        Self {
            property_id: new.property.0,
            name: &new.name,
            description: &new.description,
            order_number: &new.number,
            ref_job_id: new.work_order.as_str(),
            severity: match new.severity {
                core::Severity::Normal => "normal",
                core::Severity::Urgent => "urgent",
                core::Severity::Emergency => "emergency",
            },
            tenant_id: new.resident.map(|id| id.0),
            scheduled_start: new.scheduled_start,
            access_instructions: new.access_instructions.as_deref(),
            enter_permission: new.entry_allowed.map(u8::from),
            state: new.closed.map(|status| match status {
                core::ClosedStatus::Completed => "Completed",
                core::ClosedStatus::Cancelled => "Cancelled",
            }),
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct NumberPatch<'a> {
    pub order_number: &'a str,
    pub ref_job_id: &'a str,
}

/// The method, as the configuration or Latchel's user interface spells it. Nothing inherits; a spelling that is
/// not known is taken as the method that writes nothing.
pub(crate) fn method(text: Option<&str>) -> Option<core::SyncMethod> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    Some(core::SyncMethod::from_name(text).unwrap_or(core::SyncMethod::None))
}

fn text(value: Option<String>) -> Option<String> {
    value.filter(|text| !text.trim().is_empty())
}

/// Latchel spells flags as 0 and 1 in some places and as booleans in others.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Bool(bool),
    Number(i64),
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    maybe_flag(deserializer).map(|value| value.unwrap_or(false))
}

fn maybe_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(Option::<Flag>::deserialize(deserializer)?.map(|value| match value {
        Flag::Bool(value) => value,
        Flag::Number(value) => value != 0,
    }))
}
