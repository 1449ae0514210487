//! Filters, pages, fields, embedded parts, and how records are told.

use serde_json::{Value, json};

use super::{RentManager, wrong};

#[tokio::test]
async fn a_list_is_in_the_order_of_ids_in_pages_by_number() {
    let far = RentManager::start().await;
    assert_eq!(far.ids("/Tenants?pagesize=2", "TenantID").await, [21, 22]);
    assert_eq!(far.ids("/Tenants?pagesize=2&pagenumber=2", "TenantID").await, [23]);
    let first = far.get("/Tenants?pagesize=2").await;
    assert_eq!((first.header("x-total-results"), first.header("x-results")), (Some("3"), Some("2")));
    let links = first.header("link").expect("links");
    assert!(links.contains("rel=\"next\"") && !links.contains("rel=\"previous\""), "{links}");
    let last = far.get("/Tenants?pagesize=2&pagenumber=2").await;
    let links = last.header("link").expect("links");
    assert!(!links.contains("rel=\"next\"") && links.contains("rel=\"previous\""), "{links}");
    for empty in ["/Tenants?pagenumber=3", "/Tenants?filters=TenantID,gt,99"] {
        let answer = far.get(empty).await;
        assert_eq!((answer.status, answer.text().as_str()), (204, ""), "{empty}");
    }
    for bad in ["pagesize=0", "pagesize=5001", "pagenumber=0", "pagenumber=x"] {
        assert_eq!(
            wrong(&far.get(&format!("/Tenants?{bad}")).await),
            [bad.split_once('=').expect("a name").0]
        );
    }
}

#[tokio::test]
async fn filters_are_one_string_and_all_of_them_hold() {
    let far = RentManager::start().await;
    for (filters, ids) in [
        ("TenantID,ge,22;TenantID,lt,23", vec![22]),
        ("Name,ct,BRA", vec![22]),
        ("Name,sw,Ada;LastName,ew,bara", vec![21]),
        ("Status,eq,Current;TenantID,ne,23", vec![21]),
        ("UpdateDate,ge,2026-03-02", vec![23]),
        ("UpdateDate,gt,2026-03-02%2009:59:59", vec![23]),
        ("UpdateDate,gt,2026-03-02T10:00:00", vec![]),
        ("", vec![21, 22, 23]),
    ] {
        assert_eq!(far.ids(&format!("/Tenants?filters={filters}"), "TenantID").await, ids, "{filters}");
    }
    for bad in [
        "Email,eq,x",
        "TenantID,eq",
        "TenantID,is,1",
        "TenantID,eq,x",
        "TenantID,ct,2",
        "UpdateDate,ge,yesterday",
        "TenantID,in,21",
    ] {
        assert_eq!(wrong(&far.get(&format!("/Tenants?filters={bad}")).await), ["filters"], "{bad}");
    }
    assert_eq!(wrong(&far.get("/Tenants?orderby=Name").await), ["orderby"], "an order cannot be chosen");
    assert_eq!(wrong(&far.get("/Leases?filters=UpdateDate,ge,2026-03-02").await), ["filters"]);
}

#[tokio::test]
async fn a_part_is_embedded_only_if_it_is_a_field_too() {
    let far = RentManager::start().await;
    let street = |row: &Value| row["Addresses"][0]["Street"].as_str().map(str::to_owned);
    for (query, embedded) in [
        ("?fields=Name,Addresses&embeds=Addresses", true),
        ("?embeds=Addresses", false),
        ("?fields=Name,Addresses", false),
        ("?fields=Name,Addresses&embed=Addresses", false),
    ] {
        let row = far.rows(&format!("/Properties{query}")).await.remove(0);
        assert_eq!(street(&row).is_some(), embedded, "{query} {row}");
        assert_eq!(row["PropertyID"], 1);
    }
    let row = far.rows("/Properties?fields=Name").await.remove(0);
    assert_eq!(row, json!({"PropertyID": 1, "Name": "Elm Court"}));
    let unit = far.get("/Units/11?fields=Addresses&embeds=Addresses").await.json();
    assert_eq!(street(&unit).as_deref(), Some("12 Elm Street\r\nUnit 101"));
    assert_eq!(wrong(&far.get("/Properties?embeds=Owners").await), ["embeds"]);
    assert_eq!(wrong(&far.get("/Properties?fields=Owner").await), ["fields"]);
}

