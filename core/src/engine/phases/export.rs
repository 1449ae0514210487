mod apply;
mod case;
mod held_back;
mod referred_to;
mod standing;

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;

pub(in crate::engine) use case::Case;
use referred_to::ReferredTo;

use crate::engine::context::Context;
use crate::engine::phases::carriers;
use crate::engine::phases::flow::{Applied, Flow, Learned};
use crate::engine::phases::index::distinct;
use crate::engine::phases::owners::Owners;
use crate::engine::phases::places::Places;
use crate::engine::phases::taken_over;
use crate::ledger::{Action, Intent, Pending, RecordMemory};
use crate::model::{
    Freshness, Job, JobId, Kind, LatchelResidentId, Link, Origin, Part, Phase, PropertyRef, Reach, Reason,
    ResidentId, ResidentRef, Row, RuleId, Window,
};
use crate::rules::{Decision, ExportAction, ExportCase, Standing, Trace, decide_export, sync_method};
use crate::words::local;
use crate::{LatchelWrite, Pages, Result};

/// Work orders, Latchel to platform (rules L2 to L12).
pub(in crate::engine) struct Export<'a>(pub &'a Context<'a>);

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
            Some(number) => format!("#{number} {}", record.name).trim_end().to_owned(),
            None => record.name.clone(),
        }
    }

    fn is_called(&self, record: &Job, text: &str) -> bool {
        record.number.as_deref() == Some(text)
    }

    /// Latchel's list is the window.
    fn freshness<'r>(&self, _record: &'r Job) -> Option<&'r Freshness> {
        None
    }

    fn stamps(&self, job: &Job) -> Freshness {
        Freshness::Stamped { created_at: Some(job.created_at), updated_at: Some(job.updated_at) }
    }

    async fn gather(&self, records: Vec<(Job, RecordMemory)>) -> Result<Vec<Case>> {
        let cx = self.0;
        let latchel_user = cx.assignee()?;
        let can_create = cx.platform().capabilities().create_work_order;
        let number_waits = cx.latchel().holds(&LatchelWrite::Update).await?.is_some();
        let places =
            Places::look_up(cx, &distinct(records.iter().filter_map(|(job, _)| job.property))).await?;
        let residents = requesters(cx, &records, &places).await?;
        let mut owners = Owners::look_up(cx, &records).await?;
        let referred_to = ReferredTo::look_up(cx, &records).await?;

        let mut cases: Vec<Case> = records
            .into_iter()
            .map(|(job, memory)| {
                let latchel = job.property.and_then(|id| places.latchel(id));
                let property = job.property.and_then(|id| places.on_platform(id));
                let reference = job.work_order.as_ref().filter(|_| memory.link.is_none());
                let foreign = reference.filter(|own| referred_to.is_foreign(own, property.as_ref())).cloned();
                let rule = ExportCase {
                    method: sync_method(cx.policy(), latchel, property.as_ref(), &cx.portfolios),
                    resident: job.resident.and_then(|id| residents.get(&id).cloned()),
                    link: memory
                        .link
                        .clone()
                        .map_or_else(|| referred(cx, &job), |link| Some(as_shown(cx, *link, &job)))
                        .filter(|_| foreign.is_none()),
                    foreign,
                    property,
                    disbelieved: None,
                    reach: Reach::Unknown,
                    standing: Standing::NotAsked,
                    latchel_user: latchel_user.clone(),
                    can_create,
                    number_waits,
                    sync_start: cx.sync_start,
                    job,
                };
                let claimed_by = owners.other_than(&rule.job, &memory);
                Case { rule, memory, claimed_by }
            })
            .collect();
        self.look_up_reach(&mut cases).await?;
        self.disbelieve(&mut cases, &places).await?;
        standing::look_up(cx, &mut cases).await?;
        self.look_up_unsettled(&mut cases).await?;
        Ok(cases)
    }

    fn record<'c>(&self, case: &'c Case) -> &'c Job {
        &case.rule.job
    }

    fn memory<'c>(&self, case: &'c Case) -> &'c RecordMemory {
        &case.memory
    }

    fn decide(&self, case: &Case, trace: &mut Trace) -> Decision<ExportAction> {
        if let Some(other) = case.claimed_by {
            let question = "Is the platform's linked to no other?";
            trace.check(RuleId::E1, question, &format_args!("no, to Latchel's {other}"), true);
            let detail = format!("Latchel's {other} and {} refer to one work order", case.rule.job.id);
            return Decision::leave(Reason::MarkerAmbiguous).with_detail(detail);
        }
        let decision = decide_export(&case.rule, trace);
        match decision.reason {
            Reason::BeforeSyncStart => {
                let start = local(self.0.sync_start, self.0.zone());
                decision.with_detail(format!("sync start: {start}"))
            }
            _ => decision,
        }
    }

    /// The link by what Latchel shows of the pair, if the ledger has another or none.
    fn learned(&self, case: &Case) -> Option<Learned> {
        let link = case.rule.link.as_ref().filter(|_| case.claimed_by.is_none())?;
        (case.memory.link.as_deref() != Some(link)).then(|| Learned::link(link.clone()))
    }

    async fn apply(
        &self,
        case: &Case,
        decision: Decision<ExportAction>,
        trace: &mut Trace,
    ) -> Result<Applied> {
        self.carry_out(case, decision, trace).await
    }

    fn kind_of(&self, action: &ExportAction) -> Action {
        match action {
            ExportAction::Create(_) => Action::Create,
            ExportAction::Confirm | ExportAction::WriteNumberBack => Action::Update,
            ExportAction::Close(_) => Action::Close,
        }
    }

    fn unsettled<'c>(&self, case: &'c Case) -> Option<(&'c Intent, Duration)> {
        let intent = case.memory.intent.as_deref().filter(|_| case.rule.link.is_none())?;
        Some((intent, self.0.platform().capabilities().visibility_delay))
    }

    fn counterpart(&self, case: &Case) -> Option<String> {
        case.rule.link.as_ref().map(|link| link.platform_id.clone())
    }

    /// A write that the method bars (rule L4), and a close or create that the platform bars (rule L15), wait for the
    /// property.
    fn waits_for(&self, case: &Case, reason: Reason) -> Option<PropertyRef> {
        let property = || case.rule.property.clone();
        let job = &case.rule.job;
        match (reason, &case.rule.link, job.closed()) {
            (Reason::MethodNone, Some(link), _) if link.awaits_number() => property(),
            (Reason::MethodNone, Some(link), Some(status)) => {
                let settled = link.close.as_ref().is_some_and(|one| one.covers(job, status));
                if settled { None } else { property() }
            }
            (Reason::NotSupportedByPlatform, None, _) => {
                property().filter(|_| case.rule.standing == Standing::Closed)
            }
            (Reason::NotSupportedByPlatform, Some(link), Some(status)) => {
                let inactive = link.close.as_ref().and_then(|verdict| verdict.inactive.clone());
                inactive.or_else(property).filter(|_| self.0.platform().capabilities().can_close(status))
            }
            _ => None,
        }
    }

    /// All pending records are worth a look, because Latchel is asked for them in one call, except those that are held
    /// back.
    async fn ready(&self, pending: &[Pending]) -> Result<Vec<bool>> {
        held_back::ready(self.0, pending).await
    }

    fn changed(&self, action: &ExportAction) -> Vec<Part> {
        match action {
            ExportAction::Create(_) | ExportAction::Confirm => Vec::new(),
            ExportAction::WriteNumberBack => vec![Part::Number],
            ExportAction::Close(_) => vec![Part::Status],
        }
    }

    fn sides(&self, case: &Case) -> (Option<serde_json::Value>, Option<serde_json::Value>) {
        (None, serde_json::to_value(&case.rule.job).ok())
    }
}

