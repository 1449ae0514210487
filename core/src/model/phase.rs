use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Kind, Side};

/// The parts of a run, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Properties, platform to Latchel.
    Properties,
    /// Residents, platform to Latchel.
    Residents,
    /// Work orders, platform to Latchel.
    WorkOrdersToLatchel,
    /// Work orders, Latchel to platform.
    WorkOrdersToPlatform,
}

impl Phase {
    /// Every phase, in its order.
    pub const ALL: [Self; 4] =
        [Self::Properties, Self::Residents, Self::WorkOrdersToLatchel, Self::WorkOrdersToPlatform];

    /// The phase's name in JSON and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Properties => "properties",
            Self::Residents => "residents",
            Self::WorkOrdersToLatchel => "work-orders-to-latchel",
            Self::WorkOrdersToPlatform => "work-orders-to-platform",
        }
    }

    /// Reads back what [`Phase::as_str`] wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == name)
    }

    /// The phases that a schedule asks for together with it, itself among them, in their order.
    pub fn part(self) -> [Self; 2] {
        match self {
            Self::Properties | Self::Residents => [Self::Properties, Self::Residents],
            Self::WorkOrdersToLatchel | Self::WorkOrdersToPlatform => {
                [Self::WorkOrdersToLatchel, Self::WorkOrdersToPlatform]
            }
        }
    }

    /// The kind of record it syncs.
    pub fn kind(self) -> Kind {
        match self {
            Self::Properties => Kind::Property,
            Self::Residents => Kind::Resident,
            Self::WorkOrdersToLatchel | Self::WorkOrdersToPlatform => Kind::WorkOrder,
        }
    }

    /// The side whose records it goes through.
    pub fn source(self) -> Side {
        match self {
            Self::WorkOrdersToPlatform => Side::Latchel,
            _ => Side::Platform,
        }
    }

    /// Direction of its data.
    pub fn direction(self) -> Direction {
        match self.source() {
            Side::Platform => Direction::ToLatchel,
            Side::Latchel => Direction::ToPlatform,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Properties => "properties → Latchel",
            Self::Residents => "residents → Latchel",
            Self::WorkOrdersToLatchel => "work orders → Latchel",
            Self::WorkOrdersToPlatform => "work orders → platform",
        })
    }
}

/// Direction of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the platform to Latchel.
    ToLatchel,
    /// From Latchel to the platform.
    ToPlatform,
}
