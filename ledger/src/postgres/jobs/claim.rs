//! Jobs that a worker claims, begins, gives back and ends.

use chrono::{DateTime, TimeDelta, Utc};
use graphile_worker::Job;
use graphile_worker::sql::complete_job::complete_job;
use graphile_worker::sql::flag_filter::JobFlagFilter;
use graphile_worker::sql::get_job::get_job_with_filter;
use latchel_sync_core::Result;
use latchel_sync_core::model::Phase;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Addition, PRESERVE, REPLACE, SCHEMA, SLOW, SharedJobs, Task, add, broken, lock, names};
use crate::error::{failed, unreadable};
use crate::postgres::BEGIN;

/// Tasks that a worker has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Any.
    Any,
    /// Those that did not take long the last time.
    Quick,
}

/// Task that a worker has claimed.
#[derive(Debug)]
pub struct Claim {
    /// The task.
    pub task: Task,
    /// True if work like it took long the last time.
    pub is_slow: bool,
    /// The job that was asked for: its request and the job as people see it, as JSON.
    pub asked: Option<(String, String)>,
    job: Job,
    worker: String,
}

/// A job that begins.
#[derive(Debug, Clone, Copy)]
pub struct Begun<'a> {
    /// Its id, unless it has one.
    pub id: Uuid,
    /// The account.
    pub account: &'a str,
    /// Phases that it holds.
    pub holds: &'a [Phase],
    /// Rank: one that waits and goes first keeps it from beginning.
    pub rank: i16,
    /// The request, as JSON.
    pub request: &'a str,
    /// The job as people see it, as JSON.
    pub data: &'a str,
}

/// Result of a job's beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// It is under way, and has this id.
    Begun(Uuid),
    /// Another job of the account holds its phases, or waits for them and goes first.
    Blocked,
    /// The claim was taken away meanwhile.
    Lost,
}

/// A job that ends.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// Its id.
    pub id: Uuid,
    /// The job as people see it, as JSON; `None` if there is nothing to see.
    pub data: Option<&'a str>,
    /// The rest of it, which only its own page shows.
    pub result: Option<&'a str>,
    /// Instant of its end, UTC.
    pub at: DateTime<Utc>,
}

/// Work that comes after a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// None.
    Nothing,
    /// The part's next due date.
    Due {
        /// Instant of the due date, UTC.
        at: DateTime<Utc>,
        /// The same from now.
        after: TimeDelta,
        /// Instant from which it is late, UTC.
        late_from: Option<DateTime<Utc>>,
        /// True if it took long.
        is_slow: bool,
    },
    /// The same once more, later.
    Again(TimeDelta),
}

/// A job of an account that has not ended.
#[derive(sqlx::FromRow)]
struct Open {
    id: String,
    key: String,
    state: String,
    rank: i16,
    holds: String,
    task: Option<i64>,
    is_held: bool,
}

