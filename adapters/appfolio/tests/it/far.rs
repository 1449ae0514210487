use std::sync::Arc;

use futures::TryStreamExt;
use latchel_sync_core::model::{Row, Window};
use latchel_sync_core::registry::{Settings, platforms};
use latchel_sync_core::{Pages, Platform};
use serde_json::{Map, Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// AppFolio as far as a test needs it: each list on one page.
pub struct Far {
    pub server: MockServer,
    pub appfolio: Arc<dyn Platform>,
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
        values.insert("calls_per_second".to_owned(), json!(1000));
        let appfolio = connect(values).expect("an adapter");
        Self { server, appfolio }
    }

    /// Serves a list to whatever asks for it.
    pub async fn list(&self, resource: &str, rows: Value) {
        self.list_for(resource, &[], rows).await;
    }

    /// Serves a list to queries that have these parameters; without the filter that every list needs, a 400.
    pub async fn list_for(&self, resource: &str, parameters: &[(&str, &str)], rows: Value) {
        let mut mock = Mock::given(method("GET")).and(path(format!("/api/v0/{resource}")));
        for (name, value) in parameters {
            mock = mock.and(query_param(*name, *value));
        }
        let answer = move |request: &Request| {
            if !request.url.query().is_some_and(|query| query.contains("filters[LastUpdatedAtFrom]=")) {
                return ResponseTemplate::new(400);
            }
            ResponseTemplate::new(200).set_body_json(json!({"data": rows, "next_page_path": null}))
        };
        mock.respond_with(answer).mount(&self.server).await;
    }

    pub async fn answers(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        Mock::given(method(verb))
            .and(path(format!("/api/v0/{at}")))
            .respond_with(answer)
            .mount(&self.server)
            .await;
    }

    /// The requests so far.
    pub async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.expect("recording")
    }

    /// The requests so far, as `METHOD path?query`.
    pub async fn asked(&self) -> Vec<String> {
        let spell = |request: &Request| {
            let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{} {}{query}", request.method, request.url.path())
        };
        self.requests().await.iter().map(spell).collect()
    }

    /// The one write so far.
    pub async fn written(&self) -> Request {
        let mut writes = self.requests().await;
        writes.retain(|request| request.method != "GET");
        assert_eq!(writes.len(), 1);
        writes.remove(0)
    }
}

/// The adapter as the command would make it.
pub fn connect(values: Map<String, Value>) -> latchel_sync_core::Result<Arc<dyn Platform>> {
    let adapter = platforms().into_iter().find(|one| one.name == "appfolio").expect("it is registered");
    let secret = |name: &str| (name.to_owned(), format!("the-{name}").into());
    let secrets = ["client_id", "client_secret", "developer_id"].map(secret);
    (adapter.connect)(&Settings::new(values, secrets.into()))
}

pub fn window() -> Window {
    Window { from: "2026-03-01T05:30:15.700Z".parse().expect("an instant") }
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

pub fn property(id: &str, hidden_at: Value) -> Value {
    json!({"Id": id, "Name": format!("Elm {id}"), "Address1": "12 Elm Street", "Address2": "", "City": "Portland",
        "State": "OR", "Zip": "97201", "PropertyType": "Multi-Family", "PropertyGroupIds": ["e1"],
        "HiddenAt": hidden_at, "LastUpdatedAt": "2026-03-01T18:00:00Z"})
}

pub fn unit(id: &str, property: &str) -> Value {
    json!({"Id": id, "PropertyId": property, "Name": format!("Unit {id}"), "RentReady": true})
}

pub fn tenant(id: &str, occupancy: &str, unit: Value) -> Value {
    json!({"Id": id, "OccupancyId": occupancy, "PropertyId": "a1", "UnitId": unit, "FirstName": "Ada",
        "LastName": "Abara", "Status": "Current", "PhoneNumber": "503-555-0102", "Email": "ada@example.com",
        "MoveInOn": "2025-09-01", "MoveOutOn": "2026-04-01", "LeaseStartDate": "2025-08-15",
        "LeaseEndDate": "2026-08-31", "PrimaryTenant": true, "HiddenAt": null})
}

pub fn work_order(id: &str) -> Value {
    json!({"Id": id, "WorkOrderNumber": "1207-1", "PropertyId": "a1", "UnitId": "b1", "OccupancyId": null,
        "JobDescription": "Tap drips\nDay and night.", "Status": "Assigned", "Priority": "Normal",
        "AssignedUsers": ["c1", "c2"], "VendorId": "d1", "PermissionToEnter": true,
        "ScheduledStart": "2026-03-05T17:00:00Z", "LastUpdatedAt": "2026-03-01T18:00:00Z"})
}
