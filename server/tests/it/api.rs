//! The API as whole requests; every answer is held against the document too.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use chrono::TimeDelta;
use insta::assert_json_snapshot;
use latchel_sync_core::Ledger;
use latchel_sync_core::model::{InvalidRecord, PropertyId, PropertyRef, Row};
use latchel_sync_ledger::desk::Role;
use serde_json::{Value, json};

use crate::document::judge;
use crate::visitor::Answer;
use crate::world::{ACCOUNT, World, start};

/// A world after its first sync, in which two rows could not be understood.
async fn synced() -> World {
    let world = World::new().await;
    world.fill();
    world.platform.edit(|platform| {
        for id in ["801", "802"] {
            let invalid = InvalidRecord {
                id: id.to_owned(),
                field: "Name".to_owned(),
                problem: "it is missing".to_owned(),
            };
            platform.properties.insert(PropertyRef::new(PropertyId::new(id), None), Row::Invalid(invalid));
        }
    });
    world.sync().await;
    world
}

async fn send(world: &World, method: &str, path: &str, body: Option<&str>) -> Answer {
    let mut visitor = world.visitor();
    let request = visitor.request(method, path);
    match body {
        Some(body) => {
            let request = request.header(CONTENT_TYPE, "application/json");
            visitor.send(request, Body::from(body.to_owned())).await
        }
        None => visitor.send(request, Body::empty()).await,
    }
}

/// The answer to a request that the document describes.
async fn call(world: &World, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let body = body.map(|body| body.to_string());
    let answer = send(world, method, path, body.as_deref()).await;
    let json = serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{path}: {}", answer.body));
    judge(method, path, answer.status, &json);
    (answer.status, json)
}

async fn get(world: &World, path: &str) -> Value {
    let (status, body) = call(world, "GET", path, None).await;
    assert_eq!(status, 200, "{path}: {body:#}");
    body
}

