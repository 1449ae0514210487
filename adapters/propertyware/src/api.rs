use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::Window;
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{ClockReading, Error, ErrorKind, Result};
use latchel_sync_http::{
    Answer, Cut, Effort, Listed, Page, Part, Transport, covered, in_parts, loose, pages,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::Config;

/// Path of the API on its host.
const BASE: &str = "pw/api/rest/v1";
/// The most rows that Propertyware returns at once.
const LIMIT: usize = 500;
/// Up to so many records are asked for one by one; for more, the whole list is read, since no list takes several ids.
const ONE_BY_ONE: usize = 8;
/// Number of records of a list that are kept until their related records are read in one go.
pub(crate) const CHUNK: usize = 5_000;
/// The clock before any answer came.
const UNKNOWN: i64 = i64::MIN;
/// Words that the answer to missing credentials may contain; the live answers are not known in full.
const CREDENTIAL_WORDS: [&str; 5] =
    ["x-propertyware-", "client id", "client secret", "system id", "credential"];

/// Query parameters.
pub(crate) type Query = Vec<(&'static str, String)>;
/// Pages of a list.
pub(crate) type RawPages<'a> = BoxStream<'a, Result<Vec<Value>>>;

#[derive(Debug)]
pub(crate) struct Api {
    transport: Transport,
    /// True if a call ever succeeded: then no part of the credentials is missing.
    let_in: AtomicBool,
    /// Propertyware's clock at the last answer, in seconds since 1970.
    clock: AtomicI64,
}

impl Api {
    pub fn connect(settings: &Settings, config: &Config) -> Result<Self> {
        let limit = RateLimit { calls: config.calls_per_second.get(), seconds: 1 };
        let transport = Transport::builder("Propertyware", &config.base_url, settings)
            .secret_header("x-propertyware-client-id", settings.secret("client_id")?)
            .secret_header("x-propertyware-client-secret", settings.secret("client_secret")?)
            .header("x-propertyware-system-id", &config.system_id)
            .rate_limits(&[limit])
            .explain_error(explain)
            .classify_error(classify)
            .build()?;
        Ok(Self { transport, let_in: AtomicBool::new(false), clock: AtomicI64::new(UNKNOWN) })
    }

    pub fn clock_reading(&self) -> Option<ClockReading> {
        self.transport.clock()
    }

    /// One record, or a page of a list.
    pub async fn get(&self, path: &str, query: Query) -> Result<Answer> {
        self.ask(path, query, Effort::Usual).await
    }

    async fn ask(&self, path: &str, query: Query, effort: Effort) -> Result<Answer> {
        let call = self.transport.get(&format!("{BASE}/{path}")).effort(effort);
        let call = query.into_iter().fold(call, |call, (name, value)| call.query(name, value));
        let answer = call.send().await.map_err(|error| self.judged(error))?;
        self.let_in.store(true, Ordering::Relaxed);
        if let Some(time) = answer.server_time() {
            self.clock.store(time.timestamp(), Ordering::Relaxed);
        }
        Ok(answer)
    }

    /// One record; `None` if it is not there.
    pub async fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>> {
        match self.get(path, Query::new()).await {
            Ok(answer) => answer.json().map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The first row of a list, to see whether it may be read.
    pub async fn peek(&self, path: &str) -> Result<Answer> {
        self.get(path, vec![("limit", "1".to_owned())]).await
    }

    /// Propertyware's clock when it last answered, UTC.
    pub fn clock(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.clock.load(Ordering::Relaxed), 0)
    }

    /// The pages of a list in the order of ids; without an order pages may repeat and skip rows. A row that Propertyware
    /// does not serve has a stand-in.
    pub fn pages<'a>(&'a self, path: &'a str, query: Query) -> RawPages<'a> {
        self.list(path, query, Cut::AtOffset)
    }

    /// The same for those who must know every row: one that is not served is a failure.
    pub fn whole<'a>(&'a self, path: &'a str, query: Query) -> RawPages<'a> {
        self.list(path, query, Cut::Never)
    }

    /// The total that comes with the last page is the page's own, so that a page which is not full is the last, unless the
    /// total speaks of more.
    fn list<'a>(&'a self, path: &'a str, query: Query, cut: Cut) -> RawPages<'a> {
        pages(0, move |offset: usize| {
            let query = query.clone();
            async move {
                let ask = |part| self.part(path, &query, part);
                let Listed { rows, total } = in_parts(path, (offset, LIMIT), cut, ask).await?;
                let next = offset + covered(&rows, "id");
                let more = rows.len() >= LIMIT || total.is_some_and(|total| total > next);
                Ok(Page { next: (more && !rows.is_empty()).then_some(next), rows })
            }
        })
    }

    async fn part(&self, path: &str, query: &Query, part: Part) -> Result<Listed> {
        let paging = [
            ("orderby", "id asc".to_owned()),
            ("offset", part.offset.to_string()),
            ("limit", part.size.to_string()),
        ];
        let answer = self.ask(path, [&query[..], &paging].concat(), part.effort).await?;
        let total = answer.header("x-total-count").and_then(|text| text.parse().ok());
        Ok(Listed { rows: answer.json()?, total })
    }

    /// Every row of a list that is known to be short, or none.
    pub async fn all(&self, path: &str, query: Query) -> Result<Vec<Value>> {
        self.whole(path, query).try_concat().await
    }

    /// The records of a list with these ids, as far as they are there. No row of it may be missed: it would be taken for one that is gone.
    pub async fn by_id(&self, path: &str, query: Query, ids: &BTreeSet<i64>) -> Result<Vec<Value>> {
        let mut found = Vec::new();
        if ids.len() <= ONE_BY_ONE {
            for id in ids {
                found.extend(self.find::<Value>(&format!("{path}/{id}")).await?);
            }
            return Ok(found);
        }
        let mut pages = self.whole(path, query);
        while let Some(page) = pages.try_next().await? {
            found.extend(
                page.into_iter().filter(|row| integer(row, "id").is_some_and(|id| ids.contains(&id))),
            );
        }
        Ok(found)
    }

    /// Pages with at least the rows of a list that belong to these buildings; `cut` says whether rows may have stand-ins.
    pub fn of_buildings<'a>(
        &'a self,
        path: &'a str,
        query: Query,
        buildings: &BTreeSet<i64>,
        cut: Cut,
    ) -> RawPages<'a> {
        if buildings.len() > ONE_BY_ONE {
            return self.list(path, query, cut);
        }
        let of_one = move |building: i64| {
            let query = [&query[..], &[("buildingID", building.to_string())]].concat();
            self.list(path, query, cut)
        };
        futures::stream::iter(buildings.clone()).flat_map(of_one).boxed()
    }

    /// Creates, and returns what was created.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Value> {
        self.transport.post(&format!("{BASE}/{path}")).json(body).send().await?.json()
    }

    pub async fn put(&self, path: &str, body: &impl Serialize) -> Result<()> {
        self.transport.put(&format!("{BASE}/{path}")).json(body).send().await.map(|_| ())
    }

    /// A 400 without a word before anything was ever answered is what missing credentials get.
    fn judged(&self, error: Error) -> Error {
        let silent = error.context("status") == Some("400") && error.context("answer").is_none();
        if !silent || self.let_in.load(Ordering::Relaxed) {
            return error;
        }
        let message = "Propertyware refuses the very first call without a word, as it does where a part of the \
                       credentials is missing";
        Error::new(ErrorKind::Unauthorized, message).with_source(error)
    }
}

