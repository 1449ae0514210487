//! Users and vendors. Users who have left are listed and said to be inactive, and nothing says when one changed.

use chrono::DateTime;
use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::listing::Listing;
use super::names::{Kind, instant, uuid};
use crate::world::{User, UserKind, Vendor, World};

pub(super) fn users(world: &World, call: &Call) -> Answer {
    let listing = Listing::of(call, &["Id"])?;
    let ids = listing.ids("Id", Kind::User)?;
    let rows = world
        .platform
        .users
        .iter()
        .filter(|u| u.kind == UserKind::Staff && listing.holds(DateTime::UNIX_EPOCH))
        .filter(|u| ids.as_ref().is_none_or(|ids| ids.contains(&u.id)))
        .collect();
    listing.page_of("users", rows, |user| render_user(world, user))
}

pub(super) fn vendors(world: &World, call: &Call) -> Answer {
    let listing = Listing::of(call, &["Id", "IncludeHidden"])?;
    let ids = listing.ids("Id", Kind::Vendor)?;
    let hidden = listing.with_hidden_beside_properties()?;
    let rows = world
        .platform
        .vendors
        .iter()
        .filter(|v| listing.holds(v.updated_at) && (hidden || v.active))
        .filter(|v| ids.as_ref().is_none_or(|ids| ids.contains(&v.id)))
        .collect();
    listing.page_of("vendors", rows, |vendor| render_vendor(world, vendor))
}

fn render_user(world: &World, user: &User) -> Value {
    let record = json!({
        "Id": uuid(Kind::User, user.id),
        "Email": user.email,
        "FirstName": user.first_name,
        "LastName": user.last_name,
        "UserRole": user.role,
        "Active": user.active,
        "LastUpdatedAt": instant(DateTime::UNIX_EPOCH),
    });
    world.distort("user", user.id, record)
}

fn render_vendor(world: &World, vendor: &Vendor) -> Value {
    let record = json!({
        "Id": uuid(Kind::Vendor, vendor.id),
        "IsCompany": true,
        "CompanyName": vendor.company_name,
        "Email": vendor.email,
        "HiddenAt": (!vendor.active).then(|| instant(vendor.updated_at)),
        "LastUpdatedAt": instant(vendor.updated_at),
    });
    world.distort("vendor", vendor.id, record)
}
