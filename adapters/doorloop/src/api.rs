use futures::TryStreamExt;
use futures::stream::BoxStream;
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{ClockReading, ErrorKind, Result};
use latchel_sync_http::{Answer, Cut, Listed, Page, Part, Transport, in_parts, loose, pages};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::census::Census;
use crate::config::Config;

/// The most rows that DoorLoop returns at once.
const PAGE_SIZE: usize = 1_000;

/// So many ids are asked for one by one; more of them by reading the list once, which costs a call for each 1,000 rows
/// of it instead of one or two for each id.
pub(crate) const FEW: usize = 5;

/// The most records that are kept at once, whatever the size of the portfolio: with some 400 bytes for each, 8 MB.
pub(crate) const BLOCK: usize = 20_000;

/// Query parameters.
pub(crate) type Query = Vec<(&'static str, String)>;

#[derive(Debug)]
pub(crate) struct Api {
    transport: Transport,
}

/// A page of a list.
#[derive(Deserialize)]
struct List {
    total: Option<f64>,
    data: Vec<Value>,
}

impl Api {
    pub fn connect(settings: &Settings, config: &Config) -> Result<Self> {
        let limits = [
            RateLimit { calls: config.calls_per_minute.get(), seconds: 60 },
            RateLimit { calls: config.calls_per_hour.get(), seconds: 3_600 },
        ];
        let transport = Transport::builder("DoorLoop", &config.base_url, settings)
            .token("bearer", settings.secret("token")?)
            .rate_limits(&limits)
            .explain_error(explain)
            // A token that may not do something is told that the method is not allowed.
            .classify_error(|status, _| (status == 405).then_some(ErrorKind::Forbidden))
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
    pub async fn find(&self, path: &str) -> Result<Option<Value>> {
        match self.get(path).await {
            Ok(answer) => answer.value().map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The first row of a list, to see whether it may be read.
    pub async fn peek(&self, path: &str) -> Result<()> {
        self.transport.get(path).query("page_size", 1).send().await.map(|_| ())
    }

    /// The pages of a list, counted in `census`. A row that DoorLoop does not serve has a stand-in.
    pub fn pages<'a>(
        &'a self,
        path: &'a str,
        query: Query,
        census: &'a Census,
    ) -> BoxStream<'a, Result<Vec<Value>>> {
        self.list(path, query, census, Cut::AtMultiple { full_up_to: PAGE_SIZE })
    }

    /// The same for those who must know every row: one that is not served is a failure.
    pub fn whole<'a>(
        &'a self,
        path: &'a str,
        query: Query,
        census: &'a Census,
    ) -> BoxStream<'a, Result<Vec<Value>>> {
        self.list(path, query, census, Cut::Never)
    }

    fn list<'a>(
        &'a self,
        path: &'a str,
        query: Query,
        census: &'a Census,
        cut: Cut,
    ) -> BoxStream<'a, Result<Vec<Value>>> {
        pages(1, move |number: usize| {
            let query = query.clone();
            async move {
                let before = (number - 1) * PAGE_SIZE;
                let ask = |part| self.part(path, &query, part);
                let Listed { rows, total } = in_parts(path, (before, PAGE_SIZE), cut, ask).await?;
                census.count(rows.len(), total.map(|total| total as u64));
                let so_far = before + rows.len();
                // Behind a full page is looked whatever the total says.
                let is_full = rows.len() >= PAGE_SIZE;
                let more = !rows.is_empty() && (is_full || total.is_some_and(|total| so_far < total));
                Ok(Page { rows, next: more.then_some(number + 1) })
            }
        })
    }

    async fn part(&self, path: &str, query: &Query, part: Part) -> Result<Listed> {
        let call = self.transport.get(path).effort(part.effort);
        let call = query.iter().fold(call, |call, (name, value)| call.query(name, value));
        let answer = call.query("page_number", part.number()).query("page_size", part.size).send().await?;
        let List { total, data } = answer.json()?;
        // Whole and not negative, or no total at all.
        Ok(Listed { rows: data, total: total.filter(|total| *total >= 0.0).map(|total| total as usize) })
    }

    /// Every row of a list that is known to be short, or none.
    pub async fn all(&self, path: &str, query: Query) -> Result<Vec<Value>> {
        self.whole(path, query, &Census::default()).try_concat().await
    }

    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.transport.post(path).json(body).send().await
    }

    pub async fn put(&self, path: &str, body: &impl Serialize) -> Result<()> {
        self.transport.put(path).json(body).send().await.map(|_| ())
    }
}

/// A text of a row that may not be what it should.
pub(crate) fn string(row: &Value, name: &str) -> Option<String> {
    row.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// An id of a row that may not be what it should.
pub(crate) fn id_in(row: &Value, name: &str) -> Option<String> {
    row.get(name).and_then(loose::as_id)
}

/// A row's id, where it has one.
pub(crate) fn row_id(row: &Value) -> Option<String> {
    id_in(row, "id")
}

/// Reads `{"message"}` or `{"base": […]}`: errors are not documented, and a client in the field expects these.
fn explain(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let base = match body.get("base") {
        Some(Value::Array(parts)) => parts.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => string(&body, "base").into_iter().collect::<Vec<_>>(),
    };
    let words: Vec<_> = string(&body, "message").into_iter().chain(base).collect();
    (!words.is_empty()).then(|| words.join("; "))
}
