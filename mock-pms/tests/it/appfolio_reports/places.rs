//! Properties, groups and units.

use axum::http::Method;
use mock_pms::{Dialect, MockServer, Options, Switch};
use serde_json::{Value, json};

use super::{KEY, Reports, column, with};
use crate::client::{example, send};

#[tokio::test]
async fn addresses_come_in_parts_and_in_one() {
    let server = Reports::start().await;
    let elm = with(&server.all("property_directory").await, "property_id", 1).clone();
    assert_eq!(elm["property"], "Elm Court - 12 Elm Street Portland, OR 97201");
    assert_eq!(elm["property_name"], "Elm Court");
    assert_eq!(elm["property_address"], "12 Elm Street Portland, OR 97201");
    assert_eq!((&elm["property_street"], &elm["property_street2"]), (&json!("12 Elm Street"), &Value::Null));
    assert_eq!((&elm["property_city"], &elm["property_state"]), (&json!("Portland"), &json!("OR")));
    assert_eq!((&elm["property_zip"], &elm["units"]), (&json!("97201"), &json!(2)));
    let unit = with(&server.all("unit_directory").await, "unit_id", 11).clone();
    assert_eq!((&unit["property_id"], &unit["unit_name"]), (&json!(1), &json!("101")));
    assert_eq!(unit["unit_address"], "12 Elm Street Unit 101 Portland, OR 97201");
    assert_eq!(unit["unit_street2"], "Unit 101");
}

#[tokio::test]
async fn what_is_hidden_comes_only_if_the_filter_counts() {
    let server = Reports::start().await;
    let ids = |rows: Vec<Value>| column(&rows, "property_id");
    assert_eq!(ids(server.all("property_directory").await), [1, 2]);
    let hidden = server.rows("property_directory", json!({ "property_visibility": "hidden" })).await;
    assert_eq!(
        (&hidden[0]["property_name"], &hidden[0]["visibility"]),
        (&json!("Hazel House"), &json!("Hidden"))
    );
    assert_eq!(hidden[0]["property_address"], "90 Hazel Road Reno, 89501", "it lacks its state");
    let all = json!({ "property_visibility": "all", "unit_visibility": "all" });
    assert_eq!(ids(server.rows("property_directory", all.clone()).await), [1, 2, 3]);

    server
        .0
        .edit(|world| world.update::<mock_pms::world::Property>(1, |one| one.active = false).expect("Elm"));
    for report in ["unit_directory", "work_order", "tenant_directory"] {
        let visible = server.all(report).await.len();
        let all = server.rows(report, all.clone()).await.len();
        assert!(visible < all, "{report}: {visible} {all}");
    }
    let deaf = Reports::with(&[("property-visibility", Switch::Off)]).await;
    assert_eq!(ids(deaf.rows("property_directory", all).await), [1, 2]);
}

#[tokio::test]
async fn a_report_can_be_asked_about_some_properties() {
    let server = Reports::start().await;
    for ids in [json!(["2"]), json!([2])] {
        let asked = json!({ "properties": { "properties_ids": ids } });
        let rows = server.rows("property_directory", asked).await;
        assert_eq!(column(&rows, "property_name"), ["7 Fir Lane"]);
    }
}

#[tokio::test]
async fn groups_have_a_row_for_each_property() {
    let server = Reports::start().await;
    assert!(server.all("property_group_directory").await.is_empty(), "its one property is hidden");
    let rows = server.rows("property_group_directory", json!({ "property_visibility": "all" })).await;
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["property_id"], &rows[0]["property_group_id"]), (&json!(3), &json!(1)));
    assert_eq!(rows[0]["property_group_name"], "Not managed");
}

#[tokio::test]
async fn integration_ids_are_the_ids_of_the_stack_api() {
    let reports = Reports::start().await;
    let options = Options { platform: Dialect::APPFOLIO, ..Options::unlimited() };
    let stack = MockServer::start(example(), options).await.expect("the server starts");
    for (report, integration, resource) in [
        ("property_directory", "property_integration_id", "properties"),
        ("unit_directory", "unit_integration_id", "units"),
        ("tenant_directory", "tenant_integration_id", "tenants"),
    ] {
        let since = "filters[LastUpdatedAtFrom]=1970-01-01T00:00:00Z";
        let url = format!("{}/api/v0/{resource}?{since}", stack.platform_url());
        let headers = [KEY, ("x-appfolio-developer-id", "mock-developer-id")];
        let theirs = send(Method::GET, &url, &headers, String::new()).await.good()["data"].clone();
        let theirs = column(theirs.as_array().expect("rows"), "Id");
        let ours = column(&reports.all(report).await, integration);
        assert!(
            !ours.is_empty() && ours.iter().all(|id| theirs.contains(id)),
            "{report}: {ours:?} {theirs:?}"
        );
    }
    let without = Reports::with(&[("no-integration-ids", Switch::On)]).await;
    for report in ["property_directory", "unit_directory", "tenant_directory"] {
        let rows = without.all(report).await;
        assert!(!rows.is_empty() && !json!(rows).to_string().contains("integration"), "{rows:?}");
    }
}

#[tokio::test]
async fn ids_are_numbers_in_some_reports_and_texts_in_others() {
    let mixed = Reports::start().await;
    assert_eq!(column(&mixed.all("unit_directory").await, "unit_id"), [11, 12]);
    assert_eq!(mixed.all("work_order").await[0]["unit_id"], "11");
    assert_eq!(mixed.all("tenant_directory").await[0]["selected_tenant_id"], "21");
    let same = Reports::with(&[("mixed-ids", Switch::Off)]).await;
    assert_eq!(same.all("work_order").await[0]["unit_id"], 11);
    assert_eq!(same.all("tenant_directory").await[0]["selected_tenant_id"], 21);
}
