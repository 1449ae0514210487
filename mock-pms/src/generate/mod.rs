//! Makes worlds of any size: the same for the same units, seed and time.

mod filling;
mod foreign;
mod maker;
mod spelling;

use std::str::FromStr;

use chrono::{DateTime, Utc};

pub use self::filling::{Filling, Foreign};
use self::maker::Maker;
use crate::world::World;

/// Specification of the world to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GenerateSpec {
    /// About how many rentable units.
    pub units: u32,
    /// Seed of chance.
    pub seed: u64,
    /// The world's time.
    pub now: DateTime<Utc>,
}

/// Reason why a text such as `units=2000,seed=7` is no specification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenerateSpecError {
    /// A key that nobody knows.
    #[error("unknown key {0:?}; known: units, seed, now, latchel")]
    UnknownKey(String),
    /// A part without `=`.
    #[error("{0:?} is not KEY=VALUE")]
    NoValue(String),
    /// A value that cannot be read.
    #[error("{key}: {value:?} is not {expected}")]
    BadValue {
        /// The key.
        key: &'static str,
        /// Its value.
        value: String,
        /// Description of a good value.
        expected: &'static str,
    },
}

impl GenerateSpec {
    /// Reads `units=2000,seed=7,latchel=half+stale`; what is left out is 200 units, seed 1, the given time, and a Latchel
    /// that is filled by nobody else.
    ///
    /// # Errors
    /// Names the part that cannot be read.
    pub fn parse(text: &str, now: DateTime<Utc>) -> Result<(Self, Filling), GenerateSpecError> {
        let mut spec = Self { units: 200, seed: 1, now };
        let mut filling = Filling::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) =
                part.split_once('=').ok_or_else(|| GenerateSpecError::NoValue(part.to_owned()))?;
            match key.trim() {
                "units" => spec.units = read("units", value, "a whole number")?,
                "seed" => spec.seed = read("seed", value, "a whole number")?,
                "now" => spec.now = read("now", value, "an instant such as 2026-03-02T15:00:00Z")?,
                "latchel" => filling = read("latchel", value, Filling::WORDS)?,
                other => return Err(GenerateSpecError::UnknownKey(other.to_owned())),
            }
        }
        Ok((spec, filling))
    }
}

fn read<T: FromStr>(key: &'static str, value: &str, expected: &'static str) -> Result<T, GenerateSpecError> {
    value.trim().parse().map_err(|_| GenerateSpecError::BadValue { key, value: value.to_owned(), expected })
}

impl World {
    /// Makes a world. Some of its records are older than three days, some are known to Latchel already, and some
    /// of those differ there.
    #[expect(
        clippy::expect_used,
        reason = "the generator writes the world file's own shape; a test makes many worlds"
    )]
    pub fn generate(spec: &GenerateSpec) -> Self {
        let mut maker = Maker::new(spec);
        maker.make(spec.units);
        serde_json::from_value(maker.finish()).expect("a generated world is a world")
    }
}