#[tokio::test]
async fn times_are_the_accounts_without_a_zone_that_could_be_trusted() {
    let far = RentManager::start().await;
    // 18:00 UTC is ten in the morning in Los Angeles.
    for (path, time) in [
        ("/Properties/1", "2026-03-01 10:00:00"),
        ("/Units/11", "2026-03-01T10:00:00-04:00"),
        ("/Tenants/21", "2026-03-01 10:00:00"),
        ("/ServiceManagerIssues/82", "2026-02-27T10:00:00"),
    ] {
        assert_eq!(far.get(path).await.json()["UpdateDate"], time, "{path}");
    }
}

#[tokio::test]
async fn a_lease_is_one_tenants_and_says_who_has_left_and_who_is_expected_to() {
    let far = RentManager::start().await;
    let leases = far.rows("/Leases?filters=TenantID,eq,22").await;
    assert_eq!(
        leases[0],
        json!({"LeaseID": 3101, "TenantID": 22, "UnitID": 11, "PropertyID": 1, "MoveInDate": "2025-09-01T00:00:00",
            "MoveOutDate": "2026-02-15T00:00:00", "NoticeDate": "2026-01-15T00:00:00", "IsMoveOutConfirmed": true})
    );
    assert_eq!(leases.len(), 2);
    let house = far.get("/Leases/3200").await.json();
    assert_eq!((&house["UnitID"], &house["MoveOutDate"]), (&Value::Null, &Value::Null));
    far.server.edit(|world| {
        let lease = world.platform.leases.get_mut(32).expect("the lease");
        lease.move_outs =
            serde_json::from_value(json!([{"tenant_id": 23, "move_out": "2026-03-03"}])).expect("one");
    });
    let house = far.get("/Leases/3200").await.json();
    assert_eq!(house["ExpectedMoveOutDate"], "2026-03-03T00:00:00");
    assert_eq!((&house["MoveOutDate"], &house["IsMoveOutConfirmed"]), (&Value::Null, &json!(false)));
}

#[tokio::test]
async fn a_contact_has_its_primary_phone_and_what_is_unknown_is_left_out() {
    let far = RentManager::start().await;
    let tenants = far.rows("/Tenants?fields=Contacts,Status&embeds=Contacts").await;
    let contact = &tenants[0]["Contacts"][0];
    assert_eq!(contact["Email"], "ada@example.com");
    let phones = json!([{"PhoneNumber": "503-555-0101", "IsPrimary": false}, {"PhoneNumber": "503-555-0102", "IsPrimary": true}]);
    assert_eq!(contact["PhoneNumbers"], phones);
    let ben = tenants[1]["Contacts"][0].as_object().expect("a contact");
    assert!(!ben.contains_key("Email"), "{ben:?}");
    assert!(!tenants[0].to_string().contains("000-00-0000"), "no tax id");
}

#[tokio::test]
async fn users_are_staff_and_issues_have_the_ids_of_the_accounts_tables() {
    let far = RentManager::start().await;
    assert_eq!(far.ids("/Users", "UserID").await, [41, 42, 43]);
    let issue = far.get("/ServiceManagerIssues/81").await.json();
    let name = async |path: &str, key: &str, id: &Value| {
        let rows = far.rows(path).await;
        rows.iter().find(|row| row[key] == *id).map(|row| row["Name"].clone())
    };
    for (path, key, field, expected) in [
        ("/ServiceManagerStatuses", "ServiceManagerStatusID", "StatusID", "In Progress"),
        ("/ServiceManagerPriorities", "ServiceManagerPriorityID", "PriorityID", "High"),
        ("/ServiceManagerCategories", "ServiceManagerCategoryID", "CategoryID", "Maintenance"),
    ] {
        assert_eq!(name(path, key, &issue[field]).await, Some(json!(expected)));
        let names: Vec<_> = far.rows(path).await.iter().map(|row| row["Name"].to_string()).collect();
        assert!(names.iter().any(|name| name.starts_with("\"[Latchel] ")), "{names:?}");
    }
    assert_eq!(
        (&issue["AssignedToUserID"], &issue["TenantID"], &issue["UnitID"]),
        (&json!(41), &json!(21), &json!(11))
    );
    assert_eq!((&issue["IsClosed"], &issue["CloseDate"]), (&json!(false), &Value::Null));
    let closed = far.ids("/ServiceManagerIssues?filters=IsClosed,eq,true", "ServiceManagerIssueID").await;
    assert_eq!(closed, [82]);
}
