//! Finding what we made before making it again.

use latchel_sync_core::model::{JobId, Marker};
use serde_json::{Value, json};

use crate::far::{Far, WORK_ORDERS, work_order};

fn made(id: u32, text: &str, created: &str) -> Value {
    let mut one = work_order(id);
    one["workOrder"]["description"] = json!(text);
    one["workOrder"]["dateTimeCreated"] = json!(created);
    one
}

async fn find(far: &Far, job: i64) -> Vec<String> {
    let found = far.platform.find_by_marker(&Marker::for_job(JobId(job))).await.expect("an answer");
    found.iter().map(|id| id.as_str().to_owned()).collect()
}

async fn serve(far: &Far, rows: &[Value]) {
    far.server.reset().await;
    far.list(WORK_ORDERS, json!(rows)).await;
    for row in rows {
        let id = row["workOrder"]["workOrderID"].as_str().expect("an id");
        far.one(&format!("{WORK_ORDERS}/{id}"), row.clone()).await;
    }
}

#[tokio::test]
async fn all_are_looked_through_once_and_then_those_from_the_newest_day_on() {
    let far = Far::new().await;
    let old = [
        made(81, "<p>x</p><p>[Latchel #5]</p>", "2026-01-10 12:00:00"),
        made(82, "<p>quotes [Latchel #6]</p>", "2026-03-01 12:00:00"),
        made(83, "<p>[Latchel #5]</p>", "2026-02-01 12:00:00"),
    ];
    serve(&far, &old).await;
    assert_eq!(find(&far, 5).await, ["81", "83"], "both are told, for a person to decide");
    assert_eq!(find(&far, 6).await, [""; 0]);
    serve(&far, &old).await;
    let young = made(84, "<p>[Latchel #7]</p>", "2026-03-01 13:00:00");
    far.list_for(WORK_ORDERS, &[("startDate", "2026-02-27")], json!([old[1], young])).await;
    far.one(&format!("{WORK_ORDERS}/84"), young).await;
    assert_eq!(find(&far, 7).await, ["84"]);
    let lists: Vec<_> = far.asked().await.into_iter().filter(|one| !one.ends_with("/84")).collect();
    assert_eq!(lists, ["GET maintenance/work-orders?startDate=2026-02-27"], "days may be cut in any zone");
}

#[tokio::test]
async fn a_filter_that_goes_by_something_else_is_not_trusted() {
    let far = Far::new().await;
    let old = made(81, "<p>x</p>", "2026-03-01 12:00:00");
    serve(&far, std::slice::from_ref(&old)).await;
    assert_eq!(find(&far, 5).await, [""; 0]);
    // It went by the planned start, which new ones do not have: not even the newest is in it.
    let new = made(82, "<p>[Latchel #5]</p>", "2026-03-01 13:00:00");
    serve(&far, &[old, new]).await;
    far.list_for(WORK_ORDERS, &[("startDate", "2026-02-27")], json!([])).await;
    assert_eq!(find(&far, 5).await, ["82"]);
}

#[tokio::test]
async fn what_was_changed_or_taken_away_since_no_longer_carries_it() {
    let far = Far::new().await;
    let rows =
        [made(81, "[Latchel #5]", "2026-03-01 12:00:00"), made(82, "[Latchel #5]", "2026-03-01 13:00:00")];
    serve(&far, &rows).await;
    assert_eq!(find(&far, 5).await, ["81", "82"]);
    far.server.reset().await;
    far.list(WORK_ORDERS, json!([rows[1]])).await;
    far.one(&format!("{WORK_ORDERS}/82"), made(82, "rewritten", "2026-03-01 13:00:00")).await;
    assert_eq!(find(&far, 5).await, [""; 0]);
}
