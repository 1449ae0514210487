use std::collections::{HashMap, HashSet};
use std::time::Duration;

use async_trait::async_trait;

use super::context::Context;
use super::create::{NewIntent, create_once, unconfirmed};
use super::flow::{Applied, Flow, Learned};
use super::resident::ready_by_property;
use crate::ledger::{Action, CloseVerdict, Intent, Link, Memory, Origin, Pending, Phase};
use crate::model::text::same_optional;
use crate::model::{
    Freshness, Job, JobId, Kind, LatchelResidentId, Marker, NewJob, PropertyRef, RecordKey, ResidentRef, Row,
    Side, Window, WorkOrder, WorkOrderId,
};
use crate::rules::{
    Counterpart, Decision, ImportAction, ImportCase, Reason, Trace, decide_import, sync_method,
};
use crate::{Pages, Result};

/// Work orders, platform to Latchel (rules WP1 to WP7).
pub(super) struct Import<'a>(pub &'a Context<'a>);

pub(super) struct Case {
    rule: ImportCase,
    memory: Memory,
    job: Option<Job>,
}

#[async_trait]
impl Flow for Import<'_> {
    type Record = WorkOrder;
    type Case = Case;
    type Action = ImportAction;

    fn context(&self) -> &Context<'_> {
        self.0
    }

    fn phase(&self) -> Phase {
        Phase::WorkOrdersToLatchel
    }

    fn pages(&self, window: Window) -> Pages<'_, WorkOrder> {
        self.0.platform().work_orders(window)
    }

    async fn fetch(&self, ids: &[String]) -> Result<Vec<Row<WorkOrder>>> {
        let ids: Vec<_> = ids.iter().map(WorkOrderId::new).collect();
        self.0.platform().work_orders_by_id(&ids).await
    }

    fn id(&self, record: &WorkOrder) -> String {
        record.id.to_string()
    }

    fn label(&self, record: &WorkOrder) -> String {
        format!("#{} {}", record.number, record.title)
    }

    fn freshness<'r>(&self, record: &'r WorkOrder) -> Option<&'r Freshness> {
        Some(&record.freshness)
    }

    /// One that was closed, or not, because of Latchel is looked at, because that may have changed.
    fn reason_if_linked(&self, link: &Link) -> Option<Reason> {
        link.close.is_none().then_some(Reason::ExistingWorkOrderNotUpdated)
    }

    async fn gather(&self, records: Vec<(WorkOrder, Memory)>) -> Result<Vec<Case>> {
        let cx = self.0;
        let unlinked: Vec<_> =
            records.iter().filter(|(_, m)| m.link.is_none()).map(|(record, _)| record).collect();
        let jobs = Jobs::look_up(cx, &unlinked).await?;
        let units: HashSet<_> = unlinked.iter().map(|record| record.property.clone()).collect();
        let properties = cx.latchel_properties(units).await?;
        let requesters: HashSet<_> = unlinked.iter().filter_map(|record| requester(record)).collect();
        let residents = residents(cx, requesters).await?;

        let case = |(platform, memory): (WorkOrder, Memory)| {
            let (counterpart, job) = match &memory.link {
                Some(link) => (Counterpart::Linked(JobId(link.latchel_id)), None),
                None => jobs.counterpart(&platform),
            };
            let property = properties.get(&platform.property).cloned();
            let rule = ImportCase {
                counterpart,
                method: sync_method(cx.policy(), property.as_ref(), Some(&platform.property), &cx.portfolios),
                property,
                resident: requester(&platform).and_then(|reference| residents.get(&reference).copied()),
                assigned_to_latchel: cx.assignees.any_of(&platform.assigned_users),
                platform,
            };
            Case { rule, memory, job }
        };
        Ok(records.into_iter().map(case).collect())
    }

    fn record<'c>(&self, case: &'c Case) -> &'c WorkOrder {
        &case.rule.platform
    }

    fn memory<'c>(&self, case: &'c Case) -> &'c Memory {
        &case.memory
    }

    fn decide(&self, case: &Case, trace: &mut Trace) -> Decision<ImportAction> {
        decide_import(&case.rule, self.0.policy(), trace)
    }

    /// What people did on the platform after a verdict about closing: assigning the work order to Latchel again
    /// takes back that updates were stopped (rule L11); one that is opened again, or closed otherwise, no longer shows
    /// Latchel's status (rule L12).
    fn learned(&self, case: &Case) -> Option<Learned> {
        let link = case.memory.link.as_deref()?;
        let verdict = link.close.as_ref()?;
        let same = case.rule.platform.status.closed() == Some(verdict.status);
        let now = match verdict.reason {
            Reason::UnassignedStopsUpdates if case.rule.assigned_to_latchel => None,
            Reason::StatusCompleted | Reason::StatusCancelled | Reason::StatusAlreadySet if !same => {
                Some(CloseVerdict { reason: Reason::StatusConflict, ..verdict.clone() })
            }
            Reason::StatusConflict if same => {
                Some(CloseVerdict { reason: Reason::StatusAlreadySet, ..verdict.clone() })
            }
            _ => return None,
        };
        Some(Learned::link(Link { close: now, ..link.clone() }))
    }

    async fn apply(
        &self,
        case: &Case,
        decision: Decision<ImportAction>,
        _trace: &mut Trace,
    ) -> Result<Applied> {
        let cx = self.0;
        match &decision.action {
            Some(ImportAction::Link(job)) => {
                let job = *job;
                if let Some(marker) = by_marker_alone(case, job) {
                    // Somebody may have copied the work order, and the copy looks like the one that we made.
                    let marked = cx.platform().find_by_marker(&marker).await?;
                    if marked.len() > 1 {
                        return Ok(Applied::ambiguous(marker, &marked));
                    }
                }
                self.link(case, job).await?;
                Ok(Applied::new(decision, Action::Link).with_counterpart(job))
            }
            Some(ImportAction::Create(_)) if cx.is_dry() => Ok(Applied::new(decision, Action::Create)),
            Some(ImportAction::Create(new)) => {
                let link = self.create(new, case).await?;
                Ok(Applied::new(decision, Action::Create).with_counterpart(link.latchel_id))
            }
            None => Ok(Applied::new(decision, Action::None)),
        }
    }

    fn creates(&self, action: &ImportAction) -> bool {
        matches!(action, ImportAction::Create(_))
    }

    fn counterpart(&self, case: &Case) -> Option<String> {
        match &case.rule.counterpart {
            Counterpart::Linked(job) | Counterpart::Found(job) => Some(job.to_string()),
            Counterpart::None | Counterpart::Ambiguous(_) => None,
        }
    }

    fn unsettled<'c>(&self, case: &'c Case) -> Option<(&'c Intent, Duration)> {
        let nowhere = matches!(case.rule.counterpart, Counterpart::None);
        let intent = case.memory.intent.as_deref().filter(|_| nowhere)?;
        Some((intent, self.0.latchel().visibility_delay()))
    }

    fn waits_for(&self, case: &Case, reason: Reason) -> Option<PropertyRef> {
        (reason == Reason::NoPropertyMatch).then(|| case.rule.platform.property.clone())
    }

    async fn ready(&self, pending: &[Pending]) -> Result<Vec<bool>> {
        ready_by_property(self.0, pending).await
    }

    fn sides(&self, case: &Case) -> (Option<serde_json::Value>, Option<serde_json::Value>) {
        let latchel = case.job.as_ref().and_then(|job| serde_json::to_value(job).ok());
        (serde_json::to_value(&case.rule.platform).ok(), latchel)
    }
}

