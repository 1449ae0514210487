use latchel_sync_core::Result;
use uuid::Uuid;

use super::Pool;
use super::statement::{Sql, data, records, write};
use crate::desk::AuditEntry;

pub(crate) async fn note(pool: &Pool, entry: &AuditEntry) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO audit (id, account, at, data) VALUES (");
    sql.push_bind(entry.id.to_string()).push(", ").push_bind(entry.account.as_deref()).push(", ");
    sql.push_bind(entry.at).push(", ").push_bind(data(entry, "audit entry")?).push(")");
    write(pool, sql).await.map(|_| ())
}

/// Ids are made in the order of time, so that the newest sorts last.
pub(crate) async fn page(
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
