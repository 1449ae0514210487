use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Intent, Link, Memory, Outcome, Pending};
use latchel_sync_core::model::{Kind, RecordKey, Side};
use serde::de::DeserializeOwned;

use super::{ELEMENTS, LINES, Pool, Row, pending};
use crate::error::{failed, unreadable};

/// What is remembered of each key, in their order: four queries for each kind and side, however many keys.
pub(crate) async fn recall(pool: &Pool, account: &str, keys: &[RecordKey]) -> Result<Vec<Memory>> {
    let mut groups: BTreeMap<(Kind, Side), Vec<&str>> = BTreeMap::new();
    for key in keys {
        groups.entry((key.kind, key.side)).or_default().push(&key.id);
    }
    let mut known = HashMap::new();
    for ((kind, side), ids) in groups {
        let found = Known::read(pool, account, kind, side, &ids).await?;
        known.insert((kind, side), found);
    }
    let memory = |key: &RecordKey| {
        let group = known.get(&(key.kind, key.side));
        Memory {
            key: key.clone(),
            link: group.and_then(|group| group.links.get(&key.id).cloned()),
            outcome: group.and_then(|group| group.outcomes.get(&key.id).cloned()),
            intent: group.and_then(|group| group.intents.get(&key.id).cloned()),
            pending: group.and_then(|group| group.pending.get(&key.id).cloned()),
        }
    };
    Ok(keys.iter().map(memory).collect())
}

/// An id, since when it is pending, how often it was tried, and whether it was dismissed.
type Waiting = (String, DateTime<Utc>, i64, bool);

struct Known {
    links: HashMap<String, Link>,
    outcomes: HashMap<String, Outcome>,
    intents: HashMap<String, Intent>,
    pending: HashMap<String, Pending>,
}

impl Known {
    async fn read(pool: &Pool, account: &str, kind: Kind, side: Side, ids: &[&str]) -> Result<Self> {
        let ids = serde_json::to_string(ids).map_err(unreadable("ids"))?;
        // The ids come first, or SQLite reads all links of the account for want of statistics.
        let id = match side {
            Side::Platform => "platform_id = value",
            Side::Latchel => "latchel_id = CAST(value AS BIGINT)",
        };
        let links = format!(
            "SELECT {LINES} FROM {ELEMENTS} CROSS JOIN links WHERE account = $1 AND kind = $2 \
             AND CAST($3 AS TEXT) IS NOT NULL AND {id}"
        );
        let outcomes = format!(
            "SELECT {LINES} FROM outcomes WHERE account = $1 AND kind = $2 AND side = $3 \
             AND id IN (SELECT value FROM {ELEMENTS})"
        );
        let pending = format!(
            "SELECT id, since, attempts, dismissed FROM pending WHERE account = $1 AND kind = $2 AND side = $3 \
             AND id IN (SELECT value FROM {ELEMENTS})"
        );
        let intents = format!(
            "SELECT {LINES} FROM intents WHERE account = $1 AND kind = $2 AND side = $3 \
             AND source_id IN (SELECT value FROM {ELEMENTS})"
        );
        let what = (account, kind, side, &*ids);
        let outcomes = by_id(pool, outcomes, what, |outcome: &Outcome| outcome.key.id.clone()).await?;
        let waiting: Vec<Waiting> = rows(pool, pending, what).await?;
        let pending = waiting.into_iter().filter_map(|(id, since, attempts, dismissed)| {
            let outcome = outcomes.get(&id)?.clone();
            Some((id, pending::of(outcome, since, attempts, dismissed)))
        });
        let id_of_link = |link: &Link| match side {
            Side::Platform => link.platform_id.clone(),
            Side::Latchel => link.latchel_id.to_string(),
        };
        Ok(Self {
            links: by_id(pool, links, what, id_of_link).await?,
            intents: by_id(pool, intents, what, |intent: &Intent| intent.source.id.clone()).await?,
            pending: pending.collect(),
            outcomes,
        })
    }
}

/// The account, and of which records.
type What<'a> = (&'a str, Kind, Side, &'a str);

/// Records that come as the lines of one text: a row for each costs more than reading it.
async fn by_id<T: DeserializeOwned>(
    pool: &Pool,
    sql: String,
    what: What<'_>,
    id: impl Fn(&T) -> String,
) -> Result<HashMap<String, T>> {
    let found: Vec<(Option<String>,)> = rows(pool, sql, what).await?;
    let lines = found.iter().filter_map(|(lines,)| lines.as_deref()).flat_map(str::lines);
    lines
        .map(|data| {
            let record = serde_json::from_str(data).map_err(unreadable("record"))?;
            Ok((id(&record), record))
        })
        .collect()
}

async fn rows<T>(pool: &Pool, sql: String, (account, kind, side, ids): What<'_>) -> Result<Vec<T>>
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

/// The records of one kind that `text` names: an id of either side, a part of a composed id, or a number.
pub(crate) async fn find(pool: &Pool, account: &str, kind: Kind, text: &str) -> Result<Vec<Memory>> {
    // The parts of a composed id stand around `/` (property and unit) or `@` (resident and property).
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT 'platform', platform_id FROM links WHERE account = $1 AND kind = $2 AND (platform_id = $3 \
             OR platform_number = $3 OR latchel_number = $3 OR CAST(latchel_id AS TEXT) = $3 \
             OR (kind <> 'work-order' AND (platform_id LIKE '%/' || $4 ESCAPE '\\' \
                 OR platform_id LIKE $4 || '/%' ESCAPE '\\' OR platform_id LIKE $4 || '@%' ESCAPE '\\'))) \
         UNION SELECT 'latchel', CAST(latchel_id AS TEXT) FROM links WHERE account = $1 AND kind = $2 \
             AND kind = 'work-order' AND (platform_id = $3 OR platform_number = $3 OR latchel_number = $3 \
             OR CAST(latchel_id AS TEXT) = $3) \
         UNION SELECT side, id FROM outcomes WHERE account = $1 AND kind = $2 AND (id = $3 OR counterpart = $3 \
             OR (kind <> 'work-order' AND (id LIKE '%/' || $4 ESCAPE '\\' OR id LIKE $4 || '/%' ESCAPE '\\' \
                 OR id LIKE $4 || '@%' ESCAPE '\\'))) \
         ORDER BY 1 DESC, 2 LIMIT 50",
    )
    .bind(account)
    .bind(kind.as_str())
    .bind(text)
    .bind(literal(text))
    .fetch_all(pool)
    .await
    .map_err(failed("finding records"))?;
    let keys: Vec<_> = rows
        .into_iter()
        .filter_map(|(side, id)| Some(RecordKey { kind, side: Side::from_name(&side)?, id }))
        .collect();
    recall(pool, account, &keys).await
}

/// A pattern for `LIKE … ESCAPE '\'` that stands for the text itself.
pub(super) fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
