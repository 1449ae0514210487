use chrono::NaiveDate;

use super::trace::{OrNone, activity};
use super::{Decision, Reason, RuleId, Trace};
use crate::ledger::ResidentMemory;
use crate::model::text::{same_optional, same_text};
use crate::model::{
    LatchelResident, LatchelResidentId, NewRecords, NewResident, Policy, PropertyRef, Resident,
    ResidentPatch, Tenancy,
};

/// What is known of one resident.
#[derive(Debug, Clone)]
pub struct ResidentCase {
    /// What the platform has.
    pub platform: Resident,
    /// The tenancy that counts today, by [`current_tenancy`].
    pub tenancy: Tenancy,
    /// What Latchel has.
    pub latchel: Option<LatchelResident>,
    /// Whether the tenancy's unit is in Latchel.
    pub unit_in_latchel: bool,
    /// What we remember.
    pub memory: Option<ResidentMemory>,
}

impl ResidentCase {
    /// The unit where the resident lives by the tenancy that counts today.
    pub fn unit(&self) -> PropertyRef {
        PropertyRef::new(self.platform.id.property.clone(), self.tenancy.unit.clone())
    }
}

/// What to do in Latchel.
#[derive(Debug, Clone, PartialEq)]
pub enum ResidentAction {
    /// Create the resident.
    Create(NewResident),
    /// Change the resident.
    Update(LatchelResidentId, ResidentPatch),
}

/// Whether somebody with these dates lives there on `day`: `move_in <= day < move_out`, an absent date being open.
pub fn active(move_in: Option<NaiveDate>, move_out: Option<NaiveDate>, day: NaiveDate) -> bool {
    move_in.is_none_or(|date| date <= day) && move_out.is_none_or(|date| day < date)
}

/// The stay that counts on `today`: one that is active, or else the next, or else the last. Of several, the one with
/// the latest move-in is taken (for the next: the earliest), then the one that sorts last, so that the order in
/// which the platform lists them does not matter.
pub fn current_tenancy(tenancies: &[Tenancy], today: NaiveDate) -> Option<&Tenancy> {
    let is_active = |stay: &&Tenancy| active(stay.move_in, stay.move_out, today);
    let is_next = |stay: &&Tenancy| stay.move_in.is_some_and(|date| date > today);
    let current = tenancies.iter().filter(is_active).max_by_key(|stay| (stay.move_in, *stay));
    let next = || tenancies.iter().filter(is_next).min_by_key(|stay| (stay.move_in, *stay));
    let last = || tenancies.iter().max_by_key(|stay| (stay.move_out, *stay));
    current.or_else(next).or_else(last)
}

/// Decides rules R1 to R5 and R7. `today` is the account's local date of the run's now.
pub fn decide_resident(
    case: &ResidentCase,
    policy: &Policy,
    today: NaiveDate,
    trace: &mut Trace,
) -> Decision<ResidentAction> {
    let stay = &case.tenancy;
    let now_active = active(stay.move_in, stay.move_out, today);

    let Some(latchel) = &case.latchel else {
        trace.check(RuleId::R1, "not in Latchel", &"no counterpart", true);
        let moved_out = stay.move_out.is_some_and(|date| date <= today);
        let gone = trace.check(RuleId::R1, "has moved out", &OrNone(stay.move_out), moved_out);
        if gone && policy.residents.new_moved_out == NewRecords::Skip {
            return Decision::leave(Reason::ResidentNewMovedOut);
        }
        if trace.check(RuleId::R5, "the unit is not in Latchel", &case.unit(), !case.unit_in_latchel) {
            return waits(case);
        }
        let action = ResidentAction::Create(new_resident(case, now_active));
        return Decision::act(action, Reason::ResidentNew);
    };

    let moved_out = latchel.move_out.is_some_and(|date| today >= date);
    if trace.check(RuleId::R3, "Latchel's move-out is reached", &OrNone(latchel.move_out), moved_out) {
        let decision = Decision::leave(Reason::ResidentMovedOut);
        return match date_differences(stay, latchel) {
            Some(differences) => decision.with_detail(differences),
            None => decision,
        };
    }

    let ours = case.memory.as_ref().is_some_and(ResidentMemory::waits_for_move_in);
    let inactive = !latchel.is_active && !ours;
    if trace.check(
        RuleId::R4,
        "inactive in Latchel, not by a move-in of ours to come",
        &activity(latchel.is_active),
        inactive,
    ) {
        return Decision::leave(Reason::ResidentInactiveInLatchel);
    }
    if trace.check(RuleId::R5, "the unit is not in Latchel", &case.unit(), !case.unit_in_latchel) {
        return waits(case);
    }

    let patch = ResidentPatch {
        move_in: (latchel.move_in != stay.move_in).then_some(stay.move_in),
        move_out: (latchel.move_out != stay.move_out).then_some(stay.move_out),
        unit: (latchel.unit != stay.unit).then(|| stay.unit.clone()),
        is_active: (latchel.is_active != now_active).then_some(now_active),
    };
    let fields = patch.fields().join(", ");
    if trace.check(RuleId::R2, "dates, unit or activity differ", &fields, !patch.is_empty()) {
        let action = ResidentAction::Update(latchel.id, patch);
        return Decision::act(action, Reason::ResidentChanged).with_detail(fields);
    }

    let contact = contact_differences(&case.platform, latchel).join(", ");
    if trace.check(RuleId::R7, "only contact data differs", &contact, !contact.is_empty()) {
        return Decision::leave(Reason::ResidentContactNotSynced).with_detail(contact);
    }
    Decision::leave(Reason::ResidentUnchanged)
}

