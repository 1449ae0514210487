use latchel_sync_core::model::Window;
use latchel_sync_http::testing::{Stub, StubServer};
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

pub use latchel_sync_http::testing::{all, invalid, record};

pub type Far = StubServer<AppFolio>;

/// Each list on one page; without the filter that every list needs, a 400.
pub struct AppFolio;

impl Stub for AppFolio {
    const ADAPTER: &str = "appfolio";
    const README: &str = include_str!("../../README.md");
    const BASE: &str = "/api/v0/";

    fn settings() -> Value {
        json!({"calls_per_second": 1_000})
    }

    fn page(rows: &[Value], request: &Request) -> ResponseTemplate {
        if !request.url.query().is_some_and(|query| query.contains("filters[LastUpdatedAtFrom]=")) {
            return ResponseTemplate::new(400);
        }
        ResponseTemplate::new(200).set_body_json(json!({"data": rows, "next_page_path": null}))
    }
}

pub fn window() -> Window {
    Window { from: "2026-03-01T05:30:15.700Z".parse().expect("an instant") }
}

pub fn property(id: &str, hidden_at: Value) -> Value {
    json!({"Id": id, "Name": format!("Elm {id}"), "Address1": "12 Elm Street", "Address2": "", "City": "Portland",
        "State": "OR", "Zip": "97201", "PropertyType": "Multi-Family", "PropertyGroupIds": ["e1"],
        "HiddenAt": hidden_at, "LastUpdatedAt": "2026-03-01T18:00:00Z"})
}

pub fn unit(id: &str, property: &str) -> Value {
    json!({"Id": id, "PropertyId": property, "Name": format!("Unit {id}"), "RentReady": true})
}

pub fn tenant(id: &str, occupancy: &str, unit: Value) -> Value {
    json!({"Id": id, "OccupancyId": occupancy, "PropertyId": "a1", "UnitId": unit, "FirstName": "Ada",
        "LastName": "Abara", "Status": "Current", "PhoneNumber": "503-555-0102", "Email": "ada@example.com",
        "MoveInOn": "2025-09-01", "MoveOutOn": "2026-04-01", "LeaseStartDate": "2025-08-15",
        "LeaseEndDate": "2026-08-31", "PrimaryTenant": true, "HiddenAt": null})
}

pub fn work_order(id: &str) -> Value {
    json!({"Id": id, "WorkOrderNumber": "1207-1", "PropertyId": "a1", "UnitId": "b1", "OccupancyId": null,
        "JobDescription": "Tap drips\nDay and night.", "Status": "Assigned", "Priority": "Normal",
        "AssignedUsers": ["c1", "c2"], "VendorId": "d1", "PermissionToEnter": true,
        "ScheduledStart": "2026-03-05T17:00:00Z", "LastUpdatedAt": "2026-03-01T18:00:00Z"})
}