impl SharedJobs {
    /// Claims the first of the tasks whose time has come, for this worker.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be used; as do all of these.
    pub async fn claim(&self, worker: &str, which: Which) -> Result<Option<Claim>> {
        let doing = "claiming a job";
        loop {
            let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(doing))?;
            let kept_out = match which {
                Which::Any => Vec::new(),
                Which::Quick => vec![SLOW.to_owned()],
            };
            let filter = JobFlagFilter::new(&kept_out, &[]);
            let job = get_job_with_filter(&mut transaction, &self.tasks, SCHEMA, worker, filter, None).await;
            let Some(job) = job.map_err(broken(doing))? else { return Ok(None) };
            let task: Task = serde_json::from_value(job.payload().clone()).map_err(unreadable("task"))?;
            let (is_there, asked) = found(&mut transaction, &task).await?;
            if !is_there {
                complete_job(&mut transaction, &job, worker, SCHEMA).await.map_err(broken(doing))?;
            }
            transaction.commit().await.map_err(failed(doing))?;
            if is_there {
                let is_slow = job.flags().as_ref().is_some_and(|flags| flags.get(SLOW).is_some());
                return Ok(Some(Claim { task, is_slow, asked, job, worker: worker.to_owned() }));
            }
        }
    }

    /// Shows that a job is under way, unless another holds its phases.
    ///
    /// # Errors
    ///
    /// As [`Self::claim`].
    pub async fn begin(&self, claim: &Claim, begun: Begun<'_>) -> Result<Beginning> {
        let doing = "beginning a job";
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(doing))?;
        lock(&mut transaction, begun.account).await?;
        if !claim.is_held(&mut transaction).await? {
            return Ok(Beginning::Lost);
        }
        let open: Vec<Open> = sqlx::query_as(
            "SELECT id, key, state, rank, holds, task, EXISTS (SELECT 1 FROM latchel_sync_jobs._private_jobs AS claimed \
             WHERE claimed.id = jobs.task AND claimed.locked_by = jobs.worker) AS is_held \
             FROM jobs WHERE account = $1 AND state <> 'ended' ORDER BY rank, id",
        )
        .bind(begun.account)
        .fetch_all(&mut *transaction)
        .await
        .map_err(failed(doing))?;
        let key = claim.task.key();
        let own = open.iter().find(|one| one.key == key);
        if own.is_some_and(|own| own.is_held && own.task != Some(*claim.job.id())) {
            return Ok(Beginning::Blocked);
        }
        let place = (begun.rank, own.map_or(LAST, |own| &own.id));
        let others = open.iter().filter(|one| one.key != key);
        if others.into_iter().any(|one| one.bars(begun.holds, place)) {
            return Ok(Beginning::Blocked);
        }
        let id = own.and_then(|own| own.id.parse().ok()).unwrap_or(begun.id);
        sqlx::query(
            "INSERT INTO jobs (id, key, account, digest, state, rank, holds, request, task, worker, data) \
             VALUES ($1, $2, $3, '', 'under_way', $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET \
             state = excluded.state, holds = excluded.holds, request = excluded.request, task = excluded.task, \
             worker = excluded.worker, data = excluded.data",
        )
        .bind(id.to_string())
        .bind(key)
        .bind(begun.account)
        .bind(begun.rank)
        .bind(names(begun.holds))
        .bind(begun.request)
        .bind(*claim.job.id())
        .bind(&claim.worker)
        .bind(begun.data)
        .execute(&mut *transaction)
        .await
        .map_err(failed(doing))?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok(Beginning::Begun(id))
    }

    /// Gives a task back, for whoever claims it `after` from now. A job that was asked for waits again, with `data` for people.
    ///
    /// # Errors
    ///
    /// As [`Self::claim`].
    pub async fn defer(&self, claim: &Claim, after: TimeDelta, data: Option<&str>) -> Result<()> {
        let doing = "giving a job back";
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(doing))?;
        if !claim.is_held(&mut transaction).await? {
            return Ok(());
        }
        let key = claim.task.key();
        let query = match claim.task {
            Task::Asked { .. } => sqlx::query(
                "UPDATE jobs SET state = 'waiting', worker = NULL, task = NULL, data = COALESCE($2, data) \
                 WHERE key = $1 AND state <> 'ended'",
            )
            .bind(key)
            .bind(data),
            _ => sqlx::query("DELETE FROM jobs WHERE key = $1 AND state <> 'ended' AND task = $2")
                .bind(key)
                .bind(*claim.job.id()),
        };
        query.execute(&mut *transaction).await.map_err(failed(doing))?;
        claim.complete(&mut transaction).await?;
        // Another due date has a task of its own, which stays.
        if found(&mut transaction, &claim.task).await?.0 {
            claim.add_again(&mut transaction, after, REPLACE).await?;
        }
        transaction.commit().await.map_err(failed(doing))
    }

    /// Ends a task, and the job that it was. `false` if the claim was taken away meanwhile: then nothing is changed.
    ///
    /// # Errors
    ///
    /// As [`Self::claim`].
    pub async fn end(&self, claim: &Claim, ended: Option<Ended<'_>>, next: Next) -> Result<bool> {
        let doing = "ending a job";
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(doing))?;
        if !claim.is_held(&mut transaction).await? {
            return Ok(false);
        }
        if let Some(ended) = ended {
            show_end(&mut transaction, ended).await?;
        }
        claim.complete(&mut transaction).await?;
        match (next, &claim.task) {
            (Next::Due { at, after, late_from, is_slow }, Task::Due { account, part, epoch }) => {
                let moved: Option<i64> = sqlx::query_scalar(
                    "UPDATE due_dates SET due_at = $4, late_from = $5, epoch = epoch + 1, is_late = FALSE, is_slow = $6 \
                     WHERE account = $1 AND part = $2 AND epoch = $3 RETURNING epoch",
                )
                .bind(account)
                .bind(part)
                .bind(epoch)
                .bind(at)
                .bind(late_from)
                .bind(is_slow)
                .fetch_optional(&mut *transaction)
                .await
                .map_err(failed(doing))?;
                if let Some(epoch) = moved {
                    let task = Task::Due { account: account.clone(), part: part.clone(), epoch };
                    let addition = Addition { after, rank: super::due::RANK, is_slow, mode: REPLACE };
                    add(&mut transaction, &task, addition).await?;
                }
            }
            (Next::Again(after), _) => claim.add_again(&mut transaction, after, PRESERVE).await?,
            (Next::Nothing, Task::Due { account, part, epoch }) => {
                sqlx::query("DELETE FROM due_dates WHERE account = $1 AND part = $2 AND epoch = $3")
                    .bind(account)
                    .bind(part)
                    .bind(epoch)
                    .execute(&mut *transaction)
                    .await
                    .map_err(failed(doing))?;
            }
            _ => {}
        }
        transaction.commit().await.map_err(failed(doing))?;
        Ok(true)
    }
}

