use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Account, Lease};

use super::{BEGIN, Pool, runs};
use crate::error::failed;

/// Stands in place of a phase in the watermark of reconciliations.
pub(super) const RECONCILIATION: &str = "reconciliation";

type Row = (String, DateTime<Utc>, DateTime<Utc>);

fn account((name, sync_start, created_at): Row) -> Account {
    Account { name, sync_start, created_at }
}

pub(crate) async fn all(pool: &Pool) -> Result<Vec<Account>> {
    let rows: Vec<Row> = sqlx::query_as("SELECT name, sync_start, created_at FROM accounts ORDER BY name")
        .fetch_all(pool)
        .await
        .map_err(failed("reading accounts"))?;
    Ok(rows.into_iter().map(account).collect())
}

pub(crate) async fn one(pool: &Pool, name: &str) -> Result<Option<Account>> {
    let row: Option<Row> =
        sqlx::query_as("SELECT name, sync_start, created_at FROM accounts WHERE name = $1")
            .bind(name)
            .fetch_optional(pool)
            .await
            .map_err(failed("reading an account"))?;
    Ok(row.map(account))
}

pub(crate) async fn add(pool: &Pool, account: &Account) -> Result<()> {
    sqlx::query(
        "INSERT INTO accounts (name, sync_start, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(&account.name)
    .bind(account.sync_start)
    .bind(account.created_at)
    .execute(pool)
    .await
    .map(|_| ())
    .map_err(failed("adding an account"))
}

pub(crate) async fn set_sync_start(pool: &Pool, name: &str, sync_start: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE accounts SET sync_start = $1 WHERE name = $2")
        .bind(sync_start)
        .bind(name)
        .execute(pool)
        .await
        .map(|_| ())
        .map_err(failed("setting the sync start"))
}

/// The watermark of a phase, or of reconciliations.
pub(crate) async fn watermark(pool: &Pool, account: &str, of: &str) -> Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar("SELECT at FROM watermarks WHERE account = $1 AND phase = $2")
        .bind(account)
        .bind(of)
        .fetch_optional(pool)
        .await
        .map_err(failed("reading a watermark"))
}

pub(crate) async fn set_watermark(pool: &Pool, lease: &Lease, of: &str, at: DateTime<Utc>) -> Result<()> {
    let doing = "writing a watermark";
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(doing))?;
    runs::fence(&mut transaction, lease).await?;
    sqlx::query(
        "INSERT INTO watermarks (account, phase, at) VALUES ($1, $2, $3) \
         ON CONFLICT (account, phase) DO UPDATE SET at = excluded.at",
    )
    .bind(&lease.account)
    .bind(of)
    .bind(at)
    .execute(&mut *transaction)
    .await
    .map_err(failed(doing))?;
    transaction.commit().await.map_err(failed(doing))
}
