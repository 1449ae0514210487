//! The trait of Latchel.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::model::{
    Job, JobId, LatchelProperty, LatchelPropertyId, LatchelResident, LatchelResidentId, NewJob, NewProperty,
    NewResident, PortfolioId, PropertyPatch, PropertyRef, ResidentPatch, ResidentRef, SyncMethod, Window,
    WorkOrderId,
};
use crate::{Pages, Probe, Result};

/// Latchel, the maintenance coordination service. The rules about calls that [`Platform`](crate::Platform) states
/// hold here too.
#[async_trait]
pub trait Latchel: Send + Sync + fmt::Debug {
    /// Longest time that a new record may stay invisible to look-ups; a create whose outcome is not known is not sent
    /// again before that.
    fn visibility_delay(&self) -> Duration;

    /// Tests the connection, the credentials and the permissions. Reads only.
    async fn check(&self) -> Result<Probe>;

    /// Every portfolio, with the sync method set on it where it can be read (rule M).
    async fn portfolios(&self) -> Result<Vec<Portfolio>>;

    /// The properties that carry one of these references; several may carry the same.
    async fn properties_by_ref(&self, refs: &[PropertyRef]) -> Result<Vec<LatchelProperty>>;

    /// The properties with these ids. One that no longer exists is left out.
    async fn properties_by_id(&self, ids: &[LatchelPropertyId]) -> Result<Vec<LatchelProperty>>;

    /// The residents that carry one of these references; several may carry the same.
    async fn residents_by_ref(&self, refs: &[ResidentRef]) -> Result<Vec<LatchelResident>>;

    /// The residents with these ids. One that no longer exists is left out.
    async fn residents_by_id(&self, ids: &[LatchelResidentId]) -> Result<Vec<LatchelResident>>;

    /// The work orders that were created or updated in the window.
    fn jobs(&self, window: Window) -> Pages<'_, Job>;

    /// The work orders that refer to one of these platform work orders; several may refer to the same.
    async fn jobs_by_ref(&self, refs: &[WorkOrderId]) -> Result<Vec<Job>>;

    /// The work orders with these ids. One that no longer exists is left out.
    async fn jobs_by_id(&self, ids: &[JobId]) -> Result<Vec<Job>>;

    /// Counts the properties and residents that carry no reference: they were made by hand (rule L1).
    async fn latchel_only(&self) -> Result<LatchelOnly>;

    /// Creates a property and returns its id (rule P1). Sends the request once.
    async fn create_property(&self, new: &NewProperty) -> Result<LatchelPropertyId>;

    /// Changes a property (rules P2, P3). Latchel's own adjusted address stays as it is.
    async fn update_property(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()>;

    /// Creates a resident and returns its id (rule R1). Sends the request once.
    async fn create_resident(&self, new: &NewResident) -> Result<LatchelResidentId>;

    /// Changes a resident (rules R2, R6).
    async fn update_resident(&self, id: LatchelResidentId, patch: &ResidentPatch) -> Result<()>;

    /// Creates a work order and returns its id (rules WP4, WP7). Sends the request once.
    async fn create_job(&self, new: &NewJob) -> Result<JobId>;

    /// Sets the work order's number and its reference to the platform's (rule L7).
    async fn write_number_back(&self, id: JobId, number: &str, work_order: &WorkOrderId) -> Result<()>;
}

/// A portfolio in Latchel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portfolio {
    /// Its id.
    pub id: PortfolioId,
    /// Its name.
    pub name: String,
    /// The Integration Sync Method set on it; `None` inherits.
    pub sync_method: Option<SyncMethod>,
}

/// Numbers of records that exist in Latchel alone (rule L1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatchelOnly {
    /// Properties without a reference.
    pub properties: u64,
    /// Residents without a reference.
    pub residents: u64,
}
