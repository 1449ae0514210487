//! Every quirk of the Partner API, by what a client sees of it where it is on and where it is off.

use axum::http::Method;
use mock_pms::{LatchelDialect, Options, Quirk, RateLimit, Side, Subscription, Switch, World};
use serde_json::{Value, json};

use super::filters::{found, world};
use super::{Far, JSON, Specified, large, send, switched};

const KEY: (&str, &str) = ("x-api-key", "mock-api-key");

/// An answer that nobody holds against what is known.
async fn raw(far: &Far, method: Method, path: &str, body: Value) -> (u16, Value) {
    let reply = send(method, &far.url(path), &[KEY, JSON], body.to_string()).await;
    (reply.status, reply.body)
}

async fn get(far: &Far, path: &str) -> Value {
    raw(far, Method::GET, path, Value::Null).await.1
}

async fn start(world: World, quirk: &Quirk, to: Switch) -> Far {
    Far::of(switched(world, quirk.name, to)).await
}

/// True if a client sees the quirk.
async fn is_seen(quirk: &Quirk, to: Switch) -> bool {
    match quirk.name {
        "unstable-order" | "meta-total" | "longer-pages" | "absent-next" | "forgetful-links" => {
            in_lists(quirk, to).await
        }
        "utc-days" | "exclusive-end" | "one-state" | "states-drop-dates" => in_filters(quirk, to).await,
        "put-writes" | "wrapped-bodies" | "entry-needs-instructions" => in_writes(quirk, to).await,
        "forbidden-key" | "key-by-host" | "sliding-limit" => at_the_gate(quirk, to).await,
        "created-and-updated" => in_webhooks(quirk, to).await,
        _ => in_records(quirk, to).await,
    }
}

async fn in_lists(quirk: &Quirk, to: Switch) -> bool {
    let far = start(large(), quirk, to).await;
    match quirk.name {
        "unstable-order" => far.ids("/properties").await != far.ids("/properties").await,
        "meta-total" => get(&far, "/tenants").await["meta"]["total"].is_number(),
        "longer-pages" => far.ids("/tenants").await.len() == 15 && far.ids("/properties").await.len() == 15,
        "absent-next" => get(&far, "/jobs?page=99").await["links"].get("next").is_none(),
        _ => get(&far, "/properties?colour=red").await["links"]["next"]
            .as_str()
            .expect("a link")
            .ends_with("s?page=2"),
    }
}

async fn in_filters(quirk: &Quirk, to: Switch) -> bool {
    let far = start(world(), quirk, to).await;
    match quirk.name {
        // Job 2 was updated on the second of March by UTC, and on the first in Los Angeles.
        "utc-days" => found(&far, "updated_at_start_date=2026-03-02").await == [2, 3, 4],
        "exclusive-end" => found(&far, "updated_at_end_date=2026-03-01").await.is_empty(),
        "one-state" => found(&far, "in_states=27,12").await == [1],
        _ => found(&far, "in_states=27&updated_at_start_date=2099-01-01").await == [1],
    }
}

async fn in_writes(quirk: &Quirk, to: Switch) -> bool {
    let far = start(world(), quirk, to).await;
    let address = json!({ "name": "x", "address1": "1 A St", "city": "Reno", "state": "NV", "zip": "89501" });
    match quirk.name {
        "put-writes" => {
            let (patched, _) = raw(&far, Method::PATCH, "/properties/501", json!({ "city": "Reno" })).await;
            let (status, answer) = raw(&far, Method::PUT, "/properties/501", address).await;
            assert_eq!([patched, status].iter().filter(|status| **status == 405).count(), 1);
            let (lacking, _) = raw(&far, Method::PUT, "/properties/501", json!({ "name": "x" })).await;
            status == 200 && answer["data"]["ref_property_id"].is_null() && lacking == 422
        }
        "wrapped-bodies" => {
            let (plain, refusal) = raw(&far, Method::POST, "/properties", address.clone()).await;
            let (wrapped, _) = raw(&far, Method::POST, "/properties", json!({ "property": address })).await;
            assert_eq!([plain, wrapped].iter().filter(|status| **status == 422).count(), 1, "{refusal}");
            wrapped == 201 && refusal["errors"]["property"].is_array()
        }
        _ => {
            let job = json!({ "property_id": 501, "name": "Leak", "enter_permission": 1 });
            raw(&far, Method::POST, "/jobs", job).await.0 == 422
        }
    }
}

