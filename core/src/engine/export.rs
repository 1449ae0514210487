use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;

use super::context::Context;
use super::create::{NewIntent, create_once, unconfirmed};
use super::drive::index;
use super::flow::{Applied, Flow};
use super::owners::Owners;
use crate::ledger::{Action, CloseVerdict, Intent, Link, Memory, Origin, Pending, Phase};
use crate::model::{
    ClosedStatus, Freshness, Job, JobId, Kind, LatchelPropertyId, LatchelResidentId, Marker, NewWorkOrder,
    PropertyRef, Reach, RecordKey, ResidentId, Row, Side, Window, WorkOrder, WorkOrderId,
};
use crate::rules::{
    CloseCase, Decision, ExportAction, ExportCase, Reason, RuleId, Trace, decide_close, decide_export,
    sync_method,
};
use crate::{Error, ErrorKind, Pages, Result};

/// Work orders, Latchel to platform (rules L2 to L12).
pub(super) struct Export<'a>(pub &'a Context<'a>);

pub(super) struct Case {
    rule: ExportCase,
    memory: Memory,
    /// The other Latchel work order that the platform's is linked to.
    claimed_by: Option<JobId>,
}

#[async_trait]
impl Flow for Export<'_> {
    type Record = Job;
    type Case = Case;
    type Action = ExportAction;

    fn context(&self) -> &Context<'_> {
        self.0
    }

    fn phase(&self) -> Phase {
        Phase::WorkOrdersToPlatform
    }

    fn pages(&self, window: Window) -> Pages<'_, Job> {
        self.0.latchel().jobs(window)
    }

    async fn fetch(&self, ids: &[String]) -> Result<Vec<Row<Job>>> {
        let ids: Vec<_> = ids.iter().filter_map(|id| id.parse().ok()).map(JobId).collect();
        Ok(self.0.latchel().jobs_by_id(&ids).await?.into_iter().map(Row::Record).collect())
    }

    fn id(&self, record: &Job) -> String {
        record.id.to_string()
    }

    fn label(&self, record: &Job) -> String {
        match &record.number {
            Some(number) => format!("#{number} {}", record.name),
            None => record.name.clone(),
        }
    }

    /// Latchel's list is the window.
    fn freshness<'r>(&self, _record: &'r Job) -> Option<&'r Freshness> {
        None
    }

    async fn gather(&self, records: Vec<(Job, Memory)>) -> Result<Vec<Case>> {
        let cx = self.0;
        let latchel_user = cx.assignee()?;
        let ids = distinct(records.iter().filter_map(|(job, _)| job.property));
        let properties =
            if ids.is_empty() { Vec::new() } else { cx.latchel().properties_by_id(&ids).await? };
        let properties = index(properties, |property| Some(property.id));
        let links = cx.recall(Kind::Property, Side::Latchel, ids.iter().map(ToString::to_string)).await?;
        let links: HashMap<LatchelPropertyId, Link> =
            ids.iter().copied().zip(links).filter_map(|(id, memory)| Some((id, memory.link?))).collect();
        let residents = requesters(cx, &records).await?;
        let mut owners = Owners::look_up(cx, &records).await?;

        let mut cases: Vec<Case> = records
            .into_iter()
            .map(|(job, memory)| {
                let latchel = job.property.and_then(|id| properties.get(&id));
                let linked = || job.property.and_then(|id| links.get(&id));
                let property = latchel
                    .and_then(|property| property.reference.clone())
                    .or_else(|| linked().map(|link| PropertyRef::from_key(&link.platform_id)));
                let rule = ExportCase {
                    method: sync_method(cx.policy(), latchel, property.as_ref(), &cx.portfolios),
                    resident: job.resident.and_then(|id| residents.get(&id).cloned()),
                    link: memory
                        .link
                        .clone()
                        .map_or_else(|| referred(cx, &job), |link| Some(told(cx, link, &job))),
                    property,
                    reach: Reach::Unknown,
                    latchel_user: latchel_user.clone(),
                    sync_start: cx.sync_start,
                    job,
                };
                let claimed_by = owners.other_than(&rule.job, &memory);
                Case { rule, memory, claimed_by }
            })
            .collect();
        self.look_up_reach(&mut cases).await?;
        self.look_up_unsettled(&mut cases).await?;
        Ok(cases)
    }

    fn record<'c>(&self, case: &'c Case) -> &'c Job {
        &case.rule.job
    }

    fn decide(&self, case: &Case, trace: &mut Trace) -> Decision<ExportAction> {
        if let Some(other) = case.claimed_by {
            trace.check(RuleId::E1, "the platform's is linked to another", &other, true);
            let detail = format!("Latchel's {other} and {} refer to one work order", case.rule.job.id);
            return Decision::leave(Reason::MarkerAmbiguous).with_detail(detail);
        }
        decide_export(&case.rule, trace)
    }

    /// Keeps what a reference in Latchel tells about the pair.
    async fn adopt(&self, case: &Case) -> Result<()> {
        match &case.rule.link {
            Some(_) if case.claimed_by.is_some() => Ok(()),
            Some(link) if case.memory.link.as_ref() != Some(link) => self.0.put_link(link).await,
            _ => Ok(()),
        }
    }

    async fn apply(
        &self,
        case: &Case,
        decision: Decision<ExportAction>,
        trace: &mut Trace,
    ) -> Result<Applied> {
        match &decision.action {
            Some(ExportAction::Create(new)) => self.create(case, new, &decision).await,
            Some(ExportAction::WriteNumberBack) => {
                let link = linked(case)?;
                if !self.0.is_dry() {
                    self.write_number_back(&case.rule.job, link).await?;
                }
                Ok(Applied::new(decision, Action::Update))
            }
            Some(ExportAction::Close(status)) => {
                let link = linked(case)?;
                let decided = self.close(case, link, *status, trace).await?;
                Ok(decided.with_counterpart(&link.platform_id))
            }
            None => Ok(Applied::new(decision, Action::None)),
        }
    }

    fn unsettled<'c>(&self, case: &'c Case) -> Option<(&'c Intent, Duration)> {
        let intent = case.memory.intent.as_ref().filter(|_| case.rule.link.is_none())?;
        Some((intent, self.0.platform().capabilities().visibility_delay))
    }

    fn counterpart(&self, case: &Case) -> Option<String> {
        case.rule.link.as_ref().map(|link| link.platform_id.clone())
    }

    /// Latchel is asked for the pending ones in one call, so that all of them are worth it.
    async fn ready(&self, pending: &[Pending]) -> Result<Vec<bool>> {
        Ok(vec![true; pending.len()])
    }

    fn sides(&self, case: &Case) -> (Option<serde_json::Value>, Option<serde_json::Value>) {
        (None, serde_json::to_value(&case.rule.job).ok())
    }
}

