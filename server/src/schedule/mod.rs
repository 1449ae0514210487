//! Timetables by which the accounts are synced automatically.

mod scheduler;
mod timetable;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use latchel_sync_core::ledger::AccountState;
use latchel_sync_core::model::Phase;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

pub(crate) use scheduler::Scheduler;
pub use timetable::Timetable;

/// The phases that go by one timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Work orders, both ways.
    WorkOrders,
    /// Properties and residents.
    PropertiesAndResidents,
    /// The whole lists of properties and residents (rule W6).
    Reconciliation,
}

impl Part {
    /// Those that go by the window. Properties come first, because work orders wait for theirs.
    pub const SYNCED: [Self; 2] = [Self::PropertiesAndResidents, Self::WorkOrders];

    /// All of them; reconciliation comes last, because it takes long.
    pub const ALL: [Self; 3] = [Self::PropertiesAndResidents, Self::WorkOrders, Self::Reconciliation];

    /// Its phases, in their order.
    pub fn phases(self) -> Vec<Phase> {
        let first = if self == Self::WorkOrders { Phase::WorkOrdersToLatchel } else { Phase::Properties };
        first.part().to_vec()
    }

    /// Its name in the ledger.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::WorkOrders => "work_orders",
            Self::PropertiesAndResidents => "properties_and_residents",
            Self::Reconciliation => "reconciliation",
        }
    }

    /// Reads a name of [`Self::as_str`].
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.as_str() == name)
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::WorkOrders => "work orders",
            Self::PropertiesAndResidents => "properties and residents",
            Self::Reconciliation => "reconciliation",
        }
    }
}

/// An account's timetables (rules W4, W6).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Schedule {
    /// Timetable of the work orders.
    #[schema(value_type = String, example = "15m")]
    pub work_orders: Timetable,
    /// Timetable of properties and residents.
    #[schema(value_type = String, example = "0 3 * * *")]
    pub properties_and_residents: Timetable,
    /// Timetable of reconciliations; without it none are done automatically.
    #[schema(value_type = Option<String>, example = "0 4 1 * *")]
    pub reconciliation: Option<Timetable>,
    /// Each account begins up to so much later than its timetable says, and always by the same span, so that many of them
    /// do not begin at once; in seconds.
    #[serde(serialize_with = "seconds")]
    #[schema(value_type = i64)]
    pub jitter: TimeDelta,
}

fn seconds<S: serde::Serializer>(span: &TimeDelta, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(span.num_seconds())
}

impl Schedule {
    /// A part's timetable, if it has one.
    pub fn of(&self, part: Part) -> Option<&Timetable> {
        match part {
            Part::WorkOrders => Some(&self.work_orders),
            Part::PropertiesAndResidents => Some(&self.properties_and_residents),
            Part::Reconciliation => self.reconciliation.as_ref(),
        }
    }

    /// The parts that are done by themselves.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(|part| self.of(*part).is_some())
    }

    /// Instant at which a part is due, UTC; `None` if it has no timetable or never comes. It goes by the timetable after the
    /// run that began at `last`, and is never before the server began. So after a downtime the accounts begin spread over
    /// the jitter too, as do those that never ran.
    pub fn due(
        &self,
        part: Part,
        account: &str,
        zone: Tz,
        last: Option<DateTime<Utc>>,
        began: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let (shift, timetable) = (self.shift(account), self.of(part)?);
        let Some(last) = last else { return began.checked_add_signed(shift) };
        let by_timetable = timetable.after(last, zone)?;
        if timetable.is_interval() && by_timetable >= began {
            // The run before was late by it already.
            return Some(by_timetable);
        }
        by_timetable.max(began).checked_add_signed(shift)
    }

    /// An account's own share of the jitter.
    fn shift(&self, account: &str) -> TimeDelta {
        let digest = Sha256::digest(account);
        let share = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        let milliseconds = self.jitter.num_milliseconds().max(0).unsigned_abs();
        let shift = u128::from(milliseconds) * u128::from(share) / (u128::from(u32::MAX) + 1);
        TimeDelta::milliseconds(i64::try_from(shift).unwrap_or_default())
    }
}

