use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::AccountState;
use latchel_sync_ledger::jobs::{DueDate, NewDueDate, Next};

use super::SharedWorker;
use crate::accounts::Account;
use crate::schedule::{Part, last_begun};

/// Due dates that are put anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anew {
    /// Those of parts without one, and of those whose timetable is another now.
    New,
    /// Also those that have passed: nobody was there, and they are spread as after a downtime.
    Passed,
}

impl SharedWorker {
    /// Sees to it that each part of each account has a due date.
    pub(super) async fn plan(&self, anew: Anew) -> Result<()> {
        let known = self.shared.store.due_dates().await?;
        let known: HashMap<_, _> =
            known.iter().map(|one| ((one.account.as_str(), one.part.as_str()), one)).collect();
        let now = self.worker.clock.now();
        let is_due = |one: Option<&&DueDate>, account: &Account, part| match one {
            None => true,
            Some(one) => {
                !one.is_kept
                    || one.timetable != timetable(account, part)
                    || (anew == Anew::Passed && one.due_at <= now)
            }
        };
        let mut wanted = Vec::new();
        let served = self.worker.accounts.now();
        for account in served.synced.values() {
            for part in account.schedule.parts() {
                let one = known.get(&(account.name(), part.as_str()));
                if is_due(one, account, part) {
                    wanted.push((account, part, one.map(|one| one.epoch)));
                }
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let states = self.worker.ledger.account_states(None).await?;
        let none = AccountState::default();
        let new = wanted.into_iter().filter_map(|(account, part, replaces)| {
            let state = states.get(account.name()).unwrap_or(&none);
            let due_at = due(account, part, last_begun(state, part), now)?;
            Some(NewDueDate {
                account: account.name().to_owned(),
                part: part.as_str().to_owned(),
                due_at,
                after: due_at - now,
                late_from: after(account, part, due_at),
                timetable: timetable(account, part),
                replaces,
            })
        });
        self.shared.store.put_due_dates(&new.collect::<Vec<_>>()).await
    }

    /// Work that comes after a part that was last begun at `last`, UTC.
    pub(super) fn next(&self, account: &Account, part: Part, last: DateTime<Utc>, is_slow: bool) -> Next {
        let Some(at) = after(account, part, last) else { return Next::Nothing };
        let rest = (at - self.worker.clock.now()).max(TimeDelta::zero());
        Next::Due { at, after: rest, late_from: after(account, part, at), is_slow }
    }

    /// Instant at which a part was last begun, UTC, as the ledger knows it.
    pub(super) async fn last_begun(&self, account: &str, part: Part) -> Result<Option<DateTime<Utc>>> {
        let states = self.worker.ledger.account_states(Some(account)).await?;
        Ok(states.get(account).and_then(|state| last_begun(state, part)))
    }
}

/// Instant at which a part is due after one that was begun at `last`, UTC, whenever whichever process was started.
pub(super) fn after(account: &Account, part: Part, last: DateTime<Utc>) -> Option<DateTime<Utc>> {
    due(account, part, Some(last), DateTime::<Utc>::MIN_UTC)
}

/// The same where nobody was there before `began`, UTC.
fn due(
    account: &Account,
    part: Part,
    last: Option<DateTime<Utc>>,
    began: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    account.schedule.due(part, account.name(), account.settings.time_zone, last, began)
}

/// Timetable of a part, as text that is another where the due date would be.
fn timetable(account: &Account, part: Part) -> String {
    let timetable = account.schedule.of(part).map(ToString::to_string).unwrap_or_default();
    format!("{timetable}, {}, {}", account.settings.time_zone, account.schedule.jitter.num_seconds())
}