/// The filter by the instant of the last change.
pub(crate) fn since(window: Window) -> (&'static str, String) {
    modified_since(window.from)
}

/// The same from any instant.
pub(crate) fn modified_since(from: DateTime<Utc>) -> (&'static str, String) {
    ("lastModifiedDateTimeStart", from.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Asks for deactivated records too.
pub(crate) fn deactivated_too() -> (&'static str, String) {
    ("includeDeactivated", "true".to_owned())
}

/// A row's id, where it has one.
pub(crate) fn row_id(row: &Value) -> Option<String> {
    integer(row, "id").map(|id| id.to_string())
}

/// An integer of a row that may not be what it should.
pub(crate) fn integer(row: &Value, name: &str) -> Option<i64> {
    row.get(name).and_then(loose::as_number)
}

/// An id of the core as Propertyware's number.
pub(crate) fn number(id: &str) -> Result<i64> {
    id.parse().map_err(|_| Error::new(ErrorKind::Refused, "this is not an id of Propertyware").with("id", id))
}

/// Reads `{"userMessage", "errors": [{"key", "message"}]}`, and knows a web page when it sees one.
fn explain(body: &[u8]) -> Option<String> {
    if is_page(body) {
        return Some("a web page instead of an answer; look at `base_url`".to_owned());
    }
    let body: Value = serde_json::from_slice(body).ok()?;
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let errors = body.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let parts = std::iter::once(text(&body, "userMessage"))
        .chain(errors.iter().map(|error| format!("{}: {}", text(error, "key"), text(error, "message"))));
    let words: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Missing credentials are a 400, and a path that is not the API's is a 404 with a web page, which must not pass for a
/// record that is gone.
fn classify(status: u16, body: &[u8]) -> Option<ErrorKind> {
    match status {
        404 if is_page(body) => Some(ErrorKind::Config),
        400 => {
            let text = String::from_utf8_lossy(body).to_lowercase();
            CREDENTIAL_WORDS.iter().any(|word| text.contains(word)).then_some(ErrorKind::Unauthorized)
        }
        _ => None,
    }
}

fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}
