//! Faults that happen on purpose: the plan as it goes on.

pub(crate) mod plan;

use std::collections::{HashSet, VecDeque};

use axum::extract::Request;
use chrono::{DateTime, TimeDelta, Utc};

pub use self::plan::{Fault, FaultPlan, FaultPlanError, FaultRule, Flaw};
use crate::shared::purpose::Arrived;
use crate::world::{Side, World};

/// A plan as it goes on.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    plan: FaultPlan,
    /// For each rule: the requests that matched it so far, and the faults that happened by it.
    counts: Vec<(u64, u64)>,
    /// Worlds as they were before the first change of each second, oldest first.
    history: VecDeque<(DateTime<Utc>, World)>,
    /// The sides whose credentials have expired.
    expired: HashSet<Side>,
}

/// A fault whose turn it is.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) fault: Fault,
    /// A number that is the same for the same seed, rule and call.
    pub(crate) dice: u64,
}

impl Faults {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        Self { counts: vec![(0, 0); plan.faults.len()], plan, ..Self::default() }
    }

    pub(crate) fn plan(&self) -> &FaultPlan {
        &self.plan
    }

    /// Number of faults that have happened so far.
    pub(crate) fn happened(&self) -> u64 {
        self.counts.iter().map(|(_, happened)| happened).sum()
    }

    /// True if the side refuses all credentials, also those that are right.
    pub(crate) fn has_expired(&self, side: Side) -> bool {
        self.expired.contains(&side)
    }

    pub(crate) fn next(&mut self, side: Side, request: &Request) -> Option<Turn> {
        let seed = self.plan.seed;
        let mut turn = None;
        let rules = self.plan.faults.iter().zip(&mut self.counts).enumerate();
        for (index, (rule, (matched, happened))) in rules {
            if !rule.fits(side, request) {
                continue;
            }
            *matched += 1;
            let dice = mix(seed, index as u64, *matched);
            let its_turn = rule.calls.is_empty() || rule.calls.contains(matched);
            let left = rule.times.is_none_or(|times| *happened < times);
            let lucky = rule.probability.is_none_or(|p| chance(dice) < p);
            if turn.is_none() && its_turn && left && lucky {
                *happened += 1;
                turn = Some(Turn { fault: rule.fault.clone(), dice });
            }
        }
        match turn.as_ref().map(|turn| &turn.fault) {
            Some(Fault::ExpiredCredentials) => drop(self.expired.insert(side)),
            Some(Fault::RenewedCredentials) => drop(self.expired.remove(&side)),
            _ => {}
        }
        turn
    }

    /// Keeps the world as it is before a change, if a stale read may want it.
    pub(crate) fn remember(&mut self, world: &World) {
        let Some(longest) = self.plan.faults.iter().filter_map(|rule| rule.fault.staleness()).max() else {
            return;
        };
        let now = world.now();
        while self.history.front().is_some_and(|(at, _)| now - *at >= longest) {
            self.history.pop_front();
        }
        // Only the oldest world of a second is ever asked for.
        if self.history.back().is_none_or(|(at, _)| *at != now) {
            self.history.push_back((now, world.clone()));
        }
    }

    /// The world as it was so long ago, if it was another.
    pub(crate) fn world_of(&self, age: TimeDelta, now: DateTime<Utc>) -> Option<World> {
        self.history.iter().find(|(at, _)| now - *at < age).map(|(_, world)| world.clone())
    }
}

impl FaultRule {
    fn fits(&self, side: Side, request: &Request) -> bool {
        self.side.is_none_or(|one| one == side)
            && self.method.as_ref().is_none_or(|one| request.method().as_str().eq_ignore_ascii_case(one))
            && self.path.as_ref().is_none_or(|one| request.uri().path().starts_with(one.as_str()))
            && self.body.as_ref().is_none_or(|text| {
                let sent = request.extensions().get::<Arrived>().map(|arrived| &arrived.body);
                sent.is_some_and(|sent| String::from_utf8_lossy(sent).contains(text))
            })
    }
}

impl Fault {
    fn staleness(&self) -> Option<TimeDelta> {
        match self {
            Self::Stale { seconds } => Some(seconds_of(*seconds)),
            _ => None,
        }
    }
}

/// So many seconds, or as many as there can be.
pub(crate) fn seconds_of(seconds: u64) -> TimeDelta {
    i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds).unwrap_or(TimeDelta::MAX)
}

/// A number that is the same for the same arguments (SplitMix64).
fn mix(seed: u64, rule: u64, call: u64) -> u64 {
    let mut mixed =
        seed ^ rule.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ call.wrapping_mul(0xD1B5_4A32_D192_ED03);
    for factor in [0xBF58_476D_1CE4_E5B9_u64, 0x94D0_49BB_1331_11EB] {
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(factor);
    }
    mixed ^ (mixed >> 31)
}

/// The number as one from 0 to 1.
fn chance(dice: u64) -> f64 {
    (dice >> 11) as f64 / (1_u64 << 53) as f64
}
