use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;

use super::context::Context;
use super::counterparts::{Counterparts, links};
use super::create::{NewIntent, create_once, unconfirmed};
use super::flow::{Applied, Displaced, Flow, Gone, Learned};
use crate::ledger::{Action, Intent, Link, Memory, Origin, Pending, Phase, ResidentMemory};
use crate::model::{
    Freshness, Kind, LatchelResident, LatchelResidentId, NewResident, PropertyRef, RecordKey, Resident,
    ResidentPatch, ResidentRef, Row, Tenancy, Window,
};
use crate::rules::{
    Decision, Reason, ResidentAction, ResidentCase, Trace, current_tenancy, decide_gone_resident,
    decide_resident,
};
use crate::{ChangeFilter, Error, ErrorKind, Pages, Result};

/// Residents, platform to Latchel (rules R1 to R5, R7 and R8; R6 is [`lapse`](super::lapse)).
pub(super) struct Residents<'a>(pub &'a Context<'a>);

pub(super) struct Case {
    rule: ResidentCase,
    memory: Memory,
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

    fn freshness<'r>(&self, record: &'r Resident) -> Option<&'r Freshness> {
        Some(&record.freshness)
    }

    async fn gather(&self, records: Vec<(Resident, Memory)>) -> Result<Vec<Case>> {
        let cx = self.0;
        let tenancy = |resident: &Resident| {
            let none = Tenancy { unit: None, move_in: None, move_out: None };
            current_tenancy(&resident.tenancies, cx.today).cloned().unwrap_or(none)
        };
        let unit =
            |resident: &Resident| PropertyRef::new(resident.id.property.clone(), tenancy(resident).unit);
        let units =
            cx.latchel_properties(records.iter().map(|(resident, _)| unit(resident)).collect()).await?;
        let latchel = counterparts(cx, &records).await?;

        let case = |((platform, memory), latchel): ((Resident, Memory), Option<LatchelResident>)| Case {
            rule: ResidentCase {
                tenancy: tenancy(&platform),
                unit_in_latchel: units.contains_key(&unit(&platform)),
                memory: remembered(cx, &memory, latchel.as_ref()),
                latchel,
                platform,
            },
            memory,
        };
        Ok(records.into_iter().zip(latchel).map(case).collect())
    }

    fn record<'c>(&self, case: &'c Case) -> &'c Resident {
        &case.rule.platform
    }

    fn memory<'c>(&self, case: &'c Case) -> &'c Memory {
        &case.memory
    }

    fn decide(&self, case: &Case, trace: &mut Trace) -> Decision<ResidentAction> {
        decide_resident(&case.rule, self.0.policy(), self.0.today, trace)
    }

    fn learned(&self, case: &Case) -> Option<Learned> {
        let (latchel, cx) = (case.rule.latchel.as_ref()?, self.0);
        if let Some(link) = case.memory.link.as_deref().filter(|link| link.latchel_id == latchel.id.0) {
            return with_dates(cx, link, latchel).map(Learned::link);
        }
        let link = |origin, evaluated_on| Link {
            resident: Some(ResidentMemory { evaluated_on, ..seen(latchel, cx) }),
            ..cx.link(Kind::Resident, &case.rule.platform.id, latchel.id.0, origin)
        };
        Some(match &case.memory.intent {
            // What was sent was right on that day; dates may have passed since (rule R6).
            Some(intent) if !cx.is_dry() => {
                Learned::created(intent.id, link(Origin::FromPlatform, cx.date(intent.created_at)))
            }
            _ => Learned::link(link(Origin::Found, cx.today)),
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
                Ok(Applied::new(decision, Action::Create).with_counterpart(link.latchel_id))
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

    fn lists_everything(&self) -> bool {
        self.0.platform().capabilities().residents_since == ChangeFilter::None
    }

    /// Whoever is new at a property may have gone there from another.
    fn displaces(&self, record: &Resident) -> Option<Displaced> {
        Some(Displaced::Beginning(format!("{}@", record.id.resident)))
    }

    async fn gone(&self, linked: Vec<Memory>, trace: &mut Trace) -> Result<Vec<Gone<ResidentAction>>> {
        let cx = self.0;
        let linked: Vec<_> = linked.into_iter().map(|memory| ((), memory)).collect();
        let ids: Vec<_> = links(&linked).map(LatchelResidentId).collect();
        let mut found = Counterparts::none(linked.len());
        if !ids.is_empty() {
            found.linked(&linked, cx.latchel().residents_by_id(&ids).await?, |resident| resident.id.0);
        }
        let gone = |(((), memory), latchel): (((), Memory), Option<LatchelResident>)| {
            let decision = decide_gone_resident(latchel.as_ref(), cx.today, trace);
            let counterpart = latchel.and_then(|latchel| serde_json::to_value(latchel).ok());
            Gone { memory, decision, counterpart }
        };
        Ok(linked.into_iter().zip(found).map(gone).collect())
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

    async fn ready(&self, pending: &[Pending]) -> Result<Vec<bool>> {
        ready_by_property(self.0, pending).await
    }

    fn sides(&self, case: &Case) -> (Option<serde_json::Value>, Option<serde_json::Value>) {
        (serde_json::to_value(&case.rule.platform).ok(), serde_json::to_value(&case.rule.latchel).ok())
    }
}

/// A record that waits for a property is worth a look, and a call, once the property is in Latchel.
pub(super) async fn ready_by_property(cx: &Context<'_>, pending: &[Pending]) -> Result<Vec<bool>> {
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
        Link { resident: case.rule.memory.clone(), ..link }
    }

    async fn create(&self, new: &NewResident, case: &Case) -> Result<Link> {
        let cx = self.0;
        let create = NewIntent {
            source: RecordKey::platform(Kind::Resident, &new.reference),
            label: String::new(),
            marker: None,
            open: case.memory.intent.as_deref(),
            linked: case.memory.link.as_deref(),
            visibility_delay: cx.latchel().visibility_delay(),
        };
        let confirm = async |id: LatchelResidentId| {
            let read = cx.latchel().residents_by_id(&[id]).await?;
            let shown = read.iter().find(|one| {
                one.reference.as_ref() == Some(&new.reference)
                    && one.is_active == new.is_active
                    && (one.move_in, one.move_out) == (new.tenancy.move_in, new.tenancy.move_out)
                    && one.unit == new.tenancy.unit
            });
            let Some(resident) = shown else { return Err(unconfirmed("the new resident")) };
            let link = cx.link(Kind::Resident, &new.reference, id.0, Origin::FromPlatform);
            Ok(Link { resident: Some(seen(resident, cx)), ..link })
        };
        create_once(cx, create, cx.latchel().create_resident(new), confirm).await
    }
}

/// What we remember of a resident; of one whose create was sent and not confirmed, that it is as Latchel shows it.
fn remembered(
    cx: &Context<'_>,
    memory: &Memory,
    latchel: Option<&LatchelResident>,
) -> Option<ResidentMemory> {
    match (&memory.link, &memory.intent, latchel) {
        (Some(link), _, Some(latchel)) => link.resident.as_ref().map(|memory| followed(memory, latchel)),
        (Some(link), _, None) => link.resident.clone(),
        (None, Some(intent), Some(latchel)) => {
            Some(ResidentMemory { evaluated_on: cx.date(intent.created_at), ..seen(latchel, cx) })
        }
        _ => None,
    }
}

/// What is remembered, with the dates that Latchel has, and an activity that was sent if Latchel shows it.
pub(super) fn followed(memory: &ResidentMemory, latchel: &LatchelResident) -> ResidentMemory {
    let mut followed =
        ResidentMemory { move_in: latchel.move_in, move_out: latchel.move_out, ..memory.clone() };
    if memory.sent == Some(latchel.is_active) {
        (followed.is_active, followed.sent) = (latchel.is_active, None);
    }
    followed
}

/// The link that follows dates which somebody changed in Latchel, if they did, so that rule R6 looks at the days that Latchel has; and takes an
/// activity that we sent, without having seen it arrive, as written once Latchel shows it.
fn with_dates(cx: &Context<'_>, link: &Link, latchel: &LatchelResident) -> Option<Link> {
    let kept = match &link.resident {
        Some(memory) => Some(followed(memory, latchel)).filter(|kept| kept != memory)?,
        None => seen(latchel, cx),
    };
    Some(Link { resident: Some(kept), ..link.clone() })
}

/// Changes a resident, confirms it by reading back, and remembers what Latchel holds now. A new activity is written down
/// before it is sent, so that if its answer is lost it is not taken for somebody's change in Latchel.
pub(super) async fn update(
    cx: &Context<'_>,
    latchel: &LatchelResident,
    patch: &ResidentPatch,
    base: &Link,
) -> Result<()> {
    let id = latchel.id;
    if patch.is_active.is_some() {
        let memory =
            base.resident.as_ref().map_or_else(|| seen(latchel, cx), |memory| followed(memory, latchel));
        let sending = ResidentMemory { sent: patch.is_active, ..memory };
        cx.put_link(&Link { resident: Some(sending), ..base.clone() }).await?;
    }
    cx.hold().await?;
    cx.latchel().update_resident(id, patch).await?;
    let read = cx.latchel().residents_by_id(&[id]).await?;
    let Some(resident) = read.iter().find(|resident| shows(resident, patch)) else {
        return Err(unconfirmed("the change"));
    };
    cx.put_link(&Link { resident: Some(seen(resident, cx)), verified_at: Some(cx.now), ..base.clone() }).await
}

/// What to remember of a resident as Latchel holds it now.
pub(super) fn seen(resident: &LatchelResident, cx: &Context<'_>) -> ResidentMemory {
    ResidentMemory {
        move_in: resident.move_in,
        move_out: resident.move_out,
        is_active: resident.is_active,
        sent: None,
        evaluated_on: cx.today,
    }
}

fn shows(resident: &LatchelResident, patch: &ResidentPatch) -> bool {
    patch.move_in.is_none_or(|date| date == resident.move_in)
        && patch.move_out.is_none_or(|date| date == resident.move_out)
        && patch.unit.as_ref().is_none_or(|unit| *unit == resident.unit)
        && patch.is_active.is_none_or(|is_active| is_active == resident.is_active)
}

/// Each resident's counterpart: the linked one, else one that carries the reference.
async fn counterparts(
    cx: &Context<'_>,
    records: &[(Resident, Memory)],
) -> Result<Counterparts<LatchelResident>> {
    let mut found = Counterparts::none(records.len());
    let ids: Vec<_> = links(records).map(LatchelResidentId).collect();
    if !ids.is_empty() {
        found.linked(records, cx.latchel().residents_by_id(&ids).await?, |resident| resident.id.0);
    }
    let refs = found.missing(records, |resident| resident.id.clone());
    if !refs.is_empty() {
        let by_ref = cx.latchel().residents_by_ref(&refs).await?;
        let keys = (|one: &LatchelResident| one.id.0, |one: &LatchelResident| one.reference.clone());
        found.referred(records, |resident| resident.id.clone(), by_ref, keys);
    }
    Ok(found)
}
