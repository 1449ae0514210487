use std::sync::Arc;

use latchel_sync_core::Platform;
use latchel_sync_core::model::Window;
use latchel_sync_core::registry::{Settings, platforms};
use serde_json::{Map, Value, json};
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub use crate::rows::{all, invalid, record};

const LOG_IN: &str = "/Authentication/AuthorizeUser";

/// Rent Manager as far as a test needs it: a log-in, and a list for each path.
pub struct Far {
    pub server: MockServer,
    pub platform: Arc<dyn Platform>,
}

impl Far {
    /// With the tables that an issue is read and written by.
    pub async fn new() -> Self {
        Self::with(json!({})).await
    }

    /// With settings beside the address and the user.
    pub async fn with(settings: Value) -> Self {
        let far = Self::bare(settings).await;
        let sent = json!({"Username": "the-user", "Password": "the-password", "LocationID": 3});
        let let_in = Mock::given(method("POST")).and(path(LOG_IN)).and(body_json(sent));
        let_in.respond_with(ResponseTemplate::new(200).set_body_json("the-token")).mount(&far.server).await;
        for (table, key, names) in [
            ("Statuses", "Status", ["Open", "Completed", "Cancelled"]),
            ("Priorities", "Priority", ["Normal", "Urgent", "Emergency"]),
        ] {
            let entry = |(id, name)| json!({format!("ServiceManager{key}ID"): id, "Name": format!("[Latchel] {name}")});
            let rows: Vec<Value> = (11..).zip(names).map(entry).collect();
            far.list(&format!("ServiceManager{table}"), json!(rows)).await;
        }
        let category = json!([{"ServiceManagerCategoryID": 11, "Name": "[Latchel] Maintenance Category"}]);
        far.list("ServiceManagerCategories", category).await;
        far
    }

    /// Without a log-in.
    pub async fn bare(settings: Value) -> Self {
        let server = MockServer::start().await;
        let mut values: Map<String, Value> = settings.as_object().expect("a table").clone();
        values.insert("base_url".to_owned(), json!(server.uri()));
        values.insert("calls_per_minute".to_owned(), json!(100_000));
        let platform = connect(values).expect("an adapter");
        Self { server, platform }
    }

    /// Serves a list in pages, narrowed by whatever filters of numbers it is asked with.
    pub async fn list(&self, at: &str, rows: Value) {
        let rows = rows.as_array().expect("a list").clone();
        let answer = move |request: &Request| {
            let parameter = |name: &str| {
                let found = request.url.query_pairs().find(|(key, _)| key == name);
                found.map(|(_, value)| value.into_owned())
            };
            let number =
                |name: &str| parameter(name).and_then(|text| text.parse::<usize>().ok()).unwrap_or(1);
            let filters = parameter("filters").unwrap_or_default();
            let own = |row: &&Value| filters.split(';').all(|one| holds(one, row));
            let all: Vec<_> = rows.iter().filter(own).collect();
            let (page, size) = (number("pagenumber"), number("pagesize"));
            let page: Vec<_> = all.iter().skip((page - 1) * size).take(size).collect();
            if page.is_empty() {
                return ResponseTemplate::new(204);
            }
            ResponseTemplate::new(200)
                .insert_header("x-total-results", all.len().to_string())
                .insert_header("date", "Mon, 02 Mar 2026 20:00:00 GMT")
                .set_body_json(page)
        };
        Mock::given(method("GET"))
            .and(path(format!("/{at}")))
            .and(header("x-rm12api-apitoken", "the-token"))
            .respond_with(answer)
            .mount(&self.server)
            .await;
    }

    /// Serves one record.
    pub async fn one(&self, at: &str, record: Value) {
        self.answers("GET", at, ResponseTemplate::new(200).set_body_json(record)).await;
    }

    pub async fn answers(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        Mock::given(method(verb)).and(path(format!("/{at}"))).respond_with(answer).mount(&self.server).await;
    }

