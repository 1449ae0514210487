//! Lists: filters, pages, and what is hidden.

use serde_json::{Value, json};

use super::{ALL, AppFolio, with};

#[tokio::test]
async fn a_list_without_the_filter_or_with_something_else_is_refused() {
    let server = AppFolio::start().await;
    for query in [
        "",
        "filters[Id]=00000000-af01-4001-8000-000000000001",
        "filters%5BLastUpdatedAtFrom%5D=1970-01-01T00:00:00Z",
        "filters[LastUpdatedAtFrom]=yesterday",
        &format!("{ALL}&page[size]=1001"),
        &format!("{ALL}&page[size]=0"),
        &format!("{ALL}&page[number]=0"),
        &format!("{ALL}&filters[Name]=Elm"),
        &format!("{ALL}&filters[Id]=1"),
        &format!("{ALL}&filters[IncludeHidden]=yes"),
        &format!("{ALL}&limit=5"),
    ] {
        let reply = server.get(&format!("properties?{query}")).await;
        assert_eq!((reply.status, &reply.body["code"]), (400, &json!(400)), "{query}");
    }
    let unknown = server.get(&format!("work_orders?{ALL}&filters[Statuses]=Doing")).await;
    assert_eq!(unknown.status, 400);
}

#[tokio::test]
async fn pages_are_linked_by_a_path_that_repeats_prefix_and_filters() {
    let server = AppFolio::start().await;
    let mut path = format!("tenants?{ALL}&filters[IncludeHidden]=true&page[size]=2");
    let mut seen = Vec::new();
    loop {
        let body = server.get(&path).await.good();
        let rows = body["data"].as_array().expect("rows");
        assert!(!rows.is_empty() && rows.len() <= 2);
        seen.extend(rows.iter().map(|row| row["Id"].to_string()));
        let Some(next) = body["next_page_path"].as_str() else { break };
        assert!(next.contains(ALL) && next.contains("filters[IncludeHidden]=true"), "{next}");
        path = next.strip_prefix("/api/v0/").expect("the prefix").to_owned();
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert!(all == 5 && seen.len() == 5, "a row for each tenant of each lease: {seen:?}");
}

#[tokio::test]
async fn the_filter_of_time_is_inclusive_and_exact() {
    let server = AppFolio::start().await;
    for (from, found) in [("2026-03-01T18:00:00Z", 1), ("2026-03-01T18:00:01Z", 0)] {
        let body = server.get(&format!("properties?filters[LastUpdatedAtFrom]={from}")).await.good();
        assert_eq!(body["data"].as_array().map(Vec::len), Some(found), "{from}");
    }
}

#[tokio::test]
async fn what_is_hidden_comes_only_when_asked_for_and_a_property_hides_its_units() {
    let server = AppFolio::start().await;
    let shown = server.rows("properties", "").await;
    let all = server.rows("properties", "&filters[IncludeHidden]=true").await;
    assert_eq!((shown.len(), all.len()), (2, 3));
    let hidden = with(&all, "Name", "Hazel House");
    assert_eq!(hidden["HiddenAt"], "2026-02-28T20:00:00Z");
    let elm = with(&all, "Name", "Elm Court");
    assert_eq!((&elm["HiddenAt"], &elm["State"], &elm["Zip"]), (&Value::Null, &json!("OR"), &json!("97201")));

    server
        .0
        .edit(|world| world.update::<mock_pms::world::Property>(1, |one| one.active = false).expect("Elm"));
    assert!(server.rows("units", "").await.is_empty());
    let id = elm["Id"].as_str().expect("an id");
    let units = server.rows("units", &format!("&filters[IncludeHidden]=true&filters[PropertyId]={id}")).await;
    assert_eq!(units.len(), 2);
    assert!(units.iter().all(|unit| unit["HiddenAt"].is_string() && unit["PropertyId"] == id), "{units:?}");
}

#[tokio::test]
async fn tenants_have_their_dates_one_phone_and_no_secrets() {
    let server = AppFolio::start().await;
    let rows = server.rows("tenants", "").await;
    let ada = with(&rows, "FirstName", "Ada");
    assert_eq!(ada["PhoneNumber"], "503-555-0102", "the cell phone");
    assert_eq!((&ada["MoveInOn"], &ada["MoveOutOn"]), (&json!("2025-09-01"), &Value::Null));
    assert!(!rows.iter().any(|row| row.to_string().contains("000-00-0000")));
    let ben: Vec<_> = rows.iter().filter(|row| row["FirstName"] == "Ben").collect();
    assert_eq!(ben.len(), 2, "a tenant anew for each occupancy");
    assert_ne!(ben[0]["Id"], ben[1]["Id"]);
    let unit = ada["UnitId"].as_str().expect("a unit");
    let there = server.rows("tenants", &format!("&filters[UnitId]={unit}")).await;
    assert!(there.iter().all(|row| row["UnitId"] == unit) && there.len() == 2, "{there:?}");
}

#[tokio::test]
async fn groups_have_names_and_members() {
    let server = AppFolio::start().await;
    let groups = server.rows("property_groups", "").await;
    let properties = server.rows("properties", "&filters[IncludeHidden]=true").await;
    let (group, hazel) = (with(&groups, "Name", "Not managed"), with(&properties, "Name", "Hazel House"));
    assert_eq!(group["PropertyIds"], json!([hazel["Id"]]));
    assert_eq!(hazel["PropertyGroupIds"], json!([group["Id"]]));
    assert_eq!(server.get("property_groups").await.status, 400, "it needs the filter too");
}

#[tokio::test]
async fn users_are_staff_with_their_role_and_those_who_left_are_inactive() {
    let server = AppFolio::start().await;
    let rows = server.rows("users", "").await;
    let active = rows.iter().filter(|row| row["Active"] == true).count();
    assert_eq!((rows.len(), active), (3, 2));
    assert_eq!(with(&rows, "LastName", "Latchel")["UserRole"], "Maintenance Tech");
}
