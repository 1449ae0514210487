use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::*;
use serde_json::{Value, json};

use crate::far::{Far, all, invalid, oid, record, serve_moving, serve_pages, window};

const LIST: &str = "/api/leases/tenants";

pub fn tenant(id: u32) -> Value {
    json!({"id": oid(id), "name": "Ada", "fullName": "Ada Abara", "firstName": "Ada", "lastName": "Abara",
        "emails": [{"type": "Work", "address": "w@example.com"}, {"type": "Primary", "address": "a@example.com"}],
        "phones": [{"type": "Fax", "number": "3"}, {"type": "Home", "number": "2"}, {"type": "Mobile", "number": "1"}],
        "type": "LEASE_TENANT", "portalInfo": {"status": "ACTIVE", "lastSeenAt": "2026-03-01"}})
}

fn row(lease: u32, who: u32, property: u32, stay: (Option<&str>, Option<&str>), status: &str) -> Value {
    let mut row = json!({"id": oid(lease * 1_000 + who), "name": "Ada Abara", "lease": oid(lease),
        "property": oid(property), "units": [oid(10 * property)], "status": status, "tenant": tenant(who)});
    for (name, date) in [("moveInAt", stay.0), ("moveOutAt", stay.1)] {
        if let Some(date) = date {
            row[name] = json!(date);
        }
    }
    row
}

/// As little of somebody who lives at property 1 as can be read.
fn short(at: u32) -> Value {
    json!({"property": oid(1), "units": [], "status": "CURRENT", "tenant": {"id": oid(at)}})
}

fn stays(one: &Resident) -> Vec<(Option<String>, Option<String>)> {
    let text = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string());
    one.tenancies.iter().map(|stay| (text(stay.move_in), text(stay.move_out))).collect()
}

#[tokio::test]
async fn the_leases_of_one_tenant_at_one_property_are_one_row_even_from_far_pages() {
    let far = Far::new().await;
    let mut rows = vec![row(1, 21, 1, (Some("2024-01-01"), Some("2024-12-31")), "PAST")];
    rows.extend((0..1_500).map(|one| row(100 + one, 5_000 + one, 2, (Some("2025-01-01"), None), "CURRENT")));
    rows.push(row(2, 21, 1, (Some("2025-06-01"), None), "CURRENT"));
    rows.push(row(3, 21, 3, (Some("2026-06-01"), None), "FUTURE"));
    far.list(LIST, json!(rows)).await;
    let read = all(far.platform.residents(window())).await;
    assert_eq!(read.len(), 1_502);
    let of = |property: u32| {
        let key = format!("{}@{}", oid(21), oid(property));
        read.iter().map(record).find(|one| one.id.key() == key).expect("a resident")
    };
    let dates = |from: &str, to: Option<&str>| (Some(from.to_owned()), to.map(str::to_owned));
    assert_eq!(stays(of(1)), [dates("2024-01-01", Some("2024-12-31")), dates("2025-06-01", None)]);
    assert_eq!(stays(of(3)), [dates("2026-06-01", None)], "another property, another resident");
    assert_eq!(of(1).tenancies[0].unit, Some(UnitId::new(oid(10))));
    assert_eq!((of(1).name.as_str(), of(1).email.as_deref()), ("Ada Abara", Some("a@example.com")));
    assert_eq!(of(1).phone.as_deref(), Some("1"), "the cell phone");
    assert_eq!(far.asked().await.len(), 2, "one call for each thousand rows");
}

#[tokio::test]
async fn the_fingerprint_knows_no_order_and_nothing_that_a_sync_does_not_read() {
    let one = row(1, 21, 1, (Some("2024-01-01"), Some("2024-12-31")), "PAST");
    let two = row(2, 21, 1, (Some("2025-06-01"), None), "CURRENT");
    let mut seen = two.clone();
    seen["tenant"]["portalInfo"]["lastSeenAt"] = json!("2026-03-02");
    seen["status"] = json!("FUTURE");
    let mut leaves = two.clone();
    leaves["moveOutAt"] = json!("2026-03-31");
    let print = async |rows: Value| {
        let far = Far::new().await;
        far.list(LIST, rows).await;
        let read = all(far.platform.residents(window())).await;
        record(&read[0]).freshness.fingerprint().cloned().expect("a fingerprint")
    };
    let before = print(json!([one, two])).await;
    assert_eq!(print(json!([two, one])).await, before);
    assert_eq!(print(json!([one, seen])).await, before);
    assert_ne!(print(json!([one, leaves])).await, before);
}

#[tokio::test]
async fn the_last_change_of_a_tenant_or_of_the_part_in_a_lease_is_in_the_fingerprint_and_decides_at_first() {
    let read = async |of_row: Value, of_tenant: Value| {
        let mut two = row(2, 21, 1, (Some("2025-06-01"), None), "CURRENT");
        two["updatedAt"] = of_row;
        two["tenant"]["updatedAt"] = of_tenant;
        let far = Far::new().await;
        far.list(LIST, json!([row(1, 21, 1, (Some("2024-01-01"), Some("2024-12-31")), "PAST"), two])).await;
        let read = all(far.platform.residents(window())).await;
        let freshness = record(&read[0]).freshness.clone();
        let Freshness::Fingerprint { fingerprint, at_least } = freshness else { panic!("{freshness:?}") };
        (fingerprint, at_least)
    };
    // Seconds and milliseconds since 1970.
    let (early, late) = (json!(1_772_359_200), json!(1_772_445_600_000_i64));
    let (before, at_least) = read(early.clone(), early.clone()).await;
    assert_eq!(at_least, "2026-03-01T10:00:00Z".parse().ok());
    for (of_row, of_tenant) in [(&late, &early), (&early, &late)] {
        let (after, at_least) = read(of_row.clone(), of_tenant.clone()).await;
        assert_ne!(after, before);
        assert_eq!(at_least, "2026-03-02T10:00:00Z".parse().ok());
    }
    assert_eq!(read(json!({}), Value::Null).await.1, None);
}

