use std::sync::Arc;

use chrono::{DateTime, Utc};
use latchel_sync_core::Platform;
use latchel_sync_core::model::Window;
use latchel_sync_core::registry::{Settings, platforms};
use serde_json::{Map, Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub use crate::rows::{all, invalid, record};

/// Buildium as far as a test needs it: a list for each path, served with limit, offset and total.
pub struct Far {
    pub server: MockServer,
    pub buildium: Arc<dyn Platform>,
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
        let buildium = connect(values).expect("an adapter");
        Self { server, buildium }
    }

    /// Serves a list to whatever asks for it.
    pub async fn list(&self, at: &str, rows: Value) {
        self.list_for(at, &[], rows).await;
    }

    /// Serves a list to queries that have these parameters.
    pub async fn list_for(&self, at: &str, parameters: &[(&str, &str)], rows: Value) {
        let rows: Vec<Value> = rows.as_array().expect("a list").clone();
        let mut mock = Mock::given(method("GET")).and(path(at));
        for (name, value) in parameters {
            mock = mock.and(wiremock::matchers::query_param(*name, *value));
        }
        let answer = move |request: &Request| {
            let number = |name: &str| {
                let found = request.url.query_pairs().find(|(key, _)| key == name);
                found.and_then(|(_, value)| value.parse::<usize>().ok())
            };
            let (offset, limit) = (number("offset").unwrap_or(0), number("limit").unwrap_or(50));
            let page: Vec<_> = rows.iter().skip(offset).take(limit).collect();
            ResponseTemplate::new(200)
                .insert_header("X-Total-Count", rows.len().to_string())
                .set_body_json(page)
        };
        mock.respond_with(answer).mount(&self.server).await;
    }

    /// Serves one record.
    pub async fn one(&self, at: &str, record: Value) {
        let answer = ResponseTemplate::new(200).set_body_json(record);
        Mock::given(method("GET")).and(path(at)).respond_with(answer).mount(&self.server).await;
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

    /// The body of the one write so far.
    pub async fn written(&self) -> Value {
        let requests = self.server.received_requests().await.expect("recording");
        let writes: Vec<_> = requests.iter().filter(|request| request.method != "GET").collect();
        let [write] = writes.as_slice() else { panic!("{} writes", writes.len()) };
        serde_json::from_slice(&write.body).expect("JSON")
    }
}

/// The adapter as the command would make it.
pub fn connect(values: Map<String, Value>) -> latchel_sync_core::Result<Arc<dyn Platform>> {
    let adapter = platforms().into_iter().find(|one| one.name == "buildium").expect("it is registered");
    let secret = |name: &str| (name.to_owned(), format!("the-{name}").into());
    (adapter.connect)(&Settings::new(values, [secret("client_id"), secret("client_secret")].into()))
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

pub fn window() -> Window {
    Window { from: instant("2026-03-01T05:30:15Z") }
}

pub fn address() -> Value {
    json!({"AddressLine1": "12 Elm Street", "AddressLine2": "", "AddressLine3": null, "City": "Portland",
        "State": "OR", "PostalCode": "97201", "Country": "UnitedStates"})
}

pub fn rental(id: i64, active: bool) -> Value {
    json!({"Id": id, "Name": format!("Elm {id}"), "StructureDescription": null, "NumberUnits": 2, "IsActive": active,
        "OperatingBankAccountId": 1, "Reserve": 0.0, "Address": address(), "YearBuilt": null,
        "RentalType": "Residential", "RentalSubType": "MultiFamily", "RentalManager": null})
}

pub fn unit(id: i64, property: i64) -> Value {
    json!({"Id": id, "PropertyId": property, "BuildingName": "Elm", "UnitNumber": format!("{id}A"),
        "Description": null, "MarketRent": 900.0, "Address": address(), "UnitBedrooms": "TwoBed",
        "UnitBathrooms": "OneBath", "UnitSize": 800, "IsUnitListed": false, "IsUnitOccupied": true})
}
