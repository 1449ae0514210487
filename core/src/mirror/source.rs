use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::UnreadRow;
use crate::model::{
    ClosedStatus, Job, JobId, Kind, LatchelProperty, LatchelPropertyId, LatchelResidentId, NewJob,
    NewProperty, NewResident, PropertyPatch, PropertyRef, ResidentId, ResidentPatch, WorkOrderId,
};
use crate::{Error, ErrorKind, Portfolio, Probe, Result};

/// Latchel where it can only list: it looks nothing up by reference, and many records by id only one by one. A
/// [`Mirror`](super::Mirror) dresses it as a [`Latchel`](crate::Latchel).
///
/// # Behavior of every list
///
/// - Pages are counted from 1. A page behind the last one is empty.
/// - Rows may repeat within a walk through the pages, and others may be missing: the mirror finds out.
/// - A row that cannot be understood fails neither its page nor the walk: it is an [`UnreadRow`].
#[async_trait]
pub trait LatchelSource: Send + Sync + fmt::Debug {
    /// Longest time that a new record may stay invisible.
    fn visibility_delay(&self) -> Duration;

    /// Capabilities and limits of the source.
    fn capabilities(&self) -> SourceCapabilities;

    /// Tests the connection and the credentials. Reads only.
    async fn check(&self) -> Result<Probe>;

    /// Every portfolio, where there is a list of them.
    async fn portfolios(&self) -> Result<Vec<Portfolio>> {
        Ok(Vec::new())
    }

    /// One page of the list of properties.
    async fn properties(&self, page: u32) -> Result<SourcePage<LatchelProperty>>;

    /// One page of the list of residents.
    async fn residents(&self, page: u32) -> Result<SourcePage<SourceResident>>;

    /// One page of the list of work orders.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::ErrorKind::Unsupported) if the source cannot be asked so; the mirror then asks for more.
    async fn jobs(&self, asked: JobsAsked, page: u32) -> Result<SourcePage<Job>>;

    /// Names of what made work orders on `since` or later, as far as a page or two show them. By default nobody knows.
    async fn makers_of_jobs(&self, since: NaiveDate) -> Result<Vec<String>> {
        let _ = since;
        Ok(Vec::new())
    }

    /// One property, read afresh; `None` if it is not there.
    async fn property(&self, id: LatchelPropertyId) -> Result<Option<LatchelProperty>>;

    /// One resident, read afresh; `None` if it is not there.
    async fn resident(&self, id: LatchelResidentId) -> Result<Option<SourceResident>>;

    /// One work order, read afresh; `None` if it is not there.
    async fn job(&self, id: JobId) -> Result<Option<Job>>;

    /// True if the source can create a work order in this closed state. One that learns the ids of states from rows cannot before
    /// [`job`](Self::job) or a list has shown it a work order in that state. By default it can.
    fn knows_state(&self, closed: ClosedStatus) -> bool {
        let _ = closed;
        true
    }

    /// Instant at which the work order came to its present state, UTC; `None` where that is not told.
    async fn state_changed_at(&self, id: JobId) -> Result<Option<DateTime<Utc>>>;

    /// Creates a property and returns its id. Sends the request once.
    async fn create_property(&self, new: &NewProperty) -> Result<LatchelPropertyId>;

    /// Changes a property.
    async fn update_property(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()>;

    /// Creates a resident and returns its id. Sends the request once.
    async fn create_resident(&self, new: &NewResident) -> Result<LatchelResidentId>;

    /// Changes a resident.
    async fn update_resident(&self, id: LatchelResidentId, patch: &ResidentPatch) -> Result<()>;

    /// Creates a work order and returns its id. Sends the request once.
    async fn create_job(&self, new: &NewJob) -> Result<JobId>;

    /// Sets the work order's number and its reference to the platform's.
    async fn write_number_back(&self, id: JobId, number: &str, work_order: &WorkOrderId) -> Result<()>;

    /// Sets a property's reference. By default that cannot be done.
    async fn refer_property(&self, id: LatchelPropertyId, reference: &PropertyRef) -> Result<()> {
        Err(unchangeable().with("property", id).with("reference", reference))
    }

    /// Sets a resident's reference. By default that cannot be done.
    async fn refer_resident(&self, id: LatchelResidentId, reference: &ResidentId) -> Result<()> {
        Err(unchangeable().with("resident", id).with("reference", reference))
    }
}

fn unchangeable() -> Error {
    Error::new(ErrorKind::Unsupported, "references cannot be changed here")
}

/// Capabilities and limits of a [`LatchelSource`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceCapabilities {
    /// True if writes are sent.
    pub writes: bool,
    /// Number of calls of one span, and its length.
    pub budget: (u32, Duration),
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct SourcePage<T> {
    /// The rows that were understood.
    pub rows: Vec<T>,
    /// Those that were not.
    pub unread: Vec<UnreadRow>,
    /// True if the list says that another page follows.
    pub more: bool,
}

impl<T> SourcePage<T> {
    /// True if the walk ends here: nothing came, or nothing follows.
    pub fn is_last(&self) -> bool {
        !self.more || (self.rows.is_empty() && self.unread.is_empty())
    }
}

/// A question for work orders. Days are dates without a zone; a source asks so widely that no zone leaves anything out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobsAsked {
    /// Those created on this day or later.
    Created(NaiveDate),
    /// Those in a closed state that were updated on this day or later.
    Closed(NaiveDate),
    /// Those updated on this day or later.
    Updated(NaiveDate),
}

/// A resident as a source lists them: at a property of Latchel, without the platform's identity of that.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceResident {
    /// The resident's id in Latchel.
    pub id: LatchelResidentId,
    /// The platform's id of the person.
    pub reference: Option<ResidentId>,
    /// The property lived at.
    pub property: Option<LatchelPropertyId>,
    /// Full name.
    #[serde(skip)]
    pub name: String,
    /// E-mail address.
    #[serde(skip)]
    pub email: Option<String>,
    /// Phone number.
    #[serde(skip)]
    pub phone: Option<String>,
    /// The first day.
    pub move_in: Option<NaiveDate>,
    /// The move-out day.
    pub move_out: Option<NaiveDate>,
    /// True if the resident is active.
    pub is_active: bool,
}

impl fmt::Debug for SourceResident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceResident")
            .field("id", &self.id)
            .field("reference", &self.reference)
            .field("property", &self.property)
            .field("is_active", &self.is_active)
            .finish_non_exhaustive()
    }
}

/// The lists that a mirror keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MirrorList {
    /// All properties.
    Properties,
    /// All residents.
    Residents,
    /// The work orders created since a day.
    Jobs,
}

impl MirrorList {
    /// Every list, in the order in which they are filled.
    pub const ALL: [Self; 3] = [Self::Properties, Self::Jobs, Self::Residents];

    /// The list's name in JSON and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Properties => "properties",
            Self::Residents => "residents",
            Self::Jobs => "jobs",
        }
    }

    /// The kind of its records.
    pub fn kind(self) -> Kind {
        match self {
            Self::Properties => Kind::Property,
            Self::Residents => Kind::Resident,
            Self::Jobs => Kind::WorkOrder,
        }
    }

    /// The list that holds the records of a kind.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Property => Self::Properties,
            Kind::Resident => Self::Residents,
            Kind::WorkOrder => Self::Jobs,
        }
    }
}
