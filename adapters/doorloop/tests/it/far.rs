use std::sync::atomic::{AtomicUsize, Ordering};

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use latchel_sync_core::model::{Row, Window};
use latchel_sync_core::registry::{Settings, platforms};
use latchel_sync_core::{Pages, Platform};
use serde_json::{Map, Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// DoorLoop as far as a test needs it: a list for each path, served by page number with its total.
pub struct Far {
    pub server: MockServer,
    pub doorloop: Arc<dyn Platform>,
}

impl Far {
    pub async fn new() -> Self {
        Self::with(json!({})).await
    }

    /// With settings beside the address.
    pub async fn with(settings: Value) -> Self {
        let server = MockServer::start().await;
        let mut values: Map<String, Value> = settings.as_object().expect("a table").clone();
        values.insert("base_url".to_owned(), json!(server.uri()));
        values.insert("calls_per_minute".to_owned(), json!(60_000));
        values.insert("calls_per_hour".to_owned(), json!(600_000));
        let doorloop = connect(values).expect("an adapter");
        Self { server, doorloop }
    }

    /// Serves a list to whatever asks for it.
    pub async fn list(&self, at: &str, rows: Value) {
        self.list_for(at, &[], rows).await;
    }

    /// Serves a list to queries that have these parameters.
    pub async fn list_for(&self, at: &str, parameters: &[(&str, &str)], rows: Value) {
        let rows: Vec<Value> = rows.as_array().expect("a list").clone();
        self.answer_for(at, parameters, move |number, size| {
            let page: Vec<_> = rows.iter().skip((number - 1) * size).take(size).collect();
            json!({"total": rows.len(), "data": page})
        })
        .await;
    }

    /// Serves what `page` makes of page number and size.
    pub async fn answer_for(
        &self,
        at: &str,
        parameters: &[(&str, &str)],
        page: impl Fn(usize, usize) -> Value + Send + Sync + 'static,
    ) {
        let mut mock = Mock::given(method("GET")).and(path(at));
        for (name, value) in parameters {
            mock = mock.and(wiremock::matchers::query_param(*name, *value));
        }
        let answer = move |request: &Request| {
            let number = |name: &str| {
                let found = request.url.query_pairs().find(|(key, _)| key == name);
                found.and_then(|(_, value)| value.parse::<usize>().ok())
            };
            let body = page(number("page_number").unwrap_or(1), number("page_size").unwrap_or(50));
            ResponseTemplate::new(200).set_body_json(body)
        };
        mock.respond_with(answer).mount(&self.server).await;
    }

    /// Serves a list of 1,001 rows of which, in so many readings, one is gone before the second page.
    pub async fn moving_list(
        &self,
        at: &str,
        moves: usize,
        row: impl Fn(u32) -> Value + Send + Sync + 'static,
    ) {
        let readings = AtomicUsize::new(0);
        self.answer_for(at, &[], move |number, _| {
            let reading = match number {
                1 => readings.fetch_add(1, Ordering::SeqCst),
                _ => readings.load(Ordering::SeqCst) - 1,
            };
            let total = if number == 2 && reading < moves { 1_000 } else { 1_001 };
            let page: Vec<_> = (0..total).skip((number - 1) * 1_000).take(1_000).map(&row).collect();
            json!({"total": total, "data": page})
        })
        .await;
    }

    /// Answers one method on one path.
    pub async fn answers(&self, verb: &str, at: &str, status: u16, body: Value) {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&self.server).await;
    }

    /// The requests so far, as `METHOD path?query`.
    pub async fn asked(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.expect("recording");
        let spell = |request: &Request| {
            let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{} {}{query}", request.method, request.url.path())
        };
        requests.iter().map(spell).collect()
    }

    /// The bodies of the writes so far.
    pub async fn written(&self) -> Vec<Value> {
        let requests = self.server.received_requests().await.expect("recording");
        let writes = requests.iter().filter(|request| request.method != "GET");
        writes.map(|write| serde_json::from_slice(&write.body).expect("JSON")).collect()
    }
}

/// The adapter as the command would make it.
pub fn connect(values: Map<String, Value>) -> latchel_sync_core::Result<Arc<dyn Platform>> {
    let adapter = platforms().into_iter().find(|one| one.name == "doorloop").expect("it is registered");
    (adapter.connect)(&Settings::new(values, [("token".to_owned(), "the-token".into())].into()))
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

pub fn window() -> Window {
    Window { from: instant("2026-03-01T05:30:15Z") }
}

/// Every row of every page.
pub async fn all<T>(pages: Pages<'_, T>) -> Vec<Row<T>> {
    pages.try_concat().await.expect("pages")
}

/// The record of the row that has to be one.
#[track_caller]
pub fn record<T: std::fmt::Debug>(row: &Row<T>) -> &T {
    match row {
        Row::Record(record) => record,
        other => panic!("{other:?}"),
    }
}

/// Id and field of the row that has to be unreadable.
#[track_caller]
pub fn invalid<T: std::fmt::Debug>(row: &Row<T>) -> (&str, &str) {
    match row {
        Row::Invalid(invalid) => (&invalid.id, &invalid.field),
        other => panic!("{other:?}"),
    }
}

/// An id of 24 hexadecimal digits.
pub fn oid(number: u32) -> String {
    format!("5f1a{number:020x}")
}