/// Decides rule R6 for a linked resident one of whose dates was reached since `memory` was evaluated.
pub fn decide_lapse(
    latchel: &LatchelResident,
    memory: &ResidentMemory,
    today: NaiveDate,
    trace: &mut Trace,
) -> Decision<ResidentAction> {
    let now_active = active(latchel.move_in, latchel.move_out, today);
    let right = latchel.is_active == now_active;
    if trace.check(
        RuleId::R6,
        "Latchel's activity is what the dates say",
        &activity(latchel.is_active),
        right,
    ) {
        return Decision::leave(Reason::ResidentUnchanged);
    }

    let ours = memory.is_active == latchel.is_active || memory.sent == Some(latchel.is_active);
    let changed = !ours;
    if trace.check(RuleId::R6, "somebody changed it in Latchel", &activity(latchel.is_active), changed) {
        // Active by hand although the dates say otherwise is left alone as well; there is nothing to bring over.
        return Decision::leave(if latchel.is_active {
            Reason::ResidentUnchanged
        } else {
            Reason::ResidentInactiveInLatchel
        });
    }

    let reason = if now_active { Reason::ResidentMovedIn } else { Reason::ResidentLapsed };
    let moved_in = now_active && !memory.waits_for_move_in();
    if trace.check(
        RuleId::R4,
        "inactive, not by a move-in of ours to come",
        &activity(memory.is_active),
        moved_in,
    ) {
        return Decision::leave(Reason::ResidentInactiveInLatchel);
    }
    let patch = ResidentPatch { is_active: Some(now_active), ..ResidentPatch::default() };
    Decision::act(ResidentAction::Update(latchel.id, patch), reason)
}

fn waits(case: &ResidentCase) -> Decision<ResidentAction> {
    Decision::leave(Reason::NoPropertyMatch).with_detail(format!("waits for {}", case.unit()))
}

fn new_resident(case: &ResidentCase, is_active: bool) -> NewResident {
    NewResident {
        reference: case.platform.id.clone(),
        name: case.platform.name.clone(),
        email: case.platform.email.clone(),
        phone: case.platform.phone.clone(),
        tenancy: case.tenancy.clone(),
        is_active,
    }
}

fn date_differences(stay: &Tenancy, latchel: &LatchelResident) -> Option<String> {
    let pairs = [("move-in", stay.move_in, latchel.move_in), ("move-out", stay.move_out, latchel.move_out)];
    let texts: Vec<_> = pairs
        .into_iter()
        .filter(|(_, platform, latchel)| platform != latchel)
        .map(|(name, platform, latchel)| {
            format!("{name}: {} on the platform, {} in Latchel", OrNone(platform), OrNone(latchel))
        })
        .collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// The contact fields that differ, by name only: their content stays out of reports.
fn contact_differences(platform: &Resident, latchel: &LatchelResident) -> Vec<&'static str> {
    [
        ("name", !same_text(&platform.name, &latchel.name)),
        ("e-mail", !same_optional(platform.email.as_deref(), latchel.email.as_deref())),
        ("phone", !same_optional(platform.phone.as_deref(), latchel.phone.as_deref())),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}