#[tokio::test]
async fn a_lease_of_several_units_is_a_tenancy_in_each_and_one_without_is_of_the_property() {
    let far = Far::new().await;
    let mut two = row(1, 21, 1, (Some("2025-01-01"), None), "CURRENT");
    two["units"] = json!([oid(11), oid(12)]);
    let mut none = row(2, 22, 1, (Some("2025-01-01T00:00:00.000Z"), None), "CURRENT");
    none["units"] = json!([]);
    far.list(LIST, json!([two, none])).await;
    let read = all(far.platform.residents(window())).await;
    let units =
        |at: usize| record(&read[at]).tenancies.iter().map(|stay| stay.unit.clone()).collect::<Vec<_>>();
    assert_eq!(units(0), [Some(UnitId::new(oid(11))), Some(UnitId::new(oid(12)))]);
    assert_eq!(units(1), [None]);
    assert_eq!(stays(record(&read[1]))[0].0.as_deref(), Some("2025-01-01"), "the time of a day is left out");
}

#[tokio::test]
async fn a_tenancy_that_is_over_or_to_come_and_says_not_when_makes_nobody_live_there() {
    let far = Far::new().await;
    let rows = json!([
        row(1, 21, 1, (Some("2024-01-01"), None), "PAST"),
        row(2, 22, 1, (None, None), "FUTURE"),
        row(3, 23, 1, (Some("2024-01-01"), None), "PAST"),
        row(4, 23, 1, (Some("2025-01-01"), None), "CURRENT"),
        row(5, 24, 1, (None, None), "CURRENT"),
    ]);
    far.list(LIST, rows).await;
    let read = all(far.platform.residents(window())).await;
    assert_eq!(invalid(&read[0]).1, "moveOutAt");
    assert_eq!(invalid(&read[1]).1, "moveInAt");
    assert_eq!(stays(record(&read[2])).len(), 1, "what is dated counts");
    assert_eq!(stays(record(&read[3])), [(None, None)], "who lives there now does");
}

#[tokio::test]
async fn what_cannot_be_read_fails_its_resident_alone() {
    let far = Far::new().await;
    let mut bad = row(2, 21, 1, (Some("2025-02-30"), None), "CURRENT");
    bad["units"] = json!([]);
    let mut nobody = row(3, 22, 1, (Some("2025-01-01"), None), "CURRENT");
    nobody["tenant"] = Value::Null;
    let good = row(1, 21, 1, (Some("2024-01-01"), Some("2024-12-31")), "PAST");
    let other = row(4, 23, 1, (Some("2025-01-01"), None), "CURRENT");
    far.list(LIST, json!([good, bad, nobody, other])).await;
    let read = all(far.platform.residents(window())).await;
    let (mut failed, mut names) = (Vec::new(), Vec::new());
    for row in &read {
        match row {
            Row::Invalid(one) => failed.push((one.id.starts_with('?'), one.field.clone())),
            row => names.push(record(row).id.resident.to_string()),
        }
    }
    failed.sort();
    assert_eq!(failed, [(false, "moveInAt".to_owned()), (true, "tenant".to_owned())]);
    assert_eq!(names, [oid(23)]);
}

#[tokio::test]
async fn a_list_that_moves_is_read_again_and_one_that_never_stands_still_ends_the_phase() {
    for (moves, attempts) in [(1, 2), (9, 3)] {
        let far = Far::new().await;
        serve_moving(&far, LIST, moves, short).await;
        let read: latchel_sync_core::Result<Vec<_>> =
            futures::TryStreamExt::try_concat(far.platform.residents(window())).await;
        assert_eq!(far.asked().await.len(), 2 * attempts);
        match moves {
            1 => assert_eq!(read.expect("the second reading").len(), 1_001),
            _ => {
                let error = read.expect_err("it never stands still");
                assert_eq!((error.kind(), error.ends_the_run()), (ErrorKind::Malformed, false));
            }
        }
    }
}

#[tokio::test]
async fn a_total_that_is_wrong_in_two_readings_is_not_believed_and_loses_no_row() {
    for total in [3, 1_000, 9_999] {
        let far = Far::new().await;
        serve_pages(&far, LIST, move |number, _| {
            let rows = (0..1_003).skip((number - 1) * 1_000).take(1_000).map(short);
            json!({"total": total, "data": rows.collect::<Vec<_>>()})
        })
        .await;
        assert_eq!(all(far.platform.residents(window())).await.len(), 1_003, "{total}");
    }
}

#[tokio::test]
async fn by_id_the_rows_of_the_property_are_read() {
    let far = Far::new().await;
    let rows = json!([
        row(1, 21, 1, (Some("2024-01-01"), Some("2024-12-31")), "PAST"),
        row(2, 22, 1, (Some("2024-01-01"), None), "CURRENT"),
        row(3, 21, 1, (Some("2025-06-01"), None), "CURRENT"),
    ]);
    far.list_for(LIST, &[("filter_property", &oid(1))], rows).await;
    let id = |who: u32| ResidentRef::new(ResidentId::new(oid(who)), PropertyId::new(oid(1)));
    let found = far.platform.residents_by_id(&[id(21), id(29)]).await.expect("rows");
    assert_eq!(found.len(), 1);
    assert_eq!(stays(record(&found[0])).len(), 2);
    assert_eq!(far.asked().await.len(), 1, "one call for each property");
}
