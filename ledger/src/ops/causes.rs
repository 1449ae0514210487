//! Causes of what waits: each record is followed to the property that it waits for, and counted there.

use latchel_sync_core::model::{Need, PropertyRef, Reason};
use latchel_sync_core::rules::UNIT_MISSING;
use latchel_sync_core::{Error, ErrorKind, Result};
use sqlx::Row;

use super::statement::Sql;
use super::{BYTES, PLACE, Pool};
use crate::desk::{Cause, Causes, Why};
use crate::error::failed;

/// One statement that reads no record: what it returns is bounded, and what it goes through are the records that need something.
pub(crate) async fn all(pool: &Pool, account: &str, most: u32) -> Result<Causes> {
    let mut sql = Sql::new("WITH waiting AS MATERIALIZED (");
    push_waiting(&mut sql, account);
    sql.push("), caused AS (");
    push_caused(&mut sql, account);
    sql.push("), ranked AS (SELECT CASE WHEN why IN (");
    push_codes(&mut sql, in_time());
    // A cause is one wherever it is met, unless somebody has to go to each property.
    sql.push(") THEN 1 ELSE 0 END AS need, why, CASE WHEN why IN (");
    push_codes(&mut sql, by_property());
    sql.push(format_args!(") THEN SUBSTR(unit, 1, {PLACE}(unit || '/', '/') - 1) END AS property, "));
    sql.push(
        "kind, unit, label, detail FROM caused) \
         SELECT why, property, MIN(label), MAX(label), MIN(unit), MIN(detail), MAX(detail), \
         COUNT(*) FILTER (WHERE kind = 'property'), COUNT(*) FILTER (WHERE kind = 'resident'), \
         COUNT(*) FILTER (WHERE kind = 'work-order'), \
         SUM(1 - need) OVER (), SUM(need) OVER () FROM ranked GROUP BY need, why, property ",
    );
    sql.push(format_args!("ORDER BY need, COUNT(*) DESC, why{BYTES}, property{BYTES} LIMIT "));
    sql.push_bind(i64::from(most));
    let doing = "looking for what needs somebody";
    let rows = sql.build().fetch_all(pool).await.map_err(failed(doing))?;
    let mut causes = Causes::default();
    for row in &rows {
        let number = |at: usize| row.try_get::<i64, _>(at).map(i64::unsigned_abs).map_err(failed(doing));
        let text = |at: usize| row.try_get::<Option<String>, _>(at).map_err(failed(doing));
        let code = text(0)?.unwrap_or_default();
        let why = Why::from_code(&code).ok_or_else(|| {
            Error::new(ErrorKind::Ledger, "the ledger holds an unknown reason").with("reason", code)
        })?;
        let (property, first_label, last_label) = (text(1)?, text(2)?, text(3)?);
        let (unit, detail, other_detail) = (text(4)?, text(5)?, text(6)?);
        let is_same = detail == other_detail;
        causes.named.push(Cause {
            why,
            first: unit.filter(|_| property.is_some()),
            property: property.map(|property| PropertyRef::from_key(&property).property),
            labels: first_label.zip(last_label),
            detail: detail.filter(|detail| is_same && !detail.is_empty()),
            properties: number(7)?,
            residents: number(8)?,
            work_orders: number(9)?,
        });
        (causes.need_somebody, causes.need_time) = (number(10)?, number(11)?);
    }
    Ok(causes)
}

/// Everything that needs something and that nobody dismissed.
fn push_waiting(sql: &mut Sql, account: &str) {
    // A detail is what a summary has after the reason and the counterpart.
    sql.push(
        "SELECT outcomes.kind, outcomes.id, outcomes.reason, outcomes.label, outcomes.waits_for, SUBSTR(outcomes.summary, \
         LENGTH(outcomes.reason) + LENGTH(COALESCE(outcomes.counterpart, '')) + 3) AS detail \
         FROM outcomes LEFT JOIN pending ON pending.account = outcomes.account AND \
         pending.kind = outcomes.kind AND pending.side = outcomes.side AND pending.id = outcomes.id \
         WHERE outcomes.account = ",
    );
    sql.push_bind(account).push(" AND outcomes.reason IN (");
    push_codes(sql, needing().map(Reason::code));
    sql.push(") AND pending.dismissed IS NOT TRUE AND (pending.id IS NOT NULL OR outcomes.reason <> ");
    // A change that the platform never takes is none that anybody could help.
    sql.push_bind(Reason::NotSupportedByPlatform.code()).push(")");
}

/// Each of those with its cause: the property's reason where one waits for a property, or else its own.
fn push_caused(sql: &mut Sql, account: &str) {
    let no_match = Reason::NoPropertyMatch.code();
    sql.push("SELECT waiting.kind, CASE WHEN waiting.reason <> ").push_bind(no_match);
    sql.push(" OR waiting.waits_for IS NULL THEN waiting.reason WHEN waiting.detail LIKE ");
    sql.push_bind(format!("{UNIT_MISSING}%")).push(" THEN ").push_bind(Why::UnitMissing.code());
    sql.push(" WHEN root.reason IS NULL THEN ").push_bind(Why::PropertyUnseen.code());
    sql.push(" WHEN root.reason IN (");
    push_codes(sql, Reason::ALL.iter().filter(|reason| reason.keeps_property_out()).map(|one| one.code()));
    sql.push(") THEN root.reason ELSE ").push_bind(Why::PropertyArrived.code());
    sql.push(
        " END AS why, COALESCE(waiting.waits_for, CASE WHEN waiting.kind = 'property' THEN waiting.id END) AS unit, \
         COALESCE(root.label, CASE WHEN waiting.kind = 'property' THEN waiting.label END) AS label, \
         CASE WHEN waiting.reason <> ",
    );
    // Of what waits it only repeats the property.
    sql.push_bind(no_match).push(
        " OR waiting.waits_for IS NULL THEN waiting.detail END AS detail FROM waiting \
         LEFT JOIN outcomes AS root ON root.account = ",
    );
    sql.push_bind(account);
    sql.push(" AND root.kind = 'property' AND root.side = 'platform' AND root.id = waiting.waits_for");
}

fn needing() -> impl Iterator<Item = Reason> {
    Reason::ALL.iter().copied().filter(|reason| reason.need().is_some())
}

fn in_time() -> impl Iterator<Item = &'static str> {
    let reasons = needing().filter(|reason| reason.need() == Some(Need::Time)).map(Reason::code);
    reasons.chain([Why::PropertyArrived.code()])
}

fn by_property() -> impl Iterator<Item = &'static str> {
    let own = [Why::PropertyUnseen, Why::UnitMissing, Why::PropertyArrived].map(Why::code);
    Reason::ALL.iter().filter(|reason| reason.is_remedied_by_property()).map(|one| one.code()).chain(own)
}

fn push_codes(sql: &mut Sql, codes: impl Iterator<Item = &'static str>) {
    let mut list = sql.separated(", ");
    for code in codes {
        list.push_bind(code);
    }
}
