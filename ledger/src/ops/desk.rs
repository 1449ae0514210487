//! What the server keeps: users, sessions, the audit trail, pauses, deliveries, alerts.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::Outcome;
use latchel_sync_core::model::RecordKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{BEGIN, Engine, browse, prune};
use crate::desk::{Alert, AuditEntry, Delivery, Desk, Filter, Found, Pause, Role, Session, User};
use crate::error::{failed, unreadable};

#[async_trait]
impl Desk for Engine {
    async fn users(&self) -> Result<Vec<User>> {
        let sql = "SELECT name, role, hash, is_token, created_at FROM users ORDER BY name";
        let rows: Vec<UserRow> =
            sqlx::query_as(sql).fetch_all(&self.pool).await.map_err(failed("reading users"))?;
        Ok(rows.into_iter().map(user).collect())
    }

    async fn put_user(&self, user: &User) -> Result<()> {
        let doing = "writing a user";
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(doing))?;
        sqlx::query(
            "INSERT INTO users (name, role, hash, is_token, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (name) DO UPDATE SET role = excluded.role, hash = excluded.hash, \
             is_token = excluded.is_token, created_at = excluded.created_at",
        )
        .bind(&user.name)
        .bind(user.role.as_str())
        .bind(&user.hash)
        .bind(user.is_token)
        .bind(user.created_at)
        .execute(&mut *transaction)
        .await
        .map_err(failed(doing))?;
        sqlx::query("DELETE FROM sessions WHERE user_name = $1")
            .bind(&user.name)
            .execute(&mut *transaction)
            .await
            .map_err(failed(doing))?;
        transaction.commit().await.map_err(failed(doing))
    }

    async fn remove_user(&self, name: &str) -> Result<bool> {
        let doing = "removing a user";
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(doing))?;
        sqlx::query("DELETE FROM sessions WHERE user_name = $1")
            .bind(name)
            .execute(&mut *transaction)
            .await
            .map_err(failed(doing))?;
        let removed = sqlx::query("DELETE FROM users WHERE name = $1")
            .bind(name)
            .execute(&mut *transaction)
            .await
            .map_err(failed(doing))?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok(removed.rows_affected() > 0)
    }

    async fn begin_session(&self, session: &Session) -> Result<()> {
        sqlx::query("INSERT INTO sessions (id, user_name, created_at, expires_at) VALUES ($1, $2, $3, $4)")
            .bind(&session.id)
            .bind(&session.user)
            .bind(session.created_at)
            .bind(session.expires_at)
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(failed("beginning a session"))
    }

    async fn session(&self, id: &str, now: DateTime<Utc>) -> Result<Option<(Session, User)>> {
        let row: Option<(String, DateTime<Utc>, DateTime<Utc>, String, String, bool, DateTime<Utc>)> =
            sqlx::query_as(
                "SELECT users.name, sessions.created_at, sessions.expires_at, users.role, users.hash, \
                 users.is_token, users.created_at FROM sessions JOIN users ON users.name = sessions.user_name \
                 WHERE sessions.id = $1 AND sessions.expires_at > $2",
            )
            .bind(id)
            .bind(now)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("reading a session"))?;
        Ok(row.map(|(name, created_at, expires_at, role, hash, is_token, added_at)| {
            let session = Session { id: id.to_owned(), user: name.clone(), created_at, expires_at };
            (session, user((name, role, hash, is_token, added_at)))
        }))
    }

    async fn end_session(&self, id: &str) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(failed("ending a session"))
    }

    async fn note(&self, entry: &AuditEntry) -> Result<()> {
        sqlx::query("INSERT INTO audit (id, account, at, data) VALUES ($1, $2, $3, $4)")
            .bind(entry.id.to_string())
            .bind(&entry.account)
            .bind(entry.at)
            .bind(text(entry)?)
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(failed("writing the audit trail"))
    }

    async fn audit(
        &self,
        account: Option<&str>,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>> {
        let rows: Vec<String> = sqlx::query_scalar(
            "SELECT data FROM audit WHERE (CAST($1 AS TEXT) IS NULL OR account = $1) \
             AND (CAST($2 AS TEXT) IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        )
        .bind(account)
        .bind(before.map(|before| before.to_string()))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed("reading the audit trail"))?;
        read_all(&rows)
    }

    async fn pauses(&self) -> Result<Vec<Pause>> {
        let rows: Vec<(String, String, DateTime<Utc>)> =
            sqlx::query_as("SELECT account, paused_by, since FROM pauses ORDER BY account")
                .fetch_all(&self.pool)
                .await
                .map_err(failed("reading which accounts are paused"))?;
        Ok(rows.into_iter().map(|(account, by, since)| Pause { account, by, since }).collect())
    }

    async fn pause(&self, pause: &Pause) -> Result<()> {
        sqlx::query(
            "INSERT INTO pauses (account, paused_by, since) VALUES ($1, $2, $3) ON CONFLICT (account) DO NOTHING",
        )
        .bind(&pause.account)
        .bind(&pause.by)
        .bind(pause.since)
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(failed("pausing an account"))
    }

    async fn resume(&self, account: &str) -> Result<bool> {
        let ended = sqlx::query("DELETE FROM pauses WHERE account = $1")
            .bind(account)
            .execute(&self.pool)
            .await
            .map_err(failed("resuming an account"))?;
        Ok(ended.rows_affected() > 0)
    }

    async fn accept(&self, delivery: &Delivery) -> Result<bool> {
        let kept = sqlx::query(
            "INSERT INTO deliveries (id, account, digest, received_at, worked_on, data) \
             VALUES ($1, $2, $3, $4, FALSE, $5) ON CONFLICT (account, digest) DO NOTHING",
        )
        .bind(delivery.id.to_string())
        .bind(&delivery.account)
        .bind(&delivery.digest)
        .bind(delivery.received_at)
        .bind(text(delivery)?)
        .execute(&self.pool)
        .await
        .map_err(failed("keeping a delivery"))?;
        Ok(kept.rows_affected() > 0)
    }

    async fn deliveries(&self, account: &str, limit: u32) -> Result<Vec<Delivery>> {
        let rows: Vec<String> = sqlx::query_scalar(
            "SELECT data FROM deliveries WHERE account = $1 AND worked_on = FALSE ORDER BY id LIMIT $2",
        )
        .bind(account)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed("reading deliveries"))?;
        read_all(&rows)
    }

    async fn worked_on(&self, deliveries: &[Uuid]) -> Result<()> {
        let doing = "ending deliveries";
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(doing))?;
        for id in deliveries {
            sqlx::query("UPDATE deliveries SET worked_on = TRUE WHERE id = $1")
                .bind(id.to_string())
                .execute(&mut *transaction)
                .await
                .map_err(failed(doing))?;
        }
        transaction.commit().await.map_err(failed(doing))
    }

    async fn alerts(&self) -> Result<Vec<Alert>> {
        let rows: Vec<String> = sqlx::query_scalar("SELECT data FROM alerts ORDER BY account, kind")
            .fetch_all(&self.pool)
            .await
            .map_err(failed("reading alerts"))?;
        read_all(&rows)
    }

    async fn put_alert(&self, alert: &Alert) -> Result<()> {
        sqlx::query(
            "INSERT INTO alerts (account, kind, data) VALUES ($1, $2, $3) \
             ON CONFLICT (account, kind) DO UPDATE SET data = excluded.data",
        )
        .bind(&alert.account)
        .bind(&alert.kind)
        .bind(text(alert)?)
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(failed("writing an alert"))
    }

    async fn end_alert(&self, account: &str, kind: &str) -> Result<()> {
        sqlx::query("DELETE FROM alerts WHERE account = $1 AND kind = $2")
            .bind(account)
            .bind(kind)
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(failed("ending an alert"))
    }

    async fn look_for(
        &self,
        account: &str,
        filter: &Filter,
        after: Option<&RecordKey>,
        limit: u32,
    ) -> Result<Vec<Found>> {
        browse::look_for(&self.pool, account, filter, after, limit).await
    }

    async fn history(&self, account: &str, key: &RecordKey, limit: u32) -> Result<Vec<Outcome>> {
        browse::history(&self.pool, account, key, limit).await
    }

    async fn prune(&self, before: DateTime<Utc>) -> Result<u64> {
        prune::prune(&self.pool, before).await
    }
}

/// Name, role, hash, whether it is a token's, and since when.
type UserRow = (String, String, String, bool, DateTime<Utc>);

fn user((name, role, hash, is_token, created_at): UserRow) -> User {
    // A role that this version does not know may look, which is the least.
    let role = Role::from_name(&role).unwrap_or(Role::Viewer);
    User { name, role, hash, is_token, created_at }
}

fn text(record: &impl Serialize) -> Result<String> {
    serde_json::to_string(record).map_err(unreadable("record"))
}

pub(super) fn read_all<T: DeserializeOwned>(rows: &[String]) -> Result<Vec<T>> {
    rows.iter().map(|data| serde_json::from_str(data).map_err(unreadable("record"))).collect()
}
