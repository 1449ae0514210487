use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of the two systems.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The property management system.
    Platform,
    /// Latchel.
    Latchel,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Platform => "platform",
            Self::Latchel => "latchel",
        })
    }
}

impl FromStr for Side {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "platform" => Ok(Self::Platform),
            "latchel" => Ok(Self::Latchel),
            other => Err(format!("no side {other:?}: platform or latchel")),
        }
    }
}
