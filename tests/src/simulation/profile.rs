//! Profile of an account's platform: one that there is an adapter for, or one by chance.

use std::time::Duration;

use adapters as _;
use latchel_sync_core::registry::{PlatformAdapter, platforms};
use latchel_sync_core::{Capabilities, ChangeFilter};

use super::account::{Face, Habits, Stamps};
use super::chance::Chance;
use super::quoted::Keeps;

/// Time by which a list that cannot be narrowed to an instant begins before the window.
const SUPERSET: Duration = Duration::from_secs(30 * 3_600);

/// A platform's capabilities, and how both of the account's systems behave.
pub struct Profile {
    /// Whose they are.
    pub name: &'static str,
    pub capabilities: Capabilities,
    pub habits: Habits,
}

/// The names of all profiles, sorted.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = platforms().iter().map(|adapter| adapter.name).chain([BY_CHANCE]).collect();
    names.sort_unstable();
    names
}

const BY_CHANCE: &str = "(by chance)";

/// A profile by chance; `all` is what a platform can do that can do everything.
pub fn profile(chance: &mut Chance, all: Capabilities) -> Profile {
    if chance.percent(50) {
        return by_chance(chance, all);
    }
    let adapter = chance.pick(&platforms());
    like(chance, adapter)
}

/// As far as capabilities tell: its dialect and its paging are tried by the end-to-end tests.
fn like(chance: &mut Chance, adapter: &PlatformAdapter) -> Profile {
    let capabilities = adapter.capabilities;
    let lists = [capabilities.properties_since, capabilities.residents_since, capabilities.work_orders_since];
    let whole = lists.contains(&ChangeFilter::None);
    Profile {
        name: adapter.name,
        // The world always has its groups.
        capabilities: Capabilities { property_groups: true, ..capabilities },
        habits: Habits {
            stamps: if whole && chance.percent(50) { Stamps::Fingerprints } else { Stamps::Instants },
            superset: if lists == [ChangeFilter::Instant; 3] { Duration::ZERO } else { SUPERSET },
            ..habits(chance, capabilities.visibility_delay)
        },
    }
}

fn by_chance(chance: &mut Chance, all: Capabilities) -> Profile {
    let declared_lag = if chance.percent(30) { Duration::from_secs(600) } else { Duration::ZERO };
    Profile {
        name: BY_CHANCE,
        capabilities: Capabilities {
            create_work_order: !chance.percent(12),
            assign_user: !chance.percent(20),
            set_cancelled: !chance.percent(15),
            refuses_at_inactive: chance.percent(15),
            refuses_unassigned: chance.percent(15),
            knows_reach: !chance.percent(30),
            visibility_delay: declared_lag,
            ..all
        },
        habits: habits(chance, declared_lag),
    }
}

fn habits(chance: &mut Chance, declared_lag: Duration) -> Habits {
    Habits {
        stamps: if chance.percent(30) { Stamps::Fingerprints } else { Stamps::Instants },
        superset: if chance.percent(40) { SUPERSET } else { Duration::ZERO },
        lag: declared_lag / if chance.percent(50) { 2 } else { 10 },
        declared_lag,
        keeps: chance.pick(&[Keeps::Field, Keeps::Title, Keeps::Description]),
        face: face(chance),
    }
}

/// A third can only list: some in one go, some a few pages a run.
fn face(chance: &mut Chance) -> Face {
    if !chance.percent(33) {
        return Face::Whole;
    }
    Face::Lists {
        rows: chance.pick(&[2, 3, 10]),
        calls: chance.pick(&[6, 20, 600]),
        closed: chance.percent(60),
    }
}
