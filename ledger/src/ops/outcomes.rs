use latchel_sync_core::ledger::{Action, Counts, Intent, Lease, Outcome, RunId};
use latchel_sync_core::model::RecordKey;
use latchel_sync_core::rules::Reason;
use latchel_sync_core::{Error, ErrorKind, Result};

use super::{BEGIN, Connection, Pool, links, pending, runs};
use crate::error::{failed, unreadable};

/// What makes two outcomes of one record tell the same.
pub(crate) fn summary(outcome: &Outcome) -> String {
    let detail = outcome.detail.as_deref().unwrap_or_default();
    let counterpart = outcome.counterpart.as_deref().unwrap_or_default();
    format!("{}|{counterpart}|{detail}", outcome.reason)
}

pub(crate) async fn record(pool: &Pool, lease: &Lease, outcomes: &[Outcome]) -> Result<()> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let doing = "recording outcomes";
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(doing))?;
    runs::fence(&mut transaction, lease).await?;
    for outcome in outcomes {
        record_one(&mut transaction, &lease.account, lease.run, outcome).await?;
    }
    transaction.commit().await.map_err(failed(doing))
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
    };
    let mut transaction = pool.begin_with(BEGIN).await.map_err(failed(doing))?;
    runs::fence(&mut transaction, lease).await?;
    links::open_intent(&mut transaction, &lease.account, intent).await?;
    put_newest(&mut transaction, &lease.account, &outcome).await?;
    pending::put(&mut transaction, &lease.account, &outcome, 0).await?;
    transaction.commit().await.map_err(failed(doing))
}

async fn record_one(connection: &mut Connection, account: &str, run: RunId, outcome: &Outcome) -> Result<()> {
    put_history(connection, account, run, outcome).await?;
    put_newest(connection, account, outcome).await?;
    if outcome.is_tried_again() {
        pending::put(connection, account, outcome, 1).await
    } else {
        pending::end(connection, account, &outcome.key).await
    }
}

/// The run's history has what was written, and what differs from the record's newest outcome.
async fn put_history(
    connection: &mut Connection,
    account: &str,
    run: RunId,
    outcome: &Outcome,
) -> Result<()> {
    let key = &outcome.key;
    sqlx::query(
        "INSERT INTO outcome_history (run, kind, side, id, data) SELECT $1, $2, $3, $4, $5 \
         WHERE $6 OR NOT EXISTS (SELECT 1 FROM outcomes WHERE account = $7 AND kind = $2 AND side = $3 \
         AND id = $4 AND summary = $8) ON CONFLICT (run, kind, side, id) DO UPDATE SET data = excluded.data",
    )
    .bind(run.to_string())
    .bind(key.kind.as_str())
    .bind(key.side.as_str())
    .bind(&key.id)
    .bind(serde_json::to_string(outcome).map_err(unreadable("outcome"))?)
    .bind(outcome.action != Action::None)
    .bind(account)
    .bind(summary(outcome))
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(failed("writing the run's history"))
}

async fn put_newest(connection: &mut Connection, account: &str, outcome: &Outcome) -> Result<()> {
    let key = &outcome.key;
    sqlx::query(
        "INSERT INTO outcomes (account, kind, side, id, counterpart, reason, summary, data) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account, kind, side, id) DO UPDATE SET \
         counterpart = excluded.counterpart, reason = excluded.reason, summary = excluded.summary, \
         data = excluded.data",
    )
    .bind(account)
    .bind(key.kind.as_str())
    .bind(key.side.as_str())
    .bind(&key.id)
    .bind(&outcome.counterpart)
    .bind(outcome.reason.code())
    .bind(summary(outcome))
    .bind(serde_json::to_string(outcome).map_err(unreadable("outcome"))?)
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(failed("writing an outcome"))
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

pub(crate) async fn counts(pool: &Pool, account: &str) -> Result<Counts> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT reason, COUNT(*) FROM outcomes WHERE account = $1 GROUP BY reason")
            .bind(account)
            .fetch_all(pool)
            .await
            .map_err(failed("counting outcomes"))?;
    rows.into_iter()
        .map(|(code, count)| {
            let reason = Reason::from_code(&code).ok_or_else(|| {
                Error::new(ErrorKind::Ledger, "the ledger holds an unknown reason").with("reason", code)
            })?;
            Ok((reason, count.unsigned_abs()))
        })
        .collect()
}
