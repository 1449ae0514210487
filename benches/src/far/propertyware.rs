//! Propertyware's lists (`contracts/`): buildings and units, whole as the API's description shows them; nobody lives in them.

use std::ops::RangeInclusive;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::lists::Render;
use super::units::{names, property_of, units_of};

/// The filter by the last change.
pub const SINCE: &str = "lastModifiedDateTimeStart";

const BUILDINGS: &str = "pw/api/rest/v1/buildings";
const UNITS: &str = "pw/api/rest/v1/units";

/// The path of each list with the renderer and the number of its rows.
pub fn lists(units: u64) -> Vec<(&'static str, Render, u64)> {
    let buildings = if units == 0 { 0 } else { property_of(units) };
    vec![
        (BUILDINGS, building as Render, buildings),
        (UNITS, unit, units),
        ("pw/api/rest/v1/leases", unit, 0),
        ("pw/api/rest/v1/contacts", unit, 0),
        ("pw/api/rest/v1/portfolios", unit, 0),
        ("pw/api/rest/v1/workorders", unit, 0),
    ]
}

/// Ids of the rows that a filter selects; `None` if it is no filter of the list.
pub fn selected(list: &str, name: &str, value: u64) -> Option<RangeInclusive<u64>> {
    (list == UNITS && name == "buildingID").then(|| units_of(value))
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn address(id: u64) -> Value {
    let names = names(id);
    json!({
        "address": names.line1, "addressCont": null, "city": names.city, "stateRegion": names.state,
        "postalCode": names.postal_code, "country": "US", "latitude": null, "longitude": null,
    })
}

fn building(id: u64, at: DateTime<Utc>, suffix: &str) -> Value {
    let first = *units_of(id).start();
    json!({
        "id": id, "idNumber": id, "createdDateTime": "2024-04-20T09:30:00Z", "createdBy": "mia",
        "lastModifiedDateTime": stamp(at), "lastModifiedBy": "mia", "customFields": [], "active": true,
        "name": format!("{}{suffix}", names(first).property), "abbreviation": format!("B{id}"),
        "description": null, "address": address(first), "portfolioID": 1, "multiUnit": "Yes", "rentable": true,
        "countUnit": 8, "propertyType": "MULTI_FAMILY", "category": "RESIDENTIAL", "status": "Occupied",
        "totalArea": 6_000.0, "areaUnits": "Sq Ft", "yearBuilt": 1970 + id % 50, "maintenanceNotice": null,
        "maintenanceSpendingLimitAmount": 500.0, "numberBedrooms": null, "numberBathrooms": null,
        "petsAllowed": null, "publishedForRent": "No",
        "propertyManagerList": [
            {"id": 3, "userID": 5, "name": "Mia Manager", "email": "mia@example.com", "roleAsString": "Manager"},
        ],
    })
}

fn unit(id: u64, at: DateTime<Utc>, suffix: &str) -> Value {
    json!({
        "id": id, "idNumber": id, "createdDateTime": "2024-04-20T09:30:00Z", "createdBy": "mia",
        "lastModifiedDateTime": stamp(at), "lastModifiedBy": "mia", "customFields": [], "active": true,
        "name": format!("{}{suffix}", names(id).unit), "abbreviation": format!("U{id}"), "description": null,
        "address": address(id), "portfolioID": 1, "buildingID": property_of(id), "leaseID": id,
        "category": "RESIDENTIAL", "type": "Apartment", "status": "Occupied", "totalArea": 700.0,
        "areaUnits": "Sq Ft", "floorNumber": 1, "numberBedrooms": 2.0, "numberBathrooms": 1.0,
        "targetRent": 900 + id % 1_700, "targetDeposit": "900", "publishedForRent": "No", "rentable": true,
        "readyToShow": false, "featured": false,
    })
}
