//! Deeds of people in both systems, at any time, also while runs go on.

mod latchel;
mod properties;
mod residents;
mod work_orders;

use super::account::Account;
use super::chance::Chance;

type Deed = fn(&Account, &mut Chance) -> Option<String>;

/// Each deed with how often it is done.
const DEEDS: &[(&str, usize, Deed)] = &[
    ("hides or shows a property", 6, properties::hide_or_show),
    ("renames a property", 2, properties::rename),
    ("changes an address", 2, properties::change_address),
    ("adds a property", 3, properties::add_property),
    ("hides every property", 1, properties::hide_all),
    ("removes a property", 2, properties::remove_property),
    ("moves a unit with its leases", 1, properties::move_unit),
    ("makes a property unreachable", 1, properties::make_unreachable),
    ("merges two properties", 1, properties::merge),
    ("notes a move", 6, residents::note_move),
    ("renews a stay or notes another unit", 4, residents::go_on),
    ("takes back a stay to come", 2, residents::take_back),
    ("adds a resident", 2, residents::add_resident),
    ("takes a resident off the lease", 2, residents::remove_resident),
    ("changes contact data", 2, residents::change_contact),
    ("makes a work order", 4, work_orders::make_work_order),
    ("assigns a work order", 4, work_orders::assign),
    ("closes or opens a work order", 4, work_orders::close_or_open),
    ("removes a work order", 1, work_orders::remove_work_order),
    ("copies a title with its marker", 1, work_orders::copy_marker),
    ("asks Latchel for work", 6, latchel::make_job),
    ("moves a Latchel work order on", 7, latchel::set_state),
    ("archives a Latchel work order", 1, latchel::archive),
    ("changes a number in Latchel", 1, latchel::change_number),
    ("switches a property in Latchel", 3, latchel::switch_property),
    ("sets a sync method in Latchel", 1, latchel::set_method),
    ("switches a resident in Latchel", 2, latchel::switch_resident),
    ("changes a date in Latchel", 1, latchel::change_date),
];

/// Does something.
pub fn act(account: &Account, chance: &mut Chance) {
    let mut which = chance.below(DEEDS.iter().map(|(_, weight, _)| weight).sum());
    for (name, weight, deed) in DEEDS {
        if which < *weight {
            if let Some(detail) = deed(account, chance) {
                account.tally.deed(name);
                let who = format!("{}/people", account.settings.name);
                account.log.say(account.clock, &who, || format!("somebody {name}: {detail}"));
            }
            return;
        }
        which -= weight;
    }
}