/// Instant at which a part, with every phase of it, was last begun, UTC; `None` if it never was. A run that was killed counts as far
/// as its phases succeeded.
pub(crate) fn last_begun(state: &AccountState, part: Part) -> Option<DateTime<Utc>> {
    if part == Part::Reconciliation {
        return state.reconciliation.max(state.reconciled);
    }
    let last = |phase: Phase| state.begun.get(&phase).max(state.succeeded.get(&phase)).copied();
    part.phases().into_iter().map(last).min().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-03-02T{text}Z").parse().expect("an instant")
    }

    fn schedule(work_orders: &str) -> Schedule {
        Schedule {
            work_orders: work_orders.parse().expect("a timetable"),
            properties_and_residents: "24h".parse().expect("a timetable"),
            reconciliation: None,
            jitter: TimeDelta::minutes(1),
        }
    }

    fn due(schedule: &Schedule, account: &str, last: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let due = schedule.due(Part::WorkOrders, account, Tz::UTC, last, at("12:00:00"));
        due.expect("it comes")
    }

    #[test]
    fn after_a_downtime_the_accounts_begin_spread_over_the_jitter() {
        let schedule = schedule("15m");
        let names: Vec<_> = (0..50).map(|n| format!("account {n}")).collect();
        let mut times: Vec<_> = names.iter().map(|name| due(&schedule, name, Some(at("03:00:00")))).collect();
        assert_eq!(times, names.iter().map(|name| due(&schedule, name, None)).collect::<Vec<_>>());
        times.sort();
        times.dedup();
        assert!(times.len() > 40, "{times:?}");
        assert!(times[0] >= at("12:00:00") && times[times.len() - 1] < at("12:01:00"), "{times:?}");
    }

    #[test]
    fn an_interval_does_not_drift_by_the_jitter() {
        assert_eq!(due(&schedule("15m"), "a", Some(at("12:00:07"))), at("12:15:07"));
    }

    #[test]
    fn a_cron_expression_is_late_by_the_same_span_each_time() {
        let schedule = schedule("*/15 * * * *");
        let (first, second) =
            (due(&schedule, "a", Some(at("12:01:00"))), due(&schedule, "a", Some(at("12:16:00"))));
        assert_eq!(second - first, TimeDelta::minutes(15));
        assert!(first >= at("12:15:00") && first < at("12:16:00"), "{first}");
    }

    #[test]
    fn reconciliations_go_by_their_own_runs_and_not_by_those_of_the_window() {
        let without = schedule("15m");
        let of = |schedule: &Schedule, last| {
            schedule.due(Part::Reconciliation, "a", Tz::UTC, last, at("12:00:00"))
        };
        assert_eq!(of(&without, Some(at("03:00:00"))), None, "off by default");
        assert_eq!(without.parts().collect::<Vec<_>>(), Part::SYNCED);
        let with = Schedule { reconciliation: "0 4 1 * *".parse().ok(), ..without };
        let due = of(&with, Some(at("11:00:00"))).expect("it comes");
        assert_eq!(due.format("%Y-%m-%d %H:%M").to_string(), "2026-04-01 04:00");

        let state = AccountState {
            begun: [(Phase::Properties, at("11:00:00")), (Phase::Residents, at("10:30:00"))].into(),
            succeeded: [(Phase::Residents, at("10:45:00"))].into(),
            reconciliation: Some(at("10:00:00")),
            ..AccountState::default()
        };
        let last = |part| last_begun(&state, part);
        assert_eq!(last(Part::Reconciliation), Some(at("10:00:00")));
        assert_eq!(last(Part::PropertiesAndResidents), Some(at("10:45:00")));
        assert_eq!(last(Part::WorkOrders), None);
    }

    #[test]
    fn the_parts_have_every_phase_once() {
        let mut phases: Vec<_> = Part::SYNCED.into_iter().flat_map(Part::phases).collect();
        phases.sort();
        assert_eq!(phases, Phase::ALL);
    }
}
