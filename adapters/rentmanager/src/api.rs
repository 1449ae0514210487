use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{ErrorKind, Result};
use latchel_sync_http::loose::number_in;
use latchel_sync_http::{
    Answer, Call, List, LogIn, Paging, RateLimitHeaders, RawPages, Transport, Ways, error_words,
};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Value, json};

use crate::config::Config;
use crate::filters::{Among, Filters};

/// The order is that of ids; another cannot be asked for.
const PAGING: Paging = Paging::by_number("pagenumber", "pagesize", PAGE)
    .total_in_header("x-total-results")
    .empty_if(has_no_rows)
    .ahead(AT_ONCE);
/// Number of rows of a page.
pub(crate) const PAGE: usize = 1_000;
/// Number of pages of a list, and of look-ups for them, that are under way at once.
pub(crate) const AT_ONCE: usize = 4;
/// Words that the answer to a missing privilege may contain; its status is a 403 in one place and a 500 in another.
const PRIVILEGE_WORDS: [&str; 3] = ["privilege", "permission", "not authorized"];
/// Words of a log-in, or a call, that found all of the user's sessions taken: no credentials are wrong.
const FULL: &str = "maximum number of times";
/// Time after which a session may be free again, as clients of others wait.
const UNTIL_FREE: Duration = Duration::from_secs(30);

/// A list, and what of its records is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resource {
    pub path: &'static str,
    /// The fields to ask for, with commas between; every own one if empty.
    pub fields: &'static str,
    /// The part to embed, which must be among the fields too.
    pub embeds: &'static str,
}

impl Resource {
    /// Parameters that say what of the records is wanted: a part that is embedded comes only if it is among the fields too.
    fn said(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let said = [("fields", self.fields), ("embeds", self.embeds)];
        said.into_iter().filter(|(_, value)| !value.is_empty())
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Api {
    transport: Transport,
    /// Spellings of a filter for several values, and for a span of them.
    several: Arc<Ways>,
    spans: Arc<Ways>,
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
            .keep_session()
            .rate_limits(&[RateLimit { calls: config.calls_per_minute.get(), seconds: 60 }])
            .rate_limit_headers(shared)
            .classify_error(classify)
            .asks_to_wait(|status, body| is_full(status, body).then_some(UNTIL_FREE))
            .build()?;
        Ok(Self { transport, several: Arc::default(), spans: Arc::default() })
    }

    /// The first row of a list, to see whether it may be read.
    pub async fn peek(&self, path: &str) -> Result<Answer> {
        self.transport.list(path, &PAGING).peek().await
    }

    /// One record; `None` if it is not there.
    pub async fn find(&self, path: &str) -> Result<Option<Value>> {
        self.transport.get(path).find().await
    }

    /// One record of a list, with the same fields as there.
    pub async fn find_as(&self, resource: Resource, id: i64) -> Result<Option<Value>> {
        self.transport.get(&format!("{}/{id}", resource.path)).queries(resource.said()).find().await
    }

    /// A list with these filters.
    pub fn list<'a>(&self, resource: Resource, filters: &Filters) -> List<'a> {
        let list = self.transport.list(resource.path, &PAGING).queries(resource.said());
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
        let lists = |filters: Vec<Filters>| {
            let lists = filters.iter().map(|filters| read(self.list(resource, filters)));
            futures::stream::iter(lists.collect::<Vec<_>>()).flatten().boxed()
        };
        // A spelling that is not understood may be refused, or may find nothing.
        let pages = match Filters::among(field, ids) {
            Among::Sure(filters) => lists(filters),
            Among::Several(ways) => self.several.pages_until_proven(ways.map(lists).into()),
            Among::Span(ways) => self.spans.pages_until_proven(ways.map(lists).into()),
        };
        pages.map_ok(own).boxed()
    }

    pub fn post(&self, path: &str, body: &impl Serialize) -> Call {
        self.transport.post(path).json(body)
    }

    /// An action on a record, which takes its parameters in the query.
    pub fn call(&self, path: &str) -> Call {
        self.transport.post(path)
    }

    /// An id of the core as Rent Manager's number.
    pub fn number(&self, id: &str) -> Result<i64> {
        self.transport.number(id)
    }
}

/// A list without rows. The vendor's overview has a 404 for it, with the model of its errors, which the 404 of a path that
/// does not exist lacks; a report from a live account has a 204.
fn has_no_rows(status: u16, body: &[u8]) -> bool {
    let model = || latchel_sync_http::json::<Value>(body).ok();
    let is_model =
        |model: Value| ["DeveloperMessage", "UserMessage"].iter().any(|name| model.get(name).is_some());
    status == 404 && model().is_some_and(is_model)
}

/// Too many log-ins of one user, which is no refusal of the credentials.
fn is_full(status: u16, body: &[u8]) -> bool {
    status == 401 && error_words(body).is_some_and(|words| words.to_lowercase().contains(FULL))
}

/// A missing privilege and a password that must be reset are told by a status that means a failure elsewhere, and full
/// sessions by that of wrong credentials.
fn classify(status: u16, body: &[u8]) -> Option<ErrorKind> {
    if is_full(status, body) {
        return Some(ErrorKind::RateLimited);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_sessions_ask_for_a_wait_and_wrong_credentials_for_none() {
        let full = br#"{"UserMessage": "User is already logged in maximum number of times."}"#;
        assert_eq!((is_full(401, full), classify(401, full)), (true, Some(ErrorKind::RateLimited)));
        assert!(!is_full(500, full), "only a log-in is refused so");
        let wrong = br#"{"UserMessage": "The user name or password is wrong."}"#;
        assert_eq!((is_full(401, wrong), classify(401, wrong)), (false, None));
    }

    #[test]
    fn a_404_is_an_empty_list_only_with_the_model_of_errors() {
        let model = br#"{"DeveloperMessage": "No records.", "ErrorCode": -2146233088, "MoreInfoUri": ""}"#;
        assert!(has_no_rows(404, model));
        assert!(has_no_rows(404, &[b"\xef\xbb\xbf".as_slice(), model].concat()), "with a byte order mark");
        assert!(!has_no_rows(403, model));
        for other in
            [br#""#.as_slice(), br#"{"Message": "No HTTP resource was found."}"#, b"<html>", b"[]", b"null"]
        {
            assert!(!has_no_rows(404, other), "{}", String::from_utf8_lossy(other));
        }
    }
}
