use chrono::NaiveDate;

use super::trace::{OrNone, UnitName, activity, differs, yes};
use super::{Decision, Trace, active};
use crate::model::text::{same_optional, same_text};
use crate::model::{
    Home, LatchelPropertyId, LatchelResident, LatchelResidentId, NewRecords, NewResident, Part, Policy,
    PropertyRef, Reason, Resident, ResidentMemory, ResidentPatch, Returning, RuleId, Tenancy,
};

/// Facts about one resident.
#[derive(Debug, Clone)]
pub struct ResidentCase {
    /// The resident on the platform.
    pub platform: Resident,
    /// The stay that counts today, by [`current_tenancy`](super::current_tenancy).
    pub tenancy: Tenancy,
    /// The counterpart in Latchel.
    pub latchel: Option<LatchelResident>,
    /// Id that Latchel answered to our create, and that no read-back has shown yet (rule E3).
    pub created: Option<LatchelResidentId>,
    /// The property in Latchel that the tenancy's unit is.
    pub home: Option<LatchelPropertyId>,
    /// Our memory, with what Latchel shows of a write whose answer was lost.
    pub memory: Option<ResidentMemory>,
}

impl ResidentCase {
    /// The unit where the resident lives by the tenancy that counts today.
    pub fn unit(&self) -> PropertyRef {
        PropertyRef::new(self.platform.id.property.clone(), self.tenancy.unit.clone())
    }
}

/// Action to take in Latchel.
#[derive(Debug, Clone, PartialEq)]
pub enum ResidentAction {
    /// Create the resident.
    Create(NewResident),
    /// Change the resident.
    Update(LatchelResidentId, ResidentPatch),
}

/// Decides rules R1 to R5, R7 and R9, and of R6 the move-in. `today` is the account's local date of the run's now.
pub fn decide_resident(
    case: &ResidentCase,
    policy: &Policy,
    today: NaiveDate,
    trace: &mut Trace,
) -> Decision<ResidentAction> {
    let Some(latchel) = &case.latchel else { return decide_new(case, policy, today, trace) };
    let stay = &case.tenancy;
    let moved_out = latchel.move_out.is_some_and(|date| today >= date);
    let inactive = !latchel.is_active && !waits_for_move_in(latchel, case.memory.as_ref(), today);

    let returned = (moved_out || inactive) && is_ours(case, latchel) && goes_on(stay, today);
    let question = "Did we set the resident inactive by a date, and does the stay go on or begin later?";
    if trace.check(RuleId::R9, question, &format_args!("{}: {}", yes(returned), span(stay)), returned)
        && policy.residents.returning == Returning::Correct
    {
        return update(case, latchel, today, Reason::ResidentReturned, trace);
    }
    if trace.check(
        RuleId::R3,
        "When is the move-out, as Latchel has it?",
        &OrNone(latchel.move_out),
        moved_out,
    ) {
        let decision = Decision::leave(Reason::ResidentMovedOut);
        return match date_differences(stay, latchel) {
            Some(differences) => decision.with_detail(differences),
            None => decision,
        };
    }
    let question = "Is the resident active in Latchel, or waiting there for a move-in?";
    if trace.check(RuleId::R4, question, &activity(latchel.is_active), inactive) {
        return Decision::leave(Reason::ResidentInactiveInLatchel);
    }
    update(case, latchel, today, Reason::ResidentChanged, trace)
}

