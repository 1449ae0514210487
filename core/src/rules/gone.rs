//! Linked records that the platform no longer has (rules P8, R8).

use chrono::NaiveDate;

use super::trace::{OrNo, UnitName, yes};
use super::{Decision, PropertyAction, Trace};
use crate::model::{
    GoneProperties, LatchelProperty, LatchelResident, Policy, PropertyPatch, PropertyRef, Reason, RuleId,
};

/// Facts about a linked property that the platform no longer has.
#[derive(Debug, Clone)]
pub struct GoneProperty {
    /// Its identity on the platform.
    pub id: PropertyRef,
    /// Latchel's record.
    pub latchel: Option<LatchelProperty>,
    /// True if it was taken over, so that its reference may be another program's (rule A2).
    pub adopted: bool,
    /// The entry of the configuration that excludes it.
    pub excluded_by: Option<String>,
}

/// Decides rule P8. Where Latchel's property is inactive already, or gone as well, there is nothing left to do.
pub fn decide_gone_property(
    case: &GoneProperty,
    policy: &Policy,
    trace: &mut Trace,
) -> Decision<PropertyAction> {
    let excluded = case.excluded_by.is_some();
    if trace.check(
        RuleId::P5,
        "Does the configuration leave it out?",
        &OrNo(case.excluded_by.as_ref()),
        excluded,
    ) {
        return Decision::leave(Reason::PropertyExcluded)
            .with_detail(case.excluded_by.clone().unwrap_or_default());
    }
    let Some(latchel) = &case.latchel else { return Decision::leave(Reason::GoneFromSource) };
    if trace.check(RuleId::P8, "Is it active in Latchel?", &yes(latchel.is_active), !latchel.is_active) {
        return Decision::leave(Reason::GoneFromSource);
    }

    // If Latchel's property carries the reference of another one, somebody moved it there.
    let other = latchel.reference.as_ref().filter(|reference| !case.adopted && **reference != case.id);
    if trace.check(
        RuleId::P8,
        "Does Latchel refer to another one by now?",
        &OrNo(other.map(UnitName)),
        other.is_some(),
    ) {
        let detail = other.map(|other| format!("Latchel refers to {}", UnitName(other))).unwrap_or_default();
        return Decision::leave(Reason::PropertyGoneFromSource).with_detail(detail);
    }
    let deactivates = policy.properties.gone == GoneProperties::Deactivate;
    if trace.check(
        RuleId::P8,
        "Does the policy set such properties inactive?",
        &yes(deactivates),
        deactivates,
    ) {
        let patch = PropertyPatch { deactivate: true, ..PropertyPatch::default() };
        let action = PropertyAction::Update(latchel.id, patch);
        return Decision::act(action, Reason::PropertyGoneFromSource).with_detail("is_active");
    }
    Decision::leave(Reason::PropertyGoneFromSource)
}

/// Decides rule R8; nothing is ever written. A resident who is inactive in Latchel and waits for no move-in needs nothing.
pub fn decide_gone_resident<A>(
    latchel: Option<&LatchelResident>,
    today: NaiveDate,
    trace: &mut Trace,
) -> Decision<A> {
    let Some(latchel) = latchel else { return Decision::leave(Reason::GoneFromSource) };
    let active = trace.check(
        RuleId::R8,
        "Is the resident active in Latchel?",
        &yes(latchel.is_active),
        latchel.is_active,
    );
    let to_come = latchel.move_in.filter(|day| *day > today);
    let counts = active
        || trace.check(
            RuleId::R8,
            "Is a move-in to come, as Latchel has it?",
            &OrNo(to_come),
            to_come.is_some(),
        );
    if !counts {
        return Decision::leave(Reason::GoneFromSource);
    }
    let decision = Decision::leave(Reason::ResidentGoneFromSource);
    match latchel.move_out {
        Some(day) => decision.with_detail(format!("the move-out in Latchel is {day}")),
        None => decision.with_detail("without a move-out in Latchel"),
    }
}
