use latchel_sync_core::Result;

use super::Pool;
use super::statement::{Sql, data, records, write};
use crate::desk::Alert;

pub(crate) async fn all(pool: &Pool) -> Result<Vec<Alert>> {
    records(pool, Sql::new("SELECT data FROM alerts ORDER BY account, kind"), "alert").await
}

pub(crate) async fn put(pool: &Pool, alert: &Alert) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO alerts (account, kind, data) VALUES (");
    sql.push_bind(alert.account.as_str()).push(", ").push_bind(alert.kind.as_str());
    sql.push(", ").push_bind(data(alert, "alert")?);
    sql.push(") ON CONFLICT (account, kind) DO UPDATE SET data = excluded.data");
    write(pool, sql).await.map(|_| ())
}

pub(crate) async fn end(pool: &Pool, account: &str, kind: &str) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM alerts WHERE account = ");
    sql.push_bind(account).push(" AND kind = ").push_bind(kind);
    write(pool, sql).await.map(|_| ())
}