/// Decides rules R1 and R5 for a resident who is not in Latchel.
fn decide_new(
    case: &ResidentCase,
    policy: &Policy,
    today: NaiveDate,
    trace: &mut Trace,
) -> Decision<ResidentAction> {
    let stay = &case.tenancy;
    if let Some(created) = case.created {
        let answer = format_args!("no, {created} is not shown");
        trace.check(RuleId::E3, "Does Latchel show what it said it had created?", &answer, true);
        return Decision::leave(Reason::NotConfirmed)
            .with_detail(format!("Latchel does not show {created}, which it answered the create with"));
    }
    trace.check(RuleId::R1, "Is the resident in Latchel?", &"no", true);
    let moved_out = stay.move_out.is_some_and(|date| date <= today);
    let gone =
        trace.check(RuleId::R1, "When is the move-out on the platform?", &OrNone(stay.move_out), moved_out);
    if gone && policy.residents.new_moved_out == NewRecords::Skip {
        return Decision::leave(Reason::ResidentNewMovedOut);
    }
    let Some(home) = home(case, trace) else { return waits(case) };
    let is_active = active(stay.move_in, stay.move_out, today);
    Decision::act(ResidentAction::Create(new_resident(case, home, is_active)), Reason::ResidentNew)
}

/// Decides rules R2, R5 and R7, and of R6 the move-in: the platform's dates, unit and activity are brought over, and
/// nothing else.
fn update(
    case: &ResidentCase,
    latchel: &LatchelResident,
    today: NaiveDate,
    reason: Reason,
    trace: &mut Trace,
) -> Decision<ResidentAction> {
    let Some(home) = home(case, trace) else { return waits(case) };
    let stay = &case.tenancy;
    let now_active = active(stay.move_in, stay.move_out, today);
    let differing = stay_differences(stay, latchel, today);
    let other = |part| differing.contains(&part);
    let patch = ResidentPatch {
        move_in: other(Part::MoveIn).then_some(stay.move_in),
        move_out: other(Part::MoveOut).then_some(stay.move_out),
        unit: other(Part::Unit).then(|| Home { unit: stay.unit.clone(), property: home }),
        is_active: other(Part::Activity).then_some(now_active),
    };
    let moves_in = patch == activity_alone(true) && reason == Reason::ResidentChanged;
    if trace.check(RuleId::R6, "Is the move-in reached, and all else the same?", &yes(moves_in), moves_in) {
        return Decision::act(ResidentAction::Update(latchel.id, patch), Reason::ResidentMovedIn);
    }
    let fields = patch.fields().join(", ");
    if trace.check(RuleId::R2, "Do dates, unit or activity differ?", &differs(&fields), !patch.is_empty()) {
        let action = ResidentAction::Update(latchel.id, patch);
        return Decision::act(action, reason).with_detail(fields);
    }
    let contact = contact_differences(&case.platform, latchel).into_iter().map(Part::name);
    let contact = contact.collect::<Vec<_>>().join(", ");
    if trace.check(RuleId::R7, "Does contact data differ?", &differs(&contact), !contact.is_empty()) {
        return Decision::leave(Reason::ResidentContactNotSynced).with_detail(contact);
    }
    Decision::leave(Reason::ResidentUnchanged)
}

/// Decides rule R6 for a linked resident whose move-out was reached since `memory` was evaluated. A move-in is decided by
/// [`decide_resident`], from the record as the platform has it on that day.
pub fn decide_move_out(
    latchel: &LatchelResident,
    memory: &ResidentMemory,
    today: NaiveDate,
    trace: &mut Trace,
) -> Decision<ResidentAction> {
    let right = !latchel.is_active || active(latchel.move_in, latchel.move_out, today);
    if trace.check(RuleId::R6, "Is the resident as active in Latchel as the dates say?", &yes(right), right) {
        return Decision::leave(Reason::ResidentUnchanged);
    }
    // A resident who was set active by hand against the dates is left alone; there is nothing to bring over.
    let changed = !memory.is_active && memory.sent != Some(true);
    if trace.check(RuleId::R6, "Has somebody changed it in Latchel?", &yes(changed), changed) {
        return Decision::leave(Reason::ResidentUnchanged);
    }
    Decision::act(ResidentAction::Update(latchel.id, activity_alone(false)), Reason::ResidentLapsed)
}

