//! Latchel behind a gateway: every request body and every answer is held against the contract.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod contract;
mod jobs;
mod lists;
mod properties;
mod residents;
mod strictness;

use axum::http::{Method, StatusCode};
use mock_pms::{MockServer, Options, RateLimit, World};
use serde_json::{Value, json};

use self::contract::Contract;
use crate::client::{Reply, send};

const KEY: &str = "latchel-key";

/// A running server with a small world, and a client that checks what it says and hears.
struct Latchel {
    server: MockServer,
    contract: Contract,
}

impl Reply {
    /// Status and field of an error answer.
    fn fault(&self) -> (u16, Option<&str>) {
        (self.status, self.body["error"]["field"].as_str())
    }

    /// One member of each record in `data`.
    fn each(&self, member: &str) -> Vec<Value> {
        self.body["data"].as_array().expect("data").iter().map(|row| row[member].clone()).collect()
    }
}

impl Latchel {
    async fn start() -> Self {
        Self::of(&world()).await
    }

    async fn of(world: &Value) -> Self {
        let world = World::from_json(&world.to_string()).expect("the world is good");
        let server = MockServer::start(world, Options::unlimited()).await.expect("the server starts");
        Self { server, contract: Contract::read() }
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn patch(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    /// Sends a request with the key; the answer, and the body of a request that was accepted, must be as
    /// the contract has them.
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let text = body.as_ref().map(Value::to_string).unwrap_or_default();
        let reply = self.raw(method.clone(), path, Some(KEY), text).await;
        self.contract.check_answer(&method, path, reply.status, &reply.body);
        if let Some(body) = body.filter(|_| reply.status < 300) {
            self.contract.check_request(&method, path, &body);
        }
        reply
    }

    /// Sends whatever it is told.
    async fn raw(&self, method: Method, path: &str, key: Option<&str>, body: String) -> Reply {
        let headers =
            key.map(|key| ("x-api-key", key)).into_iter().chain([("content-type", "application/json")]);
        send(method, &format!("{}{path}", self.server.latchel_url()), &headers.collect::<Vec<_>>(), body)
            .await
    }
}

/// Three properties, of which two carry the same references and one none; two residents; four jobs.
fn world() -> Value {
    let at = "2026-03-01T00:00:00Z";
    let property = |id: i64, reference: Option<&str>, unit: Option<&str>| {
        json!({
            "id": id, "name": format!("Elm {id}"), "address1": "1 Elm St", "city": "Reno", "state": "NV",
            "zip": "89501", "is_active": true, "ref_property_id": reference, "ref_unit_id": unit,
            "created_at": at, "updated_at": at,
        })
    };
    let mut adjusted = property(1, Some("7"), Some("71"));
    adjusted["portfolio_id"] = json!(5);
    adjusted["adjusted_address"] =
        json!({ "address1": "1 Elm Street", "city": "Reno", "state": "NV", "zip": "89501-0001" });
    let job = |id: i64, day: i64, state: &str| {
        json!({
            "id": id, "source": "Tenant Call", "state": state, "state_updated_at": at, "name": "Leak",
            "property_id": 1, "ref_job_id": format!("wo-{id}"), "order_number": "900",
            "created_at": at, "updated_at": format!("2026-03-{day:02}T00:00:00Z"),
        })
    };
    let timezone = "America/Los_Angeles";
    json!({
        "clock": { "now": "2026-03-10T12:00:00Z" },
        "platform": { "account": {
            "id": 1, "name": "Acme", "client_id": "id", "client_secret": "secret", "timezone": timezone,
        } },
        "latchel": {
            "company": { "id": 9, "name": "Acme", "api_key": KEY, "timezone": timezone },
            "portfolios": [
                { "id": 5, "name": "North", "integration_sync_method": "Assigned Work Orders" },
                { "id": 6, "name": "South" },
            ],
            "properties": [adjusted, property(2, Some("7"), Some("71")), property(3, None, None),
                property(4, Some("8"), None)],
            "residents": [
                { "id": 1, "name": "Ann", "is_active": true, "ref_user_id": "t1", "ref_property_id": "7",
                  "ref_unit_id": "71", "property_id": 1, "created_at": at, "updated_at": at },
                { "id": 2, "name": "Bob", "is_active": false, "created_at": at, "updated_at": at },
            ],
            "jobs": [job(4, 8, "canceled"), job(1, 2, "Finding Service Provider"), job(2, 4, "Completed"),
                job(3, 6, "Some New State")],
        },
    })
}

#[tokio::test]
async fn every_path_wants_the_key() {
    let latchel = Latchel::start().await;
    for path in ["/v1/company", "/v1/properties/1", "/v1/nonsense"] {
        for key in [None, Some(""), Some("latchel-keys")] {
            let reply = latchel.raw(Method::GET, path, key, String::new()).await;
            latchel.contract.check("Error", &reply.body);
            assert_eq!(reply.status, 401, "{path} with {key:?}");
            assert_eq!(reply.body["error"]["code"], "unauthorized");
        }
    }
}

#[tokio::test]
async fn the_contract_is_served_to_anybody() {
    let latchel = Latchel::start().await;
    let reply = latchel.raw(Method::GET, "/openapi.json", None, String::new()).await;
    assert_eq!(&reply.good(), latchel.contract.document());
}

#[tokio::test]
async fn the_company_and_its_portfolios_are_read() {
    let latchel = Latchel::start().await;
    assert_eq!(latchel.get("/v1/company").await.good(), json!({ "company_id": 9, "name": "Acme" }));
    let portfolios = latchel.get("/v1/portfolios").await;
    assert_eq!(portfolios.each("integration_sync_method"), [json!("Assigned Work Orders"), Value::Null]);
}

#[tokio::test]
async fn unknown_paths_and_methods_have_an_error_body() {
    let latchel = Latchel::start().await;
    for (method, path, status) in [
        (Method::GET, "/v1/nonsense", StatusCode::NOT_FOUND),
        (Method::DELETE, "/v1/jobs/1", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let reply = latchel.raw(method, path, Some(KEY), String::new()).await;
        latchel.contract.check("Error", &reply.body);
        assert_eq!(reply.status, status);
    }
}

#[tokio::test]
async fn what_the_key_may_not_do_is_403() {
    let mut world = world();
    world["latchel"]["company"]["denied"] = json!(["jobs:write", "residents"]);
    let latchel = Latchel::of(&world).await;
    assert_eq!(latchel.get("/v1/jobs").await.status, 200);
    assert_eq!(latchel.post("/v1/jobs/lookup", json!({ "job_ids": [1] })).await.status, 200);
    assert_eq!(latchel.patch("/v1/jobs/1", json!({ "order_number": "1" })).await.status, 403);
    assert_eq!(latchel.get("/v1/residents/1").await.status, 403);
    assert_eq!(latchel.post("/v1/residents/lookup", json!({})).await.status, 403);
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_400() {
    let latchel = Latchel::start().await;
    for body in ["", "{", "[]", "null"] {
        let reply = latchel.raw(Method::POST, "/v1/jobs", Some(KEY), body.to_owned()).await;
        latchel.contract.check("Error", &reply.body);
        assert_eq!(reply.fault(), (400, None), "{body:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_long_is_413() {
    let latchel = Latchel::start().await;
    let reply = latchel.post("/v1/jobs", json!({ "name": "x".repeat(1 << 20) })).await;
    assert_eq!(reply.fault(), (413, None));
}

#[tokio::test]
async fn beyond_the_rate_limit_is_429() {
    let world = World::from_json(&world().to_string()).expect("the world is good");
    let limit = RateLimit { calls: 1, seconds: 3_600 };
    let options = Options { latchel_rate_limits: Some(vec![limit]), ..Options::default() };
    let server = MockServer::start(world, options).await.expect("the server starts");
    let latchel = Latchel { server, contract: Contract::read() };
    assert_eq!(latchel.get("/v1/company").await.status, 200);
    let reply = latchel.get("/v1/company").await;
    assert_eq!((reply.status, reply.body["error"]["code"].as_str()), (429, Some("rate_limited")));
}
