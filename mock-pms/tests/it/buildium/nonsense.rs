//! Records that the platform ought not to answer, and does.

use axum::http::Method;
use mock_pms::world::RawOverride;
use serde_json::{Value, json};
use specs::Asked;

use super::{Buildium, KEY};
use crate::client::send;

/// Lays an override over one record and reads it without asking the specification.
async fn read(path: &str, wanted: Value) -> Value {
    let buildium = Buildium::start().await;
    let wanted: RawOverride = serde_json::from_value(wanted).expect("an override");
    buildium.server.edit(|world| world.raw_overrides.push(wanted));
    let url = format!("{}{path}", buildium.server.platform_url());
    send(Method::GET, &url, &KEY, String::new()).await.body
}

#[tokio::test]
async fn members_are_set_nulled_and_left_out() {
    let set = json!({ "Address": null, "RentalSubType": "Castle", "/Name": 7 });
    let rental =
        read("/v1/rentals/1", json!({ "kind": "rental", "id": 1, "set": set, "remove": ["Id"] })).await;
    assert_eq!((&rental["Address"], &rental["RentalSubType"]), (&Value::Null, &json!("Castle")));
    assert_eq!((&rental["Name"], rental.get("Id")), (&json!(7), None));
}

#[tokio::test]
async fn pointers_reach_into_records_and_lists() {
    let set = json!({ "/Tenants/0/MoveInDate": "2026-02-31" });
    let lease = json!({ "kind": "lease", "id": 31, "set": set });
    assert_eq!(read("/v1/leases/31", lease.clone()).await["Tenants"][0]["MoveInDate"], "2026-02-31");
    // The same lease within its tenant, and in a list.
    assert_eq!(
        read("/v1/leases/tenants/21", lease.clone()).await["Leases"][0]["Tenants"][0]["MoveInDate"],
        "2026-02-31"
    );
    assert_eq!(read("/v1/leases?orderby=Id", lease).await[0]["Tenants"][0]["MoveInDate"], "2026-02-31");
}

#[tokio::test]
async fn filters_see_the_record_as_it_is() {
    let order = json!({ "kind": "work_order", "id": 81, "set": { "Status": "Paused", "Id": "81" } });
    let rows = read("/v1/workorders?statuses=New", order).await;
    assert_eq!((&rows[0]["Status"], &rows[0]["Id"]), (&json!("Paused"), &json!("81")));
}

#[tokio::test]
async fn the_specification_sees_nonsense_where_there_is_some() {
    let Some(spec) = Buildium::start().await.spec else { return };
    let wrong = [
        json!({ "set": { "Address": 7 } }),
        json!({ "set": { "RentalSubType": "Castle" } }),
        json!({ "set": { "Surprise": null } }),
        json!({ "set": { "/Address/Country": "Atlantis" } }),
        json!({ "set": { "IsActive": null } }),
    ];
    for mut wanted in wrong {
        wanted["kind"] = json!("rental");
        wanted["id"] = json!(1);
        let body = read("/v1/rentals/1", wanted.clone()).await;
        let asked = Asked { method: "GET", path: "/v1/rentals/1" };
        assert!(!spec.answer_faults(&asked, 200, &body, "").is_empty(), "{wanted}");
    }
}
