use latchel_sync_http::testing::{Stub, StubServer, parameter};
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

pub use latchel_sync_http::testing::{all, instant, invalid, record, window};

pub type Far = StubServer<Buildium>;

/// Lists with limit, offset and total.
pub struct Buildium;

impl Stub for Buildium {
    const ADAPTER: &str = "buildium";
    const README: &str = include_str!("../../README.md");

    fn page(rows: &[Value], request: &Request) -> ResponseTemplate {
        let offset = parameter(request, "offset").unwrap_or(0);
        let limit = parameter(request, "limit").unwrap_or(50);
        let page: Vec<_> = rows.iter().skip(offset).take(limit).collect();
        ResponseTemplate::new(200).insert_header("X-Total-Count", rows.len().to_string()).set_body_json(page)
    }
}

pub fn address() -> Value {
    json!({"AddressLine1": "12 Elm Street", "AddressLine2": "", "AddressLine3": null, "City": "Portland",
        "State": "OR", "PostalCode": "97201", "Country": "UnitedStates"})
}

pub fn rental(id: i64, active: bool) -> Value {
    json!({"Id": id, "Name": format!("Elm {id}"), "StructureDescription": null, "NumberUnits": 2, "IsActive": active,
        "OperatingBankAccountId": 1, "Reserve": 0.0, "Address": address(), "YearBuilt": null,
        "RentalType": "Residential", "RentalSubType": "MultiFamily", "RentalManager": null})
}

pub fn unit(id: i64, property: i64) -> Value {
    json!({"Id": id, "PropertyId": property, "BuildingName": "Elm", "UnitNumber": format!("{id}A"),
        "Description": null, "MarketRent": 900.0, "Address": address(), "UnitBedrooms": "TwoBed",
        "UnitBathrooms": "OneBath", "UnitSize": 800, "IsUnitListed": false, "IsUnitOccupied": true})
}
