use std::collections::BTreeSet;

use latchel_sync_core::Result;
use latchel_sync_core::model::{Kind, RecordKey, Side};

use super::statement::{Sql, record};
use super::{BYTES, LIKE, Pool, recall};
use crate::desk::FoundIn;
use crate::error::failed;

/// Three queries, each by an index: one that asked for any of the three would read every outcome.
pub(crate) async fn search(pool: &Pool, text: &str, limit: u32) -> Result<Vec<FoundIn>> {
    // PostgreSQL refuses such a text, which is in no record.
    if text.is_empty() || text.contains('\0') {
        return Ok(Vec::new());
    }
    let mut found: Vec<FoundIn> = Vec::new();
    let mut seen: BTreeSet<(String, RecordKey)> = BTreeSet::new();
    for query in [by_id(text, limit), by_counterpart(text, limit), by_label(text, limit)] {
        for one in rows(pool, query).await? {
            if seen.insert((one.account.clone(), one.outcome.key.clone())) {
                found.push(one);
            }
        }
    }
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

const OUTCOMES: &str =
    "SELECT outcomes.account, outcomes.data FROM outcomes WHERE account IN (SELECT name FROM accounts)";

fn by_id(text: &str, limit: u32) -> Sql {
    let mut sql = Sql::new(OUTCOMES);
    push_kinds(&mut sql);
    sql.push(" AND side IN (").push_bind(Side::Platform.as_str()).push(", ");
    sql.push_bind(Side::Latchel.as_str()).push(") AND id = ").push_bind(text.to_owned());
    in_order(sql, limit)
}

fn by_counterpart(text: &str, limit: u32) -> Sql {
    let mut sql = Sql::new(OUTCOMES);
    push_kinds(&mut sql);
    sql.push(" AND counterpart = ").push_bind(text.to_owned());
    in_order(sql, limit)
}

/// The keys are in the index of the labels, so that only what is found is read whole.
fn by_label(text: &str, limit: u32) -> Sql {
    let mut sql =
        Sql::new("SELECT outcomes.account, outcomes.data FROM (SELECT account, kind, side, id FROM outcomes");
    sql.push(format_args!(" WHERE label IS NOT NULL AND label{BYTES} {LIKE} "));
    sql.push_bind(format!("%{}%", recall::literal(text))).push(" ESCAPE '\\'");
    sql.push(" ORDER BY account, kind, label LIMIT ").push_bind(i64::from(limit));
    sql.push(") AS found JOIN outcomes ON outcomes.account = found.account AND outcomes.kind = found.kind");
    sql.push(" AND outcomes.side = found.side AND outcomes.id = found.id");
    sql.push(" ORDER BY outcomes.account, outcomes.kind, outcomes.label, outcomes.side, outcomes.id");
    sql
}

fn push_kinds(sql: &mut Sql) {
    sql.push(" AND kind IN (");
    let mut kinds = sql.separated(", ");
    for kind in Kind::ALL {
        kinds.push_bind(kind.as_str());
    }
    sql.push(")");
}

fn in_order(mut sql: Sql, limit: u32) -> Sql {
    sql.push(" ORDER BY account, kind, side, id LIMIT ").push_bind(i64::from(limit));
    sql
}

async fn rows(pool: &Pool, mut sql: Sql) -> Result<Vec<FoundIn>> {
    let rows: Vec<(String, String)> =
        sql.build_query_as().fetch_all(pool).await.map_err(failed("looking for records"))?;
    let found =
        |(account, data): (String, String)| Ok(FoundIn { account, outcome: record(&data, "outcome")? });
    rows.into_iter().map(found).collect()
}
