//! Trades of vendors. The documents have them bare; live they are in envelopes, like everything.

use serde_json::json;

use super::listing::{Listing, PER_PAGE};
use super::names::{flag, id};
use super::reply::Answer;
use crate::dialects::endpoint::Request;
use crate::shared::quirk::Quirk;
use crate::world::{Id, World};

pub(super) const BARE_TRADES: Quirk = Quirk::rare(
    "bare-vendor-trades",
    "A vendor trade is a row by itself.",
    "It is in an envelope, `{\"vendorTrade\": {...}}`.",
);

/// This account's trades.
const TRADES: [(Id, &str); 4] =
    [(3101, "General Maintenance"), (3102, "Plumbing"), (3103, "Electrical"), (3104, "HVAC")];

pub(super) fn list(world: &World, request: &Request) -> Answer {
    let render = |(trade, name): &(Id, &str)| {
        let record = json!({ "vendorTradeID": id(*trade), "name": name, "isActive": flag(true) });
        let record = world.distort("vendor_trade", *trade, record);
        if request.has(&BARE_TRADES) { record } else { json!({ "vendorTrade": record }) }
    };
    Listing::of(request, PER_PAGE, &[])?.page(TRADES.to_vec(), |(trade, _)| *trade, render)
}
