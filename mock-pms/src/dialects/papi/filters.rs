//! Filters of the list of jobs, which are all that there are: days, and states.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::call::Call;
use super::problem::{Problem, fault_of};
use super::quirks::{EXCLUSIVE_END, ONE_STATE, STATES_DROP_DATES, UTC_DAYS};
use super::states;
use crate::dialects::fields::plain_date;
use crate::world::{Job, World};

/// The request.
pub(super) struct Filters {
    created: Days,
    updated: Days,
    states: Option<Vec<i64>>,
}

/// Days in a zone; an end that is left out is open.
struct Days {
    start: Option<NaiveDate>,
    /// The first day that is not asked for any more.
    end: Option<NaiveDate>,
    zone: Tz,
}

impl Days {
    fn admit(&self, at: DateTime<Utc>) -> bool {
        let day = at.with_timezone(&self.zone).date_naive();
        self.start.is_none_or(|start| start <= day) && self.end.is_none_or(|end| day < end)
    }
}

impl Filters {
    /// Reads them; a value that is none of theirs is refused, and whatever else is asked is ignored.
    pub(super) fn of(world: &World, call: &Call) -> Result<Self, Problem> {
        let mut errors = Vec::new();
        let states = states_of(call, &mut errors);
        let mut created = days(world, call, "created_at", &mut errors);
        let mut updated = days(world, call, "updated_at", &mut errors);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        if states.is_some() && call.has(&STATES_DROP_DATES) {
            let open = |zone| Days { start: None, end: None, zone };
            (created, updated) = (open(created.zone), open(updated.zone));
        }
        Ok(Self { created, updated, states })
    }

    pub(super) fn admit(&self, job: &Job) -> bool {
        self.created.admit(job.created_at)
            && self.updated.admit(job.updated_at)
            && self.states.as_ref().is_none_or(|ids| ids.contains(&states::number(&job.state)))
    }
}

fn days(world: &World, call: &Call, of: &str, errors: &mut Vec<(String, String)>) -> Days {
    let zone = if call.has(&UTC_DAYS) { Tz::UTC } else { world.latchel.company.timezone };
    let start = day(call, &format!("{of}_start_date"), errors);
    let end = day(call, &format!("{of}_end_date"), errors);
    let end = if call.has(&EXCLUSIVE_END) { end } else { end.and_then(|end| end.succ_opt()) };
    Days { start, end, zone }
}

fn day(call: &Call, name: &str, errors: &mut Vec<(String, String)>) -> Option<NaiveDate> {
    let day = plain_date(call.value(name)?);
    if day.is_none() {
        errors.push((name.to_owned(), fault_of(name, "must match the format Y-m-d")));
    }
    day
}

/// Ids with commas between them.
fn states_of(call: &Call, errors: &mut Vec<(String, String)>) -> Option<Vec<i64>> {
    let sent = call.value("in_states")?.split(',').map(|id| id.trim().parse());
    match sent.collect::<Result<Vec<i64>, _>>() {
        Ok(mut ids) => {
            if call.has(&ONE_STATE) {
                ids.truncate(1);
            }
            Some(ids)
        }
        Err(_) => {
            errors.push(("in_states".to_owned(), fault_of("in_states", "must be ids of states")));
            None
        }
    }
}
