use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Freshness, LatchelPropertyId, LatchelResidentId, Part, ResidentRef, UnitId};

/// A resident at one property of the platform.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Resident {
    /// The resident's identity.
    pub id: ResidentRef,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Primary phone: cell before home before work.
    pub phone: Option<String>,
    /// The resident's stays at this property, in no particular order; never empty.
    pub tenancies: Vec<Tenancy>,
    /// Stamps or fingerprint by which a change of the resident or a tenancy is noticed.
    pub freshness: Freshness,
}

/// One stay of a resident at a property. Dates are the account's local dates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tenancy {
    /// The unit, where the property has units.
    pub unit: Option<UnitId>,
    /// The first day.
    pub move_in: Option<NaiveDate>,
    /// The day from which the resident no longer lives there.
    pub move_out: Option<NaiveDate>,
}

/// A resident in Latchel.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatchelResident {
    /// The resident's id in Latchel.
    pub id: LatchelResidentId,
    /// The platform's identity; `None` for one made by hand in Latchel.
    pub reference: Option<ResidentRef>,
    /// The platform's unit.
    pub unit: Option<UnitId>,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// True if name, e-mail address and phone are known; a mirror keeps none of them.
    pub contact_known: bool,
    /// The first day, as Latchel has it.
    pub move_in: Option<NaiveDate>,
    /// The move-out day, as Latchel has it.
    pub move_out: Option<NaiveDate>,
    /// True if the resident is active.
    pub is_active: bool,
}

/// A resident to create in Latchel (rule R1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewResident {
    /// The platform's identity.
    pub reference: ResidentRef,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// The tenancy that counts today.
    pub tenancy: Tenancy,
    /// The property in Latchel that the tenancy's unit is, whatever reference it carries.
    pub home: LatchelPropertyId,
    /// True if that tenancy is active today.
    pub is_active: bool,
}

/// Changes to make in a Latchel resident (rules R2, R6). There is no way to change name, e-mail or phone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResidentPatch {
    /// The new move-in date; the inner `None` clears it.
    pub move_in: Option<Option<NaiveDate>>,
    /// The new move-out date; the inner `None` clears it.
    pub move_out: Option<Option<NaiveDate>>,
    /// The new unit.
    pub unit: Option<Home>,
    /// The new activity.
    pub is_active: Option<bool>,
}

/// Unit to which a resident moves within the platform's property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// The platform's unit; `None` says that the property has none.
    pub unit: Option<UnitId>,
    /// The property in Latchel that it is, whatever reference that carries.
    pub property: LatchelPropertyId,
}

impl ResidentPatch {
    /// True if it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The parts that it changes.
    pub fn parts(&self) -> Vec<Part> {
        [
            (Part::MoveIn, self.move_in.is_some()),
            (Part::MoveOut, self.move_out.is_some()),
            (Part::Unit, self.unit.is_some()),
            (Part::Activity, self.is_active.is_some()),
        ]
        .into_iter()
        .filter_map(|(part, set)| set.then_some(part))
        .collect()
    }

    /// The names of the fields that it changes, for people; dates that it clears are called so.
    pub fn fields(&self) -> Vec<&'static str> {
        let name = |part| match part {
            Part::MoveIn if self.move_in == Some(None) => "move-in date (cleared)",
            Part::MoveOut if self.move_out == Some(None) => "move-out date (cleared)",
            part => part.name(),
        };
        self.parts().into_iter().map(name).collect()
    }
}

/// Hand-written `Debug`s, so that contact data cannot reach a log by way of one.
macro_rules! debug_without_contact {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    )*};
}

debug_without_contact! {
    Resident { id, tenancies, freshness }
    LatchelResident { id, reference, unit, move_in, move_out, is_active }
    NewResident { reference, tenancy, home, is_active }
}
