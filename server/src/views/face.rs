//! A record as people know it: by its name, at its place, and with what they look for first on both sides.

use chrono::NaiveDate;
use chrono_tz::Tz;
use latchel_sync_core::engine::{Engine, Explanation, Nameless, Names};
use latchel_sync_core::model::{
    Job, Kind, LatchelProperty, LatchelResident, PartDiffers, Property, PropertyRef, Resident, ResidentRef,
    Tenancy, WorkOrder,
};
use latchel_sync_core::rules::current_tenancy;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::rows::{SideRow, of_property, of_resident, of_work_order};

/// A record as people know it. It has no `Debug`, so that names of residents reach no log by way of one.
#[derive(Default)]
pub struct Face {
    /// Its name or title; empty if neither system tells one.
    pub name: String,
    /// The property or unit where it is; the address of a property. Empty if that is not known.
    pub place: String,
    /// Fields that people look for first, in order of use.
    pub rows: Vec<SideRow>,
}

/// The record on both sides, as far as it is there.
pub(super) enum Sides {
    /// A rentable unit.
    Property(Option<Property>, Option<LatchelProperty>),
    /// A resident.
    Resident(Option<Resident>, Option<LatchelResident>),
    /// A work order.
    WorkOrder(Option<Box<WorkOrder>>, Option<Box<Job>>),
}

/// Needs of the rows beside the record: names, the day and the words for it.
pub(super) struct Setting<'a> {
    pub names: &'a Names,
    pub differs: &'a [PartDiffers],
    /// The platform's name for people.
    pub platform: &'a str,
    /// The account's local date.
    pub today: NaiveDate,
    pub zone: Tz,
}

/// The face of a record of `kind` from what was explained of it. Names of what it refers to are read now, those of residents
/// for this look alone.
pub async fn face(
    engine: &Engine,
    kind: Kind,
    explained: &[Explanation],
    (platform, today, zone): (&str, NaiveDate, Tz),
) -> Face {
    let sides = Sides::of(kind, explained);
    let names = engine.names(&sides.nameless(today)).await;
    let differs = explained.iter().map(|one| &*one.differs).find(|differs| !differs.is_empty());
    let setting = Setting { names: &names, differs: differs.unwrap_or_default(), platform, today, zone };
    sides.face(&setting)
}

impl Sides {
    fn of(kind: Kind, explained: &[Explanation]) -> Self {
        let platform = explained.iter().find_map(|one| one.platform.as_ref());
        let latchel = explained.iter().find_map(|one| one.latchel.as_ref());
        match kind {
            Kind::Property => Self::Property(read(platform), read(latchel)),
            Kind::Resident => Self::Resident(read(platform), read(latchel)),
            Kind::WorkOrder => Self::WorkOrder(read(platform), read(latchel)),
        }
    }

    /// Ids that the record refers to others by.
    fn nameless(&self, today: NaiveDate) -> Nameless {
        match self {
            Self::Property(..) => Nameless::default(),
            Self::Resident(platform, latchel) => {
                let homes = [home(platform.as_ref(), today), latchel.as_ref().and_then(latchel_home)];
                Nameless { units: homes.into_iter().flatten().collect(), ..Nameless::default() }
            }
            Self::WorkOrder(platform, latchel) => Nameless {
                units: platform.iter().map(|one| one.property.clone()).collect(),
                latchel_properties: latchel.iter().filter_map(|one| one.property).collect(),
                residents: platform.as_deref().and_then(requester).into_iter().collect(),
                latchel_residents: latchel.iter().filter_map(|one| one.resident).collect(),
                users: platform.iter().flat_map(|one| one.assigned_users.clone()).collect(),
            },
        }
    }

    fn face(self, setting: &Setting<'_>) -> Face {
        match self {
            Self::Property(platform, latchel) => {
                let address = platform.as_ref().map(|one| &one.address);
                let address = address.or(latchel.as_ref().map(|one| &one.source_address));
                let name = platform.as_ref().map(Property::name);
                Face {
                    name: name.or(latchel.as_ref().map(|one| one.name.clone())).unwrap_or_default(),
                    place: address.map(|address| address.one_line()).unwrap_or_default(),
                    rows: of_property(platform.as_ref(), latchel.as_ref(), setting),
                }
            }
            Self::Resident(platform, latchel) => {
                let name = platform.as_ref().map(|one| one.name.clone());
                let known = latchel.as_ref().filter(|one| one.contact_known);
                let unit = home(platform.as_ref(), setting.today).or(latchel.as_ref().and_then(latchel_home));
                Face {
                    name: name.or(known.map(|one| one.name.clone())).unwrap_or_default(),
                    place: unit.map(|unit| setting.unit(&unit)).unwrap_or_default(),
                    rows: of_resident(platform.as_ref(), latchel.as_ref(), setting),
                }
            }
            Self::WorkOrder(platform, latchel) => {
                let title = platform.as_ref().map(|one| one.title.clone()).filter(|title| !title.is_empty());
                let place = platform.as_ref().map(|one| setting.unit(&one.property));
                let in_latchel = latchel.as_ref().and_then(|one| setting.latchel_property(one.property?));
                Face {
                    name: title.or(latchel.as_ref().map(|one| one.name.clone())).unwrap_or_default(),
                    place: place.or(in_latchel).unwrap_or_default(),
                    rows: of_work_order(platform.as_deref(), latchel.as_deref(), setting),
                }
            }
        }
    }
}

fn read<T: DeserializeOwned>(held: Option<&Value>) -> Option<T> {
    T::deserialize(held?).ok()
}

/// The stay of a resident that counts today, by the rules.
pub(super) fn stay(platform: Option<&Resident>, today: NaiveDate) -> Option<Tenancy> {
    current_tenancy(&platform?.tenancies, today)
}

pub(super) fn home(platform: Option<&Resident>, today: NaiveDate) -> Option<PropertyRef> {
    let unit = stay(platform, today)?.unit;
    Some(PropertyRef::new(platform?.id.property.clone(), unit))
}

pub(super) fn latchel_home(latchel: &LatchelResident) -> Option<PropertyRef> {
    Some(PropertyRef::new(latchel.reference.as_ref()?.property.clone(), latchel.unit.clone()))
}

pub(super) fn requester(platform: &WorkOrder) -> Option<ResidentRef> {
    Some(ResidentRef::new(platform.requested_by.clone()?, platform.property.property.clone()))
}
