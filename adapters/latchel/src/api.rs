//! Paths, header, paging and errors: what changes with Latchel's real partner API.

use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{ClockReading, Error, Result};
use latchel_sync_http::{Answer, Transport, loose, pages};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Config;

/// The most rows of a page, and the most references of a look-up.
pub(crate) const LIMIT: usize = 500;
/// Number of calls of one look-up that are under way at once.
const AT_ONCE: usize = 4;

/// The kinds of record that have a collection of their own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Collection {
    Properties,
    Residents,
    Jobs,
}

impl Collection {
    fn path(self) -> &'static str {
        match self {
            Self::Properties => "v1/properties",
            Self::Residents => "v1/residents",
            Self::Jobs => "v1/jobs",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Api {
    transport: Transport,
}

/// A page of rows that are not read yet.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T> {
    pub data: Vec<T>,
    #[serde(default)]
    pub next_cursor: Option<String>,
    #[serde(default)]
    pub total: Option<u64>,
}

impl Api {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        let limit = config.calls_per_second.map(|calls| RateLimit { calls: calls.get(), seconds: 1 });
        let transport = Transport::builder("Latchel", &config.base_url, settings)
            .rate_limits(limit.as_slice())
            .secret_header("x-api-key", settings.secret("api_key")?)
            .explain_error(explain)
            .build()?;
        Ok(Self { transport })
    }

    pub fn clock(&self) -> Option<ClockReading> {
        self.transport.clock()
    }

    pub async fn company(&self) -> Result<Answer> {
        self.transport.get("v1/company").send().await
    }

    pub fn portfolios(&self) -> BoxStream<'_, Result<Vec<Value>>> {
        self.pages("v1/portfolios", None)
    }

    /// Number of records of a collection that carry no reference.
    pub async fn without_reference(&self, collection: Collection) -> Result<u64> {
        let call = self.transport.get(collection.path()).query("has_ref", false).query("limit", 1);
        let page: Page<Value> = call.send().await?.json()?;
        Ok(page.total.unwrap_or(0))
    }

    pub fn jobs(&self, updated_since: String) -> BoxStream<'_, Result<Vec<Value>>> {
        self.pages("v1/jobs", Some(updated_since))
    }

    fn pages<'a>(
        &'a self,
        path: &'a str,
        updated_since: Option<String>,
    ) -> BoxStream<'a, Result<Vec<Value>>> {
        pages(None, move |cursor: Option<String>| {
            let mut call = self.transport.get(path).query("limit", LIMIT);
            if let Some(since) = &updated_since {
                call = call.query("updated_since", since);
            }
            if let Some(cursor) = cursor {
                call = call.query("cursor", cursor);
            }
            async move {
                let page: Page<Value> = call.send().await?.json()?;
                Ok(latchel_sync_http::Page { rows: page.data, next: page.next_cursor.map(Some) })
            }
        })
    }

    /// Looks records up, in as many calls as the limit asks for, some of them at once; `key` names the list that `wanted`
    /// is.
    pub async fn look_up<K: Serialize + Sync, T: DeserializeOwned + Send + 'static>(
        &self,
        collection: Collection,
        key: &'static str,
        wanted: &[K],
    ) -> Result<Vec<T>> {
        let path = format!("{}/lookup", collection.path());
        let call = async |chunk: &[K]| {
            let body = serde_json::json!({ key: chunk });
            let answer = self.transport.post(&path).json(&body).reads().send().await?;
            let page: Page<T> = answer.json_beside().await?;
            Ok(page.data)
        };
        stream::iter(wanted.chunks(LIMIT)).map(call).buffered(AT_ONCE).try_concat().await
    }

    /// Creates a record and returns its id, which the answer holds under `id`.
    pub async fn create(
        &self,
        collection: Collection,
        id: &'static str,
        body: &impl Serialize,
    ) -> Result<i64> {
        let answer: Value = self.transport.post(collection.path()).json(body).send().await?.json()?;
        answer.get(id).and_then(loose::as_number).ok_or_else(|| {
            Error::new(latchel_sync_core::ErrorKind::Malformed, "Latchel answered a create without an id")
                .with("field", id)
        })
    }

    pub async fn change(&self, collection: Collection, id: i64, body: &impl Serialize) -> Result<()> {
        let path = format!("{}/{id}", collection.path());
        self.transport.patch(&path).json(body).send().await.map(|_| ())
    }
}

/// Reads `{"error": {"code", "message", "field"}}`.
fn explain(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let error = body.get("error")?;
    let message = error.get("message")?.as_str()?;
    match error.get("field").and_then(Value::as_str) {
        Some(field) => Some(format!("{field}: {message}")),
        None => Some(message.to_owned()),
    }
}
