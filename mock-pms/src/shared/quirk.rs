use serde::Serialize;

use crate::world::{Switch, World};

/// Something odd that a platform does, and that can be switched, to see what a client makes of it either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Quirk {
    /// Its name in world files and on the command line.
    pub name: &'static str,
    /// Behaviour of the platform while it is on.
    pub on: &'static str,
    /// Behaviour of the platform while it is off.
    pub off: &'static str,
    /// Its state if nobody switches it: that of the real system, as far as is known.
    pub usually: Switch,
}

impl Quirk {
    /// One that is usually there.
    pub const fn usual(name: &'static str, on: &'static str, off: &'static str) -> Self {
        Self { name, on, off, usually: Switch::On }
    }

    /// One that is there only where the world says so.
    pub const fn rare(name: &'static str, on: &'static str, off: &'static str) -> Self {
        Self { usually: Switch::Off, ..Self::usual(name, on, off) }
    }

    /// True if it is on in this world.
    pub fn is_on(&self, world: &World) -> bool {
        let switched = world.platform.account.quirks.get(self.name).copied();
        switched.unwrap_or(self.usually) == Switch::On
    }
}

/// Several dialects have it: a list of which nobody asked for an order.
pub const SHUFFLED_LISTS: Quirk = Quirk::usual(
    "shuffled-lists",
    "A list without an order that tells all its rows apart is in another one for each request.",
    "It is in one order, whatever that is.",
);
