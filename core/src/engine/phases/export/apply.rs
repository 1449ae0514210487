//! Writes to the platform, and the platform's number written back to Latchel.

use chrono::{DateTime, Utc};

use crate::engine::driver::mass_change::MassChangeGuard;
use crate::engine::phases::carriers::{Known, carriers, compared, places, sent};
use crate::engine::phases::create::{NewIntent, create_once, shown_by_now, unconfirmed};
use crate::engine::phases::export::{Case, Export, standing};
use crate::engine::phases::flow::{Applied, Flow};
use crate::ledger::Action;
use crate::model::text::same_optional;
use crate::model::{
    CloseVerdict, ClosedStatus, Difference, Job, Kind, Link, Marker, NewWorkOrder, Obstacle, Origin, Reason,
    RecordKey, Row, Side, SyncMethod, WorkOrder, WorkOrderId,
};
use crate::rules::{CloseCase, Decision, ExportAction, Trace, decide_close, differences, in_words, obstacle};
use crate::{Capabilities, Error, ErrorKind, Result};

impl Export<'_> {
    pub(in crate::engine) async fn carry_out(
        &self,
        case: &Case,
        decision: Decision<ExportAction>,
        trace: &mut Trace,
    ) -> Result<Applied> {
        match &decision.action {
            Some(ExportAction::Create(new)) => self.create(case, new, &decision).await,
            Some(ExportAction::Confirm) => {
                let link = linked(case)?;
                if self.0.is_dry() {
                    return Ok(Applied::new(decision, Action::None));
                }
                let confirmed = Applied::new(decision, Action::None).with_counterpart(&link.platform_id);
                self.follow(case, link.clone(), Known::Made, confirmed).await
            }
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

    /// Creates the work order on the platform (rule L6), then does what follows a creation.
    async fn create(
        &self,
        case: &Case,
        new: &NewWorkOrder,
        decision: &Decision<ExportAction>,
    ) -> Result<Applied> {
        let (cx, job) = (self.0, &case.rule.job);
        // Looked for before every create, not only after an interrupted one, so that even a lost ledger makes no
        // duplicate.
        let places = places(&new.property, case.memory.intent.as_deref());
        match carriers(cx, job.id, &places).await?.as_slice() {
            [] if cx.is_dry() => Ok(Applied::plain(decision.reason, Action::Create)),
            [] => {
                let link = self.create_on_platform(case, new).await?;
                let created =
                    Applied::plain(decision.reason, Action::Create).with_counterpart(&link.platform_id);
                self.follow(case, link, Known::Made, created).await
            }
            [found] => {
                // A recovered work order is compared with what was sent, as a new one is.
                let link = cx.link(Kind::WorkOrder, &found.id, job.id.0, Origin::FromLatchel);
                let (sent_for, known) = match &case.memory.intent {
                    Some(intent) => (intent.property.clone(), Known::Made),
                    None => (None, Known::ByItsMarker),
                };
                let sent_for = sent_for.or_else(|| case.rule.property.clone());
                let platform_number = Some(found.number.clone());
                let link = Link { verified_at: None, sent_for, platform_number, ..link };
                match &case.memory.intent {
                    Some(intent) if !cx.is_dry() => {
                        cx.settle_intent(intent.id, Some(&link)).await?;
                    }
                    _ => cx.put_link(&link).await?,
                }
                let recovered =
                    Applied::plain(Reason::WorkOrderRecovered, Action::Link).with_counterpart(&found.id);
                if cx.is_dry() { Ok(recovered) } else { self.follow(case, link, known, recovered).await }
            }
            several => Ok(Applied::ambiguous(Marker::for_job(job.id), several)),
        }
    }

    async fn create_on_platform(&self, case: &Case, new: &NewWorkOrder) -> Result<Link> {
        let (cx, job) = (self.0, &case.rule.job);
        let marker = Marker::for_job(job.id);
        let create = NewIntent {
            source: RecordKey::latchel(Kind::WorkOrder, job.id),
            label: self.label(job),
            marker: Some(marker),
            property: Some(new.property.clone()),
            dates: None,
            open: case.memory.intent.as_deref(),
            linked: None,
            visibility_delay: cx.platform().capabilities().visibility_delay,
        };
        let link = |id: &WorkOrderId| Link {
            sent_for: Some(new.property.clone()),
            ..cx.link(Kind::WorkOrder, id, job.id.0, Origin::FromLatchel)
        };
        let call = cx.platform().create_work_order(new, &marker);
        create_once(cx, create, call, link).await
    }

    /// Reads the platform's work order back, and goes on with rule L7, and with L8 where it is closed in Latchel
    /// already. The next run makes up for what fails here, because the link is there. What the platform did not store
    /// is reported for as long as it is missing (rule E3).
    async fn follow(&self, case: &Case, link: Link, known: Known, done: Applied) -> Result<Applied> {
        let (cx, job) = (self.0, &case.rule.job);
        let id = WorkOrderId::new(&link.platform_id);
        let Some(stored) = self.read(&id).await? else {
            if link.platform_number.is_some() {
                return self.gone(&link).await;
            }
            // The create was answered, but the work order is not shown: it may still appear.
            let sent = if link.run == cx.run { cx.clock() } else { link.created_at };
            shown_by_now(cx, sent, cx.platform().capabilities().visibility_delay)?;
            let gone = format!("the platform does not show work order {id}, which its answer named");
            return Ok(done.unconfirmed(gone));
        };
        let number = stored.number.clone();
        let unlike = differences(&sent(cx, &link, known, stored), &mut Trace::off());
        let link = compared(cx, Link { platform_number: Some(number.clone()), ..link }, &unlike);
        cx.put_link(&link).await?;

        let mut said = Vec::new();
        let mut action = done.action;
        if case.rule.method != SyncMethod::None {
            let mut link = link;
            if link.number_written_at.is_none() && case.rule.number_waits {
                said.push(format!("number {number} not written back, because writes to Latchel are off"));
            } else if link.number_written_at.is_none() {
                link = self.write_number_back(job, &link, number.clone()).await?;
                said.push(format!("number {number} written back"));
                action = if action == Action::None { Action::Update } else { action };
            }
            if !cx.platform().capabilities().assign_user && done.action == Action::Create {
                said.push("assigned to nobody, because the platform's API cannot assign".to_owned());
            }
            if let Some(status) = job.closed().filter(|status| !settled(&link, job, *status)) {
                let closed = self.close(case, &link, status, &mut Trace::off()).await?;
                said.push(closed.reason.to_string());
                action = if action == Action::None { closed.action } else { action };
            }
        }
        let detail = (!said.is_empty()).then(|| said.join("; "));
        let done = Applied { action, detail, ..done };
        Ok(if unlike.is_empty() { done } else { done.unconfirmed(in_words(&unlike)) })
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

    /// Writes the platform's number to Latchel, and reads it back (rule L7).
    async fn write_number_back(&self, job: &Job, link: &Link, number: String) -> Result<Link> {
        let cx = self.0;
        let id = WorkOrderId::new(&link.platform_id);
        cx.renew_lease().await?;
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
            verified_at: confirmed_at(link, cx.now),
            ..link.clone()
        };
        cx.put_link(&link).await?;
        Ok(link)
    }

    /// Closes the platform's work order, or decides against it, on a fresh read (rules L8, L11, L12 and L15). The link
    /// keeps the verdict.
    async fn close(
        &self,
        case: &Case,
        link: &Link,
        status: ClosedStatus,
        trace: &mut Trace,
    ) -> Result<Applied> {
        let cx = self.0;
        let id = WorkOrderId::new(&link.platform_id);
        let Some(platform) = self.read(&id).await? else {
            let gone = self.gone(link).await?;
            let counts_as_closed = !cx.platform().capabilities().lists_closed;
            return if counts_as_closed {
                self.closed_unseen(case, link, status, gone).await
            } else {
                Ok(gone)
            };
        };
        let number = platform.number.clone();
        let standing = standing::at_own_property(cx, case, &platform).await?;
        let close = CloseCase {
            assigned_to_latchel: cx.assignees.any_of(&platform.assigned_users),
            created_unassigned: never_assigned(cx.platform().capabilities(), link),
            platform,
            status,
            method: case.rule.method,
            standing,
            can_close: cx.platform().capabilities().can_close(status),
            refuses_unassigned: cx.platform().capabilities().refuses_unassigned,
        };
        let decision = decide_close(&close, trace);
        let action = if decision.action.is_some() { Action::Close } else { Action::None };
        if cx.is_dry() {
            return Ok(Applied::new(decision, action));
        }
        if decision.action.is_some() {
            cx.renew_lease().await?;
            cx.platform().close_work_order(&id, status).await?;
            let closed = self.read(&id).await?.and_then(|shown| shown.status.closed());
            if closed != Some(status) {
                return Err(unconfirmed("the new status"));
            }
        }
        let job_updated_at = case.rule.job.updated_at;
        let refused = decision.reason == Reason::NotSupportedByPlatform;
        if refused && !close.can_close {
            cx.renew_lease().await?;
            cx.platform().leave_word(&id, status).await?;
        }
        let obstacle = if refused { obstacle(&close) } else { None };
        let inactive = (obstacle == Some(Obstacle::InactiveProperty)).then_some(close.platform.property);
        let waits_for = inactive.clone();
        let verdict = CloseVerdict { status, job_updated_at, reason: decision.reason, obstacle, inactive };
        let verified_at = confirmed_at(link, cx.now);
        let confirmed = Link { platform_number: Some(number), verified_at, ..link.clone() };
        cx.put_link(&Link { close: Some(verdict), ..confirmed }).await?;
        Ok(Applied { waits_for, ..Applied::new(decision, action) })
    }

    /// Result for a linked work order that the platform does not have: it was removed. Fails if it is so new that it
    /// may not be shown yet ([`ErrorKind::Unsettled`]), or if the platform has nothing of the account any more
    /// ([`ErrorKind::MassChange`]).
    async fn gone(&self, link: &Link) -> Result<Applied> {
        let cx = self.0;
        // The run's *now* lies before what it makes: a work order of this run counts as made just now.
        let made_at = if link.run == cx.run { cx.clock() } else { link.created_at };
        shown_by_now(cx, made_at, cx.platform().capabilities().visibility_delay)?;
        MassChangeGuard { off: false }.check_source(cx, Side::Platform).await?;
        let detail = Some(format!("work order {}", link.platform_id));
        let gone = Applied { detail, ..Applied::plain(Reason::CounterpartGone, Action::None) };
        Ok(gone.with_counterpart(&link.platform_id))
    }

    /// Result for a linked work order that has left a list of open ones: it was closed there (rule L12). The link keeps the
    /// verdict, so that it costs no call in every run.
    async fn closed_unseen(
        &self,
        case: &Case,
        link: &Link,
        status: ClosedStatus,
        gone: Applied,
    ) -> Result<Applied> {
        let (reason, job_updated_at) = (Reason::StatusAlreadySet, case.rule.job.updated_at);
        if !self.0.is_dry() {
            let verdict = CloseVerdict { status, job_updated_at, reason, obstacle: None, inactive: None };
            self.0.put_link(&Link { close: Some(verdict), ..link.clone() }).await?;
        }
        let detail = Some("it is no longer among the platform's open work orders".to_owned());
        Ok(Applied { reason, detail, ..gone })
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

/// Instant of confirmation of a pair that was read back at `now`, UTC; `None` while the platform does not store all of
/// it.
fn confirmed_at(link: &Link, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    link.not_stored.is_empty().then_some(now)
}

fn settled(link: &Link, job: &Job, status: ClosedStatus) -> bool {
    link.close.as_ref().is_some_and(|verdict| verdict.covers(job, status))
}

/// True of a work order that we created and that was never assigned, because the platform cannot or did not store it.
fn never_assigned(capabilities: Capabilities, link: &Link) -> bool {
    let ours = link.origin == Origin::FromLatchel;
    (!capabilities.assign_user && ours) || link.not_stored.contains(&Difference::Assignee)
}

fn linked(case: &Case) -> Result<&Link> {
    case.rule.link.as_ref().ok_or_else(|| Error::new(ErrorKind::Ledger, "the work order has lost its link"))
}
