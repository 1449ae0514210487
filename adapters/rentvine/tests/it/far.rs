use std::sync::Arc;

use chrono::{DateTime, Utc};
use latchel_sync_core::Platform;
use latchel_sync_core::model::Window;
use latchel_sync_core::registry::{Settings, platforms};
use serde_json::{Map, Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub use crate::rows::{all, invalid, record};

pub const BASE: &str = "/api/manager";
pub const WORK_ORDERS: &str = "maintenance/work-orders";
pub const STATUSES: &str = "maintenance/work-order/statuses";

/// Rentvine as far as a test needs it: a bare array for each path, served by page number.
pub struct Far {
    pub server: MockServer,
    pub rentvine: Arc<dyn Platform>,
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
        values.insert("calls_per_second".to_owned(), json!(1_000));
        let rentvine = connect(values).expect("an adapter");
        Self { server, rentvine }
    }

    /// Serves a list to whatever asks for it.
    pub async fn list(&self, at: &str, rows: Value) {
        self.list_for(at, &[], rows).await;
    }

    /// Serves a list to queries that have these parameters.
    pub async fn list_for(&self, at: &str, parameters: &[(&str, &str)], rows: Value) {
        self.capped(at, parameters, rows, usize::MAX).await;
    }

    /// Serves a list of which no page has more rows than `most`.
    pub async fn capped(&self, at: &str, parameters: &[(&str, &str)], rows: Value, most: usize) {
        let rows: Vec<Value> = rows.as_array().expect("a list").clone();
        let mut mock = Mock::given(method("GET")).and(path(format!("{BASE}/{at}")));
        for (name, value) in parameters {
            mock = mock.and(query_param(*name, *value));
        }
        let answer = move |request: &Request| {
            let number = |name: &str, usual: usize| {
                let found = request.url.query_pairs().find(|(key, _)| key == name);
                found.and_then(|(_, value)| value.parse().ok()).unwrap_or(usual)
            };
            let size = number("pageSize", 15).min(most);
            let page: Vec<_> = rows.iter().skip((number("page", 1) - 1) * size).take(size).collect();
            ResponseTemplate::new(200)
                .insert_header("date", "Mon, 02 Mar 2026 20:00:00 GMT")
                .set_body_json(page)
        };
        let priority = if parameters.is_empty() { 7 } else { 5 };
        mock.respond_with(answer).with_priority(priority).mount(&self.server).await;
    }

    /// Serves an empty list, or nothing that is found, wherever nothing else is served.
    pub async fn empty_otherwise(&self) {
        let empty = ResponseTemplate::new(200).set_body_json(json!([]));
        Mock::given(method("GET")).respond_with(empty).with_priority(9).mount(&self.server).await;
    }

    /// Serves one record.
    pub async fn one(&self, at: &str, record: Value) {
        self.answers("GET", at, ResponseTemplate::new(200).set_body_json(record)).await;
    }

    pub async fn answers(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        let mock = Mock::given(method(verb)).and(path(format!("{BASE}/{at}")));
        mock.respond_with(answer).mount(&self.server).await;
    }

    /// The requests so far, as `METHOD path?query`, without the base and the size of pages.
    pub async fn asked(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.expect("recording");
        let spell = |request: &Request| {
            let pairs = request.url.query_pairs().filter(|(name, value)| {
                name != "pageSize" && (name.as_ref(), value.as_ref()) != ("page", "1")
            });
            let query: Vec<_> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
            let mark = if query.is_empty() { "" } else { "?" };
            let path = request.url.path().trim_start_matches(BASE).trim_start_matches('/');
            format!("{} {path}{mark}{}", request.method, query.join("&"))
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
    let adapter = platforms().into_iter().find(|one| one.name == "rentvine").expect("it is registered");
    let secret = |name: &str| (name.to_owned(), format!("the-{name}").into());
    (adapter.connect)(&Settings::new(values, [secret("access_key"), secret("secret")].into()))
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

pub fn window() -> Window {
    Window { from: instant("2026-03-01T05:30:15Z") }
}

/// The window as the filter that it is asked with: a day earlier, because no zone is known.
pub const SINCE: (&str, &str) = ("dateTimeModifiedMin", "2026-02-28T05:30:15Z");

/// The window's first instant, and the second before it.
pub const FIRST: &str = "2026-03-01 05:30:15";
pub const JUST_BEFORE: &str = "2026-03-01 05:30:14";
pub const LONG_AGO: &str = "2025-01-01 00:00:00";

pub fn statuses() -> Value {
    json!([
        {"workOrderStatus": {"workOrderStatusID": "11", "primaryWorkOrderStatusID": "1", "name": "Pending", "isSystemStatus": "1"}},
        {"workOrderStatus": {"workOrderStatusID": "12", "primaryWorkOrderStatusID": "2", "name": "Open", "isSystemStatus": "1"}},
        {"workOrderStatus": {"workOrderStatusID": "13", "primaryWorkOrderStatusID": "3", "name": "Closed", "isSystemStatus": "1"}},
        {"workOrderStatus": {"workOrderStatusID": "14", "primaryWorkOrderStatusID": "4", "name": "On Hold", "isSystemStatus": "1"}},
        {"workOrderStatus": {"workOrderStatusID": "15", "primaryWorkOrderStatusID": "5", "name": "Cancelled", "isSystemStatus": "1"}},
        {"workOrderStatus": {"workOrderStatusID": "26", "primaryWorkOrderStatusID": "3", "name": "Waiting for Invoice", "isSystemStatus": "0"}},
    ])
}

pub fn work_order(id: u32) -> Value {
    json!({"workOrder": {
        "workOrderID": id.to_string(), "workOrderNumber": format!("WO-{id}"), "propertyID": "1", "unitID": "11",
        "leaseID": null, "workOrderStatusID": "12", "primaryWorkOrderStatusID": "2", "priorityID": "2",
        "description": "<p>The tap drips</p>", "isOwnerApproved": "0", "isVacant": "0", "isSharedWithTenant": "0",
        "isSharedWithOwner": "0", "vendorContactID": "77", "assignedToUserID": "41", "requestedByContactID": "21",
        "scheduledStartDate": "2026-03-05", "dateTimeCreated": LONG_AGO, "dateTimeModified": FIRST,
    }, "contact": {"contactID": "77", "name": "Pipes and Co"}})
}

pub fn property(id: u32, active: &str, modified: &str) -> Value {
    json!({"propertyID": id.to_string(), "portfolioID": "7", "name": format!("Elm {id}"), "isActive": active,
        "isMultiUnit": "1", "address": "12 Elm Street", "address2": "", "city": "Portland", "stateID": "OR",
        "postalCode": "97201", "dateTimeCreated": LONG_AGO, "dateTimeModified": modified})
}

pub fn unit(id: u32, of: &Value, modified: &str) -> Value {
    json!({"unit": {"unitID": id.to_string(), "propertyID": of["propertyID"], "name": format!("{id}A"),
        "isActive": "1", "address": "12 Elm Street", "address2": format!("Unit {id}A"), "city": "Portland",
        "stateID": "OR", "postalCode": "97201", "dateTimeCreated": LONG_AGO, "dateTimeModified": modified},
        "property": of})
}

pub fn tenant(id: u32, name: &str) -> Value {
    json!({"contactID": id.to_string(), "name": name, "email": format!("t{id}@example.com"),
        "phone": "503-555-0101", "isActive": "1"})
}

pub fn lease(id: u32, property: u32, unit: Option<u32>, tenants: &[Value]) -> Value {
    json!({"lease": {"leaseID": id.to_string(), "propertyID": property.to_string(),
        "unitID": unit.map(|unit| unit.to_string()), "primaryLeaseStatusID": "2", "leaseStatusID": "2",
        "moveInDate": "2025-09-01", "moveOutDate": null, "startDate": "2025-08-15", "endDate": "2026-08-31",
        "closedDate": null, "expectedMoveOutDate": null, "tenants": tenants, "dateTimeCreated": LONG_AGO,
        "dateTimeModified": FIRST}})
}
