use latchel_sync_core::model::{PropertyId, Resident, ResidentId, ResidentRef, Row, Tenancy, UnitId};
use serde_json::{Value, json};

use crate::far::{Far, all, invalid, record, window};

/// A lease with a tenant each for `stays`: (tenant, move-in, move-out).
pub fn lease(id: i64, property: i64, unit: i64, stays: &[(i64, Option<&str>, Option<&str>)]) -> Value {
    let tenants: Vec<_> = stays
        .iter()
        .map(|(tenant, move_in, _)| json!({"Id": tenant, "Status": "Current", "MoveInDate": move_in}))
        .collect();
    let outs: Vec<_> = stays
        .iter()
        .filter(|(.., out)| out.is_some())
        .map(|(tenant, _, out)| json!({"TenantId": tenant, "MoveOutDate": out, "NoticeGivenDate": null}))
        .collect();
    json!({"Id": id, "PropertyId": property, "UnitId": unit, "LeaseFromDate": "2025-01-01",
        "LeaseToDate": "2025-12-31", "LeaseType": "Fixed", "LeaseStatus": "Active", "TermType": "Standard",
        "CurrentTenants": null, "Tenants": tenants, "MoveOutData": outs,
        "CreatedDateTime": "2024-12-01T00:00:00Z", "LastUpdatedDateTime": "2026-03-01T06:00:00Z"})
}

pub fn tenant(id: i64, leases: &[Value]) -> Value {
    json!({"Id": id, "FirstName": "Ada", "LastName": "Abara", "Email": "ada@example.com", "AlternateEmail": null,
        "PhoneNumbers": [{"Number": "503-555-0101", "Type": "Home"}, {"Number": "503-555-0102", "Type": "Cell"}],
        "CreatedDateTime": "2024-12-01T00:00:00Z", "TaxId": "000-00-0000", "Leases": leases, "Comment": null,
        "SMSOptInStatus": "Unknown"})
}

fn key(row: &Row<Resident>) -> String {
    record(row).id.key()
}

fn day(text: &str) -> Option<chrono::NaiveDate> {
    text.parse().ok()
}

#[tokio::test]
async fn dates_come_from_the_leases_and_each_property_is_a_resident_of_its_own() {
    let far = Far::new().await;
    let leases = [
        lease(31, 1, 11, &[(21, Some("2024-02-01"), Some("2025-12-31")), (22, None, None)]),
        lease(32, 1, 12, &[(21, Some("2026-01-01"), None)]),
        lease(33, 2, 0, &[(21, None, None)]),
    ];
    far.list("/v1/leases/tenants", json!([tenant(21, &leases)])).await;
    far.list("/v1/leases", json!([])).await;
    let rows = all(far.platform.residents(window())).await;
    assert_eq!(rows.iter().map(key).collect::<Vec<_>>(), ["21@1", "21@2"]);
    let unit = |id: &str| Some(UnitId::new(id));
    assert_eq!(
        record(&rows[0]).tenancies,
        [
            Tenancy { unit: unit("11"), move_in: day("2024-02-01"), move_out: day("2025-12-31") },
            Tenancy { unit: unit("12"), move_in: day("2026-01-01"), move_out: None },
        ]
    );
    // A lease's end is not a move-out, and its start stands in for a move-in that nobody noted.
    assert_eq!(
        record(&rows[1]).tenancies,
        [Tenancy { unit: None, move_in: day("2025-01-01"), move_out: None }]
    );
    let resident = record(&rows[0]);
    assert_eq!((resident.name.as_str(), resident.phone.as_deref()), ("Ada Abara", Some("503-555-0102")));
    assert!(!format!("{resident:?}").contains("503-555"), "contact data has no way into a log");
}

