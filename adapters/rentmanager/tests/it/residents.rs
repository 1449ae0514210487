use latchel_sync_core::model::{Freshness, ResidentRef};
use serde_json::{Value, json};

use crate::far::{all, invalid, lease, logged_in, record, tenant, window};

#[tokio::test]
async fn a_tenant_is_one_resident_at_each_property_with_all_leases_there() {
    let far = logged_in(json!({})).await;
    far.list("Tenants", json!([tenant(21), tenant(22)])).await;
    let mut gone = lease(30, 21, 1, 10);
    gone["MoveOutDate"] = json!("2025-08-31T00:00:00");
    let mut leaving = lease(31, 21, 1, 11);
    leaving["ExpectedMoveOutDate"] = json!("2026-04-30T00:00:00");
    let mut house = lease(32, 21, 2, 0);
    house.as_object_mut().expect("a record").remove("UnitID");
    far.list("Leases", json!([gone, leaving, house])).await;
    let rows = all(far.platform.residents(window())).await;
    assert_eq!(
        rows.iter().map(|row| record(row).id.key()).collect::<Vec<_>>(),
        ["21@1", "21@2"],
        "no lease, no resident"
    );
    let ada = record(&rows[0]);
    assert_eq!((ada.name.as_str(), ada.email.as_deref()), ("Ada Abara", Some("ada@example.com")));
    assert_eq!(ada.phone.as_deref(), Some("503-555-0102"));
    let stays: Vec<_> =
        ada.tenancies.iter().map(|one| (one.unit.as_ref().map(|id| id.as_str()), one.move_out)).collect();
    assert_eq!(stays, [(Some("10"), "2025-08-31".parse().ok()), (Some("11"), "2026-04-30".parse().ok())]);
    assert_eq!(ada.tenancies[0].move_in, "2025-09-01".parse().ok());
    assert_eq!(record(&rows[1]).tenancies[0].unit, None);
    let Freshness::Fingerprint { at_least, .. } = &ada.freshness else { panic!("{:?}", ada.freshness) };
    assert_eq!(*at_least, "2026-03-01T18:00:00Z".parse().ok());
    assert_eq!(far.asked().await, ["GET Tenants", "GET Leases?TenantID,in,(21,22)"]);
}

#[tokio::test]
async fn leases_without_the_date_that_the_tenants_status_wants_say_nothing() {
    let read = async |status: Value, leases: &[(&str, Value)]| {
        let far = logged_in(json!({})).await;
        let mut one = tenant(21);
        one["Status"] = status;
        far.list("Tenants", json!([one])).await;
        let leases: Vec<_> = (31..)
            .zip(leases)
            .map(|(id, (field, value))| {
                let mut one = lease(id, 21, 1, id - 20);
                one["MoveInDate"] = Value::Null;
                one[*field] = value.clone();
                one
            })
            .collect();
        far.list("Leases", json!(leases)).await;
        all(far.platform.residents(window())).await.remove(0)
    };
    let day = || json!("2026-01-31T00:00:00");
    let row = read(json!("Past"), &[("MoveInDate", day())]).await;
    assert_eq!(invalid(&row), ("21@1", "MoveOutDate"));
    let row = read(json!("Future"), &[("MoveOutDate", Value::Null)]).await;
    assert_eq!(invalid(&row), ("21@1", "MoveInDate"));
    for (status, leases, stays) in [
        (json!("Past"), vec![("MoveOutDate", day()), ("MoveInDate", day())], 1),
        (json!("Past"), vec![("ExpectedMoveOutDate", day())], 1),
        (json!("Future"), vec![("MoveInDate", day()), ("MoveOutDate", Value::Null)], 1),
        (json!("Current"), vec![("MoveOutDate", day()), ("MoveInDate", day())], 2),
        (Value::Null, vec![("MoveOutDate", Value::Null)], 1),
    ] {
        let row = read(status.clone(), &leases).await;
        assert_eq!(record(&row).tenancies.len(), stays, "{status} {leases:?}");
    }
}

#[tokio::test]
async fn the_leases_of_a_page_of_tenants_are_one_span_of_ids() {
    let far = logged_in(json!({})).await;
    let tenants: Vec<Value> = (1..=1_500).map(tenant).collect();
    far.list("Tenants", json!(tenants)).await;
    let leases: Vec<Value> = (1..=1_500).map(|id| lease(id, id, 1, 11)).collect();
    far.list("Leases", json!(leases)).await;
    assert_eq!(all(far.platform.residents(window())).await.len(), 1_500);
    assert_eq!(
        far.asked().await,
        [
            "GET Tenants",
            "GET Leases?TenantID,bt,(0,1001)",
            // Behind a full page.
            "GET Leases?TenantID,bt,(0,1001)",
            "GET Tenants",
            "GET Leases?TenantID,bt,(1000,1501)"
        ]
    );
}

