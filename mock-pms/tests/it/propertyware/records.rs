//! Fields and records that are told, and those that are kept back.

use mock_pms::world::{Property, Tenant};
use serde_json::{Value, json};

use super::Propertyware;

#[tokio::test]
async fn deactivated_buildings_and_their_units_are_for_those_who_ask() {
    let propertyware = Propertyware::start().await;
    assert_eq!(propertyware.ids("/buildings?orderby=id%20asc").await, [1, 2]);
    assert_eq!(propertyware.ids("/buildings?orderby=id%20asc&includeDeactivated=true").await, [1, 2, 3]);
    assert_eq!(propertyware.one("/buildings/3").await["active"], false);
    propertyware
        .server
        .edit(|world| world.update::<Property>(1, |one| one.active = false).expect("the building"));
    assert!(propertyware.ids("/units").await.is_empty());
    let units = propertyware.one("/units?includeDeactivated=true").await;
    assert!(
        units.as_array().is_some_and(|all| all.len() == 2 && all.iter().all(|one| one["active"] == false))
    );
}

#[tokio::test]
async fn a_building_tells_in_words_whether_it_has_units_and_who_manages_it() {
    let propertyware = Propertyware::start().await;
    let (court, house) = (propertyware.one("/buildings/1").await, propertyware.one("/buildings/2").await);
    assert_eq!((&court["multiUnit"], &court["countUnit"]), (&json!("Yes"), &json!(2)));
    assert_eq!((&house["multiUnit"], &house["countUnit"]), (&json!("No"), &json!(0)));
    let managers = propertyware.one("/buildings/2/managers").await;
    assert_eq!(managers, house["propertyManagerList"]);
    let read: Vec<_> = managers
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| (one["userID"].as_i64(), one["name"].as_str()))
        .collect();
    assert_eq!(
        read,
        [(Some(41), Some("Team Latchel")), (Some(42), Some("Robin Keeper"))],
        "the staff that is there"
    );
    assert_ne!(managers[0]["id"], managers[0]["userID"]);
    assert_eq!(house["createdDateTime"], "2025-01-10T16:00:00Z", "two hours behind");
}

#[tokio::test]
async fn a_lease_without_a_unit_has_the_building_in_its_place() {
    let propertyware = Propertyware::start().await;
    assert_eq!(propertyware.one("/leases/32").await["unitID"], 2);
    assert_eq!(propertyware.one("/leases/33").await["unitID"], 12);
}

#[tokio::test]
async fn a_lease_has_one_pair_of_dates_and_ids_beyond_what_a_double_holds() {
    let propertyware = Propertyware::start().await;
    let ids = propertyware.ids("/leases?orderby=id%20asc&unitID=11").await;
    let [first, second] = ids.as_slice() else { panic!("{ids:?}") };
    assert_eq!((*first, *second), (31, (1 << 54) + 31));
    let stays = propertyware.one("/leases/31").await;
    assert_eq!((&stays["status"], &stays["moveOutDate"]), (&json!("Active"), &Value::Null));
    assert_eq!(
        stays["contacts"],
        json!([{"id": 21, "role": "Tenant", "primary": true, "namedOnLease": true}])
    );
    let left = propertyware.one(&format!("/leases/{second}")).await;
    assert_eq!((&left["status"], &left["moveOutDate"]), (&json!("Terminated"), &json!("2026-02-15")));
    assert_eq!(left["contacts"][0]["id"], 22);
    assert_eq!(propertyware.status(&format!("/leases/{}", (1_i64 << 55) + 31)).await, 404);
}

#[tokio::test]
async fn who_is_to_leave_is_scheduled_and_who_is_gone_has_left() {
    let propertyware = Propertyware::start().await;
    let path = format!("/leases/{}", (1_i64 << 54) + 31);
    propertyware.server.edit(|world| world.clock.set("2026-02-14T20:00:00Z".parse().expect("a time")));
    let lease = propertyware.one(&path).await;
    assert_eq!((&lease["scheduleMoveOutDate"], &lease["moveOutDate"]), (&json!("2026-02-15"), &Value::Null));
    assert_eq!((&lease["status"], &lease["active"]), (&json!("Active - Notice Given"), &json!(true)));
    propertyware.server.edit(|world| world.clock.set("2026-02-15T20:00:00Z".parse().expect("a time")));
    let lease = propertyware.one(&path).await;
    assert_eq!((&lease["scheduleMoveOutDate"], &lease["moveOutDate"]), (&Value::Null, &json!("2026-02-15")));
}

#[tokio::test]
async fn a_contact_tells_of_no_unit_and_its_change_moves_no_lease() {
    let propertyware = Propertyware::start().await;
    let contact = propertyware.one("/contacts/21").await;
    assert_eq!(
        (&contact["homePhone"], &contact["mobilePhone"]),
        (&json!("503-555-0101"), &json!("503-555-0102"))
    );
    assert!(contact.get("unitID").is_none() && contact.get("leaseID").is_none());
    let before = propertyware.one("/leases/31").await;
    propertyware.server.edit(|world| {
        world.update::<Tenant>(21, |tenant| tenant.email = None).expect("the tenant");
    });
    assert_eq!(propertyware.one("/leases/31").await, before);
    let on_lease = propertyware.one("/leases/31/contacts").await;
    assert_eq!((&on_lease[0]["role"], &on_lease[0]["lastName"]), (&json!("Tenant"), &json!("Abara")));
}

#[tokio::test]
async fn buildings_and_units_share_one_space_of_ids() {
    let mut world = crate::client::example();
    world.update::<mock_pms::world::Lease>(33, |lease| lease.unit_id = Some(2)).expect("the lease");
    let unit = world.platform.units.get(12).expect("a unit").clone();
    world.insert(mock_pms::world::Unit { id: 2, number: "202".to_owned(), ..unit }).expect("a free id");
    let propertyware = Propertyware::of(world).await;
    let shown = (1_i64 << 54) + 2;
    assert_eq!(propertyware.ids("/units?orderby=id%20asc").await, [11, 12, shown]);
    assert_eq!(propertyware.one(&format!("/units/{shown}")).await["name"], "202");
    assert_eq!(propertyware.status("/units/2").await, 404, "that is a building's");
    assert_eq!(propertyware.one("/leases/33").await["unitID"], shown);
    assert_eq!(propertyware.ids(&format!("/leases?unitID={shown}")).await, [33]);
    assert_eq!(propertyware.ids("/leases?unitID=2").await, [32], "the house");
    let order = json!({"buildingID": 1, "unitIDs": [shown]});
    assert_eq!(propertyware.post("/workorders", &order).await.good()["unitID"], shown);
}

#[tokio::test]
async fn a_lease_lists_what_its_tenants_asked_for_and_the_organisation_its_statuses() {
    let propertyware = Propertyware::start().await;
    let of = async |lease: i64| propertyware.ids(&format!("/leases/{lease}/workorders")).await;
    assert_eq!(of(31).await, [81, 83]);
    assert_eq!(of(32).await, [0; 0], "the fault of the smoke alarms is nobody's request");
    assert_eq!(propertyware.status("/leases/99/workorders").await, 404);
    let statuses = propertyware.one("/leases/statuses").await;
    let names: Vec<_> =
        statuses.as_array().expect("rows").iter().filter_map(|row| row["status"].as_str()).collect();
    for lease in propertyware.one("/leases").await.as_array().expect("rows") {
        assert!(names.contains(&lease["status"].as_str().expect("a status")), "{lease}");
    }
}
