//! Actions of people, the same from the pages and the API. Each is written down in the audit trail under the name `by`.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use latchel_sync_core::engine::Proposal;
use latchel_sync_core::ledger::Trigger;
use latchel_sync_core::model::{JobId, Kind, Phase, RecordKey, WorkOrderId};
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_ledger::desk::{Filter, Pause};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::access;
use crate::accounts::{Change, Changed, Kept, Why};
use crate::alerts::{self, Rehearsed};
use crate::app::App;
use crate::jobs::{self, JobRequest, Work};

/// Part of an account that is synced by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Everything, both ways: "Sync All Data".
    Everything,
    /// Latchel's work orders to the platform alone: "faster".
    LatchelWorkOrders,
}

impl Extent {
    fn phases(self) -> Vec<Phase> {
        match self {
            Self::Everything => Phase::ALL.to_vec(),
            Self::LatchelWorkOrders => vec![Phase::WorkOrdersToPlatform],
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::LatchelWorkOrders => "latchel_work_orders",
        }
    }
}

/// Wish about a record that waits: to try it again, or to leave it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Try it again in the next run, without its pause.
    Retry,
    /// Leave it alone until something about it changes.
    Dismiss,
}

/// Asks for a sync.
///
/// # Errors
///
/// [`ErrorKind::NotFound`] if there is no such account; as do all of these, and if the ledger cannot be written.
pub async fn sync(
    app: &App,
    by: &str,
    account: &str,
    extent: Extent,
    mass_change: MassChange,
) -> Result<jobs::QueuedJobId> {
    known(app, account)?;
    let allow_mass_change = mass_change == MassChange::Allowed;
    let detail = match mass_change {
        MassChange::Allowed => format!("{}, with leave for a mass change", extent.as_str()),
        MassChange::Guarded => extent.as_str().to_owned(),
    };
    note(app, by, account, "sync_asked_for", detail).await?;
    ask(app, by, account, Work::Sync { phases: extent.phases(), allow_mass_change }).await
}

/// State of rule G1 for a run: it holds, or a mass change is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MassChange {
    /// It holds.
    #[default]
    Guarded,
    /// Somebody said that it is meant.
    Allowed,
}

/// Asks what a sync would do; it writes nothing.
///
/// # Errors
///
/// As [`sync`].
pub async fn plan(app: &App, by: &str, account: &str, extent: Extent) -> Result<jobs::QueuedJobId> {
    known(app, account)?;
    ask(app, by, account, Work::Plan(extent.phases())).await
}

/// Asks for a comparison of both sides, to take over what another program synced (rule A2); it writes nothing.
///
/// # Errors
///
/// As [`sync`].
pub async fn propose(app: &App, by: &str, account: &str) -> Result<jobs::QueuedJobId> {
    known(app, account)?;
    ask(app, by, account, Work::Propose).await
}

/// Asks for a report about the platform, for whoever is asked for help; it writes nothing.
///
/// # Errors
///
/// As [`sync`].
pub async fn report(app: &App, by: &str, account: &str) -> Result<jobs::QueuedJobId> {
    known(app, account)?;
    note(app, by, account, "report_asked_for", String::new()).await?;
    ask(app, by, account, Work::Report).await
}

/// Asks for links of these pairs (rule A2).
///
/// # Errors
///
/// As [`sync`].
pub async fn adopt(app: &App, by: &str, account: &str, pairs: Vec<Proposal>) -> Result<jobs::QueuedJobId> {
    known(app, account)?;
    note(app, by, account, "adoption_asked_for", format!("{} pairs", pairs.len())).await?;
    ask(app, by, account, Work::Adopt(pairs)).await
}

