use latchel_sync_core::model::{PropertyId, ResidentId, ResidentRef, Row, Tenancy, UnitId};
use serde_json::{Value, json};

use crate::far::{Far, all, invalid, record, tenant, window};

fn day(text: &str) -> Option<chrono::NaiveDate> {
    Some(text.parse().expect("a date"))
}

#[tokio::test]
async fn a_tenant_is_one_stay_with_its_own_dates() {
    let far = Far::new().await;
    let mut company = tenant("f2", "g2", Value::Null);
    for (name, value) in [
        ("FirstName", Value::Null),
        ("LastName", json!(" ")),
        ("CompanyName", json!("Bakery")),
        ("MoveInOn", Value::Null),
        ("MoveOutOn", Value::Null),
        ("Email", json!("")),
    ] {
        company[name] = value;
    }
    far.list("tenants", json!([tenant("f1", "g1", json!("b1")), company])).await;
    let rows = all(far.platform.residents(window())).await;
    let ada = record(&rows[0]);
    assert_eq!((ada.id.key().as_str(), ada.name.as_str()), ("f1@a1", "Ada Abara"));
    assert_eq!(ada.phone.as_deref(), Some("503-555-0102"));
    let stay =
        Tenancy { unit: Some(UnitId::new("b1")), move_in: day("2025-09-01"), move_out: day("2026-04-01") };
    assert_eq!(ada.tenancies, [stay]);
    let bakery = record(&rows[1]);
    assert_eq!((bakery.name.as_str(), bakery.email.as_deref()), ("Bakery", None));
    let stay = Tenancy { unit: None, move_in: day("2025-08-15"), move_out: None };
    assert_eq!(bakery.tenancies, [stay], "a lease's end is no move-out");
}

#[tokio::test]
async fn a_stay_that_is_not_of_today_without_a_date_that_says_so_is_an_error() {
    let read = async |status: Value, dates: [(&str, Value); 3]| {
        let far = Far::new().await;
        let mut one = tenant("f1", "g1", json!("b1"));
        one["Status"] = status;
        for (name, value) in dates {
            one[name] = value;
        }
        far.list("tenants", json!([one])).await;
        all(far.platform.residents(window())).await.remove(0)
    };
    let dates = |lease: Value, move_in: Value, move_out: Value| {
        [("LeaseStartDate", lease), ("MoveInOn", move_in), ("MoveOutOn", move_out)]
    };
    let (none, there) = (Value::Null, json!("2026-01-31"));
    for (status, given, field) in [
        (json!("Past"), dates(there.clone(), there.clone(), none.clone()), "MoveOutOn"),
        (json!("Future"), dates(none.clone(), none.clone(), none.clone()), "MoveInOn"),
    ] {
        assert_eq!(invalid(&read(status, given).await), ("f1@a1", field));
    }
    for (status, given) in [
        (json!("Past"), dates(none.clone(), none.clone(), there.clone())),
        (json!("Future"), dates(there.clone(), none.clone(), none.clone())),
        (json!("Current"), dates(none.clone(), none.clone(), none.clone())),
        (json!("Evict"), dates(none.clone(), none.clone(), none.clone())),
        (none.clone(), dates(none.clone(), none.clone(), none.clone())),
    ] {
        let row = read(status, given).await;
        assert_eq!(record(&row).id.key(), "f1@a1");
    }
}

#[tokio::test]
async fn one_without_a_property_yet_is_no_resident_and_an_odd_one_names_its_field() {
    let far = Far::new().await;
    let mut future = tenant("f1", "g1", Value::Null);
    future["PropertyId"] = Value::Null;
    let mut left_out = tenant("f2", "g2", Value::Null);
    left_out.as_object_mut().expect("an object").remove("PropertyId");
    let mut odd = tenant("f3", "g3", Value::Null);
    odd["MoveInOn"] = json!("soon");
    far.list("tenants", json!([future, left_out, odd])).await;
    let rows = all(far.platform.residents(window())).await;
    assert!(matches!(&rows[0], Row::NotSupported { id, .. } if id == "f1"), "{:?}", rows[0]);
    assert_eq!(invalid(&rows[1]), ("f2", "PropertyId"));
    assert_eq!(invalid(&rows[2]), ("f3@a1", "MoveInOn"));
}

#[tokio::test]
async fn residents_are_found_by_their_ids_at_the_property_that_was_asked_for() {
    let far = Far::new().await;
    far.list_for("tenants", &[("filters[Id]", "f1,f9")], json!([tenant("f1", "g1", json!("b1"))])).await;
    let at = |resident: &str, property: &str| {
        ResidentRef::new(ResidentId::new(resident), PropertyId::new(property))
    };
    let found = far.platform.residents_by_id(&[at("f1", "a1"), at("f9", "a1")]).await.expect("rows");
    assert_eq!(found.len(), 1);
    let moved = far.platform.residents_by_id(&[at("f1", "a2"), at("f9", "a1")]).await.expect("rows");
    assert!(moved.is_empty());
}
