//! The API as whole requests; every answer is held against the document too.

mod refusals;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use chrono::TimeDelta;
use insta::assert_json_snapshot;
use latchel_sync_core::model::{InvalidRecord, PropertyId, PropertyRef, Row};
use latchel_sync_core::{Ledger, LedgerAdmin};
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
      "credentials": [],
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
        "reconciliation": null,
        "work_orders": "15m"
      },
      "source": "file",
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
        ".run.id" => "[id]", ".run.now" => "[instant]", ".run.day" => "[day]", ".run.took_ms" => "[ms]", ".run.phases[].window_from" => "[instant]",
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
      "report": null,
      "run": {
        "account": "main",
        "calls": {},
        "day": "[day]",
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
        "reconciles": false,
        "status": "success",
        "took_ms": "[ms]",
        "trigger": "manual",
        "warnings": []
      },
      "state": "success",
      "trigger": "manual",
      "waits_for_slot": false,
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
async fn a_credential_is_shown_with_its_day_and_how_near_that_is() {
    let mut world = synced().await;
    for (day, validity) in [("2026-03-17", "valid"), ("2026-03-16", "expiring"), ("2026-03-02", "expired")] {
        world.restart(|account| account.expiries.latchel = day.parse().ok());
        let account = get(&world, "/api/v1/accounts/main").await;
        let expected = json!([{"side": "latchel", "expires": day, "validity": validity}]);
        assert_eq!(account["credentials"], expected);
    }
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
