use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Outcome, Pending};
use latchel_sync_core::model::{Kind, RecordKey, Side};
use sqlx::QueryBuilder;

use super::statement::run_built;
use super::{Connection, Database, Pool};
use crate::error::{failed, unreadable};

/// Text that two outcomes of one record share if they tell the same.
pub(super) fn summary(outcome: &Outcome) -> String {
    let detail = outcome.detail.as_deref().unwrap_or_default();
    let counterpart = outcome.counterpart.as_deref().unwrap_or_default();
    format!("{}|{counterpart}|{detail}", outcome.reason)
}

/// A dismissal lasts for as long as the record's reason and detail stay the same.
/// `tries` is added to the number of attempts.
pub(crate) async fn put(
    connection: &mut Connection,
    account: &str,
    outcome: &Outcome,
    tries: i64,
) -> Result<()> {
    let key = &outcome.key;
    sqlx::query(
        "INSERT INTO pending (account, kind, side, id, since, attempts, dismissed, summary) \
         VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7) ON CONFLICT (account, kind, side, id) DO UPDATE SET \
         attempts = pending.attempts + excluded.attempts, \
         dismissed = pending.dismissed AND pending.summary = excluded.summary, summary = excluded.summary",
    )
    .bind(account)
    .bind(key.kind.as_str())
    .bind(key.side.as_str())
    .bind(&key.id)
    .bind(outcome.at)
    .bind(tries)
    .bind(summary(outcome))
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(failed("keeping a pending record"))
}

pub(crate) async fn end(connection: &mut Connection, account: &str, keys: &[&RecordKey]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut sql = QueryBuilder::<Database>::new("DELETE FROM pending WHERE account = ");
    sql.push_bind(account).push(" AND (kind, side, id) IN (");
    sql.push_values(keys, |mut row, key| {
        row.push_bind(key.kind.as_str()).push_bind(key.side.as_str()).push_bind(key.id.as_str());
    });
    sql.push(")");
    run_built(connection, sql, "ending pending records").await
}

type Row = (DateTime<Utc>, i64, bool, String);

const SELECT: &str = "SELECT pending.since, pending.attempts, pending.dismissed, outcomes.data FROM pending \
                      JOIN outcomes USING (account, kind, side, id) WHERE account = $1";

fn read((since, attempts, dismissed, data): Row) -> Result<Pending> {
    let outcome: Outcome = serde_json::from_str(&data).map_err(unreadable("outcome"))?;
    Ok(of(outcome, since, attempts, dismissed))
}

pub(crate) fn of(outcome: Outcome, since: DateTime<Utc>, attempts: i64, dismissed: bool) -> Pending {
    Pending { outcome, since, attempts: u32::try_from(attempts).unwrap_or(u32::MAX), dismissed }
}

pub(crate) async fn page(
    pool: &Pool,
    account: &str,
    kind: Kind,
    side: Side,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Pending>> {
    let sql =
        format!("{SELECT} AND kind = $2 AND side = $3 AND id > $4 AND NOT dismissed ORDER BY id LIMIT $5");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(account)
        .bind(kind.as_str())
        .bind(side.as_str())
        .bind(after.unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await
        .map_err(failed("reading what is pending"))?;
    rows.into_iter().map(read).collect()
}

pub(crate) async fn all(pool: &Pool, account: &str) -> Result<Vec<Pending>> {
    let sql = format!("{SELECT} ORDER BY kind, side, id");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(account)
        .fetch_all(pool)
        .await
        .map_err(failed("reading what is pending"))?;
    rows.into_iter().map(read).collect()
}

pub(crate) async fn dismiss(pool: &Pool, account: &str, key: &RecordKey) -> Result<bool> {
    update(pool, account, key, "dismissed = TRUE").await
}

pub(crate) async fn retry(pool: &Pool, account: &str, key: &RecordKey) -> Result<bool> {
    update(pool, account, key, "dismissed = FALSE, attempts = 0").await
}

async fn update(pool: &Pool, account: &str, key: &RecordKey, set: &'static str) -> Result<bool> {
    let sql = format!("UPDATE pending SET {set} WHERE account = $1 AND kind = $2 AND side = $3 AND id = $4");
    let done = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(account)
        .bind(key.kind.as_str())
        .bind(key.side.as_str())
        .bind(&key.id)
        .execute(pool)
        .await
        .map_err(failed("changing a pending record"))?;
    Ok(done.rows_affected() > 0)
}
