use latchel_sync_core::model::{Need, PropertyId, Reason};
use serde::Serialize;

/// Causes for which records need somebody, or time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Causes {
    /// Those that are named.
    pub named: Vec<Cause>,
    /// Number of all that need somebody, named or not.
    pub need_somebody: u64,
    /// Number of all that need time alone.
    pub need_time: u64,
}

/// A cause, to which the records that wait were followed, and how many it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Reason for it.
    pub why: Why,
    /// Property where the remedy is, or whose unit is; `None` where the cause is the same at every property.
    pub property: Option<PropertyId>,
    /// Names of the first and the last of its units, in the order of names, as far as the ledger has any.
    pub labels: Option<(String, String)>,
    /// Key of its first unit, as [`PropertyRef::key`](latchel_sync_core::model::PropertyRef::key) writes it.
    pub first: Option<String>,
    /// Particulars that the reason leaves open, if they are the same wherever it is met.
    pub detail: Option<String>,
    /// Number of properties with it.
    pub properties: u64,
    /// Number of residents with it, and of those that wait for a property with it.
    pub residents: u64,
    /// Number of work orders, likewise.
    pub work_orders: u64,
}

/// Reason for which records need something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Why {
    /// A record's own reason, or that of the property that it waits for.
    Reason(Reason),
    /// They wait for a property that no run has seen.
    PropertyUnseen,
    /// They are work orders that name no unit, at a property with several.
    UnitMissing,
    /// They wait for a property that is on the other side by now.
    PropertyArrived,
}

impl Why {
    /// Its code: that of the reason, or a word of its own.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reason(reason) => reason.code(),
            Self::PropertyUnseen => "property_unseen",
            Self::UnitMissing => "unit_missing",
            Self::PropertyArrived => "property_arrived",
        }
    }

    /// Reads back what [`Why::code`] wrote.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::PropertyUnseen, Self::UnitMissing, Self::PropertyArrived]
            .into_iter()
            .find(|why| why.code() == code)
            .or_else(|| Reason::from_code(code).map(Self::Reason))
    }

    /// Thing that the records need.
    pub fn need(self) -> Need {
        match self {
            Self::Reason(reason) => reason.need().unwrap_or(Need::Somebody),
            Self::PropertyUnseen | Self::UnitMissing => Need::Somebody,
            Self::PropertyArrived => Need::Time,
        }
    }
}
