//! Records of the two systems, in a form to compare, and checks that a ledger says the truth about them.

use std::collections::HashSet;

use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::ledger::Outcome;
use latchel_sync_core::model::{Kind, Reason, Side, Status};
use mock_pms::world::{Job, TaskStatus};
use mock_pms::{Dialect, World};

use crate::setup::Setup;

/// Every pair that the two systems hold, without the ids that depend on who came first; fails on duplicates.
pub fn pairs(setup: &Setup) -> Vec<String> {
    let platform = setup.platform();
    setup.server.read(|world| {
        let latchel = &world.latchel;
        once(
            "a property",
            latchel
                .properties
                .iter()
                .map(|one| Some((one.ref_property_id.clone()?, one.ref_unit_id.clone()))),
        );
        once(
            "a resident",
            latchel.residents.iter().map(|one| Some((one.ref_user_id.clone()?, one.ref_property_id.clone()))),
        );
        once("a work order", latchel.jobs.iter().map(|one| one.ref_job_id.clone()));
        let properties = latchel.properties.iter().map(|one| {
            let reference = (&one.ref_property_id, &one.ref_unit_id);
            format!("property {reference:?} {} {} {}", one.name, one.address1, one.is_active)
        });
        let residents = latchel.residents.iter().map(|one| {
            let reference = (&one.ref_user_id, &one.ref_property_id, &one.ref_unit_id);
            let dates = (one.move_in_date, one.move_out_date);
            format!("resident {reference:?} {} {dates:?} {}", one.name, one.is_active)
        });
        let jobs = latchel.jobs.iter().map(|one| {
            let numbered = is_numbered(platform, one);
            // Latchel begins with one of these, by whether it knows yet of somebody who lives there.
            let begun = ["Diagnosing Issue", "Finding Service Provider"].contains(&one.state.as_str());
            let state = if begun { "begun" } else { &one.state };
            format!(
                "job {} {state} of {:?}, numbered alike: {numbered}",
                one.name,
                title(platform, world, one)
            )
        });
        let work_orders = world.platform.work_orders.iter().map(|one| {
            let task = world.platform.tasks.get(one.task_id).expect("its task");
            format!("work order {:?} {:?} {:?}", one.title, task.status, task.assigned_to)
        });
        let mut all: Vec<_> = properties.chain(residents).chain(jobs).chain(work_orders).collect();
        all.sort();
        all
    })
}

fn once<T: Eq + std::hash::Hash + std::fmt::Debug>(what: &str, references: impl Iterator<Item = Option<T>>) {
    let mut seen = HashSet::new();
    for reference in references.flatten() {
        let text = format!("{what} is in Latchel twice: {reference:?}");
        assert!(seen.insert(reference), "{text}");
    }
}

/// True if a Latchel work order has the number of the platform's that it refers to, which is the number in the world, or
/// the id itself where the platform has no numbers.
fn is_numbered(platform: Dialect, job: &Job) -> bool {
    let world = job.ref_job_id.as_ref().and_then(|id| platform.work_order(id)).map(|id| id.to_string());
    job.order_number == job.ref_job_id || job.order_number == world
}

/// The title of the platform work order that a Latchel work order refers to; `None` without a reference, or with one of another
/// program.
fn title(platform: Dialect, world: &World, job: &Job) -> Option<String> {
    let id = platform.work_order(job.ref_job_id.as_ref()?)?;
    let order = world.platform.work_orders.get(id);
    Some(order.map_or_else(|| "none".to_owned(), |one| one.title.clone().unwrap_or_default()))
}

/// Outcomes of the ledger's newest run that claim *synced* and are not true.
pub async fn untrue(setup: &Setup, ledger: &dyn LedgerAdmin) -> Vec<String> {
    let newest = ledger.runs(None, 1).await.expect("runs").pop().expect("a run");
    let outcomes = ledger.run_outcomes(newest.id, None, 10_000).await.expect("outcomes");
    let synced = outcomes.iter().filter(|outcome| outcome.reason.status() == Status::Synced);
    setup.server.read(|world| {
        synced
            .filter(|outcome| !holds(setup.platform(), world, outcome))
            .map(|outcome| format!("{} {}: {}", outcome.key, outcome.reason, outcome.label))
            .collect()
    })
}

/// True if the systems are as the outcome says.
fn holds(on: Dialect, world: &World, outcome: &Outcome) -> bool {
    let (source, Some(counterpart)) = (&outcome.key.id, &outcome.counterpart) else {
        // Only what a hint told is synced without a counterpart.
        return outcome.reason == Reason::UnchangedSinceLastSeen;
    };
    let (platform, latchel) = match outcome.key.side {
        Side::Platform => (source, counterpart),
        Side::Latchel => (counterpart, source),
    };
    let latchel: i64 = latchel.parse().expect("a number");
    match outcome.key.kind {
        Kind::Property => world.latchel.properties.get(latchel).is_some_and(|one| {
            let reference = [one.ref_property_id.clone(), one.ref_unit_id.clone()];
            let same = reference.into_iter().flatten().collect::<Vec<_>>().join("/") == *platform;
            // Somebody may turn a reference elsewhere; what was set inactive still is.
            match outcome.reason {
                Reason::PropertyDeactivated => !one.is_active,
                Reason::PropertyUnchanged => true,
                _ => same,
            }
        }),
        Kind::Resident => world.latchel.residents.get(latchel).is_some_and(|one| match outcome.reason {
            Reason::ResidentLapsed => !one.is_active,
            Reason::ResidentMovedIn => one.is_active,
            _ => one.ref_user_id.as_ref().is_some_and(|user| platform.contains(user.as_str())),
        }),
        Kind::WorkOrder => {
            let id = on.work_order(platform).expect("an id of the platform");
            let order = world.platform.work_orders.get(id);
            let status = order.and_then(|one| world.platform.tasks.get(one.task_id)).map(|task| task.status);
            let Some(job) = world.latchel.jobs.get(latchel) else { return false };
            let paired = job.ref_job_id.as_ref() == Some(platform);
            match outcome.reason {
                Reason::StatusCompleted => status == Some(TaskStatus::Completed),
                Reason::StatusCancelled => status == Some(TaskStatus::Closed),
                Reason::NumberWrittenBack | Reason::WorkOrderCreated => {
                    paired && is_numbered(on, job) && status.is_some()
                }
                _ => paired && status.is_some(),
            }
        }
    }
}