#[tokio::test]
async fn who_has_moved_out_without_a_day_does_not_live_there() {
    let over = |lease_status: &str, status: &str, out: Option<&str>| {
        let mut one = lease(31, 1, 11, &[(21, None, out)]);
        one["LeaseStatus"] = json!(lease_status);
        one["Tenants"][0]["Status"] = json!(status);
        one
    };
    let read = async |leases: &[Value]| {
        let far = Far::new().await;
        far.list("/v1/leases/tenants", json!([tenant(21, leases)])).await;
        far.list("/v1/leases", json!([])).await;
        all(far.platform.residents(window())).await
    };
    let rows = read(&[over("Past", "MovedOut", None)]).await;
    assert_eq!(invalid(&rows[0]), ("21@1", "Leases[].MoveOutData[].MoveOutDate"));
    let rows = read(&[over("Past", "MovedOut", None), lease(32, 1, 12, &[(21, None, None)])]).await;
    let stays: Vec<_> = record(&rows[0]).tenancies.iter().map(|stay| stay.unit.clone()).collect();
    assert_eq!(stays, [Some(UnitId::new("12"))], "another lease says where they live");
    for (lease_status, status, out) in [
        ("Past", "MovedOut", Some("2026-01-31")),
        // A lease's end is no move-out.
        ("Past", "Current", None),
        ("Active", "Current", None),
        ("Future", "Future", None),
    ] {
        let rows = read(&[over(lease_status, status, out)]).await;
        assert_eq!(record(&rows[0]).tenancies[0].move_out, out.and_then(day), "{lease_status} {status}");
    }
}

#[tokio::test]
async fn a_changed_lease_brings_its_tenants_and_nobody_else_of_the_unit() {
    let far = Far::new().await;
    let changed = lease(31, 1, 11, &[(21, Some("2025-01-01"), None)]);
    let other = lease(30, 1, 11, &[(23, Some("2023-01-01"), Some("2024-12-31"))]);
    far.list_for(
        "/v1/leases/tenants",
        &[("unitids", "11")],
        json!([tenant(21, std::slice::from_ref(&changed)), tenant(23, &[other])]),
    )
    .await;
    far.list_for("/v1/leases/tenants", &[("lastupdatedfrom", "2026-03-01T05:30:15Z")], json!([])).await;
    far.list("/v1/leases", json!([changed])).await;
    let rows = all(far.platform.residents(window())).await;
    assert_eq!(rows.iter().map(key).collect::<Vec<_>>(), ["21@1"]);
    let asked = far.asked().await;
    assert!(!asked.iter().any(|one| one.contains("/tenants/")), "no call for a tenant alone: {asked:#?}");
}

#[tokio::test]
async fn an_impossible_date_fails_those_it_is_about() {
    let far = Far::new().await;
    let bad = lease(31, 1, 11, &[(21, Some("2026-02-30"), None), (22, None, None)]);
    far.list(
        "/v1/leases/tenants",
        json!([tenant(21, std::slice::from_ref(&bad)), tenant(24, &[lease(34, 2, 0, &[(24, None, None)])])]),
    )
    .await;
    far.list("/v1/leases", json!([bad])).await;
    let rows = all(far.platform.residents(window())).await;
    let field = "Leases[0].Tenants[0].MoveInDate";
    assert_eq!(invalid(&rows[0]), ("21@1", field));
    assert_eq!(key(&rows[1]), "24@2");
    assert_eq!(invalid(&rows[2]), ("21@1", "Tenants[0].MoveInDate"));
    assert_eq!(invalid(&rows[3]), ("22@1", "Tenants[0].MoveInDate"), "the lease is about both");
}

#[tokio::test]
async fn a_tenant_without_an_id_is_told_by_a_digest() {
    let far = Far::new().await;
    let mut nobody = tenant(21, &[]);
    nobody["Id"] = Value::Null;
    far.list("/v1/leases/tenants", json!([nobody])).await;
    far.list("/v1/leases", json!([])).await;
    let (first, second) =
        (all(far.platform.residents(window())).await, all(far.platform.residents(window())).await);
    let (id, field) = invalid(&first[0]);
    assert!(id.starts_with("?tenant without an id, ") && field == "Id", "{id} {field}");
    assert_eq!(id, invalid(&second[0]).0, "the same row is the same record");
}

#[tokio::test]
async fn by_id_one_that_is_gone_is_left_out() {
    let far = Far::new().await;
    far.one("/v1/leases/tenants/21", tenant(21, &[lease(31, 1, 11, &[(21, None, None)])])).await;
    let id = |resident: &str| ResidentRef::new(ResidentId::new(resident), PropertyId::new("1"));
    let rows = far.platform.residents_by_id(&[id("21"), id("99")]).await.expect("rows");
    assert_eq!(rows.iter().map(key).collect::<Vec<_>>(), ["21@1"]);
}
