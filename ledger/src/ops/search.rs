use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Counts, Outcome};
use latchel_sync_core::model::{Kind, PropertyId, PropertyRef, Reason, RecordKey, Side, Status};

use super::statement::{Sql, record, records};
use super::{BYTES, JSON, LIKE, Pool, outcomes, pending, recall};
use crate::desk::{Filter, Found};
use crate::error::failed;

/// Number of an account's newest runs in which a record's history is looked for. With one every quarter of an hour, they are
/// those of more than three months.
const RUNS_OF_A_HISTORY: i64 = 10_000;

/// One query for each kind and side, which are the parts of a key whose order is not the order of their names.
pub(crate) async fn outcomes(
    pool: &Pool,
    account: &str,
    filter: &Filter,
    after: Option<&RecordKey>,
    limit: u32,
) -> Result<Vec<Found>> {
    let Some(search) = Search::of(filter) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut left = i64::from(limit);
    let first = after.map(|key| (key.kind, key.side));
    for (kind, side) in groups(filter).filter(|group| first.is_none_or(|first| first <= *group)) {
        if left == 0 {
            break;
        }
        let edge = match after.filter(|key| (key.kind, key.side) == (kind, side)) {
            Some(key) => Edge::After(&key.id),
            None => Edge::Start,
        };
        let page = search.page(pool, Group { account, kind, side, edge, limit: left }).await?;
        left -= i64::try_from(page.len()).unwrap_or(left);
        found.extend(page);
    }
    Ok(found)
}

/// The same backwards from a key, and then turned.
pub(crate) async fn outcomes_before(
    pool: &Pool,
    account: &str,
    filter: &Filter,
    before: &RecordKey,
    limit: u32,
) -> Result<Vec<Found>> {
    let Some(search) = Search::of(filter) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut left = i64::from(limit);
    let last = (before.kind, before.side);
    let earlier: Vec<_> = groups(filter).filter(|group| *group <= last).collect();
    for (kind, side) in earlier.into_iter().rev() {
        if left == 0 {
            break;
        }
        let edge = if (kind, side) == last { Edge::Before(&before.id) } else { Edge::End };
        let page = search.page(pool, Group { account, kind, side, edge, limit: left }).await?;
        left -= i64::try_from(page.len()).unwrap_or(left);
        found.extend(page.into_iter().rev());
    }
    found.reverse();
    Ok(found)
}

/// One statement; a reason's records are counted where its index has them, unless more than that narrows them.
pub(crate) async fn count(pool: &Pool, account: &str, filter: &Filter) -> Result<Counts> {
    let Some(search) = Search::of(filter) else { return Ok(Counts::new()) };
    let mut sql = Sql::new("SELECT reason, COUNT(*) FROM outcomes WHERE account = ");
    sql.push_bind(account);
    if let Some(kind) = filter.kind {
        sql.push(" AND kind = ").push_bind(kind.as_str());
    }
    if let Some(side) = filter.side {
        sql.push(" AND side = ").push_bind(side.as_str());
    }
    if let Some(reasons) = &search.reasons {
        sql.push(" AND reason IN (");
        let mut codes = sql.separated(", ");
        for reason in reasons {
            codes.push_bind(reason.code());
        }
        sql.push(")");
    }
    search.push_conditions(&mut sql);
    sql.push(" GROUP BY reason");
    let mut connection = pool.acquire().await.map_err(failed("counting outcomes"))?;
    outcomes::read_counts(&mut connection, sql).await
}

/// The kinds and sides that are looked through, in the order of keys.
fn groups(filter: &Filter) -> impl Iterator<Item = (Kind, Side)> {
    let (of_kind, of_side) = (filter.kind, filter.side);
    Kind::ALL.into_iter().flat_map(|kind| [(kind, Side::Platform), (kind, Side::Latchel)]).filter(
        move |(kind, side)| {
            of_kind.is_none_or(|of_kind| of_kind == *kind) && of_side.is_none_or(|of_side| of_side == *side)
        },
    )
}

