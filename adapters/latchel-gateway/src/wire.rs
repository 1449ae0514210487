//! The shapes and spellings of Latchel's records. They never leave this crate.

mod job;

use chrono::NaiveDate;
use latchel_sync_core::model as core;
use latchel_sync_http::loose;
use serde::{Deserialize, Deserializer, Serialize};

pub(crate) use job::{Job, NewJob, NumberPatch};

#[derive(Debug, Deserialize)]
pub(crate) struct Company {
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Portfolio {
    #[serde(deserialize_with = "loose::number")]
    pub portfolio_id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "loose::word")]
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
    #[serde(deserialize_with = "loose::number")]
    property_id: i64,
    #[serde(default, deserialize_with = "loose::optional_number")]
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
    #[serde(deserialize_with = "flag")]
    is_active: bool,
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
        Self {
            id: core::LatchelPropertyId(wire.property_id),
            portfolio: wire.portfolio_id.map(core::PortfolioId),
            reference: wire.ref_property_id.map(|property| {
                core::PropertyRef::new(
                    core::PropertyId::new(property),
                    wire.ref_unit_id.map(core::UnitId::new),
                )
            }),
            name: wire.name.unwrap_or_default(),
            source_address: core::Address {
                line1: wire.address1,
                line2: wire.address2,
                city: wire.city,
                state: wire.state,
                postal_code: wire.zip,
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
    #[serde(deserialize_with = "loose::number")]
    user_id: i64,
    #[serde(default, deserialize_with = "loose::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    email: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    phone: Option<String>,
    #[serde(deserialize_with = "flag")]
    is_active: bool,
    #[serde(default, deserialize_with = "loose::optional_id")]
    ref_user_id: Option<String>,
    #[serde(default, deserialize_with = "loose::optional_id")]
    ref_property_id: Option<String>,
    #[serde(default, deserialize_with = "loose::optional_id")]
    ref_unit_id: Option<String>,
    #[serde(default, deserialize_with = "loose::day")]
    move_in_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    move_out_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::spare_number")]
    property_id: Option<i64>,
}

impl Resident {
    /// The property of Latchel where the resident lives.
    pub fn home(&self) -> Option<core::LatchelPropertyId> {
        self.property_id.map(core::LatchelPropertyId)
    }

    pub fn is_active(&self) -> bool {
        self.is_active
    }
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
            name: wire.name.unwrap_or_default(),
            email: wire.email,
            phone: wire.phone,
            contact_known: true,
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
    property_id: i64,
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
            property_id: new.home.0,
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
    property_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_active: Option<bool>,
}

impl<'a> From<&'a core::ResidentPatch> for ResidentPatch<'a> {
    fn from(patch: &'a core::ResidentPatch) -> Self {
        Self {
            move_in_date: patch.move_in,
            move_out_date: patch.move_out,
            ref_unit_id: patch.unit.as_ref().map(|home| home.unit.as_ref().map(core::UnitId::as_str)),
            property_id: patch.unit.as_ref().map(|home| home.property.0),
            is_active: patch.is_active,
        }
    }
}

/// The method, as the configuration or Latchel's user interface spells it. Nothing inherits; a spelling that is
/// not known is taken as the method that writes nothing.
pub(crate) fn method(text: Option<&str>) -> Option<core::SyncMethod> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    Some(core::SyncMethod::from_name(text).unwrap_or(core::SyncMethod::None))
}

/// A flag without which nothing is active or archived.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    loose::flag(deserializer).map(|flag| flag.unwrap_or(false))
}
