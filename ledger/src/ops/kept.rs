use latchel_sync_core::Result;

use super::statement::{Sql, WRITING, data, record, write_on};
use super::{BEGIN, Connection, Pool};
use crate::desk::KeptAccount;
use crate::error::failed;

const READING: &str = "reading accounts";

pub(crate) async fn revision(pool: &Pool) -> Result<i64> {
    let sql = "SELECT revision FROM kept_revision";
    sqlx::query_scalar(sql).fetch_one(pool).await.map_err(failed(READING))
}

pub(crate) async fn names(pool: &Pool) -> Result<Vec<String>> {
    let sql = "SELECT name FROM kept_accounts ORDER BY name";
    sqlx::query_scalar(sql).fetch_all(pool).await.map_err(failed(READING))
}

pub(crate) async fn since(pool: &Pool, revision: i64) -> Result<Vec<KeptAccount>> {
    let sql = "SELECT revision, data FROM kept_accounts WHERE revision > $1 ORDER BY name";
    let rows: Vec<(i64, String)> =
        sqlx::query_as(sql).bind(revision).fetch_all(pool).await.map_err(failed(READING))?;
    rows.iter().map(account).collect()
}

pub(crate) async fn one(pool: &Pool, name: &str) -> Result<Option<KeptAccount>> {
    let sql = "SELECT revision, data FROM kept_accounts WHERE name = $1";
    let row: Option<(i64, String)> =
        sqlx::query_as(sql).bind(name).fetch_optional(pool).await.map_err(failed(READING))?;
    row.as_ref().map(account).transpose()
}

fn account((revision, data): &(i64, String)) -> Result<KeptAccount> {
    Ok(KeptAccount { revision: *revision, ..record(data, "account")? })
}

/// Writes an account; false if it is no longer as it was when it was read.
pub(crate) async fn put(pool: &Pool, account: &KeptAccount) -> Result<bool> {
    let data = data(account, "account")?;
    change(pool, async |connection, revision| {
        let mut sql = Sql::new("");
        if account.revision == 0 {
            sql.push("INSERT INTO kept_accounts (name, revision, data) VALUES (");
            sql.push_bind(account.name.as_str()).push(", ").push_bind(revision).push(", ").push_bind(data);
            sql.push(") ON CONFLICT (name) DO NOTHING");
        } else {
            sql.push("UPDATE kept_accounts SET revision = ").push_bind(revision).push(", data = ");
            sql.push_bind(data).push(" WHERE name = ").push_bind(account.name.as_str());
            sql.push(" AND revision = ").push_bind(account.revision);
        }
        write_on(connection, sql).await
    })
    .await
}

pub(crate) async fn remove(pool: &Pool, name: &str) -> Result<bool> {
    change(pool, async |connection, _| {
        let mut sql = Sql::new("DELETE FROM kept_accounts WHERE name = ");
        sql.push_bind(name);
        write_on(connection, sql).await
    })
    .await
}

/// Makes a change under a revision of its own. Changes take turns by its row, so that whoever has seen one has seen all before it.
async fn change(pool: &Pool, work: impl AsyncFnOnce(&mut Connection, i64) -> Result<u64>) -> Result<bool> {
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(WRITING))?;
    let sql = "UPDATE kept_revision SET revision = revision + 1 RETURNING revision";
    let revision: i64 =
        sqlx::query_scalar(sql).fetch_one(&mut *transaction).await.map_err(failed(WRITING))?;
    let changed = work(&mut transaction, revision).await? > 0;
    if changed {
        transaction.commit().await.map_err(failed(WRITING))?;
    }
    Ok(changed)
}
