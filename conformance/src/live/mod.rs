//! The part of the suite for an account that people work in: it reads, and never writes.
//!
//! Two things make it safe. The `Reader` has no method that writes, so that no check can call one; and whoever
//! connects the adapter does so with [`Access::ReadOnly`](latchel_sync_core::registry::Access::ReadOnly), with which the
//! shared HTTP client refuses any other call before it is sent.
//!
//! The report can be shown to strangers. Checks say counts, names of fields and kinds of errors, and never the content
//! of a record; and all content that was read is blotted out of the finished report all the same.

mod checks;
mod facts;
mod private;
mod reader;
mod report;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::model::{Property, Resident, Row, User, Window, WorkOrder};
use latchel_sync_core::registry::PlatformAdapter;
use latchel_sync_core::{Error, Platform, Probe};

use crate::report::{Line, Stop};
use private::told;
use reader::{Reader, Sample};

pub use checks::LiveCheck;
pub use facts::ListFacts;
pub use report::LiveReport;

/// Extent of the reading.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// This machine's clock, UTC.
    pub now: DateTime<Utc>,
    /// Number of days back from `now` in which a record must have changed to be looked at.
    pub days: u32,
    /// Number of rows after which a list is left.
    pub rows: usize,
}

/// Texts that must not stand in the report, beside those that are read.
#[derive(Default)]
pub struct Confidential {
    /// The adapter's secrets, which its `Debug` output must not hold either.
    pub secrets: Vec<String>,
    /// Names of the customer, such as the address of the API.
    pub names: Vec<String>,
}

/// Every check of a live account, in the order in which they are made.
pub fn checks() -> Vec<LiveCheck> {
    checks::all()
}

/// Makes every check that only reads.
///
/// `progress` is told the name of each step before it is taken.
pub async fn verify(
    adapter: &'static PlatformAdapter,
    platform: Arc<dyn Platform>,
    confidential: Confidential,
    extent: Extent,
    progress: &(dyn Fn(&str) + Sync),
) -> LiveReport {
    let live = Live::read(adapter, Reader::new(platform), confidential, extent, progress).await;
    let mut lines = Vec::new();
    for check in checks::all() {
        progress(check.name);
        let verdict = check.run(&live).await;
        lines.push(Line { name: check.name, behavior: check.behavior, verdict });
    }
    LiveReport::of(&live, lines)
}

/// Everything that was read of the account, once, for all checks.
pub(crate) struct Live {
    pub adapter: &'static PlatformAdapter,
    pub reader: Reader,
    pub extent: Extent,
    pub confidential: Confidential,
    pub probe: Result<Probe, Stop>,
    /// True if every further call would fail as the first did.
    pub is_down: bool,
    pub users: Result<Vec<User>, Stop>,
    pub properties: Result<Sample<Property>, Stop>,
    pub residents: Result<Sample<Resident>, Stop>,
    pub work_orders: Result<Sample<WorkOrder>, Stop>,
}

impl Live {
    async fn read(
        adapter: &'static PlatformAdapter,
        reader: Reader,
        confidential: Confidential,
        extent: Extent,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Self {
        progress("the connection");
        let probe = reader.check().await;
        let is_down = probe.as_ref().is_err_and(Error::ends_the_phase);
        let unread = || Stop::no_notion("the platform does not answer");
        let mut live = Self {
            adapter,
            reader,
            extent,
            confidential,
            probe: told(probe),
            is_down,
            users: Err(unread()),
            properties: Err(unread()),
            residents: Err(unread()),
            work_orders: Err(unread()),
        };
        if !is_down {
            live.read_lists(progress).await;
        }
        live
    }

    async fn read_lists(&mut self, progress: &(dyn Fn(&str) + Sync)) {
        let (reader, rows) = (&self.reader, self.extent.rows);
        let window = Window::before(self.extent.now, TimeDelta::days(self.extent.days.into()));
        progress("users");
        self.users = reader.users().await;
        progress("properties");
        self.properties = reader.sample(reader.properties(window), rows).await;
        progress("residents");
        self.residents = reader.sample(reader.residents(window), rows).await;
        progress("work orders");
        self.work_orders = reader.sample(reader.work_orders(window), rows).await;
        if let Ok(sample) = &mut self.work_orders {
            reader.fetch_hinted(sample).await;
        }
    }

    /// True if anything could be read at all.
    fn is_reached(&self) -> bool {
        self.properties.is_ok() || self.residents.is_ok() || self.work_orders.is_ok()
    }
}

/// The records among rows.
pub(crate) fn records<T>(rows: &[Row<T>]) -> impl Iterator<Item = &T> {
    rows.iter().filter_map(|row| match row {
        Row::Record(record) => Some(record),
        _ => None,
    })
}
