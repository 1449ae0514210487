//! The company's users, and neither owners nor vendors.

use serde_json::{Value, json};

use super::call::Answer;
use super::call::path_id;
use super::resource::Holds::{Flag, Number, Text};
use super::resource::Resource;
use crate::dialects::endpoint::Request;
use crate::world::{Id, User, UserKind, World};

const USERS: Resource = Resource {
    kind: "user",
    key: "UserID",
    fields: &[("UserID", Number), ("Username", Text), ("Name", Text), ("Email", Text), ("IsActive", Flag)],
    embeds: &[],
};

pub(super) fn list(world: &World, request: &Request) -> Answer {
    USERS.page(world, request, all(world))
}

pub(super) fn get(world: &World, request: &Request) -> Answer {
    let id = path_id(request)?;
    USERS.one(world, request, all(world).find(|(known, _)| *known == id))
}

fn all(world: &World) -> impl Iterator<Item = (Id, Value)> {
    let staff = world.platform.users.iter().filter(|user| user.kind == UserKind::Staff);
    staff.map(|user| (user.id, render(user)))
}

fn render(user: &User) -> Value {
    json!({
        "UserID": user.id,
        "Username": format!("{}{}", user.last_name.to_lowercase(), user.id),
        "Name": format!("{} {}", user.first_name, user.last_name),
        "Email": user.email,
        "IsActive": user.active,
    })
}
