use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::ledger::Lease;
use latchel_sync_core::model::{Link, Origin, Phase, RunId, *};
use uuid::Uuid;

/// Records that a run was shown so far, the newest version of each.
#[derive(Debug)]
pub struct View {
    pub lease: Option<Lease>,
    /// The account's local date of the run's own now, which may be off.
    pub today: NaiveDate,
    /// Time (UTC) at which it really began.
    pub began: DateTime<Utc>,
    pub properties: BTreeMap<PropertyRef, Property>,
    pub residents: BTreeMap<ResidentRef, Resident>,
    pub work_orders: BTreeMap<WorkOrderId, WorkOrder>,
    pub latchel_properties: BTreeMap<LatchelPropertyId, LatchelProperty>,
    pub latchel_residents: BTreeMap<LatchelResidentId, LatchelResident>,
    pub jobs: BTreeMap<JobId, Job>,
    /// The rows of its lists.
    pub listed: BTreeMap<Phase, BTreeSet<String>>,
    /// The Latchel work orders that the run made, or found to be made by one before it: they have their outcome as
    /// the platform's.
    pub made: BTreeSet<String>,
    /// Number of its calls that went wrong in some way.
    pub faults: u32,
    /// Number of writes that it sent.
    pub writes: u32,
}

impl View {
    /// Of a run that has not begun.
    pub fn new(today: NaiveDate, began: DateTime<Utc>) -> Self {
        Self {
            lease: None,
            today,
            began,
            properties: BTreeMap::new(),
            residents: BTreeMap::new(),
            work_orders: BTreeMap::new(),
            latchel_properties: BTreeMap::new(),
            latchel_residents: BTreeMap::new(),
            jobs: BTreeMap::new(),
            listed: BTreeMap::new(),
            made: BTreeSet::new(),
            faults: 0,
            writes: 0,
        }
    }

    /// The run linked a pair.
    pub fn linked(&mut self, link: &Link) {
        if (link.kind, link.origin, link.run) == (Kind::WorkOrder, Origin::FromPlatform, self.run()) {
            self.made.insert(link.latchel_id.to_string());
        }
    }

    pub fn run(&self) -> RunId {
        self.lease.as_ref().map_or(RunId(Uuid::nil()), |lease| lease.run)
    }
}
