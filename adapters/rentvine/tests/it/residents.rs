use latchel_sync_core::model::{Freshness, PropertyId, ResidentId, ResidentRef, Row, Tenancy, UnitId};
use serde_json::{Value, json};

use crate::far::{
    FIRST, Far, JUST_BEFORE, LONG_AGO, SINCE, all, instant, invalid, lease, record, serve_empty_otherwise,
    tenant, window,
};

const LEASES: &str = "leases/export";
const TENANTS: &str = "tenants/search";

fn with(mut lease: Value, changes: &[(&str, Value)]) -> Value {
    for (name, value) in changes {
        lease["lease"][*name] = value.clone();
    }
    lease
}

/// Leases of which the first `changed` are those that changed.
async fn far(changed: usize, leases: &[Value]) -> Far {
    let far = Far::new().await;
    far.list_for(LEASES, &[SINCE], json!(leases[..changed])).await;
    far.list(LEASES, json!(leases)).await;
    serve_empty_otherwise(&far).await;
    far
}

fn day(text: &str) -> Option<chrono::NaiveDate> {
    text.parse().ok()
}

#[tokio::test]
async fn a_changed_lease_brings_its_tenants_with_all_their_stays_there() {
    let (ada, ben) = (tenant(21, "Ada Abara"), tenant(22, "Ben Brandt"));
    let before = with(
        lease(30, 1, Some(12), std::slice::from_ref(&ada)),
        &[
            ("moveInDate", json!("2023-01-01")),
            ("moveOutDate", json!("2025-08-31")),
            ("primaryLeaseStatusID", json!("3")),
            ("dateTimeModified", json!(LONG_AGO)),
        ],
    );
    let elsewhere =
        with(lease(33, 2, None, std::slice::from_ref(&ada)), &[("dateTimeModified", json!(LONG_AGO))]);
    let far = far(1, &[lease(31, 1, Some(11), &[ada, ben]), before, elsewhere]).await;
    let rows = all(far.platform.residents(window())).await;
    let keys: Vec<_> = rows.iter().map(|row| record(row).id.key()).collect();
    assert_eq!(keys, ["21@1", "22@1"]);
    let ada = record(&rows[0]);
    assert_eq!((ada.name.as_str(), ada.email.as_deref()), ("Ada Abara", Some("t21@example.com")));
    assert_eq!(ada.phone.as_deref(), Some("503-555-0101"));
    let stay = |unit: &str, from: &str, to: &str| Tenancy {
        unit: Some(UnitId::new(unit)),
        move_in: day(from),
        move_out: day(to),
    };
    assert_eq!(ada.tenancies, [stay("11", "2025-09-01", ""), stay("12", "2023-01-01", "2025-08-31")]);
    let stamped = Freshness::Stamped {
        created_at: Some(instant("2025-01-01T00:00:00Z")),
        updated_at: Some(window().from),
    };
    assert_eq!(ada.freshness, stamped);
}

#[tokio::test]
async fn what_changed_before_the_window_is_left_out_and_no_lease_is_read_twice_for_nobody() {
    let old = with(lease(31, 1, Some(11), &[tenant(21, "Ada")]), &[("dateTimeModified", json!(JUST_BEFORE))]);
    let far = far(1, &[old]).await;
    assert!(all(far.platform.residents(window())).await.is_empty());
    let expected =
        [format!("GET leases/export?dateTimeModifiedMin={}", SINCE.1), "GET tenants/search".to_owned()];
    assert_eq!(far.asked().await, expected);
}

#[tokio::test]
async fn a_changed_contact_alone_brings_the_resident_once() {
    let leases = [
        lease(31, 1, Some(11), &[tenant(21, "Ada")]),
        with(lease(32, 1, Some(12), &[tenant(22, "Ben")]), &[("dateTimeModified", json!(LONG_AGO))]),
    ];
    let far = Far::new().await;
    far.list_for(LEASES, &[SINCE], json!(leases[..1])).await;
    far.list(LEASES, json!(leases)).await;
    let contact = |id: u32, modified: &str| json!({"contact": {"contactID": id, "name": "x", "dateTimeModified": modified}});
    let silent = json!({"contact": {"contactID": "23", "name": "says nothing of changes"}});
    far.list(TENANTS, json!([contact(21, FIRST), contact(22, FIRST), contact(24, LONG_AGO), silent])).await;
    let rows = all(far.platform.residents(window())).await;
    let keys: Vec<_> = rows.iter().map(|row| record(row).id.key()).collect();
    assert_eq!(keys, ["21@1", "22@1"]);
    let Freshness::Stamped { updated_at, .. } = record(&rows[1]).freshness else { panic!("{rows:?}") };
    assert_eq!(updated_at, Some(window().from), "when the contact changed");
}

