//! A browser's extension: it is connected by a code, may do little, and is told of a work order from the ledger alone.

use axum::http::HeaderValue;
use latchel_sync_core::Ledger;
use latchel_sync_core::mirror::{MirrorStore, Mirrored};
use latchel_sync_core::model::*;
use latchel_sync_core::registry::PageAddresses;
use latchel_sync_ledger::desk::Role;
use latchel_sync_server::AccountPages;
use serde_json::{Value, json};

use crate::document::judge;
use crate::visitor::{Answer, Visitor};
use crate::world::{PASSWORD, World};

/// The code in the page after a request for one.
async fn code(visitor: &mut Visitor) -> String {
    code_for(visitor, "name=Office").await
}

/// The code in the page after this form.
async fn code_for(visitor: &mut Visitor, form: &str) -> String {
    let page = visitor.post("/browsers", form).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let after = page.body.split_once("id=\"code\" class=\"code\">").expect("a code").1;
    after.split('<').next().expect("its end").to_owned()
}

/// Sends a code from this origin.
async fn pair_from(world: &World, origin: &'static str, code: &str) -> Answer {
    let mut browser = world.visitor();
    let mut request = browser.request("POST", "/api/v1/pair").header("content-type", "application/json");
    request.headers_mut().expect("headers").insert("origin", HeaderValue::from_static(origin));
    let answer = browser.send(request, json!({ "code": code }).to_string().into()).await;
    judge("POST", "/api/v1/pair", answer.status, &serde_json::from_str(&answer.body).expect("JSON"));
    answer
}

/// Sends a code as an extension does.
async fn pair(world: &World, code: &str) -> Answer {
    pair_from(world, "chrome-extension://jelpofpgflcoihgbhgkiiamgjjphammi", code).await
}

/// A browser that has just been connected by this visitor.
async fn connected(world: &World, by: &mut Visitor) -> Visitor {
    let code = code(by).await;
    connected_by(world, &code, false).await
}

/// A browser that has just been connected by this code.
async fn connected_by(world: &World, code: &str, may_pause: bool) -> Visitor {
    let answer = pair(world, code).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(answer["may_pause"], may_pause);
    world.visitor().with_token(answer["token"].as_str().expect("a token"))
}

async fn asked(browser: &mut Visitor, path: &str) -> Value {
    let answer = browser.get(path).await;
    let body: Value = serde_json::from_str(&answer.body).expect("JSON");
    judge("GET", path, answer.status, &body);
    assert_eq!(answer.status, 200, "{path}: {body}");
    body
}

#[tokio::test]
async fn a_code_works_once_in_time_and_as_it_is_typed() {
    let world = World::new().await;
    let mut robin = world.logged_in("robin", Role::Operator).await;
    let first = code(&mut robin).await;
    assert_eq!(first.len(), 9, "{first}");
    let typed = first.to_lowercase().replace('-', " ");
    let answer = pair(&world, &typed).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert!(answer.body.contains("robin (Office)") && answer.body.contains("lsyncb_"), "{}", answer.body);
    assert_eq!(pair(&world, &first).await.status, 403, "once");

    let late = code(&mut robin).await;
    crate::world::pass(std::time::Duration::from_secs(600)).await;
    assert_eq!(pair(&world, &late).await.status, 403, "in time");
    let told = world.audit().await.join("\n");
    for text in [
        "robin browser_code_shown Office",
        "robin browser_connected Office",
        "nobody known browser_code_wrong",
    ] {
        assert!(told.contains(text), "{text}: {told}");
    }
    assert!(!told.contains(&first) && !told.contains("lsyncb_"), "{told}");
}

#[tokio::test]
async fn codes_cannot_be_guessed_at() {
    let world = World::new().await;
    let mut robin = world.logged_in("robin", Role::Operator).await;
    let right = code(&mut robin).await;
    for number in 0..20 {
        assert_eq!(pair(&world, &format!("AAAA-AAA{}", char::from(b'A' + number))).await.status, 403);
    }
    let refused = pair(&world, &right).await;
    assert_eq!(refused.status, 429, "{}", refused.body);
    assert_eq!(refused.header("retry-after"), "1");
    crate::world::pass(std::time::Duration::from_secs(2)).await;
    assert_eq!(pair(&world, &right).await.status, 201, "whoever waits gets in");
}

