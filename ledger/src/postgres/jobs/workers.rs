//! Workers that live, what those left behind that do not, and duties that one of them has.

use std::time::Duration;

use chrono::TimeDelta;
use graphile_worker::sql::worker_heartbeat::registration::{worker_deregister, worker_heartbeat};
use graphile_worker::{SweepStaleWorkersOptions, WorkerRecoveryConfig, WorkerUtils};
use latchel_sync_core::Result;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::{SCHEMA, SharedJobs, broken, lock};
use crate::error::failed;
use crate::postgres::BEGIN;

/// Beginning of a worker, of which there is one at a time.
#[derive(Debug)]
pub struct Entering {
    /// True if no other worker lives.
    pub is_alone: bool,
    transaction: Transaction<'static, Postgres>,
}

impl SharedJobs {
    /// Shows that a worker lives.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be used; as do all of these.
    pub async fn beat(&self, worker: &str) -> Result<()> {
        worker_heartbeat(&self.pool, SCHEMA, worker, None)
            .await
            .map_err(broken("showing that a worker lives"))
    }

    /// Ends a worker that holds nothing any more.
    ///
    /// # Errors
    ///
    /// As [`Self::beat`].
    pub async fn leave(&self, worker: &str) -> Result<()> {
        worker_deregister(&self.pool, SCHEMA, worker).await.map_err(broken("ending a worker"))
    }

    /// Looks whether another worker lives; until [`Self::entered`], no other one begins.
    ///
    /// # Errors
    ///
    /// As [`Self::beat`].
    pub async fn enter(&self) -> Result<Entering> {
        let doing = "beginning a worker";
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(doing))?;
        lock(&mut transaction, "workers").await?;
        let living: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM latchel_sync_jobs._private_workers \
             WHERE last_heartbeat_at > clock_timestamp() - $1 * INTERVAL '1 second'",
        )
        .bind(self.gone.as_secs_f64())
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed(doing))?;
        Ok(Entering { is_alone: living == 0, transaction })
    }

    /// Begins a worker.
    ///
    /// # Errors
    ///
    /// As [`Self::beat`].
    pub async fn entered(&self, entering: Entering, worker: &str) -> Result<()> {
        self.beat(worker).await?;
        entering.transaction.commit().await.map_err(failed("beginning a worker"))
    }

    /// Frees what workers hold that have shown no life for a while.
    ///
    /// # Errors
    ///
    /// As [`Self::beat`].
    pub async fn sweep(&self) -> Result<()> {
        let config =
            WorkerRecoveryConfig::default().sweep_threshold(self.gone).recovery_delay(Duration::ZERO);
        WorkerUtils::new(&self.pool, SCHEMA)
            .sweep_stale_workers_with_config(&config, SweepStaleWorkersOptions::default())
            .await
            .map_err(broken("looking for workers that are gone"))?;
        let not_held = "state = 'under_way' AND NOT EXISTS (SELECT 1 FROM latchel_sync_jobs._private_jobs AS claimed \
                        WHERE claimed.id = jobs.task AND claimed.locked_by = jobs.worker)";
        for change in [
            format!(
                "UPDATE jobs SET state = 'waiting', worker = NULL WHERE key LIKE 'asked/%' AND {not_held}"
            ),
            format!("DELETE FROM jobs WHERE key NOT LIKE 'asked/%' AND {not_held}"),
        ] {
            let changed = sqlx::query(sqlx::AssertSqlSafe(change)).execute(&self.pool).await;
            changed.map_err(failed("looking for jobs that nobody works on"))?;
        }
        Ok(())
    }

    /// Shows how far a worker's jobs are, as people see them.
    ///
    /// # Errors
    ///
    /// As [`Self::beat`].
    pub async fn progress(&self, worker: &str, jobs: &[(Uuid, String)]) -> Result<()> {
        let (ids, data): (Vec<_>, Vec<_>) =
            jobs.iter().map(|(id, data)| (id.to_string(), data.as_str())).unzip();
        sqlx::query(
            "UPDATE jobs SET data = news.data FROM UNNEST(CAST($1 AS TEXT[]), CAST($2 AS TEXT[])) AS news(id, data) \
             WHERE jobs.id = news.id AND jobs.state = 'under_way' AND jobs.worker = $3",
        )
        .bind(ids)
        .bind(data)
        .bind(worker)
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(failed("showing how far jobs are"))
    }

    /// Takes or keeps a duty that one process at a time has, for so long. `false` if another has it.
    ///
    /// # Errors
    ///
    /// As [`Self::beat`].
    pub async fn take_duty(&self, name: &str, holder: &str, length: TimeDelta) -> Result<bool> {
        let taken = sqlx::query(
            "INSERT INTO duties AS known (name, holder, until_at) \
             VALUES ($1, $2, clock_timestamp() + $3 * INTERVAL '1 millisecond') \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at \
             WHERE known.holder = excluded.holder OR known.until_at <= clock_timestamp()",
        )
        .bind(name)
        .bind(holder)
        .bind(length.num_milliseconds())
        .execute(&self.pool)
        .await
        .map_err(failed("taking a duty"))?;
        Ok(taken.rows_affected() > 0)
    }
}