#[tokio::test]
async fn dates_are_those_of_the_lease_and_its_end_is_no_move_out() {
    let tenants = [tenant(21, "Ada")];
    let of = |changes: &[(&str, Value)]| with(lease(31, 1, None, &tenants), changes);
    let null = Value::Null;
    for (case, move_in, move_out) in [
        (of(&[]), "2025-09-01", ""),
        (of(&[("moveInDate", null.clone())]), "2025-08-15", ""),
        (of(&[("expectedMoveOutDate", json!("2026-04-30"))]), "2025-09-01", "2026-04-30"),
        (
            of(&[("expectedMoveOutDate", json!("2026-04-30")), ("moveOutDate", json!("2026-05-02"))]),
            "2025-09-01",
            "2026-05-02",
        ),
        (
            of(&[("closedDate", json!("2026-01-31")), ("primaryLeaseStatusID", json!(3))]),
            "2025-09-01",
            "2026-01-31",
        ),
        (of(&[("closedDate", json!("2026-01-31"))]), "2025-09-01", ""),
        (
            of(&[("moveOutDate", json!("0000-00-00")), ("moveInDate", json!("2025-10-01 00:00:00"))]),
            "2025-10-01",
            "",
        ),
        (of(&[("primaryLeaseStatusID", json!("1")), ("moveInDate", json!("2026-04-01"))]), "2026-04-01", ""),
    ] {
        let far = far(1, std::slice::from_ref(&case)).await;
        let rows = all(far.platform.residents(window())).await;
        let expected = Tenancy { unit: None, move_in: day(move_in), move_out: day(move_out) };
        assert_eq!(record(&rows[0]).tenancies, [expected], "{case}");
    }
}

#[tokio::test]
async fn who_has_left_nobody_knows_when_is_told_and_makes_nobody_a_tenant() {
    let mut gone = tenant(21, "Gone");
    gone["isActive"] = json!("0");
    let closed = with(lease(32, 2, None, &[tenant(22, "Closed")]), &[("primaryLeaseStatusID", json!("3"))]);
    let pending = with(
        lease(33, 3, None, &[tenant(23, "Pending")]),
        &[("primaryLeaseStatusID", json!("1")), ("moveInDate", Value::Null), ("startDate", Value::Null)],
    );
    let far = far(3, &[lease(31, 1, None, &[gone, tenant(24, "Stays")]), closed, pending]).await;
    let rows = all(far.platform.residents(window())).await;
    let told = |row: &Row<_>| match row {
        Row::NotSupported { id, .. } => id.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(told(&rows[0]), "21@1");
    assert_eq!(told(&rows[1]), "22@2");
    assert_eq!(told(&rows[2]), "23@3");
    assert_eq!(record(&rows[3]).id.key(), "24@1");
}

#[tokio::test]
async fn an_odd_lease_is_told_for_each_of_its_tenants_and_an_odd_tenant_alone() {
    let undated = with(lease(31, 1, None, &[tenant(21, "Ada")]), &[("moveInDate", json!("2025-02-30"))]);
    let mut odd = tenant(22, "Ben");
    odd["isActive"] = json!(["ben@example.com"]);
    let mut nameless = tenant(23, "Nobody");
    nameless["contactID"] = Value::Null;
    let placeless = with(lease(33, 3, None, &[tenant(24, "Dee")]), &[("propertyID", json!({}))]);
    let far = far(3, &[undated, lease(32, 2, None, &[odd, nameless, tenant(25, "Eve")]), placeless]).await;
    let rows = all(far.platform.residents(window())).await;
    assert_eq!(invalid(&rows[0]).1, "lease.tenants.contactID");
    assert_eq!(invalid(&rows[1]).1, "lease.propertyID");
    assert_eq!(invalid(&rows[2]), ("21@1", "lease.moveInDate"));
    assert_eq!(invalid(&rows[3]), ("22@2", "lease.tenants.isActive"));
    assert_eq!(record(&rows[4]).id.key(), "25@2");
    assert!(!format!("{rows:?}").contains("ben@example.com"), "contact data in an error");
}

#[tokio::test]
async fn by_id_each_resident_is_found_with_all_leases_and_the_others_are_left() {
    let leases = [
        lease(31, 1, Some(11), &[tenant(21, "Ada"), tenant(22, "Ben")]),
        lease(32, 1, Some(12), &[tenant(21, "Ada")]),
        lease(33, 2, None, &[tenant(21, "Ada")]),
    ];
    let far = far(0, &leases).await;
    let id = |resident: &str, property: &str| {
        ResidentRef::new(ResidentId::new(resident), PropertyId::new(property))
    };
    let rows = far.platform.residents_by_id(&[id("21", "1"), id("99", "1")]).await.expect("rows");
    assert_eq!(rows.len(), 1);
    assert_eq!(record(&rows[0]).tenancies.len(), 2);
    assert!(far.platform.residents_by_id(&[]).await.expect("rows").is_empty());
}
