use chrono::TimeDelta;
use latchel_sync_core::Result;
use latchel_sync_core::ledger::Trigger;
use latchel_sync_ledger::jobs::{Beginning, Begun, Claim, Next, Task};
use uuid::Uuid;

use super::due::after;
use super::{SharedWorker, parts, record, text};
use crate::accounts::Account;
use crate::jobs::{JobRequest, QueuedJob, QueuedJobId, Work};
use crate::schedule::Part;
use crate::webhooks::dispatch;

/// What a claimed task asks for.
pub(super) struct Taken {
    pub id: QueuedJobId,
    pub request: JobRequest,
    pub after: After,
}

/// What there is to do after it.
pub(super) enum After {
    /// Nothing: somebody asked for it.
    Nothing,
    /// The part's next due date.
    Due(Part),
    /// These deliveries are worked on, or else tried again after a pause.
    Told { deliveries: Vec<Uuid>, tries: u32 },
}

/// Time for which a task waits while other work of its account is in its way.
const BLOCKED: TimeDelta = TimeDelta::seconds(1);
/// The same for a part of a schedule, which nobody waits for.
const BLOCKED_IF_DUE: TimeDelta = TimeDelta::seconds(5);
/// Time for which one waits whose account is paused.
const PAUSED: TimeDelta = TimeDelta::seconds(10);
/// Time for which one waits whose account this process does not know: another may.
const UNKNOWN: TimeDelta = TimeDelta::seconds(30);

/// Fate of a claim that does not begin.
enum Not {
    Deferred(TimeDelta),
    Ended(Next),
}

impl SharedWorker {
    /// Finds out what a claimed task asks for, and shows that it is under way; `None` if it does not begin now.
    pub(super) async fn take(&self, claim: &Claim) -> Result<Option<Taken>> {
        let (request, after, job) = match self.request(claim).await? {
            Ok(found) => found,
            Err(Not::Deferred(after)) => {
                self.shared.store.defer(claim, after, None).await?;
                return Ok(None);
            }
            Err(Not::Ended(next)) => {
                self.shared.store.end(claim, None, next).await?;
                return Ok(None);
            }
        };
        let now = self.worker.clock.now();
        let fresh = || QueuedJob::waiting(QueuedJobId(Uuid::now_v7()), &request, now);
        let mut job = QueuedJob { began_at: Some(now), ..job.unwrap_or_else(fresh) };
        job.phases.clear();
        let holds = request.work.holds();
        let begun = Begun {
            id: job.id.0,
            account: &request.account,
            holds: &holds,
            rank: i16::from(request.rank(now)),
            request: &text(&request)?,
            data: &parts(&job)?.0,
        };
        match self.shared.store.begin(claim, begun).await? {
            Beginning::Begun(id) => {
                job.id = QueuedJobId(id);
                let id = job.id;
                self.shared.local.take_in(job, request.clone(), claim.is_slow);
                Ok(Some(Taken { id, request, after }))
            }
            Beginning::Blocked => {
                let after = if matches!(claim.task, Task::Due { .. }) { BLOCKED_IF_DUE } else { BLOCKED };
                self.shared.store.defer(claim, after, None).await?;
                Ok(None)
            }
            Beginning::Lost => Ok(None),
        }
    }

    async fn request(&self, claim: &Claim) -> Result<Result<(JobRequest, After, Option<QueuedJob>), Not>> {
        match &claim.task {
            Task::Asked { .. } => {
                let Some((request, data)) = &claim.asked else { return Ok(Err(Not::Ended(Next::Nothing))) };
                let request: JobRequest = record(request)?;
                if !self.worker.accounts.contains_key(&request.account) {
                    return Ok(Err(Not::Deferred(UNKNOWN)));
                }
                Ok(Ok((request, After::Nothing, Some(record(data)?))))
            }
            Task::Due { account, part, .. } => {
                let known = self.worker.accounts.get(account).zip(Part::from_name(part));
                let Some((one, part)) = known.filter(|(one, part)| one.schedule.of(*part).is_some()) else {
                    return Ok(Err(Not::Ended(Next::Nothing)));
                };
                Ok(self.due_request(&one, part, claim.is_slow).await?.map(|request| {
                    let after = After::Due(part);
                    (request, after, None)
                }))
            }
            Task::Told { account, tries } => {
                if !self.worker.accounts.contains_key(account) {
                    return Ok(Err(Not::Ended(Next::Nothing)));
                }
                let deliveries = self.desk.deliveries(account, dispatch::AT_ONCE).await?;
                if deliveries.is_empty() {
                    return Ok(Err(Not::Ended(Next::Nothing)));
                }
                if self.is_paused(account).await? {
                    return Ok(Err(Not::Deferred(PAUSED)));
                }
                let request = dispatch::request(account, &deliveries);
                let deliveries = deliveries.iter().map(|delivery| delivery.id).collect();
                Ok(Ok((request, After::Told { deliveries, tries: *tries }, None)))
            }
        }
    }

    /// Request for a part that is due, unless a run that somebody else began meanwhile has done it.
    async fn due_request(&self, one: &Account, part: Part, is_slow: bool) -> Result<Result<JobRequest, Not>> {
        if self.is_paused(one.name()).await? {
            return Ok(Err(Not::Deferred(PAUSED)));
        }
        let now = self.worker.clock.now();
        let last = self.last_begun(one.name(), part).await?;
        if let Some(last) = last.filter(|last| after(one, part, *last).is_none_or(|due| due > now)) {
            return Ok(Err(Not::Ended(self.next(one, part, last, is_slow))));
        }
        let work = match part {
            Part::Reconciliation => Work::Reconcile,
            _ => Work::Sync { phases: part.phases(), allow_mass_change: false },
        };
        Ok(Ok(JobRequest {
            account: one.name().to_owned(),
            work,
            trigger: Trigger::Schedule,
            by: "the schedule".to_owned(),
            late_from: after(one, part, now),
        }))
    }

    async fn is_paused(&self, account: &str) -> Result<bool> {
        Ok(self.desk.pauses().await?.iter().any(|pause| pause.account == account))
    }
}
