//! Buildium's webhooks (contract sheet `buildium.md`): an event's name and an id, signed together with a time stamp.

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::model::{Kind, PropertyId, PropertyRef, RecordKey, ResidentRef, UnitId};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Error, ErrorKind, Headers, Result, Webhooks};
use latchel_sync_http::loose::number_in;
use ring::hmac;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::api::{Api, row_id};
use crate::config::Config;
use crate::properties::{UNITS, unit_key};
use crate::residents::{LEASES, TENANTS, of_lease, of_tenant};
use crate::work_orders::{TASK_IDS, WORK_ORDERS};

/// Largest distance of the time stamp from now, either way.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

#[derive(Debug)]
pub(crate) struct Reader {
    key: hmac::Key,
    /// An event names its record by one id, which for most kinds is not all of what the sync knows it by.
    api: Api,
}

impl Reader {
    pub fn connect(settings: &Settings, adapter: &Settings) -> Result<Self> {
        let secret = settings.secret("secret")?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        Ok(Self { key, api: Api::connect(adapter, &adapter.read::<Config>()?)? })
    }

    fn verify(&self, headers: &Headers, body: &[u8], now: DateTime<Utc>) -> Result<()> {
        let stamp = header(headers, "buildium-webhook-timestamp")?;
        let signature = header(headers, "buildium-webhook-signature")?;
        let wrong = || unauthorized("the signature of Buildium's webhook is wrong");
        let signature = BASE64_STANDARD.decode(signature).map_err(|_| wrong())?;
        let signed = [stamp.as_bytes(), b".", &minified(body)].concat();
        hmac::verify(&self.key, &signed, &signature).map_err(|_| wrong())?;
        let at =
            instant(stamp).ok_or_else(|| unauthorized("the time stamp of Buildium's webhook is no time"))?;
        if (now - at).abs() > TOLERANCE {
            return Err(unauthorized("the time stamp of Buildium's webhook is more than 5 minutes from now"));
        }
        Ok(())
    }

    async fn changed(&self, event: &Value) -> Result<Vec<RecordKey>> {
        let name = event.get("EventName").and_then(Value::as_str).ok_or_else(|| malformed("EventName"))?;
        let of = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'));
        if of("WorkOrder") {
            return Ok(vec![RecordKey::platform(Kind::WorkOrder, id(event, "WorkOrderId")?)]);
        }
        if of("Task") {
            return self.of_task(id(event, "TaskId")?).await;
        }
        if of("RentalUnit") {
            return self.of_unit(event).await;
        }
        if of("Rental") {
            let property = PropertyId::new(id(event, "PropertyId")?.to_string());
            return Ok(vec![RecordKey::platform(Kind::Property, PropertyRef::new(property, None))]);
        }
        if of("LeaseTenant") {
            let tenant = self.api.find::<Value>(&format!("{TENANTS}/{}", id(event, "TenantId")?)).await?;
            return Ok(residents(tenant.as_ref().map(of_tenant)));
        }
        if of("Lease") {
            let lease = self.api.find::<Value>(&format!("{LEASES}/{}", id(event, "LeaseId")?)).await?;
            return Ok(residents(lease.as_ref().map(of_lease)));
        }
        Ok(Vec::new())
    }

    async fn of_task(&self, task: i64) -> Result<Vec<RecordKey>> {
        let found = self.api.by_ids::<Value>(WORK_ORDERS, TASK_IDS, &[task]).await?;
        Ok(found.iter().filter_map(row_id).map(|id| RecordKey::platform(Kind::WorkOrder, id)).collect())
    }

    async fn of_unit(&self, event: &Value) -> Result<Vec<RecordKey>> {
        let unit = id(event, "UnitId")?;
        if let Some(property) = number_in(event, "PropertyId") {
            let key =
                PropertyRef::new(PropertyId::new(property.to_string()), Some(UnitId::new(unit.to_string())));
            return Ok(vec![RecordKey::platform(Kind::Property, key)]);
        }
        let row = self.api.find::<Value>(&format!("{UNITS}/{unit}")).await?;
        let key = row.as_ref().and_then(unit_key);
        Ok(key.map(|key| RecordKey::platform(Kind::Property, key)).into_iter().collect())
    }
}

#[async_trait]
impl Webhooks for Reader {
    async fn read(&self, headers: &Headers, body: &[u8], now: DateTime<Utc>) -> Result<Vec<RecordKey>> {
        self.verify(headers, body, now)?;
        // What serde says may quote the body.
        let event: Value = latchel_sync_http::json(body).map_err(|_| malformed("the whole of it"))?;
        self.changed(&event).await
    }
}

fn residents(found: Option<Vec<ResidentRef>>) -> Vec<RecordKey> {
    let key = |resident: ResidentRef| RecordKey::platform(Kind::Resident, resident);
    found.unwrap_or_default().into_iter().map(key).collect()
}

fn header<'h>(headers: &'h Headers, name: &'static str) -> Result<&'h str> {
    headers.get(name).ok_or_else(|| {
        unauthorized("a header of Buildium's webhook is missing, or there twice").with("header", name)
    })
}

fn unauthorized(message: &str) -> Error {
    Error::new(ErrorKind::Unauthorized, message)
}

fn malformed(field: &str) -> Error {
    Error::new(ErrorKind::Malformed, "the body is not that of a webhook of Buildium").with("field", field)
}

fn id(event: &Value, field: &str) -> Result<i64> {
    number_in(event, field).ok_or_else(|| malformed(field))
}

/// The time stamp's form is not documented: seconds since 1970, or a date and time.
fn instant(stamp: &str) -> Option<DateTime<Utc>> {
    match stamp.parse() {
        Ok(seconds) => DateTime::from_timestamp(seconds, 0),
        Err(_) => stamp.parse().ok(),
    }
}

/// Bytes that are signed: the body without the white space between its parts. It is sent like that, but may be changed
/// on its way.
fn minified(body: &[u8]) -> Vec<u8> {
    let (mut in_text, mut escaped) = (false, false);
    let mut is_signed = |byte: &u8| {
        let keeps = in_text || !byte.is_ascii_whitespace();
        let quote = *byte == b'"' && !escaped;
        escaped = in_text && *byte == b'\\' && !escaped;
        in_text ^= quote;
        keeps
    };
    body.iter().copied().filter(|byte| is_signed(byte)).collect()
}