impl Import<'_> {
    async fn link(&self, case: &Case, job: JobId) -> Result<()> {
        let cx = self.0;
        let platform = &case.rule.platform;
        let by_marker = platform.marker.is_some_and(|marker| marker.job() == job);
        let origin = match (&case.memory.intent, by_marker) {
            (_, true) => Origin::FromLatchel,
            (Some(_), false) => Origin::FromPlatform,
            (None, false) => Origin::Found,
        };
        // What an earlier run made is that run's, so that this one looks at both sides of it.
        let made_by = case.memory.intent.as_deref().map_or(cx.run, |intent| intent.run);
        let link = Link {
            run: made_by,
            platform_number: Some(platform.number.clone()),
            latchel_number: case.job.as_ref().and_then(|found| found.number.clone()),
            // A reference in Latchel is what writing the number back sets along with it.
            number_written_at: case.job.as_ref().and_then(|found| found.work_order.as_ref()).map(|_| cx.now),
            ..cx.link(Kind::WorkOrder, &platform.id, job.0, origin)
        };
        match &case.memory.intent {
            Some(intent) if !cx.is_dry() => cx.settle_intent(intent.id, Some(&link)).await,
            _ => cx.put_link(&link).await,
        }
    }

    async fn create(&self, new: &NewJob, case: &Case) -> Result<Link> {
        let cx = self.0;
        let create = NewIntent {
            source: RecordKey::platform(Kind::WorkOrder, &new.work_order),
            label: self.label(&case.rule.platform),
            marker: None,
            open: case.memory.intent.as_deref(),
            linked: None,
            visibility_delay: cx.latchel().visibility_delay(),
        };
        let confirm = async |id: JobId| {
            let read = cx.latchel().jobs_by_id(&[id]).await?;
            let shown = read.iter().find(|job| {
                job.work_order.as_ref() == Some(&new.work_order)
                    && same_optional(job.number.as_deref(), Some(&new.number))
                    && job.property == Some(new.property)
                    && new.closed.is_none_or(|status| job.closed() == Some(status))
            });
            let Some(job) = shown else { return Err(unconfirmed("the new work order")) };
            let number = Some(new.number.clone());
            // Both sides are closed alike from the start, so that the other direction need not look.
            let close = new.closed.map(|status| CloseVerdict {
                status,
                job_updated_at: job.updated_at,
                reason: Reason::StatusAlreadySet,
            });
            let link = cx.link(Kind::WorkOrder, &new.work_order, id.0, Origin::FromPlatform);
            Ok(Link { platform_number: number.clone(), latchel_number: number, close, ..link })
        };
        create_once(cx, create, cx.latchel().create_job(new), confirm).await
    }
}

