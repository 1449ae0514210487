//! Requests that are let in, by their credentials and by the time of day.

use axum::http::Method;
use mock_pms::{Options, Switch};
use serde_json::json;

use super::{ALL, AppFolio, DEVELOPER, KEY};
use crate::client::example;

#[tokio::test]
async fn both_the_credentials_and_the_developer_id_are_needed() {
    let server = AppFolio::start().await;
    let path = format!("units?{ALL}");
    for (headers, status) in [
        (vec![KEY, DEVELOPER], 200),
        (vec![KEY], 400),
        (vec![DEVELOPER], 401),
        (vec![("authorization", "Basic eDp5"), DEVELOPER], 701),
        (vec![KEY, ("x-appfolio-developer-id", "another")], 701),
    ] {
        let reply = server.ask(Method::GET, &path, &headers, String::new()).await;
        assert_eq!(reply.status, status, "{headers:?}");
        assert!(reply.header("x-request-id").is_some());
        if status != 200 {
            assert_eq!(reply.body["code"], status, "{}", reply.body);
            assert!(reply.body["message"].is_string());
        }
    }
}

#[tokio::test]
async fn what_is_not_there_has_another_shape_and_what_is_denied_the_usual_one() {
    let mut world = example();
    world.platform.account.denied = vec!["tenants".to_owned()];
    let server = AppFolio::of(world, Options::unlimited()).await;
    let gone = server.get("work_orders/00000000-af01-4007-8000-0000000003e7").await;
    assert_eq!((gone.status, gone.body), (404, json!({"status": 404, "error": "No such work order"})));
    let denied = server.get(&format!("tenants?{ALL}")).await;
    assert_eq!((denied.status, &denied.body["code"]), (403, &json!(403)));
}

#[tokio::test]
async fn data_is_unavailable_at_night_where_the_world_says_so() {
    let mut world = example();
    world.platform.account.quirks.insert("nightly-pause".to_owned(), Switch::On);
    let server = AppFolio::of(world, Options::unlimited()).await;
    let path = format!("units?{ALL}");
    for (now, status) in [("2026-03-03T06:00:00Z", 533), ("2026-03-03T12:00:00Z", 200)] {
        server.0.edit(|world| world.clock.set(now.parse().expect("an instant")));
        assert_eq!(server.get(&path).await.status, status, "{now}");
    }
    server.0.edit(|world| {
        world.platform.account.quirks.clear();
        world.clock.set("2026-03-03T06:00:00Z".parse().expect("an instant"));
    });
    assert_eq!(server.get(&path).await.status, 200);
}

#[tokio::test]
async fn the_ninth_call_in_a_second_is_told_how_long_to_wait() {
    let server = AppFolio::of(example(), Options::default()).await;
    let mut replies = Vec::new();
    for _ in 0..9 {
        replies.push(server.get(&format!("units?{ALL}")).await);
    }
    let last = replies.last().expect("nine");
    assert_eq!((last.status, last.header("retry-after")), (429, Some("1")));
    assert!(replies[..8].iter().all(|reply| reply.status == 200));
}
