use latchel_sync_core::registry::Settings;
use latchel_sync_http::testing::{Stub, StubServer};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockBuilder, Request, ResponseTemplate};

pub use latchel_sync_http::testing::{all, invalid, record, window};

pub type Far = StubServer<Reports>;

/// Each report on one page.
pub struct Reports;

impl Stub for Reports {
    const ADAPTER: &str = "appfolio-reports";
    const BASE: &str = "/api/v2/reports/";

    fn settings() -> Value {
        json!({"calls_per_15_seconds": 100_000})
    }

    fn account(settings: Settings) -> Settings {
        settings.with_time_zone(chrono_tz::America::Los_Angeles)
    }

    fn reading(at: &str) -> MockBuilder {
        Mock::given(method("POST")).and(path(format!("{}{at}.json", Self::BASE)))
    }

    fn is_write(_: &Request) -> bool {
        false
    }

    fn page(rows: &[Value], _: &Request) -> ResponseTemplate {
        ResponseTemplate::new(200)
            .insert_header("date", "Mon, 02 Mar 2026 20:00:00 GMT")
            .set_body_json(json!({"results": rows, "next_page_url": null}))
    }

    /// The report, and what of it was asked for.
    fn spell(request: &Request) -> Option<String> {
        let name = request.url.path().trim_start_matches(Self::BASE).trim_end_matches(".json");
        Some(format!("{} {name} {}", request.method, String::from_utf8_lossy(&request.body)))
    }
}

/// Serves an empty account, but for these reports.
pub async fn far(reports: &[(&str, Value)]) -> Far {
    let far = Far::new().await;
    serve(&far, reports).await;
    far
}

pub async fn serve(far: &Far, reports: &[(&str, Value)]) {
    let names = [
        "property_directory",
        "unit_directory",
        "tenant_directory",
        "tenant_tickler",
        "work_order",
        "property_group_directory",
    ];
    for name in names {
        let rows = reports.iter().find(|(own, _)| *own == name).map(|(_, rows)| rows.clone());
        far.list(name, rows.unwrap_or_else(|| json!([]))).await;
    }
}

pub fn property(id: i64) -> Value {
    json!({"property": format!("Elm {id} - 12 Elm Street Portland, OR 97201"), "property_name": format!("Elm {id}"),
        "property_id": id, "property_integration_id": format!("p-{id}"), "property_street": "12 Elm Street",
        "property_street2": null, "property_city": "Portland", "property_state": "OR", "property_zip": "97201",
        "property_created_on": "2026-02-27", "property_type": "Multi-Family", "visibility": "Active", "units": 2})
}

pub fn unit(id: i64, property: i64) -> Value {
    json!({"property_name": format!("Elm {property}"), "property_id": property.to_string(), "unit_id": id,
        "unit_name": format!("{id}A"), "unit_integration_id": format!("u-{id}"), "unit_street": "12 Elm Street",
        "unit_street2": format!("Unit {id}"), "unit_city": "Portland", "unit_state": "OR", "unit_zip": "97201",
        "created_on": "2026-02-27", "visibility": "Active", "market_rent": "1,950.00"})
}

pub fn tenant(id: i64, property: i64, unit: i64) -> Value {
    json!({"selected_tenant_id": id, "property_id": property, "unit_id": unit.to_string(), "occupancy_id": 9_000 + id,
        "tenant": format!("A{id}, Ada"), "first_name": "Ada", "last_name": format!("A{id}"), "company_name": null,
        "status": "Current", "primary_tenant": "Yes", "tenant_integration_id": format!("t-{id}"),
        "emails": "ada@example.com, a@example.com", "phone_numbers": "Home: (503) 555-0101, Mobile: (503) 555-0102",
        "move_in": "2025-09-03", "move_out": null, "lease_to": "2026-08-31"})
}

pub fn left(tenant: i64, property: i64, move_out: &str) -> Value {
    json!({"event": "Move-out", "occurred_date": move_out, "tenant_id": tenant.to_string(), "property_id": property,
        "unit_id": 11, "occupancy_id": 9_000 + tenant, "tenant": "Ada Abara", "tenant_email": "ada@example.com",
        "tenant_phone_number": "Mobile: (503) 555-0102", "move_in_date": "2025-09-03", "move_out_date": move_out})
}

pub fn work_order(id: i64) -> Value {
    json!({"work_order_id": id, "work_order_number": "1207-1", "property_id": 1, "unit_id": "11", "occupancy_id": null,
        "job_description": "Tap drips\nDay and night.", "instructions": "Ring twice", "status": "Assigned",
        "priority": "Normal", "assigned_user": "Team Latchel, Ann Lee", "vendor": "Latchel Pipes",
        "created_at": "2026-03-01T18:00:00Z", "scheduled_start": "2026-03-05T17:00:00Z", "work_order_type": "Internal",
        "requesting_tenant": null, "submitted_by_tenant": "No", "amount": "$1,200.00"})
}
