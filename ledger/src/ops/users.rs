use chrono::{DateTime, Utc};
use latchel_sync_core::Result;

use super::statement::{Sql, WRITING, data, record, records, write, write_on};
use super::{BEGIN, Connection, Pool, browsers, tries};
use crate::desk::{Session, User};
use crate::error::failed;

pub(crate) async fn all(pool: &Pool) -> Result<Vec<User>> {
    records(pool, Sql::new("SELECT data FROM users ORDER BY name"), "user").await
}

pub(crate) async fn put(pool: &Pool, user: &User) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO users (name, data) VALUES (");
    sql.push_bind(user.name.as_str()).push(", ").push_bind(data(user, "user")?);
    sql.push(") ON CONFLICT (name) DO UPDATE SET data = excluded.data");
    changed(pool, &user.name, sql).await.map(|_| ())
}

pub(crate) async fn remove(pool: &Pool, name: &str) -> Result<bool> {
    let mut sql = Sql::new("DELETE FROM users WHERE name = ");
    sql.push_bind(name);
    Ok(changed(pool, name, sql).await? > 0)
}

/// Changes a user, ends the sessions and browsers of the former one, and forgets the tries at their name.
async fn changed(pool: &Pool, name: &str, sql: Sql) -> Result<u64> {
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(WRITING))?;
    let changed = write_on(&mut transaction, sql).await?;
    end_sessions(&mut transaction, name).await?;
    browsers::end_all_of(&mut transaction, name).await?;
    tries::forget_name(&mut transaction, name).await?;
    transaction.commit().await.map_err(failed(WRITING))?;
    Ok(changed)
}

async fn end_sessions(connection: &mut Connection, user: &str) -> Result<u64> {
    let mut sql = Sql::new("DELETE FROM sessions WHERE user_name = ");
    sql.push_bind(user);
    write_on(connection, sql).await
}

pub(crate) async fn begin_session(pool: &Pool, session: &Session) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO sessions (id, user_name, expires_at, data) VALUES (");
    sql.push_bind(session.id.as_str()).push(", ").push_bind(session.user.as_str());
    sql.push(", ").push_bind(session.expires_at).push(", ").push_bind(data(session, "session")?).push(")");
    write(pool, sql).await.map(|_| ())
}

pub(crate) async fn session(pool: &Pool, id: &str, now: DateTime<Utc>) -> Result<Option<(Session, User)>> {
    let row: Option<(String, String)> = sqlx::query_as(
        "SELECT sessions.data, users.data FROM sessions JOIN users ON users.name = sessions.user_name \
         WHERE sessions.id = $1 AND sessions.expires_at > $2",
    )
    .bind(id)
    .bind(now)
    .fetch_optional(pool)
    .await
    .map_err(failed("reading a session"))?;
    row.map(|(session, user)| Ok((record(&session, "session")?, record(&user, "user")?))).transpose()
}

pub(crate) async fn end_session(pool: &Pool, id: &str) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM sessions WHERE id = ");
    sql.push_bind(id);
    write(pool, sql).await.map(|_| ())
}
