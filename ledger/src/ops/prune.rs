use chrono::{DateTime, Utc};
use latchel_sync_core::Result;

use super::statement::{Sql, push_list, write};
use super::{BYTES, JSON, Pool, call_limits, search, tries};
use crate::desk::Forget;
use crate::error::failed;

/// Number of rows that are deleted at a time, so that no run waits for long.
const ROWS: u64 = 1_000;
/// Number of runs that are forgotten at a time.
const RUNS: usize = 100;

pub(crate) async fn prune(pool: &Pool, Forget { idle_before, before }: Forget) -> Result<u64> {
    let mut rows = in_batches(pool, || idle(idle_before)).await?;
    loop {
        let old = runs(pool, before).await?;
        rows += forget(pool, &old).await?;
        if old.len() < RUNS {
            break;
        }
    }
    for (table, what) in
        [("deliveries", "worked_on AND received_at < "), ("audit", "at < "), ("sessions", "expires_at <= ")]
    {
        rows += in_batches(pool, || {
            let mut sql =
                Sql::new(format!("DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {what}"));
            sql.push_bind(before).push(format_args!(" ORDER BY id LIMIT {ROWS})"));
            sql
        })
        .await?;
    }
    let mut sql = Sql::new("DELETE FROM run_days WHERE day < ");
    sql.push_bind(before.date_naive());
    write(pool, sql).await?;
    rows += tries::forget(pool, before).await?;
    rows += call_limits::forget(pool, before).await?;
    Ok(rows)
}

/// Runs that found nothing new have no history.
fn idle(before: DateTime<Utc>) -> Sql {
    let mut sql = Sql::new("DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE idle_at < ");
    sql.push_bind(before);
    sql.push(format_args!(" AND {NOT_NEEDED} ORDER BY idle_at LIMIT {ROWS})"));
    sql
}

/// Condition of runs that may be forgotten: not the newest of its account, and none that holds a lease.
const NOT_NEEDED: &str = "id < (SELECT MAX(newer.id) FROM runs AS newer WHERE newer.account = runs.account) AND NOT EXISTS \
                          (SELECT 1 FROM leases WHERE leases.account = runs.account AND leases.run = runs.id)";

/// The history goes first, so that a prune that was cut short finds the rest of it.
async fn forget(pool: &Pool, runs: &[String]) -> Result<u64> {
    if runs.is_empty() {
        return Ok(0);
    }
    let of_history = in_batches(pool, || history(runs)).await?;
    let mut sql = Sql::new("DELETE FROM runs WHERE id IN (");
    push_list(&mut sql, runs);
    Ok(of_history + write(pool, sql).await?)
}

/// Runs the same statement until it deletes less than it may.
async fn in_batches(pool: &Pool, sql: impl Fn() -> Sql) -> Result<u64> {
    let mut rows = 0;
    loop {
        let deleted = write(pool, sql()).await?;
        rows += deleted;
        if deleted < ROWS {
            return Ok(rows);
        }
    }
}

/// Some of the runs that are forgotten.
async fn runs(pool: &Pool, before: DateTime<Utc>) -> Result<Vec<String>> {
    let mut sql = Sql::new(format!("SELECT id FROM runs WHERE {NOT_NEEDED}"));
    if let Some(before) = search::comparable(before) {
        sql.push(format_args!(" AND RTRIM({JSON} ->> 'now', 'Z'){BYTES} < ")).push_bind(before);
    }
    sql.push(format_args!(" ORDER BY id LIMIT {RUNS}"));
    sql.build_query_scalar().fetch_all(pool).await.map_err(failed("looking for old runs"))
}

fn history(runs: &[String]) -> Sql {
    let mut sql = Sql::new(
        "DELETE FROM outcome_history WHERE (run, kind, side, id) IN (SELECT run, kind, side, id FROM outcome_history \
         WHERE run IN (",
    );
    push_list(&mut sql, runs);
    sql.push(format_args!(" LIMIT {ROWS})"));
    sql
}
