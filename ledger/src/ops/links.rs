use chrono::NaiveDate;
use latchel_sync_core::ledger::{Intent, IntentId, Lease};
use latchel_sync_core::model::{Kind, Link, Reason};
use latchel_sync_core::{Error, ErrorKind, Result};

use super::{BEGIN, Connection, Pool, runs};
use crate::error::{failed, unreadable};

pub(crate) async fn put(connection: &mut Connection, account: &str, link: &Link) -> Result<()> {
    let resident = link.resident.as_ref();
    let data = serde_json::to_string(link).map_err(unreadable("link"))?;
    let written = sqlx::query(
        "INSERT INTO links (account, kind, platform_id, latchel_id, platform_number, latchel_number, move_in, \
         move_out, evaluated_on, turns_on, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (account, kind, platform_id) DO UPDATE SET latchel_id = excluded.latchel_id, \
         platform_number = excluded.platform_number, latchel_number = excluded.latchel_number, \
         move_in = excluded.move_in, move_out = excluded.move_out, evaluated_on = excluded.evaluated_on, \
         turns_on = excluded.turns_on, data = excluded.data",
    )
    .bind(account)
    .bind(link.kind.as_str())
    .bind(&link.platform_id)
    .bind(link.latchel_id)
    .bind(&link.platform_number)
    .bind(&link.latchel_number)
    .bind(resident.and_then(|memory| memory.move_in))
    .bind(resident.and_then(|memory| memory.move_out))
    .bind(resident.map(|memory| memory.evaluated_on))
    .bind(resident.and_then(|memory| memory.turns_on))
    .bind(data)
    .execute(&mut *connection)
    .await;
    match written {
        Ok(_) => end_intents(connection, account, link).await,
        Err(sqlx::Error::Database(problem)) if problem.is_unique_violation() => Err(Error::new(
            ErrorKind::Ledger,
            "the Latchel record is linked to another platform record already",
        )
        .with("Latchel id", link.latchel_id)
        .with("platform id", &link.platform_id)),
        Err(error) => Err(failed("writing a link")(error)),
    }
}

/// A create for either record of the pair has its outcome now.
async fn end_intents(connection: &mut Connection, account: &str, link: &Link) -> Result<()> {
    sqlx::query(
        "DELETE FROM intents WHERE account = $1 AND kind = $2 AND \
         ((side = 'platform' AND source_id = $3) OR (side = 'latchel' AND source_id = $4))",
    )
    .bind(account)
    .bind(link.kind.as_str())
    .bind(&link.platform_id)
    .bind(link.latchel_id.to_string())
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(failed("ending an intent"))
}

/// Adds or replaces a link on its own.
pub(crate) async fn put_one(pool: &Pool, lease: &Lease, link: &Link) -> Result<()> {
    let doing = "writing a link";
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(doing))?;
    runs::fence(&mut transaction, lease).await?;
    put(&mut transaction, &lease.account, link).await?;
    transaction.commit().await.map_err(failed(doing))
}

/// Ends a link.
pub(crate) async fn end(pool: &Pool, lease: &Lease, kind: Kind, platform_id: &str) -> Result<bool> {
    let doing = "ending a link";
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(doing))?;
    runs::fence(&mut transaction, lease).await?;
    let ended = sqlx::query("DELETE FROM links WHERE account = $1 AND kind = $2 AND platform_id = $3")
        .bind(&lease.account)
        .bind(kind.as_str())
        .bind(platform_id)
        .execute(&mut *transaction)
        .await
        .map_err(failed(doing))?;
    transaction.commit().await.map_err(failed(doing))?;
    Ok(ended.rows_affected() > 0)
}

/// Ends an intent, with the link that came of it in the same transaction.
pub(crate) async fn settle(pool: &Pool, lease: &Lease, intent: IntentId, link: Option<&Link>) -> Result<()> {
    let doing = "settling an intent";
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(doing))?;
    runs::fence(&mut transaction, lease).await?;
    if let Some(link) = link {
        put(&mut transaction, &lease.account, link).await?;
    }
    sqlx::query("DELETE FROM intents WHERE account = $1 AND id = $2")
        .bind(&lease.account)
        .bind(intent.0.to_string())
        .execute(&mut *transaction)
        .await
        .map_err(failed(doing))?;
    transaction.commit().await.map_err(failed(doing))
}

pub(crate) async fn open_intent(connection: &mut Connection, account: &str, intent: &Intent) -> Result<()> {
    let source = &intent.source;
    sqlx::query(
        "INSERT INTO intents (id, account, kind, side, source_id, data) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (account, kind, side, source_id) DO UPDATE SET id = excluded.id, data = excluded.data",
    )
    .bind(intent.id.0.to_string())
    .bind(account)
    .bind(source.kind.as_str())
    .bind(source.side.as_str())
    .bind(&source.id)
    .bind(serde_json::to_string(intent).map_err(unreadable("intent"))?)
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(failed("opening an intent"))
}

pub(crate) async fn with_reached_dates(
    pool: &Pool,
    account: &str,
    today: NaiveDate,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Link>> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT data FROM links WHERE account = $1 AND kind = $2 AND platform_id > $3 AND \
         ((move_in > evaluated_on AND move_in <= $4) OR (move_out > evaluated_on AND move_out <= $4) OR \
         turns_on <= $4) \
         ORDER BY platform_id LIMIT $5",
    )
    .bind(account)
    .bind(Kind::Resident.as_str())
    .bind(after.unwrap_or_default())
    .bind(today)
    .bind(i64::from(limit))
    .fetch_all(pool)
    .await
    .map_err(failed("reading residents whose dates were reached"))?;
    rows.iter().map(|data| serde_json::from_str(data).map_err(unreadable("link"))).collect()
}

/// A resident's activity is told by the move-out date as last seen, a property's by its newest outcome.
pub(crate) async fn count(pool: &Pool, account: &str, kind: Kind) -> Result<u64> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM links LEFT JOIN outcomes ON outcomes.account = links.account AND \
         outcomes.kind = links.kind AND outcomes.side = 'platform' AND outcomes.id = links.platform_id \
         WHERE links.account = $1 AND links.kind = $2 AND \
         (links.move_out IS NULL OR links.evaluated_on IS NULL OR links.move_out > links.evaluated_on) AND \
         (outcomes.reason IS NULL OR outcomes.reason NOT IN ($3, $4, $5))",
    )
    .bind(account)
    .bind(kind.as_str())
    .bind(Reason::PropertyDeactivated.code())
    .bind(Reason::PropertyInactiveInLatchel.code())
    .bind(Reason::ResidentInactiveInLatchel.code())
    .fetch_one(pool)
    .await
    .map_err(failed("counting links"))?;
    Ok(count.unsigned_abs())
}

pub(crate) async fn page(
    pool: &Pool,
    account: &str,
    kind: Kind,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Link>> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT data FROM links WHERE account = $1 AND kind = $2 AND platform_id > $3 ORDER BY platform_id LIMIT $4",
    )
    .bind(account)
    .bind(kind.as_str())
    .bind(after.unwrap_or_default())
    .bind(i64::from(limit))
    .fetch_all(pool)
    .await
    .map_err(failed("reading links"))?;
    rows.iter().map(|data| serde_json::from_str(data).map_err(unreadable("link"))).collect()
}
