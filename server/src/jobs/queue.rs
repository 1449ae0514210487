use std::collections::HashSet;

use chrono::{DateTime, Utc};
use latchel_sync_core::ledger::Phase;

use super::{Job, JobId, Jobs, KEPT, NewJob, State};

impl Jobs {
    /// Takes the next job that may begin while fewer than `at_once` are under way.
    pub(super) fn take(&self, now: DateTime<Utc>, at_once: usize) -> Option<(JobId, NewJob)> {
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
    pub(super) fn end(&self, id: JobId, now: DateTime<Utc>, finish: impl FnOnce(&mut Job)) {
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

fn phases<'a>(job: &'a Job, new: &NewJob) -> impl Iterator<Item = (String, Phase)> + 'a {
    let account = job.account.clone();
    new.work.holds().into_iter().map(move |phase| (account.clone(), phase))
}
