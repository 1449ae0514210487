use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use chrono::TimeDelta;
use futures::FutureExt;
use latchel_sync_core::engine::{AdoptRequest, Adopted, Lists, Mode, Proposals, Request, StopSignal};
use latchel_sync_core::ledger::{Overlay, Run};
use latchel_sync_core::{Error, ErrorKind, LedgerAdmin, Result};
use latchel_sync_ledger::SqliteLedger;
use tokio::task::JoinSet;

use super::progress::Progress;
use super::slots::Slot;
use super::{JobRequest, Jobs, QueuedJob, QueuedJobId, Refusal, Work};
use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::pulse::{BETWEEN_BEATS, Pulses};

/// Most pairs of a comparison that are kept for people to decide on: a bound on memory.
const PROPOSED_AT_MOST: usize = 20_000;

/// Does the jobs.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    pub jobs: Arc<Jobs>,
    pub accounts: Arc<Accounts>,
    pub ledger: Arc<dyn LedgerAdmin>,
    pub clock: Clock,
    /// Host and process, which leases name as a part of their holder.
    pub host: String,
    pub metrics: Arc<Metrics>,
    pub pulses: Arc<Pulses>,
}

impl Worker {
    /// Does jobs until `stop` is set; then those under way end after the record at hand, and are waited for.
    pub async fn work(self, stop: StopSignal) {
        let mut changes = self.jobs.changes();
        let mut under_way = JoinSet::new();
        while !stop.is_set() {
            self.pulses.worker.beat();
            changes.mark_unchanged();
            while let Some((id, new)) = self.jobs.take(self.clock.now()) {
                let (metrics, job) = (self.metrics.clone(), self.clone().job(id, new, stop.clone()));
                under_way.spawn(async move { metrics.scope(job).await });
            }
            tokio::select! {
                () = stop.asked() => {}
                () = tokio::time::sleep(BETWEEN_BEATS) => {}
                _ = under_way.join_next(), if !under_way.is_empty() => {}
                changed = changes.changed() => if changed.is_err() { break },
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn job(self, id: QueuedJobId, new: JobRequest, stop: StopSignal) {
        let done = self.done(id, &new, stop).await;
        if let Err(error) = &done
            && error.kind() == ErrorKind::Busy
        {
            self.refused(&new, error);
        }
        self.jobs.end(id, self.clock.now(), |job| put(job, done));
    }

    /// Does a job that is under way. Whatever happens, it ends: nobody else would free its place and its phases.
    pub(super) async fn done(&self, id: QueuedJobId, new: &JobRequest, stop: StopSignal) -> Result<Done> {
        let done = AssertUnwindSafe(Box::pin(self.run(id, new, stop))).catch_unwind().await;
        let done = done.unwrap_or_else(|_| {
            self.metrics.broken(&new.account);
            Err(Error::new(
                ErrorKind::Internal,
                "latchel-sync itself failed, by a mistake that its log tells of",
            ))
        });
        match &done {
            Ok(Done::Run(run)) if !matches!(new.work, Work::Plan(_)) => self.metrics.ended(run),
            Ok(Done::Adopted(adopted)) => self.metrics.ended(&adopted.run),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Busy => {
                tracing::info!(account = new.account, %error, "a job waits for another process");
            }
            Err(error) => tracing::warn!(account = new.account, %error, "a job could not be done"),
        }
        done
    }

    /// Has the schedule ask again once the lease that kept the job from beginning has ended.
    fn refused(&self, new: &JobRequest, error: &Error) {
        let left = error.retry_after().and_then(|left| TimeDelta::from_std(left).ok());
        if let Some(until) = left.and_then(|left| self.clock.now().checked_add_signed(left)) {
            let (account, work) = (new.account.clone(), new.work.clone());
            self.jobs.refuse(Refusal { account, work, until });
        }
    }

    async fn run(&self, id: QueuedJobId, new: &JobRequest, stop: StopSignal) -> Result<Done> {
        let account = self.accounts.get(&new.account).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "there is no account of this name").with("account", &new.account)
        })?;
        let holder = format!("{} on {}", new.by, self.host);
        let progress = |keeps_outcomes| Progress {
            jobs: self.jobs.clone(),
            job: id,
            keeps_outcomes,
            slot: Slot::begun(),
        };
        let stopped = || Error::new(ErrorKind::Timeout, "latchel-sync was asked to stop");
        match &new.work {
            Work::Report => {
                return tokio::select! {
                    () = stop.asked() => Err(stopped()),
                    report = account.reporter.report(self.clock.now()) => report.map(Done::Reported),
                };
            }
            Work::Propose => {
                let engine = account.engine(self.ledger.clone())?;
                let progress = progress(false);
                let proposing = engine.adopt_proposals(self.clock.now(), &progress);
                return tokio::select! {
                    () = stop.asked() => Err(stopped()),
                    proposals = proposing => Ok(Done::Proposed(bounded(proposals?))),
                };
            }
            Work::Adopt(pairs) => {
                let rows = Some(pairs.clone());
                let request =
                    AdoptRequest { rows, write_references: false, now: self.clock.now(), holder, stop };
                let adopted = account.engine(self.ledger.clone())?.adopt(&request, &progress(false)).await?;
                return Ok(Done::Adopted(Box::new(adopted)));
            }
            _ => {}
        }
        let mode = if matches!(new.work, Work::Plan(_)) { Mode::Plan } else { Mode::Apply };
        let request = Request {
            phases: new.work.phases(),
            trigger: new.trigger,
            holder,
            records: match &new.work {
                Work::Named(records) => Some(records.clone()),
                _ => None,
            },
            lists: if new.work == Work::Reconcile { Lists::Whole } else { Lists::Changed },
            allow_mass_change: matches!(new.work, Work::Sync { allow_mass_change: true, .. }),
            stop,
            ..Request::everything(mode, self.clock.now())
        };
        let progress = progress(mode == Mode::Plan);
        if mode == Mode::Apply {
            return account.engine(self.ledger.clone())?.run(&request, &progress).await.map(Done::Run);
        }
        let scratch = Arc::new(SqliteLedger::scratch().await?);
        let overlay = Overlay::new(self.ledger.clone(), scratch.clone());
        let planned = account.engine(Arc::new(overlay))?.run(&request, &progress).await;
        scratch.close().await?;
        planned.map(Done::Run)
    }
}

/// Puts the result into a job.
pub(super) fn put(job: &mut QueuedJob, done: Result<Done>) {
    match done {
        Ok(Done::Run(run)) => job.run = Some(run),
        Ok(Done::Reported(report)) => job.report = Some(report),
        Ok(Done::Proposed(proposals)) => job.proposals = Some(Arc::new(proposals)),
        Ok(Done::Adopted(adopted)) => {
            job.refused = adopted.refused.iter().map(ToString::to_string).collect();
            job.run = Some(adopted.run);
        }
        Err(error) => job.error = Some(error.to_string()),
    }
}

/// Result of a job.
pub(super) enum Done {
    Run(Run),
    Reported(String),
    Proposed(Proposals),
    Adopted(Box<Adopted>),
}

/// The proposals, as many as are kept.
fn bounded(mut proposals: Proposals) -> Proposals {
    let more = proposals.pairs.len().saturating_sub(PROPOSED_AT_MOST);
    if more > 0 {
        proposals.pairs.truncate(PROPOSED_AT_MOST);
        proposals
            .warnings
            .push(format!("{more} further pairs are not shown: compare again once these are linked"));
    }
    proposals
}