    /// The requests so far but for the log-in, as `METHOD path?filters`.
    pub async fn asked(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.expect("recording");
        let spell = |request: &Request| {
            let filters = request.url.query_pairs().find(|(name, _)| name == "filters");
            let filters = filters.map(|(_, value)| format!("?{value}")).unwrap_or_default();
            format!("{} {}{filters}", request.method, request.url.path().trim_start_matches('/'))
        };
        requests.iter().filter(|request| request.url.path() != LOG_IN).map(spell).collect()
    }

    /// The bodies of the writes so far.
    pub async fn written(&self) -> Vec<Value> {
        let requests = self.server.received_requests().await.expect("recording");
        let writes = requests.iter().filter(|one| one.method != "GET" && one.url.path() != LOG_IN);
        writes.map(|write| serde_json::from_slice(&write.body).expect("JSON")).collect()
    }
}

/// Whether a filter of numbers holds; one of something else does.
fn holds(filter: &str, row: &Value) -> bool {
    let parts: Vec<_> = filter.splitn(3, ',').collect();
    let [field, operator, value] = parts[..] else { return true };
    let (Ok(value), Some(own)) = (value.parse::<i64>(), row[field].as_i64()) else { return true };
    match operator {
        "eq" => own == value,
        "ge" => own >= value,
        "le" => own <= value,
        _ => panic!("{filter}"),
    }
}

/// The adapter as the command would make it.
pub fn connect(mut values: Map<String, Value>) -> latchel_sync_core::Result<Arc<dyn Platform>> {
    let adapter = platforms().into_iter().find(|one| one.name == "rentmanager").expect("it is registered");
    values.entry("username").or_insert(json!("the-user"));
    values.entry("location_id").or_insert(json!("3"));
    let secrets = [("password".to_owned(), "the-password".into())].into();
    let settings = Settings::new(values, secrets).with_time_zone(chrono_tz::America::Los_Angeles);
    (adapter.connect)(&settings)
}

/// From 21:30 on the last of February where the account is.
pub fn window() -> Window {
    Window { from: "2026-03-01T05:30:15Z".parse().expect("an instant") }
}

/// The window as the filter that it is asked with.
pub const SINCE: &str = "UpdateDate,ge,2026-02-28";

pub fn address(street: &str) -> Value {
    json!([{"Street": street, "City": "Portland", "State": "OR", "PostalCode": "97201", "IsPrimary": true}])
}

pub fn property(id: i64, active: bool) -> Value {
    json!({"PropertyID": id, "Name": format!("Elm {id}"), "ShortName": "ELM", "IsActive": active,
        "UpdateDate": "2026-03-01 10:00:00", "Addresses": address("12 Elm Street")})
}

pub fn unit(id: i64, property: i64) -> Value {
    json!({"UnitID": id, "PropertyID": property, "Name": format!("{id}A"), "UpdateDate": "2026-03-01T11:00:00-04:00",
        "Addresses": address("12 Elm Street\r\nUnit A")})
}

pub fn tenant(id: i64) -> Value {
    json!({"TenantID": id, "Name": "Abara, Ada", "FirstName": "Ada", "LastName": "Abara", "Status": "Current",
        "UpdateDate": "2026-03-01 10:00:00", "Contacts": [
            {"ContactID": 1, "Email": "old@example.com", "IsPrimary": false},
            {"ContactID": 2, "Email": "ada@example.com", "IsPrimary": true, "PhoneNumbers": [
                {"PhoneNumber": "503-555-0101"}, {"PhoneNumber": "503-555-0102", "IsPrimary": true}]}]})
}

pub fn lease(id: i64, tenant: i64, property: i64, unit: i64) -> Value {
    json!({"LeaseID": id, "TenantID": tenant, "PropertyID": property, "UnitID": unit,
        "MoveInDate": "2025-09-01T00:00:00", "IsMoveOutConfirmed": false})
}

pub fn issue(id: i64) -> Value {
    json!({"ServiceManagerIssueID": id, "Title": "Tap drips", "Description": "Day and night.", "CategoryID": 11,
        "StatusID": 11, "PriorityID": 12, "AssignedToUserID": 41, "VendorID": 51, "PropertyID": 1, "UnitID": 11,
        "TenantID": 21, "IsClosed": false, "CreateDate": "2026-02-28T22:00:00", "UpdateDate": "2026-03-01T09:00:00",
        "ConcurrencyID": 7})
}
