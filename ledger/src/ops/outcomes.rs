use std::collections::BTreeMap;

use latchel_sync_core::ledger::{Action, Counts, Intent, Lease, Outcome};
use latchel_sync_core::model::{PropertyRef, Reason, RecordKey, RunId};
use latchel_sync_core::{Error, ErrorKind, Result};

use sqlx::QueryBuilder;

use super::pending::summary;
use super::statement::{records, run_built};
use super::{BEGIN, Connection, Database, JSON, Pool, links, pending, runs};
use crate::desk::Wrote;
use crate::error::{failed, unreadable};

pub(crate) async fn record(pool: &Pool, lease: &Lease, outcomes: &[Outcome]) -> Result<()> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let doing = "recording outcomes";
    // A statement cannot write one row twice; of two outcomes of one record the second holds.
    let newest: BTreeMap<_, _> = outcomes.iter().map(|outcome| (&outcome.key, outcome)).collect();
    let rows = newest.into_values().map(Written::of).collect::<Result<Vec<_>>>()?;
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(doing))?;
    runs::fence(&mut transaction, lease).await?;
    for rows in rows.chunks(ROWS_OF_A_STATEMENT) {
        put_history(&mut transaction, &lease.account, lease.run, rows).await?;
        put_newest(&mut transaction, &lease.account, rows).await?;
        let over = rows.iter().map(|row| row.outcome).filter(|outcome| !outcome.is_tried_again());
        pending::end(&mut transaction, &lease.account, &over.map(|outcome| &outcome.key).collect::<Vec<_>>())
            .await?;
    }
    for outcome in rows.iter().map(|row| row.outcome).filter(|outcome| outcome.is_tried_again()) {
        pending::put(&mut transaction, &lease.account, outcome, 1).await?;
    }
    transaction.commit().await.map_err(failed(doing))
}

/// Most rows that a statement writes: far fewer than there may be parameters.
const ROWS_OF_A_STATEMENT: usize = 200;

/// An outcome with what is written of it.
struct Written<'a> {
    outcome: &'a Outcome,
    summary: String,
    data: String,
    label: Option<String>,
    /// Key of the property that it waits for.
    waits_for: Option<String>,
}

/// Most characters of a label that are kept beside `data`, where an index is that takes no long text.
const LABEL_LENGTH: usize = 200;

impl<'a> Written<'a> {
    fn of(outcome: &'a Outcome) -> Result<Self> {
        let data = serde_json::to_string(outcome).map_err(unreadable("outcome"))?;
        // PostgreSQL refuses a text with this character.
        let letters = outcome.label.chars().map(|letter| if letter == '\0' { '\u{fffd}' } else { letter });
        let label = Some(letters.take(LABEL_LENGTH).collect::<String>()).filter(|label| !label.is_empty());
        let waits_for = outcome.waits_for.as_ref().map(PropertyRef::key);
        Ok(Self { outcome, summary: summary(outcome), data, label, waits_for })
    }
}

/// Writes an intent down together with a pending outcome, so that the record is looked at again whatever happens.
pub(crate) async fn open_intent(pool: &Pool, lease: &Lease, intent: &Intent) -> Result<()> {
    let doing = "opening an intent";
    let outcome = Outcome {
        key: intent.source.clone(),
        counterpart: None,
        label: intent.label.clone(),
        reason: Reason::CreateUnsettled,
        action: Action::None,
        detail: None,
        run: intent.run,
        at: intent.created_at,
        fingerprint: None,
        waits_for: None,
        tried: None,
        waits_until: None,
    };
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(doing))?;
    runs::fence(&mut transaction, lease).await?;
    links::open_intent(&mut transaction, &lease.account, intent).await?;
    put_newest(&mut transaction, &lease.account, &[Written::of(&outcome)?]).await?;
    pending::put(&mut transaction, &lease.account, &outcome, 0).await?;
    transaction.commit().await.map_err(failed(doing))
}

