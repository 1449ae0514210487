use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::routing::{get, post};
use futures::StreamExt;
use latchel_sync_server::access::guard;

use crate::visitor::Visitor;
use crate::world::World;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_body_is_bounded_whether_its_length_is_told_or_not() {
    let world = World::new().await;
    let large = vec![b'a'; 64 * 1024 + 1];
    let mut visitor = world.visitor();
    let told = visitor.request("POST", "/api/v1/nothing").header("content-length", large.len());
    let answer = visitor.send(told, Body::from(large.clone())).await;
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains(r#""code":"too_large""#), "{}", answer.body);

    let chunks = large.chunks(1024).map(|chunk| Ok::<_, std::io::Error>(Bytes::copy_from_slice(chunk)));
    let chunks = futures::stream::iter(chunks.collect::<Vec<_>>());
    let untold = visitor.request("POST", "/login").header(CONTENT_TYPE, FORM);
    let answer = visitor.send(untold, Body::from_stream(chunks)).await;
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains("the request is too large"), "{}", answer.body);
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    let request = visitor.request("POST", "/login").header(CONTENT_TYPE, FORM);
    let begun = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"name=ro"))]);
    let slow = Body::from_stream(begun.chain(futures::stream::pending()));
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    let answer = visitor.send(request, slow).await;
    assert_eq!(answer.status, 408);
    assert_eq!(before.elapsed().as_secs(), 60);
}

#[tokio::test]
async fn a_panic_is_told_without_its_text() {
    async fn panics() {
        panic!("the secret is hunter2");
    }
    let world = World::new().await;
    let inner = Router::new().route("/api/v1/panics", get(panics));
    let router = guard(inner, Router::new(), &world.app);
    let answer = Visitor::of(router, "http://127.0.0.1:8787").get("/api/v1/panics").await;
    assert_eq!(answer.status, 500);
    assert!(
        answer.body.contains(r#""code":"internal""#) && !answer.body.contains("hunter2"),
        "{}",
        answer.body
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn signed_webhooks_need_no_page_no_log_in_and_no_name() {
    let world = World::new().await;
    world.add("robin", latchel_sync_ledger::desk::Role::Viewer).await;
    let taken = async |body: Bytes| body.len().to_string();
    let outer: Router<Arc<_>> = Router::new().route("/webhooks/latchel", post(taken));
    let router = guard(Router::new(), outer, &world.app);
    let mut sender = Visitor::of(router, "https://hooks.example.com").with_token("its own");
    let answer = sender.post("/webhooks/latchel", &"a".repeat(100_000)).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "100000"));
}
