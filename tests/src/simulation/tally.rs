use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use latchel_sync_core::model::Reason;

/// Contents of stories: the number of times that each deed, fault and reason occurred.
#[derive(Debug, Default)]
pub struct Tally {
    pub deeds: BTreeMap<&'static str, u64>,
    pub faults: BTreeMap<&'static str, u64>,
    pub runs: BTreeMap<&'static str, u64>,
    pub reasons: BTreeMap<Reason, u64>,
    /// Accounts, by whose capabilities their platform has.
    pub platforms: BTreeMap<&'static str, u64>,
}

/// One that several tasks count in.
#[derive(Debug, Default)]
pub struct Shared(Mutex<Tally>);

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn deed(&self, what: &'static str) {
        *self.lock().deeds.entry(what).or_default() += 1;
    }

    pub fn fault(&self, what: &'static str) {
        *self.lock().faults.entry(what).or_default() += 1;
    }

    pub fn run(&self, how: &'static str) {
        *self.lock().runs.entry(how).or_default() += 1;
    }

    pub fn platform(&self, like: &'static str) {
        *self.lock().platforms.entry(like).or_default() += 1;
    }

    pub fn reason(&self, reason: Reason, times: u64) {
        *self.lock().reasons.entry(reason).or_default() += times;
    }
}

impl Tally {
    /// Adds what another story was about.
    pub fn add(&mut self, other: &Self) {
        let add = |to: &mut BTreeMap<&'static str, u64>, from: &BTreeMap<&'static str, u64>| {
            from.iter().for_each(|(what, count)| *to.entry(what).or_default() += count);
        };
        add(&mut self.deeds, &other.deeds);
        add(&mut self.faults, &other.faults);
        add(&mut self.runs, &other.runs);
        add(&mut self.platforms, &other.platforms);
        other.reasons.iter().for_each(|(reason, count)| *self.reasons.entry(*reason).or_default() += count);
    }
}
