//! The records that the suite puts on a far side, in the words of the core's model.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::model::{Address, Severity};

/// A record of the far side, by a name that only the far side understands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Handle(pub String);

/// A property that was added, with its units in their order.
#[derive(Debug, Clone)]
pub struct Added {
    /// The property.
    pub property: Handle,
    /// Its units.
    pub units: Vec<Handle>,
}

/// A property to add; active.
#[derive(Debug, Clone)]
pub struct NewProperty {
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: Address,
    /// Its units; none makes the property itself the rentable unit.
    pub units: Vec<NewUnit>,
}

/// A unit to add.
#[derive(Debug, Clone)]
pub struct NewUnit {
    /// Its name or number.
    pub name: String,
    /// Its address.
    pub address: Address,
}

/// A change of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertyChange {
    /// It gets another name.
    Rename(String),
    /// It is made inactive.
    Hide,
    /// It is made active again.
    Unhide,
}

/// A resident to add.
#[derive(Debug, Clone)]
pub struct NewResident {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// A phone at home.
    pub home_phone: String,
    /// A cell phone, which is the primary one.
    pub cell_phone: String,
    /// The stays.
    pub stays: Vec<Stay>,
}

/// A stay of a resident.
#[derive(Debug, Clone)]
pub struct Stay {
    /// The property.
    pub property: Handle,
    /// The unit, where the property has units.
    pub unit: Option<Handle>,
    /// The first day.
    pub move_in: NaiveDate,
    /// The day from which the resident no longer lives there.
    pub move_out: Option<NaiveDate>,
}

/// A change of a resident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResidentChange {
    /// The last name becomes another, and the stays are left as they are.
    Rename(String),
    /// The first stay ends on this day, and the resident's own data is left as it is.
    MoveOut(NaiveDate),
}

/// A user to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Standing, by which work orders can be assigned to it or not.
    pub standing: Standing,
}

/// Standing of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The user is active.
    Active,
    /// The user is no longer active.
    Inactive,
}

/// A work order to add.
#[derive(Debug, Clone)]
pub struct NewWorkOrder {
    /// Its title.
    pub title: String,
    /// Its description.
    pub description: String,
    /// The property where the work is done.
    pub property: Handle,
    /// The unit, where the property has units.
    pub unit: Option<Handle>,
    /// The resident who asked for it.
    pub requested_by: Option<Handle>,
    /// The user that it is assigned to.
    pub assigned_to: Option<Handle>,
    /// The vendor that it was given to.
    pub vendor: Option<Handle>,
    /// Its status.
    pub status: Status,
    /// Urgency; far sides that know two degrees take the upper one as [`Severity::Urgent`].
    pub severity: Severity,
    /// The resident's permission to enter.
    pub entry_allowed: Option<bool>,
    /// Instructions for getting in.
    pub access_instructions: Option<String>,
    /// Planned start of the work, UTC.
    pub scheduled_start: Option<DateTime<Utc>>,
}

/// A work order's status in words that every platform has a like for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing was done yet.
    New,
    /// Work is going on.
    InProgress,
    /// The work was done.
    Completed,
    /// The work was called off.
    Cancelled,
}

/// A change of a work order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkOrderChange {
    /// It is assigned to this user, or to nobody.
    Assign(Option<Handle>),
    /// It gets another status.
    Status(Status),
}
