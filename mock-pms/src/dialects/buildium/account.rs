//! The account behind the key.

use serde_json::json;

use super::call::{Answer, Call, Reply};
use crate::world::World;

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.query.check(&[], &[])?;
    let account = &world.platform.account;
    let record = json!({
        "Id": account.id,
        "CompanyName": account.name,
        "Url": null,
        "Contact": null,
        "AccountingSettings": null,
    });
    Ok(Reply::One(world.distort("account", account.id, record)))
}
