//! Identifiers as newtypes, so that one can never stand in for another.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Defines a newtype for an identifier of the platform, which the platform alone gives meaning to.
macro_rules! platform_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the identifier as the platform spells it.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The identifier as the platform spells it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

/// Defines a newtype for an integer identifier of Latchel.
macro_rules! latchel_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    )*};
}

platform_id! {
    /// A property on the platform.
    PropertyId;
    /// A unit of a property on the platform.
    UnitId;
    /// A resident (tenant, contact) on the platform; `ref_user_id` in Latchel.
    ResidentId;
    /// A work order on the platform; `ref_job_id` in Latchel.
    WorkOrderId;
    /// A user (staff, never a vendor) of the platform.
    UserId;
    /// A group or portfolio of properties on the platform.
    GroupId;
}

latchel_id! {
    /// A property in Latchel (`property_id`).
    LatchelPropertyId;
    /// A resident in Latchel (`user_id`).
    LatchelResidentId;
    /// A work order in Latchel (`job_id`).
    JobId;
    /// A portfolio in Latchel (`portfolio_id`).
    PortfolioId;
}

/// The identity of a rentable unit: `ref_property_id` + `ref_unit_id`. A property without units is its own unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PropertyRef {
    /// The property.
    pub property: PropertyId,
    /// The unit, where the property has units.
    pub unit: Option<UnitId>,
}

impl PropertyRef {
    /// The rentable unit `unit` of `property`, or the property itself.
    pub fn new(property: PropertyId, unit: Option<UnitId>) -> Self {
        Self { property, unit }
    }

    /// The reference as one text, `PROPERTY` or `PROPERTY/UNIT`, with `/` and `%` inside an id escaped.
    pub fn key(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{}/{}", escape(self.property.as_str()), escape(unit.as_str())),
            None => escape(self.property.as_str()).into_owned(),
        }
    }

    /// Reads back what [`PropertyRef::key`] wrote.
    pub fn from_key(key: &str) -> Self {
        match key.split_once('/') {
            Some((property, unit)) => {
                Self::new(PropertyId::new(unescape(property)), Some(UnitId::new(unescape(unit))))
            }
            None => Self::new(PropertyId::new(unescape(key)), None),
        }
    }
}

impl fmt::Display for PropertyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key())
    }
}

/// The identity of a resident *at a property*: `ref_user_id` + `ref_property_id`.
///
/// Somebody who moves to another property is another resident there, because activity belongs to the
/// resident at that property; a move to another unit of the same property changes the unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResidentRef {
    /// The resident.
    pub resident: ResidentId,
    /// The property where they live.
    pub property: PropertyId,
}

impl ResidentRef {
    /// The resident `resident` at `property`.
    pub fn new(resident: ResidentId, property: PropertyId) -> Self {
        Self { resident, property }
    }

    /// The reference as one text, `RESIDENT@PROPERTY`, with `@` and `%` inside an id escaped.
    pub fn key(&self) -> String {
        format!("{}@{}", escape(self.resident.as_str()), escape(self.property.as_str()))
    }

    /// Reads back what [`ResidentRef::key`] wrote; `None` if there is no `@`.
    pub fn from_key(key: &str) -> Option<Self> {
        let (resident, property) = key.split_once('@')?;
        Some(Self::new(ResidentId::new(unescape(resident)), PropertyId::new(unescape(property))))
    }
}

impl fmt::Display for ResidentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key())
    }
}

fn escape(id: &str) -> Cow<'_, str> {
    if id.contains(['%', '/', '@']) {
        id.replace('%', "%25").replace('/', "%2F").replace('@', "%40").into()
    } else {
        id.into()
    }
}

fn unescape(text: &str) -> String {
    text.replace("%40", "@").replace("%2F", "/").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_separators_inside_ids() {
        let reference = PropertyRef::new(PropertyId::new("a/b%2F"), Some(UnitId::new("c/d@")));
        assert_eq!(PropertyRef::from_key(&reference.key()), reference);
        let resident = ResidentRef::new(ResidentId::new("x@y"), PropertyId::new("p%40/q"));
        assert_eq!(ResidentRef::from_key(&resident.key()), Some(resident));
    }
}

/// The id of a run; later runs have greater ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub Uuid);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
