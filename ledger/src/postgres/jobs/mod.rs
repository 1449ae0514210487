//! Jobs that all processes share on one PostgreSQL: who works on what is a matter of `graphile_worker`, which claims, orders,
//! and takes jobs back from workers that are gone; what people see of them is in tables of ours, which change with it in one
//! transaction.
//!
//! - [`ask`](SharedJobs::ask) and [`deliver`](SharedJobs::deliver) add jobs; due dates add them by themselves
//!   ([`put_due_dates`](SharedJobs::put_due_dates)).
//! - [`claim`](SharedJobs::claim) takes one, [`begin`](SharedJobs::begin) shows that it is under way,
//!   [`defer`](SharedJobs::defer) gives it back, and [`end`](SharedJobs::end) ends it. Whoever lost a job meanwhile changes
//!   nothing by that.

mod claim;
mod due;
mod look;
mod workers;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use graphile_worker::WorkerUtils;
use graphile_worker::sql::task_identifiers::{TaskDetails, get_tasks_details};
use latchel_sync_core::model::Phase;
use latchel_sync_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{BEGIN, PostgresLedger};
use crate::error::{failed, unreadable};

pub use claim::{Beginning, Begun, Claim, Ended, Next, Which};
pub use due::{DueDate, NewDueDate};
pub use look::{Late, Seen};
pub use workers::Entering;

/// Schema in which `graphile_worker` keeps its tables: another one may be in this database for other programs.
const SCHEMA: &str = "latchel_sync_jobs";
/// Time without a sign of life after which a worker's jobs are others'. A run that still lives keeps its lease, and they wait.
const GONE: Duration = Duration::from_secs(10);
/// Flag of work that took long the last time.
const SLOW: &str = "slow";
/// As many tries as there may be: a job ends because it is done, and never because it was tried too often.
const TRIES: i32 = 32_000;

/// Jobs that all processes share.
#[derive(Clone)]
pub struct SharedJobs {
    pool: PgPool,
    tasks: Arc<TaskDetails>,
    /// Time without a sign of life after which a worker's jobs are others'.
    gone: Duration,
}

/// Work to be claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Job that somebody asked for.
    Asked {
        /// Its id.
        id: Uuid,
    },
    /// Part of an account's schedule.
    Due {
        /// The account.
        account: String,
        /// Name of the part.
        part: String,
        /// Number of the due date: with another one there, there is nothing to do.
        epoch: i64,
    },
    /// Changes of an account that webhooks told of.
    Told {
        /// The account.
        account: String,
        /// Number of vain tries so far.
        tries: u32,
    },
}

impl Task {
    const IDENTIFIERS: [&str; 3] = ["asked", "due", "told"];

    fn identifier(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "asked",
            Self::Due { .. } => "due",
            Self::Told { .. } => "told",
        }
    }

    /// Key of which there is one waiting task at most.
    fn key(&self) -> String {
        match self {
            Self::Asked { id } => format!("asked/{id}"),
            Self::Due { account, part, .. } => format!("due/{part}/{account}"),
            Self::Told { account, .. } => format!("told/{account}"),
        }
    }
}

/// Job that somebody asks for.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Its id; later ones have greater ones.
    pub id: Uuid,
    /// The account.
    pub account: String,
    /// Digest of the work: of two that are the same and wait, the first is enough.
    pub digest: String,
    /// True if one that is under way is enough, too.
    pub joins: bool,
    /// Phases that it holds.
    pub holds: Vec<Phase>,
    /// Rank: the smaller, the earlier it is claimed.
    pub rank: i16,
    /// The request, as JSON.
    pub request: String,
    /// The job as people see it, as JSON.
    pub data: String,
}

