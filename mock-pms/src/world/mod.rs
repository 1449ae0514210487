//! The world: everything that the platform and Latchel know, in one neutral shape.

mod clock;
mod edit;
mod edit_error;
mod latchel;
mod lease_part;
mod maintenance;
mod overrides;
mod phone;
mod platform;
mod record;
mod requests;
mod side;
mod switch;
mod table;
mod validate;

pub use clock::{Clock, ClockMode};
pub use edit::Edit;
pub use edit_error::EditError;
pub use latchel::{
    AdjustedAddress, Company, Job, Latchel, LatchelProperty, ManagedBy, Portfolio, Resident, Severity,
};
pub use lease_part::LeasePart;
pub use maintenance::{Maintenance, NewMaintenance};
pub use overrides::RawOverride;
pub use phone::{Phone, PhoneKind};
pub use platform::{
    Account, Address, Lease, LeaseStatus, LeaseTenant, MoveOut, Platform, Property, PropertyGroup,
    PropertyKind, Tenant, Unit, User, UserKind, Vendor,
};
pub use record::Record;
pub use requests::{
    Category, Contact, EntryAllowed, HistoryEntry, LineItem, Priority, Step, Task, TaskKind, TaskStatus,
    WorkOrder,
};
pub use side::Side;
pub use switch::Switch;
pub use table::{Keyed, Table};

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The id of a record, unique within its collection.
pub type Id = i64;

/// Records of both systems, and their common time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The time that both systems believe in.
    pub clock: Clock,
    /// The property management system's side.
    pub platform: Platform,
    /// Latchel's side.
    pub latchel: Latchel,
    /// Nonsense laid over single answers, to see what a reader makes of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raw_overrides: Vec<RawOverride>,
}

/// Reason why a world cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The file cannot be read.
    #[error("world file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// The text is no world: wrong JSON, an unknown field, a wrong type.
    #[error("{path}: {message}")]
    Malformed {
        /// Place in the JSON, as `platform.units[3].number`.
        path: String,
        /// The mistake.
        message: String,
    },
    /// A record contradicts itself or refers to one that does not exist.
    #[error("{path}: {message}")]
    Invalid {
        /// Place in the JSON, as `platform.units[3].property_id`.
        path: String,
        /// The mistake.
        message: String,
    },
    /// A file with one of the other errors in it.
    #[error("world file {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Mistake in its content.
        source: Box<WorldError>,
    },
}

impl World {
    /// The world as the JSON of a world file.
    pub fn to_json(&self) -> String {
        // A world has string keys and finite numbers only, so there is nothing serde_json could refuse.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The JSON Schema of a world file.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(World).to_value()
    }

    /// The world's time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Today's date where the platform's account is.
    pub fn platform_today(&self) -> NaiveDate {
        self.now().with_timezone(&self.platform.account.timezone).date_naive()
    }
}
