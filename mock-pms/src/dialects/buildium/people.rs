//! Users and vendors.

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::Listing;
use super::names::{ACTIVE, USER_KIND, word};
use super::problem::Problem;
use crate::world::{User, Vendor, World};

const USER_FIELDS: &[&str] = &[
    "Id",
    "UserTypes",
    "IsActive",
    "LastLogin",
    "FirstName",
    "LastName",
    "CompanyName",
    "Email",
    "AlternateEmail",
    "PhoneNumbers",
    "UserRole",
    "IsCompany",
];

const VENDOR_FIELDS: &[&str] = &[
    "Id",
    "IsCompany",
    "IsActive",
    "FirstName",
    "LastName",
    "PrimaryEmail",
    "AlternateEmail",
    "CompanyName",
    "PhoneNumbers",
    "Website",
    "Category",
    "Address",
    "VendorInsurance",
    "Comments",
    "AccountNumber",
    "ExpenseGLAccountId",
    "TaxInformation",
];

pub(super) fn users(world: &World, call: &Call) -> Answer {
    let query = &call.query;
    query.check(&["usertypes", "status", "name", "email", "orderby", "offset", "limit"], &["roleids"])?;
    let listing = Listing::of(call, USER_FIELDS)?;
    let kinds = query.words("usertypes", USER_KIND)?;
    let status = query.word("status", ACTIVE)?;
    let name = query.part("name");
    let email = query.part("email");
    let rows = world
        .platform
        .users
        .iter()
        .filter(|u| kinds.as_ref().is_none_or(|kinds| kinds.contains(&u.kind)))
        .filter(|u| status.is_none_or(|active| u.active == active))
        .filter(|u| {
            let full = format!("{} {}", u.first_name, u.last_name).to_lowercase();
            name.as_ref().is_none_or(|part| full.contains(part))
        })
        .filter(|u| email.as_ref().is_none_or(|part| has(u.email.as_deref(), part)))
        .collect();
    listing.page(rows, |user| render_user(world, user))
}

pub(super) fn user(world: &World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let user: &User = world.get(call.id("user")?).ok_or_else(|| Problem::no("user"))?;
    Ok(Reply::One(render_user(world, user)))
}

pub(super) fn vendors(world: &World, call: &Call) -> Answer {
    let query = &call.query;
    query.check(
        &["status", "email", "name", "lastupdatedfrom", "lastupdatedto", "orderby", "offset", "limit"],
        &["website", "phone", "insuranceexpiration"],
    )?;
    let listing = Listing::of(call, VENDOR_FIELDS)?;
    let status = query.word("status", ACTIVE)?;
    let name = query.part("name");
    let email = query.part("email");
    let updated = query.updated()?;
    let rows = world
        .platform
        .vendors
        .iter()
        .filter(|v| status.is_none_or(|active| v.active == active))
        .filter(|v| name.as_ref().is_none_or(|part| has(Some(&v.company_name), part)))
        .filter(|v| email.as_ref().is_none_or(|part| has(v.email.as_deref(), part)))
        .filter(|v| updated.holds(&v.updated_at))
        .collect();
    listing.page(rows, |vendor| render_vendor(world, vendor))
}

pub(super) fn vendor(world: &World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let vendor: &Vendor = world.get(call.id("vendor")?).ok_or_else(|| Problem::no("vendor"))?;
    Ok(Reply::One(render_vendor(world, vendor)))
}

fn has(text: Option<&str>, part: &str) -> bool {
    text.is_some_and(|text| text.to_lowercase().contains(part))
}

fn render_user(world: &World, user: &User) -> Value {
    let role = user
        .role
        .as_ref()
        .map(|name| json!({ "Id": 1, "Name": name, "Description": null, "NumberOfUsers": 1 }));
    let record = json!({
        "Id": user.id,
        "UserTypes": [word(USER_KIND, &user.kind)],
        "IsActive": user.active,
        "LastLogin": null,
        "FirstName": user.first_name,
        "LastName": user.last_name,
        "CompanyName": null,
        "Email": user.email,
        "AlternateEmail": null,
        "PhoneNumbers": [],
        "UserRole": role,
        "IsCompany": false,
    });
    world.distort("user", user.id, record)
}

fn render_vendor(world: &World, vendor: &Vendor) -> Value {
    let record = json!({
        "Id": vendor.id,
        "IsCompany": true,
        "IsActive": vendor.active,
        "FirstName": null,
        "LastName": null,
        "PrimaryEmail": vendor.email,
        "AlternateEmail": null,
        "CompanyName": vendor.company_name,
        "PhoneNumbers": [],
        "Website": null,
        "Category": null,
        "Address": null,
        "VendorInsurance": null,
        "Comments": null,
        "AccountNumber": null,
        "ExpenseGLAccountId": null,
        "TaxInformation": null,
    });
    world.distort("vendor", vendor.id, record)
}
