//! Paths, header, limit, pages and errors of the Partner API, as far as its users report them.

use latchel_sync_core::model::InvalidRecord;
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::{RateLimitHeaders, Transport, loose, rows};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::{Config, Writes};

/// The headers that tell what is left of the key's limit; none says when there is more.
const LEFT: RateLimitHeaders = RateLimitHeaders { remaining: "x-ratelimit-remaining", reset: None };

/// The header that carries the key.
pub(crate) const KEY: &str = "x-api-key";
/// The parameter that counts pages.
pub(crate) const PAGE: &str = "page";
/// The member that holds a list's rows, or one record.
pub(crate) const DATA: &str = "data";
/// Pointer to the member that tells of other pages.
const LINKS: &str = "/links";
/// Pointer to the member that is null on the last page.
pub(crate) const NEXT: &str = "/links/next";

#[derive(Debug)]
pub(crate) struct Api {
    pub transport: Transport,
    pub writes: bool,
    pub budget: RateLimit,
}

/// One page of a list, read row by row.
pub(crate) struct Rows<T> {
    pub rows: Vec<T>,
    /// Rows that were not understood, as they came.
    pub unread: Vec<(InvalidRecord, Value)>,
    /// All rows as they came.
    pub raw: Vec<Value>,
    pub more: bool,
}

impl Api {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        config.check_address()?;
        let budget = config.budget()?;
        let transport = Transport::builder("Latchel", &config.base_url, settings)
            .rate_limits(&[budget])
            .rate_limit_headers(LEFT)
            .secret_header(KEY, settings.secret("api_key")?)
            .build()?;
        config.check_host(&transport)?;
        Ok(Self { transport, writes: config.writes == Writes::On, budget })
    }

    /// One page of a list. The page is counted here: the next link carries `page` alone, and would lose the filters.
    pub async fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        filters: &[(&'static str, String)],
        page: u32,
        (what, id): (&'static str, &'static str),
    ) -> Result<Rows<T>> {
        let call = self.transport.get(path).queries(filters.iter().map(|(name, value)| (name, value)));
        let answer = call.query(PAGE, page).send().await?;
        let mut body = answer.value()?;
        // An answer that says nothing of another page is no last one: the empty page behind it is.
        let more = match body.pointer(LINKS) {
            Some(Value::Object(_)) => body.pointer(NEXT).is_some_and(|next| !next.is_null()),
            _ => true,
        };
        let Some(Value::Array(raw)) = body.get_mut(DATA).map(Value::take) else {
            return Err(Error::new(ErrorKind::Malformed, "the answer holds no list of rows")
                .with("call", path)
                .with("field", DATA));
        };
        let (mut read, mut unread) = (Vec::new(), Vec::new());
        for (row, raw) in rows::<T>(&raw, what, |row| loose::id_in(row, id)).into_iter().zip(&raw) {
            match row {
                Ok(row) => read.push(row),
                Err(bad) => unread.push((bad, raw.clone())),
            }
        }
        Ok(Rows { rows: read, unread, raw, more })
    }

    /// One record; `None` if it is not there.
    pub async fn one(&self, path: &str) -> Result<Option<Value>> {
        let body: Option<Value> = self.transport.get(path).find().await?;
        Ok(body.map(record))
    }
}

/// The record of an answer, which is in `data`; a record that comes bare is understood too.
pub(crate) fn record(mut body: Value) -> Value {
    match body.get_mut(DATA).map(Value::take) {
        Some(record @ Value::Object(_)) => record,
        _ => body,
    }
}