/// Conditions of a filter, which each outcome must meet.
struct Search {
    /// `None` for any.
    reasons: Option<Vec<Reason>>,
    run: Option<String>,
    until: Option<String>,
    /// Key of the property.
    waits_for: Option<String>,
    text: Option<Text>,
}

/// Two patterns for `LIKE`.
struct Text {
    /// Of the text in a column.
    plain: String,
    /// Of the text in JSON, which costs less than to look into it and lets through at least as much.
    in_json: String,
}

impl Text {
    fn of(text: &str) -> Self {
        let json = serde_json::Value::from(text).to_string();
        let in_json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default();
        let pattern = |text| format!("%{}%", recall::literal(text));
        Self { plain: pattern(text), in_json: pattern(in_json) }
    }
}

/// Records that one query looks through.
struct Group<'a> {
    account: &'a str,
    kind: Kind,
    side: Side,
    edge: Edge<'a>,
    limit: i64,
}

/// Place from which a query goes through a group's ids, and in which direction.
#[derive(Debug, Clone, Copy)]
enum Edge<'a> {
    Start,
    After(&'a str),
    Before(&'a str),
    End,
}

impl Edge<'_> {
    /// Order in which the ids are gone through.
    fn order(self) -> &'static str {
        match self {
            Self::Start | Self::After(_) => " ORDER BY id LIMIT ",
            Self::Before(_) | Self::End => " ORDER BY id DESC LIMIT ",
        }
    }
}

type Row = (String, Option<DateTime<Utc>>, Option<i64>, Option<bool>);

impl Search {
    /// `None` if nothing can pass.
    fn of(filter: &Filter) -> Option<Self> {
        let reasons = match (filter.reason, filter.status) {
            (None, None) => None,
            (None, Some(status)) => Some(with_status(status)),
            (Some(reason), status) if status.is_none_or(|status| status == reason.status()) => {
                Some(vec![reason])
            }
            (Some(_), _) => return None,
        };
        // PostgreSQL refuses such a text, which is in no record.
        let text = filter.text.as_deref().filter(|text| !text.is_empty());
        let waits_for = filter.waits_for.as_ref().map(PropertyId::as_str);
        if text.into_iter().chain(waits_for).any(|text| text.contains('\0')) {
            return None;
        }
        Some(Self {
            reasons,
            run: filter.run.map(|run| run.to_string()),
            until: filter.until.and_then(comparable),
            waits_for: filter.waits_for.clone().map(|property| PropertyRef::new(property, None).key()),
            text: text.map(Text::of),
        })
    }

    async fn page(&self, pool: &Pool, group: Group<'_>) -> Result<Vec<Found>> {
        let mut sql =
            Sql::new("SELECT outcomes.data, pending.since, pending.attempts, pending.dismissed FROM (");
        sql.push("SELECT id FROM (");
        // A reason's records stand in the order of their ids in its index, but those of several reasons do not.
        match &self.reasons {
            None => self.push_ids(&mut sql, &group, None),
            Some(reasons) => {
                for (position, reason) in reasons.iter().enumerate() {
                    sql.push(if position == 0 { "" } else { " UNION ALL " });
                    self.push_ids(&mut sql, &group, Some(*reason));
                }
            }
        }
        sql.push(") AS found").push(group.edge.order()).push_bind(group.limit);
        sql.push(") AS page JOIN outcomes ON outcomes.id = page.id");
        push_key(&mut sql, "outcomes", &group);
        sql.push(" LEFT JOIN pending ON pending.id = page.id");
        push_key(&mut sql, "pending", &group);
        sql.push(" ORDER BY page.id");
        let rows: Vec<Row> =
            sql.build_query_as().fetch_all(pool).await.map_err(failed("looking for outcomes"))?;
        rows.into_iter().map(read).collect()
    }

    /// The first ids of one reason, or of any.
    fn push_ids(&self, sql: &mut Sql, group: &Group<'_>, reason: Option<Reason>) {
        sql.push("SELECT id FROM (SELECT id FROM outcomes WHERE TRUE");
        push_key(sql, "outcomes", group);
        match group.edge {
            Edge::After(id) => {
                sql.push(" AND id > ").push_bind(id);
            }
            Edge::Before(id) => {
                sql.push(" AND id < ").push_bind(id);
            }
            Edge::Start | Edge::End => {}
        }
        if let Some(reason) = reason {
            sql.push(" AND reason = ").push_bind(reason.code());
        }
        self.push_conditions(sql);
        sql.push(group.edge.order()).push_bind(group.limit).push(") AS first");
    }