#[tokio::test]
async fn a_page_of_elsewhere_cannot_try_codes() {
    let world = World::new().await;
    let mut robin = world.logged_in("robin", Role::Operator).await;
    let code = code(&mut robin).await;
    for origin in ["https://evil.example", "null", "chrome-extension.example"] {
        let answer = pair_from(&world, origin, &code).await;
        assert_eq!(answer.status, 403, "{origin}");
        assert!(answer.body.contains("other_origin"), "{}", answer.body);
    }
    assert_eq!(pair(&world, &code).await.status, 201, "the code still works");
}

#[tokio::test]
async fn an_extension_looks_and_syncs_and_does_nothing_else() {
    let world = World::new().await;
    world.fill();
    world.sync().await;
    let mut robin = world.logged_in("robin", Role::Operator).await;
    let mut browser = connected(&world, &mut robin).await;
    for path in ["/api/v1/accounts", "/api/v1/accounts/main", "/api/v1/pages"] {
        asked(&mut browser, path).await;
    }
    let may = [
        ("GET", "/api/v1/jobs/0"),
        ("GET", "/api/v1/banner"),
        ("POST", "/api/v1/accounts/main/sync"),
        ("POST", "/api/v1/accounts/main/report"),
        ("POST", "/api/v1/accounts/main/records/work-order/1/sync"),
    ];
    for (method, path) in may {
        let answer = browser.send(browser.request(method, path), axum::body::Body::empty()).await;
        assert!(!matches!(answer.status, 401 | 403), "{method} {path}: {}", answer.body);
    }
    let may_not = [
        ("GET", "/"),
        ("GET", "/accounts/main"),
        ("GET", "/browsers"),
        ("POST", "/browsers"),
        ("POST", "/accounts/main/sync"),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/api/v1/audit"),
        ("GET", "/api/v1/runs"),
        ("GET", "/api/v1/accounts/main/results"),
        ("GET", "/api/v1/accounts/main/records/work-order/1?explain=true"),
        ("POST", "/api/v1/accounts/main/plan"),
        ("POST", "/api/v1/accounts/main/pause"),
        ("POST", "/api/v1/accounts/main/resume"),
        ("POST", "/api/v1/accounts/main/results/retry"),
        ("PUT", "/api/v1/accounts/main/sync-start"),
        ("PUT", "/api/v1/accounts/main/sync"),
        ("DELETE", "/api/v1/accounts/main"),
        ("GET", "/api/v1/nothing"),
        ("GET", "/metrics"),
    ];
    for (method, path) in may_not {
        let answer = browser.send(browser.request(method, path), axum::body::Body::empty()).await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.body);
    }
    let mut sync = async |wish: Value| {
        let request = browser.request("POST", "/api/v1/accounts/main/sync");
        browser.send(request.header("content-type", "application/json"), wish.to_string().into()).await
    };
    let refused = sync(json!({"extent": "everything", "allow_mass_change": true})).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(refused.body.contains("not_for_extensions"), "{}", refused.body);
    let accepted = sync(json!({"extent": "latchel_work_orders"})).await;
    assert_eq!(accepted.status, 202, "{}", accepted.body);
    assert!(accepted.body.contains("robin (Office)"), "{}", accepted.body);
}

