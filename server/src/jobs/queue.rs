use std::collections::HashSet;

use chrono::{DateTime, Utc};
use latchel_sync_core::model::Phase;

use super::{JobRequest, Jobs, KEPT, QueuedJob, QueuedJobId, State};

impl Jobs {
    /// Takes the next job that may begin while fewer than `at_once` are under way.
    pub(super) fn take(&self, now: DateTime<Utc>, at_once: usize) -> Option<(QueuedJobId, JobRequest)> {
        let mut state = self.state();
        if state.under_way.len() >= at_once {
            return None;
        }
        let index = next(&state)?;
        let (mut job, new) = state.waiting.remove(index);
        job.began_at = Some(now);
        let taken = (job.id, new.clone());
        state.under_way.push((job, new));
        drop(state);
        self.changed();
        Some(taken)
    }

    /// Puts a job that has ended aside.
    pub(super) fn end(&self, id: QueuedJobId, now: DateTime<Utc>, finish: impl FnOnce(&mut QueuedJob)) {
        let mut state = self.state();
        if let Some(index) = state.under_way.iter().position(|(job, _)| job.id == id) {
            let (mut job, _) = state.under_way.remove(index);
            job.ended_at = Some(now);
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
fn next(state: &State) -> Option<usize> {
    let mut order: Vec<usize> = (0..state.waiting.len()).collect();
    order.sort_by_key(|index| {
        let (job, new) = &state.waiting[*index];
        (new.rank(), job.id)
    });
    let held = state.under_way.iter().flat_map(|(job, new)| phases(job, new));
    let mut held: HashSet<(String, Phase)> = held.collect();
    for index in order {
        let (job, new) = &state.waiting[index];
        let wanted: Vec<_> = phases(job, new).collect();
        if wanted.iter().all(|phase| !held.contains(phase)) {
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
    use latchel_sync_core::ledger::Trigger;
    use latchel_sync_core::model::{Kind, RecordKey};

    use super::super::Work;
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-03-02T20:00:00Z".parse().expect("an instant")
    }

    fn new(account: &str, trigger: Trigger, work: Work) -> JobRequest {
        JobRequest { account: account.to_owned(), work, trigger, by: "somebody".to_owned() }
    }

    fn sync(phases: &[Phase]) -> Work {
        Work::Sync { phases: phases.to_vec(), allow_mass_change: false }
    }

    fn work_order(id: i64) -> Work {
        Work::Named(vec![RecordKey::latchel(Kind::WorkOrder, id)])
    }

    fn begin(jobs: &Jobs) -> Option<QueuedJobId> {
        jobs.take(now(), 8).map(|(id, _)| id)
    }

    const WORK_ORDERS: &[Phase] = &[Phase::WorkOrdersToLatchel, Phase::WorkOrdersToPlatform];

    #[test]
    fn what_people_ask_for_goes_first_then_what_was_told_of_then_the_schedule() {
        let jobs = Jobs::default();
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
        let jobs = Jobs::default();
        let residents = jobs.ask(new("a", Trigger::Schedule, sync(&[Phase::Residents])), now());
        let work_orders = jobs.ask(new("a", Trigger::Schedule, sync(WORK_ORDERS)), now());
        let other = jobs.ask(new("b", Trigger::Schedule, sync(&[Phase::Residents])), now());
        let plan = jobs.ask(new("a", Trigger::Manual, Work::Plan(Phase::ALL.to_vec())), now());
        let begun: Vec<_> = std::iter::from_fn(|| begin(&jobs)).collect();
        assert_eq!(begun, [plan, residents, work_orders, other]);
    }

    #[test]
    fn one_that_waits_for_all_of_its_phases_is_not_overtaken_for_ever() {
        let jobs = Jobs::default();
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
        let jobs = Jobs::default();
        let scheduled = jobs.ask(new("a", Trigger::Schedule, sync(WORK_ORDERS)), now());
        assert_eq!(jobs.ask(new("a", Trigger::Manual, sync(WORK_ORDERS)), now()), scheduled);
        assert_ne!(jobs.ask(new("b", Trigger::Manual, sync(WORK_ORDERS)), now()), scheduled);
        assert_eq!(jobs.get(scheduled).map(|job| job.trigger), Some(Trigger::Manual));
        // Once it is under way it may have passed the change that the next one is for.
        assert_eq!(begin(&jobs), Some(scheduled));
        assert_ne!(jobs.ask(new("a", Trigger::Manual, sync(WORK_ORDERS)), now()), scheduled);
    }

    #[test]
    fn no_more_begin_than_may_be_under_way() {
        let jobs = Jobs::default();
        for account in ["a", "b", "c"] {
            jobs.ask(new(account, Trigger::Schedule, sync(WORK_ORDERS)), now());
        }
        assert_eq!((0..3).filter(|_| jobs.take(now(), 2).is_some()).count(), 2);
    }

    #[test]
    fn a_bounded_number_of_those_that_ended_is_kept() {
        let jobs = Jobs::default();
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
