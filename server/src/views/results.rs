use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Outcome, Status};
use latchel_sync_core::model::RecordKey;
use latchel_sync_core::rules::{RuleId, Tense};
use latchel_sync_ledger::desk::{Filter, Found};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::schema;

/// Which results are asked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// What they are narrowed by.
    pub filter: Filter,
    /// From where the page goes on.
    pub after: Option<RecordKey>,
    /// How many at the most.
    pub limit: u32,
}

/// A page of an account's records by what came of them.
#[derive(Debug, Clone, Serialize)]
pub struct ResultsView {
    /// The rows.
    pub rows: Vec<ResultRow>,
    /// From where the next page goes on, if there is one.
    pub next: Option<RecordKey>,
}

/// What came of a record, in words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResultRow {
    /// Its newest outcome.
    #[schema(value_type = schema::Outcome)]
    pub outcome: Outcome,
    /// How it stands.
    #[schema(value_type = schema::Status)]
    pub status: Status,
    /// The rule behind it.
    #[schema(value_type = schema::RuleId)]
    pub rule: RuleId,
    /// What happened, in a sentence.
    pub sentence: &'static str,
    /// What somebody can do about it; empty where there is nothing to do.
    pub remedy: &'static str,
    /// If it waits: since when, UTC.
    pub since: Option<DateTime<Utc>>,
    /// If it waits: how often it was tried.
    pub attempts: Option<u32>,
    /// If it waits: when it is tried again at the earliest, UTC; `None` for the next run.
    pub next_try: Option<DateTime<Utc>>,
    /// Whether somebody dismissed it.
    pub dismissed: bool,
}

impl From<Found> for ResultRow {
    fn from(Found { outcome, pending }: Found) -> Self {
        Self {
            status: outcome.status(),
            rule: outcome.reason.rule_for(&outcome.key),
            sentence: outcome.reason.sentence(Tense::Has),
            remedy: outcome.reason.remedy(),
            since: pending.as_ref().map(|pending| pending.since),
            attempts: pending.as_ref().map(|pending| pending.attempts),
            next_try: pending.as_ref().and_then(|pending| pending.next_try()),
            dismissed: pending.is_some_and(|pending| pending.dismissed),
            outcome,
        }
    }
}

/// The records of an account that the query lets through, in the order of their keys.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn results(app: &App, account: &str, query: &Query) -> Result<ResultsView> {
    let Query { filter, after, limit } = query;
    let found = app.desk.look_for(account, filter, after.as_ref(), limit + 1).await?;
    let mut rows: Vec<ResultRow> = found.into_iter().map(ResultRow::from).collect();
    let next = cut(&mut rows, *limit, |row| row.outcome.key.clone());
    Ok(ResultsView { rows, next })
}

/// Takes away what was read beyond `limit`, which says whether there is more, and returns from where that goes on.
pub(super) fn cut<T>(rows: &mut Vec<T>, limit: u32, key: impl Fn(&T) -> RecordKey) -> Option<RecordKey> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(key)
}
