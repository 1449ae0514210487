//! Every member of every record replaced by values of every type: nothing panics, and the good record beside the odd one
//! is read all the same.

use futures::TryStreamExt;
use latchel_sync_core::model::Row;
use serde_json::{Value, json};

use crate::far::{Far, all, building, serve, unit, window};
use crate::residents::{contact, lease};
use crate::work_orders::work_order;
use latchel_sync_http::testing::{count, odd_ones, oddities};

fn and(mut odd: Vec<Value>, good: Value) -> Value {
    odd.push(good);
    json!(odd)
}

#[tokio::test]
async fn odd_buildings_and_units_leave_the_others_readable() {
    let far = Far::new().await;
    far.list("buildings", and(odd_ones(&building(1, "Yes", true)), building(2, "No", true))).await;
    far.list("units", json!([])).await;
    let rows = all(far.platform.properties(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.key() == "2")));
    far.platform.users().await.expect("users");
    far.platform.property_groups().await.expect_err("no portfolios here");

    let far = Far::new().await;
    serve(&far, "buildings", json!([building(1, "Yes", true)])).await;
    far.list("units", and(odd_ones(&unit(11, 1)), unit(12, 1))).await;
    let rows = all(far.platform.properties(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.key() == "1/12")));
}

#[tokio::test]
async fn odd_leases_and_contacts_leave_the_others_readable() {
    let far = Far::new().await;
    let mut good = lease(31, 1, 11, &[21]);
    good["scheduleMoveOutDate"] = json!("2026-04-30");
    far.list("leases", and(odd_ones(&good), lease(32, 2, 2, &[22]))).await;
    far.list("contacts", and(odd_ones(&contact(21)), contact(22))).await;
    far.list("contacts/21", json!([])).await;
    far.one("contacts/22", contact(22)).await;
    let rows = all(far.platform.residents(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.key() == "22@2")), "{rows:?}");
}

#[tokio::test]
async fn odd_work_orders_leave_the_others_readable() {
    let far = Far::new().await;
    far.list("buildings", json!(odd_ones(&building(1, "Yes", true)))).await;
    far.list("workorders", and(odd_ones(&work_order(81)), work_order(82))).await;
    let rows = all(far.platform.work_orders(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.as_str() == "82")));
    assert!(count(&rows) > 1);
}

#[tokio::test]
async fn a_page_that_is_no_list_is_an_error() {
    for oddity in oddities().into_iter().filter(|one| !one.is_array()) {
        let far = Far::new().await;
        far.one("buildings", oddity.clone()).await;
        far.platform.properties(window()).try_concat().await.expect_err(&oddity.to_string());
    }
}
