//! Due dates of the parts of accounts' schedules. There is one task for each, which names the number of the due date that it is
//! for; a task with another number than the row's has nothing to do.

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::Result;
use serde::Serialize;

use super::{SharedJobs, TRIES, Task};
use crate::error::{failed, unreadable};
use crate::postgres::BEGIN;

/// Rank of a part that is due.
pub(super) const RANK: i16 = 3;
/// Rank of one that is late by an interval.
const RANK_OF_LATE: i16 = 2;
/// Most due dates that a statement writes.
const AT_ONCE: usize = 500;

/// Due date of a part of an account's schedule.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DueDate {
    /// The account.
    pub account: String,
    /// Name of the part.
    pub part: String,
    /// Instant at which it is due, UTC.
    pub due_at: DateTime<Utc>,
    /// Its number.
    pub epoch: i64,
    /// The timetable by which it was computed.
    pub timetable: String,
    /// False if nothing would begin it, because somebody took the task away.
    pub is_kept: bool,
}

/// Due date to be put in the place of another.
#[derive(Debug, Clone)]
pub struct NewDueDate {
    /// The account.
    pub account: String,
    /// Name of the part.
    pub part: String,
    /// Instant at which it is due, UTC.
    pub due_at: DateTime<Utc>,
    /// The same from now.
    pub after: TimeDelta,
    /// Instant from which it is late, UTC.
    pub late_from: Option<DateTime<Utc>>,
    /// The timetable by which it was computed.
    pub timetable: String,
    /// Number of the one that it replaces; `None` if there is none.
    pub replaces: Option<i64>,
}

/// A task as `graphile_worker` takes many at once.
#[derive(Serialize)]
struct Addition {
    identifier: &'static str,
    payload: Task,
    run_at: DateTime<Utc>,
    max_attempts: i32,
    job_key: String,
    priority: i16,
}

impl SharedJobs {
    /// Due dates of all accounts.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be used; as do all of these.
    pub async fn due_dates(&self) -> Result<Vec<DueDate>> {
        sqlx::query_as(
            "SELECT account, part, due_at, epoch, timetable, EXISTS (SELECT 1 FROM latchel_sync_jobs._private_jobs AS kept \
             WHERE kept.key = 'due/' || due_dates.part || '/' || due_dates.account) AS is_kept FROM due_dates",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(failed("reading due dates"))
    }

    /// Puts due dates in the place of those that they replace. One that another process has put meanwhile stays.
    ///
    /// # Errors
    ///
    /// As [`Self::due_dates`].
    pub async fn put_due_dates(&self, all: &[NewDueDate]) -> Result<()> {
        for some in all.chunks(AT_ONCE) {
            self.put_some(some).await?;
        }
        Ok(())
    }

    async fn put_some(&self, some: &[NewDueDate]) -> Result<()> {
        let doing = "writing due dates";
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(doing))?;
        let clock: DateTime<Utc> = sqlx::query_scalar("SELECT clock_timestamp()")
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed(doing))?;
        let mut sql = super::super::statement::Sql::new(
            "INSERT INTO due_dates AS known (account, part, due_at, late_from, epoch, is_late, is_slow, timetable) ",
        );
        sql.push_values(some, |mut row, one| {
            row.push_bind(one.account.as_str()).push_bind(one.part.as_str()).push_bind(one.due_at);
            row.push_bind(one.late_from).push_bind(one.replaces.map_or(FIRST, |before| before + 1));
            row.push_bind(false).push_bind(false).push_bind(one.timetable.as_str());
        });
        sql.push(
            " ON CONFLICT (account, part) DO UPDATE SET due_at = excluded.due_at, late_from = excluded.late_from, \
             epoch = excluded.epoch, is_late = FALSE, timetable = excluded.timetable \
             WHERE known.epoch = excluded.epoch - 1 RETURNING account, part, epoch",
        );
        let put: Vec<(String, String, i64)> =
            sql.build_query_as().fetch_all(&mut *transaction).await.map_err(failed(doing))?;
        let additions = put.into_iter().filter_map(|(account, part, epoch)| {
            let of = |one: &&NewDueDate| one.account == account && one.part == part;
            let after = some.iter().find(of)?.after.max(TimeDelta::zero());
            let payload = Task::Due { account, part, epoch };
            let (identifier, job_key) = (payload.identifier(), payload.key());
            let run_at = clock + after;
            Some(Addition { identifier, payload, run_at, max_attempts: TRIES, job_key, priority: RANK })
        });
        let additions: Vec<_> = additions.collect();
        if !additions.is_empty() {
            sqlx::query(
                "SELECT 1 FROM latchel_sync_jobs.add_jobs(ARRAY(SELECT \
                 json_populate_recordset(NULL::latchel_sync_jobs.job_spec, CAST($1 AS JSON))), FALSE)",
            )
            .bind(serde_json::to_string(&additions).map_err(unreadable("task"))?)
            .execute(&mut *transaction)
            .await
            .map_err(failed(doing))?;
        }
        transaction.commit().await.map_err(failed(doing))
    }

    /// Has those go first that are late by an interval by `now`, UTC.
    ///
    /// # Errors
    ///
    /// As [`Self::due_dates`].
    pub async fn put_late_first(&self, now: DateTime<Utc>) -> Result<()> {
        sqlx::query(
            "WITH late AS (UPDATE due_dates SET is_late = TRUE WHERE late_from <= $1 AND NOT is_late \
             RETURNING 'due/' || part || '/' || account AS key) \
             SELECT 1 FROM latchel_sync_jobs.reschedule_jobs(ARRAY(SELECT kept.id FROM late \
             JOIN latchel_sync_jobs._private_jobs AS kept ON kept.key = late.key), priority => $2)",
        )
        .bind(now)
        .bind(i32::from(RANK_OF_LATE))
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(failed("looking for what is late"))
    }
}

/// Number of the first due date of a part.
const FIRST: i64 = 1;