async fn at_the_gate(quirk: &Quirk, to: Switch) -> bool {
    match quirk.name {
        "forbidden-key" => {
            let far = start(world(), quirk, to).await;
            let status = far.bearing(&[("x-api-key", "wrong")], "/jobs").await.status;
            assert!([401, 403].contains(&status), "{status}");
            status == 403
        }
        "key-by-host" => {
            let far = start(world(), quirk, to).await;
            assert_eq!(far.status("/jobs").await, 200);
            far.bearing(&[KEY, ("host", "localhost")], "/jobs").await.status == 401
        }
        _ => {
            let limit = RateLimit { calls: 2, seconds: 600 };
            let options = Options { latchel_rate_limits: Some(vec![limit]), ..Options::unlimited() };
            let far = Specified::<super::Papi>::with(switched(world(), quirk.name, to), options).await;
            far.status("/jobs").await;
            pass(400).await;
            far.status("/jobs").await;
            pass(400).await;
            let left = far.get("/jobs").await;
            left.header("x-ratelimit-remaining") == Some("0")
        }
    }
}

/// Lets so many seconds pass.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

async fn in_webhooks(quirk: &Quirk, to: Switch) -> bool {
    let far = start(world(), quirk, to).await;
    let (url, secret) = ("http://127.0.0.1:1/hook".to_owned(), "secret".to_owned());
    let one = Subscription { side: Side::Latchel, url, secret, faults: Vec::new() };
    far.server.subscribe(vec![one]).expect("a subscription");
    far.make("/jobs", json!({ "name": "Leak", "property_id": 501 })).await;
    far.patch("/jobs/1", json!({ "order_number": "5" })).await.good();
    far.server.webhooks_reach(2).await[1].body["object"]["job_id"] != 1
}

async fn in_records(quirk: &Quirk, to: Switch) -> bool {
    let far = start(world(), quirk, to).await;
    let tenant = get(&far, "/tenants").await["data"][0].clone();
    let lacks = |names: &[&str]| {
        let lacking = names.iter().filter(|name| tenant.get(**name).is_none()).count();
        assert!(lacking == 0 || lacking == names.len(), "{tenant}");
        lacking > 0
    };
    match quirk.name {
        "contactless-tenants" => lacks(&["email", "phone"]),
        "placeless-tenants" => lacks(&["property_id"]),
        "undated-tenants" => lacks(&["move_in_date", "move_out_date"]),
        "bare-properties" => get(&far, "/properties").await["data"][0].get("address1").is_none(),
        "boolean-flags" => get(&far, "/jobs/1").await["data"]["is_urgent"] == true,
        "zoneless-times" => get(&far, "/jobs/1").await["data"]["created_at"] == "2026-02-01 12:00:00",
        "no-singles" => {
            let (property, _) = raw(&far, Method::GET, "/properties/501", Value::Null).await;
            let (tenant, _) = raw(&far, Method::GET, "/tenants/601", Value::Null).await;
            assert_eq!((property, far.status("/jobs/1").await), (tenant, 200));
            property == 404
        }
        quirk => panic!("nothing looks at {quirk} yet"),
    }
}

#[tokio::test]
async fn every_quirk_is_there_or_not_as_it_is_switched() {
    for quirk in LatchelDialect::Papi.quirks() {
        assert!(is_seen(quirk, Switch::On).await, "{} on", quirk.name);
        assert!(!is_seen(quirk, Switch::Off).await, "{} off", quirk.name);
    }
}

#[tokio::test]
async fn a_quirk_is_switched_while_the_mock_runs() {
    let far = Far::of(world()).await;
    assert!(get(&far, "/jobs").await.get("meta").is_none());
    let mut world: Value = serde_json::from_str(&far.server.read(World::to_json)).expect("JSON");
    world["latchel"]["company"]["quirks"] = json!({ "meta-total": "on" });
    let put = format!("{}/_mock/world", far.server.admin_url());
    assert_eq!(send(Method::PUT, &put, &[JSON], world.to_string()).await.status, 204);
    assert_eq!(get(&far, "/jobs").await["meta"]["total"], 4);
}

#[test]
fn a_quirk_that_latchel_does_not_have_is_refused_with_its_place() {
    let mut world: Value = serde_json::from_str(&super::example().to_json()).expect("JSON");
    world["latchel"]["company"]["quirks"] = json!({ "shuffled-lists": "off" });
    let error = World::from_json(&world.to_string()).expect_err("a platform's quirk").to_string();
    assert!(error.starts_with("latchel.company.quirks.shuffled-lists: no Latchel has this quirk"), "{error}");
    assert!(error.contains("unstable-order"), "{error}");
}
