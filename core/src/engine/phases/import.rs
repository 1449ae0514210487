mod jobs;
mod places;
mod twins;

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;

use crate::engine::context::Context;
use crate::engine::phases::carriers::{Known, carriers, compared, sent};
use crate::engine::phases::create::{NewIntent, answered, confirmed, create_once, unconfirmed};
use crate::engine::phases::flow::{Applied, Flow, Gone, Learned};
use crate::engine::phases::index::index;
use crate::engine::phases::resident::ready_by_property;
use crate::ledger::{Action, Intent, Pending, RecordMemory};
use crate::model::text::same_optional;
use crate::model::{
    CloseVerdict, ClosedStatus, Difference, Freshness, Job, JobId, Kind, Link, Marker, NewJob, Obstacle,
    Origin, Phase, PropertyRef, Reason, RecordKey, Row, Window, WorkOrder, WorkOrderId,
};
use crate::rules::{
    Counterpart, Decision, ImportAction, ImportCase, Trace, Whereabouts, decide_import, differences,
    in_words, sync_method,
};
use crate::{Held, Pages, Result};
use jobs::{Jobs, requester, residents};

/// Work orders, platform to Latchel (rules WP1 to WP7).
pub(in crate::engine) struct Import<'a>(pub &'a Context<'a>);

pub(in crate::engine) struct Case {
    rule: ImportCase,
    memory: RecordMemory,
    job: Option<Job>,
    /// The rentable unit that it was sent to the platform for.
    sent_for: Option<PropertyRef>,
    /// Grounds on which it is taken for one that we created, if it is.
    known: Known,
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

    fn is_called(&self, record: &WorkOrder, text: &str) -> bool {
        record.number == text
    }