/// The Latchel work orders that unlinked platform work orders may belong to.
struct Jobs {
    by_ref: HashMap<WorkOrderId, Vec<Job>>,
    by_id: HashMap<JobId, Job>,
    links: HashMap<JobId, Link>,
}

impl Jobs {
    async fn look_up(cx: &Context<'_>, records: &[&WorkOrder]) -> Result<Self> {
        let refs: Vec<_> = records.iter().map(|record| record.id.clone()).collect();
        let marked: Vec<_> =
            records.iter().filter_map(|record| record.marker).map(|marker| marker.job()).collect();
        let mut by_ref: HashMap<WorkOrderId, Vec<Job>> = HashMap::new();
        if !refs.is_empty() {
            for job in cx.latchel().jobs_by_ref(&refs).await? {
                if let Some(reference) = job.work_order.clone() {
                    by_ref.entry(reference).or_default().push(job);
                }
            }
        }
        let jobs = if marked.is_empty() { Vec::new() } else { cx.latchel().jobs_by_id(&marked).await? };
        let mut ids: Vec<JobId> = by_ref.values().flatten().chain(&jobs).map(|job| job.id).collect();
        ids.sort();
        let memories = cx.recall(Kind::WorkOrder, Side::Latchel, ids.iter().map(ToString::to_string)).await?;
        Ok(Self {
            by_ref,
            by_id: jobs.into_iter().map(|job| (job.id, job)).collect(),
            links: ids
                .into_iter()
                .zip(memories)
                .filter_map(|(id, memory)| Some((id, *memory.link?)))
                .collect(),
        })
    }

    /// The counterpart that references and the marker name together.
    fn counterpart(&self, platform: &WorkOrder) -> (Counterpart, Option<Job>) {
        let marked = platform.marker.and_then(|marker| self.by_id.get(&marker.job()));
        let mut jobs: Vec<&Job> = self.by_ref.get(&platform.id).into_iter().flatten().chain(marked).collect();
        jobs.sort_by_key(|job| job.id);
        jobs.dedup_by_key(|job| job.id);
        match jobs.as_slice() {
            [] => (Counterpart::None, None),
            [job] if job.work_order.as_ref().is_some_and(|reference| *reference != platform.id) => {
                let reference = job.work_order.as_ref().map(WorkOrderId::as_str).unwrap_or_default();
                let what = format!("Latchel's {} refers to work order {reference}", job.id);
                (Counterpart::Ambiguous(what), Some((*job).clone()))
            }
            [job] => match self.links.get(&job.id) {
                Some(other) => {
                    let what =
                        format!("Latchel's {} is linked to work order {} already", job.id, other.platform_id);
                    (Counterpart::Ambiguous(what), Some((*job).clone()))
                }
                None => (Counterpart::Found(job.id), Some((*job).clone())),
            },
            several => {
                let ids: Vec<_> = several.iter().map(|job| job.id.to_string()).collect();
                (Counterpart::Ambiguous(format!("claimed by Latchel's {}", ids.join(" and "))), None)
            }
        }
    }
}

/// The marker, if nothing else links the work order to `job`: no reference in Latchel that tells it from a copy.
fn by_marker_alone(case: &Case, job: JobId) -> Option<Marker> {
    let platform = &case.rule.platform;
    let referred = case.job.as_ref().is_some_and(|found| found.work_order.as_ref() == Some(&platform.id));
    platform.marker.filter(|marker| marker.job() == job && !referred)
}

fn requester(record: &WorkOrder) -> Option<ResidentRef> {
    let resident = record.requested_by.clone()?;
    Some(ResidentRef::new(resident, record.property.property.clone()))
}

async fn residents(
    cx: &Context<'_>,
    refs: HashSet<ResidentRef>,
) -> Result<HashMap<ResidentRef, LatchelResidentId>> {
    let mut refs: Vec<_> = refs.into_iter().collect();
    refs.sort();
    if refs.is_empty() {
        return Ok(HashMap::new());
    }
    let mut found = cx.latchel().residents_by_ref(&refs).await?;
    found.sort_by_key(|resident| std::cmp::Reverse((resident.is_active, std::cmp::Reverse(resident.id))));
    let mut map = HashMap::new();
    for resident in found {
        if let Some(reference) = resident.reference {
            map.entry(reference).or_insert(resident.id);
        }
    }
    Ok(map)
}
