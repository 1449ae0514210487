//! Latchel's records as a mirror keeps them, and the walks through its lists.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::mirror::{MirrorList, MirrorStore, Mirrored, Walk};
use latchel_sync_core::model::Kind;

use super::statement::{Sql, data, records, write, write_on};
use super::{BEGIN, Backend, Connection, Database};
use crate::error::failed;

/// Number of values in one statement; a look-up may ask for thousands.
const AT_ONCE: usize = 500;

const DOING: &str = "writing a mirror";
const WHAT: &str = "mirrored record";

#[async_trait]
impl MirrorStore for Backend {
    async fn keep(&self, account: &str, records: &[Mirrored]) -> Result<()> {
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(DOING))?;
        for some in records.chunks(AT_ONCE) {
            // A walk goes on: a record seen beside it stays one that this walk has shown.
            put(&mut transaction, account, some, "mirror_records.walk").await?;
        }
        transaction.commit().await.map_err(failed(DOING))
    }

    async fn keep_page(
        &self,
        account: &str,
        list: MirrorList,
        records: &[Mirrored],
        walk: &Walk,
    ) -> Result<Walk> {
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(failed(DOING))?;
        let mut shown = shown_by(&mut transaction, account, list.kind(), records).await?;
        let mut walk = Walk { rows: walk.rows + records.len() as u64, ..walk.clone() };
        for record in records {
            match shown.insert(record.id, walk.number.into()) {
                Some(number) if number == i64::from(walk.number) => walk.repeated += 1,
                Some(number) if number != 0 => {}
                _ => walk.added += 1,
            }
        }
        put(&mut transaction, account, &distinct(records), "excluded.walk").await?;
        put_walk(&mut transaction, account, list, &walk).await?;
        transaction.commit().await.map_err(failed(DOING))?;
        Ok(walk)
    }

    async fn by_id(&self, account: &str, kind: Kind, ids: &[i64]) -> Result<Vec<Mirrored>> {
        self.with(account, kind, "id", ids).await
    }

    async fn by_reference(&self, account: &str, kind: Kind, references: &[String]) -> Result<Vec<Mirrored>> {
        self.with(account, kind, "reference", references).await
    }

    async fn by_place(&self, account: &str, kind: Kind, places: &[i64]) -> Result<Vec<Mirrored>> {
        self.with(account, kind, "place", places).await
    }

    async fn by_number(&self, account: &str, kind: Kind, numbers: &[String]) -> Result<Vec<Mirrored>> {
        self.with(account, kind, "number", numbers).await
    }

    async fn by_slug(&self, account: &str, slug: &str) -> Result<Vec<Mirrored>> {
        self.with(account, Kind::WorkOrder, "slug", &[slug.to_owned()]).await
    }

    async fn changed_since(
        &self,
        account: &str,
        kind: Kind,
        from: DateTime<Utc>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Mirrored>> {
        let mut sql = of(account, kind);
        sql.push(" AND changed_at >= ").push_bind(from.timestamp_micros());
        in_order(&mut sql, after, limit);
        records(self.readers(), sql, WHAT).await
    }

    async fn page(&self, account: &str, kind: Kind, after: Option<i64>, limit: u32) -> Result<Vec<Mirrored>> {
        let mut sql = of(account, kind);
        in_order(&mut sql, after, limit);
        records(self.readers(), sql, WHAT).await
    }

    async fn forget(&self, account: &str, kind: Kind, id: i64) -> Result<()> {
        let mut sql = Sql::new("DELETE FROM mirror_records WHERE account = ");
        sql.push_bind(account).push(" AND kind = ").push_bind(kind.as_str());
        sql.push(" AND id = ").push_bind(id);
        write(&self.pool, sql).await.map(|_| ())
    }

    async fn count(&self, account: &str, kind: Kind) -> Result<(u64, u64)> {
        let (all, without): (i64, i64) = sqlx::query_as(
            "SELECT COUNT(*), COUNT(*) - COUNT(reference) FROM mirror_records WHERE account = $1 AND kind = $2",
        )
        .bind(account)
        .bind(kind.as_str())
        .fetch_one(self.readers())
        .await
        .map_err(failed("counting mirrored records"))?;
        Ok((all.unsigned_abs(), without.unsigned_abs()))
    }

    async fn walk(&self, account: &str, list: MirrorList) -> Result<Option<Walk>> {
        let mut sql = Sql::new("SELECT data FROM mirror_walks WHERE account = ");
        sql.push_bind(account).push(" AND list = ").push_bind(list.as_str());
        Ok(records(self.readers(), sql, "walk").await?.into_iter().next())
    }

    async fn put_walk(&self, account: &str, list: MirrorList, walk: &Walk) -> Result<()> {
        let mut connection = self.pool.acquire().await.map_err(failed(DOING))?;
        put_walk(&mut connection, account, list, walk).await
    }
}

