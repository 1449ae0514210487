//! The company's users, which are its staff and neither owners nor vendors, and its vendors.

use serde_json::{Value, json};

use super::listing::Listing;
use super::names::without_nulls;
use super::oid::{self, oid};
use super::problem::Problem;
use super::reply::{Answer, Reply};
use super::stamps::of_record;
use crate::dialects::endpoint::Request;
use crate::world::{User, UserKind, Vendor, World};

pub(super) fn list(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, &[], &[])?;
    listing.page(staff(world).collect(), |one| one.id, |one| render(world, one))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    Listing::of(request, &[], &[])?;
    let id = oid::read::<User>("id", request.id().unwrap_or_default())?;
    let user = staff(world).find(|one| one.id == id).ok_or_else(|| Problem::no("User"))?;
    Ok(Reply::One(render(world, user)))
}

/// The user whose token it is: the first, because the world does not tell.
pub(super) fn me(world: &World, request: &Request) -> Answer {
    Listing::of(request, &[], &[])?;
    let user = staff(world).find(|one| one.active).ok_or_else(|| Problem::no("User"))?;
    Ok(Reply::One(render(world, user)))
}

pub(super) fn list_vendors(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, &["filter_text", "filter_active"], &[])?;
    let text = listing.part("filter_text");
    let active = listing.word("filter_active", &[("true", true), ("false", false)])?;
    let rows: Vec<&Vendor> = world
        .platform
        .vendors
        .iter()
        .filter(|one| text.as_ref().is_none_or(|part| one.company_name.to_lowercase().contains(part)))
        .filter(|one| active.is_none_or(|active| one.active == active))
        .collect();
    listing.page(rows, |one| one.id, |one| render_vendor(world, one))
}

pub(super) fn get_vendor(world: &World, request: &Request) -> Answer {
    Listing::of(request, &[], &[])?;
    let id = oid::read::<Vendor>("id", request.id().unwrap_or_default())?;
    let vendor = world.get(id).ok_or_else(|| Problem::no("Vendor"))?;
    Ok(Reply::One(render_vendor(world, vendor)))
}

fn staff(world: &World) -> impl Iterator<Item = &User> {
    world.platform.users.iter().filter(|user| user.kind == UserKind::Staff)
}

fn render(world: &World, user: &User) -> Value {
    let name = format!("{} {}", user.first_name, user.last_name);
    let record = json!({
        "id": oid::<User>(user.id),
        "name": name,
        "fullName": name,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "companyName": world.platform.account.name,
        "active": user.active,
        "loginEmail": user.email.clone().unwrap_or_else(|| format!("user{}@example.com", user.id)),
        "role": user.role.as_deref().unwrap_or("Property manager"),
    });
    world.distort("user", user.id, without_nulls(record))
}

fn render_vendor(world: &World, vendor: &Vendor) -> Value {
    let emails: Vec<_> =
        vendor.email.iter().map(|address| json!({ "type": "Primary", "address": address })).collect();
    let record = json!({
        "id": oid::<Vendor>(vendor.id),
        "name": vendor.company_name,
        "fullName": vendor.company_name,
        "companyName": vendor.company_name,
        "emails": emails,
        "phones": [],
        // Not in the vendor's schema, but a filter goes by it.
        "active": vendor.active,
        "createdAt": of_record(world, vendor.created_at),
        "updatedAt": of_record(world, vendor.updated_at),
    });
    world.distort("vendor", vendor.id, without_nulls(record))
}
