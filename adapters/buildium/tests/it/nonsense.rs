//! Every member of every record replaced by values of every type: nothing panics, and the good record beside the odd one
//! is read all the same.

use latchel_sync_core::model::Row;
use serde_json::json;

use crate::far::{Far, all, rental, unit, window};
use crate::residents::{lease, tenant};
use crate::work_orders::{task, work_order};
use latchel_sync_http::testing::{count, odd_ones, oddities};

#[tokio::test]
async fn odd_properties_leave_the_others_readable() {
    let far = Far::with(json!({"calls_per_second": 100_000})).await;
    let mut rentals: Vec<_> = odd_ones(&rental(1, true));
    rentals.push(rental(2, true));
    far.list("/v1/rentals", json!(rentals)).await;
    far.list("/v1/rentals/units", json!([])).await;
    assert!(count(&all(far.platform.properties(window())).await) >= 1);

    let far = Far::with(json!({"calls_per_second": 100_000})).await;
    let mut units: Vec<_> = odd_ones(&unit(11, 1));
    units.push(unit(12, 1));
    far.list("/v1/rentals", json!([rental(1, true)])).await;
    far.list("/v1/rentals/units", json!(units)).await;
    let rows = all(far.platform.properties(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.key() == "1/12")));
}

#[tokio::test]
async fn odd_residents_leave_the_others_readable() {
    let far = Far::with(json!({"calls_per_second": 100_000})).await;
    let good = tenant(21, &[lease(31, 1, 11, &[(21, Some("2025-01-01"), Some("2026-01-01"))])]);
    let mut tenants = odd_ones(&good);
    tenants.push(tenant(22, &[lease(32, 2, 0, &[(22, None, None)])]));
    let leases = odd_ones(&lease(31, 1, 11, &[(21, Some("2025-01-01"), None)]));
    far.list("/v1/leases/tenants", json!(tenants)).await;
    far.list("/v1/leases", json!(leases)).await;
    let rows = all(far.platform.residents(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.key() == "22@2")));
}

#[tokio::test]
async fn odd_work_orders_and_tasks_leave_the_others_readable() {
    let far = Far::with(json!({"calls_per_second": 100_000})).await;
    let mut tasks = odd_ones(&task(71, "Todo"));
    tasks.push(task(72, "Todo"));
    let mut orders = odd_ones(&work_order(81, 72));
    orders.push(work_order(82, 72));
    far.list("/v1/tasks", json!(tasks)).await;
    far.list("/v1/workorders", json!(orders)).await;
    let rows = all(far.platform.work_orders(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.as_str() == "82")));
}

#[tokio::test]
async fn a_page_that_is_no_list_is_an_error() {
    use futures::TryStreamExt;

    for oddity in oddities().into_iter().filter(|one| !one.is_array()) {
        let far = Far::with(json!({"calls_per_second": 100_000})).await;
        far.one("/v1/rentals", oddity.clone()).await;
        far.platform.properties(window()).try_concat().await.expect_err(&oddity.to_string());
    }
}
