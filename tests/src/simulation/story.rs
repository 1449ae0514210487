//! Stories: people change both systems, syncs run between, calls fail, and some things never happen.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use latchel_sync_core::ledger::{Outcome, RunStatus};
use latchel_sync_core::memory::{Fate, LatchelWorld, PlatformWorld};
use latchel_sync_core::model::*;
use latchel_sync_core::rules::Reason;
use latchel_sync_core::{ErrorKind, Ledger};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::oracle::{Event, check};
use super::pair::{LATCHEL_USER, Pair, stamped, unit, work_order, world};

/// What people do, or a sync. Numbers pick one of what is there.
#[derive(Debug, Clone)]
pub enum Step {
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
    /// A sync that dies at this point of the ledger's.
    Crash(u32),
}

const STATES: [&str; 4] = ["Completed", "Cancelled", "Forwarded to PM", "Awaiting Invoice"];

impl Step {
    /// What kind of step it is, for counting.
    pub fn kind(&self) -> String {
        match self {
            Self::Sync(_, fate) => format!("sync, and a call's fate is {fate:?}"),
            other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
        }
    }

    /// A step by chance.
    pub fn random(chance: &mut ChaCha8Rng) -> Self {
        let (which, yes) = (chance.random_range(0..4_usize), chance.random_bool(0.5));
        let state = STATES[chance.random_range(0..STATES.len())];
        match chance.random_range(0..20_u32) {
            0 => Self::Wait(chance.random_range(1..200)),
            1 | 2 => Self::SetActive(which, yes),
            3 | 4 => Self::MoveOut(which, chance.random_range(-3..10)),
            5 => Self::ChangeContact(which),
            6 | 7 => Self::AssignToLatchel(which, yes),
            8 => Self::CloseOnPlatform(
                which,
                if yes { ClosedStatus::Completed } else { ClosedStatus::Cancelled },
            ),
            9 => Self::NewWorkOrder(which),
            10 | 11 => Self::NewJob(state),
            12 | 13 => Self::SetJobState(which, state),
            14 => Self::SetPropertyInLatchel(which, yes),
            15 => Self::SetResidentInLatchel(which, yes),
            16 | 17 => Self::Crash(chance.random_range(0..120)),
            _ => Self::Sync(chance.random_range(0..40), fate(chance)),
        }
    }
}

fn fate(chance: &mut ChaCha8Rng) -> Fate {
    match chance.random_range(0..8_u32) {
        0 => Fate::Pretend,
        1 | 2 => Fate::LoseAnswer,
        3 => Fate::Fail(ErrorKind::Unavailable),
        4 => Fate::Fail(ErrorKind::Refused),
        5 => Fate::Fail(ErrorKind::Timeout),
        _ => Fate::Proceed,
    }
}

/// A story as it goes on, with what people did by hand in Latchel.
pub struct Story {
    pub pair: Pair,
    /// How often each reason was seen.
    pub reasons: BTreeMap<Reason, u64>,
    /// How often a sync died.
    pub crashes: u64,
    method: SyncMethod,
    switched_off: BTreeSet<LatchelResidentId>,
    history: Vec<Event>,
}

impl Story {
    /// Begins with a first sync.
    pub async fn begin(method: SyncMethod) -> Self {
        let pair = Pair::with(world(), Policy::new(method), |platform| platform).await;
        pair.sync().await;
        Self {
            pair,
            reasons: BTreeMap::new(),
            crashes: 0,
            method,
            switched_off: BTreeSet::new(),
            history: Vec::new(),
        }
    }

    /// Lets the step happen.
    pub async fn go_on(&mut self, step: &Step) {
        self.pair.advance(TimeDelta::seconds(1));
        match step {
            Step::Wait(hours) => self.pair.advance(TimeDelta::hours(*hours)),
            Step::Sync(call, fate) => self.sync_with(*call, *fate).await,
            on_platform @ (Step::SetActive(..)
            | Step::MoveOut(..)
            | Step::ChangeContact(_)
            | Step::AssignToLatchel(..)
            | Step::CloseOnPlatform(..)
            | Step::NewWorkOrder(_)) => {
                let event = self.pair.platform.edit(|world| change_platform(world, on_platform));
                self.history.extend(event);
            }
            Step::Crash(point) => self.crash(*point).await,
            Step::NewJob(state) => {
                let job = self.pair.add_job(state);
                self.history.push(Event::JobState(job, JobState::from_name(state)));
            }
            Step::SetJobState(one, state) => self.pair.latchel.edit(|world| {
                let id = pick(world.jobs.keys(), *one).copied();
                if let Some(id) = id {
                    world.change_job(id, |job| job.state = JobState::from_name(state));
                    self.history.push(Event::JobState(id, JobState::from_name(state)));
                }
            }),
            Step::SetPropertyInLatchel(one, active) => self.pair.latchel.edit(|world| {
                if let Some(property) = pick(world.properties.values_mut(), *one) {
                    property.is_active = *active;
                    let reference = property.reference.clone();
                    self.history.extend(reference.map(|id| Event::PropertyByHand(id, *active)));
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
                    let reference = resident.reference.clone();
                    self.history.extend(reference.map(Event::ResidentByHand));
                }
            }),
        }
    }

