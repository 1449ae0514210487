mod as_sent;
mod counterparts;
mod create;
mod memory;
mod twins;

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;

use crate::engine::context::Context;
use crate::engine::driver::outcome::decided_in;
use crate::engine::phases::counterparts::{Counterparts, links};
use crate::engine::phases::create::{answered, unconfirmed};
use crate::engine::phases::flow::{Applied, Displaced, Due, Flow, Gone, Learned, is_part};
use crate::engine::phases::index::index;
use crate::ledger::{Action, Intent, Outcome, Pending, RecordMemory};
use crate::model::{
    Freshness, Kind, LatchelResident, LatchelResidentId, Link, Origin, Part, Phase, PropertyRef, Reason,
    Resident, ResidentMemory, ResidentRef, Returning, Row, Side, Tenancy, Window,
};
use crate::rules::{
    Decision, ResidentAction, ResidentCase, Trace, current_tenancy, decide_gone_resident, decide_move_out,
    decide_resident, next_turn, resident_differences,
};
use crate::{Capabilities, ChangeFilter, Error, ErrorKind, Held, Pages, Result};

use as_sent::is_as_sent;
use counterparts::counterparts;
pub(in crate::engine) use memory::update;
use memory::{created, remembered};

/// Residents, platform to Latchel (rules R1 to R9; the move-outs of R6 are in [`move_outs`](super::move_outs)).
pub(in crate::engine) struct Residents<'a>(pub &'a Context<'a>);

/// Number of residents with a reached date that are looked at together.
const DUE: u32 = 200;

pub(in crate::engine) struct Case {
    rule: ResidentCase,
    memory: RecordMemory,
    /// Local date from which another stay or another unit counts, by the platform.
    turns_on: Option<NaiveDate>,
}

