//! Jobs as people see them.

use chrono::{DateTime, Utc};
use graphile_worker::WorkerUtils;
use graphile_worker::worker_utils::types::CleanupTask;
use latchel_sync_core::Result;
use uuid::Uuid;

use super::{SCHEMA, SharedJobs, broken};
use crate::error::failed;

/// A job as people see it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Seen {
    /// The account.
    pub account: String,
    /// `waiting`, `under_way` or `ended`.
    pub state: String,
    /// The job, as JSON.
    pub data: String,
    /// The rest of it, as JSON, if it was asked for and is there.
    pub result: Option<String>,
}

/// A part of an account's schedule that is late by an interval.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Late {
    /// The account.
    pub account: String,
    /// Instant since which it is late, UTC.
    pub late_from: DateTime<Utc>,
    /// True if it took long the last time.
    pub is_slow: bool,
}

const READING: &str = "reading the jobs";
const FORGETTING: &str = "forgetting jobs";

impl SharedJobs {
    /// A job with its result, if it is not forgotten.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read; as do all of these.
    pub async fn job(&self, id: Uuid) -> Result<Option<Seen>> {
        sqlx::query_as("SELECT account, state, data, result FROM jobs WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed(READING))
    }

    /// The jobs of an account that have not ended, and the one that ended last; of all accounts if it is `None`.
    ///
    /// # Errors
    ///
    /// As [`Self::job`].
    pub async fn jobs(&self, account: Option<&str>) -> Result<Vec<Seen>> {
        sqlx::query_as(
            "SELECT account, state, data, NULL AS result FROM (\
             (SELECT id, account, state, data FROM jobs WHERE state <> 'ended' AND ($1 IS NULL OR account = $1)) UNION ALL \
             (SELECT DISTINCT ON (account) id, account, state, data FROM jobs \
             WHERE state = 'ended' AND ($1 IS NULL OR account = $1) ORDER BY account, ended_at DESC)) AS all_of_them \
             ORDER BY id",
        )
        .bind(account)
        .fetch_all(&self.pool)
        .await
        .map_err(failed(READING))
    }

    /// Numbers of the jobs that wait, with what is due by `now`, UTC, and of those that are under way.
    ///
    /// # Errors
    ///
    /// As [`Self::job`].
    pub async fn counts(&self, now: DateTime<Utc>) -> Result<(u64, u64)> {
        let (asked, under_way, due): (i64, i64, i64) = sqlx::query_as(
            "SELECT COUNT(*) FILTER (WHERE state = 'waiting'), COUNT(*) FILTER (WHERE state = 'under_way'), \
             (SELECT COUNT(*) FROM due_dates WHERE due_at <= $1 AND NOT EXISTS (SELECT 1 FROM jobs AS own \
             WHERE own.key = 'due/' || due_dates.part || '/' || due_dates.account AND own.state <> 'ended') \
             AND NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.account = due_dates.account)) \
             FROM jobs WHERE state <> 'ended'",
        )
        .bind(now)
        .fetch_one(&self.pool)
        .await
        .map_err(failed(READING))?;
        let number = |number: i64| number.max(0).unsigned_abs();
        Ok((number(asked) + number(due), number(under_way)))
    }

    /// Parts that are late by an interval by `now`, UTC, although nobody paused their account and no run of it is under way.
    ///
    /// # Errors
    ///
    /// As [`Self::job`].
    pub async fn late(&self, now: DateTime<Utc>) -> Result<Vec<Late>> {
        sqlx::query_as(
            "SELECT account, late_from, is_slow FROM due_dates WHERE late_from <= $1 \
             AND NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.account = due_dates.account) \
             AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.account = due_dates.account \
             AND leases.run <> '' AND leases.expires_at > clock_timestamp()) \
             AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.account = due_dates.account AND jobs.state = 'under_way')",
        )
        .bind(now)
        .fetch_all(&self.pool)
        .await
        .map_err(failed(READING))
    }

    /// Forgets the jobs that ended before an instant, UTC.
    ///
    /// # Errors
    ///
    /// As [`Self::job`].
    pub async fn forget(&self, before: DateTime<Utc>) -> Result<()> {
        sqlx::query("DELETE FROM jobs WHERE state = 'ended' AND ended_at < $1")
            .bind(before)
            .execute(&self.pool)
            .await
            .map_err(failed(FORGETTING))?;
        // Tasks in whose place others came while a worker had them that is gone.
        WorkerUtils::new(&self.pool, SCHEMA)
            .cleanup(&[CleanupTask::DeletePermanentlyFailedJobs])
            .await
            .map_err(broken(FORGETTING))
    }
}