/// True if the resident is inactive because of a move-in to come, whoever wrote it (rule R4). One who was active before
/// was changed by hand.
fn waits_for_move_in(latchel: &LatchelResident, memory: Option<&ResidentMemory>, today: NaiveDate) -> bool {
    let to_come = latchel.move_in.is_some_and(|day| day > today);
    let by_hand = memory.is_some_and(ResidentMemory::was_active);
    let waited = || memory.is_some_and(ResidentMemory::waits_for_move_in);
    !latchel.is_active && !by_hand && (to_come || waited())
}

/// True if Latchel has the resident as we set them inactive (rule R9).
fn is_ours(case: &ResidentCase, latchel: &LatchelResident) -> bool {
    case.memory.as_ref().is_some_and(|memory| memory.is_ours(latchel))
}

/// True if the resident lives there today or is to (rule R9).
fn goes_on(stay: &Tenancy, today: NaiveDate) -> bool {
    let begins = stay.move_in.map_or(today, |date| date.max(today));
    active(stay.move_in, stay.move_out, begins)
}

fn activity_alone(is_active: bool) -> ResidentPatch {
    ResidentPatch { is_active: Some(is_active), ..ResidentPatch::default() }
}

fn span(stay: &Tenancy) -> String {
    format!("move-in {}, move-out {}", OrNone(stay.move_in), OrNone(stay.move_out))
}

/// The property in Latchel that the unit is (rule R5).
fn home(case: &ResidentCase, trace: &mut Trace) -> Option<LatchelPropertyId> {
    let answer = format_args!("{}, {}", yes(case.home.is_some()), UnitName(&case.unit()));
    trace.check(RuleId::R5, "Is the unit in Latchel?", &answer, case.home.is_none());
    case.home
}

fn waits(case: &ResidentCase) -> Decision<ResidentAction> {
    Decision::leave(Reason::NoPropertyMatch).with_detail(format!("waits for {}", UnitName(&case.unit())))
}

fn new_resident(case: &ResidentCase, home: LatchelPropertyId, is_active: bool) -> NewResident {
    NewResident {
        reference: case.platform.id.clone(),
        name: case.platform.name.clone(),
        email: case.platform.email.clone(),
        phone: case.platform.phone.clone(),
        tenancy: case.tenancy.clone(),
        home,
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

/// Parts in which the two differ, whether or not a rule brings them over. `today` is the account's local date.
pub fn resident_differences(case: &ResidentCase, latchel: &LatchelResident, today: NaiveDate) -> Vec<Part> {
    let contact = contact_differences(&case.platform, latchel);
    contact.into_iter().chain(stay_differences(&case.tenancy, latchel, today)).collect()
}

/// The parts of a stay that differ.
fn stay_differences(stay: &Tenancy, latchel: &LatchelResident, today: NaiveDate) -> Vec<Part> {
    let is_active = active(stay.move_in, stay.move_out, today);
    [
        (Part::MoveIn, latchel.move_in != stay.move_in),
        (Part::MoveOut, latchel.move_out != stay.move_out),
        (Part::Unit, latchel.unit != stay.unit),
        (Part::Activity, latchel.is_active != is_active),
    ]
    .into_iter()
    .filter_map(|(part, differs)| differs.then_some(part))
    .collect()
}

/// The contact fields that differ, by name only: their content stays out of reports.
fn contact_differences(platform: &Resident, latchel: &LatchelResident) -> Vec<Part> {
    // What is not known differs from nothing.
    if !latchel.contact_known {
        return Vec::new();
    }
    [
        (Part::Name, !same_text(&platform.name, &latchel.name)),
        (Part::Email, !same_optional(platform.email.as_deref(), latchel.email.as_deref())),
        (Part::Phone, !same_optional(platform.phone.as_deref(), latchel.phone.as_deref())),
    ]
    .into_iter()
    .filter_map(|(part, differs)| differs.then_some(part))
    .collect()
}
