use std::collections::HashSet;

use chrono::{DateTime, Utc};
use latchel_sync_core::ledger::Trigger;
use latchel_sync_core::model::Phase;
use tokio::time::Instant;

use super::slots::{Room, took_long};
use super::{JobRequest, Jobs, KEPT, QueuedJob, QueuedJobId, State};

impl Jobs {
    /// Takes the next job that may begin, if there is a slot for it.
    pub(super) fn take(&self, now: DateTime<Utc>) -> Option<(QueuedJobId, JobRequest)> {
        let mut state = self.state();
        let index = next(&state, now, self.slots.room(&state))?;
        let (mut job, new) = state.waiting.remove(index);
        (job.began_at, job.started) = (Some(now), Some(Instant::now()));
        let taken = (job.id, new.clone());
        state.under_way.push((job, new));
        drop(state);
        self.changed();
        Some(taken)
    }

    /// Room for one more job.
    pub(super) fn room(&self) -> Room {
        self.slots.room(&self.state())
    }

    /// Takes in a job that begins here and waited elsewhere.
    pub(super) fn take_in(&self, mut job: QueuedJob, new: JobRequest, is_slow: bool) {
        let mut state = self.state();
        job.started = Some(Instant::now());
        match is_slow {
            true => state.slow.insert(new.kind()),
            false => state.slow.remove(&new.kind()),
        };
        state.under_way.push((job, new));
        drop(state);
        self.changed();
    }

    /// Gives up a job that is under way here; returns how it stands, and true if it took long.
    pub(super) fn give_up(&self, id: QueuedJobId) -> Option<(QueuedJob, bool)> {
        let mut state = self.state();
        let index = state.under_way.iter().position(|(job, _)| job.id == id)?;
        let (job, _) = state.under_way.remove(index);
        drop(state);
        self.ended.notify_one();
        self.changed();
        let is_slow = took_long(&job);
        Some((job, is_slow))
    }

    /// The jobs that are under way here.
    pub(super) fn under_way(&self) -> Vec<QueuedJob> {
        self.state().under_way.iter().map(|(job, _)| job.clone()).collect()
    }

    /// Puts a job that has ended aside.
    pub(super) fn end(&self, id: QueuedJobId, now: DateTime<Utc>, finish: impl FnOnce(&mut QueuedJob)) {
        let mut state = self.state();
        if let Some(index) = state.under_way.iter().position(|(job, _)| job.id == id) {
            let (mut job, new) = state.under_way.remove(index);
            match took_long(&job) {
                true => state.slow.insert(new.kind()),
                false => state.slow.remove(&new.kind()),
            };
            (job.ended_at, job.waits_for_slot) = (Some(now), false);
            finish(&mut job);
            state.ended.push_back(job);
            if state.ended.len() > KEPT {
                state.ended.pop_front();
            }
        }
        drop(state);
        self.ended.notify_one();
        self.changed();
    }
}

/// The waiting job that goes first: by rank, then by age. No two jobs hold one phase of an account at once; one that waits for
/// its phases keeps those behind it from taking them first.
fn next(state: &State, now: DateTime<Utc>, room: Room) -> Option<usize> {
    if room == Room::None {
        return None;
    }
    let mut order: Vec<usize> = (0..state.waiting.len()).collect();
    order.sort_by_key(|index| {
        let (job, new) = &state.waiting[*index];
        (new.rank(now), job.id)
    });
    let held = state.under_way.iter().flat_map(|(job, new)| phases(job, new));
    let mut held: HashSet<(String, Phase)> = held.collect();
    for index in order {
        let (job, new) = &state.waiting[index];
        let wanted: Vec<_> = phases(job, new).collect();
        let is_short = new.trigger == Trigger::Manual || !state.slow.contains(&new.kind());
        if wanted.iter().all(|phase| !held.contains(phase)) && (is_short || room == Room::Any) {
            return Some(index);
        }
        held.extend(wanted);
    }
    None
}

