//! Every member of every record replaced by values of every type: nothing panics, and the good record beside the odd one
//! is read all the same.

use futures::TryStreamExt;
use latchel_sync_core::model::Row;
use serde_json::{Value, json};

use crate::far::{
    FIRST, Far, STATUSES, WORK_ORDERS, all, lease, property, statuses, tenant, unit, window, work_order,
};
use latchel_sync_http::testing::{count, odd_ones, oddities};

fn and(mut odd: Vec<Value>, good: Value) -> Value {
    odd.push(good);
    json!(odd)
}

#[tokio::test]
async fn odd_properties_and_units_leave_the_others_readable() {
    let one = property(1, "1", FIRST);
    let far = Far::new().await;
    let units = [unit(11, &one, FIRST), unit(12, &one, FIRST)];
    far.list("properties/export", and(odd_ones(&json!({"property": one})), json!({"property": one}))).await;
    far.list("properties/units/export", and(odd_ones(&units[0]), units[1].clone())).await;
    let rows = all(far.platform.properties(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.key() == "1/12")));
    far.platform.property_groups().await.expect("groups");
}

#[tokio::test]
async fn odd_leases_and_contacts_leave_the_others_readable() {
    let far = Far::new().await;
    let good = lease(31, 1, Some(11), &[tenant(21, "Ada")]);
    far.list("leases/export", and(odd_ones(&good), lease(32, 2, None, &[tenant(22, "Ben")]))).await;
    let contact = json!({"contact": {"contactID": "21", "dateTimeModified": FIRST}});
    far.list("tenants/search", json!(odd_ones(&contact))).await;
    let rows = all(far.platform.residents(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.key() == "22@2")), "{rows:?}");
}

#[tokio::test]
async fn odd_work_orders_statuses_and_users_leave_the_others_readable() {
    let far = Far::new().await;
    far.list(STATUSES, and(odd_ones(&statuses()[0]), statuses()[1].clone())).await;
    far.list(WORK_ORDERS, and(odd_ones(&work_order(81)), work_order(82))).await;
    let rows = all(far.platform.work_orders(window())).await;
    assert!(rows.iter().any(|row| matches!(row, Row::Record(one) if one.id.as_str() == "82")));
    assert!(count(&rows) > 1);
    let user = json!({"contact": {"userID": "41", "name": "Team Latchel", "isActive": "1"}});
    far.list("maintenance-technicians", and(odd_ones(&user), user.clone())).await;
    assert!(!far.platform.users().await.expect("users").is_empty());
}

#[tokio::test]
async fn a_page_that_is_no_list_is_an_error() {
    for oddity in oddities().into_iter().filter(|one| !one.is_array()) {
        let far = Far::new().await;
        far.one("properties/export", oddity.clone()).await;
        far.platform.properties(window()).try_concat().await.expect_err(&oddity.to_string());
    }
}