impl Backend {
    /// The records that have one of `values` in `column`.
    async fn with<T>(
        &self,
        account: &str,
        kind: Kind,
        column: &'static str,
        values: &[T],
    ) -> Result<Vec<Mirrored>>
    where
        T: Clone + Sync + for<'q> sqlx::Encode<'q, Database> + sqlx::Type<Database> + 'static,
    {
        let mut found = Vec::new();
        for some in values.chunks(AT_ONCE) {
            let mut sql = of(account, kind);
            sql.push(format_args!(" AND {column} IN ("));
            push_values(&mut sql, some);
            found.extend(records(self.readers(), sql, WHAT).await?);
        }
        Ok(found)
    }
}

fn of(account: &str, kind: Kind) -> Sql {
    let mut sql = Sql::new("SELECT data FROM mirror_records WHERE account = ");
    sql.push_bind(account.to_owned()).push(" AND kind = ").push_bind(kind.as_str());
    sql
}

/// The rest of a list in brackets.
fn push_values<T>(sql: &mut Sql, values: &[T])
where
    T: Clone + for<'q> sqlx::Encode<'q, Database> + sqlx::Type<Database> + 'static,
{
    let mut separated = sql.separated(", ");
    for value in values {
        separated.push_bind(value.clone());
    }
    sql.push(")");
}

fn in_order(sql: &mut Sql, after: Option<i64>, limit: u32) {
    sql.push(" AND id > ").push_bind(after.unwrap_or(i64::MIN));
    sql.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
}

/// The walk that showed each of the records last, of those that are kept.
async fn shown_by(
    connection: &mut Connection,
    account: &str,
    kind: Kind,
    records: &[Mirrored],
) -> Result<HashMap<i64, i64>> {
    if records.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<_> = records.iter().map(|one| one.id).collect();
    let mut sql = Sql::new("SELECT id, walk FROM mirror_records WHERE account = ");
    sql.push_bind(account).push(" AND kind = ").push_bind(kind.as_str()).push(" AND id IN (");
    push_values(&mut sql, &ids);
    let rows: Vec<(i64, i64)> =
        sql.build_query_as().fetch_all(connection).await.map_err(failed("reading a mirror"))?;
    Ok(rows.into_iter().collect())
}

/// The last of the records with each id: one statement writes none twice.
fn distinct(records: &[Mirrored]) -> Vec<Mirrored> {
    let last: HashMap<i64, &Mirrored> = records.iter().map(|record| (record.id, record)).collect();
    last.into_values().cloned().collect()
}

/// Adds or replaces records; `walk` says which walk a record that is there keeps.
async fn put(connection: &mut Connection, account: &str, records: &[Mirrored], walk: &str) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    let rows =
        distinct(records).into_iter().map(|one| Ok((data(&one, WHAT)?, one))).collect::<Result<Vec<_>>>()?;
    let mut sql = Sql::new(
        "INSERT INTO mirror_records (account, kind, id, reference, place, number, slug, changed_at, walk, data) ",
    );
    sql.push_values(&rows, |mut row, (data, one)| {
        row.push_bind(account.to_owned())
            .push_bind(one.kind.as_str())
            .push_bind(one.id)
            .push_bind(one.reference.clone())
            .push_bind(one.place)
            .push_bind(one.number.clone())
            .push_bind(one.slug.clone())
            .push_bind(one.changed_at.map(|at| at.timestamp_micros()))
            .push_bind(i64::from(one.walk))
            .push_bind(data.clone());
    });
    sql.push(format_args!(
        " ON CONFLICT (account, kind, id) DO UPDATE SET reference = excluded.reference, place = excluded.place, \
         number = excluded.number, slug = excluded.slug, changed_at = excluded.changed_at, walk = {walk}, data = excluded.data"
    ));
    write_on(connection, sql).await.map(|_| ())
}

async fn put_walk(connection: &mut Connection, account: &str, list: MirrorList, walk: &Walk) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO mirror_walks (account, list, data) VALUES (");
    sql.push_bind(account).push(", ").push_bind(list.as_str()).push(", ").push_bind(data(walk, "walk")?);
    sql.push(") ON CONFLICT (account, list) DO UPDATE SET data = excluded.data");
    write_on(connection, sql).await.map(|_| ())
}
