//! Rentvine's webhooks (contract sheet `rentvine.md`): the page that describes them names the events and two headers. Clients of
//! others compute the signature in two ways and find the record in several places, so that either is taken.

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::model::{Kind, PropertyRef, RecordKey, Window};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Error, ErrorKind, Headers, Result, Webhooks};
use latchel_sync_http::loose::number_in;
use ring::hmac;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::api::Api;
use crate::config::Config;
use crate::properties::{changed_unit, reference};
use crate::residents::on_lease_with;

/// Largest distance of the time stamp from now, either way.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// Time within which a record changed that a webhook is about.
const LATELY: TimeDelta = TimeDelta::hours(1);

const STAMP: &str = "x-rentvine-timestamp";
const SIGNATURE: &str = "x-rentvine-signature";

/// Members that may say what happened, such as `work_order.updated`.
const NAMES: [&str; 5] = ["event_type", "eventType", "event", "type", "topic"];
/// Member that may hold the record, or the record in its envelope; else the body does.
const DATA: &str = "data";

#[derive(Debug)]
pub(crate) struct Reader {
    key: hmac::Key,
    /// A lease names its tenants, and a unit its property, only when it is read.
    api: Api,
}

/// Kind of a record that a webhook is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    WorkOrder,
    Lease,
    Unit,
    Property,
}

impl About {
    /// In the order in which a record's ids say what it is: a work order has those of all the others.
    const ALL: [Self; 4] = [Self::WorkOrder, Self::Lease, Self::Unit, Self::Property];

    /// The kind that the name of an event says, in any spelling; a charge of a lease changes nothing that is synced.
    fn named(name: &str) -> Option<Self> {
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let letters = letters.to_ascii_lowercase();
        let word = |about: &Self| letters.contains(&about.envelope().to_ascii_lowercase());
        if letters.contains("charge") { None } else { Self::ALL.into_iter().find(word) }
    }

    /// Member that may hold the record.
    fn envelope(self) -> &'static str {
        match self {
            Self::WorkOrder => "workOrder",
            Self::Lease => "lease",
            Self::Unit => "unit",
            Self::Property => "property",
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::WorkOrder => "workOrderID",
            Self::Lease => "leaseID",
            Self::Unit => "unitID",
            Self::Property => "propertyID",
        }
    }

    /// The id of such a record, and the object that has it. `generic` are members that hold the id of whatever it is.
    fn find<'b>(self, body: &'b Value, generic: &[&str]) -> Option<(String, &'b Value)> {
        let data = body.get(DATA);
        let enveloped = data.and_then(|data| data.get(self.envelope())).or_else(|| body.get(self.envelope()));
        let places: Vec<&Value> = enveloped.into_iter().chain(data).chain([body]).collect();
        let by = |names: &[&str]| {
            let id = |place: &&'b Value| names.iter().find_map(|name| number_in(place, name));
            places.iter().find_map(|place| Some((id(place)?.to_string(), *place)))
        };
        by(&[self.id()]).or_else(|| by(generic))
    }
}

