//! The admin API.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use axum::http::Method;
use mock_pms::{MockServer, Options, World};
use serde_json::{Value, json};

use crate::client::{Reply, send};

const EXAMPLE: &str = include_str!("../../examples/small-world.json");
const AT: &str = "2026-03-02T20:00:00Z";

struct Admin(MockServer);

impl Admin {
    async fn start() -> Self {
        let world = World::from_json(EXAMPLE).expect("the example is a world");
        let options = Options { keep_responses: true, ..Options::unlimited() };
        Self(MockServer::start(world, options).await.expect("the server starts"))
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Reply {
        let url = format!("{}/_mock/{path}", self.0.admin_url());
        let text = if body.is_null() { String::new() } else { body.to_string() };
        send(method, &url, &[("content-type", "application/json")], text).await
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.ask(Method::GET, path, Value::Null).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.body
    }

    async fn edit(&self, edits: Value) -> Reply {
        self.ask(Method::POST, "edit", edits).await
    }

    /// Message of a refused edit.
    async fn refusal(&self, edits: Value) -> String {
        let reply = self.edit(edits).await;
        assert_eq!(reply.status, 400, "{}", reply.body);
        reply.body["error"].as_str().expect("a message").to_owned()
    }
}

#[tokio::test]
async fn the_world_is_read_and_replaced() {
    let admin = Admin::start().await;
    let mut world = admin.get("world").await;
    assert_eq!(World::from_json(&world.to_string()).expect("a world"), admin.0.read(World::clone));
    world["platform"]["properties"][0]["name"] = json!("Renamed");
    assert_eq!(admin.ask(Method::PUT, "world", world.clone()).await.status, 204);
    assert_eq!(admin.get("world").await, world);

    world["platform"]["units"][1]["property_id"] = json!(99);
    let reply = admin.ask(Method::PUT, "world", world).await;
    assert_eq!(
        (reply.status, &reply.body["error"]),
        (400, &json!("platform.units[1].property_id: no property 99"))
    );
}

#[tokio::test]
async fn the_clock_is_set_advanced_and_let_run() {
    let admin = Admin::start().await;
    assert_eq!(admin.get("clock").await, json!({ "now": AT, "mode": "frozen" }));
    let forward = admin.ask(Method::PUT, "clock", json!({ "advance_seconds": 3600 })).await;
    assert_eq!(forward.body["now"], "2026-03-02T21:00:00Z");
    let set = admin.ask(Method::PUT, "clock", json!({ "now": AT, "mode": "running" })).await;
    assert_eq!(set.body["mode"], "running");
    assert_eq!(admin.ask(Method::PUT, "clock", json!({ "tomorrow": true })).await.status, 400);
}

#[tokio::test]
async fn edits_show_in_timestamps_unless_they_should_not() {
    let admin = Admin::start().await;
    let reply = admin
        .edit(json!([
            { "collection": "properties", "id": 2, "set": { "active": false, "/address/city": "Nampa" } },
            { "collection": "units", "id": 12, "set": { "number": "102b" }, "touch": false },
            { "side": "latchel", "collection": "jobs", "id": 701, "set": { "state": "Completed" } },
            { "collection": "units", "create": { "property_id": 1, "number": "103", "address":
                { "line1": null, "city": null, "state": null, "postal_code": null } } },
            { "collection": "work_orders", "delete": 83 },
        ]))
        .await;
    assert_eq!((reply.status, &reply.body), (200, &json!({ "ids": [2, 12, 701, 13, 83] })));
    let world = admin.get("world").await;
    let platform = &world["platform"];
    assert_eq!(platform["properties"][1]["address"]["city"], "Nampa");
    assert_eq!(platform["properties"][1]["updated_at"], AT);
    assert_eq!(platform["units"][1]["updated_at"], "2025-06-01T18:00:00Z");
    assert_eq!(platform["units"][2]["created_at"], AT);
    assert_eq!(platform["work_orders"].as_array().map(Vec::len), Some(2));
    assert_eq!(world["latchel"]["jobs"][0]["state_updated_at"], AT);
}

#[tokio::test]
async fn a_time_that_an_edit_names_is_kept() {
    let admin = Admin::start().await;
    let old = "2026-02-20T00:00:00Z";
    let edit = json!([{ "collection": "tasks", "id": 71, "set": { "title": "Old", "updated_at": old } }]);
    assert_eq!(admin.edit(edit).await.status, 200);
    assert_eq!(admin.get("world").await["platform"]["tasks"][0]["updated_at"], old);
}

#[tokio::test]
async fn wrong_edits_name_the_place_and_change_nothing() {
    let admin = Admin::start().await;
    let before = admin.get("world").await;
    let fine = json!({ "collection": "properties", "id": 1, "set": { "name": "Changed" } });
    let cases = [
        (
            json!({ "collection": "houses", "delete": 1 }),
            "edits[1]: collection: the platform side has no houses",
        ),
        (json!({ "collection": "units", "id": 99, "set": {} }), "edits[1]: no record 99 in platform.units"),
        (
            json!({ "collection": "units", "id": 11 }),
            "edits[1]: .: give `id` and `set`, or `create`, or `delete`",
        ),
        (
            json!({ "collection": "units", "id": 11, "set": { "id": 7 } }),
            "edits[1]: set.id: a record keeps its id",
        ),
        (
            json!({ "collection": "units", "id": 11, "set": { "/address/street/name": "x" } }),
            "edits[1]: set./address/street/name: no such place in the record",
        ),
        (
            json!({ "collection": "users", "create": { "id": 41, "kind": "staff", "first_name": "A",
                "last_name": "B", "active": true } }),
            "edits[1]: platform.users has a record 41 already",
        ),
        (
            json!({ "collection": "leases", "id": 31, "set": { "unit_id": 99 } }),
            "after the edits, platform.leases[0].unit_id: no unit 99",
        ),
    ];
    for (wrong, message) in cases {
        assert_eq!(admin.refusal(json!([fine, wrong])).await, message);
    }
    let typed =
        admin.refusal(json!([{ "collection": "units", "id": 11, "set": { "/address/city": 7 } }])).await;
    assert!(typed.starts_with("edits[0]: set.address.city: invalid type"), "{typed}");
    assert_eq!(admin.get("world").await, before);
}

#[tokio::test]
async fn the_log_holds_requests_but_no_credentials() {
    let admin = Admin::start().await;
    let key =
        [("x-buildium-client-id", "mock-client-id"), ("x-buildium-client-secret", "mock-client-secret")];
    let platform = admin.0.platform_url();
    let json_type = [key[0], key[1], ("content-type", "application/json")];
    send(Method::GET, &format!("{platform}/v1/users?name=Team%20Latchel"), &key, String::new()).await;
    send(Method::POST, &format!("{platform}/v1/workorders"), &json_type, r#"{"A":1}"#.to_owned()).await;
    send(Method::POST, &format!("{platform}/v1/workorders"), &json_type, "no json".to_owned()).await;
    send(
        Method::GET,
        &format!("{}/v1/company", admin.0.latchel_url()),
        &[("x-api-key", "wrong")],
        String::new(),
    )
    .await;

    let log = admin.get("requests").await;
    let statuses: Vec<_> = log.as_array().expect("a list").iter().map(|r| &r["status"]).collect();
    assert_eq!(statuses, [200, 400, 400, 401]);
    assert_eq!(
        (&log[0]["sequence"], &log[0]["at"], &log[0]["query"]),
        (&json!(1), &json!(AT), &json!("name=Team%20Latchel"))
    );
    assert_eq!((&log[1]["body"], &log[2]["body"]), (&json!({ "A": 1 }), &json!("no json")));
    assert_eq!(log[0]["response"][0]["Id"], 41);
    let text = log.to_string();
    assert!(!text.contains("mock-client-secret") && !text.contains("wrong"), "{text}");
    let requests = admin.0.requests();
    assert_eq!(requests[0].query_value("name").as_deref(), Some("Team Latchel"));
    assert_eq!(requests.iter().map(|r| r.is_write()).collect::<Vec<_>>(), [false, true, true, false]);

    for (filter, count) in
        [("side=latchel", 1), ("method=post", 2), ("since=3", 1), ("side=platform&method=GET", 1)]
    {
        assert_eq!(
            admin.get(&format!("requests?{filter}")).await.as_array().map(Vec::len),
            Some(count),
            "{filter}"
        );
    }
    assert_eq!(admin.ask(Method::DELETE, "requests", Value::Null).await.status, 204);
    assert_eq!(admin.get("requests").await, json!([]));
}

#[tokio::test]
async fn the_addresses_are_told_and_given_up() {
    let admin = Admin::start().await;
    let urls = admin.get("urls").await;
    assert_eq!(urls["platform"], admin.0.platform_url());
    assert_eq!(urls["latchel"], admin.0.latchel_url());
    let port = admin.0.admin_url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    admin.0.shutdown().await;
    tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free again");
}
