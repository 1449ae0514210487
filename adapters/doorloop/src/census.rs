//! Count that shows whether a list changed while its pages were read.

use std::sync::{Mutex, PoisonError};

use latchel_sync_core::{Error, ErrorKind};

/// Number of readings of a list that keeps changing.
const ATTEMPTS: u32 = 3;

/// The rows of a list as they were counted, and as DoorLoop counted them. No order is documented, so that a row which
/// comes or goes between two pages may move another one past the reader.
#[derive(Debug, Default)]
pub(crate) struct Census(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    rows: u64,
    total: Option<u64>,
    moved: bool,
}

impl Census {
    /// Counts a page, which came with this total.
    pub fn count(&self, rows: usize, total: Option<u64>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.moved |= counts.rows > 0 && counts.total != total;
        counts.total = total;
        counts.rows += rows as u64;
    }

    /// Number of rows by DoorLoop's total; 0 while it is unknown, as before the first page.
    pub fn total(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).total.unwrap_or_default()
    }

    /// True if every row was seen, as far as the totals tell. Without totals nothing says otherwise.
    pub fn is_complete(&self) -> bool {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        !counts.moved && counts.total.is_none_or(|total| total == counts.rows)
    }

    /// True if two readings found as many rows under the same total, so that the total is wrong.
    pub fn agrees_with(&self, before: &Self) -> bool {
        let counted = |census: &Self| {
            let counts = census.0.lock().unwrap_or_else(PoisonError::into_inner);
            (!counts.moved).then_some((counts.rows, counts.total))
        };
        counted(self).is_some_and(|now| counted(before) == Some(now))
    }
}

/// The readings of a list, until one of them had every row.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    before: Option<Census>,
    count: u32,
}

/// Verdict on a reading of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It had every row.
    Whole,
    /// Rows may be missing, and the list should be read again.
    Torn,
    /// Rows may be missing, as in each reading before.
    Restless,
}

impl Readings {
    /// Judges a reading, and after a whole one begins anew.
    pub fn judge(&mut self, census: Census) -> Verdict {
        self.count += 1;
        if census.is_complete() || self.before.as_ref().is_some_and(|before| census.agrees_with(before)) {
            *self = Self::default();
            return Verdict::Whole;
        }
        self.before = Some(census);
        if self.count < ATTEMPTS { Verdict::Torn } else { Verdict::Restless }
    }
}

/// No reading of the list had every row.
pub(crate) fn restless(list: &'static str) -> Error {
    Error::new(ErrorKind::Malformed, "the list changed each time while it was read").with("list", list)
}

/// Says so of a list that the next run reads again from its beginning, so that nothing is lost, but late.
pub(crate) fn left_to_the_next_run(list: &'static str) {
    tracing::warn!(
        list,
        "the list changed each time while it was read; what was missed is left to the next run"
    );
}
