use latchel_sync_core::model::*;
use serde_json::{Value, json};

use crate::far::{Far, HUGE, serve};

fn tagged(id: i64, tag: &str, modified: &str) -> Value {
    json!({"id": id, "searchTag": tag, "lastModifiedDateTime": modified, "buildingID": 1})
}

/// Propertyware says what time it is with its first answer, as it does in every run.
async fn ready(settings: Value) -> Far {
    let far = Far::with(settings).await;
    serve(&far, "buildings", json!([])).await;
    far.platform.users().await.expect("users");
    far
}

fn marker() -> Marker {
    Marker::for_job(JobId(7))
}

#[tokio::test]
async fn exactly_those_that_carry_it_and_are_still_there_are_found() {
    let far = ready(json!({})).await;
    let at = "2026-03-01T00:00:00Z";
    far.list_for(
        "workorders",
        &[],
        json!([
            tagged(81, "[Latchel #7]", at), tagged(82, "[Latchel #70]", at), tagged(83, "gate", at),
            tagged(84, "[Latchel #7]", at), tagged(HUGE, "[Latchel #7]", at), tagged(85, "see [Latchel #7]", at), {"id": "odd"},
        ]),
    )
    .await;
    far.one("workorders/81", tagged(81, "[Latchel #7]", at)).await;
    far.one(&format!("workorders/{HUGE}"), tagged(HUGE, "[Latchel #7]", at)).await;
    far.answers("GET", "workorders/84", wiremock::ResponseTemplate::new(404)).await;
    let found = far.platform.find_by_marker(&marker()).await.expect("found");
    assert_eq!(found, [WorkOrderId::new("81"), WorkOrderId::new(HUGE.to_string())]);
    let none = far.platform.find_by_marker(&Marker::for_job(JobId(8))).await.expect("found");
    assert_eq!(none, []);
}

#[tokio::test]
async fn the_first_look_is_bounded_in_days_by_propertywares_clock_and_the_next_by_what_was_seen() {
    let far = ready(json!({"marker_days": 30})).await;
    far.list("workorders", json!([tagged(81, "gate", "2026-03-02T19:30:00Z")])).await;
    for _ in 0..2 {
        far.platform.find_by_marker(&marker()).await.expect("found");
    }
    let asked = far.asked().await;
    let looks: Vec<_> = asked.iter().filter(|one| one.contains("workorders")).collect();
    assert_eq!(
        looks,
        [
            "GET workorders?lastModifiedDateTimeStart=2026-01-31T20:00:00Z",
            "GET workorders?lastModifiedDateTimeStart=2026-03-02T16:30:00Z",
        ]
    );
}

#[tokio::test]
async fn without_a_bound_or_a_clock_all_are_looked_at() {
    for far in [ready(json!({"marker_days": 0})).await, Far::new().await] {
        far.list("workorders", json!([])).await;
        far.platform.find_by_marker(&marker()).await.expect("found");
        assert!(far.asked().await.contains(&"GET workorders".to_owned()), "{:?}", far.asked().await);
    }
}

#[tokio::test]
async fn what_was_created_after_the_first_look_is_found_by_the_next() {
    let far = ready(json!({})).await;
    let old = tagged(81, "gate", "2026-03-02T19:30:00Z");
    let mock = wiremock::Mock::given(wiremock::matchers::path(format!("{}workorders", crate::far::BASE)));
    mock.respond_with(wiremock::ResponseTemplate::new(200).set_body_json(json!([old])))
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&far.server)
        .await;
    assert_eq!(far.platform.find_by_marker(&marker()).await.expect("found"), []);
    serve(&far, "workorders", json!([tagged(82, "[Latchel #7]", "2026-03-02T20:00:00Z")])).await;
    assert_eq!(far.platform.find_by_marker(&marker()).await.expect("found"), [WorkOrderId::new("82")]);
}

#[tokio::test]
async fn a_look_that_broke_off_is_done_again_from_its_beginning() {
    let far = ready(json!({"marker_days": 30})).await;
    let refused = wiremock::ResponseTemplate::new(403);
    let mock = wiremock::Mock::given(wiremock::matchers::path(format!("{}workorders", crate::far::BASE)))
        .and(wiremock::matchers::query_param("offset", "500"));
    mock.respond_with(refused).up_to_n_times(1).with_priority(1).mount(&far.server).await;
    let at = "2026-03-02T19:30:00Z";
    let mut rows: Vec<_> = (0..600).map(|id| tagged(1_000 + id, "gate", at)).collect();
    rows.push(tagged(81, "[Latchel #7]", "2026-02-10T00:00:00Z"));
    far.list("workorders", json!(rows)).await;
    far.one("workorders/81", tagged(81, "[Latchel #7]", at)).await;
    far.platform.find_by_marker(&marker()).await.expect_err("the second page");
    assert_eq!(far.platform.find_by_marker(&marker()).await.expect("found").len(), 1);
}
