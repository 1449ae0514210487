use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use latchel_sync_core::ledger::{Outcome, RecordMemory, may_be_a_name};
use latchel_sync_core::model::{Kind, RecordKey, Side};
use latchel_sync_core::{Error, ErrorKind, Result};
use serde::de::DeserializeOwned;
use sqlx::QueryBuilder;

use super::{CHAR, Database, ELEMENTS, LIKE, LINES, Pool, Row, pending};
use crate::error::{failed, unreadable};

/// Recalls what is remembered of each key, in their order. It takes one query for each kind and side, however many keys
/// there are, and a second one where some of them are tried again.
pub(crate) async fn recall(pool: &Pool, account: &str, keys: &[RecordKey]) -> Result<Vec<RecordMemory>> {
    let nothing = |key: &RecordKey| RecordMemory {
        key: key.clone(),
        link: None,
        outcome: None,
        intent: None,
        pending: None,
    };
    let mut memories: Vec<_> = keys.iter().map(nothing).collect();
    let mut groups: BTreeMap<(Kind, Side), Vec<&mut RecordMemory>> = BTreeMap::new();
    for memory in &mut memories {
        groups.entry((memory.key.kind, memory.key.side)).or_default().push(memory);
    }
    for ((kind, side), mut group) in groups {
        remember(pool, (account, kind, side), &mut group).await?;
        wait(pool, (account, kind, side), &mut group).await?;
    }
    Ok(memories)
}

/// Account, kind and side of the records.
type What<'a> = (&'a str, Kind, Side);

/// Links, outcomes and intents, as lines of one text: a row for each costs more than reading it.
async fn remember(pool: &Pool, what: What<'_>, group: &mut [&mut RecordMemory]) -> Result<()> {
    let id_of_link = match what.2 {
        Side::Platform => "links.platform_id = value",
        Side::Latchel => "links.latchel_id = CAST(value AS BIGINT)",
    };
    let sql = format!(
        "SELECT {LINES}(CONCAT(place, {CHAR}(9), links.data, {CHAR}(9), outcomes.data, {CHAR}(9), intents.data), \
             {CHAR}(10)) \
         FROM {ELEMENTS} \
         LEFT JOIN links ON links.account = $1 AND links.kind = $2 AND {id_of_link} \
         LEFT JOIN outcomes ON outcomes.account = $1 AND outcomes.kind = $2 AND outcomes.side = $3 \
             AND outcomes.id = value \
         LEFT JOIN intents ON intents.account = $1 AND intents.kind = $2 AND intents.side = $3 \
             AND intents.source_id = value \
         WHERE links.data IS NOT NULL OR outcomes.data IS NOT NULL OR intents.data IS NOT NULL"
    );
    let ids = ids(group.iter().map(|memory| &memory.key))?;
    let found: Vec<(Option<String>,)> = rows(pool, sql, what, ids).await?;
    for line in found.iter().filter_map(|(lines,)| lines.as_deref()).flat_map(str::lines) {
        // Records are JSON, in which line breaks and tabs are escaped.
        let mut parts = line.split('\t');
        let place = parts.next().and_then(|place| place.parse::<usize>().ok());
        let memory = place.and_then(|place| group.get_mut(place));
        let memory = memory.ok_or_else(|| Error::new(ErrorKind::Ledger, "a record without its place"))?;
        memory.link = record(parts.next(), "link")?;
        memory.outcome = record(parts.next(), "outcome")?;
        memory.intent = record(parts.next(), "intent")?;
    }
    Ok(())
}

fn record<T: DeserializeOwned>(data: Option<&str>, what: &'static str) -> Result<Option<T>> {
    match data {
        None | Some("") => Ok(None),
        Some(data) => serde_json::from_str(data).map(Some).map_err(unreadable(what)),
    }
}

/// A record's id, the instant since which it is pending (UTC), the number of tries, and true if it was dismissed.
type Waiting = (String, DateTime<Utc>, i64, bool);

/// Adds the pending state of those records whose newest outcome says that they are tried again; no others are pending.
async fn wait(pool: &Pool, what: What<'_>, group: &mut [&mut RecordMemory]) -> Result<()> {
    let again = group.iter().filter(|one| one.outcome.as_deref().is_some_and(Outcome::is_tried_again));
    let again: Vec<_> = again.map(|memory| &memory.key).collect();
    if again.is_empty() {
        return Ok(());
    }
    let ids = ids(again.into_iter())?;
    let sql = format!(
        "SELECT id, since, attempts, dismissed FROM pending WHERE account = $1 AND kind = $2 AND side = $3 \
         AND id IN (SELECT value FROM {ELEMENTS})"
    );
    let found: Vec<Waiting> = rows(pool, sql, what, ids).await?;
    let found: HashMap<_, _> = found
        .into_iter()
        .map(|(id, since, attempts, dismissed)| (id, (since, attempts, dismissed)))
        .collect();
    for memory in group {
        if let (Some(outcome), Some(&(since, attempts, dismissed))) =
            (memory.outcome.as_deref(), found.get(&memory.key.id))
        {
            memory.pending = Some(Box::new(pending::of(outcome.clone(), since, attempts, dismissed)));
        }
    }
    Ok(())
}