impl Export<'_> {
    /// Looks for what a create made whose outcome is not known where nothing is to be created any more; [`Self::create`]
    /// looks for itself.
    async fn look_up_unsettled(&self, cases: &mut [Case]) -> Result<()> {
        let cx = self.0;
        for case in cases.iter_mut().filter(|case| case.memory.intent.is_some() && case.rule.link.is_none()) {
            let decision = decide_export(&case.rule, &mut Trace::off());
            if matches!(decision.action, Some(ExportAction::Create(_))) {
                continue;
            }
            let job = case.rule.job.id;
            if let [found] = cx.platform().find_by_marker(&Marker::for_job(job)).await?.as_slice() {
                case.rule.link = Some(cx.link(Kind::WorkOrder, found, job.0, Origin::FromLatchel));
            }
        }
        Ok(())
    }

    async fn look_up_reach(&self, cases: &mut [Case]) -> Result<()> {
        let cx = self.0;
        if !cx.platform().capabilities().knows_reach {
            return Ok(());
        }
        // Where nothing can be assigned there need not be one, and then nobody's reach is in question.
        let Ok(user) = cx.latchel_user() else { return Ok(()) };
        let unlinked = |case: &Case| case.rule.link.is_none();
        let property = |case: &Case| case.rule.property.as_ref().map(|reference| reference.property.clone());
        let properties = distinct(cases.iter().filter(|case| unlinked(case)).filter_map(property));
        let reach = cx.platform().reach(&user.id, &properties).await?;
        let reach: HashMap<_, _> = properties.into_iter().zip(reach).collect();
        for case in cases {
            case.rule.reach = property(case).and_then(|id| reach.get(&id).copied()).unwrap_or(Reach::Unknown);
        }
        Ok(())
    }

    /// Rule L6, then L7, then L8 where the Latchel work order is closed already.
    async fn create(
        &self,
        case: &Case,
        new: &NewWorkOrder,
        decision: &Decision<ExportAction>,
    ) -> Result<Applied> {
        let (cx, job) = (self.0, &case.rule.job);
        if !cx.platform().capabilities().create_work_order {
            return Err(Error::new(ErrorKind::Unsupported, "the platform cannot create work orders"));
        }
        // Looked for before every create, not only after an interrupted one, so that even a lost ledger makes no
        // duplicate.
        let marker = Marker::for_job(job.id);
        let applied = |reason, action| Applied { reason, action, detail: None, counterpart: None };
        match cx.platform().find_by_marker(&marker).await?.as_slice() {
            [] if cx.is_dry() => Ok(applied(decision.reason, Action::Create)),
            [] => {
                let link = self.create_on_platform(case, new, marker).await?;
                let after = self.after_create(case, link.clone()).await?;
                Ok(Applied { detail: after, ..applied(decision.reason, Action::Create) }
                    .with_counterpart(link.platform_id))
            }
            [found] => {
                let link = cx.link(Kind::WorkOrder, found, job.id.0, Origin::FromLatchel);
                match &case.memory.intent {
                    Some(intent) if !cx.is_dry() => {
                        cx.ledger().settle_intent(&cx.lease, intent.id, Some(&link)).await?;
                    }
                    _ => cx.put_link(&link).await?,
                }
                let detail = if cx.is_dry() { None } else { self.after_create(case, link).await? };
                Ok(Applied { detail, ..applied(Reason::WorkOrderRecovered, Action::Link) }
                    .with_counterpart(found))
            }
            several => Ok(Applied::ambiguous(marker, several)),
        }
    }

    async fn create_on_platform(&self, case: &Case, new: &NewWorkOrder, marker: Marker) -> Result<Link> {
        let (cx, job) = (self.0, &case.rule.job);
        let create = NewIntent {
            source: RecordKey::latchel(Kind::WorkOrder, job.id),
            label: self.label(job),
            marker: Some(marker),
            open: case.memory.intent.as_ref(),
            linked: None,
            visibility_delay: cx.platform().capabilities().visibility_delay,
        };
        let confirm = async |id: WorkOrderId| {
            let created = self.read(&id).await?;
            let assigned = new.assigned_to.as_ref().is_none_or(|user| created.assigned_users.contains(user));
            if created.marker != Some(marker) || created.property != new.property || !assigned {
                return Err(unconfirmed("the new work order as it was sent"));
            }
            let link = cx.link(Kind::WorkOrder, &id, job.id.0, Origin::FromLatchel);
            Ok(Link { platform_number: Some(created.number), ..link })
        };
        let call = cx.platform().create_work_order(new, &marker);
        create_once(cx, create, call, confirm).await
    }

    /// What follows a creation at once; what fails here is made up for in the next run, because the link is there.
    async fn after_create(&self, case: &Case, link: Link) -> Result<Option<String>> {
        let link = self.write_number_back(&case.rule.job, &link).await?;
        let number = link.platform_number.clone().unwrap_or_default();
        let mut detail = format!("number {number} written back");
        if !self.0.platform().capabilities().assign_user {
            detail.push_str("; assigned to nobody, because the platform's API cannot assign");
        }
        if let Some(status) = case.rule.job.closed() {
            let closed = self.close(case, &link, status, &mut Trace::off()).await?;
            detail.push_str(&format!("; {}", closed.reason));
        }
        Ok(Some(detail))
    }

    /// Rule L7.
    async fn write_number_back(&self, job: &Job, link: &Link) -> Result<Link> {
        let cx = self.0;
        let id = WorkOrderId::new(&link.platform_id);
        let number = match &link.platform_number {
            Some(number) => number.clone(),
            None => self.read(&id).await?.number,
        };
        cx.hold().await?;
        cx.latchel().write_number_back(job.id, &number, &id).await?;
        let read = cx.latchel().jobs_by_id(&[job.id]).await?;
        if !read
            .iter()
            .any(|one| one.number.as_ref() == Some(&number) && one.work_order.as_ref() == Some(&id))
        {
            return Err(unconfirmed("the number in Latchel"));
        }
        let link = Link {
            platform_number: Some(number.clone()),
            latchel_number: Some(number),
            number_written_at: Some(cx.now),
            verified_at: Some(cx.now),
            ..link.clone()
        };
        cx.put_link(&link).await?;
        Ok(link)
    }

    /// Rules L8, L11 and L12, on a fresh read.
    async fn close(
        &self,
        case: &Case,
        link: &Link,
        status: ClosedStatus,
        trace: &mut Trace,
    ) -> Result<Applied> {
        let cx = self.0;
        let id = WorkOrderId::new(&link.platform_id);
        let platform = self.read(&id).await?;
        let number = platform.number.clone();
        let close = CloseCase {
            assigned_to_latchel: cx.assignees.any_of(&platform.assigned_users),
            created_unassigned: !cx.platform().capabilities().assign_user
                && platform.marker == Some(Marker::for_job(case.rule.job.id)),
            platform,
            status,
            method: case.rule.method,
            can_close: cx.platform().capabilities().can_close(status),
        };
        let decision = decide_close(&close, trace);
        let action = if decision.action.is_some() { Action::Close } else { Action::None };
        if cx.is_dry() {
            return Ok(Applied::new(decision, action));
        }
        if decision.action.is_some() {
            cx.hold().await?;
            cx.platform().close_work_order(&id, status).await?;
            if self.read(&id).await?.status.closed() != Some(status) {
                return Err(unconfirmed("the new status"));
            }
        }
        let job_updated_at = case.rule.job.updated_at;
        let verdict = CloseVerdict { status, job_updated_at, reason: decision.reason };
        let confirmed = Link { platform_number: Some(number), verified_at: Some(cx.now), ..link.clone() };
        cx.put_link(&Link { close: Some(verdict), ..confirmed }).await?;
        Ok(Applied::new(decision, action))
    }

    /// One platform work order, read afresh.
    async fn read(&self, id: &WorkOrderId) -> Result<WorkOrder> {
        let rows = self.0.platform().work_orders_by_id(std::slice::from_ref(id)).await?;
        match rows.into_iter().next() {
            Some(Row::Record(work_order)) => Ok(work_order),
            Some(Row::Invalid(invalid)) => Err(Error::new(ErrorKind::Malformed, invalid.problem)
                .with("field", invalid.field)
                .with("work order", invalid.id)),
            Some(Row::Hint { .. } | Row::NotSupported { .. }) | None => {
                Err(Error::new(ErrorKind::NotFound, "the platform no longer has the work order")
                    .with("work order", id))
            }
        }
    }
}

