//! Content and pages of the lists.

use mock_pms::{GenerateSpec, World};
use serde_json::{Value, json};

use super::Rentvine;
use crate::client::example;

const LISTS: [(&str, &str); 11] = [
    ("/properties", "property"),
    ("/properties/export", "property"),
    ("/properties/units/export", "unit"),
    ("/leases/export", "lease"),
    ("/leases", "lease"),
    ("/portfolios/search", "portfolio"),
    ("/tenants/search", "contact"),
    ("/vendors/search", "contact"),
    ("/maintenance/vendor-trades", "vendorTrade"),
    ("/maintenance/work-order/statuses", "workOrderStatus"),
    ("/maintenance/work-orders", "workOrder"),
];

fn generated(units: u32) -> World {
    let now = "2026-03-02T20:00:00Z".parse().expect("a time");
    World::generate(&GenerateSpec { units, seed: 5, now })
}

fn ids(rows: &[Value], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].as_str().expect("an id is a string").to_owned()).collect()
}

#[tokio::test]
async fn every_row_is_in_an_envelope_and_as_the_specification_has_it() {
    for world in [example(), generated(60)] {
        let far = Rentvine::of(world).await;
        for (list, envelope) in LISTS {
            let rows = far.rows(&format!("{list}?pageSize=500"), envelope).await;
            assert!(!rows.is_empty() && rows.iter().all(Value::is_object), "{list}");
            let is_text = |value: &Value| matches!(value, Value::String(_) | Value::Null | Value::Array(_));
            for row in &rows {
                assert!(row.as_object().is_some_and(|row| row.values().all(is_text)), "{row}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_has_as_many_rows_as_are_asked_for_and_tells_no_total() {
    let far = Rentvine::of(generated(80)).await;
    assert_eq!(far.rows("/properties/units/export", "unit").await.len(), 25);
    assert_eq!(far.rows("/maintenance/work-orders", "workOrder").await.len(), 15);
    let all = ids(&far.rows("/properties/units/export?pageSize=500", "unit").await, "unitID");
    let mut seen = Vec::new();
    for page in 1.. {
        let rows = far.rows(&format!("/properties/units/export?page={page}&pageSize=20"), "unit").await;
        seen.extend(ids(&rows, "unitID"));
        if rows.len() < 20 {
            break;
        }
    }
    assert_eq!(seen, all);
    assert!(far.rows("/properties/units/export?page=900", "unit").await.is_empty());
}

#[tokio::test]
async fn exports_leave_inactive_records_out_unless_asked_for_and_cut_by_the_last_change() {
    let far = Rentvine::start().await;
    let properties = async |query: &str| {
        ids(&far.rows(&format!("/properties/export{query}"), "property").await, "propertyID")
    };
    assert_eq!(properties("").await, ["1", "2"]);
    assert_eq!(properties("?isActive=true").await, ["1", "2"]);
    assert_eq!(properties("?isActive=0").await, ["3"]);
    assert_eq!(properties("?dateTimeModifiedMin=2026-03-01T18:00:00Z").await, ["1"]);
    assert_eq!(properties("?dateTimeModifiedMin=2026-03-01%2018:00:01").await, [""; 0]);
    assert_eq!(properties("?dateTimeModifiedMax=2026-01-31T00:00:00Z").await, ["2"]);
    assert_eq!(ids(&far.rows("/properties", "property").await, "propertyID"), ["1", "2", "3"]);
}

#[tokio::test]
async fn a_unit_comes_with_its_property() {
    let far = Rentvine::start().await;
    let rows = far.get("/properties/units/export").await.good();
    assert_eq!(rows[0]["unit"]["unitID"], "11");
    assert_eq!(rows[0]["unit"]["stateID"], "OR");
    assert_eq!(rows[0]["unit"]["address2"], "Unit 101");
    assert_eq!(rows[0]["property"]["propertyID"], rows[0]["unit"]["propertyID"]);
    assert_eq!(rows[0]["property"]["isMultiUnit"], "1");
    assert_eq!(ids(&far.rows("/properties/1/units", "unit").await, "unitID"), ["11", "12"]);
    assert!(far.rows("/properties/2/units", "unit").await.is_empty(), "a house is its own unit");
    let inactive = far.get("/properties/export?isActive=false").await.good();
    assert_eq!(inactive[0]["portfolio"]["name"], "Not managed");
    assert_eq!(inactive[0]["property"]["portfolioID"], inactive[0]["portfolio"]["portfolioID"]);
}

#[tokio::test]
async fn a_lease_has_one_pair_of_dates_so_that_tenants_with_others_are_on_another() {
    let far = Rentvine::start().await;
    let rows = far.rows("/leases/export?pageSize=50", "lease").await;
    let of = |contact: &str, unit: Value| {
        let on = |row: &&Value| {
            row["tenants"].as_array().is_some_and(|all| all.iter().any(|t| t["contactID"] == contact))
        };
        rows.iter().find(|row| row["unitID"] == unit && on(row)).expect("a lease").clone()
    };
    let (stays, left) = (of("21", json!("11")), of("22", json!("11")));
    assert_ne!(stays["leaseID"], left["leaseID"]);
    assert_eq!((&stays["moveInDate"], &stays["moveOutDate"]), (&json!("2025-09-01"), &Value::Null));
    assert_eq!(
        (&stays["primaryLeaseStatusID"], &stays["tenants"][0]["isActive"]),
        (&json!("2"), &json!("1"))
    );
    assert_eq!((&left["moveOutDate"], &left["primaryLeaseStatusID"]), (&json!("2026-02-15"), &json!("3")));
    assert_eq!(left["tenants"][0]["isActive"], "0");
    let future = far.rows("/leases/export?primaryLeaseStatusIDs[]=1", "lease").await;
    assert_eq!(ids(&future, "leaseID"), ["33"]);
    let both = far.rows("/leases/export?leaseIDs[]=32&leaseIDs[]=33", "lease").await;
    assert_eq!(ids(&both, "leaseID"), ["32", "33"]);
    assert_eq!(of("23", Value::Null)["propertyID"], "2", "a house has no unit");
}

#[tokio::test]
async fn a_lease_and_a_status_can_be_read_by_themselves() {
    let far = Rentvine::start().await;
    let exported = far.rows("/leases/export?pageSize=50", "lease").await;
    assert_eq!(far.rows("/leases?pageSize=50", "lease").await, exported);
    let id = exported[1]["leaseID"].as_str().expect("an id");
    assert_eq!(far.one(&format!("/leases/{id}")).await["lease"], exported[1]);
    let status = far.one("/maintenance/work-order/statuses/1105").await["workOrderStatus"].clone();
    assert_eq!((&status["name"], &status["primaryWorkOrderStatusID"]), (&json!("Cancelled"), &json!("5")));
    for gone in ["/leases/999", "/maintenance/work-order/statuses/5"] {
        assert_eq!(far.status(gone).await, 404, "{gone}");
    }
}

#[tokio::test]
async fn people_are_contacts_and_technicians_tell_their_user() {
    let far = Rentvine::start().await;
    let technicians = far.rows("/maintenance-technicians", "contact").await;
    assert_eq!(ids(&technicians, "userID"), ["41", "42", "43"], "the staff, and no vendor");
    let active: Vec<_> = technicians.iter().map(|one| one["isActive"].as_str()).collect();
    assert_eq!(active, [Some("1"), Some("1"), Some("0")]);
    let contacts = [
        ids(&far.rows("/tenants", "contact").await, "contactID"),
        ids(&far.rows("/vendors/search", "contact").await, "contactID"),
        ids(&technicians, "contactID"),
    ]
    .concat();
    let distinct: std::collections::BTreeSet<_> = contacts.iter().collect();
    assert_eq!(distinct.len(), contacts.len());
}

#[tokio::test]
async fn work_orders_are_cut_by_the_day_of_creation_and_by_nothing_that_tells_of_changes() {
    let far = Rentvine::start().await;
    let list = async |query: &str| {
        ids(&far.rows(&format!("/maintenance/work-orders{query}"), "workOrder").await, "workOrderID")
    };
    assert_eq!(list("").await, ["81", "82", "83"]);
    // 05:10 UTC on the first of March is the evening before in Los Angeles.
    assert_eq!(list("?startDate=2026-03-01").await, ["83"]);
    assert_eq!(list("?startDate=2026-02-28&endDate=2026-03-01").await, ["81"]);
    assert_eq!(list("?propertyID=2").await, ["82"]);
    assert_eq!(list("?unitID=11&leaseID=31").await, ["81", "83"]);
    assert_eq!(list("?workOrderStatusID=1103").await, ["82"]);
    assert_eq!(list("?isNew=1").await, [""; 0]);
    let one = far.work_order(81).await;
    assert_eq!(one["description"], "<p>The tap in the kitchen drips.</p>");
    assert_eq!((&one["assignedToUserID"], &one["requestedByContactID"]), (&json!("41"), &json!("21")));
    assert_eq!((&one["workOrderStatusID"], &one["primaryWorkOrderStatusID"]), (&json!("1102"), &json!("2")));
    assert_eq!(one["dateTimeModified"], "2026-03-01 07:30:00");
}
