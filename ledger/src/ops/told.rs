use latchel_sync_core::Result;
use uuid::Uuid;

use super::Pool;
use super::statement::{Sql, data, records, write};
use crate::desk::{Alert, AuditEntry, Pause};

pub(crate) async fn note(pool: &Pool, entry: &AuditEntry) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO audit (id, account, at, data) VALUES (");
    sql.push_bind(entry.id.to_string()).push(", ").push_bind(entry.account.as_deref()).push(", ");
    sql.push_bind(entry.at).push(", ").push_bind(data(entry, "audit entry")?).push(")");
    write(pool, sql).await.map(|_| ())
}

/// Ids are made in the order of time, so that the newest sorts last.
pub(crate) async fn audit(
    pool: &Pool,
    account: Option<&str>,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<AuditEntry>> {
    let mut sql = Sql::new("SELECT data FROM audit WHERE TRUE");
    if let Some(account) = account {
        sql.push(" AND account = ").push_bind(account);
    }
    if let Some(before) = before {
        sql.push(" AND id < ").push_bind(before.to_string());
    }
    sql.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit));
    records(pool, sql, "audit entry").await
}

pub(crate) async fn pauses(pool: &Pool) -> Result<Vec<Pause>> {
    records(pool, Sql::new("SELECT data FROM pauses ORDER BY account"), "pause").await
}

pub(crate) async fn pause(pool: &Pool, pause: &Pause) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO pauses (account, data) VALUES (");
    sql.push_bind(pause.account.as_str()).push(", ").push_bind(data(pause, "pause")?);
    sql.push(") ON CONFLICT (account) DO NOTHING");
    write(pool, sql).await.map(|_| ())
}

pub(crate) async fn resume(pool: &Pool, account: &str) -> Result<bool> {
    let mut sql = Sql::new("DELETE FROM pauses WHERE account = ");
    sql.push_bind(account);
    Ok(write(pool, sql).await? > 0)
}

pub(crate) async fn alerts(pool: &Pool) -> Result<Vec<Alert>> {
    records(pool, Sql::new("SELECT data FROM alerts ORDER BY account, kind"), "alert").await
}

pub(crate) async fn put_alert(pool: &Pool, alert: &Alert) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO alerts (account, kind, data) VALUES (");
    sql.push_bind(alert.account.as_str()).push(", ").push_bind(alert.kind.as_str());
    sql.push(", ").push_bind(data(alert, "alert")?);
    sql.push(") ON CONFLICT (account, kind) DO UPDATE SET data = excluded.data");
    write(pool, sql).await.map(|_| ())
}

pub(crate) async fn end_alert(pool: &Pool, account: &str, kind: &str) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM alerts WHERE account = ");
    sql.push_bind(account).push(" AND kind = ").push_bind(kind);
    write(pool, sql).await.map(|_| ())
}
