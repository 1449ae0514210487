use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::ledger::{Lease, NewRun, Run};
use latchel_sync_core::model::{Phase, RunId};
use latchel_sync_core::{Error, ErrorKind, Result};

use super::{BEGIN, CLOCK, Connection, Pool, SHARE, account_states, days};
use crate::error::{failed, unreadable};

/// Begins a run and takes its leases. Leases go by the clock of whoever keeps the ledger, which is one for all processes.
pub(crate) async fn begin(pool: &Pool, run: &NewRun, lease: TimeDelta) -> Result<Lease> {
    let doing = "beginning a run";
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(doing))?;
    take_leases(&mut transaction, run, lease).await?;
    let begun = Run::begin(run);
    put(&mut transaction, &begun).await?;
    tell(&mut transaction, &begun).await?;
    transaction.commit().await.map_err(failed(doing))?;
    Ok(Lease { account: run.account.clone(), run: run.id })
}

/// One row for each phase. A row that is held is not taken, so that of two runs at once only one gets it.
async fn take_leases(connection: &mut Connection, run: &NewRun, lease: TimeDelta) -> Result<()> {
    let doing = "taking the lease";
    let clock = clock(connection).await?;
    for phase in &run.phases {
        end_others(connection, &run.account, *phase, clock).await?;
    }
    for phase in &run.phases {
        let taken = sqlx::query(
            "INSERT INTO leases (account, phase, run, epoch, holder, taken_at, expires_at) \
             VALUES ($1, $2, $3, 1, $4, $5, $6) ON CONFLICT (account, phase) DO UPDATE SET run = excluded.run, \
             epoch = leases.epoch + 1, holder = excluded.holder, taken_at = excluded.taken_at, \
             expires_at = excluded.expires_at WHERE leases.expires_at <= $5",
        )
        .bind(&run.account)
        .bind(phase.as_str())
        .bind(run.id.to_string())
        .bind(&run.holder)
        .bind(clock)
        .bind(clock + lease)
        .execute(&mut *connection)
        .await
        .map_err(failed(doing))?;
        if taken.rows_affected() == 0 {
            return Err(held(connection, &run.account, *phase, clock).await?);
        }
    }
    Ok(())
}

/// The clock by which leases end, UTC.
pub(super) async fn clock(connection: &mut Connection) -> Result<DateTime<Utc>> {
    let Some(sql) = CLOCK else { return Ok(Utc::now()) };
    sqlx::query_scalar(sql).fetch_one(connection).await.map_err(failed("reading the database's clock"))
}

/// A run that loses the lease of one phase has lost all of them, so that it writes nothing any more.
async fn end_others(
    connection: &mut Connection,
    account: &str,
    phase: Phase,
    clock: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "UPDATE leases SET run = '', expires_at = $3 WHERE account = $1 AND run IN (SELECT run FROM leases \
         WHERE account = $1 AND phase = $2 AND expires_at <= $3)",
    )
    .bind(account)
    .bind(phase.as_str())
    .bind(clock)
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(failed("ending a lease"))
}

/// The error that says who holds a phase.
async fn held(
    connection: &mut Connection,
    account: &str,
    phase: Phase,
    clock: DateTime<Utc>,
) -> Result<Error> {
    let (holder, since, expires_at): (String, DateTime<Utc>, DateTime<Utc>) =
        sqlx::query_as("SELECT holder, taken_at, expires_at FROM leases WHERE account = $1 AND phase = $2")
            .bind(account)
            .bind(phase.as_str())
            .fetch_one(connection)
            .await
            .map_err(failed("reading a lease"))?;
    let message = format!("another run of this account is under way, started by {holder}");
    let free = (expires_at - clock).num_seconds().max(1);
    Ok(Error::new(ErrorKind::Busy, message)
        .with("account", account)
        .with("phase", phase.as_str())
        .with("since", since.format("%Y-%m-%dT%H:%M:%SZ"))
        .with("free, if that run was killed, in", format!("{free} s"))
        .with_retry_after((expires_at - clock).to_std().unwrap_or_default()))
}

