//! Latchel's webhooks, by its public reference (contract sheet `latchel.md`): one key for the account, sent twice.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::model::{Kind, RecordKey};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Error, ErrorKind, Headers, Result, Webhooks};
use latchel_sync_http::loose;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq;

/// Envelope around the record. Its `event`, `updated` and `platform` decide nothing.
#[derive(Deserialize)]
struct Envelope {
    object_type: String,
    #[serde(default)]
    object: Value,
    secret: String,
}

/// Records of Latchel that webhooks are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Work orders alone: properties and residents go one way, to Latchel.
    WorkOrders,
    /// Properties and residents as well, because a mirror keeps them.
    Everything,
}

/// Reader of Latchel's webhooks.
#[derive(Debug)]
pub struct Reader {
    key: SecretString,
    heard: Heard,
}

impl Reader {
    /// A reader with the account's key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the key is missing.
    pub fn new(settings: &Settings, heard: Heard) -> Result<Self> {
        Ok(Self { key: settings.secret("latchel_key")?, heard })
    }

    fn is_key(&self, sent: &str) -> bool {
        self.key.expose_secret().as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

#[async_trait]
impl Webhooks for Reader {
    /// Nothing is known of order and repetition, and nothing depends on them: the newest state is what counts, whatever
    /// `updated_at` says, because the record is read afresh.
    async fn read(&self, headers: &Headers, body: &[u8], _now: DateTime<Utc>) -> Result<Vec<RecordKey>> {
        if !headers.get("x-api-key").is_some_and(|sent| self.is_key(sent)) {
            return Err(Error::new(
                ErrorKind::Unauthorized,
                "the key of Latchel's webhook is missing or wrong",
            )
            .with("header", "x-api-key"));
        }
        let malformed = |field: &str| {
            Error::new(ErrorKind::Malformed, "the body is not that of a webhook of Latchel")
                .with("field", field)
        };
        // What serde says may quote the body.
        let envelope: Envelope =
            latchel_sync_http::json(body).map_err(|_| malformed("object_type, object, secret"))?;
        if !self.is_key(&envelope.secret) {
            return Err(Error::new(ErrorKind::Unauthorized, "the key of Latchel's webhook is wrong")
                .with("field", "secret"));
        }
        let (kind, name) = match (envelope.object_type.to_ascii_lowercase().as_str(), self.heard) {
            ("job", _) => (Kind::WorkOrder, "job_id"),
            ("property", Heard::Everything) => (Kind::Property, "property_id"),
            ("resident", Heard::Everything) => (Kind::Resident, "user_id"),
            _ => return Ok(Vec::new()),
        };
        let id = envelope.object.get(name).and_then(loose::as_number).filter(|id| *id > 0);
        Ok(vec![RecordKey::latchel(kind, id.ok_or_else(|| malformed(&format!("object.{name}")))?)])
    }
}
