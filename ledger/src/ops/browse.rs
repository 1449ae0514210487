//! The newest outcomes as people look through them, and the history of one record.

use chrono::{DateTime, SecondsFormat, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Outcome, Status};
use latchel_sync_core::model::RecordKey;
use latchel_sync_core::rules::Reason;
use sqlx::QueryBuilder;

use super::desk::read_all;
use super::{DATA, Database, Pool, pending};
use crate::desk::{Filter, Found};
use crate::error::{failed, unreadable};

/// Of how many of an account's newest runs the history of a record is told.
const RUNS_TOLD: i64 = 10_000;

/// An outcome, and since when it waits, how often it was tried and whether it was dismissed.
type Row = (String, Option<DateTime<Utc>>, Option<i64>, Option<bool>);

pub(crate) async fn look_for(
    pool: &Pool,
    account: &str,
    filter: &Filter,
    after: Option<&RecordKey>,
    limit: u32,
) -> Result<Vec<Found>> {
    let mut sql = QueryBuilder::<Database>::new(
        "SELECT outcomes.data, pending.since, pending.attempts, pending.dismissed FROM outcomes \
         LEFT JOIN pending ON pending.account = outcomes.account AND pending.kind = outcomes.kind \
         AND pending.side = outcomes.side AND pending.id = outcomes.id WHERE outcomes.account = ",
    );
    sql.push_bind(account);
    if let Some(key) = after {
        sql.push(" AND (outcomes.kind, outcomes.side, outcomes.id) > (")
            .push_bind(key.kind.as_str())
            .push(", ")
            .push_bind(key.side.as_str())
            .push(", ")
            .push_bind(key.id.as_str())
            .push(")");
    }
    if let Some(kind) = filter.kind {
        sql.push(" AND outcomes.kind = ").push_bind(kind.as_str());
    }
    if let Some(side) = filter.side {
        sql.push(" AND outcomes.side = ").push_bind(side.as_str());
    }
    if let Some(reason) = filter.reason {
        sql.push(" AND outcomes.reason = ").push_bind(reason.code());
    }
    if let Some(status) = filter.status {
        push_reasons(&mut sql, status);
    }
    if let Some(run) = filter.run {
        sql.push(format!(" AND {DATA} ->> 'run' = ")).push_bind(run.to_string());
    }
    if let Some(until) = filter.until {
        // To the second, because the text of an instant need not show more.
        let until: String = until.to_rfc3339_opts(SecondsFormat::Secs, true).chars().take(19).collect();
        sql.push(format!(" AND substr({DATA} ->> 'at', 1, 19) <= ")).push_bind(until);
    }
    if let Some(text) = &filter.text {
        push_text(&mut sql, text);
    }
    sql.push(" ORDER BY outcomes.kind, outcomes.side, outcomes.id LIMIT ").push_bind(i64::from(limit));
    let rows: Vec<Row> =
        sql.build_query_as().fetch_all(pool).await.map_err(failed("looking through outcomes"))?;
    rows.into_iter().map(found).collect()
}

fn push_reasons(sql: &mut QueryBuilder<Database>, status: Status) {
    sql.push(" AND outcomes.reason IN (");
    let mut codes = sql.separated(", ");
    for reason in Reason::ALL.iter().filter(|reason| reason.status() == status) {
        codes.push_bind(reason.code());
    }
    sql.push(")");
}

fn push_text(sql: &mut QueryBuilder<Database>, text: &str) {
    let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = format!("%{text}%");
    sql.push(" AND (");
    let places = [
        "outcomes.id".to_owned(),
        "outcomes.counterpart".to_owned(),
        format!("{DATA} ->> 'label'"),
        format!("{DATA} ->> 'detail'"),
    ];
    for (index, place) in places.iter().enumerate() {
        let or = if index > 0 { " OR " } else { "" };
        sql.push(format!("{or}LOWER({place}) LIKE LOWER(")).push_bind(pattern.clone()).push(") ESCAPE '\\'");
    }
    sql.push(")");
}

fn found((data, since, attempts, dismissed): Row) -> Result<Found> {
    let outcome: Outcome = serde_json::from_str(&data).map_err(unreadable("outcome"))?;
    let waiting = since.zip(attempts).zip(dismissed);
    let pending = waiting
        .map(|((since, attempts), dismissed)| pending::of(outcome.clone(), since, attempts, dismissed));
    Ok(Found { outcome, pending })
}

/// The run is the history's key, so that the account's runs are asked one after the other.
pub(crate) async fn history(pool: &Pool, account: &str, key: &RecordKey, limit: u32) -> Result<Vec<Outcome>> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT outcome_history.data FROM (SELECT id FROM runs WHERE account = $1 ORDER BY id DESC LIMIT $6) \
         AS told CROSS JOIN outcome_history WHERE outcome_history.run = told.id \
         AND outcome_history.kind = $2 AND outcome_history.side = $3 AND outcome_history.id = $4 \
         ORDER BY told.id DESC LIMIT $5",
    )
    .bind(account)
    .bind(key.kind.as_str())
    .bind(key.side.as_str())
    .bind(&key.id)
    .bind(i64::from(limit))
    .bind(RUNS_TOLD)
    .fetch_all(pool)
    .await
    .map_err(failed("reading the history of a record"))?;
    read_all(&rows)
}
