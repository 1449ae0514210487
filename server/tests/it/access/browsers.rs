use axum::body::Body;
use latchel_sync_ledger::desk::Role;
use latchel_sync_server::ServerConfig;

use crate::visitor::{Answer, Visitor};
use crate::world::World;

const CHANGE: &str = "/api/v1/nothing";

/// Asks for a change with the visitor's cookie and these headers instead of a browser's own.
async fn change(visitor: &mut Visitor, headers: &[(&str, &str)]) -> Answer {
    let mut request = visitor.request("GET", CHANGE).method("POST");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    visitor.send(request, Body::empty()).await
}

#[tokio::test]
async fn pages_of_other_origins_cannot_ask_for_changes() {
    let world = World::new().await;
    let mut robin = world.logged_in("robin", Role::Operator).await;
    for headers in [
        [("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8787")],
        [("sec-fetch-site", "none"), ("accept", "*/*")],
        [("origin", "http://127.0.0.1:8787"), ("accept", "*/*")],
    ] {
        assert_eq!(change(&mut robin, &headers).await.status, 404, "{headers:?}");
    }
    for headers in [
        [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        [("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:9000")],
        [("sec-fetch-site", "cross-site"), ("accept", "*/*")],
        [("origin", "https://evil.example"), ("accept", "*/*")],
        [("origin", "null"), ("accept", "*/*")],
        [("origin", "http://127.0.0.1:9000"), ("accept", "*/*")],
    ] {
        let answer = change(&mut robin, &headers).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        assert!(answer.body.contains("other_origin"), "{}", answer.body);
    }
}

/// An extension that may reach the server's address sends the person's cookie, and browsers say that no page asked.
#[tokio::test]
async fn an_extension_does_not_act_for_whoever_has_logged_in() {
    let world = World::new().await;
    let mut robin = world.logged_in("robin", Role::Operator).await;
    for origin in
        ["chrome-extension://abcdefghijklmnop", "moz-extension://1-2", "null", "http://127.0.0.1:9000"]
    {
        let headers = [("sec-fetch-site", "none"), ("origin", origin)];
        let answer = change(&mut robin, &headers).await;
        assert_eq!((answer.status, answer.body.contains("other_origin")), (403, true), "{origin}");
        let read = robin.request("GET", "/api/v1/accounts").header("origin", origin);
        assert_eq!(robin.send(read, Body::empty()).await.status, 403, "{origin} reads nothing either");
    }
    let two = [("origin", "http://127.0.0.1:8787"), ("origin", "chrome-extension://abcdefghijklmnop")];
    assert_eq!(change(&mut robin, &two).await.status, 403, "each of several counts");
}

#[tokio::test]
async fn a_request_names_one_host() {
    let world = World::new().await;
    for path in ["/login", "/healthz", "/webhooks/main/latchel", "/nothing"] {
        let mut visitor = world.visitor();
        let twice = visitor.request("GET", path).header("host", "127.0.0.1:8787");
        let answer = visitor.send(twice, Body::empty()).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.body.contains("several hosts"), "{}", answer.body);
    }
}

#[tokio::test]
async fn without_a_page_a_change_takes_a_token() {
    let world = World::new().await;
    let mut robin = world.logged_in("robin", Role::Operator).await;
    let answer = change(&mut robin, &[]).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("no_origin"), "{}", answer.body);
    let token = world.add_program("does", Role::Operator).await;
    assert_eq!(change(&mut world.visitor().with_token(&token), &[]).await.status, 404);
    // With one nobody is asked where they come from: it says who they are.
    let elsewhere = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    assert_eq!(change(&mut world.visitor().with_token(&token), &elsewhere).await.status, 404);
    let mut robin_elsewhere = robin.clone().with_token("guessed");
    assert_eq!(change(&mut robin_elsewhere, &elsewhere).await.status, 401, "nor does the cookie count then");
    let log_out = robin_elsewhere.request("POST", "/logout").header("origin", "https://evil.example");
    assert_eq!(robin_elsewhere.send(log_out, Body::empty()).await.status, 403, "nor is anybody logged out");
    let log_in = world.visitor();
    let request = log_in.request("GET", "/login").method("POST");
    let answer = log_in.clone().send(request, "name=robin&password=correct+horse+battery".into()).await;
    assert_eq!(answer.status, 403, "nor does another page log anybody in");
}

#[tokio::test]
async fn behind_a_proxy_the_public_address_is_the_one_that_counts() {
    let public_url = Some("https://sync.example.com".to_owned());
    let world = World::with(ServerConfig { public_url, ..ServerConfig::default() }).await;
    let mut robin = world.logged_in("robin", Role::Operator).await;
    let ours = [("sec-fetch-site", "same-origin"), ("origin", "https://sync.example.com")];
    assert_eq!(change(&mut robin, &ours).await.status, 404);
    assert_eq!(change(&mut robin, &ours[1..]).await.status, 404, "the proxy may name another host");
    assert_eq!(change(&mut robin, &[("origin", "https://evil.example")]).await.status, 403);
}

#[tokio::test]
async fn only_its_own_names_are_answered_to() {
    let world = World::new().await;
    for (origin, status) in [
        ("http://127.0.0.1:8787", 404),
        ("http://localhost:8787", 404),
        ("http://evil.example:8787", 421),
        ("http://127.0.0.1.evil.example:8787", 421),
        ("http://localhost", 421),
    ] {
        let answer = world.visitor().at(origin).get("/api/v1/nothing").await;
        assert_eq!(answer.status, status, "{origin}");
    }
    let none = axum::http::Request::get("/login").body(Body::empty()).expect("a request");
    let answer = tower::ServiceExt::oneshot(world.router.clone(), none).await.expect("an answer");
    assert_eq!(answer.status(), 421);
    assert_eq!(world.visitor().at("http://10.0.0.7:8787").get("/healthz").await.status, 200, "for probes");
}

#[tokio::test]
async fn every_answer_tells_browsers_what_not_to_do() {
    let world = World::new().await;
    for path in ["/healthz", "/login", "/nothing", "/api/v1/nothing"] {
        let answer = world.visitor().get(path).await;
        let headers = [
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "cache-control",
            "cross-origin-opener-policy",
        ];
        let values = headers.map(|name| format!("{name}: {}", answer.header(name))).join("\n");
        insta::allow_duplicates! {
            insta::assert_snapshot!(values, @r"
            content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
            x-content-type-options: nosniff
            referrer-policy: same-origin
            cache-control: no-store
            cross-origin-opener-policy: same-origin
            ");
        }
    }
    assert!(world.visitor().get("/login").await.header("permissions-policy").contains("camera=()"));
    let refused = world.visitor().at("http://evil.example").get("/").await;
    assert!(refused.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(world.visitor().get("/assets/nothing.css").await.header("cache-control"), "");
}
