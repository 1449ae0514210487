use latchel_sync_core::model::{Freshness, PropertyId, PropertyRef, UnitId};
use serde_json::{Value, json};

use crate::far::{
    FIRST, Far, JUST_BEFORE, LONG_AGO, SINCE, all, instant, invalid, property, record, serve_empty_otherwise,
    unit, window,
};

const EXPORT: &str = "properties/export";
const UNITS: &str = "properties/units/export";
const ACTIVE: (&str, &str) = ("isActive", "true");
const INACTIVE: (&str, &str) = ("isActive", "false");

fn rows(properties: &[Value]) -> Value {
    properties.iter().map(|one| json!({"property": one, "portfolio": null})).collect()
}

fn reference(property: &str, unit: Option<&str>) -> PropertyRef {
    PropertyRef::new(PropertyId::new(property), unit.map(UnitId::new))
}

#[tokio::test]
async fn a_changed_property_brings_its_units_and_one_without_is_its_own() {
    let (tower, house) = (property(1, "1", FIRST), property(2, "1", FIRST));
    let quiet = property(3, "1", LONG_AGO);
    let far = Far::new().await;
    far.list_for(EXPORT, &[SINCE, ACTIVE], rows(&[tower.clone(), house])).await;
    let units = json!([
        unit(11, &tower, LONG_AGO),
        unit(12, &tower, LONG_AGO),
        unit(31, &quiet, LONG_AGO),
        unit(32, &quiet, FIRST)
    ]);
    far.list_for(UNITS, &[ACTIVE], units).await;
    serve_empty_otherwise(&far).await;
    let rows = all(far.platform.properties(window())).await;
    let keys: Vec<_> = rows.iter().map(|row| record(row).id.key()).collect();
    assert_eq!(keys, ["1/11", "1/12", "3/32", "2"]);
    let first = record(&rows[0]);
    assert_eq!(first.name(), "Elm 1, 11A");
    assert_eq!(first.address.line2.as_deref(), Some("Unit 11A"));
    assert_eq!(first.address.state.as_deref(), Some("OR"));
    assert!(first.is_active);
    let stamped = Freshness::Stamped {
        created_at: Some(instant("2025-01-01T00:00:00Z")),
        updated_at: Some(window().from),
    };
    assert_eq!(first.freshness, stamped, "a unit changes with its property");
    assert_eq!(record(&rows[3]).address.line2, None);
}

#[tokio::test]
async fn where_no_property_changed_units_are_asked_for_by_their_own_change() {
    let tower = property(1, "1", LONG_AGO);
    let far = Far::new().await;
    far.list_for(UNITS, &[SINCE, ACTIVE], json!([unit(11, &tower, FIRST), unit(12, &tower, JUST_BEFORE)]))
        .await;
    serve_empty_otherwise(&far).await;
    let rows = all(far.platform.properties(window())).await;
    let keys: Vec<_> = rows.iter().map(|row| record(row).id.key()).collect();
    assert_eq!(keys, ["1/11"], "a day more is asked for than the window holds");
    let since = SINCE.1;
    let asked =
        |list: &str, active: &str| format!("GET {list}?dateTimeModifiedMin={since}&isActive={active}");
    assert_eq!(
        far.asked().await,
        [asked(EXPORT, "true"), asked(EXPORT, "false"), asked(UNITS, "true"), asked(UNITS, "false"),]
    );
}

#[tokio::test]
async fn inactive_ones_are_asked_for_and_so_are_their_units() {
    let closed = property(1, "0", FIRST);
    let far = Far::new().await;
    far.list_for(EXPORT, &[SINCE, INACTIVE], rows(&[closed.clone(), property(2, "0", FIRST)])).await;
    far.list_for(UNITS, &[INACTIVE], json!([unit(11, &closed, LONG_AGO)])).await;
    serve_empty_otherwise(&far).await;
    let rows = all(far.platform.properties(window())).await;
    let read: Vec<_> = rows.iter().map(record).map(|one| (one.id.key(), one.is_active)).collect();
    assert_eq!(read, [("1/11".to_owned(), false), ("2".to_owned(), false)]);
}

#[tokio::test]
async fn spellings_that_no_document_tells_are_read_too() {
    let mut house = property(1, "1", "2026-03-01T00:30:15-05:00");
    house["propertyID"] = json!(1);
    house["isActive"] = json!(false);
    house["state"] = json!("Oregon");
    house["stateID"] = json!(38);
    let mut bare = property(2, "1", FIRST);
    for name in ["dateTimeCreated", "dateTimeModified", "isActive", "stateID"] {
        bare.as_object_mut().expect("an object").remove(name);
    }
    let far = Far::new().await;
    far.list_for(EXPORT, &[SINCE, ACTIVE], json!([{"property": house}, bare])).await;
    serve_empty_otherwise(&far).await;
    let rows = all(far.platform.properties(window())).await;
    let (house, bare) = (record(&rows[0]), record(&rows[1]));
    assert_eq!((house.id.key().as_str(), house.is_active), ("1", false));
    assert_eq!(house.address.state.as_deref(), Some("Oregon"));
    assert_eq!((bare.is_active, bare.address.state.as_deref()), (true, None));
    assert!(matches!(bare.freshness, Freshness::Fingerprint { .. }), "nothing says when it changed");
}