fn phases<'a>(job: &'a QueuedJob, new: &JobRequest) -> impl Iterator<Item = (String, Phase)> + 'a {
    let account = job.account.clone();
    new.work.holds().into_iter().map(move |phase| (account.clone(), phase))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::TimeDelta;
    use futures::FutureExt;
    use latchel_sync_core::model::{Kind, RecordKey};

    use super::super::Late;
    use super::super::Work;
    use super::super::slots::Slot;
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-03-02T20:00:00Z".parse().expect("an instant")
    }

    fn new(account: &str, trigger: Trigger, work: Work) -> JobRequest {
        JobRequest { account: account.to_owned(), work, trigger, by: "somebody".to_owned(), late_from: None }
    }

    fn sync(phases: &[Phase]) -> Work {
        Work::Sync { phases: phases.to_vec(), allow_mass_change: false }
    }

    fn work_order(id: i64) -> Work {
        Work::Named(vec![RecordKey::latchel(Kind::WorkOrder, id)])
    }

    fn begin(jobs: &Jobs) -> Option<QueuedJobId> {
        jobs.take(now()).map(|(id, _)| id)
    }

    const WORK_ORDERS: &[Phase] = &[Phase::WorkOrdersToLatchel, Phase::WorkOrdersToPlatform];

    #[test]
    fn what_people_ask_for_goes_first_then_what_was_told_of_then_the_schedule() {
        let jobs = Jobs::new(8);
        let scheduled = jobs.ask(new("a", Trigger::Schedule, sync(WORK_ORDERS)), now());
        let told = jobs.ask(new("a", Trigger::Webhook, work_order(1)), now());
        let asked = jobs.ask(new("a", Trigger::Manual, sync(&Phase::ALL)), now());
        let mut order = Vec::new();
        while let Some(id) = begin(&jobs) {
            assert_eq!(begin(&jobs), None, "each of them holds a phase of the others");
            order.push(id);
            jobs.end(id, now(), |_| {});
        }
        assert_eq!(order, [asked, told, scheduled]);
    }

    #[test]
    fn phases_that_nobody_holds_and_other_accounts_go_on_beside() {
        let jobs = Jobs::new(8);
        let residents = jobs.ask(new("a", Trigger::Schedule, sync(&[Phase::Residents])), now());
        let work_orders = jobs.ask(new("a", Trigger::Schedule, sync(WORK_ORDERS)), now());
        let other = jobs.ask(new("b", Trigger::Schedule, sync(&[Phase::Residents])), now());
        let plan = jobs.ask(new("a", Trigger::Manual, Work::Plan(Phase::ALL.to_vec())), now());
        let begun: Vec<_> = std::iter::from_fn(|| begin(&jobs)).collect();
        assert_eq!(begun, [plan, residents, work_orders, other]);
    }

    #[test]
    fn one_that_waits_for_all_of_its_phases_is_not_overtaken_for_ever() {
        let jobs = Jobs::new(8);
        let residents = jobs.ask(new("a", Trigger::Schedule, sync(&[Phase::Residents])), now());
        assert_eq!(begin(&jobs), Some(residents));
        let everything = jobs.ask(new("a", Trigger::Manual, sync(&Phase::ALL)), now());
        let work_orders = jobs.ask(new("a", Trigger::Schedule, sync(WORK_ORDERS)), now());
        assert_eq!(begin(&jobs), None);
        jobs.end(residents, now(), |_| {});
        assert_eq!(begin(&jobs), Some(everything));
        jobs.end(everything, now(), |_| {});
        assert_eq!(begin(&jobs), Some(work_orders));
    }

    #[test]
    fn what_waits_already_is_asked_for_once_and_with_the_better_rank() {
        let jobs = Jobs::new(8);
        let scheduled = jobs.ask(new("a", Trigger::Schedule, sync(WORK_ORDERS)), now());
        assert_eq!(jobs.ask(new("a", Trigger::Manual, sync(WORK_ORDERS)), now()), scheduled);
        assert_ne!(jobs.ask(new("b", Trigger::Manual, sync(WORK_ORDERS)), now()), scheduled);
        assert_eq!(jobs.get(scheduled).map(|job| job.trigger), Some(Trigger::Manual));
        // Once it is under way it may have passed the change that the next one is for.
        assert_eq!(begin(&jobs), Some(scheduled));
        assert_ne!(jobs.ask(new("a", Trigger::Manual, sync(WORK_ORDERS)), now()), scheduled);
    }

    #[test]
    fn a_report_is_made_once_at_a_time() {
        let jobs = Jobs::new(8);
        let ask = |account: &str| jobs.ask(new(account, Trigger::Manual, Work::Report), now());
        let first = ask("a");
        assert_eq!(begin(&jobs), Some(first));
        assert_eq!(ask("a"), first);
        assert_ne!(ask("b"), first);
        jobs.end(first, now(), |_| {});
        assert_ne!(ask("a"), first);
    }

    #[test]
    fn no_more_begin_than_may_be_under_way() {
        let jobs = Jobs::new(2);
        for account in ["a", "b", "c"] {
            jobs.ask(new(account, Trigger::Schedule, sync(WORK_ORDERS)), now());
        }
        assert_eq!((0..3).filter(|_| begin(&jobs).is_some()).count(), 2);
    }

    #[test]
    fn what_is_late_by_an_interval_goes_before_what_is_just_due() {
        let jobs = Jobs::new(8);
        let ordinary = jobs.ask(new("a", Trigger::Schedule, sync(WORK_ORDERS)), now());
        let late = JobRequest { late_from: Some(now()), ..new("b", Trigger::Schedule, sync(WORK_ORDERS)) };
        assert!(jobs.late(now()).is_empty());
        let late = jobs.ask(late, now());
        assert!(jobs.late(now() - TimeDelta::seconds(1)).is_empty());
        let told = Late { since: now(), is_slow: false };
        assert_eq!(jobs.late(now()).into_iter().collect::<Vec<_>>(), [("b".to_owned(), told)]);
        assert_eq!((begin(&jobs), begin(&jobs)), (Some(late), Some(ordinary)));
        // What waits for its own account's phases needs no slot.
        let after = JobRequest { late_from: Some(now()), ..new("b", Trigger::Schedule, sync(WORK_ORDERS)) };
        let after = jobs.ask(after, now());
        assert!(jobs.late(now()).is_empty());
        jobs.end(late, now(), |_| {});
        assert_eq!(jobs.late(now()).len(), 1);
        // Whoever asks for it by hand takes nothing from that.
        assert_eq!(jobs.ask(new("b", Trigger::Manual, sync(WORK_ORDERS)), now()), after);
        assert_eq!(jobs.late(now()).len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn those_that_take_long_leave_half_of_the_slots_to_others_and_take_turns() {
        let jobs = Jobs::new(4);
        for account in 0..20 {
            jobs.ask(new(&account.to_string(), Trigger::Schedule, sync(WORK_ORDERS)), now());
        }
        let begun = || std::iter::from_fn(|| begin(&jobs)).collect::<Vec<_>>();
        let first = begun();
        assert_eq!(first.len(), 4);
        let slots: Vec<_> = first.iter().map(|_| Slot::begun()).collect();
        let turns = |n: usize| slots[n].take_turns(&jobs, first[n]);
        turns(0).await;
        assert_eq!(begun().len(), 0, "no job takes long yet");
        tokio::time::advance(Duration::from_secs(60)).await;
        // Two hold what there is for long ones; the others wait at the end of their page.
        turns(0).await;
        turns(1).await;
        let (mut third, mut fourth) = (Box::pin(turns(2)), Box::pin(turns(3)));
        assert!(third.as_mut().now_or_never().is_none() && fourth.as_mut().now_or_never().is_none());
        assert_eq!(begun().len(), 2, "half of the slots are for others");
        // Who comes to the next page's end lets the one go first that has waited longest.
        let mut again = Box::pin(turns(0));
        assert!(again.as_mut().now_or_never().is_none());
        assert!(third.as_mut().now_or_never().is_some() && fourth.as_mut().now_or_never().is_none());
        assert_eq!(begun().len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_was_slow_takes_no_slot_of_the_others_the_next_time() {
        let jobs = Jobs::new(4);
        let ask = |account: &str, trigger| jobs.ask(new(account, trigger, sync(WORK_ORDERS)), now());
        let slow = ["a", "b", "c"].map(|account| ask(account, Trigger::Schedule));
        while begin(&jobs).is_some() {}
        tokio::time::advance(Duration::from_secs(60)).await;
        slow.iter().for_each(|id| jobs.end(*id, now(), |_| {}));
        let again = ["a", "b", "c"].map(|account| ask(account, Trigger::Schedule));
        let others = ["d", "e"].map(|account| ask(account, Trigger::Schedule));
        let begun: Vec<_> = std::iter::from_fn(|| begin(&jobs)).collect();
        assert_eq!(begun, [again[0], again[1], others[0], others[1]], "two of the slow ones at a time");
        // A quick job of another kind says nothing about its syncs.
        jobs.end(others[0], now(), |_| {});
        jobs.ask(new("c", Trigger::Webhook, work_order(1)), now());
        let webhook = begin(&jobs).expect("it is none of the slow ones");
        jobs.end(webhook, now(), |_| {});
        // Who asks by hand waits for no other slow one.
        assert_eq!(begin(&jobs), None);
        assert_eq!(ask("c", Trigger::Manual), again[2]);
        assert_eq!(begin(&jobs), Some(again[2]));
        // Once a job was quick, the account is like any other.
        jobs.end(again[2], now(), |_| {});
        let quick = ask("c", Trigger::Schedule);
        assert_eq!(begin(&jobs), Some(quick));
    }

    #[test]
    fn a_bounded_number_of_those_that_ended_is_kept() {
        let jobs = Jobs::new(8);
        let ids: Vec<_> = (0..=KEPT as i64)
            .map(|id| {
                jobs.ask(new("a", Trigger::Webhook, work_order(id)), now());
                let begun = begin(&jobs).expect("nothing is in its way");
                jobs.end(begun, now(), |_| {});
                begun
            })
            .collect();
        assert!(jobs.get(ids[0]).is_none());
        assert!(jobs.get(ids[1]).is_some_and(|job| job.ended_at.is_some()));
    }
}
