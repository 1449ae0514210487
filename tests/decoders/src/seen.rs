//! Results of a call, as far as they must hold for every input.

use std::collections::BTreeSet;

use futures::TryStreamExt;
use latchel_sync_core::model::{InvalidRecord, Row};
use latchel_sync_core::{Pages, Result};

use crate::far::SECRET;

#[derive(Debug, Default)]
pub struct Seen {
    /// The ids of the records that were read.
    records: BTreeSet<String>,
    /// The ids of those that could not be.
    invalid: BTreeSet<String>,
    failed: bool,
    reads_rows: bool,
}

impl Seen {
    /// A call that answers no rows.
    pub fn of<T>(result: Result<T>) -> Self {
        if let Err(error) = &result {
            shows_no_secret(&format!("{error} {error:?}"));
        }
        Self { failed: result.is_err(), ..Self::default() }
    }

    /// A call that answers rows.
    pub fn rows<T>(result: Result<Vec<Row<T>>>, id: impl Fn(&T) -> String) -> Self {
        let mut seen = Self { reads_rows: true, ..Self::default() };
        match result {
            Ok(rows) => rows.into_iter().for_each(|row| seen.add(row, &id)),
            Err(error) => {
                seen.failed = true;
                shows_no_secret(&format!("{error} {error:?}"));
            }
        }
        seen
    }

    /// A call that answers pages.
    pub async fn pages<T>(pages: Pages<'_, T>, id: impl Fn(&T) -> String) -> Self {
        Self::rows(pages.try_concat().await, id)
    }

    fn add<T>(&mut self, row: Row<T>, id: impl Fn(&T) -> String) {
        match row {
            Row::Record(record) => drop(self.records.insert(id(&record))),
            Row::Hint { id, .. } | Row::NotSupported { id, .. } => drop(self.records.insert(id)),
            Row::Invalid(InvalidRecord { id, field, problem }) => {
                shows_no_secret(&format!("{field}: {problem}"));
                self.invalid.insert(id);
            }
        }
    }

    /// With unreadable rows beside them, the same records are there: read, or at least named.
    pub fn hides_none_of(&self, without: &Self) {
        if !without.reads_rows || without.failed {
            return;
        }
        assert!(!self.failed, "an unreadable row fails the others");
        for id in &without.records {
            let there = self.records.contains(id) || self.invalid.contains(id);
            assert!(there, "an unreadable row hides {id:?}: {self:?}");
        }
    }
}

#[track_caller]
pub fn shows_no_secret(text: &str) {
    assert!(!text.contains(SECRET), "a secret shows: {text}");
}