    /// Conditions on what a record says, beside its reason.
    fn push_conditions(&self, sql: &mut Sql) {
        if let Some(run) = &self.run {
            sql.push(" AND data LIKE ").push_bind(format!("%{run}%"));
            sql.push(format_args!(" AND {JSON} ->> 'run' = ")).push_bind(run.as_str());
        }
        if let Some(until) = &self.until {
            sql.push(format_args!(" AND RTRIM({JSON} ->> 'at', 'Z'){BYTES} <= ")).push_bind(until.as_str());
        }
        if let Some(property) = &self.waits_for {
            // Units stand between the property with a stroke and the property with the character after a stroke.
            sql.push(" AND (waits_for = ").push_bind(property.as_str());
            sql.push(" OR (waits_for > ").push_bind(format!("{property}/"));
            sql.push(" AND waits_for < ").push_bind(format!("{property}0")).push("))");
        }
        if let Some(Text { plain, in_json }) = &self.text {
            sql.push(format_args!(" AND data{BYTES} {LIKE} "))
                .push_bind(in_json.as_str())
                .push(" ESCAPE '\\'");
            let columns =
                ["id", "counterpart", &format!("({JSON} ->> 'label')"), &format!("({JSON} ->> 'detail')")];
            for (position, column) in columns.into_iter().enumerate() {
                sql.push(if position == 0 { " AND (" } else { " OR " });
                sql.push(format_args!("{column}{BYTES} {LIKE} "))
                    .push_bind(plain.as_str())
                    .push(" ESCAPE '\\'");
            }
            sql.push(")");
        }
    }
}

fn with_status(status: Status) -> Vec<Reason> {
    Reason::ALL.iter().copied().filter(|reason| reason.status() == status).collect()
}

/// An instant as text that sorts as instants do, which those in records do without their `Z`: what has no fraction of a
/// second comes before what has one. `None` for an instant that nothing comes after.
pub(super) fn comparable(until: DateTime<Utc>) -> Option<String> {
    let text = until.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    (until.year() <= 9_999).then(|| text.trim_end_matches('Z').to_owned())
}

fn push_key(sql: &mut Sql, table: &str, group: &Group<'_>) {
    sql.push(format_args!(" AND {table}.account = ")).push_bind(group.account);
    sql.push(format_args!(" AND {table}.kind = ")).push_bind(group.kind.as_str());
    sql.push(format_args!(" AND {table}.side = ")).push_bind(group.side.as_str());
}

fn read((data, since, attempts, dismissed): Row) -> Result<Found> {
    let outcome: Outcome = record(&data, "outcome")?;
    let pending = match (since, attempts, dismissed) {
        (Some(since), Some(attempts), Some(dismissed)) => {
            Some(pending::of(outcome.clone(), since, attempts, dismissed))
        }
        _ => None,
    };
    Ok(Found { outcome, pending })
}

/// History is kept by run, so that the account's runs are walked, from the newest on.
pub(crate) async fn history(pool: &Pool, account: &str, key: &RecordKey, limit: u32) -> Result<Vec<Outcome>> {
    let mut sql = Sql::new("SELECT history.data FROM (SELECT id AS run FROM runs WHERE account = ");
    sql.push_bind(account).push(" ORDER BY id DESC LIMIT ").push_bind(RUNS_OF_A_HISTORY);
    // The runs come first, or SQLite would read all history for want of statistics.
    sql.push(") AS newest CROSS JOIN outcome_history AS history WHERE history.run = newest.run AND history.kind = ");
    sql.push_bind(key.kind.as_str()).push(" AND history.side = ").push_bind(key.side.as_str());
    sql.push(" AND history.id = ").push_bind(key.id.as_str());
    sql.push(" ORDER BY newest.run DESC LIMIT ").push_bind(i64::from(limit));
    records(pool, sql, "outcome").await
}
