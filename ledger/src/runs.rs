use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::ledger::{NewRun, Run, RunId, RunStatus};
use latchel_sync_core::{Error, ErrorKind, Result};
use sqlx::{SqliteConnection, SqlitePool};

use crate::error::{failed, unreadable};

/// Begins a run and takes the lease. Leases go by this machine's clock: they are about processes, not about records.
pub(crate) async fn begin(pool: &SqlitePool, run: &NewRun, lease: TimeDelta) -> Result<RunId> {
    let doing = "beginning a run";
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed(doing))?;
    take_lease(&mut transaction, run, lease).await?;
    let unfinished = Run {
        id: run.id,
        account: run.account.clone(),
        now: run.now,
        trigger: run.trigger,
        status: RunStatus::Unfinished,
        phases: Vec::new(),
        warnings: Vec::new(),
    };
    put(&mut transaction, &unfinished).await?;
    transaction.commit().await.map_err(failed(doing))?;
    Ok(run.id)
}

async fn take_lease(connection: &mut SqliteConnection, run: &NewRun, lease: TimeDelta) -> Result<()> {
    let doing = "taking the lease";
    let clock = Utc::now();
    let held: Option<(String, DateTime<Utc>, DateTime<Utc>)> =
        sqlx::query_as("SELECT holder, taken_at, expires_at FROM leases WHERE account = ?")
            .bind(&run.account)
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed(doing))?;
    if let Some((holder, since, expires_at)) = held
        && expires_at > clock
    {
        let message = format!("another run of this account is under way, started by {holder}");
        let free = (expires_at - clock).num_seconds().max(1);
        return Err(Error::new(ErrorKind::Busy, message)
            .with("account", &run.account)
            .with("since", since.format("%Y-%m-%dT%H:%M:%SZ"))
            .with("free, if that run was killed, in", format!("{free} s")));
    }
    sqlx::query(
        "INSERT OR REPLACE INTO leases (account, run, holder, taken_at, expires_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(&run.account)
    .bind(run.id.to_string())
    .bind(&run.holder)
    .bind(clock)
    .bind(clock + lease)
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(failed(doing))
}

pub(crate) async fn renew(pool: &SqlitePool, account: &str, run: RunId, lease: TimeDelta) -> Result<()> {
    let renewed = sqlx::query("UPDATE leases SET expires_at = ? WHERE account = ? AND run = ?")
        .bind(Utc::now() + lease)
        .bind(account)
        .bind(run.to_string())
        .execute(pool)
        .await
        .map_err(failed("renewing the lease"))?;
    match renewed.rows_affected() {
        0 => {
            Err(Error::new(ErrorKind::Busy, "another run has taken over the account")
                .with("account", account))
        }
        _ => Ok(()),
    }
}

pub(crate) async fn finish(pool: &SqlitePool, run: &Run) -> Result<()> {
    let doing = "finishing a run";
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed(doing))?;
    put(&mut transaction, run).await?;
    sqlx::query("DELETE FROM leases WHERE account = ? AND run = ?")
        .bind(&run.account)
        .bind(run.id.to_string())
        .execute(&mut *transaction)
        .await
        .map_err(failed(doing))?;
    transaction.commit().await.map_err(failed(doing))
}

async fn put(connection: &mut SqliteConnection, run: &Run) -> Result<()> {
    sqlx::query("INSERT OR REPLACE INTO runs (id, account, data) VALUES (?, ?, ?)")
        .bind(run.id.to_string())
        .bind(&run.account)
        .bind(serde_json::to_string(run).map_err(unreadable("run"))?)
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(failed("writing a run"))
}

/// Run ids are made in the order of time, so that the newest sorts last.
pub(crate) async fn newest(pool: &SqlitePool, account: Option<&str>, limit: u32) -> Result<Vec<Run>> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT data FROM runs WHERE ?1 IS NULL OR account = ?1 ORDER BY id DESC LIMIT ?2",
    )
    .bind(account)
    .bind(limit)
    .fetch_all(pool)
    .await
    .map_err(failed("reading runs"))?;
    rows.iter().map(|data| serde_json::from_str(data).map_err(unreadable("run"))).collect()
}

pub(crate) async fn one(pool: &SqlitePool, id: RunId) -> Result<Option<Run>> {
    let row: Option<String> = sqlx::query_scalar("SELECT data FROM runs WHERE id = ?")
        .bind(id.to_string())
        .fetch_optional(pool)
        .await
        .map_err(failed("reading a run"))?;
    row.map(|data| serde_json::from_str(&data).map_err(unreadable("run"))).transpose()
}
