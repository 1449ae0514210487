//! Contacts: tenants, vendors and maintenance technicians, each in a list of its own. There is no list of the staff, so
//! that whom a work order can be assigned to is seen by the technicians alone; that their `userID` is told is this
//! imitation's choice.

use serde_json::{Value, json};

use super::listing::{Listing, PER_PAGE};
use super::names::{self, STAFF, VENDORS, flag, id, stamp};
use super::reply::Answer;
use crate::dialects::endpoint::Request;
use crate::world::{Tenant, User, UserKind, Vendor, World};

pub(super) fn tenants(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, PER_PAGE, &[])?;
    let render = |one: &&Tenant| {
        let record = json!({
            "contactID": id(one.id),
            "name": names::tenant_name(one),
            "firstName": one.first_name,
            "lastName": one.last_name,
            "email": one.email,
            "phone": names::phone(&one.phones),
            "isActive": flag(true),
            "dateTimeCreated": stamp(one.created_at),
            "dateTimeModified": stamp(one.updated_at),
        });
        json!({ "contact": world.distort("tenant", one.id, record) })
    };
    listing.page(world.platform.tenants.iter().collect(), |one| one.id, render)
}

pub(super) fn vendors(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, PER_PAGE, &[])?;
    let render = |one: &&Vendor| json!({ "contact": vendor(world, one) });
    listing.page(world.platform.vendors.iter().collect(), |one| one.id, render)
}

pub(super) fn vendor(world: &World, one: &Vendor) -> Value {
    let record = json!({
        "contactID": id(one.id + VENDORS),
        "name": one.company_name,
        "email": one.email,
        "isActive": flag(one.active),
    });
    world.distort("vendor", one.id, record)
}

pub(super) fn technicians(world: &World, request: &Request) -> Answer {
    let listing = Listing::of(request, PER_PAGE, &[])?;
    let render = |one: &&User| {
        let record = json!({
            "contactID": id(one.id + STAFF),
            "userID": id(one.id),
            "name": names::full_name(&one.first_name, &one.last_name),
            "email": one.email,
            "isActive": flag(one.active),
        });
        json!({ "contact": world.distort("technician", one.id, record) })
    };
    let staff = world.platform.users.iter().filter(|user| user.kind == UserKind::Staff);
    listing.page(staff.collect(), |one| one.id, render)
}
