//! The company's users: its staff, and neither owners nor vendors.

use serde_json::{Value, json};

use super::listing::Listing;
use super::names::without_nulls;
use super::oid::{self, oid};
use super::problem::Problem;
use super::reply::{Answer, Reply};
use crate::dialects::endpoint::Request;
use crate::world::{User, UserKind, World};

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
