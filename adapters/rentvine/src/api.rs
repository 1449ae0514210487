use chrono::TimeDelta;
use chrono_tz::Tz;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use latchel_sync_core::model::{Unserved, Window};
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{ClockReading, ErrorKind, Result};
use latchel_sync_http::{Answer, Cut, Effort, Listed, Page, Part, Transport, in_parts, pages};
use serde::Serialize;
use serde_json::Value;

use crate::config::Config;

/// Path of the API on the account's host.
const BASE: &str = "api/manager";
/// The fewest rows that a page has which is not the last: the smallest default.
const SMALLEST_PAGE: usize = 15;
/// By how much more is asked for than the window holds: nothing says in which zone Rentvine reads and keeps times.
const MARGIN: TimeDelta = TimeDelta::days(1);

/// Query parameters.
pub(crate) type Query = Vec<(&'static str, String)>;
/// Pages of a list.
pub(crate) type RawPages<'a> = BoxStream<'a, Result<Vec<Value>>>;

#[derive(Debug)]
pub(crate) struct Api {
    transport: Transport,
    page_size: usize,
    /// The zone of times that name none.
    pub zone: Tz,
}

impl Api {
    pub fn connect(settings: &Settings, config: &Config) -> Result<Self> {
        let limit = RateLimit { calls: config.calls_per_second.get(), seconds: 1 };
        let transport = Transport::builder("Rentvine", &config.base_url, settings)
            .basic_auth(&settings.secret("access_key")?, settings.secret("secret")?)
            .rate_limits(&[limit])
            .explain_error(explain)
            .build()?;
        Ok(Self { transport, page_size: config.page_size.get(), zone: config.time_zone })
    }

    pub fn clock(&self) -> Option<ClockReading> {
        self.transport.clock()
    }

    async fn get(&self, path: &str, query: Query) -> Result<Answer> {
        self.ask(path, query, Effort::Usual).await
    }

    async fn ask(&self, path: &str, query: Query, effort: Effort) -> Result<Answer> {
        let call = self.transport.get(&format!("{BASE}/{path}")).effort(effort);
        query.into_iter().fold(call, |call, (name, value)| call.query(name, value)).send().await
    }

    /// One record in its envelope; `None` if it is not there.
    pub async fn find(&self, path: &str) -> Result<Option<Value>> {
        match self.get(path, Query::new()).await {
            Ok(answer) => answer.value().map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The first row of a list, to see whether it may be read.
    pub async fn peek(&self, path: &str) -> Result<Answer> {
        self.get(path, vec![("pageSize", "1".to_owned())]).await
    }

    /// The pages of a list, which tells no total and need not give as many rows as it is asked for. A row that Rentvine does
    /// not serve has a stand-in.
    pub fn pages<'a>(&'a self, path: &'a str, query: Query) -> RawPages<'a> {
        self.list(path, query, Cut::AtMultiple { full_up_to: SMALLEST_PAGE })
    }

    /// The same for those who must know every row: one that is not served is a failure.
    pub fn whole<'a>(&'a self, path: &'a str, query: Query) -> RawPages<'a> {
        self.list(path, query, Cut::Never)
    }

    fn list<'a>(&'a self, path: &'a str, query: Query, cut: Cut) -> RawPages<'a> {
        pages((1, SMALLEST_PAGE.min(self.page_size)), move |(number, least): (usize, usize)| {
            let query = query.clone();
            async move {
                // Behind the first page it is known how many rows a page has.
                let size = if number == 1 { self.page_size } else { least };
                let ask = |part: Part| {
                    let asked = if part.size == size { self.page_size } else { part.size };
                    self.part(path, &query, part, asked)
                };
                let rows = in_parts(path, ((number - 1) * size, size), cut, ask).await?.rows;
                let came_in_parts = rows.iter().any(Unserved::is_stood_in_by);
                let Page { rows, next } = Page::while_as_full(rows, number, least);
                // How many it would have had at once is not known then.
                let next = next.map(|(number, count)| (number, if came_in_parts { least } else { count }));
                Ok(Page { rows, next })
            }
        })
    }

    async fn part(&self, path: &str, query: &Query, part: Part, size: usize) -> Result<Listed> {
        let query = page_of(query, part.number(), size);
        Ok(Listed { rows: self.ask(path, query, part.effort).await?.json()?, total: None })
    }

    /// Every row of a list that is known to be short; it may have no pages at all.
    pub async fn all(&self, path: &str) -> Result<Vec<Value>> {
        let list = pages(1, |number: usize| {
            let query = page_of(&Query::new(), number, self.page_size);
            async move {
                let rows: Vec<Value> = self.get(path, query).await?.json()?;
                let next = (rows.len() == self.page_size).then_some(number + 1);
                Ok(Page { rows, next })
            }
        });
        list.try_concat().await
    }

    /// Sends a bare body, and returns what it was answered with; whether it was done is another question.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Value> {
        self.transport.post(&format!("{BASE}/{path}")).json(body).send().await?.value()
    }
}

fn page_of(query: &Query, number: usize, size: usize) -> Query {
    let paging = [("page", number.to_string()), ("pageSize", size.to_string())];
    [&query[..], &paging].concat()
}

/// The filter by the last change: at least what lies in the window.
pub(crate) fn since(window: Window) -> (&'static str, String) {
    let from = window.from.checked_sub_signed(MARGIN).unwrap_or(window.from);
    ("dateTimeModifiedMin", from.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Reads `{"error": "…"}`, or `{"FIELD": ["…"]}` with the path of each field that is wrong.
fn explain(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    };
    let said = body.as_object()?.iter().map(|(name, value)| match (name.as_str(), words(value)) {
        ("error" | "message", words) => words,
        (_, words) if words.is_empty() => words,
        (field, words) => format!("{field}: {words}"),
    });
    let said: Vec<_> = said.filter(|words| !words.is_empty()).collect();
    (!said.is_empty()).then(|| said.join("; "))
}
