use std::sync::Arc;

use chrono::{DateTime, Utc};
use latchel_sync_core::Platform;
use latchel_sync_core::model::Window;
use latchel_sync_core::registry::{Settings, platforms};
use serde_json::{Map, Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub use crate::rows::{all, invalid, record};

pub const BASE: &str = "/pw/api/rest/v1";
/// An id that no double holds exactly.
pub const HUGE: i64 = 9_007_199_254_740_993;

/// Propertyware as far as a test needs it: a list for each path, with a total that is true on full pages only.
pub struct Far {
    pub server: MockServer,
    pub propertyware: Arc<dyn Platform>,
}

impl Far {
    pub async fn new() -> Self {
        Self::with(json!({})).await
    }

    /// With settings beside the address and the organisation.
    pub async fn with(settings: Value) -> Self {
        let server = MockServer::start().await;
        let mut values: Map<String, Value> = settings.as_object().expect("a table").clone();
        values.insert("base_url".to_owned(), json!(server.uri()));
        values.insert("calls_per_second".to_owned(), json!(1_000));
        let propertyware = connect(values).expect("an adapter");
        Self { server, propertyware }
    }

    /// Serves a list to whatever asks for it, and each of its records by itself.
    pub async fn list(&self, at: &str, rows: Value) {
        self.list_for(at, &[], rows.clone()).await;
        for row in rows.as_array().expect("a list") {
            if let Some(id) = row["id"].as_i64() {
                self.one(&format!("{at}/{id}"), row.clone()).await;
            }
        }
    }

    /// Serves a list to queries that have these parameters.
    pub async fn list_for(&self, at: &str, parameters: &[(&str, &str)], rows: Value) {
        let rows: Vec<Value> = rows.as_array().expect("a list").clone();
        let mut mock = Mock::given(method("GET")).and(path(format!("{BASE}/{at}")));
        for (name, value) in parameters {
            mock = mock.and(query_param(*name, *value));
        }
        let answer = move |request: &Request| {
            let find = |name: &str| {
                let found = request.url.query_pairs().find(|(key, _)| key == name);
                found.and_then(|(_, value)| value.parse::<i64>().ok())
            };
            let number = |name: &str| find(name).and_then(|number| usize::try_from(number).ok());
            let building = find("buildingID");
            let own = |row: &&Value| building.is_none_or(|id| row["buildingID"] == id);
            let all: Vec<_> = rows.iter().filter(own).collect();
            let limit = number("limit").unwrap_or(100).min(500);
            let page: Vec<_> = all.iter().skip(number("offset").unwrap_or(0)).take(limit).collect();
            let said = if page.len() < limit { page.len() } else { all.len() };
            ResponseTemplate::new(200)
                .insert_header("x-total-count", said.to_string())
                .insert_header("date", "Mon, 02 Mar 2026 20:00:00 GMT")
                .set_body_json(page)
        };
        mock.respond_with(answer)
            .with_priority(if parameters.is_empty() { 7 } else { 5 })
            .mount(&self.server)
            .await;
    }

    /// Serves one record.
    pub async fn one(&self, at: &str, record: Value) {
        let answer = ResponseTemplate::new(200).set_body_json(record);
        self.answers("GET", at, answer).await;
    }

    pub async fn answers(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        let mock = Mock::given(method(verb)).and(path(format!("{BASE}/{at}")));
        mock.respond_with(answer).mount(&self.server).await;
    }

    /// The requests so far, as `METHOD path?query`, without the base and what every list is asked with.
    pub async fn asked(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.expect("recording");
        let spell = |request: &Request| {
            let common = ["orderby", "limit"];
            let query: Vec<_> = request
                .url
                .query_pairs()
                .filter(|(name, value)| {
                    !common.contains(&&**name) && (name.as_ref(), value.as_ref()) != ("offset", "0")
                })
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let mark = if query.is_empty() { "" } else { "?" };
            let path = request.url.path().trim_start_matches(BASE).trim_start_matches('/');
            format!("{} {path}{mark}{}", request.method, query.join("&"))
        };
        requests.iter().map(spell).collect()
    }

    /// The body of the one write so far.
    pub async fn written(&self) -> Value {
        let requests = self.server.received_requests().await.expect("recording");
        let writes: Vec<_> = requests.iter().filter(|request| request.method != "GET").collect();
        let [write] = writes.as_slice() else { panic!("{} writes", writes.len()) };
        serde_json::from_slice(&write.body).expect("JSON")
    }
}

/// The adapter as the command would make it.
pub fn connect(mut values: Map<String, Value>) -> latchel_sync_core::Result<Arc<dyn Platform>> {
    let adapter = platforms().into_iter().find(|one| one.name == "propertyware").expect("it is registered");
    values.entry("system_id").or_insert(json!("4711"));
    let secret = |name: &str| (name.to_owned(), format!("the-{name}").into());
    (adapter.connect)(&Settings::new(values, [secret("client_id"), secret("client_secret")].into()))
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

pub fn window() -> Window {
    Window { from: instant("2026-03-01T05:30:15Z") }
}

/// The window as the filter that it is asked with.
pub const SINCE: (&str, &str) = ("lastModifiedDateTimeStart", "2026-03-01T05:30:15Z");

pub fn address() -> Value {
    json!({"address": "12 Elm Street", "addressCont": "", "city": "Portland", "stateRegion": "OR",
        "postalCode": "97201", "country": "USA"})
}

pub fn building(id: i64, multi_unit: &str, active: bool) -> Value {
    json!({"id": id, "name": format!("Elm {id}"), "abbreviation": "ELM", "active": active, "address": address(),
        "multiUnit": multi_unit, "countUnit": 1, "areaUnits": "CUSTOMIZATIONS", "targetDeposit": "100.00",
        "propertyManagerList": [{"id": 7, "userID": 41, "name": "Team Latchel", "roleAsString": "Manager"}]})
}

pub fn unit(id: i64, building: i64) -> Value {
    json!({"id": id, "buildingID": building, "name": format!("{id}A"), "abbreviation": "A", "active": true,
        "address": address(), "areaUnits": "PAYMENT_TYPE_NA"})
}