#[tokio::test]
async fn an_extension_pauses_and_resumes_where_that_was_allowed() {
    let world = World::new().await;
    let mut robin = world.logged_in("robin", Role::Operator).await;
    let code = code_for(&mut robin, "name=Office&may_pause=on").await;
    let mut browser = connected_by(&world, &code, true).await;
    let page = robin.get("/browsers").await.body;
    assert!(page.contains("data-label=\"May pause\">yes<"), "{page}");
    for (wish, paused_by) in [("pause", json!("robin (Office)")), ("resume", Value::Null)] {
        let request = browser.request("POST", &format!("/api/v1/accounts/main/{wish}"));
        let answer = browser.send(request, axum::body::Body::empty()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(asked(&mut browser, "/api/v1/accounts/main").await["pause"]["by"], paused_by);
    }
    let told = world.audit().await.join("\n");
    for text in
        ["browser_code_shown Office, which may pause", "robin (Office) paused", "robin (Office) resumed"]
    {
        assert!(told.contains(text), "{text}: {told}");
    }
    // It may no more than that.
    for path in ["/api/v1/accounts/main/plan", "/api/v1/accounts/main/results/retry", "/accounts/main/pause"]
    {
        let answer = browser.send(browser.request("POST", path), axum::body::Body::empty()).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_browser_is_out_when_it_is_ended_and_when_its_user_changes() {
    let world = World::new().await;
    let mut robin = world.logged_in("robin", Role::Operator).await;
    let mut browser = connected(&world, &mut robin).await;
    asked(&mut browser, "/api/v1/pages").await;
    let known = world.app.desk.browsers().await.expect("browsers");
    assert!(known[0].used_at.is_some(), "its last use is noted");
    let page = robin.get("/browsers").await;
    assert!(page.body.contains("Office") && page.body.contains("robin"), "{}", page.body);
    assert!(!page.body.contains("lsyncb_") && !page.body.contains(&known[0].hash), "{}", page.body);
    assert_eq!(robin.post(&format!("/browsers/{}/end", known[0].id), "").await.status, 303);
    assert_eq!(browser.get("/api/v1/pages").await.status, 401);

    let mut browser = connected(&world, &mut robin).await;
    asked(&mut browser, "/api/v1/pages").await;
    world.add("robin", Role::Viewer).await;
    assert_eq!(browser.get("/api/v1/pages").await.status, 401, "who connected it is somebody else now");
    let mut robin = world.visitor();
    robin.log_in("robin", PASSWORD).await;
    assert_eq!(robin.post("/browsers", "name=Office").await.status, 403, "a viewer connects none");
}

#[tokio::test]
async fn what_was_connected_before_anybody_was_added_is_out_then() {
    let world = World::new().await;
    let mut browser = connected(&world, &mut world.visitor()).await;
    let told = asked(&mut browser, "/api/v1/pages").await;
    assert_eq!(told["name"], "local (Office)");
    world.add("robin", Role::Operator).await;
    assert_eq!(browser.get("/api/v1/pages").await.status, 401);
}

#[tokio::test]
async fn a_browsers_name_is_one_for_people() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    for wrong in ["", "+", "a%0Ab", "%E2%80%AEx", "%3Cb%3E", &"a".repeat(41)] {
        let page = visitor.post("/browsers", &format!("name={wrong}")).await;
        assert_eq!(page.status, 422, "{wrong}");
        assert!(page.body.contains("This cannot be its name") && !page.body.contains("<b>"), "{}", page.body);
    }
    assert_eq!(visitor.post("/browsers", "name=B%C3%BCro+2").await.status, 200);
}

/// Addresses of pages at one site, with these templates of a work order's.
fn pages(platform: &str, latchel: &str) -> AccountPages {
    let at = |site: &str, path: &str| PageAddresses {
        site: Some(site.to_owned()),
        work_order: Some(path.to_owned()),
        ..PageAddresses::default()
    };
    AccountPages {
        platform: at("https://pms.example", platform),
        latchel: at("https://latchel.example", latchel),
    }
}

#[tokio::test]
async fn a_banner_is_told_by_each_name_and_asks_neither_system() {
    let mut world = World::new().await;
    world.fill();
    world.restart(|account| account.pages = pages("/orders/{id}", "/jobs/{slug}"));
    world.sync().await;
    let job = world.latchel.edit(|far| far.jobs.keys().next().copied()).expect("an imported one");
    let links = world.ledger.links("main", Kind::WorkOrder, None, 10).await.expect("links");
    let link = links.into_iter().find(|link| link.latchel_id == job.0).expect("its link");
    let number = link.platform_number.clone().expect("its number");
    let slug = Mirrored {
        kind: Kind::WorkOrder,
        id: job.0,
        reference: None,
        place: None,
        number: None,
        slug: Some("ab12c".to_owned()),
        changed_at: None,
        seen_at: world.app.clock.now(),
        walk: 0,
        body: "{}".to_owned(),
    };
    world.ledger.keep("main", &[slug]).await.expect("kept");
    world.journal.take();
    let mut browser = connected(&world, &mut world.visitor()).await;
    let names = [
        format!("side=platform&id={}", link.platform_id),
        format!("side=platform&number={number}"),
        format!("side=latchel&id={job}"),
        "side=latchel&slug=ab12c".to_owned(),
    ];
    for name in &names {
        let told = asked(&mut browser, &format!("/api/v1/banner?account=main&{name}")).await;
        assert_eq!(told["banner"]["status"], "synced", "{name}: {told:#}");
        let other = if name.starts_with("side=platform") { "Latchel" } else { "Buildium" };
        let headline = format!("This work order was successfully synced with {other}.");
        assert_eq!(told["banner"]["headline"], headline, "{name}");
        let elsewhere = match name.starts_with("side=platform") {
            true => "https://latchel.example/jobs/ab12c".to_owned(),
            false => format!("https://pms.example/orders/{}", link.platform_id),
        };
        assert_eq!(told["elsewhere"], json!(elsewhere), "{name}");
        let record = told["record"].as_str().expect("a record");
        assert!(record.starts_with("platform:") || record.starts_with("latchel:"), "{record}");
    }
    let unknown = asked(&mut browser, "/api/v1/banner?account=main&side=platform&id=none").await;
    assert_eq!((&unknown["banner"], &unknown["record"]), (&Value::Null, &json!("platform:none")));
    let unknown = asked(&mut browser, "/api/v1/banner?account=main&side=latchel&slug=none").await;
    assert_eq!((&unknown["banner"], &unknown["record"]), (&Value::Null, &Value::Null));
    for wrong in ["side=platform", "side=platform&id=1&number=2", "side=elsewhere&id=1"] {
        let answer = browser.get(&format!("/api/v1/banner?account=main&{wrong}")).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
    }
    assert_eq!(browser.get("/api/v1/banner?account=none&side=platform&id=1").await.status, 404);
    assert_eq!(world.journal.take().len(), 0, "neither system was asked");
}

#[tokio::test]
async fn a_request_of_several_work_orders_is_said_to_be_of_several() {
    let world = World::new().await;
    world.fill();
    world.platform.edit(|platform| {
        let mut number = 0;
        for row in platform.work_orders.values_mut() {
            if let Row::Record(one) = row {
                number += 1;
                one.number = format!("12-{number}");
            }
        }
    });
    world.sync().await;
    let mut browser = connected(&world, &mut world.visitor()).await;
    let told = asked(&mut browser, "/api/v1/banner?account=main&side=platform&request=12").await;
    assert_eq!(told["several"].as_array().map(Vec::len), Some(2), "{told:#}");
    assert_eq!((&told["banner"], &told["record"]), (&Value::Null, &Value::Null));
    let told = asked(&mut browser, "/api/v1/banner?account=main&side=platform&request=13").await;
    assert_eq!(told["several"], json!([]), "{told:#}");
    let told = asked(&mut browser, "/api/v1/banner?account=main&side=platform&number=12-2").await;
    assert_eq!(told["banner"]["platform_number"], "12-2", "{told:#}");
    // An id of the other side is no number of this one.
    let job = world.latchel.edit(|far| far.jobs.keys().next().copied()).expect("an imported one");
    for name in ["request", "number"] {
        let told =
            asked(&mut browser, &format!("/api/v1/banner?account=main&side=platform&{name}={job}")).await;
        assert_eq!(told["banner"], Value::Null, "{told:#}");
    }
}

#[tokio::test]
async fn pages_are_told_as_far_as_an_address_tells_whose_they_are() {
    let mut world = World::new().await;
    let mut browser = connected(&world, &mut world.visitor()).await;
    assert_eq!(asked(&mut browser, "/api/v1/pages").await["places"], json!([]), "nobody knows them");
    world.restart(|account| account.pages = pages("/orders/{id}", "/jobs/{slug}"));
    let mut browser = world.visitor().with_token(&browser.token.expect("a token"));
    let told = asked(&mut browser, "/api/v1/pages").await;
    let expected = json!([
        {"account": "main", "side": "platform", "title": "Buildium", "site": "https://pms.example", "work_order": "/orders/{id}"},
        {"account": "main", "side": "latchel", "title": "Latchel", "site": "https://latchel.example", "work_order": "/jobs/{slug}"},
    ]);
    assert_eq!((&told["places"], &told["unclear"]), (&expected, &json!([])));
}
