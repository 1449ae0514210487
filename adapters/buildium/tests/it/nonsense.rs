//! Every member of every record replaced by values of every type: nothing panics, and the good record beside the odd one
//! is read all the same.

use latchel_sync_core::model::Row;
use serde_json::{Value, json};

use crate::far::{Far, all, rental, unit, window};
use crate::residents::{lease, tenant};
use crate::work_orders::{task, work_order};

fn oddities() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(9_223_372_036_854_775_807_i64),
        json!(""),
        json!("x".repeat(5_000)),
        json!("2026-02-30"),
        json!("\u{0}\u{202e}💧"),
        json!([]),
        json!([[[]]]),
        json!({}),
    ]
}

/// The pointers to every member of a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        Value::Array(rows) => rows.iter().enumerate().map(|(index, row)| (index.to_string(), row)).collect(),
        _ => Vec::new(),
    };
    for (name, member) in members {
        let place = format!("{at}/{name}");
        places(member, &place, found);
        found.push(place);
    }
}

/// The record with each of its members odd in each way, and without it.
fn odd_ones(good: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    places(good, "", &mut found);
    let mut odd = oddities();
    for place in found {
        for oddity in oddities() {
            let mut one = good.clone();
            *one.pointer_mut(&place).expect("a place") = oddity;
            odd.push(one);
        }
        let (parent, name) = place.rsplit_once('/').expect("a parent");
        let mut one = good.clone();
        if let Some(Value::Object(members)) = one.pointer_mut(parent) {
            members.remove(name);
            odd.push(one);
        }
    }
    odd
}

fn count<T>(rows: &[Row<T>]) -> usize {
    rows.iter().filter(|row| matches!(row, Row::Record(_))).count()
}

#[tokio::test]
async fn odd_properties_leave_the_others_readable() {
    let far = Far::with(json!({"calls_per_second": 100_000})).await;
    let mut rentals: Vec<_> = odd_ones(&rental(1, true));
    rentals.push(rental(2, true));
    far.list("/v1/rentals", json!(rentals)).await;
    far.list("/v1/rentals/units", json!([])).await;
    assert!(count(&all(far.buildium.properties(window())).await) >= 1);

    let far = Far::with(json!({"calls_per_second": 100_000})).await;
    let mut units: Vec<_> = odd_ones(&unit(11, 1));
    units.push(unit(12, 1));
    far.list("/v1/rentals", json!([rental(1, true)])).await;
    far.list("/v1/rentals/units", json!(units)).await;
    let rows = all(far.buildium.properties(window())).await;
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
    let rows = all(far.buildium.residents(window())).await;
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
    let rows = all(far.buildium.work_orders(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.as_str() == "82")));
}

#[tokio::test]
async fn a_page_that_is_no_list_is_an_error() {
    use futures::TryStreamExt;

    for oddity in oddities().into_iter().filter(|one| !one.is_array()) {
        let far = Far::with(json!({"calls_per_second": 100_000})).await;
        far.one("/v1/rentals", oddity.clone()).await;
        far.buildium.properties(window()).try_concat().await.expect_err(&oddity.to_string());
    }
}
