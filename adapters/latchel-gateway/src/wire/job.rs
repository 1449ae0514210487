use chrono::{DateTime, Utc};
use latchel_sync_core::model as core;
use latchel_sync_http::loose;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::flag;

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
    #[serde(default, deserialize_with = "flag")]
    is_archived: bool,
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
            is_archived: wire.is_archived,
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
