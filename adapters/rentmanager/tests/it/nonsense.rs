//! Every member of every record replaced by values of every type: nothing panics, and the good record beside the odd one
//! is read all the same.

use futures::TryStreamExt;
use latchel_sync_core::model::Row;
use serde_json::{Value, json};

use crate::far::{all, issue, lease, logged_in, property, tenant, unit, window};
use latchel_sync_http::testing::{count, odd_ones, oddities};

/// The odd ones of `odd`, and a good one behind.
fn beside(odd: &Value, good: Value) -> Value {
    let mut rows = odd_ones(odd);
    rows.push(good);
    json!(rows)
}

#[tokio::test]
async fn odd_properties_and_units_leave_the_others_readable() {
    let far = logged_in(json!({})).await;
    far.list("Properties", beside(&property(1, true), property(2, true))).await;
    far.list("Units", beside(&unit(11, 1), unit(21, 2))).await;
    let rows = all(far.platform.properties(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.key() == "2/21")));
}

#[tokio::test]
async fn odd_tenants_and_leases_leave_the_others_readable() {
    let far = logged_in(json!({})).await;
    let mut good = lease(31, 21, 1, 11);
    good["ExpectedMoveOutDate"] = json!("2026-04-30T00:00:00");
    far.list("Tenants", beside(&tenant(21), tenant(22))).await;
    far.list("Leases", beside(&good, lease(32, 22, 2, 21))).await;
    let rows = all(far.platform.residents(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.key() == "22@2")));
}

#[tokio::test]
async fn odd_issues_and_tables_leave_the_others_readable() {
    let far = logged_in(json!({})).await;
    let mut linked = issue(81);
    linked["LinkedUnits"] = json!([{"UnitID": 11, "PropertyID": 1}]);
    far.list("ServiceManagerIssues", beside(&linked, issue(82))).await;
    far.list("Units", json!([])).await;
    let rows = all(far.platform.work_orders(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.as_str() == "82")));
    assert!(count(&rows) > 1);
}

#[tokio::test]
async fn a_page_that_is_no_list_is_an_error() {
    for oddity in oddities().into_iter().filter(|one| !one.is_array()) {
        let far = logged_in(json!({})).await;
        far.one("Properties", oddity.clone()).await;
        far.platform.properties(window()).try_concat().await.expect_err(&oddity.to_string());
    }
}
