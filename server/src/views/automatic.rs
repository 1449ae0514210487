use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::engine::AccountSettings;
use latchel_sync_core::ledger::Run;
use latchel_sync_core::{LedgerAdmin, Result};
use latchel_sync_ledger::desk::{Desk, Pause};
use serde::Serialize;

use super::account::NextRun;
use crate::schedule::{Schedule, last_begun};

/// Work that is done by itself for an account, as far as the ledger tells somebody who is not the server.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Automatic {
    /// The schedule is kept: the next sync of each part.
    Kept {
        /// The parts, in the order in which they are done.
        next: Vec<NextRun>,
    },
    /// Somebody paused it.
    Paused(Pause),
    /// No server has kept the schedule lately, or none ever did.
    NotKept {
        /// Begin of the newest run that a server began by itself, UTC.
        last: Option<DateTime<Utc>>,
    },
}

/// Time by which a run may be late because the one before takes long.
const LATE: TimeDelta = TimeDelta::minutes(30);

/// Reads it; `now` is UTC.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn automatic(
    account: &AccountSettings,
    schedule: &Schedule,
    (ledger, desk): (&dyn LedgerAdmin, &dyn Desk),
    now: DateTime<Utc>,
) -> Result<Automatic> {
    if let Some(pause) = desk.pauses().await?.into_iter().find(|pause| pause.account == account.name) {
        return Ok(Automatic::Paused(pause));
    }
    let state = ledger.account_states(Some(&account.name)).await?.remove(&account.name).unwrap_or_default();
    let Some(last) = state.scheduled else {
        return Ok(Automatic::NotKept { last: None });
    };
    let next = |part| {
        let before = last_begun(&state, part);
        // The server had been begun by then.
        let at = schedule.due(part, &account.name, account.time_zone, before, last);
        NextRun { part, at }
    };
    let next: Vec<_> = schedule.parts().map(next).collect();
    let is_under_way = |run: &Run| run.took_ms.is_none();
    let is_late = next.iter().filter_map(|one| one.at).any(|at| at + LATE < now);
    if is_late && !state.newest.as_ref().is_some_and(is_under_way) {
        return Ok(Automatic::NotKept { last: Some(last) });
    }
    Ok(Automatic::Kept { next })
}
