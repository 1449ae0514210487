//! AppFolio's webhooks (contract sheet `appfolio.md`): a topic and an id, signed with one of AppFolio's own keys.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::model::{Kind, PropertyId, PropertyRef, RecordKey};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Error, ErrorKind, Headers, Result, Webhooks};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use crate::api::{Api, ID, TENANTS, UNITS, checked};
use crate::config::Config;
use crate::jws::Detached;
use crate::keys::Keys;
use crate::properties::unit_key;
use crate::residents;

const SIGNATURE: &str = "x-jws-signature";

/// Body of a webhook. Its time stamps decide nothing: it is not documented how late AppFolio may send, and a message that is
/// sent again is known by its content.
#[derive(Deserialize)]
struct Message {
    client_id: String,
    topic: String,
    entity_id: String,
}

#[derive(Debug)]
pub(crate) struct Reader {
    keys: Keys,
    client_id: SecretString,
    /// A unit and a tenant are known to the sync together with their property, which a message does not name.
    api: Api,
}

impl Reader {
    pub fn connect(settings: &Settings, adapter: &Settings) -> Result<Self> {
        Ok(Self {
            keys: Keys::connect(settings)?,
            client_id: adapter.secret("client_id")?,
            api: Api::connect(adapter, &adapter.read::<Config>()?)?,
        })
    }

    /// AppFolio signs for all of its customers with the same keys.
    fn is_ours(&self, message: &Message) -> bool {
        self.client_id.expose_secret().as_bytes().ct_eq(message.client_id.as_bytes()).into()
    }

    async fn changed(&self, message: &Message) -> Result<Vec<RecordKey>> {
        // Topics are spelled `work_orders` in newer clients and `work_order_updates` in older ones.
        let id = || checked(&message.entity_id).map(str::to_owned).map_err(|_| malformed("entity_id"));
        let (kind, keys) = match message.topic.as_str() {
            "work_orders" | "work_order_updates" => (Kind::WorkOrder, vec![id()?]),
            "properties" | "property_updates" => {
                (Kind::Property, vec![PropertyRef::new(PropertyId::new(id()?), None).key()])
            }
            "units" | "unit_updates" => {
                let found = self.api.by_ids(UNITS, ID, &[id()?]).await?;
                (Kind::Property, found.iter().filter_map(unit_key).collect())
            }
            "tenants" | "tenant_updates" => {
                let found = self.api.by_ids(TENANTS, ID, &[id()?]).await?;
                (Kind::Resident, found.iter().filter_map(residents::key).collect())
            }
            _ => return Ok(Vec::new()),
        };
        Ok(keys.into_iter().map(|key| RecordKey::platform(kind, key)).collect())
    }
}

#[async_trait]
impl Webhooks for Reader {
    async fn read(&self, headers: &Headers, body: &[u8], now: DateTime<Utc>) -> Result<Vec<RecordKey>> {
        let unauthorized = |message| Error::new(ErrorKind::Unauthorized, message);
        let signature = headers.get(SIGNATURE).and_then(Detached::parse).ok_or_else(|| {
            unauthorized("the signature of AppFolio's webhook is missing or of an unknown kind")
                .with("header", SIGNATURE)
        })?;
        if !self.keys.made(&signature, body, now).await? {
            return Err(unauthorized("the signature of AppFolio's webhook is wrong"));
        }
        // What serde says may quote the body.
        let message: Message =
            latchel_sync_http::json(body).map_err(|_| malformed("client_id, topic, entity_id"))?;
        if !self.is_ours(&message) {
            return Err(unauthorized("AppFolio's webhook is for another account").with("field", "client_id"));
        }
        self.changed(&message).await
    }
}

fn malformed(field: &str) -> Error {
    Error::new(ErrorKind::Malformed, "the body is not that of a webhook of AppFolio").with("field", field)
}