/// The run's history has what was written, and what differs from the record's newest outcome.
async fn put_history(
    connection: &mut Connection,
    account: &str,
    run: RunId,
    rows: &[Written<'_>],
) -> Result<()> {
    let mut sql = QueryBuilder::<Database>::new(
        "INSERT INTO outcome_history (run, kind, side, id, data) SELECT column1, column2, column3, column4, column5 FROM (",
    );
    let run = run.to_string();
    sql.push_values(rows, |mut row, written| {
        let key = &written.outcome.key;
        row.push_bind(run.as_str())
            .push_bind(key.kind.as_str())
            .push_bind(key.side.as_str())
            .push_bind(key.id.as_str())
            .push_bind(written.data.as_str())
            .push("CAST(")
            .push_bind_unseparated(written.outcome.action != Action::None)
            .push_unseparated(" AS BOOLEAN)")
            .push_bind(written.summary.as_str());
    });
    sql.push(") AS written WHERE column6 OR NOT EXISTS (SELECT 1 FROM outcomes WHERE account = ")
        .push_bind(account)
        .push(
            " AND kind = column2 AND side = column3 AND id = column4 AND summary = column7) \
             ON CONFLICT (run, kind, side, id) DO UPDATE SET data = excluded.data",
        );
    run_built(connection, sql, "writing the run's history").await
}

async fn put_newest(connection: &mut Connection, account: &str, rows: &[Written<'_>]) -> Result<()> {
    let mut sql = QueryBuilder::<Database>::new(
        "INSERT INTO outcomes (account, kind, side, id, counterpart, reason, summary, data, label, waits_for) ",
    );
    sql.push_values(rows, |mut row, Written { outcome, summary, data, label, waits_for }| {
        row.push_bind(account)
            .push_bind(outcome.key.kind.as_str())
            .push_bind(outcome.key.side.as_str())
            .push_bind(outcome.key.id.as_str())
            .push_bind(outcome.counterpart.as_deref())
            .push_bind(outcome.reason.code())
            .push_bind(summary.as_str())
            .push_bind(data.as_str())
            .push_bind(label.as_deref())
            .push_bind(waits_for.as_deref());
    });
    sql.push(
        " ON CONFLICT (account, kind, side, id) DO UPDATE SET counterpart = excluded.counterpart, \
         reason = excluded.reason, summary = excluded.summary, data = excluded.data, label = excluded.label, \
         waits_for = excluded.waits_for",
    );
    run_built(connection, sql, "writing outcomes").await
}

pub(crate) async fn of_run(
    pool: &Pool,
    run: RunId,
    after: Option<&RecordKey>,
    limit: u32,
) -> Result<Vec<Outcome>> {
    let (kind, side, id) =
        after.map_or(("", "", ""), |key| (key.kind.as_str(), key.side.as_str(), key.id.as_str()));
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT data FROM outcome_history WHERE run = $1 AND (kind, side, id) > ($2, $3, $4) \
         ORDER BY kind, side, id LIMIT $5",
    )
    .bind(run.to_string())
    .bind(kind)
    .bind(side)
    .bind(id)
    .bind(i64::from(limit))
    .fetch_all(pool)
    .await
    .map_err(failed("reading a run's outcomes"))?;
    rows.iter().map(|data| serde_json::from_str(data).map_err(unreadable("outcome"))).collect()
}

/// Outcomes of a run that took an action, or took none.
pub(crate) async fn by_action(
    pool: &Pool,
    run: RunId,
    wrote: Wrote,
    after: Option<&RecordKey>,
    limit: u32,
) -> Result<Vec<Outcome>> {
    let (kind, side, id) =
        after.map_or(("", "", ""), |key| (key.kind.as_str(), key.side.as_str(), key.id.as_str()));
    let mut sql = QueryBuilder::<Database>::new("SELECT data FROM outcome_history WHERE run = ");
    sql.push_bind(run.to_string()).push(" AND (kind, side, id) > (").push_bind(kind).push(", ");
    sql.push_bind(side).push(", ").push_bind(id).push(format_args!(") AND {JSON} ->> 'action' "));
    sql.push(match wrote {
        Wrote::Something => "<> ",
        Wrote::Nothing => "= ",
    });
    sql.push_bind(Action::None.as_str()).push(" ORDER BY kind, side, id LIMIT ").push_bind(i64::from(limit));
    records(pool, sql, "outcome").await
}

pub(crate) async fn counts(pool: &Pool, account: &str, reasons: &[Reason]) -> Result<Counts> {
    let mut connection = pool.acquire().await.map_err(failed("counting outcomes"))?;
    counts_on(&mut connection, account, reasons).await
}

/// The same within a transaction.
pub(super) async fn counts_on(
    connection: &mut Connection,
    account: &str,
    reasons: &[Reason],
) -> Result<Counts> {
    let mut sql = QueryBuilder::<Database>::new("SELECT reason, COUNT(*) FROM outcomes WHERE account = ");
    sql.push_bind(account).push(" AND reason IN (");
    let mut codes = sql.separated(", ");
    for reason in reasons {
        codes.push_bind(reason.code());
    }
    sql.push(") GROUP BY reason");
    read_counts(connection, sql).await
}

/// The counts of a query for each reason's code and count.
pub(super) async fn read_counts(
    connection: &mut Connection,
    mut sql: QueryBuilder<Database>,
) -> Result<Counts> {
    let rows: Vec<(String, i64)> =
        sql.build_query_as().fetch_all(connection).await.map_err(failed("counting outcomes"))?;
    rows.into_iter()
        .map(|(code, count)| {
            let reason = Reason::from_code(&code).ok_or_else(|| {
                Error::new(ErrorKind::Ledger, "the ledger holds an unknown reason").with("reason", code)
            })?;
            Ok((reason, count.unsigned_abs()))
        })
        .collect()
}
