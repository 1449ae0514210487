//! Parts in which the two sides differ, by the comparisons that the rules decide with.

use latchel_sync_core::model::*;
use latchel_sync_core::rules::{
    PropertyAction, ResidentAction, Trace, decide_property, decide_resident, property_differences,
    resident_differences, work_order_differences,
};

use crate::make::{day, policy, today};
use crate::{property, resident};

#[test]
fn a_propertys_differences_are_what_the_rules_would_change_and_its_activity() {
    let mut case = property::known();
    let mut latchel = case.latchel.clone().expect("known");
    assert_eq!(property_differences(&case.platform, &latchel), []);
    case.platform.property_name = "Oak".to_owned();
    let expected = [Part::Name, Part::IntegrationData];
    assert_eq!(property_differences(&case.platform, &latchel), expected);
    let decision = decide_property(&case, &policy(), &mut Trace::off());
    let Some(PropertyAction::Update(_, patch)) = decision.action else { panic!("{decision:?}") };
    assert_eq!(patch.parts(), expected, "what is told is what is done");
    // Blanks at the ends are no difference (rule E4).
    latchel.name = format!(" {} ", case.platform.name());
    latchel.integration_data = Some(case.platform.name());
    latchel.is_active = false;
    assert_eq!(property_differences(&case.platform, &latchel), [Part::Activity]);
    latchel.source_address.city = Some("Reno".to_owned());
    assert_eq!(property_differences(&case.platform, &latchel), [Part::Address, Part::Activity]);
}

#[test]
fn a_residents_contact_differs_beside_the_stay_and_only_the_stay_is_changed() {
    let mut case = resident::known();
    let latchel = case.latchel.clone().expect("known");
    assert_eq!(resident_differences(&case, &latchel, today()), []);
    case.platform.phone = Some("5".to_owned());
    case.tenancy.move_out = Some(day("2026-12-31"));
    assert_eq!(resident_differences(&case, &latchel, today()), [Part::Phone, Part::MoveOut]);
    let decision = decide_resident(&case, &policy(), today(), &mut Trace::off());
    let Some(ResidentAction::Update(_, patch)) = decision.action else { panic!("{decision:?}") };
    assert_eq!(patch.parts(), [Part::MoveOut]);
    // What a mirror does not know differs from nothing.
    let unknown = LatchelResident { contact_known: false, ..latchel };
    assert_eq!(resident_differences(&case, &unknown, today()), [Part::MoveOut]);
    case.tenancy.move_out = Some(day("2026-01-01"));
    assert_eq!(resident_differences(&case, &unknown, today()), [Part::MoveOut, Part::Activity]);
}

#[test]
fn two_work_orders_differ_by_status_only_where_one_has_ended_otherwise_than_the_other() {
    let mut platform = order();
    let mut job = job();
    assert_eq!(work_order_differences(&platform, &job), []);
    job.state = JobState::Other("Awaiting Invoice".to_owned());
    assert_eq!(work_order_differences(&platform, &job), [], "each system has its own words for open");
    job.state = JobState::Completed;
    assert_eq!(work_order_differences(&platform, &job), [Part::Status]);
    platform.status = WorkOrderStatus::Closed(ClosedStatus::Cancelled);
    assert_eq!(work_order_differences(&platform, &job), [Part::Status]);
    platform.status = WorkOrderStatus::Closed(ClosedStatus::Completed);
    assert_eq!(work_order_differences(&platform, &job), []);

    job.number = Some("7".to_owned());
    job.description = "Other.".to_owned();
    job.severity = Severity::Urgent;
    job.entry_allowed = Some(false);
    job.access_instructions = Some("Ring.".to_owned());
    let stored = [Part::Number, Part::Description, Part::Severity];
    assert_eq!(
        work_order_differences(&platform, &job),
        stored,
        "what one side does not know differs from nothing"
    );
    platform.entry_allowed = Some(true);
    platform.access_instructions = Some("Knock.".to_owned());
    let all = [stored.as_slice(), &[Part::EntryAllowed, Part::AccessInstructions]].concat();
    assert_eq!(work_order_differences(&platform, &job), all);
}

fn order() -> WorkOrder {
    WorkOrder {
        id: WorkOrderId::new("81"),
        number: "1081".to_owned(),
        title: "Tap".to_owned(),
        description: "It drips.".to_owned(),
        property: PropertyRef::new(PropertyId::new("12"), None),
        requested_by: None,
        assigned_users: Vec::new(),
        status: WorkOrderStatus::Open("New".to_owned()),
        severity: Severity::Normal,
        scheduled_start: None,
        entry_allowed: None,
        access_instructions: None,
        marker: None,
        freshness: Freshness::Filtered,
    }
}

fn job() -> Job {
    let at = "2026-03-02T20:00:00Z".parse().expect("an instant");
    Job {
        slug: None,
        id: JobId(700),
        number: Some("1081".to_owned()),
        work_order: Some(WorkOrderId::new("81")),
        name: "It drips.".to_owned(),
        description: "It drips. ".to_owned(),
        vendor_instructions: None,
        access_instructions: None,
        entry_allowed: None,
        severity: Severity::Normal,
        state: JobState::Other("Diagnosing Issue".to_owned()),
        is_archived: false,
        is_vacant: false,
        property: None,
        resident: None,
        created_at: at,
        updated_at: at,
        state_updated_at: None,
    }
}
