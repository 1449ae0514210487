use latchel_sync_core::model::*;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, all, far, invalid, left, property, record, tenant, window};

fn day(text: &str) -> Option<chrono::NaiveDate> {
    text.parse().ok()
}

fn resident(key: &str) -> ResidentRef {
    ResidentRef::from_key(key).expect("a key")
}

async fn read(rows: Value) -> Vec<Row<Resident>> {
    let far = far(&[("tenant_directory", rows)]).await;
    all(far.platform.residents(window())).await
}

#[tokio::test]
async fn a_tenant_is_a_resident_with_the_first_address_and_the_cell_phone() {
    let rows = read(json!([tenant(21, 1, 11)])).await;
    let one = record(&rows[0]);
    assert_eq!((one.id.key().as_str(), one.name.as_str()), ("21@1", "Ada A21"));
    let contact = (one.email.as_deref(), one.phone.as_deref());
    assert_eq!(contact, (Some("ada@example.com"), Some("(503) 555-0102")));
    let stay = Tenancy { unit: Some(UnitId::new("11")), move_in: day("2025-09-03"), move_out: None };
    assert_eq!(one.tenancies, [stay]);
    assert!(!format!("{one:?}").contains("example.com"));
}

#[tokio::test]
async fn contact_data_is_read_in_other_spellings_too() {
    for (column, value, name, email, phone) in [
        ("first_name", json!(null), "A21", Some("ada@example.com"), Some("(503) 555-0102")),
        ("emails", json!(["b@example.com"]), "Ada A21", Some("b@example.com"), Some("(503) 555-0102")),
        (
            "emails",
            json!("b@example.com; c@example.com"),
            "Ada A21",
            Some("b@example.com"),
            Some("(503) 555-0102"),
        ),
        ("phone_numbers", json!("503-555-0199"), "Ada A21", Some("ada@example.com"), Some("503-555-0199")),
        ("phone_numbers", json!("Fax: 1, Work: 2"), "Ada A21", Some("ada@example.com"), Some("2")),
        ("phone_numbers", json!(""), "Ada A21", Some("ada@example.com"), None),
    ] {
        let mut one = tenant(21, 1, 11);
        one[column] = value.clone();
        let rows = read(json!([one])).await;
        let one = record(&rows[0]);
        let told = (one.name.as_str(), one.email.as_deref(), one.phone.as_deref());
        assert_eq!(told, (name, email, phone), "{column}: {value}");
    }
    let mut firm = tenant(21, 1, 11);
    (firm["first_name"], firm["last_name"]) = (json!(""), json!(null));
    for (whole, company, name) in
        [(json!("Acme Inc"), json!("Acme"), "Acme Inc"), (json!(null), json!("Acme"), "Acme")]
    {
        (firm["tenant"], firm["company_name"]) = (whole, company);
        assert_eq!(record(&read(json!([firm])).await[0]).name, name);
    }
}

#[tokio::test]
async fn rows_of_one_tenant_at_one_property_are_one_resident_in_whatever_order_they_come() {
    let mut before = tenant(21, 1, 12);
    (before["move_in"], before["move_out"]) = (json!("2024-01-01"), json!("2025-09-03"));
    before["emails"] = json!(null);
    let rows = [before, tenant(21, 1, 11), tenant(21, 2, 31)];
    let one_way = read(json!(rows)).await;
    let other_way = read(rows.into_iter().rev().collect()).await;
    assert_eq!(one_way, other_way);
    let told: Vec<_> =
        one_way.iter().map(|row| (record(row).id.key(), record(row).tenancies.len())).collect();
    assert_eq!(told, [("21@1".to_owned(), 2), ("21@2".to_owned(), 1)]);
}

#[tokio::test]
async fn a_stay_that_its_status_puts_elsewhere_needs_its_date() {
    for (status, column, told) in [
        ("Past", "move_out", Some(("21@1", "move_out"))),
        ("Future", "move_in", Some(("21@1", "move_in"))),
        ("Notice", "move_out", None),
        ("Moonlit", "move_in", None),
    ] {
        let mut one = tenant(21, 1, 11);
        one["status"] = json!(status);
        one[column] = json!(null);
        let rows = read(json!([one, tenant(22, 1, 12)])).await;
        let bad = rows.iter().find(|row| matches!(row, Row::Invalid(_))).map(invalid);
        assert_eq!(bad, told, "{status}");
        assert_eq!(rows.len(), 2);
    }
}

