use std::collections::BTreeMap;

use serde::Serialize;

use crate::world::{Side, Switch, World};

/// Something odd that a system does, and that can be switched, to see what a client makes of it either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Quirk {
    /// Its name in world files and on the command line.
    pub name: &'static str,
    /// Behaviour of the system while it is on.
    pub on: &'static str,
    /// Behaviour of the system while it is off.
    pub off: &'static str,
    /// Its state if nobody switches it: that of the real system, as far as is known.
    pub usually: Switch,
    /// The system that has it.
    #[serde(skip)]
    pub side: Side,
}

impl Quirk {
    /// One that is usually there.
    pub const fn usual(name: &'static str, on: &'static str, off: &'static str) -> Self {
        Self { name, on, off, usually: Switch::On, side: Side::Platform }
    }

    /// One that is there only where the world says so.
    pub const fn rare(name: &'static str, on: &'static str, off: &'static str) -> Self {
        Self { usually: Switch::Off, ..Self::usual(name, on, off) }
    }

    /// The same, of Latchel instead of the platform.
    pub const fn of_latchel(self) -> Self {
        Self { side: Side::Latchel, ..self }
    }

    /// True if it is on in this world.
    pub fn is_on(&self, world: &World) -> bool {
        world.quirks(self.side).get(self.name).copied().unwrap_or(self.usually) == Switch::On
    }

    /// Switches it in this world.
    pub fn switch(&self, world: &mut World, to: Switch) {
        world.quirks_mut(self.side).insert(self.name.to_owned(), to);
    }
}

impl World {
    /// Oddities of a side that are switched, by name.
    pub fn quirks(&self, side: Side) -> &BTreeMap<String, Switch> {
        match side {
            Side::Platform => &self.platform.account.quirks,
            Side::Latchel => &self.latchel.company.quirks,
        }
    }

    fn quirks_mut(&mut self, side: Side) -> &mut BTreeMap<String, Switch> {
        match side {
            Side::Platform => &mut self.platform.account.quirks,
            Side::Latchel => &mut self.latchel.company.quirks,
        }
    }
}

/// Several dialects have it: a list of which nobody asked for an order.
pub const SHUFFLED_LISTS: Quirk = Quirk::usual(
    "shuffled-lists",
    "A list without an order that tells all its rows apart is in another one for each request.",
    "It is in one order, whatever that is.",
);

/// The Partner API has it: pages of one list that do not fit together.
pub(crate) const UNSTABLE_ORDER: Quirk = Quirk::usual(
    "unstable-order",
    "A list of several pages is in a slightly other order for each request: a walk gets some 5 % of the rows twice, and misses as \
     many.",
    "It is in the order of ids.",
)
.of_latchel();