/// Asks for a sync of the record that `text` names, both ways if it is a work order.
///
/// # Errors
///
/// As [`sync`]; [`ErrorKind::NotFound`] too if the text names nothing.
pub async fn sync_record(
    app: &App,
    by: &str,
    account: &str,
    kind: Kind,
    text: &str,
) -> Result<jobs::QueuedJobId> {
    let one = known(app, account)?;
    let syncs =
        |key: &RecordKey| Phase::ALL.iter().any(|phase| phase.kind() == kind && phase.source() == key.side);
    let keys = one.engine(app.ledger.clone())?.named(kind, text).await?;
    let keys: Vec<_> = keys.into_iter().filter(syncs).collect();
    if keys.is_empty() {
        return Err(
            Error::new(ErrorKind::NotFound, format!("no {kind} has this id or number")).with("id", text)
        );
    }
    note(app, by, account, "record_sync_asked_for", format!("{kind} {text}")).await?;
    ask(app, by, account, Work::Named(keys)).await
}

/// Keeps the account from being synced by itself until somebody resumes it. What is under way goes on.
///
/// # Errors
///
/// As [`sync`].
pub async fn pause(app: &App, by: &str, account: &str) -> Result<()> {
    known(app, account)?;
    let pause = Pause { account: account.to_owned(), by: by.to_owned(), since: app.clock.now() };
    app.desk.pause(&pause).await?;
    note(app, by, account, "paused", String::new()).await
}

/// Lets the account be synced by itself again.
///
/// # Errors
///
/// As [`sync`].
pub async fn resume(app: &App, by: &str, account: &str) -> Result<()> {
    known(app, account)?;
    if app.desk.resume(account).await? {
        note(app, by, account, "resumed", String::new()).await?;
    }
    Ok(())
}

/// Moves the instant before which Latchel's work orders are left alone (rule L2).
///
/// # Errors
///
/// As [`sync`].
pub async fn set_sync_start(app: &App, by: &str, account: &str, start: DateTime<Utc>) -> Result<()> {
    known(app, account)?;
    if app.ledger.account(account).await?.is_none() {
        let now = app.clock.now();
        let new = latchel_sync_core::ledger::Account {
            name: account.to_owned(),
            sync_start: start,
            created_at: now,
        };
        app.ledger.add_account(&new).await?;
    }
    app.ledger.set_sync_start(account, start).await?;
    note(app, by, account, "sync_start_set", start.to_rfc3339()).await
}

/// Links a platform work order with one of Latchel's.
///
/// # Errors
///
/// As [`sync`], and as [`Engine::link`](latchel_sync_core::engine::Engine::link).
pub async fn link(app: &App, by: &str, account: &str, work_order: &WorkOrderId, job: JobId) -> Result<()> {
    let engine = known(app, account)?.engine(app.ledger.clone())?;
    engine.link(work_order, job, by, app.clock.now()).await?;
    note(app, by, account, "linked", format!("work order {work_order} and Latchel's {job}")).await
}

/// Ends the link of a platform work order.
///
/// # Errors
///
/// As [`sync`], and as [`Engine::unlink`](latchel_sync_core::engine::Engine::unlink).
pub async fn unlink(app: &App, by: &str, account: &str, work_order: &WorkOrderId) -> Result<()> {
    let engine = known(app, account)?.engine(app.ledger.clone())?;
    engine.unlink(work_order, by, app.clock.now()).await?;
    note(app, by, account, "unlinked", format!("work order {work_order}")).await
}

/// Retries or dismisses these records; returns how many of them were waiting.
///
/// # Errors
///
/// As [`sync`].
pub async fn settle(app: &App, by: &str, account: &str, wish: Wish, keys: &[RecordKey]) -> Result<usize> {
    known(app, account)?;
    let mut settled = 0;
    for key in keys {
        let done = match wish {
            Wish::Retry => app.ledger.retry(account, key).await?,
            Wish::Dismiss => app.ledger.dismiss(account, key).await?,
        };
        settled += usize::from(done);
    }
    let named = keys.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let more = keys.len().saturating_sub(NAMED);
    let detail = if more > 0 { format!("{named} and {more} more") } else { named };
    let action = match wish {
        Wish::Retry => "retried",
        Wish::Dismiss => "dismissed",
    };
    note(app, by, account, action, detail).await?;
    Ok(settled)
}

