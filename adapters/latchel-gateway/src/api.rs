//! Paths, header, paging and errors of the contract.

use futures::stream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::{Answer, Paging, RawPages, Transport, loose};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Config;

/// The most rows of a page, and the most references of a look-up.
pub(crate) const LIMIT: usize = 500;
const PAGING: Paging = Paging::by_cursor("cursor", "next_cursor", "limit", LIMIT).rows_in("data");
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
    pub total: Option<u64>,
}

impl Api {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        let limit = config.calls_per_second.map(|calls| RateLimit { calls: calls.get(), seconds: 1 });
        let transport = Transport::builder("Latchel", &config.base_url, settings)
            .rate_limits(limit.as_slice())
            .secret_header("x-api-key", settings.secret("api_key")?)
            .build()?;
        Ok(Self { transport })
    }

    pub async fn company(&self) -> Result<Answer> {
        self.transport.get("v1/company").send().await
    }

    pub fn portfolios(&self) -> RawPages<'_> {
        self.transport.list("v1/portfolios", &PAGING).pages()
    }

    /// Every record of a collection.
    pub fn all(&self, collection: Collection) -> RawPages<'_> {
        self.transport.list(collection.path(), &PAGING).pages()
    }

    /// Number of records of a collection that carry no reference.
    pub async fn without_reference(&self, collection: Collection) -> Result<u64> {
        let call = self.transport.get(collection.path()).query("has_ref", false).query("limit", 1);
        let page: Page<Value> = call.send().await?.json()?;
        Ok(page.total.unwrap_or(0))
    }

    pub fn jobs(&self, updated_since: String) -> RawPages<'_> {
        self.transport.list("v1/jobs", &PAGING).query("updated_since", updated_since).pages()
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
        let record = self.transport.post(collection.path()).json(body).send().await?.value()?;
        // An id of Latchel is a number.
        let number = record.get(id).and_then(loose::as_number);
        number.map_or_else(|| Err(no_id(id)), Ok)
    }

    pub async fn change(&self, collection: Collection, id: i64, body: &impl Serialize) -> Result<()> {
        let path = format!("{}/{id}", collection.path());
        self.transport.patch(&path).json(body).send().await.map(|_| ())
    }
}

fn no_id(field: &'static str) -> Error {
    Error::new(ErrorKind::Malformed, "Latchel answered a create without an id").with("field", field)
}
