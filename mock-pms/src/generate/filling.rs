use std::str::FromStr;

use super::foreign;
use crate::world::World;

/// Records that a world's Latchel is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filling {
    /// Some of the platform's records under the platform's ids, as a sync of ours leaves them half-way.
    #[default]
    Own,
    /// The platform's records under references of another program's own.
    Foreign(Foreign),
}

/// Records that another program left in Latchel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Foreign {
    /// Half of the platform's rentable units are there, instead of all.
    pub half: bool,
    /// Some references are to what the platform has no more.
    pub stale: bool,
    /// Some units are there twice.
    pub doubled: bool,
    /// Some records have no references.
    pub bare: bool,
    /// The references are the world's ids, as AppFolio's own link has those that the Reports API shows.
    pub known: bool,
}

impl Filling {
    /// Spellings of one, for people.
    pub(super) const WORDS: &str =
        "own, foreign, or half, stale, doubled, bare and known with + between them";
}

impl FromStr for Filling {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "own" {
            return Ok(Self::Own);
        }
        let mut foreign = Foreign::default();
        for word in text.split('+') {
            match word {
                "foreign" => {}
                "half" => foreign.half = true,
                "stale" => foreign.stale = true,
                "doubled" => foreign.doubled = true,
                "bare" => foreign.bare = true,
                "known" => foreign.known = true,
                _ => return Err(format!("{text:?} is not {}", Self::WORDS)),
            }
        }
        Ok(Self::Foreign(foreign))
    }
}

impl World {
    /// Fills Latchel with the platform's records as another program would have, in the place of what it has; the same for
    /// the same world and seed. [`Filling::Own`] leaves it as it is.
    pub fn fill_latchel(&mut self, filling: Filling, seed: u64) {
        match filling {
            Filling::Own => {}
            Filling::Foreign(how) => foreign::fill(self, how, seed),
        }
    }
}
