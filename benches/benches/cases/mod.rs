//! Cases of the small measurements: one decision of each family of rules, and a page of the ledger.
#![expect(clippy::expect_used, reason = "a measurement of what went wrong is none")]

mod ledger;
mod records;

use latchel_sync_core::model::{ClosedStatus, Policy, SyncMethod};
use latchel_sync_core::rules::{
    CloseCase, Counterpart, ExportCase, ImportCase, PropertyCase, ResidentCase, Standing, Trace, Whereabouts,
    decide_close, decide_export, decide_import, decide_move_out, decide_property, decide_resident,
};

pub use ledger::Page;
use records::{
    instant, job, latchel_property, latchel_resident, memory, property, reach, resident, today, work_order,
};

fn policy() -> Policy {
    Policy::new(SyncMethod::Assigned)
}

/// A property that is in Latchel and equal.
pub fn equal_property() -> (PropertyCase, Policy) {
    let case = PropertyCase {
        platform: property(),
        latchel: Some(latchel_property()),
        created: None,
        excluded_by: None,
        claimed_by: None,
    };
    (case, policy())
}

/// A property that is new.
pub fn new_property() -> (PropertyCase, Policy) {
    let (case, policy) = equal_property();
    (PropertyCase { latchel: None, ..case }, policy)
}

/// A resident who is in Latchel and equal.
pub fn equal_resident() -> (ResidentCase, Policy) {
    let platform = resident();
    let tenancy = platform.tenancies[0].clone();
    let case = ResidentCase {
        platform,
        tenancy,
        latchel: Some(latchel_resident()),
        created: None,
        home: Some(latchel_property().id),
        memory: Some(memory()),
    };
    (case, policy())
}

/// A work order of the platform that is new.
pub fn new_import() -> (ImportCase, Policy) {
    let case = ImportCase {
        platform: work_order(),
        counterpart: Counterpart::None,
        place: Whereabouts::At(work_order().property),
        property: Some(latchel_property()),
        resident: None,
        method: SyncMethod::Assigned,
        assigned_to_latchel: true,
    };
    (case, policy())
}

/// A work order of Latchel that is new.
pub fn new_export() -> ExportCase {
    ExportCase {
        job: job(),
        link: None,
        disbelieved: None,
        property: Some(property().id),
        resident: None,
        method: SyncMethod::Assigned,
        reach: reach(),
        can_create: true,
        standing: Standing::Open,
        number_waits: false,
        foreign: None,
        latchel_user: work_order().assigned_users.pop(),
        sync_start: instant("2026-03-01T12:00:00Z"),
    }
}

/// A work order of the platform that is to be closed.
pub fn to_close() -> CloseCase {
    CloseCase {
        platform: work_order(),
        status: ClosedStatus::Completed,
        method: SyncMethod::Assigned,
        assigned_to_latchel: true,
        created_unassigned: false,
        standing: Standing::Open,
        can_close: true,
        refuses_unassigned: false,
    }
}

pub fn on_property((case, policy): &(PropertyCase, Policy)) -> usize {
    decide_property(case, policy, &mut Trace::off()).reason as usize
}

pub fn on_resident((case, policy): &(ResidentCase, Policy)) -> usize {
    decide_resident(case, policy, today(), &mut Trace::off()).reason as usize
}

pub fn on_lapse((case, _): &(ResidentCase, Policy)) -> usize {
    let (latchel, memory) = (case.latchel.as_ref(), case.memory.as_ref());
    let (latchel, memory) = latchel.zip(memory).expect("a linked resident");
    decide_move_out(latchel, memory, today(), &mut Trace::off()).reason as usize
}

pub fn on_import((case, policy): &(ImportCase, Policy)) -> usize {
    decide_import(case, policy, &mut Trace::off()).reason as usize
}

pub fn on_export(case: &ExportCase) -> usize {
    decide_export(case, &mut Trace::off()).reason as usize
}

pub fn on_close(case: &CloseCase) -> usize {
    decide_close(case, &mut Trace::off()).reason as usize
}
