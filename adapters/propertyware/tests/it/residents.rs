use latchel_sync_core::model::*;
use serde_json::{Value, json};

use crate::far::{Far, HUGE, SINCE, all, invalid, record, serve, window};

pub fn lease(id: i64, building: i64, unit: i64, contacts: &[i64]) -> Value {
    let contacts: Vec<_> = contacts
        .iter()
        .map(|id| json!({"id": id, "role": "Tenant", "primary": true, "namedOnLease": true}))
        .collect();
    json!({"id": id, "buildingID": building, "unitID": unit, "status": "Active", "active": true,
        "startDate": "2025-09-01", "moveInDate": "2025-09-03", "endDate": "2026-08-31", "contacts": contacts})
}

pub fn contact(id: i64) -> Value {
    json!({"id": id, "type": "TENANT", "firstName": "Ada", "lastName": format!("A{id}"), "email": "ada@example.com",
        "homePhone": "503-555-0101", "mobilePhone": "503-555-0102", "gender": "CUSTOMIZATIONS"})
}

async fn no_changed_contacts(far: &Far) {
    far.list_for("contacts", &[SINCE], json!([])).await;
}

fn date(text: &str) -> Option<chrono::NaiveDate> {
    Some(text.parse().expect("a date"))
}

#[tokio::test]
async fn a_changed_lease_brings_its_tenants_with_all_their_stays_there() {
    let far = Far::new().await;
    let mut before = lease(30, 1, 12, &[21]);
    before["moveOutDate"] = json!("2025-08-31");
    before["moveInDate"] = json!("2024-09-01");
    far.list_for("leases", &[SINCE], json!([lease(31, 1, 11, &[21])])).await;
    serve(&far, "leases", json!([before, lease(31, 1, 11, &[21]), lease(32, 1, 11, &[99])])).await;
    serve(&far, "contacts", json!([contact(21)])).await;
    no_changed_contacts(&far).await;
    let rows = all(far.platform.residents(window())).await;
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    let resident = record(row);
    assert_eq!(resident.id.key(), "21@1");
    assert_eq!((resident.name.as_str(), resident.phone.as_deref()), ("Ada A21", Some("503-555-0102")));
    let unit = |id: &str| Some(UnitId::new(id));
    assert_eq!(
        resident.tenancies,
        [
            Tenancy { unit: unit("12"), move_in: date("2024-09-01"), move_out: date("2025-08-31") },
            Tenancy { unit: unit("11"), move_in: date("2025-09-03"), move_out: None },
        ]
    );
}

#[tokio::test]
async fn dates_come_from_the_move_else_from_what_stands_for_it_and_never_from_the_leases_end() {
    for (change, move_in, move_out) in [
        (json!({}), "2025-09-03", None),
        (json!({"moveInDate": null}), "2025-09-01", None),
        (json!({"moveInDate": "2025-09-05T00:00:00Z"}), "2025-09-05", None),
        (json!({"scheduleMoveOutDate": "2026-04-30"}), "2025-09-03", Some("2026-04-30")),
        (
            json!({"scheduleMoveOutDate": "2026-04-30", "moveOutDate": "2026-04-12"}),
            "2025-09-03",
            Some("2026-04-12"),
        ),
        (json!({"moveOutDate": "", "noticeGivenDate": "2026-01-01"}), "2025-09-03", None),
    ] {
        let far = Far::new().await;
        let mut one = lease(31, 1, 11, &[21]);
        one.as_object_mut().expect("a lease").extend(change.as_object().expect("fields").clone());
        far.list_for("leases", &[SINCE], json!([one])).await;
        serve(&far, "leases", json!([one])).await;
        serve(&far, "contacts", json!([contact(21)])).await;
        no_changed_contacts(&far).await;
        let rows = all(far.platform.residents(window())).await;
        let stay = &record(&rows[0]).tenancies[0];
        assert_eq!((stay.move_in, stay.move_out), (date(move_in), move_out.and_then(date)), "{change}");
    }
}

