//! Stories: people change both systems, syncs run between, calls fail, and some things never happen.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use latchel_sync_core::ErrorKind;
use latchel_sync_core::engine::Mode;
use latchel_sync_core::ledger::{Outcome, RunStatus};
use latchel_sync_core::memory::{Fate, LatchelWorld, PlatformWorld};
use latchel_sync_core::model::*;
use latchel_sync_core::rules::Reason;
use proptest::prelude::*;

use crate::pair::{LATCHEL_USER, Pair, stamped, unit, work_order, world};

/// What people do, or a sync. Numbers pick one of what is there.
#[derive(Debug, Clone)]
enum Step {
    Wait(i64),
    SetActive(usize, bool),
    MoveOut(usize, i64),
    ChangeContact(usize),
    AssignToLatchel(usize, bool),
    CloseOnPlatform(usize, ClosedStatus),
    NewWorkOrder(usize),
    NewJob(&'static str),
    SetJobState(usize, &'static str),
    SetPropertyInLatchel(usize, bool),
    SetResidentInLatchel(usize, bool),
    /// A sync in which the call with this number has this fate.
    Sync(usize, Fate),
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0_usize..4;
    let closed = prop_oneof![Just(ClosedStatus::Completed), Just(ClosedStatus::Cancelled)];
    let state = prop::sample::select(vec!["Completed", "Cancelled", "Forwarded to PM", "Awaiting Invoice"]);
    let fate = prop_oneof![
        4 => Just(Fate::Proceed),
        1 => Just(Fate::Pretend),
        2 => Just(Fate::LoseAnswer),
        1 => Just(Fate::Fail(ErrorKind::Unavailable)),
        1 => Just(Fate::Fail(ErrorKind::Refused)),
    ];
    let person = prop_oneof![
        (1_i64..200).prop_map(Step::Wait),
        (which.clone(), any::<bool>()).prop_map(|(one, active)| Step::SetActive(one, active)),
        (which.clone(), -3_i64..10).prop_map(|(one, days)| Step::MoveOut(one, days)),
        which.clone().prop_map(Step::ChangeContact),
        (which.clone(), any::<bool>()).prop_map(|(one, assigned)| Step::AssignToLatchel(one, assigned)),
        (which.clone(), closed).prop_map(|(one, status)| Step::CloseOnPlatform(one, status)),
        which.clone().prop_map(Step::NewWorkOrder),
    ];
    let person_in_latchel = prop_oneof![
        state.clone().prop_map(Step::NewJob),
        (which.clone(), state).prop_map(|(one, state)| Step::SetJobState(one, state)),
        (which.clone(), any::<bool>()).prop_map(|(one, active)| Step::SetPropertyInLatchel(one, active)),
        (which, any::<bool>()).prop_map(|(one, active)| Step::SetResidentInLatchel(one, active)),
    ];
    let sync = (0_usize..30, fate).prop_map(|(call, fate)| Step::Sync(call, fate));
    prop_oneof![3 => person, 2 => person_in_latchel, 2 => sync]
}

/// A story as it goes on, with what people did by hand in Latchel.
struct Story {
    pair: Pair,
    method: SyncMethod,
    switched_off: BTreeSet<LatchelResidentId>,
}

impl Story {
    async fn begin(method: SyncMethod) -> Self {
        let pair = Pair::with(world(), Policy::new(method), |platform| platform).await;
        pair.sync().await;
        Self { pair, method, switched_off: BTreeSet::new() }
    }

    async fn go_on(&mut self, step: &Step) {
        self.pair.advance(TimeDelta::seconds(1));
        match step {
            Step::Wait(hours) => self.pair.advance(TimeDelta::hours(*hours)),
            Step::Sync(call, fate) => self.sync_with(*call, *fate).await,
            on_platform @ (Step::SetActive(..)
            | Step::MoveOut(..)
            | Step::ChangeContact(_)
            | Step::AssignToLatchel(..)
            | Step::CloseOnPlatform(..)
            | Step::NewWorkOrder(_)) => self.pair.platform.edit(|world| change_platform(world, on_platform)),
            Step::NewJob(state) => drop(self.pair.add_job(state)),
            Step::SetJobState(one, state) => self.pair.latchel.edit(|world| {
                let id = pick(world.jobs.keys(), *one).copied();
                if let Some(id) = id {
                    world.change_job(id, |job| job.state = JobState::from_name(state));
                }
            }),
            Step::SetPropertyInLatchel(one, active) => self.pair.latchel.edit(|world| {
                if let Some(property) = pick(world.properties.values_mut(), *one) {
                    property.is_active = *active;
                }
            }),
            Step::SetResidentInLatchel(one, active) => self.pair.latchel.edit(|world| {
                if let Some(resident) = pick(world.residents.values_mut(), *one) {
                    // Switching off what waits for its move-in cannot be told from leaving it alone.
                    if resident.is_active && !active {
                        self.switched_off.insert(resident.id);
                    } else if *active {
                        self.switched_off.remove(&resident.id);
                    }
                    resident.is_active = *active;
                }
            }),
        }
    }

    async fn sync_with(&mut self, call: usize, fate: Fate) {
        let mut calls = 0;
        self.pair.journal.decide(move |_| {
            calls += 1;
            if calls == call { fate } else { Fate::Proceed }
        });
        let platform = self.pair.platform.edit(|world| world.clone());
        let latchel = self.pair.latchel.edit(|world| world.clone());
        self.pair.journal.take();
        let done = self.pair.sync().await;
        self.check_outcomes(&done.outcomes);
        self.check_writes(&platform, &latchel);
        self.pair.journal.decide(|_| Fate::Proceed);
    }

    fn check_outcomes(&self, outcomes: &[Outcome]) {
        let mut keys = BTreeSet::new();
        for outcome in outcomes {
            assert!(keys.insert(&outcome.key), "{} has two outcomes in one run: {outcomes:#?}", outcome.key);
        }
    }

    /// What no sync ever does, by what both systems held before and hold now.
    fn check_writes(&self, platform: &PlatformWorld, latchel: &LatchelWorld) {
        let writes = self.pair.journal.take_writes();
        if self.method == SyncMethod::None {
            assert!(writes.iter().all(|call| call.side == Side::Latchel), "{writes:?}");
            assert!(!writes.iter().any(|call| call.method == "create_job"), "{writes:?}");
        }
        self.pair.latchel.edit(|now| {
            for (id, before) in &latchel.properties {
                let after = &now.properties[id];
                assert!(before.is_active || !after.is_active, "{id} was activated: {writes:?}");
            }
            for (id, before) in &latchel.residents {
                let after = &now.residents[id];
                let contact =
                    |one: &LatchelResident| (one.name.clone(), one.email.clone(), one.phone.clone());
                assert_eq!(contact(before), contact(after), "contact data of {id}");
                assert!(!self.switched_off.contains(id) || !after.is_active, "{id} was switched off by hand");
            }
            for (id, before) in &latchel.jobs {
                let mut after = now.jobs[id].clone();
                if before.work_order.is_none() {
                    // The number is written back once.
                    (after.number, after.work_order) = (before.number.clone(), None);
                    after.updated_at = before.updated_at;
                }
                assert_eq!(*before, after, "work order {id}");
            }
        });
        self.pair.platform.edit(|now| {
            assert_eq!((&platform.properties, &platform.residents), (&now.properties, &now.residents));
            for (id, before) in &platform.work_orders {
                let (Row::Record(before), Row::Record(after)) = (before, &now.work_orders[id]) else {
                    panic!()
                };
                let rest = WorkOrder {
                    status: before.status.clone(),
                    freshness: before.freshness.clone(),
                    ..after.clone()
                };
                assert_eq!(*before, rest, "only its status may be written");
                let reopened = before.status.closed().is_some() && before.status != after.status;
                assert!(!reopened, "{id} was {} and is {}", before.status, after.status);
            }
        });
        self.check_no_duplicates();
    }

    fn check_no_duplicates(&self) {
        let jobs = self.pair.latchel.edit(|world| {
            let mut seen = BTreeSet::new();
            let refs = world.jobs.values().filter_map(|job| job.work_order.clone());
            refs.for_each(|reference| assert!(seen.insert(reference.clone()), "two jobs for {reference}"));
            let mut seen = BTreeSet::new();
            let refs = world.properties.values().filter_map(|one| one.reference.clone());
            refs.for_each(|reference| assert!(seen.insert(reference.clone()), "two of {reference}"));
            let mut seen = BTreeSet::new();
            let refs = world.residents.values().filter_map(|one| one.reference.clone());
            refs.for_each(|reference| assert!(seen.insert(reference.clone()), "two of {reference}"));
            world.jobs.keys().copied().collect::<Vec<_>>()
        });
        jobs.into_iter().for_each(|job| assert!(self.pair.made_from(job).len() <= 1, "two of {job}"));
    }

    /// Once calls succeed again: the plan says what the sync does, nothing is lost, and then nothing is left to do.
    async fn end(mut self) {
        self.pair.advance(TimeDelta::minutes(15));
        self.sync_with(0, Fate::Proceed).await;
        // The longest pause between two tries of what failed.
        self.pair.advance(TimeDelta::hours(6));
        let done = self.pair.sync().await;
        assert_eq!(done.run.status, RunStatus::Success, "{:#?}", done.outcomes);
        self.check_nothing_is_lost();
        self.pair.journal.take();
        self.pair.advance(TimeDelta::minutes(15));
        let again = self.pair.sync().await;
        assert_eq!(self.pair.journal.take_writes(), [], "{:#?}", again.outcomes);
    }

    fn check_nothing_is_lost(&self) {
        let (jobs, refs) = self.pair.latchel.edit(|world| {
            let refs: BTreeSet<_> = world.jobs.values().filter_map(|job| job.work_order.clone()).collect();
            let ids: Vec<_> = world.jobs.keys().copied().collect();
            (ids, refs)
        });
        let ours: BTreeMap<WorkOrderId, Option<Marker>> = self.pair.platform.edit(|world| {
            let rows = world.work_orders.iter().filter_map(|(id, row)| match row {
                Row::Record(one) => Some((id.clone(), one.marker)),
                _ => None,
            });
            rows.collect()
        });
        if self.method == SyncMethod::All {
            let lost: Vec<_> = ours.keys().filter(|id| !refs.contains(*id)).collect();
            assert!(lost.is_empty(), "not in Latchel: {lost:?}");
        }
        if self.method != SyncMethod::None {
            let named =
                |job: &JobId| self.pair.latchel.edit(|world| world.jobs[job].work_order.clone().is_some());
            let lost: Vec<_> = jobs.into_iter().filter(|job| !named(job)).collect();
            assert!(lost.is_empty(), "not on the platform: {lost:?}");
        }
    }
}

fn pick<T>(mut items: impl ExactSizeIterator<Item = T>, which: usize) -> Option<T> {
    let length = items.len();
    if length == 0 { None } else { items.nth(which % length) }
}

fn change_platform(world: &mut PlatformWorld, step: &Step) {
    let now = world.now;
    match step {
        Step::SetActive(one, active) => {
            if let Some(Row::Record(property)) = pick(world.properties.values_mut(), *one) {
                property.is_active = *active;
                property.freshness = stamped(now);
            }
        }
        Step::MoveOut(one, days) => {
            if let Some(Row::Record(resident)) = pick(world.residents.values_mut(), *one) {
                resident.tenancies[0].move_out = Some((now + TimeDelta::days(*days)).date_naive());
                resident.freshness = stamped(now);
            }
        }
        Step::ChangeContact(one) => {
            if let Some(Row::Record(resident)) = pick(world.residents.values_mut(), *one) {
                resident.email = Some(format!("{}@example.com", now.timestamp()));
                resident.freshness = stamped(now);
            }
        }
        Step::AssignToLatchel(one, assigned) => {
            let id = pick(world.work_orders.keys(), *one).cloned();
            let user = UserId::new(if *assigned { LATCHEL_USER } else { "2" });
            if let Some(id) = id {
                world.change_work_order(&id, |one| one.assigned_users = vec![user]);
            }
        }
        Step::CloseOnPlatform(one, status) => {
            let id = pick(world.work_orders.keys(), *one).cloned();
            if let Some(id) = id {
                world.change_work_order(&id, |one| one.status = WorkOrderStatus::Closed(*status));
            }
        }
        Step::NewWorkOrder(one) => {
            let units = [unit("12", Some("34")), unit("13", None)];
            let id = WorkOrderId::new(format!("W{}", 100 + world.work_orders.len()));
            let made = work_order(&units[one % 2]);
            let made = WorkOrder { number: id.to_string(), id: id.clone(), freshness: stamped(now), ..made };
            world.work_orders.insert(id, Row::Record(made));
        }
        _ => {}
    }
}

fn tell(method: SyncMethod, steps: &[Step]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut story = Story::begin(method).await;
        for step in steps {
            story.go_on(step).await;
        }
        story.end().await;
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn under_all(steps in prop::collection::vec(step(), 1..25)) {
        tell(SyncMethod::All, &steps);
    }

    #[test]
    fn under_assigned(steps in prop::collection::vec(step(), 1..25)) {
        tell(SyncMethod::Assigned, &steps);
    }

    #[test]
    fn under_none(steps in prop::collection::vec(step(), 1..25)) {
        tell(SyncMethod::None, &steps);
    }
}

#[tokio::test]
async fn a_plan_says_what_the_sync_then_does_and_writes_nothing() {
    let mut story = Story::begin(SyncMethod::All).await;
    let steps = [
        Step::SetActive(0, false),
        Step::MoveOut(1, 5),
        Step::NewWorkOrder(0),
        Step::NewJob("Completed"),
        Step::NewJob("Forwarded to PM"),
        Step::ChangeContact(0),
    ];
    for step in &steps {
        story.go_on(step).await;
    }
    story.pair.advance(TimeDelta::minutes(15));
    story.pair.journal.take();
    let told = |outcomes: Vec<Outcome>| -> BTreeMap<RecordKey, (Reason, &'static str)> {
        outcomes.into_iter().map(|one| (one.key, (one.reason, one.action.as_str()))).collect()
    };
    let planned = told(story.pair.run(Mode::Plan).await.outcomes);
    assert_eq!(story.pair.journal.take_writes(), []);
    assert_eq!(planned, told(story.pair.sync().await.outcomes));
}
