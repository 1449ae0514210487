use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{ErrorKind, Result};
use latchel_sync_http::loose::number_in;
use latchel_sync_http::{
    Answer, Call, List, LogIn, Paging, RateLimitHeaders, RawPages, Transport, error_words,
};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Value, json};

use crate::config::Config;
use crate::filters::Filters;

/// The order is that of ids; another cannot be asked for.
const PAGING: Paging =
    Paging::by_number("pagenumber", "pagesize", 1_000).total_in_header("x-total-results").ahead(4);
/// Words that the answer to a missing privilege may contain; its status is a 403 in one place and a 500 in another.
const PRIVILEGE_WORDS: [&str; 3] = ["privilege", "permission", "not authorized"];

/// A list, and what of its records is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resource {
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
            scheme: "",
        };
        let shared =
            RateLimitHeaders { remaining: "x-ratelimit-remaining", reset: Some("x-ratelimit-reset") };
        let transport = Transport::builder("Rent Manager", &config.base_url, settings)
            .log_in(log_in, password)
            .rate_limits(&[RateLimit { calls: config.calls_per_minute.get(), seconds: 60 }])
            .rate_limit_headers(shared)
            .classify_error(classify)
            .build()?;
        Ok(Self { transport })
    }

    /// The first row of a list, to see whether it may be read.
    pub async fn peek(&self, path: &str) -> Result<Answer> {
        self.transport.list(path, &PAGING).peek().await
    }

    /// One record; `None` if it is not there.
    pub async fn find(&self, path: &str) -> Result<Option<Value>> {
        self.transport.get(path).find().await
    }

    /// A list with these filters.
    pub fn list<'a>(&self, resource: Resource, filters: &Filters) -> List<'a> {
        let said = [("fields", resource.fields), ("embeds", resource.embeds)];
        let list = self.transport.list(resource.path, &PAGING);
        let list = list.queries(said.into_iter().filter(|(_, value)| !value.is_empty()));
        list.queries(filters.to_parameter().map(|value| ("filters", value)))
    }

    /// Pages with the rows of a list that have one of these ids in `field`, or nothing there that is an id. `read` says
    /// whether rows may have stand-ins: [`List::pages`] or [`List::whole`].
    pub fn among<'a>(
        &'a self,
        resource: Resource,
        field: &'static str,
        ids: &BTreeSet<i64>,
        read: fn(List<'a>) -> RawPages<'a>,
    ) -> RawPages<'a> {
        let wanted = ids.clone();
        let own = move |page: Vec<Value>| -> Vec<Value> {
            let own = |row: &Value| number_in(row, field).is_none_or(|id| wanted.contains(&id));
            page.into_iter().filter(own).collect()
        };
        let lists = Filters::among(field, ids).into_iter().map(|filters| read(self.list(resource, &filters)));
        futures::stream::iter(lists.collect::<Vec<_>>()).flatten().map_ok(own).boxed()
    }

    pub fn post(&self, path: &str, body: &impl Serialize) -> Call {
        self.transport.post(path).json(body)
    }

    /// An id of the core as Rent Manager's number.
    pub fn number(&self, id: &str) -> Result<i64> {
        self.transport.number(id)
    }
}

/// A missing privilege and a password that must be reset are told by a status that means a failure elsewhere.
fn classify(status: u16, body: &[u8]) -> Option<ErrorKind> {
    if status != 500 {
        return None;
    }
    let words = error_words(body)?.to_lowercase();
    if words.contains("password") {
        Some(ErrorKind::Unauthorized)
    } else {
        PRIVILEGE_WORDS.iter().any(|word| words.contains(word)).then_some(ErrorKind::Forbidden)
    }
}
