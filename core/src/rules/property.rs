use super::trace::{OrNo, UnitName, differs, yes};
use super::{Decision, Trace};
use crate::model::text::same_text;
use crate::model::{
    LatchelProperty, LatchelPropertyId, NewProperty, NewRecords, Part, Policy, Property, PropertyPatch,
    PropertyRef, Reason, RuleId,
};

/// Facts about one property.
#[derive(Debug, Clone)]
pub struct PropertyCase {
    /// The property on the platform.
    pub platform: Property,
    /// Its counterpart in Latchel.
    pub latchel: Option<LatchelProperty>,
    /// Id that Latchel answered to our create, and that no read-back has shown yet (rule E3).
    pub created: Option<LatchelPropertyId>,
    /// The entry of the configuration that excludes it.
    pub excluded_by: Option<String>,
    /// The other platform property that Latchel's is linked to.
    pub claimed_by: Option<PropertyRef>,
}

/// Action to take in Latchel.
#[derive(Debug, Clone, PartialEq)]
pub enum PropertyAction {
    /// Create it.
    Create(NewProperty),
    /// Change it.
    Update(LatchelPropertyId, PropertyPatch),
}

/// Decides rules P1 to P7.
pub fn decide_property(case: &PropertyCase, policy: &Policy, trace: &mut Trace) -> Decision<PropertyAction> {
    let platform = &case.platform;

    let excluded = case.excluded_by.is_some();
    let excluded_by = OrNo(case.excluded_by.as_ref());
    if trace.check(RuleId::P5, "Does the configuration leave it out?", &excluded_by, excluded) {
        return Decision::leave(Reason::PropertyExcluded)
            .with_detail(case.excluded_by.clone().unwrap_or_default());
    }

    let claimed = case.claimed_by.is_some();
    let other = OrNo(case.claimed_by.as_ref().map(UnitName));
    let question = "Does Latchel's property belong to another on the platform?";
    if trace.check(RuleId::P7, question, &other, claimed) {
        let owner = case.claimed_by.as_ref().map(|owner| format!("linked to {}", UnitName(owner)));
        let owner = owner.unwrap_or_default();
        return Decision::leave(Reason::PropertyPossibleDuplicate).with_detail(owner);
    }

    let missing = platform.address.missing_parts();
    let Some(latchel) = &case.latchel else {
        if let Some(created) = case.created {
            let answer = format_args!("no, {created} is not shown");
            trace.check(RuleId::E3, "Does Latchel show what it said it had created?", &answer, true);
            return Decision::leave(Reason::NotConfirmed)
                .with_detail(format!("Latchel does not show {created}, which it answered the create with"));
        }
        trace.check(RuleId::P1, "Is it in Latchel?", &"no", true);
        let inactive = trace.check(
            RuleId::P1,
            "Is it active on the platform?",
            &yes(platform.is_active),
            !platform.is_active,
        );
        if inactive && policy.properties.new_inactive == NewRecords::Skip {
            return Decision::leave(Reason::PropertyNewInactive);
        }
        if trace.check(RuleId::P6, "Is its address complete?", &complete(&missing), !missing.is_empty()) {
            return incomplete(&missing);
        }
        return Decision::act(PropertyAction::Create(new_property(platform)), Reason::PropertyNew);
    };

    if trace.check(RuleId::P4, "Is it active in Latchel?", &yes(latchel.is_active), !latchel.is_active) {
        return Decision::leave(Reason::PropertyInactiveInLatchel);
    }
    if trace.check(RuleId::P3, "Is it active on the platform?", &yes(platform.is_active), !platform.is_active)
    {
        let patch = PropertyPatch { deactivate: true, ..PropertyPatch::default() };
        return Decision::act(PropertyAction::Update(latchel.id, patch), Reason::PropertyDeactivated);
    }
    if trace.check(RuleId::P6, "Is its address complete?", &complete(&missing), !missing.is_empty()) {
        return incomplete(&missing);
    }

    let patch = differences(platform, latchel);
    let fields = patch.fields().join(", ");
    if trace.check(RuleId::P2, "Does anything differ?", &differs(&fields), !patch.is_empty()) {
        let action = PropertyAction::Update(latchel.id, patch);
        return Decision::act(action, Reason::PropertyChanged).with_detail(fields);
    }
    Decision::leave(Reason::PropertyUnchanged)
}

fn complete(missing: &[&str]) -> String {
    if missing.is_empty() { yes(true).to_owned() } else { format!("no, without {}", missing.join(", ")) }
}

fn incomplete(missing: &[&str]) -> Decision<PropertyAction> {
    Decision::leave(Reason::PropertyAddressIncomplete).with_detail(format!("missing: {}", missing.join(", ")))
}

fn new_property(platform: &Property) -> NewProperty {
    NewProperty {
        reference: platform.id.clone(),
        name: platform.name(),
        source_address: platform.address.clone(),
        integration_data: platform.name(),
        is_active: platform.is_active,
    }
}

/// Parts in which the two differ, whether or not a rule brings them over.
pub fn property_differences(platform: &Property, latchel: &LatchelProperty) -> Vec<Part> {
    let mut parts = differences(platform, latchel).parts();
    if platform.is_active != latchel.is_active {
        parts.push(Part::Activity);
    }
    parts
}

/// Changes that make Latchel's property as the platform's. Texts are compared as both sides store them (rule E4). A
/// property whose name is not known keeps the one that it has.
fn differences(platform: &Property, latchel: &LatchelProperty) -> PropertyPatch {
    let name = Some(platform.name()).filter(|_| !platform.property_name.trim().is_empty());
    let other = |known: &str| name.clone().filter(|name| !same_text(name, known));
    let same_address = platform.address.is_stored_as(&latchel.source_address);
    PropertyPatch {
        source_address: (!same_address).then(|| platform.address.clone()),
        integration_data: other(latchel.integration_data.as_deref().unwrap_or_default()),
        name: other(&latchel.name),
        deactivate: false,
    }
}