#[async_trait]
impl Flow for Residents<'_> {
    type Record = Resident;
    type Case = Case;
    type Action = ResidentAction;

    fn context(&self) -> &Context<'_> {
        self.0
    }

    fn phase(&self) -> Phase {
        Phase::Residents
    }

    fn pages(&self, window: Window) -> Pages<'_, Resident> {
        self.0.platform().residents(window)
    }

    async fn fetch(&self, ids: &[String]) -> Result<Vec<Row<Resident>>> {
        let reference = |id: &String| {
            let unknown = || Error::new(ErrorKind::Refused, "this is not the id of a resident at a property");
            ResidentRef::from_key(id).ok_or_else(|| unknown().with("id", id))
        };
        let refs = ids.iter().map(reference).collect::<Result<Vec<_>>>()?;
        self.0.platform().residents_by_id(&refs).await
    }

    fn id(&self, record: &Resident) -> String {
        record.id.key()
    }

    /// Residents go by their id: the ledger keeps no names of people.
    fn label(&self, _record: &Resident) -> String {
        String::new()
    }

    fn is_called(&self, record: &Resident, text: &str) -> bool {
        is_part(text, &record.name)
    }

    fn freshness<'r>(&self, record: &'r Resident) -> Option<&'r Freshness> {
        Some(&record.freshness)
    }

    async fn gather(&self, records: Vec<(Resident, RecordMemory)>) -> Result<Vec<Case>> {
        let cx = self.0;
        let stay = |resident: &Resident| {
            let none = Tenancy { unit: None, move_in: None, move_out: None };
            current_tenancy(&resident.tenancies, cx.today).unwrap_or(none)
        };
        let stays: Vec<_> = records.iter().map(|(resident, _)| stay(resident)).collect();
        let unit = |resident: &Resident, stay: &Tenancy| {
            PropertyRef::new(resident.id.property.clone(), stay.unit.clone())
        };
        let wanted = records.iter().zip(&stays).map(|((resident, _), stay)| unit(resident, stay));
        let units = cx.latchel_properties(wanted.collect()).await?;
        let latchel = counterparts(cx, &records).await?;

        let case = |(((platform, memory), latchel), stay): (((Resident, RecordMemory), _), Tenancy)| Case {
            turns_on: next_turn(&platform.tenancies, cx.today),
            rule: ResidentCase {
                home: units.get(&unit(&platform, &stay)).map(|property| property.id),
                memory: remembered(cx, &memory, Option::as_ref(&latchel)),
                created: answered(&memory).map(LatchelResidentId),
                tenancy: dated(&cx.platform().capabilities(), stay, latchel.as_ref()),
                latchel,
                platform,
            },
            memory,
        };
        Ok(records.into_iter().zip(latchel).zip(stays).map(case).collect())
    }

    fn record<'c>(&self, case: &'c Case) -> &'c Resident {
        &case.rule.platform
    }

    fn memory<'c>(&self, case: &'c Case) -> &'c RecordMemory {
        &case.memory
    }

    fn decide(&self, case: &Case, trace: &mut Trace) -> Decision<ResidentAction> {
        decide_resident(&case.rule, self.0.policy(), self.0.today, trace)
    }

    fn reached_date(&self, case: &Case, trace: &mut Trace) -> Option<Decision<ResidentAction>> {
        let (cx, latchel) = (self.0, case.rule.latchel.as_ref()?);
        let memory = case.memory.link.as_deref()?.resident.as_ref()?;
        let reached =
            |day: Option<NaiveDate>| day.is_some_and(|day| memory.evaluated_on < day && day <= cx.today);
        if reached(memory.move_out) {
            return Some(decide_move_out(latchel, memory, cx.today, trace));
        }
        memory.is_due(cx.today).then(|| self.decide(case, trace))
    }

    fn learned(&self, case: &Case) -> Option<Learned> {
        let (latchel, cx) = (case.rule.latchel.as_ref()?, self.0);
        if let Some(link) = case.memory.link.as_deref().filter(|link| link.latchel_id == latchel.id.0) {
            return self.still_linked(case, link, latchel).map(Learned::link);
        }
        let link = |origin, memory| Link {
            resident: Some(ResidentMemory { turns_on: case.turns_on, ..memory }),
            ..cx.link(Kind::Resident, &case.rule.platform.id, latchel.id.0, origin)
        };
        Some(match &case.memory.intent {
            Some(intent) if !cx.is_dry() => {
                let memory = created(cx, latchel, intent);
                Learned::created(intent.id, link(Origin::FromPlatform, memory))
            }
            _ => Learned::link(link(Origin::Found, ResidentMemory::of(latchel, cx.today))),
        })
    }

    async fn apply(
        &self,
        case: &Case,
        decision: Decision<ResidentAction>,
        _trace: &mut Trace,
    ) -> Result<Applied> {
        let cx = self.0;
        match &decision.action {
            Some(ResidentAction::Create(_)) if cx.is_dry() => Ok(Applied::new(decision, Action::Create)),
            Some(ResidentAction::Create(new)) => {
                let link = self.create(new, case).await?;
                Ok(Applied::created(decision, link))
            }
            Some(ResidentAction::Update(_, patch)) => {
                if let (Some(latchel), false) = (&case.rule.latchel, cx.is_dry()) {
                    update(cx, latchel, patch, &self.adopted(case, latchel)).await?;
                }
                let action = if patch.is_active == Some(false) { Action::Deactivate } else { Action::Update };
                Ok(Applied::new(decision, action))
            }
            None => Ok(Applied::new(decision, Action::None)),
        }
    }

    async fn obstacles(&self, creates: &[&Case]) -> Result<Vec<Option<Held>>> {
        twins::of_residents(self, creates).await
    }

    fn kind_of(&self, action: &ResidentAction) -> Action {
        kind_of(action)
    }

    fn lists_everything(&self) -> bool {
        self.0.platform().capabilities().residents_since == ChangeFilter::None
    }

    /// A person who is new at a property may have left another.
    fn displaces(&self, record: &Resident) -> Option<Displaced> {
        Some(Displaced::Beginning(format!("{}@", record.id.resident)))
    }

    async fn gone(&self, linked: Vec<RecordMemory>, trace: &mut Trace) -> Result<Vec<Gone<ResidentAction>>> {
        let cx = self.0;
        let linked: Vec<_> = linked.into_iter().map(|memory| ((), memory)).collect();
        let ids: Vec<_> = links(&linked).map(LatchelResidentId).collect();
        let mut found = Counterparts::none(linked.len());
        if !ids.is_empty() {
            found.linked(&linked, cx.latchel().residents_by_id(&ids).await?, |resident| resident.id.0);
        }
        let gone = |(((), memory), latchel): (((), RecordMemory), Option<LatchelResident>)| {
            let decision = decide_gone_resident(latchel.as_ref(), cx.today, trace);
            let counterpart = latchel.and_then(|latchel| serde_json::to_value(latchel).ok());
            Gone { memory, decision, counterpart }
        };
        Ok(linked.into_iter().zip(found).map(gone).collect())
    }

    async fn read_back(&self, created: &[(&Case, &Link)]) -> Result<Vec<Result<Link>>> {
        let ids: Vec<_> = created.iter().map(|(_, link)| LatchelResidentId(link.latchel_id)).collect();
        let read = index(self.0.latchel().residents_by_id(&ids).await?, |one| Some(one.id));
        let is_shown = |(case, link): &(&Case, &Link)| {
            let shown = read.get(&LatchelResidentId(link.latchel_id));
            match self.decide(case, &mut Trace::off()).action {
                Some(ResidentAction::Create(new)) if shown.is_some_and(|one| is_as_sent(one, &new)) => {
                    Ok((*link).clone())
                }
                _ => Err(unconfirmed("the new resident")),
            }
        };
        Ok(created.iter().map(is_shown).collect())
    }

    fn deactivates(&self, action: &ResidentAction) -> bool {
        matches!(action, ResidentAction::Update(_, patch) if patch.is_active == Some(false))
    }

    fn creates(&self, action: &ResidentAction) -> bool {
        matches!(action, ResidentAction::Create(_))
    }

    fn counterpart(&self, case: &Case) -> Option<String> {
        case.rule.latchel.as_ref().map(|resident| resident.id.to_string())
    }

    fn unsettled<'c>(&self, case: &'c Case) -> Option<(&'c Intent, Duration)> {
        let intent = case.memory.intent.as_deref().filter(|_| case.rule.latchel.is_none())?;
        Some((intent, self.0.latchel().visibility_delay()))
    }

    fn waits_for(&self, case: &Case, reason: Reason) -> Option<PropertyRef> {
        (reason == Reason::NoPropertyMatch).then(|| case.rule.unit())
    }

    fn waits_until(&self, case: &Case, reason: Reason) -> Option<NaiveDate> {
        case.turns_on.filter(|_| reason == Reason::NoPropertyMatch)
    }

    async fn ready(&self, pending: &[Pending]) -> Result<Vec<bool>> {
        let there = ready_by_property(self.0, pending).await?;
        let turned = |one: &Pending| one.outcome.waits_until.is_some_and(|day| day <= self.0.today);
        Ok(pending.iter().zip(there).map(|(one, there)| there || turned(one)).collect())
    }

    /// Residents whose move-in was reached (rule R6), or of whom another stay or unit counts now. Pending ones are
    /// tried with the pending records. Those no longer in Latchel, or not on the platform the last time, wait for a
    /// change there. Move-outs were evaluated before (see [`move_outs`](super::move_outs)).
    async fn due(&self, after: Option<&str>) -> Result<Option<Due>> {
        let cx = self.0;
        let links = cx.ledger().with_reached_dates(cx.account(), cx.today, after, DUE).await?;
        let Some(last) = links.last().map(|link| link.platform_id.clone()) else { return Ok(None) };
        let ids = links.into_iter().map(|link| link.platform_id);
        let mut memories = cx.recall(Kind::Resident, Side::Platform, ids).await?;
        memories.retain(|memory| {
            !decided_in(memory, cx)
                && !memory
                    .outcome
                    .as_deref()
                    .is_some_and(|newest| newest.is_tried_again() || is_absent(newest))
        });
        let ids: Vec<_> = memories
            .iter()
            .filter_map(|memory| Some(LatchelResidentId(memory.link.as_deref()?.latchel_id)))
            .collect();
        if ids.is_empty() {
            return Ok(Some(Due { last, memories: Vec::new() }));
        }
        let there = index(cx.latchel().residents_by_id(&ids).await?, |one| Some(one.id));
        memories.retain(|memory| {
            let Some(link) = memory.link.as_deref() else { return false };
            let turns_on = link.resident.as_ref().and_then(|memory| memory.turns_on);
            let turned = turns_on.is_some_and(|day| day <= cx.today);
            let latchel = there.get(&LatchelResidentId(link.latchel_id));
            latchel.is_some_and(|one| turned || one.move_out.is_none_or(|day| cx.today < day))
        });
        Ok(Some(Due { last, memories }))
    }

    /// Looks again at residents who were set inactive before the platform's list came: by that they may stay (rule R9).
    fn look_later(&self, memory: &RecordMemory) -> Option<Link> {
        let lapsed = memory.outcome.as_deref().is_some_and(|newest| newest.reason == Reason::ResidentLapsed);
        let corrects = self.0.policy().residents.returning == Returning::Correct;
        let link = memory.link.as_deref().filter(|_| lapsed && corrects)?;
        let kept = ResidentMemory { turns_on: Some(self.0.today), ..link.resident.clone()? };
        Some(Link { resident: Some(kept), ..link.clone() })
    }

    fn differing(&self, case: &Case) -> Vec<Part> {
        let latchel = case.rule.latchel.as_ref();
        latchel.map(|latchel| resident_differences(&case.rule, latchel, self.0.today)).unwrap_or_default()
    }

    fn changed(&self, action: &ResidentAction) -> Vec<Part> {
        match action {
            ResidentAction::Create(_) => Vec::new(),
            ResidentAction::Update(_, patch) => patch.parts(),
        }
    }

    fn sides(&self, case: &Case) -> (Option<serde_json::Value>, Option<serde_json::Value>) {
        (serde_json::to_value(&case.rule.platform).ok(), serde_json::to_value(&case.rule.latchel).ok())
    }
}

