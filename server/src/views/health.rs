use chrono::{DateTime, Utc};
use latchel_sync_core::engine::AccountSettings;
use latchel_sync_core::ledger::{Phase, Run, RunStatus, Status};
use latchel_sync_core::rules::{Reason, coverage};
use latchel_sync_core::{Ledger, Result};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schedule::Schedule;
use crate::schema;

/// An account's health.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Health {
    /// The account's name.
    pub account: String,
    /// In a word or a few, for people.
    pub health: &'static str,
    /// Which far side was closed by its own schedule in the newest run, and until when.
    pub paused: Option<String>,
    /// Latchel work orders from before it are left alone (rule L2), UTC.
    pub sync_start: Option<DateTime<Utc>>,
    /// Each phase's.
    pub phases: Vec<PhaseHealth>,
    /// How many records wait for something.
    pub pending: u64,
    /// How many records failed.
    pub failed: u64,
    /// When it is synced by itself.
    pub schedule: Schedule,
}

/// A phase's health.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhaseHealth {
    /// The phase.
    #[schema(value_type = schema::Phase)]
    pub phase: Phase,
    /// When the last run in which it succeeded began, UTC.
    pub last_success: Option<DateTime<Utc>>,
    /// The span that the next run's window does not cover (rule W2), UTC.
    pub gap: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// An account's health at `now`, from the ledger alone.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn health(
    account: &AccountSettings,
    schedule: &Schedule,
    ledger: &dyn Ledger,
    now: DateTime<Utc>,
) -> Result<Health> {
    let name = &account.name;
    let mut phases = Vec::new();
    for phase in Phase::ALL {
        let last_success = ledger.last_success(name, phase).await?;
        let gap = coverage(&account.policy.window, last_success, now).gap;
        phases.push(PhaseHealth { phase, last_success, gap });
    }
    let waiting: Vec<_> = Reason::ALL
        .iter()
        .copied()
        .filter(|reason| matches!(reason.status(), Status::Pending | Status::Failed))
        .collect();
    let counts = ledger.counts(name, &waiting).await?;
    let with =
        |status: Status| counts.iter().filter(|(reason, _)| reason.status() == status).map(|(_, n)| n).sum();
    let newest = ledger.runs(Some(name), 1).await?.pop();
    Ok(Health {
        account: name.clone(),
        health: in_a_word(newest.as_ref(), &phases),
        paused: newest.and_then(|run| run.phases.into_iter().find_map(|phase| phase.paused)),
        sync_start: ledger.account(name).await?.map(|account| account.sync_start),
        phases,
        pending: with(Status::Pending),
        failed: with(Status::Failed),
        schedule: schedule.clone(),
    })
}

fn in_a_word(newest: Option<&Run>, phases: &[PhaseHealth]) -> &'static str {
    match newest.map(|run| run.status) {
        None => "never run",
        Some(RunStatus::Failed) => "failed",
        Some(RunStatus::Unfinished) => "interrupted or under way",
        Some(_) if phases.iter().any(|phase| phase.gap.is_some()) => "gap",
        Some(RunStatus::Paused) => "paused",
        Some(RunStatus::Partial) => "partial",
        Some(RunStatus::Success) => "ok",
    }
}