#[tokio::test]
async fn times_without_a_zone_are_of_the_zone_that_is_set() {
    let far = Far::with(json!({"time_zone": "America/Los_Angeles"})).await;
    // Half past nine in the evening before, at 8 hours behind.
    far.list_for(EXPORT, &[SINCE, ACTIVE], rows(&[property(1, "1", "2026-02-28 21:30:15")])).await;
    serve_empty_otherwise(&far).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
}

#[tokio::test]
async fn an_odd_row_stays_alone_and_names_its_field() {
    let good = property(1, "1", FIRST);
    let mut odd = property(2, "1", FIRST);
    odd["isActive"] = json!("perhaps");
    let mut nameless = property(3, "1", FIRST);
    nameless.as_object_mut().expect("an object").remove("propertyID");
    let mut unit_of_odd = unit(12, &good, FIRST);
    unit_of_odd["unit"]["isActive"] = json!([]);
    let far = Far::new().await;
    far.list_for(EXPORT, &[SINCE, ACTIVE], rows(&[good.clone(), odd, nameless])).await;
    far.list_for(UNITS, &[ACTIVE], json!([unit(11, &good, LONG_AGO), unit_of_odd])).await;
    serve_empty_otherwise(&far).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(invalid(&rows[0]), ("2", "property.isActive"));
    assert_eq!(invalid(&rows[1]).1, "property.propertyID");
    assert!(invalid(&rows[1]).0.starts_with('?'), "{rows:?}");
    assert_eq!(record(&rows[2]).id.key(), "1/11");
    assert_eq!(invalid(&rows[3]), ("1/12", "unit.isActive"));
    assert_eq!(rows.len(), 4);
}

#[tokio::test]
async fn a_unit_of_nobody_knows_what_leaves_no_property_for_its_own_unit() {
    let stray = json!({"unit": {"unitID": "99", "name": "stray"}});
    let far = Far::new().await;
    far.list_for(EXPORT, &[SINCE, ACTIVE], rows(&[property(1, "1", FIRST)])).await;
    far.list_for(UNITS, &[ACTIVE], json!([stray])).await;
    serve_empty_otherwise(&far).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| !invalid(row).1.is_empty()), "{rows:?}");
    assert_eq!(invalid(&rows[1]), ("1", "unit.propertyID"));
}

#[tokio::test]
async fn few_are_asked_for_one_by_one_and_what_is_gone_is_left_out() {
    let tower = property(1, "1", LONG_AGO);
    let far = Far::new().await;
    far.one("properties/1", json!({"property": tower})).await;
    far.list(
        "properties/1/units",
        json!([{"unit": unit(11, &tower, LONG_AGO)["unit"]},
        {"unit": unit(12, &tower, LONG_AGO)["unit"]}]),
    )
    .await;
    far.one("properties/2", json!({"property": property(2, "1", LONG_AGO)})).await;
    far.list("properties/2/units", json!([])).await;
    let ids = [reference("1", Some("12")), reference("2", None), reference("9", None)];
    let rows = far.platform.properties_by_id(&ids).await.expect("rows");
    let keys: Vec<_> = rows.iter().map(|row| record(row).id.key()).collect();
    assert_eq!(keys, ["1/12", "2"]);
}

#[tokio::test]
async fn for_many_the_lists_are_read() {
    let properties: Vec<_> = (1..=12).map(|id| property(id, "1", LONG_AGO)).collect();
    let far = Far::new().await;
    far.list_for(EXPORT, &[ACTIVE], rows(&properties)).await;
    far.list_for(
        UNITS,
        &[ACTIVE],
        json!([unit(11, &properties[0], LONG_AGO), unit(99, &properties[11], LONG_AGO)]),
    )
    .await;
    serve_empty_otherwise(&far).await;
    let mut ids: Vec<_> = (2..=10).map(|id| reference(&id.to_string(), None)).collect();
    ids.push(reference("1", Some("11")));
    let rows = far.platform.properties_by_id(&ids).await.expect("rows");
    assert_eq!(rows.iter().map(record).count(), 10);
    assert_eq!(far.asked().await.len(), 4);
}

#[tokio::test]
async fn portfolios_are_groups_and_a_list_that_is_not_there_costs_their_names_alone() {
    let far = Far::new().await;
    far.list_for(EXPORT, &[ACTIVE], rows(&[property(1, "1", FIRST), property(2, "1", FIRST)])).await;
    far.list_for(EXPORT, &[INACTIVE], rows(&[property(3, "0", FIRST)])).await;
    let groups = far.platform.property_groups().await.expect("groups");
    assert_eq!(groups.len(), 1);
    let ids: Vec<_> = groups[0].properties.iter().map(|id| id.as_str()).collect();
    assert_eq!((groups[0].name.as_str(), ids), ("Portfolio 7", vec!["1", "2", "3"]));
    far.list("portfolios", json!([{"portfolio": {"portfolioID": "7", "name": "Elm & Sons"}}])).await;
    assert_eq!(far.platform.property_groups().await.expect("groups")[0].name, "Elm & Sons");
}