#[tokio::test]
async fn a_lease_that_is_over_without_a_date_is_no_stay_of_today() {
    let over = |change: Value| {
        let mut one = lease(31, 1, 11, &[21]);
        one.as_object_mut()
            .expect("a lease")
            .extend([("active".to_owned(), json!(false)), ("status".to_owned(), json!("Terminated"))]);
        one.as_object_mut().expect("a lease").extend(change.as_object().expect("fields").clone());
        one
    };
    let read = async |leases: Value| {
        let far = Far::new().await;
        far.list_for("leases", &[SINCE], leases.clone()).await;
        serve(&far, "leases", leases).await;
        serve(&far, "contacts", json!([contact(21)])).await;
        no_changed_contacts(&far).await;
        all(far.platform.residents(window())).await
    };
    let rows = read(json!([over(json!({}))])).await;
    assert_eq!(rows.iter().map(invalid).collect::<Vec<_>>(), [("21@1", "moveOutDate")]);

    let rows = read(json!([over(json!({})), lease(32, 1, 12, &[21])])).await;
    let stays: Vec<_> = record(&rows[0]).tenancies.iter().map(|stay| stay.unit.clone()).collect();
    assert_eq!(stays, [Some(UnitId::new("12"))], "another lease says where they live");

    for (change, move_out) in [
        (json!({"moveOutDate": "2026-01-31"}), Some("2026-01-31")),
        (json!({"scheduleMoveOutDate": "2026-01-15"}), Some("2026-01-15")),
        // One that is to begin need not be active yet.
        (json!({"moveInDate": "2099-05-01", "status": "Approved"}), None),
        (json!({"active": null}), None),
    ] {
        let rows = read(json!([over(change.clone())])).await;
        assert_eq!(record(&rows[0]).tenancies[0].move_out, move_out.and_then(date), "{change}");
    }
}

#[tokio::test]
async fn a_house_stands_in_its_units_place_and_ids_keep_every_digit() {
    let far = Far::new().await;
    far.list_for("leases", &[SINCE], json!([lease(31, HUGE, HUGE, &[HUGE + 2])])).await;
    serve(&far, "leases", json!([lease(31, HUGE, HUGE, &[HUGE + 2])])).await;
    serve(&far, "contacts", json!([contact(HUGE + 2)])).await;
    no_changed_contacts(&far).await;
    let rows = all(far.platform.residents(window())).await;
    let resident = record(&rows[0]);
    assert_eq!(resident.id.key(), "9007199254740995@9007199254740993");
    assert_eq!(resident.tenancies[0].unit, None);
}

#[tokio::test]
async fn who_is_no_tenant_and_a_lease_that_is_none_yet_bring_nobody() {
    for (role, status, expected) in [
        ("Tenant", "Active", 1),
        ("CO-TENANT", "Active - Notice Given", 1),
        ("", "Eviction", 1),
        ("Moonlit", "Active", 1),
        ("Guarantor", "Active", 0),
        ("Co-Signer", "Active", 0),
        ("Tenant", "draft", 0),
        ("Tenant", "Applied", 0),
    ] {
        let far = Far::with(json!({"status": {"not_a_lease": "Draft, Applied"}})).await;
        let mut one = lease(31, 1, 11, &[21]);
        one["contacts"][0]["role"] = json!(role);
        one["status"] = json!(status);
        far.list_for("leases", &[SINCE], json!([one])).await;
        serve(&far, "leases", json!([one])).await;
        serve(&far, "contacts", json!([contact(21)])).await;
        no_changed_contacts(&far).await;
        assert_eq!(all(far.platform.residents(window())).await.len(), expected, "{role} {status}");
    }
}

#[tokio::test]
async fn a_lease_that_tells_all_of_its_contacts_costs_no_look_at_them() {
    let far = Far::new().await;
    let mut one = lease(31, 1, 11, &[21]);
    one["contacts"][0]["firstName"] = json!("Ben");
    one["contacts"][0]["workPhone"] = json!("503-555-0199");
    far.list_for("leases", &[SINCE], json!([one])).await;
    serve(&far, "leases", json!([one])).await;
    no_changed_contacts(&far).await;
    let rows = all(far.platform.residents(window())).await;
    let resident = record(&rows[0]);
    assert_eq!((resident.name.as_str(), resident.phone.as_deref()), ("Ben", Some("503-555-0199")));
    assert!(!far.asked().await.iter().any(|one| one.starts_with("GET contacts/")));
}