fn ids<'k>(keys: impl Iterator<Item = &'k RecordKey>) -> Result<String> {
    let ids: Vec<_> = keys.map(|key| &key.id).collect();
    serde_json::to_string(&ids).map_err(unreadable("ids"))
}

async fn rows<T>(pool: &Pool, sql: String, (account, kind, side): What<'_>, ids: String) -> Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, Row> + Send + Unpin,
{
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(account)
        .bind(kind.as_str())
        .bind(side.as_str())
        .bind(ids)
        .fetch_all(pool)
        .await
        .map_err(failed("recalling records"))
}

/// The records of one kind that `text` names: an id of either side, a part of a composed id, or a number; a property
/// also by a part of its name, if nothing else is called so.
pub(crate) async fn find(pool: &Pool, account: &str, kind: Kind, text: &str) -> Result<Vec<RecordMemory>> {
    // PostgreSQL refuses such a text, which names nothing.
    if text.is_empty() || text.contains('\0') {
        return Ok(Vec::new());
    }
    let ask = async |mut sql: QueryBuilder<Database>| {
        let rows: sqlx::Result<Vec<(String, String)>> = sql.build_query_as().fetch_all(pool).await;
        rows.map_err(failed("finding records"))
    };
    let mut rows = ask(named(account, kind, text)).await?;
    if rows.is_empty() && kind == Kind::Property && may_be_a_name(text) {
        rows = ask(called(account, kind, text)).await?;
    }
    let keys: Vec<_> = rows
        .into_iter()
        .filter_map(|(side, id)| Some(RecordKey { kind, side: Side::from_name(&side)?, id }))
        .collect();
    recall(pool, account, &keys).await
}

/// The statement by which [`find`] gets keys: a query by an index for each way to name a record, and only for parts of
/// composed ids, which people type, one that goes through all records of the kind.
fn named(account: &str, kind: Kind, text: &str) -> QueryBuilder<Database> {
    let mut sql = QueryBuilder::new("");
    let of_kind = |sql: &mut QueryBuilder<Database>, select: &str| {
        sql.push(select).push(" WHERE account = ").push_bind(account.to_owned());
        sql.push(" AND kind = ").push_bind(kind.as_str());
    };
    const TOLD: &str = "SELECT side, id FROM outcomes";
    const PLATFORM: &str = "SELECT 'platform', platform_id FROM links";
    const LATCHEL: &str = "SELECT 'latchel', CAST(latchel_id AS TEXT) FROM links";
    of_kind(&mut sql, TOLD);
    sql.push(" AND side IN ('platform', 'latchel') AND id = ").push_bind(text.to_owned()).push(" UNION ");
    of_kind(&mut sql, TOLD);
    sql.push(" AND counterpart = ").push_bind(text.to_owned());

    // What is not linked has its number in its label, before a blank and the title.
    if kind == Kind::WorkOrder {
        of_kind(sql.push(" UNION "), TOLD);
        sql.push(" AND label >= ").push_bind(format!("#{text} "));
        sql.push(" AND label < ").push_bind(format!("#{text}!"));
        of_kind(sql.push(" UNION "), TOLD);
        sql.push(" AND label = ").push_bind(format!("#{text}"));
    }

    let of_both = [PLATFORM, LATCHEL];
    // Only work orders are looked at from both sides.
    let links = if kind == Kind::WorkOrder { &of_both[..] } else { &of_both[..1] };
    let latchel_id = text.parse::<i64>().ok().filter(|id| id.to_string() == text);
    for select in links {
        for column in ["platform_id", "platform_number", "latchel_number"] {
            of_kind(sql.push(" UNION "), select);
            sql.push(format!(" AND {column} = ")).push_bind(text.to_owned());
        }
        if let Some(id) = latchel_id {
            of_kind(sql.push(" UNION "), select);
            sql.push(" AND latchel_id = ").push_bind(id);
        }
    }
    // The parts of a composed id stand around `/` (property and unit) or `@` (resident and property).
    if kind != Kind::WorkOrder && !text.contains(['/', '@']) {
        let part = literal(text);
        for pattern in [format!("%/{part}"), format!("{part}/%"), format!("{part}@%")] {
            for (select, id) in [(PLATFORM, "platform_id"), (TOLD, "id")] {
                of_kind(sql.push(" UNION "), select);
                sql.push(format!(" AND {id} LIKE ")).push_bind(pattern.clone()).push(r" ESCAPE '\'");
            }
        }
    }
    sql.push(" ORDER BY 1 DESC, 2 LIMIT 50");
    sql
}

/// The statement for names of which `text` is a part, in whatever case. It goes through all records of the kind, of which
/// there are no more than units.
fn called(account: &str, kind: Kind, text: &str) -> QueryBuilder<Database> {
    let mut sql = QueryBuilder::new("SELECT side, id FROM outcomes WHERE account = ");
    sql.push_bind(account.to_owned()).push(" AND kind = ").push_bind(kind.as_str());
    sql.push(format!(" AND label IS NOT NULL AND label {LIKE} ")).push_bind(format!("%{}%", literal(text)));
    sql.push(r" ESCAPE '\' ORDER BY 1 DESC, 2 LIMIT 50");
    sql
}

/// A pattern for `LIKE … ESCAPE '\'` that stands for the text itself.
pub(super) fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