/// Retries or dismisses every record that waits and that `filter` lets through; returns how many.
///
/// # Errors
///
/// As [`sync`].
pub async fn settle_all(app: &App, by: &str, account: &str, wish: Wish, filter: &Filter) -> Result<usize> {
    known(app, account)?;
    let (mut after, mut settled) = (None, 0);
    loop {
        let page = app.desk.find_outcomes(account, filter, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(settled) };
        after = Some(last.outcome.key.clone());
        let waiting = page.into_iter().filter(|found| found.pending.is_some());
        let keys: Vec<_> = waiting.map(|found| found.outcome.key).collect();
        if !keys.is_empty() {
            settled += settle(app, by, account, wish, &keys).await?;
        }
    }
}

/// The accounts whose configuration is in the ledger; or only the one of this name.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn kept_accounts(app: &App, name: Option<&str>) -> Result<Vec<Kept>> {
    match &app.keeper {
        Some(keeper) => {
            let (served, mut kept) = (app.accounts.now(), keeper.kept(name).await?);
            for one in &mut kept {
                let why = served.left_out.get(&one.name).map(|left_out| &left_out.why);
                if let (None, Some(Why::Wrong(problem))) = (&one.problem, why) {
                    one.problem = Some(problem.clone());
                }
            }
            Ok(kept)
        }
        None => Ok(Vec::new()),
    }
}

/// Changes an account whose configuration is in the ledger, and serves it as it is then.
///
/// # Errors
///
/// As [`Keeper::change`](crate::Keeper::change); [`ErrorKind::Timeout`] if the test takes too long, and then nothing is changed.
pub async fn change_account(app: &App, by: &str, name: &str, change: Change) -> Result<Changed> {
    let none = || Error::new(ErrorKind::Config, "this server keeps no accounts in its ledger");
    let keeper = app.keeper.as_ref().ok_or_else(none)?;
    let late = |_| Error::new(ErrorKind::Timeout, "the systems did not answer in time; nothing was changed");
    let changed =
        timeout(PATIENCE, keeper.change(by, name, change, app.clock.now())).await.map_err(late)??;
    app.take_up_accounts().await?;
    Ok(changed)
}

/// Longest time that a change of an account may take: less than a request may.
const PATIENCE: Duration = Duration::from_secs(45);

/// Sends a test message to everybody who is told of alerts.
///
/// # Errors
///
/// If a way to people cannot be used as it is configured, or the ledger cannot be written.
pub async fn rehearse_alerts(app: &App, by: &str) -> Result<Vec<Rehearsed>> {
    let sent = alerts::rehearse(&app.config).await?;
    let ways: Vec<_> = sent.iter().map(|one| one.channel).collect();
    access::audit(app, by, None, "alerts_tested", ways.join(", ")).await?;
    Ok(sent)
}

/// Most records that an entry of the audit trail names.
const NAMED: usize = 20;
const PAGE: u32 = 500;

fn known(app: &App, account: &str) -> Result<Arc<crate::Account>> {
    let missing =
        || Error::new(ErrorKind::NotFound, "there is no account of this name").with("account", account);
    app.accounts.get(account).ok_or_else(missing)
}

async fn ask(app: &App, by: &str, account: &str, work: Work) -> Result<jobs::QueuedJobId> {
    let job = JobRequest {
        account: account.to_owned(),
        work,
        trigger: Trigger::Manual,
        by: by.to_owned(),
        late_from: None,
    };
    app.jobs.ask(job, app.clock.now()).await
}

/// Writes down what somebody did.
///
/// # Errors
///
/// If the ledger cannot be written.
async fn note(app: &App, by: &str, account: &str, action: &str, detail: String) -> Result<()> {
    access::audit(app, by, Some(account), action, detail).await
}
