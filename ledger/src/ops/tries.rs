use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::Result;

use super::statement::{Sql, WRITING, write, write_on};
use super::{BEGIN, Connection, Pool};
use crate::desk::tries::FORGOTTEN_AFTER;
use crate::desk::{OF_NAME, TryKey};
use crate::error::failed;

/// Most keys of each kind that are remembered.
const REMEMBERED: i64 = 10_000;

/// Counts a try under each key, or says how long to wait, which counts nothing. A key's row is locked before it is looked at, so
/// that of many tries at once each sees those before it.
pub(crate) async fn count(pool: &Pool, keys: &[TryKey], now: DateTime<Utc>) -> Result<TimeDelta> {
    forget(pool, now - FORGOTTEN_AFTER).await?;
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(WRITING))?;
    let mut wait = TimeDelta::zero();
    for one in keys {
        let mut sql = Sql::new("INSERT INTO tries (kind, key, failures, last_at) VALUES (");
        sql.push_bind(one.kind).push(", ").push_bind(one.key.as_str()).push(", 0, ").push_bind(now);
        sql.push(
            ") ON CONFLICT (kind, key) DO UPDATE SET failures = tries.failures RETURNING failures, last_at",
        );
        let (failures, last): (i64, DateTime<Utc>) =
            sql.build_query_as().fetch_one(&mut *transaction).await.map_err(failed(WRITING))?;
        if failures == 0 {
            make_room(&mut transaction, one).await?;
        }
        wait = wait.max(one.pace.wait(u32::try_from(failures).unwrap_or(u32::MAX), last, now));
    }
    if wait > TimeDelta::zero() {
        return Ok(wait);
    }
    for one in keys {
        let mut sql = Sql::new("UPDATE tries SET failures = failures + 1, last_at = ");
        sql.push_bind(now).push(" WHERE ");
        push_key(&mut sql, one);
        write_on(&mut transaction, sql).await?;
    }
    transaction.commit().await.map_err(failed(WRITING))?;
    Ok(wait)
}

/// The try was right: one key begins anew, and of the other that try alone is taken back.
pub(crate) async fn was_right(pool: &Pool, forgotten: &TryKey, taken_back: &TryKey) -> Result<()> {
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(WRITING))?;
    let mut sql = Sql::new("DELETE FROM tries WHERE ");
    push_key(&mut sql, forgotten);
    write_on(&mut transaction, sql).await?;
    let mut sql = Sql::new("UPDATE tries SET failures = failures - 1 WHERE failures > 0 AND ");
    push_key(&mut sql, taken_back);
    write_on(&mut transaction, sql).await?;
    transaction.commit().await.map_err(failed(WRITING))
}

/// Forgets tries from this instant or before.
pub(crate) async fn forget(pool: &Pool, until: DateTime<Utc>) -> Result<u64> {
    let mut sql = Sql::new("DELETE FROM tries WHERE last_at <= ");
    sql.push_bind(until);
    write(pool, sql).await
}

/// Forgets tries at the name of a user.
pub(super) async fn forget_name(connection: &mut Connection, name: &str) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM tries WHERE kind = ");
    sql.push_bind(OF_NAME).push(" AND key = ").push_bind(name);
    write_on(connection, sql).await.map(drop)
}

/// Forgets the key with the fewest failures if there are too many: a flood of new ones does not wash away the one that is being
/// guessed at.
async fn make_room(connection: &mut Connection, new: &TryKey) -> Result<()> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM tries WHERE kind = ");
    sql.push_bind(new.kind);
    let known: i64 = sql.build_query_scalar().fetch_one(&mut *connection).await.map_err(failed(WRITING))?;
    if known <= REMEMBERED {
        return Ok(());
    }
    let mut sql = Sql::new("DELETE FROM tries WHERE kind = ");
    sql.push_bind(new.kind).push(" AND key = (SELECT key FROM tries WHERE kind = ").push_bind(new.kind);
    sql.push(" AND key <> ").push_bind(new.key.as_str()).push(" ORDER BY failures, last_at LIMIT 1)");
    write_on(connection, sql).await.map(drop)
}

fn push_key(sql: &mut Sql, of: &TryKey) {
    sql.push("kind = ").push_bind(of.kind).push(" AND key = ").push_bind(of.key.clone());
}
