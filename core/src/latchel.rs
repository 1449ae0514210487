//! The trait of Latchel.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use crate::model::{
    ClosedStatus, Job, JobId, Kind, LatchelProperty, LatchelPropertyId, LatchelResident, LatchelResidentId,
    NewJob, NewProperty, NewResident, PortfolioId, PropertyPatch, PropertyRef, Reason, RecordKey,
    ResidentPatch, ResidentRef, Row, SyncMethod, Window, WorkOrderId,
};
use crate::{Error, ErrorKind, Pages, Probe, Result};

/// Latchel, the maintenance coordination service. The rules about calls that [`Platform`](crate::Platform) states
/// hold here too.
#[async_trait]
pub trait Latchel: Send + Sync + fmt::Debug {
    /// Longest time that a new record may stay invisible to look-ups; a create whose outcome is not known is not sent
    /// again before that.
    fn visibility_delay(&self) -> Duration;

    /// Tests the connection, the credentials and the permissions. Reads only.
    async fn check(&self) -> Result<Probe>;

    /// Called once at the beginning of a run, to bring up to date what look-ups are answered from. Returns warnings. By
    /// default there is nothing to do: every look-up asks Latchel itself.
    async fn begin(&self, run: &RunBegin) -> Result<Vec<String>> {
        let _ = run;
        Ok(Vec::new())
    }

    /// Called once at the end of a run, for upkeep that the run itself does not need.
    async fn end(&self, run: &RunBegin) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// Tells what keeps such a write from being sent at present; by default nothing.
    async fn holds(&self, write: &LatchelWrite) -> Result<Option<Held>> {
        let _ = write;
        Ok(None)
    }

    /// Called before records of a kind are created, and before they are looked for a last time, to bring up to date what
    /// look-ups are answered from. By default every look-up asks Latchel itself.
    async fn before_creates(&self, kind: Kind) -> Result<()> {
        let _ = kind;
        Ok(())
    }

    /// True if look-ups may be answered from memory, and lists come with no text but a title; the record is then read afresh before
    /// something is written because of it. By default every answer is Latchel's own.
    fn remembers(&self) -> bool {
        false
    }

    /// Makes look-ups show a record as it is now, directly before something is written because of it. Whoever looked it up before
    /// looks it up again. By default they always show it as it is.
    async fn refresh(&self, kind: Kind, id: i64) -> Result<()> {
        let _ = (kind, id);
        Ok(())
    }

    /// Makes look-ups show these records as they are since the instant beside each, which is when what they are compared with
    /// changed, UTC. True if they had shown one of them differently. By default they always show them as they are.
    async fn renew(&self, kind: Kind, since: &[(i64, DateTime<Utc>)]) -> Result<bool> {
        let _ = (kind, since);
        Ok(false)
    }

    /// Has look-ups know the work orders created on `day` or later as well, before [`Self::begin`]. By default they know
    /// all.
    async fn reach_back(&self, day: NaiveDate) -> Result<()> {
        let _ = day;
        Ok(())
    }

    /// Every property, for the comparison with the platform's (rules A1 to A3).
    fn properties(&self) -> Pages<'_, LatchelProperty>;

    /// Reads a few of its records, to tell an account before its first run if another program fills it (rule A1). By default
    /// it reads the first page of properties, and does not know who made work orders.
    async fn first_look(&self, since: DateTime<Utc>) -> Result<FirstLook> {
        let _ = since;
        let page = self.properties().try_next().await?.unwrap_or_default();
        let record = |row| match row {
            Row::Record(property) => Some(property),
            _ => None,
        };
        Ok(FirstLook { properties: page.into_iter().filter_map(record).collect(), makers: Vec::new() })
    }

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

    /// The active residents who live at these properties of Latchel, with the property of each (rule A3). By default
    /// nobody knows.
    async fn residents_at(
        &self,
        properties: &[LatchelPropertyId],
    ) -> Result<Vec<(LatchelPropertyId, LatchelResident)>> {
        let _ = properties;
        Ok(Vec::new())
    }

    /// The work orders that were created or updated in the window.
    fn jobs(&self, window: Window) -> Pages<'_, Job>;

    /// The work orders that refer to one of these platform work orders; several may refer to the same.
    async fn jobs_by_ref(&self, refs: &[WorkOrderId]) -> Result<Vec<Job>>;

    /// The work orders with these ids. One that no longer exists is left out.
    async fn jobs_by_id(&self, ids: &[JobId]) -> Result<Vec<Job>>;

    /// The work orders that have one of these numbers (rule A3); people may change a number, so that nothing is linked by
    /// it alone. By default nobody knows.
    async fn jobs_by_number(&self, numbers: &[String]) -> Result<Vec<Job>> {
        let _ = numbers;
        Ok(Vec::new())
    }

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

    /// Has a record carry a reference, in place of one that another program left (rule A2). By default that can be done
    /// for work orders alone.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where the record's reference cannot be changed.
    async fn set_reference(&self, reference: &LatchelReference) -> Result<()> {
        match reference {
            LatchelReference::WorkOrder { job, work_order, number } => {
                self.write_number_back(*job, number, work_order).await
            }
            LatchelReference::Property(..) | LatchelReference::Resident(..) => Err(Error::new(
                ErrorKind::Unsupported,
                "references of properties and residents cannot be changed here",
            )),
        }
    }
}

/// A record of Latchel and the reference that it is to carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LatchelReference {
    /// A property and the platform's rentable unit.
    Property(LatchelPropertyId, PropertyRef),
    /// A resident and the platform's.
    Resident(LatchelResidentId, ResidentRef),
    /// A work order and the platform's.
    WorkOrder {
        /// Latchel's work order.
        job: JobId,
        /// The platform's work order.
        work_order: WorkOrderId,
        /// The platform's number of it, for people.
        number: String,
    },
}

/// A few records of an account.
#[derive(Debug, Clone, Default)]
pub struct FirstLook {
    /// Some of its properties.
    pub properties: Vec<LatchelProperty>,
    /// Names of what made its recent work orders, as Latchel calls them: *Tenant Call*, *Appfolio Plugin*.
    pub makers: Vec<String>,
}

/// A run that begins or ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunBegin {
    /// The run's *now*, UTC.
    pub now: DateTime<Utc>,
    /// The kinds of record that it goes through.
    pub kinds: Vec<Kind>,
    /// True if it goes through lists; false for a run of named records, and for a plan or an explanation.
    pub lists: bool,
    /// True if nobody waits for it: the schedule asked for it.
    pub scheduled: bool,
    /// Latchel's properties and residents that a webhook told of. They go one way, to Latchel, so that no phase reads them.
    pub told_of: Vec<RecordKey>,
}

impl RunBegin {
    /// Somebody's run through everything, or through nothing but named records.
    pub fn of_all(now: DateTime<Utc>, lists: bool) -> Self {
        Self { now, kinds: Kind::ALL.to_vec(), lists, scheduled: false, told_of: Vec::new() }
    }
}

/// A write to Latchel that is about to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatchelWrite {
    /// A record is created.
    Create {
        /// Its kind.
        kind: Kind,
        /// Instant at which the platform's record was made, UTC, where it tells.
        made_at: Option<DateTime<Utc>>,
        /// Instant of an earlier create of the same record whose outcome is not known, UTC.
        sent_before: Option<DateTime<Utc>>,
        /// State of a work order that is closed already (rule WP7).
        closed: Option<ClosedStatus>,
    },
    /// A record is changed.
    Update,
}

/// Obstacle to a write: the record waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The reason that the record gets.
    pub reason: Reason,
    /// Particulars, for people; may be empty.
    pub detail: String,
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
