use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::engine::StopSignal;
use latchel_sync_core::model::Phase;
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_ledger::desk::Desk;
use latchel_sync_ledger::jobs::{Claim, Ended, Next, Which};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::due::Anew;
use super::taken::{After, Taken};
use super::{Shared, parts};
use crate::jobs::QueuedJob;
use crate::jobs::slots::Room;
use crate::jobs::worker::{Done, Worker, put};
use crate::webhooks::dispatch;

/// Pause between two looks for work.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
/// Pause before what the ledger refused is tried again.
const BETWEEN_TRIES: Duration = Duration::from_secs(2);
/// Pause between two looks for accounts whose due dates are to be put.
const BETWEEN_PLANS: Duration = Duration::from_secs(30);
/// Pause between two times that others are shown how far the jobs are.
const BETWEEN_NEWS: Duration = Duration::from_secs(1);
/// Longest wait for a lease of a process that may be gone: one that lives may give it back before.
const SOONER: TimeDelta = TimeDelta::minutes(1);
/// The same for what somebody asked for.
const SOON: TimeDelta = TimeDelta::seconds(5);
/// Longest time for which the end of a job is tried to be written while the ledger cannot be reached and the process is to end.
const LAST_TRIES: Duration = Duration::from_secs(10);

/// Work of one process on the shared jobs.
#[derive(Debug, Clone)]
pub(crate) struct SharedWorker {
    pub worker: Worker,
    pub shared: Arc<Shared>,
    pub desk: Arc<dyn Desk>,
    /// Name of this worker, which no other ever had.
    pub name: Arc<str>,
}

impl SharedWorker {
    /// Works until `stop` is set; then what is under way ends after the record at hand, and is given back for others.
    pub async fn work(self, stop: StopSignal) {
        while let Err(error) = self.enter().await {
            tracing::warn!(%error, "the work on the jobs cannot begin; it is tried again");
            tokio::select! {
                () = stop.asked() => return,
                () = sleep(BETWEEN_TRIES) => {}
            }
        }
        let ended = StopSignal::default();
        let claims = async {
            self.claims(&stop).await;
            ended.stop();
        };
        tokio::join!(claims, self.live(&ended), self.keep_plans(&stop), self.tell(&ended));
        if let Err(error) = self.shared.store.leave(&self.name).await {
            tracing::warn!(%error, "the other processes could not be told that this one has ended");
        }
    }

    /// Begins as a worker. Due dates that passed while there was none are spread first.
    async fn enter(&self) -> Result<()> {
        let entering = self.shared.store.enter().await?;
        if entering.is_alone {
            self.plan(Anew::Passed).await?;
        }
        self.shared.store.entered(entering, &self.name).await
    }

