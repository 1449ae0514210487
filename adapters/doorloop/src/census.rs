//! Whether a list held still while its pages were read.

use std::sync::{Mutex, PoisonError};

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

    /// How many rows there are; unknown before the first page.
    pub fn total(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).total.unwrap_or_default()
    }

    /// Whether every row was seen, as far as the totals tell. Without totals nothing says otherwise.
    pub fn is_complete(&self) -> bool {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        !counts.moved && counts.total.is_none_or(|total| total == counts.rows)
    }

    /// Whether two readings found as many rows under the same total, so that it is the total that is wrong.
    pub fn agrees_with(&self, before: &Self) -> bool {
        let counted = |census: &Self| {
            let counts = census.0.lock().unwrap_or_else(PoisonError::into_inner);
            (!counts.moved).then_some((counts.rows, counts.total))
        };
        counted(self).is_some_and(|now| counted(before) == Some(now))
    }
}
