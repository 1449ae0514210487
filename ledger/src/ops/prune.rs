//! Forgetting what is old.

use chrono::{DateTime, SecondsFormat, Utc};
use latchel_sync_core::Result;

use super::{DATE, Pool};
use crate::error::failed;

/// How many rows of a run's history go at once: a writer holds no other up for long.
const AT_ONCE: i64 = 5_000;
/// How many runs are looked for at once.
const RUNS: i64 = 100;

const DOING: &str = "forgetting what is old";

pub(crate) async fn prune(pool: &Pool, before: DateTime<Utc>) -> Result<u64> {
    let mut rows = 0;
    loop {
        let runs = old_runs(pool, before).await?;
        if runs.is_empty() {
            break;
        }
        for run in runs {
            rows += forget_run(pool, &run).await?;
        }
    }
    for sql in [
        "DELETE FROM deliveries WHERE worked_on = TRUE AND received_at < $1",
        "DELETE FROM audit WHERE at < $1",
        "DELETE FROM sessions WHERE expires_at < $1",
    ] {
        rows += sqlx::query(sql).bind(before).execute(pool).await.map_err(failed(DOING))?.rows_affected();
    }
    Ok(rows)
}

/// Runs that began before `before`, but for each account's newest and those that hold a lease.
async fn old_runs(pool: &Pool, before: DateTime<Utc>) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT id FROM runs WHERE substr({DATE}, 1, 19) < $1 \
         AND id NOT IN (SELECT MAX(id) FROM runs GROUP BY account) AND id NOT IN (SELECT run FROM leases) \
         ORDER BY id LIMIT $2"
    );
    let before: String = before.to_rfc3339_opts(SecondsFormat::Secs, true).chars().take(19).collect();
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(before)
        .bind(RUNS)
        .fetch_all(pool)
        .await
        .map_err(failed(DOING))
}

async fn forget_run(pool: &Pool, run: &str) -> Result<u64> {
    let mut rows = 0;
    loop {
        let gone = sqlx::query(
            "DELETE FROM outcome_history WHERE (run, kind, side, id) IN (SELECT run, kind, side, id \
             FROM outcome_history WHERE run = $1 LIMIT $2)",
        )
        .bind(run)
        .bind(AT_ONCE)
        .execute(pool)
        .await
        .map_err(failed(DOING))?
        .rows_affected();
        rows += gone;
        if gone < AT_ONCE.unsigned_abs() {
            break;
        }
    }
    let gone = sqlx::query("DELETE FROM runs WHERE id = $1").bind(run).execute(pool).await;
    Ok(rows + gone.map_err(failed(DOING))?.rows_affected())
}
