use std::fmt::Debug;

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use latchel_sync_core::Pages;
use latchel_sync_core::model::{Row, Window};

/// The instant that a text in RFC 3339 names.
pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// Window of the changes since 21:30 on the last day of February 2026 in Los Angeles, which is in March in UTC.
pub fn window() -> Window {
    Window { from: instant("2026-03-01T05:30:15Z") }
}

/// Every row of every page.
pub async fn all<T>(pages: Pages<'_, T>) -> Vec<Row<T>> {
    pages.try_concat().await.expect("pages")
}

/// Number of rows that are records.
pub fn count<T>(rows: &[Row<T>]) -> usize {
    rows.iter().filter(|row| matches!(row, Row::Record(_))).count()
}

/// The record of the row that has to be one.
#[track_caller]
pub fn record<T: Debug>(row: &Row<T>) -> &T {
    match row {
        Row::Record(record) => record,
        other => panic!("{other:?}"),
    }
}

/// Id and field of the row that has to be unreadable.
#[track_caller]
pub fn invalid<T: Debug>(row: &Row<T>) -> (&str, &str) {
    match row {
        Row::Invalid(invalid) => (&invalid.id, &invalid.field),
        other => panic!("{other:?}"),
    }
}