/// Refuses what a run wants to write once another has taken over, in the same transaction as the write.
pub(crate) async fn fence(connection: &mut Connection, lease: &Lease) -> Result<()> {
    let sql =
        format!("SELECT COUNT(*) FROM (SELECT 1 FROM leases WHERE account = $1 AND run = $2{SHARE}) AS held");
    let held: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(&lease.account)
        .bind(lease.run.to_string())
        .fetch_one(connection)
        .await
        .map_err(failed("looking at the lease"))?;
    if held == 0 { Err(taken_over(&lease.account)) } else { Ok(()) }
}

fn taken_over(account: &str) -> Error {
    Error::new(ErrorKind::Busy, "another run has taken over the account").with("account", account)
}

pub(crate) async fn renew(pool: &Pool, lease: &Lease, length: TimeDelta) -> Result<()> {
    let doing = "renewing the lease";
    let mut connection = pool.acquire().await.map_err(failed(doing))?;
    let clock = clock(&mut connection).await?;
    let renewed = sqlx::query("UPDATE leases SET expires_at = $1 WHERE account = $2 AND run = $3")
        .bind(clock + length)
        .bind(&lease.account)
        .bind(lease.run.to_string())
        .execute(&mut *connection)
        .await
        .map_err(failed(doing))?;
    if renewed.rows_affected() == 0 { Err(taken_over(&lease.account)) } else { Ok(()) }
}

pub(crate) async fn finish(pool: &Pool, run: &Run) -> Result<()> {
    let doing = "finishing a run";
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(doing))?;
    put(&mut transaction, run).await?;
    sqlx::query("DELETE FROM leases WHERE account = $1 AND run = $2")
        .bind(&run.account)
        .bind(run.id.to_string())
        .execute(&mut *transaction)
        .await
        .map_err(failed(doing))?;
    tell(&mut transaction, run).await?;
    note_idle(&mut transaction, run).await?;
    transaction.commit().await.map_err(failed(doing))
}

/// Brings what runs tell together up to date, once for each begin and each end.
async fn tell(connection: &mut Connection, run: &Run) -> Result<()> {
    if account_states::take(connection, run).await? {
        days::count(connection, run).await?;
    }
    Ok(())
}

/// Notes of a run that has ended if it found nothing that was new.
async fn note_idle(connection: &mut Connection, run: &Run) -> Result<()> {
    if !run.is_quiet() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE runs SET idle_at = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM outcome_history WHERE run = $1)",
    )
    .bind(run.id.to_string())
    .bind(run.now)
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(failed("noting a run that found nothing"))
}

async fn put(connection: &mut Connection, run: &Run) -> Result<()> {
    sqlx::query("INSERT INTO runs (id, account, data) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET data = excluded.data")
        .bind(run.id.to_string())
        .bind(&run.account)
        .bind(serde_json::to_string(run).map_err(unreadable("run"))?)
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(failed("writing a run"))
}

/// Run ids are made in the order of time, so that the newest sorts last.
pub(crate) async fn newest(pool: &Pool, account: Option<&str>, limit: u32) -> Result<Vec<Run>> {
    // Two statements, because with one an account's index is not used.
    let select = match account {
        Some(account) => {
            sqlx::query_scalar("SELECT data FROM runs WHERE account = $1 ORDER BY id DESC LIMIT $2")
                .bind(account)
        }
        None => sqlx::query_scalar("SELECT data FROM runs ORDER BY id DESC LIMIT $1"),
    };
    let rows: Vec<String> =
        select.bind(i64::from(limit)).fetch_all(pool).await.map_err(failed("reading runs"))?;
    rows.iter().map(|data| serde_json::from_str(data).map_err(unreadable("run"))).collect()
}

pub(crate) async fn one(pool: &Pool, id: RunId) -> Result<Option<Run>> {
    let row: Option<String> = sqlx::query_scalar("SELECT data FROM runs WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(pool)
        .await
        .map_err(failed("reading a run"))?;
    row.map(|data| serde_json::from_str(&data).map_err(unreadable("run"))).transpose()
}
