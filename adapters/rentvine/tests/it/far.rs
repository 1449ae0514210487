use latchel_sync_http::testing::{Stub, StubServer, parameter, spell_without};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, Request, ResponseTemplate};

pub use latchel_sync_http::testing::{all, instant, invalid, record, window};

pub const WORK_ORDERS: &str = "maintenance/work-orders";
pub const STATUSES: &str = "maintenance/work-order/statuses";

pub type Far = StubServer<Rentvine>;

/// A bare array for each path, by page number.
pub struct Rentvine;

impl Stub for Rentvine {
    const ADAPTER: &str = "rentvine";
    const README: &str = include_str!("../../README.md");
    const BASE: &str = "/api/manager/";

    fn settings() -> Value {
        json!({"calls_per_second": 1_000})
    }

    fn page(rows: &[Value], request: &Request) -> ResponseTemplate {
        capped(rows, request, usize::MAX)
    }

    /// Without the base, the size of pages and the number of the first.
    fn spell(request: &Request) -> Option<String> {
        Some(spell_without(request, Self::BASE, |name, value| {
            name == "pageSize" || (name, value) == ("page", "1")
        }))
    }
}

/// Serves a list of which no page has more rows than `most`.
pub async fn serve_capped(far: &Far, at: &str, rows: Vec<Value>, most: usize) {
    far.respond_for(at, &[], move |request: &Request| capped(&rows, request, most)).await;
}

/// Serves an empty list, or nothing that is found, wherever nothing else is served.
pub async fn serve_empty_otherwise(far: &Far) {
    let empty = ResponseTemplate::new(200).set_body_json(json!([]));
    Mock::given(method("GET")).respond_with(empty).with_priority(9).mount(&far.server).await;
}

fn capped(rows: &[Value], request: &Request, most: usize) -> ResponseTemplate {
    let size = parameter(request, "pageSize").unwrap_or(15).min(most);
    let number = parameter(request, "page").unwrap_or(1);
    let page: Vec<_> = rows.iter().skip((number - 1) * size).take(size).collect();
    ResponseTemplate::new(200).insert_header("date", "Mon, 02 Mar 2026 20:00:00 GMT").set_body_json(page)
}

/// The window as the filter that it is asked with: a day earlier, because no zone is known.
pub const SINCE: (&str, &str) = ("dateTimeModifiedMin", "2026-02-28T05:30:15Z");

/// The window's first instant, and the second before it.
pub const FIRST: &str = "2026-03-01 05:30:15";
pub const JUST_BEFORE: &str = "2026-03-01 05:30:14";
pub const LONG_AGO: &str = "2025-01-01 00:00:00";

pub fn statuses() -> Value {
    json!([
        {"workOrderStatus": {"workOrderStatusID": "11", "primaryWorkOrderStatusID": "1", "name": "Pending", "isSystemStatus": "1"}},
        {"workOrderStatus": {"workOrderStatusID": "12", "primaryWorkOrderStatusID": "2", "name": "Open", "isSystemStatus": "1"}},
        {"workOrderStatus": {"workOrderStatusID": "13", "primaryWorkOrderStatusID": "3", "name": "Closed", "isSystemStatus": "1"}},
        {"workOrderStatus": {"workOrderStatusID": "14", "primaryWorkOrderStatusID": "4", "name": "On Hold", "isSystemStatus": "1"}},
        {"workOrderStatus": {"workOrderStatusID": "15", "primaryWorkOrderStatusID": "5", "name": "Cancelled", "isSystemStatus": "1"}},
        {"workOrderStatus": {"workOrderStatusID": "26", "primaryWorkOrderStatusID": "3", "name": "Waiting for Invoice", "isSystemStatus": "0"}},
    ])
}

pub fn work_order(id: u32) -> Value {
    json!({"workOrder": {
        "workOrderID": id.to_string(), "workOrderNumber": format!("WO-{id}"), "propertyID": "1", "unitID": "11",
        "leaseID": null, "workOrderStatusID": "12", "primaryWorkOrderStatusID": "2", "priorityID": "2",
        "description": "<p>The tap drips</p>", "isOwnerApproved": "0", "isVacant": "0", "isSharedWithTenant": "0",
        "isSharedWithOwner": "0", "vendorContactID": "77", "assignedToUserID": "41", "requestedByContactID": "21",
        "scheduledStartDate": "2026-03-05", "dateTimeCreated": LONG_AGO, "dateTimeModified": FIRST,
    }, "contact": {"contactID": "77", "name": "Pipes and Co"}})
}

pub fn property(id: u32, active: &str, modified: &str) -> Value {
    json!({"propertyID": id.to_string(), "portfolioID": "7", "name": format!("Elm {id}"), "isActive": active,
        "isMultiUnit": "1", "address": "12 Elm Street", "address2": "", "city": "Portland", "stateID": "OR",
        "postalCode": "97201", "dateTimeCreated": LONG_AGO, "dateTimeModified": modified})
}

pub fn unit(id: u32, of: &Value, modified: &str) -> Value {
    json!({"unit": {"unitID": id.to_string(), "propertyID": of["propertyID"], "name": format!("{id}A"),
        "isActive": "1", "address": "12 Elm Street", "address2": format!("Unit {id}A"), "city": "Portland",
        "stateID": "OR", "postalCode": "97201", "dateTimeCreated": LONG_AGO, "dateTimeModified": modified},
        "property": of})
}

pub fn tenant(id: u32, name: &str) -> Value {
    json!({"contactID": id.to_string(), "name": name, "email": format!("t{id}@example.com"),
        "phone": "503-555-0101", "isActive": "1"})
}

pub fn lease(id: u32, property: u32, unit: Option<u32>, tenants: &[Value]) -> Value {
    json!({"lease": {"leaseID": id.to_string(), "propertyID": property.to_string(),
        "unitID": unit.map(|unit| unit.to_string()), "primaryLeaseStatusID": "2", "leaseStatusID": "2",
        "moveInDate": "2025-09-01", "moveOutDate": null, "startDate": "2025-08-15", "endDate": "2026-08-31",
        "closedDate": null, "expectedMoveOutDate": null, "tenants": tenants, "dateTimeCreated": LONG_AGO,
        "dateTimeModified": FIRST}})
}