fn linked(case: &Case) -> Result<&Link> {
    case.rule.link.as_ref().ok_or_else(|| Error::new(ErrorKind::Ledger, "the work order has lost its link"))
}

/// The link, with the number as written if Latchel's reference says so: the answer to that write was lost.
fn told(cx: &Context<'_>, link: Link, job: &Job) -> Link {
    let refers = job.work_order.as_ref().is_some_and(|reference| reference.as_str() == link.platform_id);
    if link.origin != Origin::FromLatchel || link.number_written_at.is_some() || !refers {
        return link;
    }
    Link { number_written_at: Some(cx.now), latchel_number: job.number.clone(), ..link }
}

/// The link that a Latchel work order's own reference names.
fn referred(cx: &Context<'_>, job: &Job) -> Option<Link> {
    let reference = job.work_order.as_ref()?;
    let link = cx.link(Kind::WorkOrder, reference, job.id.0, Origin::Found);
    Some(Link { latchel_number: job.number.clone(), verified_at: None, ..link })
}

async fn requesters(
    cx: &Context<'_>,
    records: &[(Job, Memory)],
) -> Result<HashMap<LatchelResidentId, ResidentId>> {
    let ids = distinct(records.iter().filter(|(_, m)| m.link.is_none()).filter_map(|(job, _)| job.resident));
    let residents = if ids.is_empty() { Vec::new() } else { cx.latchel().residents_by_id(&ids).await? };
    Ok(residents.into_iter().filter_map(|one| Some((one.id, one.reference?.resident))).collect())
}

pub(super) fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = items.collect();
    all.sort();
    all.dedup();
    all
}
