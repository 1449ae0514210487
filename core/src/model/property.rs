use serde::{Deserialize, Serialize};

use super::{
    Address, Freshness, GroupId, LatchelPropertyId, Part, PortfolioId, PropertyId, PropertyRef, SyncMethod,
};

/// A rentable unit on the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// Its identity.
    pub id: PropertyRef,
    /// The property's name.
    pub property_name: String,
    /// The unit's name or number, where it has one.
    pub unit_name: Option<String>,
    /// The unit's address, or the property's where the unit has none of its own.
    pub address: Address,
    /// True if it is active; a unit of an inactive property is not.
    pub is_active: bool,
    /// Stamps or fingerprint by which a change is noticed.
    pub freshness: Freshness,
}

impl Property {
    /// The name it has in Latchel: the property's, then the unit's.
    pub fn name(&self) -> String {
        match &self.unit_name {
            Some(unit) => format!("{}, {unit}", self.property_name),
            None => self.property_name.clone(),
        }
    }
}

/// A group or portfolio of properties on the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyGroup {
    /// Its id.
    pub id: GroupId,
    /// Its name; the id where the platform tells none.
    pub name: String,
    /// The properties in it.
    pub properties: Vec<PropertyId>,
}

/// A property in Latchel, as far as the sync reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatchelProperty {
    /// Its id in Latchel.
    pub id: LatchelPropertyId,
    /// The portfolio it is in.
    pub portfolio: Option<PortfolioId>,
    /// The platform's identity for it; `None` for one made by hand in Latchel.
    pub reference: Option<PropertyRef>,
    /// Its name.
    pub name: String,
    /// The address as the platform gave it, never Latchel's own adjusted one.
    pub source_address: Address,
    /// The free text that the integration keeps with it.
    pub integration_data: Option<String>,
    /// True if it is active.
    pub is_active: bool,
    /// The Integration Sync Method set on it, where it can be read.
    pub sync_method: Option<SyncMethod>,
}

/// A property to create in Latchel (rule P1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewProperty {
    /// The platform's identity for it.
    pub reference: PropertyRef,
    /// Its name.
    pub name: String,
    /// The platform's address.
    pub source_address: Address,
    /// The free text that the integration keeps with it.
    pub integration_data: String,
    /// True if it is active on the platform.
    pub is_active: bool,
}

/// Changes to make in a Latchel property (rules P2, P3). There is no way to say "activate".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyPatch {
    /// The new name.
    pub name: Option<String>,
    /// The new source address.
    pub source_address: Option<Address>,
    /// The new integration data.
    pub integration_data: Option<String>,
    /// True to set `is_active = false`.
    pub deactivate: bool,
}

impl PropertyPatch {
    /// True if it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The parts that it changes.
    pub fn parts(&self) -> Vec<Part> {
        [
            (Part::Name, self.name.is_some()),
            (Part::Address, self.source_address.is_some()),
            (Part::IntegrationData, self.integration_data.is_some()),
            (Part::Activity, self.deactivate),
        ]
        .into_iter()
        .filter_map(|(part, set)| set.then_some(part))
        .collect()
    }

    /// The names of the fields that it changes, for people.
    pub fn fields(&self) -> Vec<&'static str> {
        self.parts().into_iter().map(Part::name).collect()
    }
}
