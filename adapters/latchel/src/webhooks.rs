//! Latchel's webhooks, by its public reference (contract sheet `latchel.md`): one key for the account, sent twice.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::model::{Kind, RecordKey};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Error, ErrorKind, Headers, Result, Webhooks};
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

#[derive(Debug)]
/// Reader of Latchel's webhooks.
pub struct Reader {
    key: SecretString,
}

impl Reader {
    /// A reader with the account's key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the key is missing.
    pub fn new(settings: &Settings) -> Result<Self> {
        Ok(Self { key: settings.secret("latchel_key")? })
    }

    fn is_key(&self, sent: &str) -> bool {
        self.key.expose_secret().as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

#[async_trait]
impl Webhooks for Reader {
    /// Nothing is known of order and repetition, and nothing depends on them: the newest state is what counts, whatever
    /// `updated_at` says, because the work order is read afresh. Properties and residents go one way, to Latchel, so that
    /// their events mean nothing.
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
        if !envelope.object_type.eq_ignore_ascii_case("job") {
            return Ok(Vec::new());
        }
        let job = envelope.object.get("job_id").and_then(Value::as_i64);
        Ok(vec![RecordKey::latchel(Kind::WorkOrder, job.ok_or_else(|| malformed("object.job_id"))?)])
    }
}
