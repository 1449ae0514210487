use chrono::{DateTime, Utc};
use latchel_sync_core::engine::AccountSettings;
use latchel_sync_core::ledger::{AccountState, RunStatus};
use latchel_sync_core::model::{Phase, Policy};
use latchel_sync_core::rules::coverage;
use latchel_sync_core::{LedgerAdmin, Result};
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

/// An account's health at `now`, from the ledger alone. What waits is counted anew, also while a run is under way.
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
    let state = state_of(ledger, &account.name).await?;
    Ok(Health::of(account, schedule, &state, sync_start, now))
}

/// An account's state, with what waits counted anew.
pub(crate) async fn state_of(ledger: &dyn LedgerAdmin, account: &str) -> Result<AccountState> {
    let mut state = ledger.account_states(Some(account)).await?.remove(account).unwrap_or_default();
    state.count(&ledger.counts(account, &AccountState::counted().collect::<Vec<_>>()).await?);
    Ok(state)
}

impl Health {
    /// The health of an account that stands so at `now`.
    pub(crate) fn of(
        account: &AccountSettings,
        schedule: &Schedule,
        state: &AccountState,
        sync_start: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        let phase = |phase: Phase| {
            let last_success = state.succeeded.get(&phase).copied();
            PhaseHealth { phase, last_success, gap: gap(state, &account.policy, phase, now) }
        };
        let newest = state.newest.as_ref();
        Self {
            account: account.name.clone(),
            health: in_a_word(state, &account.policy, now),
            paused: newest.into_iter().flat_map(|run| &run.phases).find_map(|phase| phase.paused.clone()),
            sync_start,
            phases: Phase::ALL.into_iter().map(phase).collect(),
            pending: state.pending,
            failed: state.failed,
            schedule: schedule.clone(),
        }
    }
}

/// An account's health in a word or a few.
pub(super) fn in_a_word(state: &AccountState, policy: &Policy, now: DateTime<Utc>) -> &'static str {
    let has_gap = || Phase::ALL.into_iter().any(|phase| gap(state, policy, phase, now).is_some());
    match state.newest.as_ref().map(|run| run.status) {
        None => "never run",
        Some(RunStatus::Failed) => "failed",
        Some(RunStatus::Unfinished) => "interrupted or under way",
        Some(_) if has_gap() => "gap",
        Some(RunStatus::Paused) => "paused",
        Some(RunStatus::Partial) => "partial",
        Some(RunStatus::Success) => "ok",
    }
}

fn gap(
    state: &AccountState,
    policy: &Policy,
    phase: Phase,
    now: DateTime<Utc>,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    coverage(&policy.window, state.succeeded.get(&phase).copied(), now).gap
}
