//! The company and its portfolios.

use serde_json::{Value, json};

use super::call::{Answer, Call, Reply};
use super::listing::Listing;
use crate::world::{Portfolio, World};

pub(super) fn get(world: &World, call: &Call) -> Answer {
    call.check_query(&[])?;
    let company = &world.latchel.company;
    let answer = json!({ "company_id": company.id, "name": company.name });
    Ok(Reply::Found(world.distort("company", company.id, answer)))
}

pub(super) fn portfolios(world: &World, call: &Call) -> Answer {
    let listing = Listing::of::<Portfolio>(call, &[])?;
    listing.page::<Portfolio>(world, |_| true, render).reply()
}

pub(super) fn render(world: &World, portfolio: &Portfolio) -> Value {
    let record = json!({
        "portfolio_id": portfolio.id,
        "name": portfolio.name,
        "integration_sync_method": portfolio.integration_sync_method,
    });
    world.distort("portfolio", portfolio.id, record)
}