    async fn claims(&self, stop: &StopSignal) {
        let mut under_way = JoinSet::new();
        while !stop.is_set() {
            self.worker.pulses.worker.beat();
            match self.claim().await {
                Ok(Some((claim, taken))) => {
                    let metrics = self.worker.metrics.clone();
                    let job = self.clone().job(claim, taken, stop.clone());
                    under_way.spawn(async move { metrics.scope(job).await });
                    continue;
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "no job could be claimed; it is tried again");
                    wait(stop, BETWEEN_TRIES).await;
                }
            }
            tokio::select! {
                () = stop.asked() => {}
                () = sleep(BETWEEN_LOOKS) => {}
                () = self.shared.wake.notified() => {}
                _ = under_way.join_next(), if !under_way.is_empty() => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Claims the next job that begins, if there is a slot for it.
    async fn claim(&self) -> Result<Option<(Claim, Taken)>> {
        loop {
            let which = match self.shared.local.room() {
                Room::Any => Which::Any,
                Room::Short => Which::Quick,
                Room::None => return Ok(None),
            };
            let Some(claim) = self.shared.store.claim(&self.name, which).await? else { return Ok(None) };
            match self.take(&claim).await {
                Ok(Some(taken)) => return Ok(Some((claim, taken))),
                Ok(None) => {}
                Err(error) => {
                    // Otherwise it would be this worker's until that ends.
                    self.shared.store.defer(&claim, SOON, None).await?;
                    return Err(error);
                }
            }
        }
    }

    async fn job(self, claim: Claim, taken: Taken, stop: StopSignal) {
        let Taken { id, request, after } = taken;
        let began = self.worker.clock.now();
        let done = self.worker.done(id, &request, stop.clone()).await;
        let Some((mut job, took_long)) = self.shared.local.give_up(id) else { return };
        let (is_asked, is_due) = (matches!(after, After::Nothing), matches!(after, After::Due(_)));
        let sooner = if is_asked { SOON } else { SOONER };
        let back = match &done {
            _ if stop.is_set() && was_stopped(&done) => Some(TimeDelta::zero()),
            Err(error) if error.kind() == ErrorKind::Busy => Some(lease_left(error).min(sooner)),
            // A database that was away for a moment costs no due date.
            Err(error) if error.kind() == ErrorKind::Ledger && is_due => Some(SOONER),
            _ => None,
        };
        let end = match back {
            Some(after) => {
                (job.began_at, job.waits_for_slot) = (None, false);
                job.phases.clear();
                End::Back { after, job }
            }
            None => {
                let slow = (began, took_long);
                let next = self.after(&after, &request.work.phases(), &done, slow, &request.account).await;
                let is_shown = is_asked || done.is_err();
                (job.ended_at, job.waits_for_slot) = (Some(self.worker.clock.now()), false);
                put(&mut job, done);
                End::Over { is_shown, job, next }
            }
        };
        self.surely(&stop, &claim, &end).await;
        self.shared.local.changed();
    }

    /// Work that comes after a job that has ended.
    async fn after(
        &self,
        after: &After,
        phases: &[Phase],
        done: &Result<Done>,
        (began, took_long): (DateTime<Utc>, bool),
        account: &str,
    ) -> Next {
        match after {
            After::Nothing => Next::Nothing,
            After::Due(part) => {
                let last = match done {
                    Ok(Done::Run(run)) => run.now,
                    _ => began,
                };
                let Some(one) = self.worker.accounts.get(account) else { return Next::Nothing };
                self.next(&one, *part, last, took_long)
            }
            After::Told { deliveries, tries } => {
                let reached = matches!(done, Ok(Done::Run(run)) if dispatch::went_through(run, phases));
                let pause = match reached {
                    true => match self.desk.worked_on(deliveries).await {
                        // There may be more than one run takes up.
                        Ok(()) if deliveries.len() < dispatch::AT_ONCE as usize => return Next::Nothing,
                        Ok(()) => dispatch::QUIET,
                        Err(error) => {
                            tracing::warn!(account, %error, "what came by webhook could not be noted as worked on");
                            dispatch::pause_after(*tries)
                        }
                    },
                    false => dispatch::pause_after(*tries),
                };
                Next::Again(TimeDelta::from_std(pause).unwrap_or(SOONER))
            }
        }
    }

    /// Writes how a job ended, until that works, or the process is to end and cannot wait any more.
    async fn surely(&self, stop: &StopSignal, claim: &Claim, end: &End) {
        let mut last = None;
        while let Err(error) = self.write(claim, end).await {
            tracing::warn!(%error, "how a job ended could not be written; it is tried again");
            if stop.is_set() && last.get_or_insert_with(Instant::now).elapsed() > LAST_TRIES {
                return;
            }
            sleep(BETWEEN_TRIES).await;
        }
    }

    async fn write(&self, claim: &Claim, end: &End) -> Result<()> {
        match end {
            End::Back { after, job } => {
                let (data, _) = parts(job)?;
                self.shared.store.defer(claim, *after, Some(&data)).await
            }
            End::Over { is_shown, job, next } => {
                let (data, result) = parts(job)?;
                let ended = Ended {
                    id: job.id.0,
                    data: is_shown.then_some(data.as_str()),
                    result: result.as_deref(),
                    at: self.worker.clock.now(),
                };
                self.shared.store.end(claim, Some(ended), *next).await.map(drop)
            }
        }
    }

    /// Shows that this worker lives, and frees what others hold that do not.
    async fn live(&self, ended: &StopSignal) {
        while !ended.is_set() {
            let beats = async {
                self.shared.store.beat(&self.name).await?;
                self.shared.store.sweep().await?;
                self.shared.store.put_late_first(self.worker.clock.now()).await
            };
            if let Err(error) = beats.await {
                tracing::warn!(%error, "the other processes could not be shown that this one lives");
            }
            wait(ended, self.shared.store.between_beats()).await;
        }
    }

    async fn keep_plans(&self, stop: &StopSignal) {
        let mut changes = self.worker.accounts.changes();
        while !stop.is_set() {
            match self.plan(Anew::New).await {
                Ok(()) => self.worker.pulses.scheduler.beat(),
                Err(error) => tracing::warn!(%error, "the schedule could not be looked at"),
            }
            tokio::select! {
                () = wait(stop, BETWEEN_PLANS) => {}
                _ = changes.changed() => {}
            }
        }
    }

    /// Shows the other processes how far the jobs are.
    async fn tell(&self, ended: &StopSignal) {
        let mut told: HashMap<Uuid, String> = HashMap::new();
        while !ended.is_set() {
            wait(ended, BETWEEN_NEWS).await;
            let now: HashMap<Uuid, String> = (self.shared.local.under_way().iter())
                .filter_map(|job| Some((job.id.0, parts(job).ok()?.0)))
                .collect();
            let news: Vec<_> = now
                .iter()
                .filter(|(id, data)| told.get(*id) != Some(data))
                .map(|(id, data)| (*id, data.clone()))
                .collect();
            if news.is_empty() {
                continue;
            }
            match self.shared.store.progress(&self.name, &news).await {
                Ok(()) => told = now,
                Err(error) => tracing::warn!(%error, "how far jobs are could not be shown"),
            }
        }
    }
}

/// End of a job in this process.
enum End {
    /// Others take it, or this process later.
    Back { after: TimeDelta, job: QueuedJob },
    /// It is over.
    Over { is_shown: bool, job: QueuedJob, next: Next },
}

async fn wait(stop: &StopSignal, length: Duration) {
    tokio::select! {
        () = stop.asked() => {}
        () = sleep(length) => {}
    }
}

/// True if a job ended because its process is to end.
fn was_stopped(done: &Result<Done>) -> bool {
    match done {
        Ok(Done::Run(run)) => run.stopped,
        Ok(Done::Adopted(adopted)) => adopted.run.stopped,
        Ok(_) => false,
        Err(error) => error.kind() == ErrorKind::Timeout,
    }
}

/// Time for which another run holds the lease, if nobody renews it.
fn lease_left(error: &Error) -> TimeDelta {
    let left = error.retry_after().and_then(|left| TimeDelta::from_std(left).ok());
    left.unwrap_or(SOON)
}
