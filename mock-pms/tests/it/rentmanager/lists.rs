//! Filters, pages, fields, embedded parts, and how records are told.

use mock_pms::{Options, Switch};
use serde_json::{Value, json};

use super::{RentManager, wrong};
use crate::client::example;

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
        ("TenantID,in,(21,23,99)", vec![21, 23]),
        ("TenantID,ni,(21,23)", vec![22]),
        ("TenantID,bt,(22,23)", vec![22, 23]),
        ("UpdateDate,bt,(2026-03-01,2026-03-02)", vec![21]),
        ("LastName,in,(abara,Castillo)", vec![21, 23]),
        ("TenantID,22", vec![22]),
        ("LastName,Brandt;TenantID,22", vec![22]),
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
        "TenantID,in,(21,x)",
        "TenantID,bt,(21,22,23)",
        "TenantID,hv,true",
    ] {
        assert_eq!(wrong(&far.get(&format!("/Tenants?filters={bad}")).await), ["filters"], "{bad}");
    }
    assert_eq!(far.ids("/Leases?filters=UpdateDate,ge,2026-03-02", "LeaseID").await, [3300]);
}

#[tokio::test]
async fn an_order_is_taken_and_changes_nothing_unless_the_service_hears_it() {
    let mut world = example();
    let far = RentManager::with(world.clone(), Options::unlimited()).await;
    assert_eq!(far.ids("/Tenants?orderby=Name%20desc", "TenantID").await, [21, 22, 23]);
    assert_eq!(wrong(&far.get("/Tenants?orderby=Email").await), ["orderby"]);
    world.platform.account.quirks.insert("deaf-orderby".to_owned(), Switch::Off);
    let far = RentManager::with(world, Options::unlimited()).await;
    for (order, ids) in [
        ("Name desc", [23, 22, 21]),
        ("UpdateDate", [22, 21, 23]),
        ("PropertyID,TenantID desc", [22, 21, 23]),
        ("Status", [21, 23, 22]),
        ("", [21, 22, 23]),
    ] {
        let path = format!("/Tenants?orderby={}", order.replace(' ', "%20"));
        assert_eq!(far.ids(&path, "TenantID").await, ids, "{order}");
    }
    for bad in ["Email", "Name%20up"] {
        assert_eq!(wrong(&far.get(&format!("/Tenants?orderby={bad}")).await), ["orderby"], "{bad}");
    }
}

#[tokio::test]
async fn paths_and_names_of_parameters_are_taken_in_any_case_and_values_are_not() {
    let far = RentManager::start().await;
    for path in ["/tenants?PageSize=1", "/TENANTS?PAGESIZE=1", "/Tenants?pagesize=1&Filters=Name,ct,ada"] {
        assert_eq!(far.ids(path, "TenantID").await, [21], "{path}");
    }
    assert_eq!(far.get("/servicemanagerissues/81").await.status, 200);
    assert_eq!(wrong(&far.get("/Tenants?Filters=tenantid,eq,21").await), ["filters"]);
    assert_eq!(far.server.requests()[1].path, "/tenants", "the log has what was sent");
}

#[tokio::test]
async fn owners_groups_and_the_location_have_lists() {
    let mut world = example();
    let owner = json!({"id": 45, "kind": "rental_owner", "first_name": "Olive", "last_name": "Owner", "active": true});
    world.platform.users.insert(serde_json::from_value(owner).expect("a user")).expect("a new id");
    let far = RentManager::with(world, Options::unlimited()).await;
    assert_eq!(far.ids("/Owners", "OwnerID").await, [45]);
    assert_eq!(far.get("/Owners/45").await.json()["Name"], "Olive Owner");
    assert_eq!(far.get("/Owners/41").await.status, 404, "one of the staff");
    assert_eq!(far.get("/Users/45").await.status, 404, "an owner");
    assert_eq!(far.rows("/Locations").await, [json!({"LocationID": 1, "Name": "Example Homes"})]);
    let groups = far.rows("/PropertyGroups?fields=Name,Properties&embeds=Properties").await;
    assert_eq!(
        groups,
        [
            json!({"PropertyGroupID": 1, "Name": "Not managed", "Properties": [{"PropertyID": 3, "Name": "Hazel House"}]})
        ]
    );
    assert_eq!(far.get("/PropertyGroups/1").await.json()["Name"], "Not managed");
}

#[tokio::test]
async fn what_a_user_can_reach_is_embedded() {
    let far = RentManager::start().await;
    let reach = async |path: &str| {
        let user = far.get(&format!("{path}?fields=UserProperties&embeds=UserProperties")).await.json();
        let rows = user["UserProperties"].as_array().expect("rows").clone();
        rows.iter().filter_map(|row| row["PropertyID"].as_i64()).collect::<Vec<_>>()
    };
    assert_eq!(reach("/Users/41").await, [1, 2, 3], "all, where nothing is said");
    far.server.edit(|world| {
        world.platform.users.get_mut(41).expect("the user").property_ids = Some(vec![2]);
    });
    assert_eq!(reach("/Users/41").await, [2]);
    let plain = far.get("/Users/41").await.json();
    assert_eq!(plain["UserProperties"], Value::Null, "only if it is asked for");
}

#[tokio::test]
async fn the_place_of_an_issue_stands_in_its_links_too() {
    let far = RentManager::start().await;
    let links = "LinkedUnits,LinkedProperties,LinkedTenants";
    let issue =
        far.get(&format!("/ServiceManagerIssues/81?fields=Title,{links}&embeds={links}")).await.json();
    assert_eq!(issue["LinkedUnits"], json!([{"UnitID": 11, "PropertyID": 1, "Name": "101"}]));
    assert_eq!(issue["LinkedProperties"], json!([{"PropertyID": 1, "Name": "Elm Court"}]));
    assert_eq!(issue["LinkedTenants"], json!([{"TenantID": 21, "Name": "Ada Abara"}]));
    assert_eq!(far.get("/ServiceManagerIssues/81").await.json()["LinkedUnits"], Value::Null);
}

#[tokio::test]
async fn parts_of_tenants_leases_and_properties_are_embedded() {
    let far = RentManager::start().await;
    let tenant = far.get("/Tenants/22?fields=Leases&embeds=Leases").await.json();
    let ids: Vec<_> =
        tenant["Leases"].as_array().expect("leases").iter().map(|one| one["LeaseID"].clone()).collect();
    assert_eq!(ids, [json!(3101), json!(3300)]);
    let lease = far.get("/Leases/3101?fields=LeaseRenewals&embeds=LeaseRenewals").await.json();
    assert_eq!(lease["LeaseRenewals"][0]["StartDate"], "2025-09-01T00:00:00");
    let property = far.get("/Properties/1?fields=Units&embeds=Units").await.json();
    assert_eq!(property["Units"][1]["UnitID"], 12);
    assert_eq!(property["Units"][1]["Addresses"], Value::Null);
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
    let lines = ["Street1", "Street2"].map(|name| unit["Addresses"][0][name].clone());
    assert_eq!(lines, ["12 Elm Street", "Unit 101"]);
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
            "MoveOutDate": "2026-02-15T00:00:00", "NoticeDate": "2026-01-15T00:00:00", "IsMoveOutConfirmed": true,
            "CreateDate": "2025-08-20T11:00:00", "UpdateDate": "2026-03-01T10:00:00"})
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
