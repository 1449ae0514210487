use chrono::NaiveDate;
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Run, RunStatus};

use super::statement::{Sql, push_list, run_built};
use super::{Connection, Pool};
use crate::desk::DayOfRuns;
use crate::error::failed;

/// Days, of the local dates of each account, from `from` on.
pub(crate) async fn read(pool: &Pool, accounts: &[String], from: NaiveDate) -> Result<Vec<DayOfRuns>> {
    let mut days = Vec::new();
    for accounts in accounts.chunks(500) {
        let mut sql =
            Sql::new("SELECT account, day, runs, failed, partly, writes FROM run_days WHERE day >= ");
        sql.push_bind(from).push(" AND account IN (");
        push_list(&mut sql, accounts);
        sql.push(" ORDER BY account, day");
        let rows: Vec<(String, NaiveDate, i64, i64, i64, i64)> =
            sql.build_query_as().fetch_all(pool).await.map_err(failed("reading what days were like"))?;
        days.extend(rows.into_iter().map(|(account, day, runs, failed, partly, writes)| {
            let [runs, failed, partly, writes] = [runs, failed, partly, writes].map(i64::unsigned_abs);
            DayOfRuns { account, day, runs, failed, partly, writes }
        }));
    }
    Ok(days)
}

/// Counts a run that begins or ends to its day, in the transaction that writes it.
pub(super) async fn count(connection: &mut Connection, run: &Run) -> Result<()> {
    let begins = run.status == RunStatus::Unfinished;
    let failed = matches!(run.status, RunStatus::Failed | RunStatus::Partial);
    let writes: u64 = run.phases.iter().map(|phase| phase.writes).sum();
    let mut sql = Sql::new("INSERT INTO run_days (account, day, runs, failed, partly, writes) VALUES (");
    let mut values = sql.separated(", ");
    values.push_bind(run.account.clone());
    values.push_bind(run.day.unwrap_or_else(|| run.now.date_naive()));
    values.push_bind(i64::from(begins)).push_bind(i64::from(failed));
    values.push_bind(i64::from(run.status == RunStatus::Partial));
    values.push_bind(i64::try_from(writes).unwrap_or(i64::MAX));
    sql.push(
        ") ON CONFLICT (account, day) DO UPDATE SET runs = run_days.runs + excluded.runs, \
         failed = run_days.failed + excluded.failed, partly = run_days.partly + excluded.partly, \
         writes = run_days.writes + excluded.writes",
    );
    run_built(connection, sql, "counting a day's runs").await
}