impl Reader {
    pub fn connect(settings: &Settings, adapter: &Settings) -> Result<Self> {
        let secret = settings.secret("secret")?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().trim().as_bytes());
        Ok(Self { key, api: Api::connect(adapter, &adapter.read::<Config>()?)? })
    }

    /// The signature is of the time stamp and the body, or of the body alone; where it is the latter, a request that is sent
    /// again by a stranger does no more than have its record read once more.
    fn verify(&self, headers: &Headers, body: &[u8], now: DateTime<Utc>) -> Result<()> {
        let stamp = header(headers, STAMP)?;
        let wrong = || unauthorized("the signature of Rentvine's webhook is wrong");
        let signature = digest(header(headers, SIGNATURE)?).ok_or_else(wrong)?;
        let with_stamp = [stamp.as_bytes(), body].concat();
        let signed = [&with_stamp[..], body];
        if !signed.iter().any(|signed| hmac::verify(&self.key, signed, &signature).is_ok()) {
            return Err(wrong());
        }
        let at =
            instant(stamp).ok_or_else(|| unauthorized("the time stamp of Rentvine's webhook is no time"))?;
        if (now - at).abs() > TOLERANCE {
            return Err(unauthorized("the time stamp of Rentvine's webhook is more than 5 minutes from now"));
        }
        Ok(())
    }

    async fn changed(&self, body: &Value, now: DateTime<Utc>) -> Result<Vec<RecordKey>> {
        let name = NAMES.iter().find_map(|name| body.get(name)?.as_str());
        let (about, (id, record)) = match name {
            Some(name) => {
                let Some(about) = About::named(name) else { return Ok(Vec::new()) };
                let generic = ["id", "entity_id", "entityID", "entityId"];
                (about, about.find(body, &generic).ok_or_else(|| malformed(about.id()))?)
            }
            None => {
                let found = |about: About| Some((about, about.find(body, &[])?));
                About::ALL.into_iter().find_map(found).ok_or_else(|| malformed("the record's id"))?
            }
        };
        let lately = Window { from: now - LATELY };
        match about {
            About::WorkOrder => Ok(vec![RecordKey::platform(Kind::WorkOrder, id)]),
            About::Property => Ok(vec![RecordKey::platform(Kind::Property, reference(&id, None))]),
            About::Unit => {
                let property = number_in(record, About::Property.id()).map(|id| id.to_string());
                let key: Option<PropertyRef> = match property {
                    Some(property) => Some(reference(&property, Some(id))),
                    None => changed_unit(&self.api, &id, lately).await?,
                };
                Ok(key.map(|key| RecordKey::platform(Kind::Property, key)).into_iter().collect())
            }
            About::Lease => {
                let residents = on_lease_with(&self.api, &id, lately).await?;
                Ok(residents.into_iter().map(|one| RecordKey::platform(Kind::Resident, one)).collect())
            }
        }
    }
}

#[async_trait]
impl Webhooks for Reader {
    async fn read(&self, headers: &Headers, body: &[u8], now: DateTime<Utc>) -> Result<Vec<RecordKey>> {
        self.verify(headers, body, now)?;
        // What serde says may quote the body.
        let body: Value = latchel_sync_http::json(body).map_err(|_| malformed("the whole of it"))?;
        self.changed(&body, now).await
    }
}

fn header<'h>(headers: &'h Headers, name: &'static str) -> Result<&'h str> {
    headers.get(name).ok_or_else(|| {
        unauthorized("a header of Rentvine's webhook is missing, or there twice").with("header", name)
    })
}

fn unauthorized(message: &str) -> Error {
    Error::new(ErrorKind::Unauthorized, message)
}

fn malformed(field: &str) -> Error {
    Error::new(ErrorKind::Malformed, "the body is not that of a webhook of Rentvine").with("field", field)
}

/// The bytes of a signature in base64 or in hexadecimal digits, of which some write the algorithm in front.
fn digest(text: &str) -> Option<Vec<u8>> {
    const BYTES: usize = 32;
    let text = text.trim();
    let text = text.strip_prefix("sha256=").unwrap_or(text);
    if text.len() == 2 * BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        return (0..text.len()).step_by(2).map(byte).collect();
    }
    BASE64_STANDARD.decode(text).ok().filter(|bytes| bytes.len() == BYTES)
}

/// The time stamp's form is not documented: seconds since 1970 in clients of others; milliseconds and a date are taken too.
fn instant(stamp: &str) -> Option<DateTime<Utc>> {
    /// Seconds of a year that no clock shows, which are milliseconds of these days.
    const FAR_AHEAD: i64 = 100_000_000_000;
    match stamp.trim().parse::<i64>() {
        Ok(number) if number.unsigned_abs() > FAR_AHEAD.unsigned_abs() => {
            DateTime::from_timestamp_millis(number)
        }
        Ok(seconds) => DateTime::from_timestamp(seconds, 0),
        Err(_) => stamp.trim().parse().ok(),
    }
}