impl Export<'_> {
    /// Searches for what creates of unknown outcome made, for records for which nothing is to be created any more. For
    /// the others, [`Self::create`] searches.
    async fn look_up_unsettled(&self, cases: &mut [Case]) -> Result<()> {
        let cx = self.0;
        for case in cases.iter_mut().filter(|case| case.memory.intent.is_some() && case.rule.link.is_none()) {
            let decision = decide_export(&case.rule, &mut Trace::off());
            if matches!(decision.action, Some(ExportAction::Create(_))) {
                continue;
            }
            let job = case.rule.job.id;
            let Some(property) = &case.rule.property else { continue };
            let places = carriers::places(property, case.memory.intent.as_deref());
            if let [found] = carriers::carriers(cx, job, &places).await?.as_slice() {
                let link = cx.link(Kind::WorkOrder, &found.id, job.0, Origin::FromLatchel);
                let sent_for = case.memory.intent.as_deref().and_then(|intent| intent.property.clone());
                case.rule.link = Some(Link { verified_at: None, sent_for, ..link });
            }
        }
        Ok(())
    }

    /// Holds creates back at properties that only a reference names, where references in Latchel may be another program's.
    async fn disbelieve(&self, cases: &mut [Case], places: &Places) -> Result<()> {
        let by_reference = |case: &Case| {
            let creates = || decide_export(&case.rule, &mut Trace::off()).action;
            case.rule.job.property.is_some_and(|id| places.is_known_by_reference(id))
                && matches!(creates(), Some(ExportAction::Create(_)))
        };
        for case in cases.iter_mut().filter(|case| by_reference(case)) {
            case.rule.disbelieved = self.0.adoption().await?.disbelief().map(str::to_owned);
        }
        Ok(())
    }

    async fn look_up_reach(&self, cases: &mut [Case]) -> Result<()> {
        let cx = self.0;
        if !cx.platform().capabilities().knows_reach {
            return Ok(());
        }
        // A platform that cannot assign needs no Latchel user, and then there is nobody whose reach matters.
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
}

/// Updates the link by what the Latchel work order shows. If it refers to the platform's one, the number was written,
/// though the answer to that write was lost. If it is open again, the verdict about closing goes, so that it can be
/// closed once more.
fn as_shown(cx: &Context<'_>, mut link: Link, job: &Job) -> Link {
    if job.closed().is_none() {
        link.close = None;
    }
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

/// The platform's ids of those who asked for new work orders: of one who was taken over by the link (rule A2), of others by the
/// reference, unless it is another program's.
async fn requesters(
    cx: &Context<'_>,
    records: &[(Job, RecordMemory)],
    places: &Places,
) -> Result<HashMap<LatchelResidentId, ResidentId>> {
    let new = || records.iter().filter(|(_, memory)| memory.link.is_none()).map(|(job, _)| job);
    let ids = distinct(new().filter_map(|job| job.resident));
    let adopted = taken_over::by_id(cx, Kind::Resident, ids.iter().map(|id| id.0)).await?;
    let known = adopted
        .into_iter()
        .filter_map(|(id, key)| Some((LatchelResidentId(id), ResidentRef::from_key(&key)?.resident)));
    let mut known: HashMap<_, _> = known.collect();
    let is_ours = |job: &&Job| job.property.is_none_or(|id| !places.has_others_references(id));
    let ids =
        distinct(new().filter(is_ours).filter_map(|job| job.resident).filter(|id| !known.contains_key(id)));
    let residents = if ids.is_empty() { Vec::new() } else { cx.latchel().residents_by_id(&ids).await? };
    known.extend(residents.into_iter().filter_map(|one| Some((one.id, one.reference?.resident))));
    Ok(known)
}