#[tokio::test]
async fn accounts_are_told_at_a_glance() {
    let world = synced().await;
    let accounts = get(&world, "/api/v1/accounts").await;
    let account = get(&world, "/api/v1/accounts/main").await;
    assert_eq!(accounts["accounts"].as_array().map(Vec::len), Some(1));
    assert_json_snapshot!(account, {
        ".newest" => "[run]", ".days" => "[days]", ".phases[].last_success" => "[instant]", ".sync_start" => "[instant]",
        ".next[].at" => "[instant]",
    }, @r#"
    {
      "account": "main",
      "days": "[days]",
      "failed": 2,
      "health": "partial",
      "jobs": [],
      "newest": "[run]",
      "next": [
        {
          "at": "[instant]",
          "part": "properties_and_residents"
        },
        {
          "at": "[instant]",
          "part": "work_orders"
        }
      ],
      "pause": null,
      "paused": null,
      "pending": 0,
      "phases": [
        {
          "gap": null,
          "last_success": "[instant]",
          "phase": "properties"
        },
        {
          "gap": null,
          "last_success": "[instant]",
          "phase": "residents"
        },
        {
          "gap": null,
          "last_success": "[instant]",
          "phase": "work-orders-to-latchel"
        },
        {
          "gap": null,
          "last_success": "[instant]",
          "phase": "work-orders-to-platform"
        }
      ],
      "platform": "Buildium",
      "schedule": {
        "jitter": 0,
        "properties_and_residents": "24h",
        "work_orders": "15m"
      },
      "sync_method": "all",
      "sync_start": "[instant]",
      "time_zone": "America/Los_Angeles"
    }
    "#);
}

#[tokio::test]
async fn a_sync_is_a_job_that_can_be_followed_to_its_run() {
    let world = synced().await;
    let job = world.add_job("Fence", "It fell over.");
    let asked = json!({"extent": "latchel_work_orders"});
    let (status, accepted) = call(&world, "POST", "/api/v1/accounts/main/sync", Some(asked)).await;
    assert_eq!((status, &accepted["state"]), (202, &json!("waiting")));
    let path = format!("/api/v1/jobs/{}", accepted["id"].as_str().expect("an id"));
    world.work().await;
    let ended = get(&world, &path).await;
    assert_eq!(world.made_from(job), 1);
    assert_json_snapshot!(ended, {
        ".id" => "[id]", ".asked_at" => "[instant]", ".began_at" => "[instant]", ".ended_at" => "[instant]",
        ".run.id" => "[id]", ".run.now" => "[instant]", ".run.took_ms" => "[ms]", ".run.phases[].window_from" => "[instant]",
    }, @r#"
    {
      "account": "main",
      "asked_at": "[instant]",
      "began_at": "[instant]",
      "by": "local",
      "ended_at": "[instant]",
      "error": null,
      "id": "[id]",
      "phases": [
        {
          "ended": true,
          "phase": "work-orders-to-platform",
          "records": 3,
          "writes": 1
        }
      ],
      "planned": [],
      "planned_more": 0,
      "run": {
        "account": "main",
        "calls": {},
        "holder": "local on test/1",
        "id": "[id]",
        "named": null,
        "now": "[instant]",
        "phases": [
          {
            "counts": {
              "status_not_synced": 2,
              "work_order_created": 1
            },
            "error": null,
            "phase": "work-orders-to-platform",
            "window_from": "[instant]",
            "writes": 1
          }
        ],
        "status": "success",
        "took_ms": "[ms]",
        "trigger": "manual",
        "warnings": []
      },
      "state": "success",
      "trigger": "manual",
      "work": "sync"
    }
    "#);
    let run = format!("/api/v1/runs/{}", ended["run"]["id"].as_str().expect("an id"));
    let run = get(&world, &run).await;
    let outcomes = run["outcomes"].as_array().expect("outcomes");
    assert!(outcomes.iter().any(|one| one["reason"] == "work_order_created"), "{run:#}");
    assert_eq!(
        get(&world, "/api/v1/runs?account=main&limit=1").await["runs"].as_array().map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn a_plan_names_the_writes_and_makes_none() {
    let world = synced().await;
    let job = world.add_job("Fence", "It fell over.");
    let asked = json!({"extent": "everything"});
    let (status, accepted) = call(&world, "POST", "/api/v1/accounts/main/plan", Some(asked)).await;
    assert_eq!(status, 202);
    world
        .app
        .desk
        .pause(&latchel_sync_ledger::desk::Pause {
            account: ACCOUNT.to_owned(),
            by: "the test".to_owned(),
            since: start(),
        })
        .await
        .expect("a pause");
    world.work().await;
    let plan = get(&world, &format!("/api/v1/jobs/{}", accepted["id"].as_str().expect("an id"))).await;
    let planned = plan["planned"].as_array().expect("outcomes");
    assert!(planned.iter().any(|one| one["reason"] == "work_order_created"), "{plan:#}");
    assert_eq!(world.made_from(job), 0);
}

#[tokio::test]
async fn results_come_page_by_page_each_once() {
    let world = synced().await;
    let whole = get(&world, "/api/v1/accounts/main/results?limit=500").await;
    let all: Vec<_> =
        whole["rows"].as_array().expect("rows").iter().map(|row| row["outcome"]["key"].clone()).collect();
    assert!(all.len() > 3 && whole["next"].is_null());
    let (mut paged, mut path) = (Vec::new(), "/api/v1/accounts/main/results?limit=2".to_owned());
    loop {
        let page = get(&world, &path).await;
        paged.extend(page["rows"].as_array().expect("rows").iter().map(|row| row["outcome"]["key"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/accounts/main/results?limit=2&after={next}");
    }
    assert_eq!(paged, all);
    let failed = get(&world, "/api/v1/accounts/main/results?status=failed&kind=property&text=801").await;
    assert_json_snapshot!(failed, {
        ".rows[].outcome.run" => "[id]", ".rows[].outcome.at" => "[instant]", ".rows[].since" => "[instant]",
        ".rows[].next_try" => "[instant]",
    }, @r#"
    {
      "next": null,
      "rows": [
        {
          "attempts": 1,
          "dismissed": false,
          "next_try": "[instant]",
          "outcome": {
            "action": "none",
            "at": "[instant]",
            "counterpart": null,
            "detail": "Name: it is missing",
            "fingerprint": null,
            "key": {
              "id": "801",
              "kind": "property",
              "side": "platform"
            },
            "label": "",
            "reason": "invalid_record",
            "run": "[id]",
            "waits_for": null
          },
          "remedy": "Correct the named field where the record comes from; the next run tries again.",
          "rule": "E2",
          "sentence": "The record could not be understood.",
          "since": "[instant]",
          "status": "failed"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn what_waits_is_retried_or_dismissed_by_key_or_by_filter() {
    let world = synced().await;
    let one = json!({"keys": [{"kind": "property", "side": "platform", "id": "801"}]});
    let settled = call(&world, "POST", "/api/v1/accounts/main/results/dismiss", Some(one)).await;
    assert_eq!(settled, (200, json!({"settled": 1})));
    let pending = world.ledger.all_pending(ACCOUNT).await.expect("pending");
    let dismissed: Vec<_> =
        pending.iter().filter(|one| one.dismissed).map(|one| &*one.outcome.key.id).collect();
    assert_eq!(dismissed, ["801"]);
    let all = json!({"filter": {"status": "failed"}});
    let settled = call(&world, "POST", "/api/v1/accounts/main/results/retry", Some(all)).await;
    assert_eq!(settled, (200, json!({"settled": 2})));
    assert!(world.ledger.all_pending(ACCOUNT).await.expect("pending").iter().all(|one| !one.dismissed));
    let trail = get(&world, "/api/v1/accounts/main/audit?limit=1").await;
    assert_json_snapshot!(trail, { ".entries[].id" => "[id]", ".entries[].at" => "[instant]", ".next" => "[cursor]" }, @r#"
    {
      "entries": [
        {
          "account": "main",
          "action": "retried",
          "at": "[instant]",
          "detail": "property 801, property 802",
          "id": "[id]",
          "user": "local"
        }
      ],
      "next": "[cursor]"
    }
    "#);
    let next = trail["next"].as_str().expect("a next page");
    let next = get(&world, &format!("/api/v1/accounts/main/audit?after={next}")).await;
    assert_eq!((&next["entries"][0]["action"], &next["next"]), (&json!("dismissed"), &json!(null)));
}

#[tokio::test]
async fn a_record_is_explained_and_contact_data_is_masked() {
    let world = synced().await;
    let residents = world.platform.edit(|platform| platform.residents.keys().cloned().collect::<Vec<_>>());
    let id = residents[0].to_string().replace('/', "%2F");
    let path = format!("/api/v1/accounts/main/records/resident/{id}");
    let known = get(&world, &path).await;
    assert_eq!(known["explanations"], json!([]));
    let explained = get(&world, &format!("{path}?explain=true")).await;
    let told = &explained["explanations"][0];
    assert!(!told["checks"].as_array().expect("checks").is_empty(), "{explained:#}");
    let whole = explained.to_string();
    let contacts = world.platform.edit(|platform| match &platform.residents[&residents[0]] {
        Row::Record(resident) => [resident.email.clone(), resident.phone.clone()],
        _ => [None, None],
    });
    for contact in contacts.into_iter().flatten() {
        assert!(!whole.contains(&contact), "{contact}: {whole}");
    }
    let (status, _) = call(&world, "POST", &format!("{path}/sync"), None).await;
    assert_eq!(status, 202);
}

#[tokio::test]
async fn pause_resume_and_the_sync_start_are_seen_at_once() {
    let world = synced().await;
    let (_, paused) = call(&world, "POST", "/api/v1/accounts/main/pause", None).await;
    assert_eq!((&paused["pause"]["by"], &paused["next"]), (&json!("local"), &json!([])));
    let (_, resumed) = call(&world, "POST", "/api/v1/accounts/main/resume", None).await;
    assert_eq!((&resumed["pause"], resumed["next"].as_array().map(Vec::len)), (&json!(null), Some(2)));
    let body = json!({"sync_start": "2026-01-02T03:04:05Z"});
    let (_, moved) = call(&world, "PUT", "/api/v1/accounts/main/sync-start", Some(body)).await;
    assert_eq!(moved["sync_start"], "2026-01-02T03:04:05Z");
    let account = world.ledger.account(ACCOUNT).await.expect("the ledger").expect("the account");
    assert!(start() - account.sync_start > TimeDelta::days(58));
}

#[tokio::test]
async fn every_refusal_has_one_shape_and_names_the_field() {
    let world = synced().await;
    let sync = "/api/v1/accounts/main/sync";
    let long = format!("{{\"extent\": \"{}\"}}", "x".repeat(70_000));
    let mut told = Vec::new();
    for (method, path, body) in [
        ("POST", sync, Some("{")),
        ("POST", sync, Some("{}")),
        ("POST", sync, None),
        ("POST", sync, Some(r#"{"extent": "all"}"#)),
        ("POST", sync, Some(r#"{"extent": "everything", "dry": true}"#)),
        ("POST", sync, Some(r#"{"extent": "everything", "allow_mass_change": 1}"#)),
        ("POST", sync, Some(&*long)),
        ("POST", "/api/v1/accounts/other/sync", Some(r#"{"extent": "everything"}"#)),
        ("GET", sync, None),
        ("GET", "/api/v1/accounts/other", None),
        ("GET", "/api/v1/accounts/other/results", None),
        ("GET", "/api/v1/accounts/main/results?limit=0", None),
        ("GET", "/api/v1/accounts/main/results?limit=many", None),
        ("GET", "/api/v1/accounts/main/results?sort=age", None),
        ("GET", "/api/v1/accounts/main/results?reason=bad_luck", None),
        ("GET", "/api/v1/accounts/main/results?after=abc", None),
        ("POST", "/api/v1/accounts/main/results/retry", Some("{}")),
        ("POST", "/api/v1/accounts/main/results/retry", Some(r#"{"keys": [{"kind": "lease"}]}"#)),
        ("PUT", "/api/v1/accounts/main/sync-start", Some(r#"{"sync_start": "soon"}"#)),
        ("GET", "/api/v1/accounts/main/records/lease/7", None),
        ("GET", "/api/v1/accounts/main/records/property/99999", None),
        ("GET", "/api/v1/jobs/7", None),
        ("GET", "/api/v1/jobs/00000000-0000-0000-0000-000000000000", None),
        ("GET", "/api/v1/runs/00000000-0000-0000-0000-000000000000", None),
        ("GET", "/api/v1/accounts/main/records/property/801?explain=yes", None),
        ("GET", "/api/v2/accounts", None),
    ] {
        let answer = send(&world, method, path, body).await;
        let json: Value =
            serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{path}: {}", answer.body));
        let error = &json["error"];
        assert!(["code", "message", "hint"].iter().all(|field| error[field].is_string()), "{path}: {json}");
        let message = error["message"].as_str().expect("a message");
        told.push(format!("{} {} {message}", answer.status, error["code"].as_str().expect("a code")));
    }
    assert_json_snapshot!(told, @r#"
    [
      "400 not_json Failed to parse the request body as JSON: EOF while parsing an object at line 1 column 1",
      "422 invalid missing field `extent` at line 1 column 2",
      "415 not_json Expected request with `Content-Type: application/json`",
      "422 invalid extent: unknown variant `all`, expected `everything` or `latchel_work_orders` at line 1 column 16",
      "422 invalid dry: unknown field `dry`, expected `extent` or `allow_mass_change` at line 1 column 30",
      "422 invalid allow_mass_change: invalid type: integer `1`, expected a boolean at line 1 column 47",
      "413 too_large the request is too large",
      "404 not_found there is no account of this name (account: other)",
      "405 method_not_allowed this cannot be done here",
      "404 not_found there is no account \"other\"",
      "404 not_found there is no account \"other\"",
      "422 invalid limit: a page has 1 to 500 rows",
      "422 invalid limit: invalid digit found in string",
      "422 invalid sort: unknown field `sort`, expected one of `kind`, `side`, `status`, `reason`, `run`, `until`, `text`",
      "422 invalid reason: unknown reason `bad_luck`",
      "422 invalid after: this is not the `next` of a page of this list",
      "422 invalid name either keys or a filter",
      "422 invalid keys[0].kind: unknown variant `lease`, expected one of `property`, `resident`, `work-order` at line 1 column 26",
      "422 invalid sync_start: input contains invalid characters at line 1 column 21",
      "422 invalid unknown variant `lease`, expected one of `property`, `resident`, `work-order`",
      "404 not_found no run has seen a property with this id or number",
      "422 invalid Cannot parse `job` with value `7`: UUID parsing failed: invalid length: found 1",
      "404 not_found there is no such job",
      "404 not_found there is no such run",
      "422 invalid explain: provided string was not `true` or `false`",
      "404 not_found there is nothing at this address"
    ]
    "#);
}

#[tokio::test]
async fn a_viewer_looks_and_changes_nothing() {
    let world = synced().await;
    let token = world.add_program("looks", Role::Viewer).await;
    let mut visitor = world.visitor().with_token(&token);
    assert_eq!(visitor.get("/api/v1/accounts").await.status, 200);
    let request = visitor.request("POST", "/api/v1/accounts/main/pause");
    let refused = visitor.send(request, Body::empty()).await;
    assert_eq!(refused.status, 403);
    judge("POST", "/api/v1/accounts/main/pause", 403, &serde_json::from_str(&refused.body).expect("JSON"));
    assert!(world.app.desk.pauses().await.expect("pauses").is_empty());
}
