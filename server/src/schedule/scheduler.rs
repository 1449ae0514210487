use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::engine::StopSignal;
use latchel_sync_core::ledger::Trigger;
use latchel_sync_core::{LedgerAdmin, Result};
use latchel_sync_ledger::desk::Desk;

use super::{Part, last_begun};
use crate::accounts::{Account, Accounts};
use crate::clock::Clock;
use crate::jobs::{JobRequest, Jobs, Work};
use crate::pulse::Pulses;

/// The longest sleep: what changes without telling, as a run that somebody starts by hand elsewhere, is seen by then.
const LONGEST_SLEEP: TimeDelta = TimeDelta::seconds(30);

/// Asks for the runs that are due.
#[derive(Debug)]
pub(crate) struct Scheduler {
    pub jobs: Arc<Jobs>,
    pub accounts: Arc<Accounts>,
    pub ledger: Arc<dyn LedgerAdmin>,
    pub desk: Arc<dyn Desk>,
    pub clock: Clock,
    pub pulses: Arc<Pulses>,
}

/// The longest wait after a refusal: a run that lives may give its lease back before the lease ends.
const SOONER: TimeDelta = TimeDelta::minutes(1);

/// Request for a part of an account's schedule.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// Instant of the request, UTC.
    at: DateTime<Utc>,
    /// Instant at which it is made again, UTC: another process's lease kept it from being done, and ends then.
    again: Option<DateTime<Utc>>,
}

/// The newest requests, by account and part.
type AllAsked = HashMap<(String, Part), Asked>;

impl Scheduler {
    /// Asks until `stop` is set.
    pub async fn keep(self, stop: StopSignal) {
        let (mut asked, mut changes) = (AllAsked::new(), self.accounts.changes());
        while !stop.is_set() {
            self.pulses.scheduler.beat();
            let next = self.ask(&mut asked).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the schedule could not be looked at");
                None
            });
            let now = self.clock.now();
            let until = next.map_or(LONGEST_SLEEP, |next| (next - now).min(LONGEST_SLEEP));
            let sleep = until.max(TimeDelta::milliseconds(50)).to_std().unwrap_or(Duration::from_secs(1));
            tokio::select! {
                () = stop.asked() => {}
                () = tokio::time::sleep(sleep) => {}
                () = self.jobs.one_refused() => {}
                Ok(()) = changes.changed() => {}
            }
        }
    }

    /// Asks for what is due, and tells when the next is.
    async fn ask(&self, asked: &mut AllAsked) -> Result<Option<DateTime<Utc>>> {
        self.ask_again(asked);
        let paused: Vec<_> = self.desk.pauses().await?.into_iter().map(|pause| pause.account).collect();
        let mut next: Option<DateTime<Utc>> = None;
        let served = self.accounts.now();
        for account in served.synced.values().filter(|account| !paused.contains(&account.settings.name)) {
            for part in account.schedule.parts() {
                let (key, now) = ((account.name().to_owned(), part), self.clock.now());
                // Of a run that is still under way, or could not even begin, the ledger does not tell; of one that somebody
                // else has begun meanwhile, it does.
                let before = asked.get(&key);
                let (asked_at, again) = (before.map(|one| one.at), before.and_then(|one| one.again));
                let mut due = again.into_iter().chain(self.due(account, part, asked_at)).min();
                if due.is_some_and(|due| due <= now)
                    && let Some(begun) = self.last_begun(account.name(), part).await?
                    && asked_at.is_none_or(|asked_at| asked_at < begun)
                {
                    // A run that began after the request has done what was asked for.
                    asked.insert(key.clone(), Asked { at: begun, again: None });
                    due = self.due(account, part, Some(begun));
                }
                if due.is_some_and(|due| due <= now) {
                    asked.insert(key, Asked { at: now, again: None });
                    due = self.due(account, part, Some(now));
                    self.ask_for(account, part, now, due);
                }
                next = next.into_iter().chain(due).min();
            }
        }
        Ok(next)
    }

    /// Has those parts asked for again that could not begin.
    fn ask_again(&self, asked: &mut AllAsked) {
        for refusal in self.jobs.refusals() {
            let held = refusal.work.holds();
            let is_of_job = |part: Part| match part {
                Part::Reconciliation => refusal.work == Work::Reconcile,
                part => {
                    matches!(refusal.work, Work::Sync { .. })
                        && part.phases().iter().all(|phase| held.contains(phase))
                }
            };
            for part in Part::ALL.into_iter().filter(|part| is_of_job(*part)) {
                if let Some(one) = asked.get_mut(&(refusal.account.clone(), part)) {
                    one.again = Some(refusal.until.min(self.clock.now() + SOONER));
                }
            }
        }
    }

    /// Asks for a part that is due; the next time that it is due is when it is late.
    fn ask_for(&self, account: &Account, part: Part, now: DateTime<Utc>, late_from: Option<DateTime<Utc>>) {
        let work = match part {
            Part::Reconciliation => Work::Reconcile,
            _ if self.jobs.covers(account.name(), &part.phases()) => return,
            _ => Work::Sync { phases: part.phases(), allow_mass_change: false },
        };
        let by = "the schedule".to_owned();
        let job = JobRequest {
            account: account.name().to_owned(),
            work,
            trigger: Trigger::Schedule,
            by,
            late_from,
        };
        self.jobs.ask(job, now);
    }

    fn due(&self, account: &Account, part: Part, last: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        let zone = account.settings.time_zone;
        account.schedule.due(part, account.name(), zone, last, self.clock.began())
    }

    async fn last_begun(&self, account: &str, part: Part) -> Result<Option<DateTime<Utc>>> {
        let states = self.ledger.account_states(Some(account)).await?;
        Ok(states.get(account).and_then(|state| last_begun(state, part)))
    }
}
