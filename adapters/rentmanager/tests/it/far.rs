use std::sync::atomic::{AtomicUsize, Ordering};

use latchel_sync_core::registry::Settings;
use latchel_sync_http::testing::{Stub, StubServer, parameter};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, Request, ResponseTemplate};

pub use latchel_sync_http::testing::{all, invalid, record, window};

static USERS: AtomicUsize = AtomicUsize::new(0);

const LOG_IN: &str = "/Authentication/AuthorizeUser";

pub type Far = StubServer<RentManager>;

/// Lists in pages for whoever has logged in, narrowed by whatever filters of numbers they are asked with.
pub struct RentManager;

impl Stub for RentManager {
    const ADAPTER: &str = "rentmanager";
    const README: &str = include_str!("../../README.md");
    const BASE: &str = "/";

    fn settings() -> Value {
        // Each connection logs in for itself: a session is kept for whoever is the same user at the same address.
        let number = USERS.fetch_add(1, Ordering::Relaxed);
        json!({"username": format!("user {number}"), "location_id": "3", "calls_per_minute": 100_000})
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
    let let_in = Mock::given(method("POST")).and(path(LOG_IN)).and(is_user);
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

fn is_user(request: &Request) -> bool {
    let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let name = sent["Username"].as_str().unwrap_or_default();
    name.starts_with("user ") && sent["Password"] == "the-password" && sent["LocationID"] == 3
}

/// True if a filter of numbers holds; any other filter is taken to hold.
fn holds(filter: &str, row: &Value) -> bool {
    let parts: Vec<_> = filter.splitn(3, ',').collect();
    let [field, operator, value] = parts[..] else { return true };
    let Some(own) = row[field].as_i64() else { return true };
    let several = value.trim_matches(['(', ')']).split(',').map(str::parse::<i64>);
    let Ok(several) = several.collect::<Result<Vec<_>, _>>() else { return true };
    let value = several[0];
    match operator {
        "in" => several.contains(&own),
        "bt" => (several[0]..=several[1]).contains(&own),
        "eq" => own == value,
        "ge" => own >= value,
        "le" => own <= value,
        _ => panic!("{filter}"),
    }
}

/// The model of errors, as the vendor's overview has it.
pub fn model(message: &str) -> Value {
    json!({"DeveloperMessage": message, "UserMessage": message, "ErrorCode": -2_146_233_088, "MoreInfoUri": ""})
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
