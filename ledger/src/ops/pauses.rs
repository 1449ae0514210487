use latchel_sync_core::Result;

use super::Pool;
use super::statement::{Sql, data, records, write};
use crate::desk::Pause;

pub(crate) async fn all(pool: &Pool) -> Result<Vec<Pause>> {
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
