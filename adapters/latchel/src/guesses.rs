//! Every guess about how the Partner API takes writes. Nothing of this is public: create, update and delete exist, as somebody
//! read in the official file, but no path, body or answer is told (contract sheet `latchel-papi.md`, 2).
//!
//! Reasons of the guesses, by what they are about:
//!
//! - *Paths*: the collections that lists have, as in most APIs built with Laravel, which the answers resemble.
//! - *PATCH*: Laravel's resource routes take PUT and PATCH alike; if PUT replaced the whole record, PATCH would harm least.
//! - *Bodies*: flat JSON with the names that rows and webhooks have.
//! - *Answers*: the new record in `data`, as a single record is read.
//! - *Flags* as 0 and 1, as the webhook reference has them.
//! - *`property_id` of a tenant*: rows name places by Latchel's own ids.
//! - *`enter_permission`*: 1 is refused without access instructions, by the webhook reference's texts.
//! - *Closing*: the state's id, which rows show beside its name.

use std::fmt;

use chrono::NaiveDate;
use latchel_sync_core::model::{
    Address, ClosedStatus, NewJob, NewProperty, NewResident, PropertyPatch, PropertyRef, ResidentId,
    ResidentPatch, Severity, UnitId, WorkOrderId,
};
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::loose;
use serde_json::{Map, Value, json};

use crate::api::{Api, record};
use crate::states::States;

/// Collections that are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collection {
    Properties,
    Tenants,
    Jobs,
}

impl Collection {
    pub fn path(self) -> &'static str {
        match self {
            Self::Properties => "properties",
            Self::Tenants => "tenants",
            Self::Jobs => "jobs",
        }
    }

    /// Path of one record.
    pub fn one(self, id: impl fmt::Display) -> String {
        format!("{}/{id}", self.path())
    }

    /// The field that holds a record's id.
    pub fn id(self) -> &'static str {
        match self {
            Self::Properties => "property_id",
            Self::Tenants => "user_id",
            Self::Jobs => "job_id",
        }
    }
}

impl Api {
    /// Creates a record and returns its id.
    pub async fn create(&self, collection: Collection, body: &Value) -> Result<i64> {
        self.may_write()?;
        let answer = self.transport.post(collection.path()).json(body).send().await?;
        let created = record(answer.value()?);
        created.get(collection.id()).and_then(loose::as_number).ok_or_else(|| {
            Error::new(ErrorKind::Malformed, "Latchel answered a create without an id")
                .with("field", collection.id())
        })
    }

    /// Changes the fields of a record that the body names.
    pub async fn change(&self, collection: Collection, id: i64, body: &Value) -> Result<()> {
        self.may_write()?;
        self.transport.patch(&collection.one(id)).json(body).send().await.map(|_| ())
    }

    /// The engine asks before; nothing gets past here all the same.
    fn may_write(&self) -> Result<()> {
        match self.writes {
            true => Ok(()),
            false => {
                Err(Error::new(ErrorKind::Unsupported, "writes to Latchel are off (`writes = \"off\"`)"))
            }
        }
    }
}

pub(crate) fn new_property(new: &NewProperty) -> Value {
    let mut body = address(&new.source_address);
    body.extend([
        ("name".to_owned(), json!(new.name)),
        ("is_active".to_owned(), flag(new.is_active)),
        ("ref_property_id".to_owned(), json!(new.reference.property.as_str())),
        ("ref_unit_id".to_owned(), json!(new.reference.unit.as_ref().map(UnitId::as_str))),
        ("integration_data".to_owned(), json!(new.integration_data)),
    ]);
    Value::Object(body)
}

pub(crate) fn property_patch(patch: &PropertyPatch) -> Value {
    let mut body = patch.source_address.as_ref().map(address).unwrap_or_default();
    if let Some(name) = &patch.name {
        body.insert("name".to_owned(), json!(name));
    }
    if let Some(data) = &patch.integration_data {
        body.insert("integration_data".to_owned(), json!(data));
    }
    if patch.deactivate {
        body.insert("is_active".to_owned(), flag(false));
    }
    Value::Object(body)
}

