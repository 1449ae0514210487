//! The company's users, with the properties that they can reach as an embedded part, and its owners. Vendors are neither.

use serde_json::{Value, json};

use super::call::Answer;
use super::call::{embeds, path_id};
use super::problem::Problem;
use super::quirks::PRIVATE_REACH;
use super::resource::Holds::{Flag, Number, Text};
use super::resource::Resource;
use crate::dialects::endpoint::{self, Request};
use crate::world::{Id, User, UserKind, World};

/// The part of a user that has the properties that the user can reach.
const REACH: &str = "UserProperties";

const USERS: Resource = Resource {
    fields: &[("UserID", Number), ("Username", Text), ("Name", Text), ("Email", Text), ("IsActive", Flag)],
    embeds: &[REACH],
    ..Resource::of("user", "UserID")
};

const OWNERS: Resource = Resource {
    fields: &[
        ("OwnerID", Number),
        ("OwnerDisplayID", Number),
        ("Name", Text),
        ("FirstName", Text),
        ("LastName", Text),
        ("IsActive", Flag),
    ],
    ..Resource::of("owner", "OwnerID")
};

pub(super) fn list(world: &World, request: &Request) -> Answer {
    admit(request)?;
    USERS.page(world, request, all(world, UserKind::Staff).map(|one| (one.id, user(world, one))))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    admit(request)?;
    let found = one(world, UserKind::Staff, path_id(request)?);
    USERS.one(world, request, found.map(|one| (one.id, user(world, one))))
}

pub(super) fn list_owners(world: &World, request: &Request) -> Answer {
    OWNERS.page(world, request, all(world, UserKind::RentalOwner).map(|one| (one.id, owner(one))))
}

pub(super) fn get_owner(world: &World, request: &Request) -> Answer {
    let found = one(world, UserKind::RentalOwner, path_id(request)?);
    OWNERS.one(world, request, found.map(|one| (one.id, owner(one))))
}

/// Refuses whoever asks for what only others may see.
fn admit(request: &Request) -> Result<(), Problem> {
    let is_private = request.has(&PRIVATE_REACH) && embeds(request, REACH);
    if is_private { Err(endpoint::Problem::forbidden(REACH)) } else { Ok(()) }
}

fn all(world: &World, kind: UserKind) -> impl Iterator<Item = &User> {
    world.platform.users.iter().filter(move |user| user.kind == kind)
}

fn one(world: &World, kind: UserKind, id: Id) -> Option<&User> {
    world.get::<User>(id).filter(|user| user.kind == kind)
}

fn name(user: &User) -> String {
    format!("{} {}", user.first_name, user.last_name)
}

fn user(world: &World, user: &User) -> Value {
    let all = || world.platform.properties.iter().map(|property| property.id).collect();
    let reach: Vec<Id> = user.property_ids.clone().unwrap_or_else(all);
    let reach = reach.into_iter().map(|property| json!({"UserID": user.id, "PropertyID": property}));
    json!({
        "UserID": user.id,
        "Username": format!("{}{}", user.last_name.to_lowercase(), user.id),
        "Name": name(user),
        "Email": user.email,
        "IsActive": user.active,
        "UserProperties": reach.collect::<Vec<_>>(),
    })
}

fn owner(user: &User) -> Value {
    json!({
        "OwnerID": user.id,
        "OwnerDisplayID": user.id,
        "Name": name(user),
        "FirstName": user.first_name,
        "LastName": user.last_name,
        "IsActive": user.active,
    })
}
