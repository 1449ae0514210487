use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{AccountState, Run, RunStatus};
use latchel_sync_core::model::Phase;

use super::accounts::RECONCILIATION;
use super::statement::{Sql, data, record, run_built, write};
use super::{Connection, Pool, UPDATE, outcomes, runs};
use crate::error::failed;

/// Newest runs from which a state is made where the ledger is older than states are.
const RUNS: u32 = 100;

const READING: &str = "reading the state of an account";
const WRITING: &str = "writing the state of an account";

/// States of all accounts that ever ran, or of one, with when their phases succeeded.
pub(crate) async fn read(pool: &Pool, account: Option<&str>) -> Result<BTreeMap<String, AccountState>> {
    let mut sql = Sql::new("SELECT account, data FROM account_states WHERE TRUE");
    push_account(&mut sql, account);
    let rows: Vec<(String, String)> = sql.build_query_as().fetch_all(pool).await.map_err(failed(READING))?;
    let mut states = BTreeMap::new();
    for (account, data) in rows {
        states.insert(account, record::<AccountState>(&data, "state")?);
    }
    put_successes(pool, account, &mut states).await?;
    Ok(states)
}

/// Makes the states of accounts that ran before states were kept. Another process that opens the ledger may do the same, or a
/// run may have begun meanwhile.
pub(crate) async fn complete(pool: &Pool) -> Result<()> {
    let sql = "SELECT name FROM accounts WHERE NOT EXISTS (SELECT 1 FROM account_states \
               WHERE account_states.account = accounts.name) \
               AND EXISTS (SELECT 1 FROM runs WHERE runs.account = accounts.name)";
    let without: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await.map_err(failed(READING))?;
    for account in without {
        let mut state = AccountState::default();
        for run in runs::newest(pool, Some(&account), RUNS).await?.iter().rev() {
            state.take(run);
        }
        let reasons: Vec<_> = AccountState::counted().collect();
        state.count(&outcomes::counts(pool, &account, &reasons).await?);
        let mut sql = Sql::new("INSERT INTO account_states (account, data) VALUES (");
        sql.push_bind(account).push(", ").push_bind(data(&state, "state")?);
        sql.push(") ON CONFLICT (account) DO NOTHING");
        write(pool, sql).await?;
    }
    Ok(())
}

async fn put_successes(
    pool: &Pool,
    account: Option<&str>,
    states: &mut BTreeMap<String, AccountState>,
) -> Result<()> {
    let mut sql = Sql::new("SELECT account, phase, at FROM watermarks WHERE TRUE");
    push_account(&mut sql, account);
    let rows: Vec<(String, String, DateTime<Utc>)> =
        sql.build_query_as().fetch_all(pool).await.map_err(failed(READING))?;
    for (account, of, at) in rows {
        let state = states.entry(account).or_default();
        match Phase::from_name(&of) {
            Some(phase) => drop(state.succeeded.insert(phase, at)),
            None if of == RECONCILIATION => state.reconciled = Some(at),
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

/// Takes in a run that begins or ends, in the transaction that writes it. With the leases locked first, as every caller
/// does, two runs of one account wait for each other and never lock each other out.
///
/// Returns `false` if that was taken in before.
pub(super) async fn take(connection: &mut Connection, run: &Run) -> Result<bool> {
    let mut sql = Sql::new("INSERT INTO account_states (account, data) VALUES (");
    sql.push_bind(run.account.clone()).push(", '{}') ON CONFLICT (account) DO NOTHING");
    run_built(connection, sql, WRITING).await?;
    let mut sql = Sql::new("SELECT data FROM account_states WHERE account = ");
    sql.push_bind(run.account.clone()).push(UPDATE);
    let before: String =
        sql.build_query_scalar().fetch_one(&mut *connection).await.map_err(failed(READING))?;
    let mut state: AccountState = record(&before, "state")?;
    if !state.take(run) {
        return Ok(false);
    }
    if run.status != RunStatus::Unfinished {
        let reasons: Vec<_> = AccountState::counted().collect();
        state.count(&outcomes::counts_on(connection, &run.account, &reasons).await?);
    }
    let mut sql = Sql::new("UPDATE account_states SET data = ");
    sql.push_bind(data(&state, "state")?);
    sql.push(" WHERE account = ").push_bind(run.account.clone());
    run_built(connection, sql, WRITING).await?;
    Ok(true)
}
