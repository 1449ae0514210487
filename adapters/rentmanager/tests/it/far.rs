use latchel_sync_core::registry::Settings;
use latchel_sync_http::testing::{Stub, StubServer, parameter};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, method, path};
use wiremock::{Mock, Request, ResponseTemplate};

pub use latchel_sync_http::testing::{all, invalid, record, window};

const LOG_IN: &str = "/Authentication/AuthorizeUser";

pub type Far = StubServer<RentManager>;

/// Lists in pages for whoever has logged in, narrowed by whatever filters of numbers they are asked with.
pub struct RentManager;

impl Stub for RentManager {
    const ADAPTER: &str = "rentmanager";
    const BASE: &str = "/";

    fn settings() -> Value {
        json!({"username": "the-user", "location_id": "3", "calls_per_minute": 100_000})
    }

    fn account(settings: Settings) -> Settings {
        settings.with_time_zone(chrono_tz::America::Los_Angeles)
    }

    fn page(rows: &[Value], request: &Request) -> ResponseTemplate {
        if request.headers.get("x-rm12api-apitoken").is_none_or(|token| token != "the-token") {
            return ResponseTemplate::new(404);
        }
        let filters: String = parameter(request, "filters").unwrap_or_default();
        let own = |row: &&Value| filters.split(';').all(|one| holds(one, row));
        let all: Vec<_> = rows.iter().filter(own).collect();
        let number = |name| parameter::<usize>(request, name).unwrap_or(1);
        let (page, size) = (number("pagenumber"), number("pagesize"));
        let page: Vec<_> = all.iter().skip((page - 1) * size).take(size).collect();
        if page.is_empty() {
            return ResponseTemplate::new(204);
        }
        ResponseTemplate::new(200)
            .insert_header("x-total-results", all.len().to_string())
            .insert_header("date", "Mon, 02 Mar 2026 20:00:00 GMT")
            .set_body_json(page)
    }

    /// As `METHOD path?filters`, but for the log-in.
    fn spell(request: &Request) -> Option<String> {
        let filters = parameter::<String>(request, "filters").map(|value| format!("?{value}"));
        let path = request.url.path().trim_start_matches('/');
        let spelled = || format!("{} {path}{}", request.method, filters.unwrap_or_default());
        (request.url.path() != LOG_IN).then(spelled)
    }
}

/// With a log-in, and with the tables that an issue is read and written by.
pub async fn logged_in(settings: Value) -> Far {
    let far = Far::with(settings).await;
    let sent = json!({"Username": "the-user", "Password": "the-password", "LocationID": 3});
    let let_in = Mock::given(method("POST")).and(path(LOG_IN)).and(body_json(sent));
    let_in.respond_with(ResponseTemplate::new(200).set_body_json("the-token")).mount(&far.server).await;
    for (table, key, names) in [
        ("Statuses", "Status", ["Open", "Completed", "Cancelled"]),
        ("Priorities", "Priority", ["Normal", "Urgent", "Emergency"]),
    ] {
        let entry =
            |(id, name)| json!({format!("ServiceManager{key}ID"): id, "Name": format!("[Latchel] {name}")});
        let rows: Vec<Value> = (11..).zip(names).map(entry).collect();
        far.list(&format!("ServiceManager{table}"), json!(rows)).await;
    }
    let category = json!([{"ServiceManagerCategoryID": 11, "Name": "[Latchel] Maintenance Category"}]);
    far.list("ServiceManagerCategories", category).await;
    far
}

/// True if a filter of numbers holds; any other filter is taken to hold.
fn holds(filter: &str, row: &Value) -> bool {
    let parts: Vec<_> = filter.splitn(3, ',').collect();
    let [field, operator, value] = parts[..] else { return true };
    let (Ok(value), Some(own)) = (value.parse::<i64>(), row[field].as_i64()) else { return true };
    match operator {
        "eq" => own == value,
        "ge" => own >= value,
        "le" => own <= value,
        _ => panic!("{filter}"),
    }
}

/// The window as the filter that it is asked with.
pub const SINCE: &str = "UpdateDate,ge,2026-02-28";

pub fn address(street: &str) -> Value {
    json!([{"Street": street, "City": "Portland", "State": "OR", "PostalCode": "97201", "IsPrimary": true}])
}

pub fn property(id: i64, active: bool) -> Value {
    json!({"PropertyID": id, "Name": format!("Elm {id}"), "ShortName": "ELM", "IsActive": active,
        "UpdateDate": "2026-03-01 10:00:00", "Addresses": address("12 Elm Street")})
}

pub fn unit(id: i64, property: i64) -> Value {
    json!({"UnitID": id, "PropertyID": property, "Name": format!("{id}A"), "UpdateDate": "2026-03-01T11:00:00-04:00",
        "Addresses": address("12 Elm Street\r\nUnit A")})
}

pub fn tenant(id: i64) -> Value {
    json!({"TenantID": id, "Name": "Abara, Ada", "FirstName": "Ada", "LastName": "Abara", "Status": "Current",
        "UpdateDate": "2026-03-01 10:00:00", "Contacts": [
            {"ContactID": 1, "Email": "old@example.com", "IsPrimary": false},
            {"ContactID": 2, "Email": "ada@example.com", "IsPrimary": true, "PhoneNumbers": [
                {"PhoneNumber": "503-555-0101"}, {"PhoneNumber": "503-555-0102", "IsPrimary": true}]}]})
}

pub fn lease(id: i64, tenant: i64, property: i64, unit: i64) -> Value {
    json!({"LeaseID": id, "TenantID": tenant, "PropertyID": property, "UnitID": unit,
        "MoveInDate": "2025-09-01T00:00:00", "IsMoveOutConfirmed": false})
}

pub fn issue(id: i64) -> Value {
    json!({"ServiceManagerIssueID": id, "Title": "Tap drips", "Description": "Day and night.", "CategoryID": 11,
        "StatusID": 11, "PriorityID": 12, "AssignedToUserID": 41, "VendorID": 51, "PropertyID": 1, "UnitID": 11,
        "TenantID": 21, "IsClosed": false, "CreateDate": "2026-02-28T22:00:00", "UpdateDate": "2026-03-01T09:00:00",
        "ConcurrencyID": 7})
}
