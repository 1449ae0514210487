use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Run, RunStatus, Standing};
use latchel_sync_core::model::Phase;

use super::accounts::RECONCILIATION;
use super::statement::{Sql, data, record, run_built};
use super::{Connection, Pool, UPDATE, outcomes, runs};
use crate::error::failed;

/// Newest runs from which a standing is made that was never written: the ledger is older than standings are.
const RUNS: u32 = 100;

const READING: &str = "reading how an account stands";
const WRITING: &str = "writing how an account stands";

/// Standings of all accounts that ever ran, or of one, with when their phases succeeded.
pub(crate) async fn read(pool: &Pool, account: Option<&str>) -> Result<BTreeMap<String, Standing>> {
    let mut sql = Sql::new("SELECT account, data FROM standings WHERE data <> ''");
    push_account(&mut sql, account);
    let rows: Vec<(String, String)> = sql.build_query_as().fetch_all(pool).await.map_err(failed(READING))?;
    let mut standings = BTreeMap::new();
    for (account, data) in rows {
        standings.insert(account, record::<Standing>(&data, "standing")?);
    }
    for account in without(pool, account).await? {
        let made = of_runs(&runs::newest(pool, Some(&account), RUNS).await?);
        let counts = outcomes::counts(pool, &account, &Standing::counted().collect::<Vec<_>>()).await?;
        standings.entry(account).or_insert(made).count(&counts);
    }
    put_successes(pool, account, &mut standings).await?;
    Ok(standings)
}

/// Accounts, or the one, that ran before standings were written, and not since.
async fn without(pool: &Pool, account: Option<&str>) -> Result<Vec<String>> {
    let mut sql = Sql::new(
        "SELECT name FROM accounts WHERE NOT EXISTS (SELECT 1 FROM standings WHERE standings.account = accounts.name \
         AND data <> '') AND EXISTS (SELECT 1 FROM runs WHERE runs.account = accounts.name)",
    );
    if let Some(account) = account {
        sql.push(" AND name = ").push_bind(account);
    }
    sql.build_query_scalar().fetch_all(pool).await.map_err(failed(READING))
}

async fn put_successes(
    pool: &Pool,
    account: Option<&str>,
    standings: &mut BTreeMap<String, Standing>,
) -> Result<()> {
    let mut sql = Sql::new("SELECT account, phase, at FROM watermarks WHERE TRUE");
    push_account(&mut sql, account);
    let rows: Vec<(String, String, DateTime<Utc>)> =
        sql.build_query_as().fetch_all(pool).await.map_err(failed(READING))?;
    for (account, of, at) in rows {
        let standing = standings.entry(account).or_default();
        match Phase::from_name(&of) {
            Some(phase) => drop(standing.succeeded.insert(phase, at)),
            None if of == RECONCILIATION => standing.reconciled = Some(at),
            None => {}
        }
    }
    Ok(())
}

fn push_account(sql: &mut Sql, account: Option<&str>) {
    if let Some(account) = account {
        sql.push(" AND account = ").push_bind(account.to_owned());
    }
}

/// `runs` are the newest first.
fn of_runs(runs: &[Run]) -> Standing {
    let mut standing = Standing::default();
    for run in runs.iter().rev() {
        standing.take(run);
    }
    standing
}

/// Takes in a run that begins or ends, in the transaction that writes it. With the leases locked first, as every caller does, two
/// runs of one account wait for each other and never lock each other out.
///
/// Returns `false` if that was taken in before.
pub(super) async fn take(connection: &mut Connection, run: &Run) -> Result<bool> {
    let mut sql = Sql::new("INSERT INTO standings (account, data) VALUES (");
    sql.push_bind(run.account.clone()).push(", '') ON CONFLICT (account) DO NOTHING");
    run_built(connection, sql, WRITING).await?;
    let mut sql = Sql::new("SELECT data FROM standings WHERE account = ");
    sql.push_bind(run.account.clone()).push(UPDATE);
    let before: String =
        sql.build_query_scalar().fetch_one(&mut *connection).await.map_err(failed(READING))?;
    let mut standing: Standing = match before.as_str() {
        "" => {
            let mut runs = runs::newest_on(connection, Some(&run.account), RUNS).await?;
            runs.retain(|one| one.id != run.id);
            of_runs(&runs)
        }
        before => record(before, "standing")?,
    };
    if !standing.take(run) {
        return Ok(false);
    }
    if run.status != RunStatus::Unfinished {
        let reasons: Vec<_> = Standing::counted().collect();
        standing.count(&outcomes::counts_on(connection, &run.account, &reasons).await?);
    }
    let mut sql = Sql::new("UPDATE standings SET data = ");
    sql.push_bind(data(&standing, "standing")?);
    sql.push(" WHERE account = ").push_bind(run.account.clone());
    run_built(connection, sql, WRITING).await?;
    Ok(true)
}