#[tokio::test]
async fn a_changed_lease_is_another_fingerprint_and_a_lease_that_comes_twice_is_not() {
    let print = async |leases: Value| {
        let far = logged_in(json!({})).await;
        far.list("Tenants", json!([tenant(21)])).await;
        far.list("Leases", leases).await;
        let rows = all(far.platform.residents(window())).await;
        record(&rows[0]).freshness.fingerprint().cloned().expect("a fingerprint")
    };
    let one = lease(31, 21, 1, 11);
    let mut other = one.clone();
    other["MoveOutDate"] = json!("2026-04-30");
    let before = print(json!([one])).await;
    assert_eq!(print(json!([one, one])).await, before);
    assert_ne!(print(json!([other])).await, before);
}

#[tokio::test]
async fn the_newest_time_of_a_tenant_or_a_lease_decides_where_nothing_is_remembered() {
    let changed = |at: &str| {
        let mut one = lease(31, 21, 1, 11);
        (one["CreateDate"], one["UpdateDate"]) = (json!("2025-08-01T08:00:00"), json!(at));
        one
    };
    for (leases, newest) in [
        (json!([lease(31, 21, 1, 11)]), "2026-03-01T18:00:00Z"),
        (json!([changed("2026-03-02T09:00:00"), changed("2025-09-01T09:00:00")]), "2026-03-02T17:00:00Z"),
        (json!([changed("2026-02-01T09:00:00")]), "2026-03-01T18:00:00Z"),
        (json!([changed("soon")]), "2026-03-01T18:00:00Z"),
    ] {
        let far = logged_in(json!({})).await;
        far.list("Tenants", json!([tenant(21)])).await;
        far.list("Leases", leases).await;
        let rows = all(far.platform.residents(window())).await;
        let Freshness::Fingerprint { at_least, .. } = &record(&rows[0]).freshness else { panic!("{rows:?}") };
        assert_eq!(*at_least, newest.parse().ok());
    }
}

#[tokio::test]
async fn who_cannot_be_read_is_named_with_the_place_and_the_others_stay() {
    let far = logged_in(json!({})).await;
    far.list("Tenants", json!([tenant(21), tenant(22), tenant(23), {"TenantID": "x"}])).await;
    let mut odd = lease(32, 22, 1, 11);
    odd["MoveInDate"] = json!("soon");
    let mut left = lease(31, 21, 1, 11);
    left["MoveOutDate"] = json!({});
    let stray = json!({"LeaseID": 34, "TenantID": null, "PropertyID": 1});
    far.list("Leases", json!([left, odd, lease(33, 23, 1, 11), stray])).await;
    let rows = all(far.platform.residents(window())).await;
    let told: Vec<_> = rows
        .iter()
        .filter(|row| matches!(row, latchel_sync_core::model::Row::Invalid(_)))
        .map(invalid)
        .collect();
    assert!(told.contains(&("21@1", "MoveOutDate")) && told.contains(&("22@1", "MoveInDate")), "{told:?}");
    assert!(told.iter().any(|(id, field)| id.starts_with("?tenant") && *field == "TenantID"), "{told:?}");
    assert!(told.iter().any(|(id, field)| id.starts_with("?lease") && *field == "TenantID"), "{told:?}");
    assert!(
        rows.iter()
            .any(|row| matches!(row, latchel_sync_core::model::Row::Record(one) if one.id.key() == "23@1"))
    );
}

#[tokio::test]
async fn who_is_asked_for_by_id_is_who_comes() {
    let far = logged_in(json!({})).await;
    far.list("Tenants", json!([tenant(21), tenant(22)])).await;
    far.list("Leases", json!([lease(31, 21, 1, 11), lease(32, 21, 2, 21), lease(33, 22, 1, 12)])).await;
    let ids = ["21@2", "22@1", "29@1"].map(|key| ResidentRef::from_key(key).expect("a key"));
    let found = far.platform.residents_by_id(&ids).await.expect("rows");
    assert_eq!(found.iter().map(|row| record(row).id.key()).collect::<Vec<_>>(), ["21@2", "22@1"]);
}
