use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use uuid::Uuid;

use super::statement::{Sql, WRITING, data, record, records, write, write_on};
use super::{BEGIN, Connection, Pool};
use crate::desk::{Browser, Pairing};
use crate::error::failed;

pub(crate) async fn offer(pool: &Pool, pairing: &Pairing) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO pairings (hash, user_name, expires_at, data) VALUES (");
    sql.push_bind(pairing.hash.as_str()).push(", ").push_bind(pairing.by.as_str()).push(", ");
    sql.push_bind(pairing.expires_at).push(", ").push_bind(data(pairing, "pairing")?).push(")");
    write(pool, sql).await.map(|_| ())
}

pub(crate) async fn take(pool: &Pool, hash: &str, now: DateTime<Utc>) -> Result<Option<Pairing>> {
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(WRITING))?;
    let mut over = Sql::new("DELETE FROM pairings WHERE expires_at <= ");
    over.push_bind(now);
    write_on(&mut transaction, over).await?;
    let mut sql = Sql::new("DELETE FROM pairings WHERE hash = ");
    sql.push_bind(hash).push(" RETURNING data");
    let found: Option<(String,)> =
        sql.build_query_as().fetch_optional(&mut *transaction).await.map_err(failed(WRITING))?;
    transaction.commit().await.map_err(failed(WRITING))?;
    found.map(|(data,)| record(&data, "pairing")).transpose()
}

pub(crate) async fn add(pool: &Pool, browser: &Browser) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO browsers (id, hash, user_name, data) VALUES (");
    sql.push_bind(browser.id.to_string()).push(", ").push_bind(browser.hash.as_str()).push(", ");
    sql.push_bind(browser.by.as_str()).push(", ").push_bind(data(browser, "browser")?).push(")");
    write(pool, sql).await.map(|_| ())
}

pub(crate) async fn all(pool: &Pool) -> Result<Vec<Browser>> {
    records(pool, Sql::new("SELECT data FROM browsers ORDER BY id"), "browser").await
}

pub(crate) async fn with_hash(pool: &Pool, hash: &str) -> Result<Option<Browser>> {
    let mut sql = Sql::new("SELECT data FROM browsers WHERE hash = ");
    sql.push_bind(hash);
    Ok(records(pool, sql, "browser").await?.pop())
}

/// Replaces what is known of a browser; one that was ended meanwhile stays so.
pub(crate) async fn put(pool: &Pool, browser: &Browser) -> Result<()> {
    let mut sql = Sql::new("UPDATE browsers SET data = ");
    sql.push_bind(data(browser, "browser")?).push(" WHERE id = ").push_bind(browser.id.to_string());
    write(pool, sql).await.map(|_| ())
}

pub(crate) async fn end(pool: &Pool, id: Uuid) -> Result<bool> {
    let mut sql = Sql::new("DELETE FROM browsers WHERE id = ");
    sql.push_bind(id.to_string());
    Ok(write(pool, sql).await? > 0)
}

/// Ends the browsers that a user connected, and what they offered.
pub(super) async fn end_all_of(connection: &mut Connection, user: &str) -> Result<()> {
    for table in ["browsers", "pairings"] {
        let mut sql = Sql::new(format!("DELETE FROM {table} WHERE user_name = "));
        sql.push_bind(user);
        write_on(connection, sql).await?;
    }
    Ok(())
}
