use std::time::Duration;

use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::ledger::{Outcome, Run, Trigger};
use latchel_sync_core::model::{RecordKey, RunId};
use serde::Serialize;

use crate::args::{RunsShow, Scope};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::render::Table;
use crate::{connect, render};

const PAGE: u32 = 500;

#[derive(Serialize)]
struct Shown {
    run: Run,
    outcomes: Vec<Outcome>,
}

pub(crate) async fn run(
    config: &Config,
    scope: &Scope,
    show: Option<&RunsShow>,
    limit: u32,
) -> Result<Exit, Failure> {
    config.chosen(scope.account.as_deref())?;
    connect::reading_ledger(config, async |ledger| read(&*ledger, scope, show, limit).await).await
}

async fn read(
    ledger: &dyn LedgerAdmin,
    scope: &Scope,
    show: Option<&RunsShow>,
    limit: u32,
) -> Result<Exit, Failure> {
    if let Some(RunsShow::Show { id }) = show {
        let wrong =
            || Failure::usage(format!("{id:?} is not a run's id")).hint("`latchel-sync runs` lists them");
        let id: RunId = serde_json::from_value(id.as_str().into()).map_err(|_| wrong())?;
        return show_one(ledger, id, scope.json).await;
    }
    let runs = ledger.runs(scope.account.as_deref(), limit).await?;
    if scope.json {
        render::json(&runs)?;
        return Ok(Exit::Done);
    }
    if runs.is_empty() {
        say!("no run yet");
        return Ok(Exit::Done);
    }
    let columns = ["run", "account", "now (UTC)", "by", "status", "records", "writes", "calls", "took"];
    let mut table = Table::new(&columns);
    for run in &runs {
        let records: u64 = run.phases.iter().map(|phase| phase.records()).sum();
        let writes: u64 = run.phases.iter().map(|phase| phase.writes).sum();
        table.row([
            run.id.to_string(),
            run.account.clone(),
            run.now.format("%Y-%m-%d %H:%M:%S").to_string(),
            by(run),
            run.status.as_str().to_owned(),
            records.to_string(),
            writes.to_string(),
            run.calls.values().sum::<u64>().to_string(),
            took(run),
        ]);
    }
    table.print();
    Ok(Exit::Done)
}

/// Names whoever or whatever started the run, for people.
fn by(run: &Run) -> String {
    match run.trigger {
        Trigger::Manual if run.holder.is_empty() => "somebody".to_owned(),
        Trigger::Manual => run.holder.clone(),
        Trigger::Schedule => "the schedule".to_owned(),
        Trigger::Webhook => "a webhook".to_owned(),
    }
}

/// Time that the run took, to the second, or to the millisecond if it was less than a second.
fn took(run: &Run) -> String {
    let Some(ms) = run.took_ms else { return "not ended".to_owned() };
    let exact = Duration::from_millis(ms);
    let shown = if ms >= 1_000 { Duration::from_secs(ms / 1_000) } else { exact };
    humantime::format_duration(shown).to_string()
}

async fn show_one(ledger: &dyn LedgerAdmin, id: RunId, json: bool) -> Result<Exit, Failure> {
    let Some(run) = ledger.run(id).await? else {
        note!("there is no run {id}");
        return Ok(Exit::Partial);
    };
    let mut outcomes: Vec<Outcome> = Vec::new();
    loop {
        let after: Option<RecordKey> = outcomes.last().map(|outcome| outcome.key.clone());
        let page = ledger.run_outcomes(id, after.as_ref(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        outcomes.extend(page);
    }
    if json {
        render::json(&Shown { run, outcomes })?;
        return Ok(Exit::Done);
    }
    say!("{} {} {}", run.id, run.account, run.status.as_str());
    say!("  {}, by {}, {}", run.now.format("%Y-%m-%d %H:%M:%S UTC"), by(&run), took(&run));
    if let Some(named) = run.named {
        say!("  {named} records by their ids, instead of the window");
    }
    if run.reconciles {
        say!("  a reconciliation: whole lists, instead of the window");
    }
    for (system, calls) in &run.calls {
        say!("  {calls} calls of {system}");
    }
    for phase in &run.phases {
        say!("  {}: {} records, {} writes", phase.phase, phase.records(), phase.writes);
        if let Some(error) = &phase.error {
            say!("    stopped: {error}");
        }
        if let Some(pause) = &phase.paused {
            say!("    paused: {pause}");
        }
    }
    say!("new or changed:");
    for outcome in &outcomes {
        let detail = outcome.detail.as_deref().unwrap_or_default();
        say!(
            "  {:<10} {} {} {} {detail}",
            outcome.action.as_str(),
            outcome.key,
            outcome.label,
            outcome.reason
        );
    }
    Ok(Exit::Done)
}
