use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use uuid::Uuid;

use super::statement::{Sql, WRITING, data, push_list, records, write, write_on};
use super::{BEGIN, Pool};
use crate::desk::Delivery;
use crate::error::failed;

/// Most deliveries that a statement names: far fewer than there may be parameters.
const IDS_OF_A_STATEMENT: usize = 500;

pub(crate) async fn accept(pool: &Pool, delivery: &Delivery) -> Result<bool> {
    let mut sql =
        Sql::new("INSERT INTO deliveries (id, account, digest, received_at, worked_on, data) VALUES (");
    sql.push_bind(delivery.id.to_string()).push(", ").push_bind(delivery.account.as_str()).push(", ");
    sql.push_bind(delivery.digest.as_str()).push(", ").push_bind(delivery.received_at).push(", FALSE, ");
    sql.push_bind(data(delivery, "delivery")?).push(") ON CONFLICT (account, digest) DO NOTHING");
    Ok(write(pool, sql).await? > 0)
}

/// Ids are made in the order of time, so that the oldest sorts first.
pub(crate) async fn open(pool: &Pool, account: &str, limit: u32) -> Result<Vec<Delivery>> {
    let mut sql = Sql::new("SELECT data FROM deliveries WHERE NOT worked_on AND account = ");
    sql.push_bind(account).push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
    records(pool, sql, "delivery").await
}

pub(crate) async fn left_behind(pool: &Pool, before: DateTime<Utc>) -> Result<Vec<String>> {
    let sql =
        "SELECT DISTINCT account FROM deliveries WHERE NOT worked_on AND received_at < $1 ORDER BY account";
    sqlx::query_scalar(sql).bind(before).fetch_all(pool).await.map_err(failed("reading deliveries"))
}

pub(crate) async fn worked_on(pool: &Pool, deliveries: &[Uuid]) -> Result<()> {
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(WRITING))?;
    for ids in deliveries.chunks(IDS_OF_A_STATEMENT) {
        let mut sql = Sql::new("UPDATE deliveries SET worked_on = TRUE WHERE id IN (");
        push_list(&mut sql, &ids.iter().map(Uuid::to_string).collect::<Vec<_>>());
        write_on(&mut transaction, sql).await?;
    }
    transaction.commit().await.map_err(failed(WRITING))
}
