//! Faults, the request log and stale reads, which the Partner API has as the platforms have them.

use axum::http::Method;
use mock_pms::{Fault, FaultPlan, FaultRule, Purpose, Side};
use serde_json::{Value, json};

use super::{Far, large, send};

async fn failing(fault: Fault) -> Far {
    let far = Far::of(large()).await;
    let rule = FaultRule { side: Some(Side::Latchel), ..FaultRule::always(fault) };
    far.server.set_faults(FaultPlan { seed: 1, faults: vec![rule] });
    far
}

#[tokio::test]
async fn a_write_that_is_pretended_changes_nothing() {
    let far = failing(Fault::Pretend).await;
    let id = far.ids("/properties").await[0];
    let path = format!("/properties/{id}");
    let answer = far.patch(&path, json!({ "name": "Another" })).await.good();
    assert_eq!(answer["data"]["name"], "Another");
    assert_ne!(far.one(&path).await["data"]["name"], "Another");
}

#[tokio::test]
async fn a_stale_read_shows_what_was() {
    let far = failing(Fault::Stale { seconds: 60 }).await;
    let id = far.ids("/properties").await[0];
    let path = format!("/properties/{id}");
    let before = far.one(&path).await["data"]["name"].clone();
    far.patch(&path, json!({ "name": "Another" })).await.good();
    assert_eq!(far.one(&path).await["data"]["name"], before);
    far.server.edit(|world| world.clock.advance(chrono::TimeDelta::minutes(2)));
    assert_eq!(far.one(&path).await["data"]["name"], "Another");
}

#[tokio::test]
async fn an_error_has_a_message_in_its_own_format() {
    let far = failing(Fault::Status { status: 503, retry_after: Some(7) }).await;
    let reply = far.get("/jobs").await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("7")));
    assert!(reply.body["message"].is_string(), "{}", reply.body);
    let far = failing(Fault::ExpiredCredentials).await;
    assert_eq!(far.status("/jobs").await, 401);
}

#[tokio::test]
async fn rows_and_totals_of_lists_go_wrong() {
    for (fault, rows) in [(Fault::DoubledRow, 11), (Fault::MissingRow, 9)] {
        let far = failing(fault).await;
        assert_eq!(far.ids("/properties").await.len(), rows);
    }
    let far = failing(Fault::WrongTotal { total: 7 }).await;
    far.server.edit(|world| {
        let quirks = mock_pms::LatchelDialect::Papi.quirks().iter();
        quirks.filter(|one| one.name == "meta-total").for_each(|one| one.switch(world, mock_pms::Switch::On));
    });
    assert_eq!(far.one("/jobs").await["meta"]["total"], 7);
    let far = failing(Fault::Endless).await;
    let (first, second) = (far.ids("/properties?page=1").await, far.ids("/properties?page=99").await);
    assert!(second.len() == 10 && second.iter().all(|id| !first.contains(id)), "{first:?} {second:?}");
}

#[tokio::test]
async fn the_log_tells_reads_from_writes() {
    let far = Far::start().await;
    far.get("/jobs?page=1").await;
    far.patch("/jobs/701", json!({ "order_number": "5" })).await;
    let headers = [("x-api-key", "mock-api-key")];
    let log = format!("{}/_mock/requests?side=latchel", far.server.admin_url());
    let log = send(Method::GET, &log, &headers, String::new()).await.good();
    let purposes: Vec<Value> =
        log.as_array().expect("a log").iter().map(|one| one["purpose"].clone()).collect();
    assert_eq!(purposes, [json!("read"), json!("write")]);
    assert_eq!(far.server.requests()[1].purpose, Purpose::Write);
}
