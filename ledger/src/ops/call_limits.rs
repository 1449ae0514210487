use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::shared_limits::{Book, Ended, SharedLimits, Taken, Wish};
use uuid::Uuid;

use super::runs::clock;
use super::statement::{Sql, data, record, write, write_on};
use super::{BEGIN_WRITING, Backend, Pool, UPDATE};
use crate::error::failed;

const DOING: &str = "sharing a rate limit";

#[async_trait]
impl SharedLimits for Backend {
    async fn take(&self, group: &str, wish: &Wish) -> Result<Taken> {
        change(self, group, |book, now| book.take(wish, Uuid::now_v7(), now)).await
    }

    async fn give_back(&self, group: &str, ended: &Ended) -> Result<()> {
        change(self, group, |book, now| book.give_back(ended, now)).await
    }

    async fn hold_back(&self, group: &str, pause: Duration) -> Result<()> {
        change(self, group, |book, now| book.hold_back(pause, now)).await
    }
}

/// Forgets groups that nobody has used since this instant, which is longer ago than any limit reaches.
pub(crate) async fn forget(pool: &Pool, before: DateTime<Utc>) -> Result<u64> {
    let mut sql = Sql::new("DELETE FROM call_limits WHERE used_at < ");
    sql.push_bind(before);
    write(pool, sql).await
}

/// Changes a group's book while nobody else does. The clock is read when it is this process's turn, so that it shows no earlier
/// time than whoever came before was given.
async fn change<T>(
    Backend { pool, .. }: &Backend,
    group: &str,
    change: impl FnOnce(&mut Book, DateTime<Utc>) -> T,
) -> Result<T> {
    let mut transaction = pool.begin_with(BEGIN_WRITING).await.map_err(failed(DOING))?;
    let mut sql = Sql::new("SELECT data FROM call_limits WHERE name = ");
    sql.push_bind(group).push(UPDATE);
    let mut found: Option<String> =
        sql.build_query_scalar().fetch_optional(&mut *transaction).await.map_err(failed(DOING))?;
    if found.is_none() {
        let mut sql = Sql::new("INSERT INTO call_limits (name, used_at, data) VALUES (");
        sql.push_bind(group).push(", ").push_bind(Utc::now()).push(", ");
        sql.push_bind(data(&Book::default(), "rate limit")?);
        // Another process that makes it at the same time is waited for, and what it wrote is gone on with.
        sql.push(") ON CONFLICT (name) DO UPDATE SET data = call_limits.data RETURNING data");
        found = sql.build_query_scalar().fetch_optional(&mut *transaction).await.map_err(failed(DOING))?;
    }
    let mut book: Book = found.map(|data| record(&data, "rate limit")).transpose()?.unwrap_or_default();
    let now = clock(&mut transaction).await?;
    let answer = change(&mut book, now);
    let mut sql = Sql::new("UPDATE call_limits SET used_at = ");
    sql.push_bind(now).push(", data = ").push_bind(data(&book, "rate limit")?);
    sql.push(" WHERE name = ").push_bind(group);
    write_on(&mut transaction, sql).await?;
    transaction.commit().await.map_err(failed(DOING))?;
    Ok(answer)
}