    fn freshness<'r>(&self, record: &'r WorkOrder) -> Option<&'r Freshness> {
        Some(&record.freshness)
    }

    /// A linked work order needs no look, unless it awaits confirmation or has a verdict about closing, which may have
    /// changed.
    fn reason_if_linked(&self, link: &Link) -> Option<Reason> {
        let settled = link.close.is_none() && !link.awaits_confirmation();
        settled.then_some(Reason::ExistingWorkOrderNotUpdated)
    }

    async fn gather(&self, records: Vec<(WorkOrder, RecordMemory)>) -> Result<Vec<Case>> {
        let cx = self.0;
        let open = |memory: &RecordMemory| memory.link.is_none() || answered(memory).is_some();
        let remembered = records.iter().filter(|(_, memory)| open(memory));
        let remembered: Vec<_> = remembered.map(|(record, memory)| (record, memory)).collect();
        let unlinked: Vec<_> = remembered.iter().map(|(record, _)| *record).collect();
        let jobs = Jobs::look_up(cx, &unlinked).await?;
        let units: HashSet<_> = unlinked.iter().map(|record| record.property.clone()).collect();
        let mut properties = cx.latchel_properties(units).await?;
        let placed = places::without_unit(cx, &remembered, &properties).await?;
        let only = placed.values().filter_map(|place| match place {
            Whereabouts::At(unit) => Some(unit.clone()),
            Whereabouts::OneOfSeveral => None,
        });
        properties.extend(cx.latchel_properties(only.collect()).await?);
        let requesters: HashSet<_> = unlinked.iter().filter_map(|record| requester(record)).collect();
        let residents = residents(cx, requesters).await?;

        let case = |(platform, memory): (WorkOrder, RecordMemory)| {
            let (counterpart, job) = match (&memory.link, answered(&memory)) {
                (_, Some(job)) => (Counterpart::Created(JobId(job)), None),
                (Some(link), None) => (Counterpart::Linked(JobId(link.latchel_id)), None),
                (None, None) => jobs.counterpart(&platform),
            };
            let here = || Whereabouts::At(platform.property.clone());
            let place = placed.get(&platform.property).cloned().unwrap_or_else(here);
            let property = match &place {
                Whereabouts::At(unit) => properties.get(unit).cloned(),
                Whereabouts::OneOfSeveral => None,
            };
            let rule = ImportCase {
                counterpart,
                place,
                method: sync_method(cx.policy(), property.as_ref(), Some(&platform.property), &cx.portfolios),
                property,
                resident: requester(&platform).and_then(|reference| residents.get(&reference).copied()),
                assigned_to_latchel: cx.assignees.any_of(&platform.assigned_users),
                platform,
            };
            let (sent_for, known) = job.as_ref().map_or((None, Known::ByItsMarker), |job| jobs.sent(job));
            Case { rule, memory, job, sent_for, known }
        };
        Ok(records.into_iter().map(case).collect())
    }

    fn record<'c>(&self, case: &'c Case) -> &'c WorkOrder {
        &case.rule.platform
    }

    fn memory<'c>(&self, case: &'c Case) -> &'c RecordMemory {
        &case.memory
    }

    fn decide(&self, case: &Case, trace: &mut Trace) -> Decision<ImportAction> {
        decide_import(&case.rule, self.0.policy(), trace)
    }

    fn learned(&self, case: &Case) -> Option<Learned> {
        amended(case).map(Learned::link)
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
                    let marked =
                        carriers(cx, job, std::slice::from_ref(&case.rule.platform.property.property))
                            .await?;
                    if marked.len() > 1 {
                        return Ok(Applied::ambiguous(marker, &marked));
                    }
                }
                let unlike = self.link(case, job).await?;
                let linked = Applied::new(decision, Action::Link).with_counterpart(job);
                Ok(if unlike.is_empty() { linked } else { linked.unconfirmed(in_words(&unlike)) })
            }
            Some(ImportAction::Confirm(job)) => {
                let job = *job;
                let link = match &case.memory.link {
                    Some(link) if !cx.is_dry() => link,
                    _ => return Ok(Applied::new(decision, Action::None).with_counterpart(job)),
                };
                let link = amended(case).unwrap_or_else(|| (**link).clone());
                for link in self.read_back(&[(case, &link)]).await? {
                    confirmed(cx, link?).await?;
                }
                Ok(Applied::new(decision, Action::None).with_counterpart(job))
            }
            Some(ImportAction::Create(_)) if cx.is_dry() => Ok(Applied::new(decision, Action::Create)),
            Some(ImportAction::Create(new)) => {
                let link = self.create(new, case).await?;
                Ok(Applied::created(decision, link))
            }
            None => Ok(Applied::new(decision, Action::None)),
        }
    }

    async fn read_back(&self, created: &[(&Case, &Link)]) -> Result<Vec<Result<Link>>> {
        let ids: Vec<_> = created.iter().map(|(_, link)| JobId(link.latchel_id)).collect();
        let read = index(self.0.latchel().jobs_by_id(&ids).await?, |one| Some(one.id));
        let shown = |(case, link): &(&Case, &Link)| {
            let shown = read.get(&JobId(link.latchel_id)).filter(|job| is_as_sent(job, case, link));
            let Some(job) = shown else { return Err(unconfirmed("the new work order")) };
            let close =
                link.close.clone().map(|sent| CloseVerdict { job_updated_at: job.updated_at, ..sent });
            Ok(Link { latchel_number: job.number.clone(), close, ..(*link).clone() })
        };
        Ok(created.iter().map(shown).collect())
    }

    async fn obstacles(&self, creates: &[&Case]) -> Result<Vec<Option<Held>>> {
        twins::of_work_orders(self, creates).await
    }

    fn closed_as(&self, case: &Case) -> Option<ClosedStatus> {
        self.record(case).status.closed()
    }

    fn kind_of(&self, action: &ImportAction) -> Action {
        match action {
            ImportAction::Create(_) => Action::Create,
            ImportAction::Link(_) => Action::Link,
            ImportAction::Confirm(_) => Action::None,
        }
    }

    fn creates(&self, action: &ImportAction) -> bool {
        matches!(action, ImportAction::Create(_))
    }

    fn counterpart(&self, case: &Case) -> Option<String> {
        match &case.rule.counterpart {
            Counterpart::Linked(job) | Counterpart::Created(job) | Counterpart::Found(job) => {
                Some(job.to_string())
            }
            Counterpart::None | Counterpart::Ambiguous(_) => None,
        }
    }

    fn unsettled<'c>(&self, case: &'c Case) -> Option<(&'c Intent, Duration)> {
        let nowhere = matches!(case.rule.counterpart, Counterpart::None);
        let intent = case.memory.intent.as_deref().filter(|_| nowhere)?;
        Some((intent, self.0.latchel().visibility_delay()))
    }

    fn waits_for(&self, case: &Case, reason: Reason) -> Option<PropertyRef> {
        (reason == Reason::NoPropertyMatch).then(|| match &case.rule.place {
            Whereabouts::At(unit) => unit.clone(),
            // This property never comes to Latchel: the work order is looked at again when it names its unit.
            Whereabouts::OneOfSeveral => case.rule.platform.property.clone(),
        })
    }

    async fn ready(&self, pending: &[Pending]) -> Result<Vec<bool>> {
        ready_by_property(self.0, pending).await
    }

    async fn gone(&self, linked: Vec<RecordMemory>, _trace: &mut Trace) -> Result<Vec<Gone<ImportAction>>> {
        let ids: Vec<_> =
            linked.iter().filter_map(|one| Some(JobId(one.link.as_deref()?.latchel_id))).collect();
        let jobs = if ids.is_empty() { Vec::new() } else { self.0.latchel().jobs_by_id(&ids).await? };
        let job = |memory: &RecordMemory| {
            jobs.iter().find(|job| Some(job.id.0) == memory.link.as_deref().map(|link| link.latchel_id))
        };
        let gone = |memory: RecordMemory| {
            let counterpart = job(&memory).and_then(|job| serde_json::to_value(job).ok());
            Gone { counterpart, ..Gone::plain(memory) }
        };
        Ok(linked.into_iter().map(gone).collect())
    }

    fn sides(&self, case: &Case) -> (Option<serde_json::Value>, Option<serde_json::Value>) {
        let latchel = case.job.as_ref().and_then(|job| serde_json::to_value(job).ok());
        (serde_json::to_value(&case.rule.platform).ok(), latchel)
    }
}

