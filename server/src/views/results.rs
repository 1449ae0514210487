use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::Outcome;
use latchel_sync_core::model::{RecordKey, RuleId, Status, Tense};
use latchel_sync_ledger::desk::{Filter, Found};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::schema;

/// Query for results.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Filter that narrows them.
    pub filter: Filter,
    /// Place of the page in the list.
    pub page: Page,
    /// Most rows to return.
    pub limit: u32,
}

/// Place of a page in a list.
#[derive(Debug, Clone, Default)]
pub enum Page {
    /// At the beginning.
    #[default]
    First,
    /// After this record.
    After(RecordKey),
    /// Before this record.
    Before(RecordKey),
}

/// A page of an account's records by what came of them.
#[derive(Debug, Clone, Serialize)]
pub struct ResultsView {
    /// The rows.
    pub rows: Vec<ResultRow>,
    /// Record before which the page before ends; `None` if this is the first.
    pub previous: Option<RecordKey>,
    /// Record after which the next page begins; `None` if there is no next page.
    pub next: Option<RecordKey>,
}

/// Result for a record, in words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResultRow {
    /// Its newest outcome.
    #[schema(value_type = schema::Outcome)]
    pub outcome: Outcome,
    /// Status of the record.
    #[schema(value_type = schema::Status)]
    pub status: Status,
    /// The rule behind it.
    #[schema(value_type = schema::RuleId)]
    pub rule: RuleId,
    /// Sentence that says what happened.
    pub sentence: String,
    /// Advice on what somebody can do about it; empty where there is nothing to do.
    pub remedy: String,
    /// Instant since which it waits, UTC; null if it does not wait.
    pub since: Option<DateTime<Utc>>,
    /// Number of tries so far; null if it does not wait.
    pub attempts: Option<u32>,
    /// Earliest instant of the next try, UTC; null if that is the next run, or if it does not wait.
    pub next_try: Option<DateTime<Utc>>,
    /// True if somebody dismissed it.
    pub dismissed: bool,
}

impl ResultRow {
    /// `platform` is the platform's name for people.
    fn of(Found { outcome, pending }: Found, platform: &str) -> Self {
        Self {
            status: outcome.status(),
            rule: outcome.reason.rule_for(&outcome.key),
            sentence: outcome.reason.sentence_naming(Tense::Has, platform),
            remedy: outcome.reason.remedy_naming(platform),
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
    let Query { filter, page, limit } = query;
    // One row more than the page has tells whether the list goes on.
    let more = limit.saturating_add(1);
    let key = |row: &ResultRow| row.outcome.key.clone();
    let found = match page {
        Page::First => app.desk.find_outcomes(account, filter, None, more).await?,
        Page::After(after) => app.desk.find_outcomes(account, filter, Some(after), more).await?,
        Page::Before(before) => app.desk.find_outcomes_before(account, filter, before, more).await?,
    };
    let platform = app.platform_title(account);
    let mut rows: Vec<_> = found.into_iter().map(|found| ResultRow::of(found, platform)).collect();
    if let Page::Before(_) = page {
        rows.reverse();
        let previous = cut(&mut rows, *limit, key);
        rows.reverse();
        return Ok(ResultsView { previous, next: rows.last().map(key), rows });
    }
    let next = cut(&mut rows, *limit, key);
    let previous = rows.first().filter(|_| !matches!(page, Page::First)).map(key);
    Ok(ResultsView { rows, previous, next })
}

/// Takes away the rows that were read beyond `limit`, if there are any. If so there is more, and the key is returned after
/// which it goes on.
pub(super) fn cut<T>(rows: &mut Vec<T>, limit: u32, key: impl Fn(&T) -> RecordKey) -> Option<RecordKey> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(key)
}
