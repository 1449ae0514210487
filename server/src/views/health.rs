use chrono::{DateTime, Utc};
use latchel_sync_core::engine::AccountSettings;
use latchel_sync_core::ledger::{Run, RunStatus};
use latchel_sync_core::model::{Phase, Reason, Status};
use latchel_sync_core::rules::coverage;
use latchel_sync_core::{LedgerAdmin, Result};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schedule::{Schedule, Successes, successes};
use crate::schema;

/// An account's health.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Health {
    /// The account's name.
    pub account: String,
    /// In a word or a few, for people.
    pub health: &'static str,
    /// System that was closed by its own schedule in the newest run, and until when; null if none was.
    pub paused: Option<String>,
    /// Latchel work orders from before it are left alone (rule L2), UTC.
    pub sync_start: Option<DateTime<Utc>>,
    /// Each phase's.
    pub phases: Vec<PhaseHealth>,
    /// Number of records that wait for something.
    pub pending: u64,
    /// Number of records that failed.
    pub failed: u64,
    /// Timetables by which it is synced automatically.
    pub schedule: Schedule,
}

/// A phase's health.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhaseHealth {
    /// The phase.
    #[schema(value_type = schema::Phase)]
    pub phase: Phase,
    /// Start of the last run in which the phase succeeded, UTC.
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
    ledger: &dyn LedgerAdmin,
    now: DateTime<Utc>,
) -> Result<Health> {
    let sync_start = ledger.account(&account.name).await?.map(|account| account.sync_start);
    Ok(Facts::read(ledger, &account.name).await?.health(account, schedule, sync_start, now))
}

/// Facts from which an account's health is told. Only its runs change them.
#[derive(Debug)]
pub(crate) struct Facts {
    newest: Option<Run>,
    /// Last successes of phases and reconciliations.
    pub successes: Successes,
    pending: u64,
    failed: u64,
}

impl Facts {
    pub async fn read(ledger: &dyn LedgerAdmin, account: &str) -> Result<Self> {
        let waiting: Vec<_> = Reason::ALL
            .iter()
            .copied()
            .filter(|reason| matches!(reason.status(), Status::Pending | Status::Failed))
            .collect();
        let counts = ledger.counts(account, &waiting).await?;
        let with = |status: Status| {
            counts.iter().filter(|(reason, _)| reason.status() == status).map(|(_, n)| n).sum()
        };
        Ok(Self {
            newest: ledger.runs(Some(account), 1).await?.pop(),
            successes: successes(ledger, account).await?,
            pending: with(Status::Pending),
            failed: with(Status::Failed),
        })
    }

    pub fn health(
        &self,
        account: &AccountSettings,
        schedule: &Schedule,
        sync_start: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Health {
        let phase = |phase: Phase| {
            let last_success = self.successes.phases.get(&phase).copied();
            PhaseHealth { phase, last_success, gap: coverage(&account.policy.window, last_success, now).gap }
        };
        let phases: Vec<_> = Phase::ALL.into_iter().map(phase).collect();
        let paused = self.newest.iter().flat_map(|run| &run.phases).find_map(|phase| phase.paused.clone());
        Health {
            account: account.name.clone(),
            health: in_a_word(self.newest.as_ref(), &phases),
            paused,
            sync_start,
            phases,
            pending: self.pending,
            failed: self.failed,
            schedule: schedule.clone(),
        }
    }
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
