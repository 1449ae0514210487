//! The domain model: what a platform and Latchel hold, in the field's standard terms; links between the two, phases,
//! and the words for rules and reasons. No I/O.

mod address;
mod catalog;
mod date;
mod freshness;
mod ids;
pub(crate) mod instant;
mod link;
mod marker;
mod need;
mod part;
mod phase;
mod policy;
mod property;
mod reason;
mod record;
mod resident;
mod resident_memory;
mod status;
pub mod text;
mod unserved;
mod user;
mod work_order;

pub use address::Address;
pub use catalog::{RuleId, Section};
pub use date::is_date;
pub use freshness::{Fingerprint, Freshness, Window};
pub use ids::{
    GroupId, JobId, LatchelPropertyId, LatchelResidentId, PortfolioId, PropertyId, PropertyRef, ResidentId,
    ResidentRef, RunId, UnitId, UserId, WorkOrderId,
};
pub use link::{CloseVerdict, Link, Obstacle, Origin};
pub use marker::Marker;
pub use need::Need;
pub use part::{Fate, Part, PartDiffers};
pub use phase::{Direction, Phase};
pub use policy::{
    AdoptionGuard, AdoptionPolicy, ClosedWorkOrders, Exclusions, GoneProperties, MassChangePolicy,
    MethodOverrides, NewRecords, Policy, PropertyPolicy, ResidentPolicy, Returning, SyncMethod, WindowPolicy,
    WorkOrderPolicy,
};
pub use property::{LatchelProperty, NewProperty, Property, PropertyGroup, PropertyPatch};
pub use reason::{Reason, Tense};
pub use record::{Alias, InvalidRecord, Kind, RecordKey, Row, Side};
pub use resident::{Home, LatchelResident, NewResident, Resident, ResidentPatch, Tenancy};
pub use resident_memory::{ResidentMemory, SentDates};
pub use status::Status;
pub use unserved::Unserved;
pub use user::{Reach, User};
pub use work_order::{
    ClosedStatus, Difference, Job, JobState, NewJob, NewWorkOrder, Severity, WorkOrder, WorkOrderStatus,
};
