use latchel_sync_http::testing::{Stub, StubServer, parameter, spell_without};
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

pub use latchel_sync_http::testing::{all, invalid, record, window};

pub const BASE: &str = "/pw/api/rest/v1/";
/// An id that no double holds exactly.
pub const HUGE: i64 = 9_007_199_254_740_993;

pub type Far = StubServer<Propertyware>;

/// Lists with a total that is true on full pages only.
pub struct Propertyware;

impl Stub for Propertyware {
    const ADAPTER: &str = "propertyware";
    const README: &str = include_str!("../../README.md");
    const BASE: &str = BASE;

    fn settings() -> Value {
        json!({"system_id": "4711", "calls_per_second": 1_000})
    }

    fn page(rows: &[Value], request: &Request) -> ResponseTemplate {
        let building: Option<i64> = parameter(request, "buildingID");
        let own = |row: &&Value| building.is_none_or(|id| row["buildingID"] == id);
        let all: Vec<_> = rows.iter().filter(own).collect();
        let limit = parameter(request, "limit").unwrap_or(100).min(500);
        let offset = parameter(request, "offset").unwrap_or(0);
        let page: Vec<_> = all.iter().skip(offset).take(limit).collect();
        let said = if page.len() < limit { page.len() } else { all.len() };
        ResponseTemplate::new(200)
            .insert_header("x-total-count", said.to_string())
            .insert_header("date", "Mon, 02 Mar 2026 20:00:00 GMT")
            .set_body_json(page)
    }

    /// Without the base and what every list is asked with.
    fn spell(request: &Request) -> Option<String> {
        Some(spell_without(request, BASE, |name, value| {
            ["orderby", "limit"].contains(&name) || (name, value) == ("offset", "0")
        }))
    }
}

/// Serves a list to whatever asks for it, and each of its records by itself.
pub async fn serve(far: &Far, at: &str, rows: Value) {
    far.list(at, rows.clone()).await;
    for row in rows.as_array().expect("a list") {
        if let Some(id) = row["id"].as_i64() {
            far.one(&format!("{at}/{id}"), row.clone()).await;
        }
    }
}

/// The window as the filter that it is asked with.
pub const SINCE: (&str, &str) = ("lastModifiedDateTimeStart", "2026-03-01T05:30:15Z");

pub fn address() -> Value {
    json!({"address": "12 Elm Street", "addressCont": "", "city": "Portland", "stateRegion": "OR",
        "postalCode": "97201", "country": "USA"})
}

pub fn building(id: i64, multi_unit: &str, active: bool) -> Value {
    json!({"id": id, "name": format!("Elm {id}"), "abbreviation": "ELM", "active": active, "address": address(),
        "multiUnit": multi_unit, "countUnit": 1, "areaUnits": "CUSTOMIZATIONS", "targetDeposit": "100.00",
        "propertyManagerList": [{"id": 7, "userID": 41, "name": "Team Latchel", "roleAsString": "Manager"}]})
}

pub fn unit(id: i64, building: i64) -> Value {
    json!({"id": id, "buildingID": building, "name": format!("{id}A"), "abbreviation": "A", "active": true,
        "address": address(), "areaUnits": "PAYMENT_TYPE_NA"})
}
