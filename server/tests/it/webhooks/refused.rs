use std::convert::Infallible;

use axum::body::{Body, Bytes};
use futures::StreamExt;
use latchel_sync_core::model::JobId;
use latchel_sync_server::ServerConfig;

use super::sender::*;
use crate::world::{World, start};

const LATER: &str = "2026-03-02T08:01:00Z";

#[tokio::test]
async fn one_that_is_not_by_whom_it_says_gets_401_and_is_counted() {
    let world = listening().await;
    let body = envelope(JobId(300), LATER);
    for headers in [&[][..], &[("x-api-key", "wrong")]] {
        assert_eq!(post(&world, LATCHEL, headers, body.clone()).await.0, 401);
    }
    let other = body.replace(KEY, "wrong");
    assert_eq!(post(&world, LATCHEL, &[("x-api-key", KEY)], other).await.0, 401);
    let replayed = start().timestamp() - 301;
    assert_eq!(buildium_tells(&world, 9, replayed).await, 401);
    let (headers, body) = event(9, start().timestamp());
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(post(&world, PLATFORM, &headers, body.replace('9', "8")).await.0, 401);

    assert_eq!(open(&*world.app.desk).await, 0, "nothing is kept");
    let of = |source: &str| {
        format!(r#"latchel_sync_webhooks_total{{account="main",source="{source}",result="invalid"}}"#)
    };
    let counted = world.visitor().get("/metrics").await.body;
    assert!(counted.contains(&format!("{} 3\n", of("latchel"))), "{counted}");
    assert!(counted.contains(&format!("{} 2\n", of("platform"))), "{counted}");
    assert!(!counted.contains(KEY) && !counted.contains("wrong"));
}

#[tokio::test]
async fn garbage_gets_400_from_those_with_the_key_and_what_is_not_synced_200() {
    let world = listening().await;
    let key = [("x-api-key", KEY)];
    for garbage in ["", "garbage", "[1]", r#"{"secret":1}"#] {
        assert_eq!(post(&world, LATCHEL, &key, garbage).await.0, 400, "{garbage}");
    }
    let owner = envelope(JobId(1), LATER).replace(r#""Job""#, r#""Owner""#);
    assert_eq!(post(&world, LATCHEL, &key, owner).await.0, 200);
    assert_eq!(open(&*world.app.desk).await, 0);
    assert_eq!(post(&world, LATCHEL, &key, envelope(JobId(1), LATER)).await.0, 200);
    assert_eq!(open(&*world.app.desk).await, 1, "a whole one is kept before the answer");
}

#[tokio::test]
async fn an_account_that_is_not_there_and_one_without_webhooks_are_answered_alike() {
    let deaf = World::with(ServerConfig::default()).await;
    let listening = listening().await;
    let body = || envelope(JobId(1), LATER);
    let key = [("x-api-key", KEY)];
    let unknown = post(&listening, "/webhooks/nobody/latchel", &key, body()).await;
    assert_eq!(unknown.0, 404);
    for path in [LATCHEL, PLATFORM, "/webhooks/nobody/platform", "/webhooks/..%2Fmain/latchel"] {
        assert_eq!(post(&deaf, path, &key, body()).await, unknown, "{path}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_gets_413_whether_it_says_so_or_not() {
    let world = listening().await;
    let key = [("x-api-key", KEY)];
    let large = vec![b' '; 256 * 1024 + 1];
    assert_eq!(post(&world, LATCHEL, &key, large.clone()).await.0, 413);
    let pieces: Vec<_> =
        large.chunks(1_000).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    let unsaid = Body::from_stream(futures::stream::iter(pieces));
    assert_eq!(post(&world, LATCHEL, &key, unsaid).await.0, 413);
    let mut whole = envelope(JobId(1), LATER);
    whole.push_str(&" ".repeat(256 * 1024 - whole.len()));
    assert_eq!(post(&world, LATCHEL, &key, whole).await.0, 200, "the largest that is taken");
}

#[tokio::test]
async fn a_body_that_does_not_end_gets_408() {
    let world = listening().await;
    let begun = futures::stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{"))]);
    let slow = Body::from_stream(begun.chain(futures::stream::pending()));
    // Time passes by itself while everything waits.
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    assert_eq!(post(&world, LATCHEL, &[("x-api-key", KEY)], slow).await.0, 408);
    assert!(before.elapsed().as_secs() < 10);
}
