//! What is written to the platform, and the number that is written back.

use super::super::create::{NewIntent, create_once, shown_by_now, unconfirmed};
use super::super::flow::{Applied, Flow};
use super::super::guard::Guard;
use super::{Case, Export};
use crate::ledger::{Action, CloseVerdict, Link, Origin};
use crate::model::text::same_optional;
use crate::model::{
    ClosedStatus, Job, Kind, Marker, NewWorkOrder, RecordKey, Row, Side, WorkOrder, WorkOrderId,
};
use crate::rules::{CloseCase, Decision, ExportAction, Reason, Trace, decide_close};
use crate::{Error, ErrorKind, Result};

impl Export<'_> {
    pub(super) async fn carry_out(
        &self,
        case: &Case,
        decision: Decision<ExportAction>,
        trace: &mut Trace,
    ) -> Result<Applied> {
        match &decision.action {
            Some(ExportAction::Create(new)) => self.create(case, new, &decision).await,
            Some(ExportAction::WriteNumberBack) => {
                let link = linked(case)?;
                let Some(number) = self.number(link).await? else { return self.gone(link).await };
                if !self.0.is_dry() {
                    self.write_number_back(&case.rule.job, link, number).await?;
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
                        cx.settle_intent(intent.id, Some(&link)).await?;
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
            open: case.memory.intent.as_deref(),
            linked: None,
            visibility_delay: cx.platform().capabilities().visibility_delay,
        };
        let confirm = async |id: WorkOrderId| {
            let Some(created) = self.read(&id).await? else {
                shown_by_now(cx, cx.clock(), cx.platform().capabilities().visibility_delay)?;
                return Err(unconfirmed("the new work order"));
            };
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
        let Some(number) = self.number(&link).await? else {
            // It was found, and is not shown: that may still come.
            shown_by_now(self.0, self.0.clock(), self.0.platform().capabilities().visibility_delay)?;
            return Ok(None);
        };
        let link = self.write_number_back(&case.rule.job, &link, number.clone()).await?;
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

    /// The platform's number of a linked work order; `None` if the platform no longer has it.
    async fn number(&self, link: &Link) -> Result<Option<String>> {
        match &link.platform_number {
            Some(number) => Ok(Some(number.clone())),
            None => {
                let platform = self.read(&WorkOrderId::new(&link.platform_id)).await?;
                Ok(platform.map(|platform| platform.number))
            }
        }
    }

    /// Rule L7.
    async fn write_number_back(&self, job: &Job, link: &Link, number: String) -> Result<Link> {
        let cx = self.0;
        let id = WorkOrderId::new(&link.platform_id);
        cx.hold().await?;
        cx.latchel().write_number_back(job.id, &number, &id).await?;
        let read = cx.latchel().jobs_by_id(&[job.id]).await?;
        if !read.iter().any(|one| {
            same_optional(one.number.as_deref(), Some(&number)) && one.work_order.as_ref() == Some(&id)
        }) {
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
        let Some(platform) = self.read(&id).await? else { return self.gone(link).await };
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
            let closed = self.read(&id).await?.and_then(|shown| shown.status.closed());
            if closed != Some(status) {
                return Err(unconfirmed("the new status"));
            }
        }
        let job_updated_at = case.rule.job.updated_at;
        let verdict = CloseVerdict { status, job_updated_at, reason: decision.reason };
        let confirmed = Link { platform_number: Some(number), verified_at: Some(cx.now), ..link.clone() };
        cx.put_link(&Link { close: Some(verdict), ..confirmed }).await?;
        Ok(Applied::new(decision, action))
    }

    /// What is said of a linked work order that the platform does not have: it was removed, unless it is so new that it may
    /// not be shown yet, or the platform has nothing of the account any more.
    async fn gone(&self, link: &Link) -> Result<Applied> {
        let cx = self.0;
        // What this run made is as new as can be.
        let made_at = if link.run == cx.run { cx.clock() } else { link.created_at };
        shown_by_now(cx, made_at, cx.platform().capabilities().visibility_delay)?;
        Guard { off: false }.check_source(cx, Side::Platform).await?;
        let detail = Some(format!("work order {}", link.platform_id));
        let gone =
            Applied { reason: Reason::CounterpartGone, action: Action::None, detail, counterpart: None };
        Ok(gone.with_counterpart(&link.platform_id))
    }

    /// One platform work order, read afresh; `None` if the platform does not have it.
    async fn read(&self, id: &WorkOrderId) -> Result<Option<WorkOrder>> {
        let rows = match self.0.platform().work_orders_by_id(std::slice::from_ref(id)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            rows => rows?,
        };
        match rows.into_iter().next() {
            Some(Row::Record(work_order)) => Ok(Some(work_order)),
            Some(Row::Invalid(invalid)) => Err(Error::new(ErrorKind::Malformed, invalid.problem)
                .with("field", invalid.field)
                .with("work order", invalid.id)),
            Some(Row::Hint { .. } | Row::NotSupported { .. }) => {
                Err(Error::new(ErrorKind::Malformed, "the platform does not show the whole work order")
                    .with("work order", id))
            }
            None => Ok(None),
        }
    }
}

fn linked(case: &Case) -> Result<&Link> {
    case.rule.link.as_ref().ok_or_else(|| Error::new(ErrorKind::Ledger, "the work order has lost its link"))
}
