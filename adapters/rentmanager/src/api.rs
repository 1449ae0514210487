use std::collections::BTreeSet;

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{ClockReading, Error, ErrorKind, Result};
use latchel_sync_http::{
    Answer, Cut, Listed, LogIn, Page, Part, RateLimitHeaders, Transport, in_parts, loose, pages,
};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Value, json};

use crate::config::Config;
use crate::filters::Filters;

/// The most rows that the documents allow at once.
const PAGE_SIZE: usize = 1_000;
/// A page that fails is asked for again in parts.
const ROW_BY_ROW: Cut = Cut::AtMultiple { full_up_to: PAGE_SIZE };
/// Words that the answer to a missing privilege may contain; its status is a 403 in one place and a 500 in another.
const PRIVILEGE_WORDS: [&str; 3] = ["privilege", "permission", "not authorized"];

/// Pages of a list.
pub(crate) type RawPages<'a> = BoxStream<'a, Result<Vec<Value>>>;

/// A list, and what of its records is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    pub path: &'static str,
    /// The fields to ask for, with commas between; every own one if empty.
    pub fields: &'static str,
    /// The part to embed, which must be among the fields too.
    pub embeds: &'static str,
}

#[derive(Debug)]
pub(crate) struct Api {
    transport: Transport,
}

impl Api {
    pub fn connect(settings: &Settings, config: &Config) -> Result<Self> {
        let password = settings.secret("password")?;
        let log_in = LogIn {
            path: "Authentication/AuthorizeUser",
            credentials: json!({
                "Username": config.username,
                "Password": password.expose_secret(),
                "LocationID": config.location()?,
            }),
            token: Answer::json,
            header: "x-rm12api-apitoken",
        };
        let shared = RateLimitHeaders { remaining: "x-ratelimit-remaining", reset: "x-ratelimit-reset" };
        let transport = Transport::builder("Rent Manager", &config.base_url, settings)
            .log_in(log_in, password)
            .rate_limits(&[RateLimit { calls: config.calls_per_minute.get(), seconds: 60 }])
            .rate_limit_headers(shared)
            .explain_error(explain)
            .classify_error(classify)
            .build()?;
        Ok(Self { transport })
    }

    pub fn clock(&self) -> Option<ClockReading> {
        self.transport.clock()
    }

    /// The first row of a list, to see whether it may be read.
    pub async fn peek(&self, path: &str) -> Result<Answer> {
        self.transport.get(path).query("pagesize", 1).send().await
    }

    /// One record; `None` if it is not there.
    pub async fn find(&self, path: &str) -> Result<Option<Value>> {
        match self.transport.get(path).send().await {
            Ok(answer) if answer.status == 204 => Ok(None),
            Ok(answer) => answer.value().map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The pages of a list, which is in the order of ids; another cannot be asked for. A row that Rent Manager does not serve
    /// has a stand-in.
    pub fn pages(&self, list: List, filters: Filters) -> RawPages<'_> {
        self.list(list, filters, ROW_BY_ROW)
    }

    fn list(&self, list: List, filters: Filters, cut: Cut) -> RawPages<'_> {
        pages(1, move |number: usize| {
            let filters = filters.to_parameter();
            async move {
                let before = (number - 1).saturating_mul(PAGE_SIZE);
                let ask = |part| self.part(list, filters.as_deref(), part);
                let Listed { rows, total } = in_parts(list.path, (before, PAGE_SIZE), cut, ask).await?;
                let so_far = number.saturating_mul(PAGE_SIZE);
                let more = total.map_or(rows.len() >= PAGE_SIZE, |total| total > so_far);
                Ok(Page { next: (more && !rows.is_empty()).then_some(number + 1), rows })
            }
        })
    }

    async fn part(&self, list: List, filters: Option<&str>, part: Part) -> Result<Listed> {
        let mut call = self.transport.get(list.path).effort(part.effort);
        for (name, value) in [("fields", list.fields), ("embeds", list.embeds)] {
            if !value.is_empty() {
                call = call.query(name, value);
            }
        }
        if let Some(filters) = filters {
            call = call.query("filters", filters);
        }
        let answer = call.query("pagenumber", part.number()).query("pagesize", part.size).send().await?;
        let total = answer.header("x-total-results").and_then(|text| text.parse().ok());
        Ok(Listed { rows: rows_of(&answer)?, total })
    }

    /// Every row of a list that is known to be short, or none.
    pub async fn all(&self, list: List, filters: Filters) -> Result<Vec<Value>> {
        self.list(list, filters, Cut::Never).try_concat().await
    }

    /// Pages with the rows of a list that have one of these ids in `field`, or nothing there that is an id. For those who
    /// must know every row: one that is not served is a failure.
    pub fn among<'a>(&'a self, list: List, field: &'static str, ids: &BTreeSet<i64>) -> RawPages<'a> {
        self.those_among(list, field, ids, Cut::Never)
    }

    /// The same, with a stand-in for a row that is not served.
    pub fn served_among<'a>(&'a self, list: List, field: &'static str, ids: &BTreeSet<i64>) -> RawPages<'a> {
        self.those_among(list, field, ids, ROW_BY_ROW)
    }

    fn those_among<'a>(
        &'a self,
        list: List,
        field: &'static str,
        ids: &BTreeSet<i64>,
        cut: Cut,
    ) -> RawPages<'a> {
        let wanted = ids.clone();
        let own = move |page: Vec<Value>| -> Vec<Value> {
            let own = |row: &Value| integer(row, field).is_none_or(|id| wanted.contains(&id));
            page.into_iter().filter(own).collect()
        };
        let pages = Filters::among(field, ids).into_iter().map(|filters| self.list(list, filters, cut));
        futures::stream::iter(pages.collect::<Vec<_>>()).flatten().map_ok(own).boxed()
    }

    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.transport.post(path).json(body).send().await
    }
}

/// The rows of a list, of which an empty one has no body.
fn rows_of(answer: &Answer) -> Result<Vec<Value>> {
    if answer.status == 204 { Ok(Vec::new()) } else { answer.json() }
}

/// An integer of a row that may not be what it should.
pub(crate) fn integer(row: &Value, name: &str) -> Option<i64> {
    row.get(name).and_then(loose::as_number)
}

/// An id of the core as Rent Manager's number.
pub(crate) fn number(id: &str) -> Result<i64> {
    id.parse().map_err(|_| Error::new(ErrorKind::Refused, "this is not an id of Rent Manager").with("id", id))
}

/// Reads the three shapes of errors that have words: a model, a message, and a message with what is wrong where.
fn explain(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let said = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let whole = ["UserMessage", "DeveloperMessage", "Message"].into_iter().find_map(said).map(str::to_owned);
    let state = body.get("ModelState").and_then(Value::as_object).into_iter().flatten();
    let wrong = state.flat_map(|(field, faults)| {
        let faults = faults.as_array().into_iter().flatten().filter_map(Value::as_str);
        faults.map(move |fault| format!("{field}: {fault}"))
    });
    let words: Vec<_> = whole.into_iter().chain(wrong).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// A missing privilege and a password that must be reset are told by a status that means a failure elsewhere.
fn classify(status: u16, body: &[u8]) -> Option<ErrorKind> {
    if status != 500 {
        return None;
    }
    let words = explain(body)?.to_lowercase();
    if words.contains("password") {
        Some(ErrorKind::Unauthorized)
    } else {
        PRIVILEGE_WORDS.iter().any(|word| words.contains(word)).then_some(ErrorKind::Forbidden)
    }
}
