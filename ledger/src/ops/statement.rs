use latchel_sync_core::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::QueryBuilder;

use super::{Connection, Database, Pool};
use crate::error::{failed, unreadable};

pub(super) type Sql = QueryBuilder<Database>;

/// A record as it is kept: JSON without a line break.
pub(super) fn data(record: &impl Serialize, what: &'static str) -> Result<String> {
    serde_json::to_string(record).map_err(unreadable(what))
}

/// The record that [`data`] wrote.
pub(super) fn record<T: DeserializeOwned>(data: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(data).map_err(unreadable(what))
}

/// The records in the one column that a query asks for.
pub(super) async fn records<T: DeserializeOwned>(
    pool: &Pool,
    mut sql: Sql,
    what: &'static str,
) -> Result<Vec<T>> {
    let rows: Vec<String> =
        sql.build_query_scalar().fetch_all(pool).await.map_err(failed("reading what the server keeps"))?;
    rows.iter().map(|data| record(data, what)).collect()
}

/// Runs a statement that writes, by itself; returns how many rows it changed.
pub(super) async fn write(pool: &Pool, sql: Sql) -> Result<u64> {
    let mut connection = pool.acquire().await.map_err(failed(WRITING))?;
    write_on(&mut connection, sql).await
}

/// The same as a part of a transaction.
pub(super) async fn write_on(connection: &mut Connection, mut sql: Sql) -> Result<u64> {
    sql.build().execute(connection).await.map(|done| done.rows_affected()).map_err(failed(WRITING))
}

pub(super) const WRITING: &str = "writing what the server keeps";

/// The rest of a list in brackets, of a few hundred values at most: there may be a few thousand parameters.
pub(super) fn push_list(sql: &mut Sql, values: &[String]) {
    let mut separated = sql.separated(", ");
    for value in values {
        separated.push_bind(value.as_str());
    }
    sql.push(")");
}

/// Runs a statement whose text is the same for the same number of rows.
pub(super) async fn run_built(connection: &mut Connection, mut sql: Sql, doing: &'static str) -> Result<()> {
    sql.build().execute(connection).await.map(|_| ()).map_err(failed(doing))
}