#[tokio::test]
async fn who_has_left_is_found_by_id_in_the_tickler_and_in_no_list() {
    let mut scheduled = left(24, 1, "2026-04-30");
    scheduled["move_in_date"] = json!(null);
    let tickler = json!([
        left(23, 1, "2026-02-28"),
        left(23, 1, "2025-12-31"),
        left(21, 1, "2026-02-28"),
        scheduled,
        {"tenant_id": 25},
    ]);
    let far = far(&[("tenant_directory", json!([tenant(21, 1, 11)])), ("tenant_tickler", tickler)]).await;
    assert_eq!(all(far.platform.residents(window())).await.len(), 1);
    let ids = ["21@1", "23@1", "24@1", "25@1", "23@2"].map(resident);
    let rows = far.platform.residents_by_id(&ids).await.expect("rows");
    let told: Vec<_> =
        rows.iter().map(|row| (record(row).id.key(), record(row).tenancies[0].move_out)).collect();
    let one = |key: &str, out| (key.to_owned(), out);
    assert_eq!(told, [one("21@1", None), one("23@1", day("2026-02-28"))]);
    let asked = far.asked().await.pop().expect("a call");
    let dates = r#""occurred_on_from":"12/02/2025","occurred_on_to":"03/03/2026""#;
    assert!(asked.starts_with("POST tenant_tickler") && asked.contains(dates), "{asked}");
}

#[tokio::test]
async fn whoever_is_listed_costs_no_look_into_the_tickler_which_an_account_may_not_have() {
    let far = Far::new().await;
    far.list("tenant_directory", json!([tenant(21, 1, 11)])).await;
    for (status, body) in [(403, json!({})), (400, json!({"message": ["Id is not a valid report."]}))] {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        far.answers("GET", "tenant_tickler", answer).await;
        assert_eq!(far.platform.residents_by_id(&[resident("21@1")]).await.expect("rows").len(), 1);
        assert!(far.asked().await.iter().all(|one| one.starts_with("POST tenant_directory")));
        let rows = far.platform.residents_by_id(&[resident("23@1")]).await.expect("rows");
        assert_eq!(rows, [], "{status}");
        far.server.reset().await;
        far.list("tenant_directory", json!([tenant(21, 1, 11)])).await;
    }
    assert!(far.platform.residents_by_id(&[]).await.expect("rows").is_empty());
}

#[tokio::test]
async fn an_odd_row_is_told_of_its_tenant_and_comes_with_every_look_up() {
    let mut odd = tenant(22, 1, 12);
    odd["move_in"] = json!("soon");
    let mut nameless = tenant(23, 1, 13);
    nameless["selected_tenant_id"] = json!(null);
    let far = far(&[("tenant_directory", json!([tenant(21, 1, 11), odd, nameless]))]).await;
    let rows = far.platform.residents_by_id(&[resident("21@1")]).await.expect("rows");
    assert_eq!(record(&rows[0]).id.key(), "21@1");
    let bad: Vec<_> = rows[1..].iter().map(invalid).collect();
    assert!(bad.contains(&("22@1", "move_in")), "{bad:?}");
    assert!(
        bad.iter().any(|(id, field)| id.starts_with("?tenant") && *field == "selected_tenant_id"),
        "{bad:?}"
    );
}

#[tokio::test]
async fn other_ids_are_those_of_the_stack_api() {
    let mut unknown = tenant(22, 2, 12);
    unknown["tenant_integration_id"] = json!(null);
    let far = far(&[
        ("property_directory", json!([property(1), property(2)])),
        ("tenant_directory", json!([tenant(21, 1, 11), unknown, tenant(23, 9, 13)])),
    ])
    .await;
    let aliases = far.platform.aliases(Kind::Resident).await.expect("aliases");
    assert_eq!(aliases, [Alias { id: "21@1".to_owned(), other: "t-21@p-1".to_owned() }]);
}
