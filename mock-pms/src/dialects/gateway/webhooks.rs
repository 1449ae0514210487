//! Looks of records in Latchel's webhooks behind a gateway, which passes them on as they are.

use super::{company, jobs, properties, residents};
use crate::dialects::latchel::webhooks::{Looks, without};
use crate::webhooks::changes::Change;
use crate::webhooks::message::{Message, Proof};

/// Fields of a resident that Latchel knows and does not tell in webhooks.
const UNTOLD: [&str; 7] =
    ["email", "phone", "ref_property_id", "ref_unit_id", "property_id", "move_in_date", "move_out_date"];

const LOOKS: Looks = Looks {
    job: jobs::render,
    property: properties::render,
    resident: |world, resident| without(residents::render(world, resident), &UNTOLD),
    portfolio: company::render,
};

pub(crate) fn messages(change: &Change<'_>, proof: Proof<'_>) -> Vec<Message> {
    LOOKS.message(change, proof).into_iter().collect()
}