/// Name of what carrying the action out does.
pub(in crate::engine) fn kind_of(action: &ResidentAction) -> Action {
    match action {
        ResidentAction::Create(_) => Action::Create,
        ResidentAction::Update(_, patch) if patch.is_active == Some(false) => Action::Deactivate,
        ResidentAction::Update(..) => Action::Update,
    }
}

/// True if the platform had no such resident when it was asked last.
pub(in crate::engine) fn is_absent(newest: &Outcome) -> bool {
    newest.reason.is_gone() || newest.reason == Reason::NotSupported
}

/// Tells for each pending record, in order, if it is worth a look: one that waits for a property is, once that is in
/// Latchel.
pub(in crate::engine) async fn ready_by_property(cx: &Context<'_>, pending: &[Pending]) -> Result<Vec<bool>> {
    let wanted: HashSet<_> = pending.iter().filter_map(|one| one.outcome.waits_for.clone()).collect();
    let there = cx.latchel_properties(wanted).await?;
    let ready =
        |one: &Pending| one.outcome.waits_for.as_ref().is_none_or(|property| there.contains_key(property));
    Ok(pending.iter().map(ready).collect())
}

impl Residents<'_> {
    /// The link, also where this run has just made it, with what is remembered of the resident.
    fn adopted(&self, case: &Case, latchel: &LatchelResident) -> Link {
        let origin = if case.memory.intent.is_some() { Origin::FromPlatform } else { Origin::Found };
        let new = || self.0.link(Kind::Resident, &case.rule.platform.id, latchel.id.0, origin);
        let link = case.memory.link.as_deref().cloned().unwrap_or_else(new);
        let memory = case.rule.memory.clone().unwrap_or_else(|| ResidentMemory::of(latchel, self.0.today));
        Link { resident: Some(ResidentMemory { turns_on: case.turns_on, ..memory }), ..link }
    }

    /// The link with what the look-up taught, if that is anything new: a change by somebody in Latchel, a write of ours
    /// that arrived, the date to look again. A reached date counts as evaluated if nothing is to be written because of
    /// it.
    fn still_linked(&self, case: &Case, link: &Link, latchel: &LatchelResident) -> Option<Link> {
        let today = self.0.today;
        // The new record is there. If it differs from what was sent, it is decided as any other.
        let verified_at = if link.awaits_confirmation() { Some(self.0.now) } else { link.verified_at };
        let with = |memory| Link { resident: Some(memory), verified_at, ..link.clone() };
        let Some(memory) = &link.resident else {
            return Some(with(ResidentMemory {
                turns_on: case.turns_on,
                ..ResidentMemory::of(latchel, today)
            }));
        };
        let mut kept = ResidentMemory { turns_on: case.turns_on, ..memory.followed(latchel) };
        let redated = (kept.move_in, kept.move_out) != (memory.move_in, memory.move_out);
        let has_moved_out = latchel.is_active && latchel.move_out.is_some_and(|day| day <= today);
        if (redated || memory.is_due(today)) && !has_moved_out {
            let decision = self.decide(case, &mut Trace::off());
            if decision.action.is_none() && decision.reason != Reason::NoPropertyMatch {
                kept.evaluated_on = today;
            }
        }
        let linked = with(kept);
        (linked != *link).then_some(linked)
    }
}

/// The stay, with Latchel's own dates where the platform has no such dates (rule R2): what it cannot know clears nothing.
fn dated(able: &Capabilities, stay: Tenancy, latchel: Option<&LatchelResident>) -> Tenancy {
    let (move_in, move_out) = latchel.map_or((None, None), |one| (one.move_in, one.move_out));
    Tenancy {
        move_in: if able.move_in { stay.move_in } else { move_in },
        move_out: if able.move_out { stay.move_out } else { move_out },
        ..stay
    }
}
