//! The domain model: what a platform and Latchel hold, in the field's standard terms. No I/O.

mod address;
mod date;
mod freshness;
mod ids;
mod marker;
mod policy;
mod property;
mod record;
mod resident;
pub mod text;
mod unserved;
mod user;
mod work_order;

pub use address::Address;
pub use date::is_date;
pub use freshness::{Fingerprint, Freshness, Window};
pub use ids::{
    GroupId, JobId, LatchelPropertyId, LatchelResidentId, PortfolioId, PropertyId, PropertyRef, ResidentId,
    ResidentRef, UnitId, UserId, WorkOrderId,
};
pub use marker::Marker;
pub use policy::{
    ClosedWorkOrders, Exclusions, GoneProperties, MassChangePolicy, MethodOverrides, NewRecords, Policy,
    PropertyPolicy, ResidentPolicy, Returning, SyncMethod, WindowPolicy, WorkOrderPolicy,
};
pub use property::{LatchelProperty, NewProperty, Property, PropertyGroup, PropertyPatch};
pub use record::{InvalidRecord, Kind, RecordKey, Row, Side};
pub use resident::{LatchelResident, NewResident, Resident, ResidentPatch, Tenancy};
pub use unserved::Unserved;
pub use user::{Reach, User};
pub use work_order::{
    ClosedStatus, Difference, Job, JobState, NewJob, NewWorkOrder, Severity, WorkOrder, WorkOrderStatus,
};
