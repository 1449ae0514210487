//! The shapes of the rows.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model as core;
use latchel_sync_http::TextRow;
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Debug, Deserialize)]
#[serde(bound = "W: DeserializeOwned")]
pub(super) struct List<W> {
    pub data: Vec<TextRow<W>>,
    pub total: usize,
}

#[derive(Debug, Deserialize)]
pub(super) struct Unit {
    id: i64,
    property_id: i64,
    property_name: String,
    unit_number: Option<String>,
    address: Address,
    active: bool,
    updated_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
struct Address {
    line1: Option<String>,
    line2: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
}

impl From<Unit> for core::Property {
    fn from(unit: Unit) -> Self {
        Self {
            id: core::PropertyRef::new(
                core::PropertyId::new(unit.property_id.to_string()),
                Some(core::UnitId::new(unit.id.to_string())),
            ),
            property_name: unit.property_name,
            unit_name: unit.unit_number,
            address: core::Address {
                line1: unit.address.line1,
                line2: unit.address.line2,
                city: unit.address.city,
                state: unit.address.state,
                postal_code: unit.address.postal_code,
            },
            is_active: unit.active,
            freshness: core::Freshness::Stamped { created_at: None, updated_at: unit.updated_at },
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Resident {
    id: i64,
    unit_id: i64,
    property_id: i64,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    move_in: Option<NaiveDate>,
    move_out: Option<NaiveDate>,
    updated_at: Option<DateTime<Utc>>,
}

impl From<Resident> for core::Resident {
    fn from(resident: Resident) -> Self {
        Self {
            id: core::ResidentRef::new(
                core::ResidentId::new(resident.id.to_string()),
                core::PropertyId::new(resident.property_id.to_string()),
            ),
            name: resident.name,
            email: resident.email,
            phone: resident.phone,
            tenancies: vec![core::Tenancy {
                unit: Some(core::UnitId::new(resident.unit_id.to_string())),
                move_in: resident.move_in,
                move_out: resident.move_out,
            }],
            freshness: core::Freshness::Stamped { created_at: None, updated_at: resident.updated_at },
        }
    }
}