    /// A sync that dies; what it did so far must be right all the same.
    async fn crash(&mut self, point: u32) {
        let platform = self.pair.platform.edit(|world| world.clone());
        let latchel = self.pair.latchel.edit(|world| world.clone());
        self.pair.journal.take();
        if self.pair.sync_crashing(point).await.is_none() {
            self.crashes += 1;
        }
        self.check_writes(&platform, &latchel);
        let wrong = self.pair.ledger.check().await.expect("the ledger can be read");
        assert!(wrong.is_empty(), "the ledger is not sound after a crash: {wrong:?}");
    }

    async fn sync_with(&mut self, call: usize, fate: Fate) {
        // What only writes can suffer counts writes, of which a sync has few.
        let of_writes = matches!(fate, Fate::Pretend | Fate::LoseAnswer);
        let chosen = if of_writes { call % 5 } else { call };
        let mut calls = 0;
        self.pair.journal.decide(move |one| {
            calls += usize::from(!of_writes || one.writes());
            if calls == chosen && (!of_writes || one.writes()) { fate } else { Fate::Proceed }
        });
        let platform = self.pair.platform.edit(|world| world.clone());
        let latchel = self.pair.latchel.edit(|world| world.clone());
        self.pair.journal.take();
        let done = self.pair.sync().await;
        self.check_outcomes(&done.outcomes);
        self.check_writes(&platform, &latchel);
        self.pair.journal.decide(|_| Fate::Proceed);
    }

    fn check_outcomes(&mut self, outcomes: &[Outcome]) {
        let mut keys = BTreeSet::new();
        for outcome in outcomes {
            *self.reasons.entry(outcome.reason).or_default() += 1;
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
    pub async fn end(&mut self) {
        self.pair.advance(TimeDelta::minutes(15));
        self.sync_with(0, Fate::Proceed).await;
        // The longest pause between two tries of what failed.
        self.pair.advance(TimeDelta::hours(6));
        let done = self.pair.sync().await;
        assert_eq!(done.run.status, RunStatus::Success, "{:#?}", done.outcomes);
        self.check_outcomes(&done.outcomes);
        self.check_nothing_is_lost();
        check(&self.history, &self.pair, self.method);
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

fn change_platform(world: &mut PlatformWorld, step: &Step) -> Option<Event> {
    let now = world.now;
    match step {
        Step::SetActive(one, active) => {
            let Some(Row::Record(property)) = pick(world.properties.values_mut(), *one) else { return None };
            property.is_active = *active;
            property.freshness = stamped(now);
            Some(Event::PropertyOnPlatform(property.id.clone(), *active))
        }
        Step::MoveOut(one, days) => {
            let Some(Row::Record(resident)) = pick(world.residents.values_mut(), *one) else { return None };
            let day = (now + TimeDelta::days(*days)).date_naive();
            resident.tenancies[0].move_out = Some(day);
            resident.freshness = stamped(now);
            Some(Event::MoveOut(resident.id.clone(), day))
        }
        Step::ChangeContact(one) => {
            if let Some(Row::Record(resident)) = pick(world.residents.values_mut(), *one) {
                resident.email = Some(format!("{}@example.com", now.timestamp()));
                resident.freshness = stamped(now);
            }
            None
        }
        Step::AssignToLatchel(one, assigned) => {
            let id = pick(world.work_orders.keys(), *one).cloned()?;
            let user = UserId::new(if *assigned { LATCHEL_USER } else { "2" });
            world.change_work_order(&id, |one| one.assigned_users = vec![user]);
            Some(Event::WorkOrderOnPlatform(id))
        }
        Step::CloseOnPlatform(one, status) => {
            let id = pick(world.work_orders.keys(), *one).cloned()?;
            world.change_work_order(&id, |one| one.status = WorkOrderStatus::Closed(*status));
            Some(Event::WorkOrderOnPlatform(id))
        }
        Step::NewWorkOrder(one) => {
            let units = [unit("12", Some("34")), unit("13", None)];
            let id = WorkOrderId::new(format!("W{}", 100 + world.work_orders.len()));
            let made = work_order(&units[one % 2]);
            let made = WorkOrder { number: id.to_string(), id: id.clone(), freshness: stamped(now), ..made };
            world.work_orders.insert(id, Row::Record(made));
            None
        }
        _ => None,
    }
}
