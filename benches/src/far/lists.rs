//! Lists of the platform, rendered before anybody asks.

use std::ops::RangeInclusive;

use axum::body::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

/// Age of the last change of rows that nobody has touched: outside of every window.
const SETTLED: TimeDelta = TimeDelta::days(90);

/// Renders a row: from its id, the time of its last change, and a text that somebody put behind its name.
pub type Render = fn(u64, DateTime<Utc>, &str) -> Value;

/// A list of the platform, in the order of its ids, which count from 1.
#[derive(Debug)]
pub struct List {
    render: Render,
    rows: Vec<Row>,
    /// The newest of all stamps.
    newest: i64,
    /// The oldest of them.
    oldest: i64,
}

#[derive(Debug)]
struct Row {
    /// Seconds since 1970.
    updated_at: i64,
    /// Text that somebody put behind its name.
    suffix: Box<str>,
    json: Bytes,
}

/// The parts of a page's body.
pub struct Page<'a> {
    pub rows: Vec<&'a Bytes>,
    pub total: usize,
}

impl List {
    /// `count` rows that nobody has touched for long.
    pub fn new(render: Render, count: u64, now: DateTime<Utc>) -> Self {
        let row = |id| Row::new(render, id, now - SETTLED, Box::default());
        let mut list = Self { render, rows: (1..=count).map(row).collect(), newest: 0, oldest: 0 };
        list.dated(now - SETTLED);
        list
    }

    /// Says of every row that it was changed now, and leaves what it says otherwise.
    pub fn touch(&mut self, now: DateTime<Utc>) {
        self.stamp(now);
    }

    /// Says of every row that it was changed long ago.
    pub fn settle(&mut self, now: DateTime<Utc>) {
        self.stamp(now - SETTLED);
    }

    fn stamp(&mut self, at: DateTime<Utc>) {
        for (id, row) in (1..).zip(&mut self.rows) {
            *row = Row::new(self.render, id, at, std::mem::take(&mut row.suffix));
        }
        self.dated(at);
    }

    fn dated(&mut self, at: DateTime<Utc>) {
        (self.newest, self.oldest) = (at.timestamp(), at.timestamp());
    }

    /// Changes one row's name now; `false` if there is none with this id.
    pub fn rename(&mut self, id: u64, suffix: &str, now: DateTime<Utc>) -> bool {
        let Some(row) = usize::try_from(id).ok().and_then(|id| self.rows.get_mut(id.checked_sub(1)?)) else {
            return false;
        };
        *row = Row::new(self.render, id, now, suffix.into());
        self.newest = self.newest.max(now.timestamp());
        true
    }

    /// The rows that changed at `since` or later, from `offset` on.
    pub fn page(&self, since: Option<i64>, offset: usize, limit: usize) -> Page<'_> {
        match since {
            Some(since) if since > self.newest => Page { rows: Vec::new(), total: 0 },
            Some(since) if since > self.oldest => {
                let changed: Vec<_> =
                    self.rows.iter().filter(|row| row.updated_at >= since).map(|row| &row.json).collect();
                let total = changed.len();
                Page { rows: changed.into_iter().skip(offset).take(limit).collect(), total }
            }
            _ => {
                let rows = self.rows.iter().skip(offset).take(limit).map(|row| &row.json).collect();
                Page { rows, total: self.rows.len() }
            }
        }
    }

    /// The rows with these ids, from `offset` on; one that there is not is left out.
    pub fn by_id(&self, ids: &[RangeInclusive<u64>], offset: usize, limit: usize) -> Page<'_> {
        let row = |id: u64| self.rows.get(usize::try_from(id.checked_sub(1)?).ok()?);
        let rows: Vec<_> = ids.iter().cloned().flatten().filter_map(row).map(|row| &row.json).collect();
        let total = rows.len();
        Page { rows: rows.into_iter().skip(offset).take(limit).collect(), total }
    }
}

impl Row {
    fn new(render: Render, id: u64, at: DateTime<Utc>, suffix: Box<str>) -> Self {
        let json = render(id, at, &suffix).to_string().into();
        Self { updated_at: at.timestamp(), suffix, json }
    }
}
