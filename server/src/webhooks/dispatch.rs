use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::Result;
use latchel_sync_core::engine::StopSignal;
use latchel_sync_core::ledger::{Run, Trigger};
use latchel_sync_core::model::Phase;
use latchel_sync_ledger::desk::{Delivery, Desk};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use crate::clock::Clock;
use crate::jobs::{JobRequest, Jobs, QueuedJob, QueuedJobId, Work};

/// Most deliveries that one run takes up.
pub(crate) const AT_ONCE: u32 = 200;
/// Time without a further delivery after which a run begins. Deliveries within this time of each other go together, because
/// one change is often told of several times.
pub(crate) const QUIET: Duration = Duration::from_secs(1);
/// Longest time to wait for further deliveries.
const LONGEST_GATHERING: Duration = Duration::from_secs(5);
/// Time for which a paused account is left alone before it is looked at again.
pub(crate) const PAUSED: Duration = Duration::from_secs(10);
/// The pause after a run that did not get to its records, which doubles each time up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// Turns one account's deliveries into runs of the records that they are about.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    pub account: String,
    pub jobs: Arc<Jobs>,
    pub desk: Arc<dyn Desk>,
    pub clock: Clock,
    pub arrivals: Arc<Notify>,
}

/// Result of one step of the work on the deliveries.
enum Step {
    Nothing,
    Paused,
    WorkedOn,
    /// No run got to the records.
    Unreached,
}

impl Dispatcher {
    /// Works on what there is, also from before a restart, until `stop` is set.
    pub async fn keep(self, stop: StopSignal) {
        tokio::select! {
            () = stop.asked() => {}
            () = self.work() => {}
        }
    }

    async fn work(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let step = self.step().await.unwrap_or_else(|error| {
                tracing::warn!(account = self.account, %error, "what came by webhook could not be worked on");
                Step::Unreached
            });
            if !matches!(step, Step::Unreached) {
                pause = FIRST_PAUSE;
            }
            match step {
                Step::WorkedOn => {}
                Step::Nothing => {
                    self.arrivals.notified().await;
                    self.gather().await;
                }
                Step::Paused => sleep(PAUSED).await,
                Step::Unreached => {
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Waits for a second of quiet.
    async fn gather(&self) {
        let end = Instant::now() + LONGEST_GATHERING;
        while timeout_at(end.min(Instant::now() + QUIET), self.arrivals.notified()).await.is_ok() {}
    }

    async fn step(&self) -> Result<Step> {
        let deliveries = self.desk.deliveries(&self.account, AT_ONCE).await?;
        if deliveries.is_empty() {
            return Ok(Step::Nothing);
        }
        if self.desk.pauses().await?.iter().any(|pause| pause.account == self.account) {
            return Ok(Step::Paused);
        }
        if !self.run_of(&deliveries).await {
            return Ok(Step::Unreached);
        }
        let ids: Vec<Uuid> = deliveries.iter().map(|delivery| delivery.id).collect();
        self.desk.worked_on(&ids).await?;
        Ok(Step::WorkedOn)
    }

    /// Runs a sync of these records. True if it got to all of them; those that failed are pending then.
    async fn run_of(&self, deliveries: &[Delivery]) -> bool {
        let request = request(&self.account, deliveries);
        let phases = request.work.phases();
        let id = self.jobs.ask(request, self.clock.now());
        let run = self.ended(id).await.and_then(|job| job.run);
        run.is_some_and(|run| went_through(&run, &phases))
    }

    /// The job once it has ended; `None` if so many others ended after it that it is forgotten.
    async fn ended(&self, id: QueuedJobId) -> Option<QueuedJob> {
        let mut changes = self.jobs.changes();
        loop {
            let job = self.jobs.get(id)?;
            if job.ended_at.is_some() {
                return Some(job);
            }
            changes.changed().await.ok()?;
        }
    }
}

/// Request for a sync of the records that these deliveries are about.
pub(crate) fn request(account: &str, deliveries: &[Delivery]) -> JobRequest {
    let records: BTreeSet<_> = deliveries.iter().map(|delivery| delivery.record.clone()).collect();
    JobRequest {
        account: account.to_owned(),
        work: Work::Named(records.into_iter().collect()),
        trigger: Trigger::Webhook,
        by: "webhooks".to_owned(),
        late_from: None,
    }
}

/// True if a run got to all records of these phases.
pub(crate) fn went_through(run: &Run, phases: &[Phase]) -> bool {
    let whole = run.phases.iter().filter(|phase| phase.error.is_none() && phase.paused.is_none());
    whole.map(|phase| phase.phase).eq(phases.iter().copied())
}

/// Pause after so many runs in a row that did not get to their records.
pub(crate) fn pause_after(tries: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << tries.min(10)).min(LONGEST_PAUSE)
}
