//! Buildium's lists (`contracts/`): rentals, units, tenants and leases, whole as the API's description shows them.

use std::ops::RangeInclusive;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::lists::Render;
use super::units::{names, person, property_of, units_of};

/// The filter by the last change.
pub const SINCE: &str = "lastupdatedfrom";

const RENTALS: &str = "v1/rentals";
const UNITS: &str = "v1/rentals/units";
const TENANTS: &str = "v1/leases/tenants";
const LEASES: &str = "v1/leases";

/// The path of each list with the renderer and the number of its rows.
pub fn lists(units: u64, residents: u64) -> Vec<(&'static str, Render, u64)> {
    let rentals = if units == 0 { 0 } else { property_of(units) };
    vec![
        (RENTALS, rental as Render, rentals),
        (UNITS, unit, units),
        (TENANTS, tenant, residents),
        (LEASES, lease, residents),
        ("v1/tasks", unit, 0),
        ("v1/workorders", unit, 0),
        ("v1/users", user, 1),
        ("v1/propertygroups", unit, 0),
        ("v1/vendors", unit, 0),
    ]
}

/// Ids of the rows that a filter selects; `None` if it is no filter of the list.
pub fn selected(list: &str, name: &str, value: u64) -> Option<RangeInclusive<u64>> {
    match (list, name) {
        (RENTALS, "propertyids") | (TENANTS, "unitids") => Some(value..=value),
        (UNITS | TENANTS, "propertyids") => Some(units_of(value)),
        _ => None,
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn address(id: u64) -> Value {
    let names = names(id);
    json!({
        "AddressLine1": names.line1, "AddressLine2": null, "AddressLine3": null, "City": names.city,
        "State": names.state, "PostalCode": names.postal_code, "Country": "UnitedStates",
    })
}

fn rental(id: u64, _at: DateTime<Utc>, suffix: &str) -> Value {
    let first = *units_of(id).start();
    json!({
        "Id": id, "Name": format!("{}{suffix}", names(first).property), "StructureDescription": null,
        "NumberUnits": 8, "IsActive": true, "OperatingBankAccountId": 1, "Reserve": 0.0,
        "Address": address(first), "YearBuilt": 1970 + id % 50, "RentalType": "Residential",
        "RentalSubType": "MultiFamily",
        "RentalManager": {
            "Id": 5, "FirstName": "Mia", "LastName": "Manager", "CompanyName": null, "IsCompany": false,
            "ProfilePhotoUrl": null, "Email": "mia@example.com",
            "PhoneNumbers": [{"Number": "(503) 555-0100", "Type": "Office"}],
        },
    })
}

fn unit(id: u64, _at: DateTime<Utc>, suffix: &str) -> Value {
    let names = names(id);
    json!({
        "Id": id, "PropertyId": property_of(id), "BuildingName": names.property,
        "UnitNumber": format!("{}{suffix}", names.unit), "Description": null, "MarketRent": 900 + id % 1_700,
        "Address": address(id), "UnitBedrooms": "TwoBed", "UnitBathrooms": "OneBath", "UnitSize": 700 + id % 400,
        "IsUnitListed": false, "IsUnitOccupied": true,
    })
}

/// The user in whose name a sync creates work orders.
fn user(id: u64, _at: DateTime<Utc>, suffix: &str) -> Value {
    json!({
        "Id": id, "UserTypes": ["Staff"], "IsActive": true, "FirstName": "Team", "LastName": format!("Latchel{suffix}"),
        "Email": "team@example.com", "AlternateEmail": null, "PhoneNumbers": [], "UserRole": {"Id": 1, "Name": "Staff"},
        "LastLogin": null,
    })
}

fn tenant(id: u64, at: DateTime<Utc>, suffix: &str) -> Value {
    let (first, last) = person(id);
    json!({
        "Id": id, "FirstName": first, "LastName": format!("{last}{suffix}"),
        "Email": format!("resident{id}@example.com"), "AlternateEmail": null,
        "PhoneNumbers": [{"Number": format!("(503) 555-{:04}", id % 10_000), "Type": "Cell"}],
        "CreatedDateTime": "2024-04-20T09:30:00Z", "EmergencyContact": null, "DateOfBirth": null, "Address": address(id),
        "AlternateAddress": null, "MailingPreference": "PrimaryAddress", "Leases": [lease(id, at, "")],
        "Comment": null, "TaxId": null, "SMSOptInStatus": "Pending",
    })
}

fn lease(id: u64, at: DateTime<Utc>, _suffix: &str) -> Value {
    json!({
        "Id": id, "PropertyId": property_of(id), "UnitId": id, "UnitNumber": names(id).unit,
        "LeaseFromDate": "2024-05-01", "LeaseToDate": null, "LeaseType": "AtWill", "LeaseStatus": "Active",
        "IsEvictionPending": false, "TermType": "AtWill", "RenewalOfferStatus": "NotSet",
        "CurrentNumberOfOccupants": 1, "AccountDetails": null, "AutomaticallyMoveOutTenants": false,
        "Tenants": [{"Id": id, "Status": "Current", "MoveInDate": "2024-05-01"}], "MoveOutData": [],
        "PaymentDueDay": 1, "CreatedDateTime": "2024-04-20T09:30:00Z", "LastUpdatedDateTime": stamp(at),
    })
}