impl Import<'_> {
    /// Links a pair that is known by a reference or a marker. A work order that carries our marker was made by us, so
    /// that it is compared with what was sent. Returns what the platform does not store of that.
    async fn link(&self, case: &Case, job: JobId) -> Result<Vec<(Difference, String)>> {
        let cx = self.0;
        let platform = &case.rule.platform;
        let by_marker = platform.marker.is_some_and(|marker| marker.job() == job);
        let origin = match (&case.memory.intent, by_marker) {
            (_, true) => Origin::FromLatchel,
            (Some(_), false) => Origin::FromPlatform,
            (None, false) => Origin::Found,
        };
        // A pair that an earlier run made keeps that run's id: one with this run's id counts as decided on both sides.
        let made_by = case.memory.intent.as_deref().map_or(cx.run, |intent| intent.run);
        let link = Link {
            run: made_by,
            platform_number: Some(platform.number.clone()),
            latchel_number: case.job.as_ref().and_then(|found| found.number.clone()),
            // A reference in Latchel shows that the number was written back: both are set by one call.
            sent_for: case.sent_for.clone().filter(|_| by_marker),
            number_written_at: case.job.as_ref().and_then(|found| found.work_order.as_ref()).map(|_| cx.now),
            ..cx.link(Kind::WorkOrder, &platform.id, job.0, origin)
        };
        let unlike = match by_marker {
            true => differences(&sent(cx, &link, case.known, platform.clone()), &mut Trace::off()),
            false => Vec::new(),
        };
        let link = compared(cx, link, &unlike);
        match &case.memory.intent {
            Some(intent) if !cx.is_dry() => cx.settle_intent(intent.id, Some(&link)).await?,
            _ => cx.put_link(&link).await?,
        }
        Ok(unlike)
    }

    async fn create(&self, new: &NewJob, case: &Case) -> Result<Link> {
        let cx = self.0;
        let create = NewIntent {
            source: RecordKey::platform(Kind::WorkOrder, &new.work_order),
            label: self.label(&case.rule.platform),
            marker: None,
            property: None,
            dates: None,
            open: case.memory.intent.as_deref(),
            linked: None,
            visibility_delay: cx.latchel().visibility_delay(),
        };
        let link = |id: &JobId| {
            let number = Some(new.number.clone());
            // Both sides are closed alike from the start, so that the other direction need not look.
            let close = new.closed.map(|status| CloseVerdict {
                status,
                job_updated_at: cx.now,
                reason: Reason::StatusAlreadySet,
                obstacle: None,
                inactive: None,
            });
            let link = cx.link(Kind::WorkOrder, &new.work_order, id.0, Origin::FromPlatform);
            Link { platform_number: number, close, ..link }
        };
        create_once(cx, create, cx.latchel().create_job(new), link).await
    }
}

/// True if Latchel has all of a work order that was created there.
fn is_as_sent(job: &Job, case: &Case, link: &Link) -> bool {
    let platform = &case.rule.platform;
    job.work_order.as_ref() == Some(&platform.id)
        && same_optional(job.number.as_deref(), Some(&platform.number))
        && case.rule.property.as_ref().is_none_or(|property| job.property == Some(property.id))
        && link.close.as_ref().is_none_or(|sent| job.closed() == Some(sent.status))
}

/// The link with a changed verdict about closing, if people changed the work order on the platform since. Assigning it
/// to Latchel again ends the stop of updates (rule L11). Assigning it to anybody ends the platform's refusal of
/// unassigned ones (rule L15). Opening it, or closing it otherwise, makes its status differ from Latchel's (rule L12).
fn amended(case: &Case) -> Option<Link> {
    let link = case.memory.link.as_deref()?;
    let verdict = link.close.as_ref()?;
    let same = case.rule.platform.status.closed() == Some(verdict.status);
    let now = match verdict.reason {
        Reason::UnassignedStopsUpdates if case.rule.assigned_to_latchel => None,
        Reason::NotSupportedByPlatform
            if verdict.obstacle == Some(Obstacle::Unassigned)
                && !case.rule.platform.assigned_users.is_empty() =>
        {
            None
        }
        Reason::NotSupportedByPlatform
            if verdict.inactive.as_ref().is_some_and(|at| *at != case.rule.platform.property) =>
        {
            None
        }
        Reason::StatusCompleted | Reason::StatusCancelled | Reason::StatusAlreadySet if !same => {
            Some(CloseVerdict { reason: Reason::StatusConflict, ..verdict.clone() })
        }
        Reason::StatusConflict if same => {
            Some(CloseVerdict { reason: Reason::StatusAlreadySet, ..verdict.clone() })
        }
        _ => return None,
    };
    Some(Link { close: now, ..link.clone() })
}

/// The marker, if nothing else links the work order to `job`: no reference in Latchel that tells it from a copy.
fn by_marker_alone(case: &Case, job: JobId) -> Option<Marker> {
    let platform = &case.rule.platform;
    let referred = case.job.as_ref().is_some_and(|found| found.work_order.as_ref() == Some(&platform.id));
    platform.marker.filter(|marker| marker.job() == job && !referred)
}