/// Id after all others.
const LAST: &str = "~";

impl Open {
    /// True if a job of this rank and id, which wants to hold these phases, has to wait for this one.
    fn bars(&self, holds: &[Phase], place: (i16, &str)) -> bool {
        let shares = self.holds.split(' ').any(|name| holds.iter().any(|phase| phase.as_str() == name));
        let goes_first = match self.state.as_str() {
            "under_way" => self.is_held,
            _ => (self.rank, self.id.as_str()) < place,
        };
        shares && goes_first
    }
}

impl Claim {
    fn rank(&self) -> i16 {
        *self.job.priority()
    }

    /// True if nobody took the claim away; then nobody does before the transaction ends.
    async fn is_held(&self, connection: &mut PgConnection) -> Result<bool> {
        let held: Option<i64> = sqlx::query_scalar(
            "SELECT id FROM latchel_sync_jobs._private_jobs WHERE id = $1 AND locked_by = $2 FOR UPDATE",
        )
        .bind(*self.job.id())
        .bind(&self.worker)
        .fetch_optional(connection)
        .await
        .map_err(failed("looking at a claim"))?;
        Ok(held.is_some())
    }

    async fn complete(&self, connection: &mut PgConnection) -> Result<()> {
        complete_job(connection, &self.job, &self.worker, SCHEMA).await.map_err(broken("ending a task"))
    }

    async fn add_again(
        &self,
        connection: &mut PgConnection,
        after: TimeDelta,
        mode: &'static str,
    ) -> Result<()> {
        let task = match &self.task {
            Task::Told { account, tries } if mode == PRESERVE => {
                Task::Told { account: account.clone(), tries: tries.saturating_add(1) }
            }
            task => task.clone(),
        };
        let addition = Addition { after, rank: self.rank(), is_slow: self.is_slow, mode };
        add(connection, &task, addition).await
    }
}

/// True if the task is still there to be done, with what was asked for.
async fn found(connection: &mut PgConnection, task: &Task) -> Result<(bool, Option<(String, String)>)> {
    let doing = "claiming a job";
    match task {
        Task::Asked { id } => {
            let row: Option<(String, String)> =
                sqlx::query_as("SELECT request, data FROM jobs WHERE id = $1 AND state <> 'ended'")
                    .bind(id.to_string())
                    .fetch_optional(connection)
                    .await
                    .map_err(failed(doing))?;
            Ok((row.is_some(), row))
        }
        Task::Due { account, part, epoch } => {
            let row: Option<i64> = sqlx::query_scalar(
                "SELECT epoch FROM due_dates WHERE account = $1 AND part = $2 AND epoch = $3",
            )
            .bind(account)
            .bind(part)
            .bind(epoch)
            .fetch_optional(connection)
            .await
            .map_err(failed(doing))?;
            Ok((row.is_some(), None))
        }
        Task::Told { .. } => Ok((true, None)),
    }
}

async fn show_end(connection: &mut PgConnection, ended: Ended<'_>) -> Result<()> {
    let query = match ended.data {
        Some(data) => sqlx::query(
            "UPDATE jobs SET state = 'ended', ended_at = $2, data = $3, result = $4, worker = NULL, task = NULL \
             WHERE id = $1",
        )
        .bind(ended.id.to_string())
        .bind(ended.at)
        .bind(data)
        .bind(ended.result),
        None => sqlx::query("DELETE FROM jobs WHERE id = $1").bind(ended.id.to_string()),
    };
    query.execute(connection).await.map(|_| ()).map_err(failed("ending a job"))
}