impl SharedJobs {
    /// The jobs beside this ledger; their tables are made or brought up to date.
    ///
    /// # Errors
    ///
    /// If the database cannot be used, or its user may not make a schema.
    pub async fn open(ledger: &PostgresLedger) -> Result<Self> {
        let pool = ledger.pool.clone();
        let doing = "making the tables of the jobs";
        // Several processes may begin at once.
        let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(doing))?;
        lock(&mut transaction, "tables").await?;
        WorkerUtils::new(&pool, SCHEMA).migrate().await.map_err(|error| {
            Error::new(
                ErrorKind::Ledger,
                "the tables of the jobs cannot be made: the ledger's user must be able to create a schema in its database",
            )
            .with_source(error)
        })?;
        let names = Task::IDENTIFIERS.map(str::to_owned).to_vec();
        let tasks = get_tasks_details(&pool, SCHEMA, names).await.map_err(broken(doing))?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok(Self { pool, tasks: Arc::new(tasks), gone: GONE })
    }

    /// The same jobs, where a worker that shows no life for so long is gone.
    pub fn taking_over_after(self, gone: Duration) -> Self {
        Self { gone, ..self }
    }

    /// Time between two signs of life of a worker.
    pub fn between_beats(&self) -> Duration {
        self.gone / 5
    }

    /// Asks for a job, and returns its id: that of another which does the same and waits already, if there is one.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written; as do all of these.
    pub async fn ask(&self, new: &NewJob) -> Result<Uuid> {
        let doing = "asking for a job";
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(doing))?;
        lock(&mut transaction, &new.account).await?;
        let same: Option<String> = sqlx::query_scalar(
            "SELECT id FROM jobs WHERE account = $1 AND digest = $2 AND (state = 'waiting' OR ($3 AND state = 'under_way')) \
             ORDER BY id LIMIT 1",
        )
        .bind(&new.account)
        .bind(&new.digest)
        .bind(new.joins)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed(doing))?;
        if let Some(same) = same.and_then(|same| same.parse().ok()) {
            return Ok(same);
        }
        let task = Task::Asked { id: new.id };
        sqlx::query(
            "INSERT INTO jobs (id, key, account, digest, state, rank, holds, request, data) \
             VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8)",
        )
        .bind(new.id.to_string())
        .bind(task.key())
        .bind(&new.account)
        .bind(&new.digest)
        .bind(new.rank)
        .bind(names(&new.holds))
        .bind(&new.request)
        .bind(&new.data)
        .execute(&mut *transaction)
        .await
        .map_err(failed(doing))?;
        let addition = Addition { after: TimeDelta::zero(), rank: new.rank, is_slow: false, mode: REPLACE };
        add(&mut transaction, &task, addition).await?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok(new.id)
    }

    /// Has somebody work, `after` from now or when it was asked for before, on what webhooks told of an account.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub async fn deliver(&self, account: &str, rank: i16, after: TimeDelta) -> Result<()> {
        let mut connection = self.pool.acquire().await.map_err(failed("telling of a webhook"))?;
        let task = Task::Told { account: account.to_owned(), tries: 0 };
        add(&mut connection, &task, Addition { after, rank, is_slow: false, mode: PRESERVE }).await
    }

    /// True if somebody works, or will, on what webhooks told of an account.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub async fn is_told(&self, account: &str) -> Result<bool> {
        let task = Task::Told { account: account.to_owned(), tries: 0 };
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM latchel_sync_jobs._private_jobs WHERE key = $1)")
            .bind(task.key())
            .fetch_one(&self.pool)
            .await
            .map_err(failed("looking for a webhook's work"))
    }
}

/// Details of a task that is added.
#[derive(Debug, Clone, Copy)]
struct Addition {
    /// Time from now on before which nobody claims it.
    after: TimeDelta,
    rank: i16,
    is_slow: bool,
    /// Fate of one with the same key that waits.
    mode: &'static str,
}

/// One that waits is replaced.
const REPLACE: &str = "replace";
/// One that waits keeps its time.
const PRESERVE: &str = "preserve_run_at";

async fn add(connection: &mut PgConnection, task: &Task, addition: Addition) -> Result<()> {
    let flags = addition.is_slow.then(|| vec![SLOW.to_owned()]);
    sqlx::query(
        "SELECT 1 FROM latchel_sync_jobs.add_job(identifier => $1, payload => CAST($2 AS JSON), \
         run_at => clock_timestamp() + $3 * INTERVAL '1 millisecond', max_attempts => $4, job_key => $5, \
         priority => $6, flags => $7, job_key_mode => $8)",
    )
    .bind(task.identifier())
    .bind(serde_json::to_string(task).map_err(unreadable("task"))?)
    .bind(addition.after.num_milliseconds().max(0))
    .bind(TRIES)
    .bind(task.key())
    .bind(i32::from(addition.rank))
    .bind(flags)
    .bind(addition.mode)
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(failed("adding a task"))
}

/// Keeps others that lock the same out until the transaction ends.
async fn lock(connection: &mut PgConnection, what: &str) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('latchel-sync jobs ' || $1, 0))")
        .bind(what)
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(failed("locking the jobs"))
}

/// Phases as they are kept.
fn names(phases: &[Phase]) -> String {
    phases.iter().map(|phase| phase.as_str()).collect::<Vec<_>>().join(" ")
}

/// The error for a failure within `graphile_worker`.
fn broken<E: std::error::Error + Send + Sync + 'static>(doing: &'static str) -> impl FnOnce(E) -> Error {
    move |error| Error::new(ErrorKind::Ledger, "the ledger failed").with("while", doing).with_source(error)
}

impl fmt::Debug for SharedJobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedJobs").finish_non_exhaustive()
    }
}
