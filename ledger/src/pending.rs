use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Outcome, Pending};
use latchel_sync_core::model::{Kind, RecordKey, Side};
use sqlx::{SqliteConnection, SqlitePool};

use crate::error::{failed, unreadable};
use crate::outcomes::summary;

/// A dismissal lasts for as long as the record's reason and detail stay the same.
pub(crate) async fn put(connection: &mut SqliteConnection, account: &str, outcome: &Outcome) -> Result<()> {
    let key = &outcome.key;
    sqlx::query(
        "INSERT INTO pending (account, kind, side, id, since, attempts, dismissed, summary) \
         VALUES (?, ?, ?, ?, ?, 1, 0, ?) ON CONFLICT (account, kind, side, id) DO UPDATE SET \
         attempts = attempts + 1, dismissed = dismissed AND summary = excluded.summary, summary = excluded.summary",
    )
    .bind(account)
    .bind(key.kind.as_str())
    .bind(key.side.as_str())
    .bind(&key.id)
    .bind(outcome.at)
    .bind(summary(outcome))
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(failed("keeping a pending record"))
}

pub(crate) async fn end(connection: &mut SqliteConnection, account: &str, key: &RecordKey) -> Result<()> {
    sqlx::query("DELETE FROM pending WHERE account = ? AND kind = ? AND side = ? AND id = ?")
        .bind(account)
        .bind(key.kind.as_str())
        .bind(key.side.as_str())
        .bind(&key.id)
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(failed("ending a pending record"))
}

type Row = (DateTime<Utc>, i64, bool, String);

const SELECT: &str = "SELECT pending.since, pending.attempts, pending.dismissed, outcomes.data FROM pending \
                      JOIN outcomes USING (account, kind, side, id) WHERE account = ?1";

fn read((since, attempts, dismissed, data): Row) -> Result<Pending> {
    let outcome: Outcome = serde_json::from_str(&data).map_err(unreadable("outcome"))?;
    Ok(Pending { outcome, since, attempts: u32::try_from(attempts).unwrap_or(u32::MAX), dismissed })
}

pub(crate) async fn page(
    pool: &SqlitePool,
    account: &str,
    kind: Kind,
    side: Side,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Pending>> {
    let sql =
        format!("{SELECT} AND kind = ?2 AND side = ?3 AND id > ?4 AND NOT dismissed ORDER BY id LIMIT ?5");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(account)
        .bind(kind.as_str())
        .bind(side.as_str())
        .bind(after.unwrap_or_default())
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(failed("reading what is pending"))?;
    rows.into_iter().map(read).collect()
}

pub(crate) async fn all(pool: &SqlitePool, account: &str) -> Result<Vec<Pending>> {
    let sql = format!("{SELECT} ORDER BY kind, side, id");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(account)
        .fetch_all(pool)
        .await
        .map_err(failed("reading what is pending"))?;
    rows.into_iter().map(read).collect()
}

pub(crate) async fn dismiss(pool: &SqlitePool, account: &str, key: &RecordKey) -> Result<bool> {
    update(pool, account, key, "dismissed = 1").await
}

pub(crate) async fn retry(pool: &SqlitePool, account: &str, key: &RecordKey) -> Result<bool> {
    update(pool, account, key, "dismissed = 0, attempts = 0").await
}

async fn update(pool: &SqlitePool, account: &str, key: &RecordKey, set: &'static str) -> Result<bool> {
    let sql = format!("UPDATE pending SET {set} WHERE account = ? AND kind = ? AND side = ? AND id = ?");
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
