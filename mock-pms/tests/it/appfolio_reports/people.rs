//! Those who live somewhere, those who left, and those who are to come.

use mock_pms::Switch;
use mock_pms::world::{Lease, LeaseTenant, MoveOut};
use serde_json::{Value, json};

use super::{Reports, column, with};

#[tokio::test]
async fn the_directory_has_those_who_live_there_now() {
    let server = Reports::start().await;
    let rows = server.all("tenant_directory").await;
    assert_eq!(column(&rows, "selected_tenant_id"), ["21", "23"]);
    let ada = &rows[0];
    assert_eq!((&ada["occupancy_id"], &ada["unit_id"]), (&json!("31"), &json!("11")));
    assert_eq!((&ada["property_id"], &ada["unit"]), (&json!("1"), &json!("101")));
    assert_eq!(ada["phone_numbers"], "Home: 503-555-0101, Mobile: 503-555-0102");
    assert_eq!((&ada["emails"], &ada["tenant"]), (&json!("ada@example.com"), &json!("Abara, Ada")));
    assert_eq!((&ada["move_in"], &ada["move_out"]), (&json!("2025-09-01"), &Value::Null));
    assert_eq!((&ada["primary_tenant"], &ada["status"]), (&json!("Yes"), &json!("Current")));
    assert_eq!((&rows[1]["unit_id"], &rows[1]["occupancy_id"]), (&Value::Null, &json!("32")));
    assert!(!json!(rows).to_string().contains("000-00-0000"));
}

#[tokio::test]
async fn whoever_leaves_is_shown_until_the_day_of_it() {
    let server = Reports::start().await;
    let leaving = |day: &str| {
        let move_out = MoveOut { tenant_id: 21, move_out: day.parse().expect("a day"), notice: None };
        server.0.edit(|world| world.update::<Lease>(31, |one| one.move_outs = vec![move_out]).expect("it"));
    };
    // It is the second of March there.
    leaving("2026-03-03");
    let rows = server.all("tenant_directory").await;
    let ada = with(&rows, "first_name", "Ada");
    assert_eq!((&ada["status"], &ada["move_out"]), (&json!("Notice"), &json!("2026-03-03")));
    leaving("2026-03-02");
    assert!(!column(&server.all("tenant_directory").await, "first_name").contains(&json!("Ada")));
}

#[tokio::test]
async fn tenant_visibility_counts_or_does_not() {
    let filters = [("hidden", 2), ("all", 5), ("active", 2)];
    for switch in [Switch::On, Switch::Off] {
        let server = Reports::with(&[("tenant-visibility", switch)]).await;
        for (visibility, found) in filters {
            let rows = server.rows("tenant_directory", json!({ "tenant_visibility": visibility })).await;
            let expected = if switch == Switch::On { found } else { 2 };
            assert_eq!(rows.len(), expected, "{visibility} {switch}: {rows:?}");
        }
    }
    let server = Reports::with(&[("tenant-visibility", Switch::On)]).await;
    let all = server.rows("tenant_directory", json!({ "tenant_visibility": "all" })).await;
    let ben: Vec<_> = all.iter().filter(|row| row["first_name"] == "Ben").collect();
    assert_eq!((&ben[0]["status"], &ben[1]["status"]), (&json!("Past"), &json!("Future")));
    assert_eq!(ben[0]["selected_tenant_id"], ben[1]["selected_tenant_id"], "one person of two occupancies");
    assert_ne!(ben[0]["tenant_integration_id"], ben[1]["tenant_integration_id"]);
}

#[tokio::test]
async fn the_rent_roll_has_each_occupancy_and_what_is_vacant() {
    let server = Reports::start().await;
    server.0.edit(|world| {
        let more = LeaseTenant { tenant_id: 23, move_in: Some("2025-10-01".parse().expect("a day")) };
        let both = |lease: &mut Lease| {
            lease.tenants.push(more);
            lease.move_outs.clear();
        };
        world.update::<Lease>(31, both).expect("the lease");
    });
    let rows = server.all("rent_roll").await;
    let of_unit = |unit: Value| rows.iter().find(|row| row["unit_id"] == unit).expect("a row");
    let taken = of_unit(json!(11));
    assert_eq!((&taken["tenant_id"], &taken["additional_tenant_ids"]), (&json!(21), &json!("22, 23")));
    assert_eq!((&taken["status"], &taken["occupancy_id"]), (&json!("Current"), &json!(31)));
    let empty = of_unit(json!(12));
    assert_eq!((&empty["tenant_id"], &empty["status"]), (&Value::Null, &json!("Vacant-Rented")));
    let house = of_unit(Value::Null);
    assert_eq!((&house["property_id"], &house["tenant_id"]), (&json!(2), &json!(23)));
}

#[tokio::test]
async fn the_tickler_tells_of_these_days_and_names_one_of_those_who_go_together() {
    let server = Reports::start().await;
    assert!(server.all("tenant_tickler").await.is_empty(), "Ben left two weeks ago");
    let long = json!({ "occurred_on_from": "01/01/2026", "occurred_on_to": "2026-03-31" });
    let rows = server.rows("tenant_tickler", long).await;
    assert_eq!(column(&rows, "event"), ["Notice", "Move-out"]);
    assert_eq!((&rows[1]["tenant_id"], &rows[1]["occupancy_id"]), (&json!("22"), &json!("31")));
    assert_eq!(
        (&rows[1]["occurred_date"], &rows[1]["move_out_date"]),
        (&json!("2026-02-15"), &json!("2026-02-15"))
    );
    assert_eq!((&rows[1]["tenant_status"], &rows[1]["unit_id"]), (&json!("Past"), &json!("11")));

    server.0.edit(|world| {
        let out =
            |tenant_id| MoveOut { tenant_id, move_out: "2026-02-28".parse().expect("a day"), notice: None };
        world.update::<Lease>(31, |lease| lease.move_outs = vec![out(21), out(22)]).expect("the lease");
    });
    let rows = server.all("tenant_tickler").await;
    assert_eq!(column(&rows, "tenant_id"), ["21"], "Ben went with her");
    assert!(column(&server.all("tenant_directory").await, "unit_id").iter().all(Value::is_null));
}