#[tokio::test]
async fn a_changed_contact_is_found_on_leases_that_did_not_change() {
    let far = Far::new().await;
    far.list_for("leases", &[SINCE], json!([])).await;
    serve(&far, "leases", json!([lease(31, 1, 11, &[21]), lease(32, 2, 2, &[21, 22])])).await;
    far.list_for("contacts", &[SINCE, ("type", "TENANT")], json!([contact(21), contact(77)])).await;
    serve(&far, "contacts", json!([contact(21), contact(77)])).await;
    let rows = all(far.platform.residents(window())).await;
    let found: Vec<_> = rows.iter().map(|row| record(row).id.key()).collect();
    assert_eq!(found, ["21@1", "21@2"], "and one who is on no lease is nobody's resident");
}

#[tokio::test]
async fn many_tenants_cost_pages_and_not_a_call_each() {
    let far = Far::new().await;
    let leases: Value = (0..300).map(|id| lease(1_000 + id, id + 1, 5_000 + id, &[9_000 + id])).collect();
    far.list_for("leases", &[SINCE], leases.clone()).await;
    far.list("leases", leases).await;
    far.list("contacts", (0..300).map(|id| contact(9_000 + id)).collect()).await;
    assert_eq!(all(far.platform.residents(window())).await.len(), 300);
    let asked = far.asked().await;
    assert!(asked.len() <= 4, "{asked:?}");
}

#[tokio::test]
async fn an_odd_lease_is_told_of_its_tenants_and_an_odd_contact_of_itself() {
    let far = Far::new().await;
    let mut odd = lease(31, 1, 11, &[21]);
    odd["moveInDate"] = json!("soon");
    let leases =
        json!([odd, lease(32, 1, 12, &[22]), lease(33, 1, 13, &[23]), lease(34, 1, 14, &[24]), {"id": 35}]);
    far.list_for("leases", &[SINCE], leases.clone()).await;
    serve(&far, "leases", leases).await;
    let mut nameless = contact(23);
    nameless["role"] = json!(["TENANT"]);
    serve(&far, "contacts", json!([contact(21), contact(22), nameless])).await;
    far.answers("GET", "contacts/24", wiremock::ResponseTemplate::new(404)).await;
    no_changed_contacts(&far).await;
    let rows = all(far.platform.residents(window())).await;
    let bad: Vec<_> = rows.iter().filter(|row| matches!(row, Row::Invalid(_))).map(invalid).collect();
    for expected in [("21@1", "moveInDate"), ("23@1", "role"), ("24@1", "contacts")] {
        assert!(bad.contains(&expected), "{expected:?}: {bad:?}");
    }
    assert!(bad.iter().any(|(id, _)| id.starts_with("?lease")), "{bad:?}");
    let good: Vec<_> = rows.iter().filter(|row| matches!(row, Row::Record(_))).map(record).collect();
    assert!(good.len() == 1 && good[0].id.key() == "22@1", "{good:?}");
}

#[tokio::test]
async fn those_asked_for_are_read_by_their_building() {
    let far = Far::new().await;
    serve(&far, "leases", json!([lease(31, 1, 11, &[21, 22]), lease(32, 2, 2, &[21])])).await;
    serve(&far, "contacts", json!([contact(21), contact(22)])).await;
    let wanted = ResidentRef::new(ResidentId::new("21"), PropertyId::new("1"));
    let rows = far.platform.residents_by_id(&[wanted]).await.expect("rows");
    assert!(rows.len() == 1 && record(&rows[0]).id.key() == "21@1", "{rows:?}");
    assert_eq!(far.asked().await, ["GET leases?buildingID=1", "GET contacts/21"]);
}