pub(crate) fn new_tenant(new: &NewResident) -> Value {
    json!({
        "name": new.name,
        "email": new.email,
        "phone": new.phone,
        "is_active": flag(new.is_active),
        "property_id": new.home.0,
        "ref_user_id": new.reference.resident.as_str(),
        "move_in_date": day(new.tenancy.move_in),
        "move_out_date": day(new.tenancy.move_out),
    })
}

pub(crate) fn tenant_patch(patch: &ResidentPatch) -> Value {
    let mut body = Map::new();
    if let Some(date) = patch.move_in {
        body.insert("move_in_date".to_owned(), day(date));
    }
    if let Some(date) = patch.move_out {
        body.insert("move_out_date".to_owned(), day(date));
    }
    if let Some(home) = &patch.unit {
        body.insert("property_id".to_owned(), json!(home.property.0));
    }
    if let Some(active) = patch.is_active {
        body.insert("is_active".to_owned(), flag(active));
    }
    Value::Object(body)
}

pub(crate) fn new_job(new: &NewJob, states: &States) -> Result<Value> {
    let mut body = json!({
        "property_id": new.property.0,
        "name": new.name,
        "description": new.description,
        "order_number": new.number,
        "ref_job_id": new.work_order.as_str(),
        "is_urgent": flag(new.severity == Severity::Urgent),
        "is_emergency": flag(new.severity == Severity::Emergency),
        "severity": match new.severity {
            Severity::Normal => "normal",
            Severity::Urgent => "urgent",
            Severity::Emergency => "emergency",
        },
    });
    let mut set = |name: &str, value: Value| body[name] = value;
    if let Some(resident) = new.resident {
        set("tenant_id", json!(resident.0));
    }
    if let Some(start) = new.scheduled_start {
        set("scheduled_start", json!(start));
    }
    if let Some(instructions) = &new.access_instructions {
        set("access_instructions", json!(instructions));
    }
    match new.entry_allowed {
        // Latchel refuses the permission without instructions; left out, it asks.
        Some(true) if new.access_instructions.is_none() => {}
        Some(allowed) => set("enter_permission", flag(allowed)),
        None => {}
    }
    if let Some(status) = new.closed {
        set("state_id", json!(closed_state(status, states)?));
    }
    Ok(body)
}

pub(crate) fn number(number: &str, work_order: &WorkOrderId) -> Value {
    json!({ "order_number": number, "ref_job_id": work_order.as_str() })
}

pub(crate) fn property_reference(reference: &PropertyRef) -> Value {
    json!({
        "ref_property_id": reference.property.as_str(),
        "ref_unit_id": reference.unit.as_ref().map(UnitId::as_str),
    })
}

pub(crate) fn tenant_reference(reference: &ResidentId) -> Value {
    json!({ "ref_user_id": reference.as_str() })
}

/// Closing of a work order. A sync closes none in Latchel; the trial in the sandbox puts away what it made.
pub(crate) fn closing(status: ClosedStatus, states: &States) -> Result<Value> {
    Ok(json!({ "state_id": closed_state(status, states)? }))
}

/// The id of a closed state.
fn closed_state(status: ClosedStatus, states: &States) -> Result<i64> {
    states.closed(status).ok_or_else(|| {
        Error::new(ErrorKind::Refused, "no work order in Latchel has shown the id of this state yet")
            .with("state", status)
    })
}

fn address(address: &Address) -> Map<String, Value> {
    [
        ("address1", &address.line1),
        ("address2", &address.line2),
        ("city", &address.city),
        ("state", &address.state),
        ("zip", &address.postal_code),
    ]
    .into_iter()
    .map(|(name, part)| (name.to_owned(), json!(part)))
    .collect()
}

fn flag(value: bool) -> Value {
    json!(i32::from(value))
}

fn day(date: Option<NaiveDate>) -> Value {
    date.map_or(Value::Null, |date| json!(date.format("%Y-%m-%d").to_string()))
}
