use futures::TryStreamExt;
use futures::stream::BoxStream;
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{ClockReading, Error, ErrorKind, Result};
use latchel_sync_http::{Answer, Cut, Listed, Page, Part, Transport, covered, in_parts, loose, pages};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::Config;

/// The most rows that Buildium returns at once.
const LIMIT: usize = 1_000;
/// Buildium answers a query of more than 4,096 characters with a 500; this leaves room for the other parameters.
const LONGEST_LIST: usize = 3_500;

/// Query parameters.
pub(crate) type Query = Vec<(&'static str, String)>;

#[derive(Debug)]
pub(crate) struct Api {
    transport: Transport,
}

impl Api {
    pub fn connect(settings: &Settings, config: &Config) -> Result<Self> {
        let limit = RateLimit { calls: config.calls_per_second.get(), seconds: 1 };
        let transport = Transport::builder("Buildium", &config.base_url, settings)
            .secret_header("x-buildium-client-id", settings.secret("client_id")?)
            .secret_header("x-buildium-client-secret", settings.secret("client_secret")?)
            .rate_limits(&[limit])
            .explain_error(explain)
            .build()?;
        Ok(Self { transport })
    }

    pub fn clock(&self) -> Option<ClockReading> {
        self.transport.clock()
    }

    /// One record, or whatever else an address holds.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.transport.get(path).send().await
    }

    /// One record; `None` if it is not there.
    pub async fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>> {
        match self.get(path).await {
            Ok(answer) => answer.json().map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The first row of a list, to see whether it may be read.
    pub async fn peek(&self, path: &str) -> Result<()> {
        self.transport.get(path).query("limit", 1).send().await.map(|_| ())
    }

    /// The pages of a list in the order of ids; without a unique order pages may repeat and skip rows. A row that Buildium
    /// does not serve has a stand-in.
    pub fn pages<'a>(&'a self, path: &'a str, query: Query) -> BoxStream<'a, Result<Vec<Value>>> {
        self.list(path, query, Cut::AtOffset)
    }

    /// Every row of a list that is known to be short, or none.
    pub async fn all(&self, path: &str, query: Query) -> Result<Vec<Value>> {
        self.list(path, query, Cut::Never).try_concat().await
    }

    /// A total only adds pages: behind a full page is looked whatever it says, so that one that is too small loses nothing.
    fn list<'a>(&'a self, path: &'a str, query: Query, cut: Cut) -> BoxStream<'a, Result<Vec<Value>>> {
        pages(0, move |offset: usize| {
            let query = query.clone();
            async move {
                let ask = |part| self.part(path, &query, part);
                let Listed { rows, total } = in_parts(path, (offset, LIMIT), cut, ask).await?;
                let next = offset + covered(&rows, "Id");
                let says_more = total.is_some_and(|total| next < total);
                let more = !rows.is_empty() && (rows.len() >= LIMIT || says_more);
                Ok(Page { rows, next: more.then_some(next) })
            }
        })
    }

    async fn part(&self, path: &str, query: &Query, part: Part) -> Result<Listed> {
        let call = self.transport.get(path).effort(part.effort);
        let call = query.iter().fold(call, |call, (name, value)| call.query(name, value));
        let call = call.query("orderby", "Id asc").query("offset", part.offset).query("limit", part.size);
        let answer = call.send().await?;
        let total = answer.header("x-total-count").and_then(|text| text.parse().ok());
        Ok(Listed { rows: answer.json()?, total })
    }

    /// Every row that one of `ids` selects by the filter `name`, in as many calls as the query's length asks for. A row that
    /// Buildium does not serve has a stand-in.
    pub async fn by_ids(
        &self,
        path: &str,
        name: &'static str,
        ids: &[i64],
        also: &Query,
    ) -> Result<Vec<Value>> {
        let mut rows = Vec::new();
        let each = name.len() + "=12345678901&".len();
        for chunk in ids.chunks(LONGEST_LIST / each) {
            let mut query: Query = chunk.iter().map(|id| (name, id.to_string())).collect();
            query.extend(also.iter().cloned());
            rows.extend(self.pages(path, query).try_concat().await?);
        }
        Ok(rows)
    }

    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.transport.post(path).json(body).send().await
    }

    pub async fn put(&self, path: &str, body: &impl Serialize) -> Result<()> {
        self.transport.put(path).json(body).send().await.map(|_| ())
    }
}

/// A row's id, where it has one.
pub(crate) fn row_id(row: &Value) -> Option<String> {
    integer(row, "Id").map(|id| id.to_string())
}

/// An integer of a row that may not be what it should.
pub(crate) fn integer(row: &Value, name: &str) -> Option<i64> {
    row.get(name).and_then(loose::as_number)
}

/// An id of the core as Buildium's number.
pub(crate) fn number(id: &str) -> Result<i64> {
    id.parse().map_err(|_| Error::new(ErrorKind::Refused, "this is not an id of Buildium").with("id", id))
}

/// Sorted, and each once.
pub(crate) fn distinct(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Reads `{"UserMessage", "Errors": [{"Key", "Value"}]}`.
fn explain(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let errors = body.get("Errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let parts = std::iter::once(text(&body, "UserMessage"))
        .chain(errors.iter().map(|error| format!("{}: {}", text(error, "Key"), text(error, "Value"))));
    let words: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    (!words.is_empty()).then(|| words.join("; "))
}
