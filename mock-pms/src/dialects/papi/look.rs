//! Spelling of values in answers.

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::{Value, json};

use super::quirks::{BOOLEAN_FLAGS, ZONELESS_TIMES};
use crate::world::World;

/// Spelling of date-times and flags in this world.
pub(super) struct Look {
    has_zones: bool,
    has_booleans: bool,
}

impl Look {
    pub(super) fn of(world: &World) -> Self {
        Self { has_zones: !ZONELESS_TIMES.is_on(world), has_booleans: BOOLEAN_FLAGS.is_on(world) }
    }

    pub(super) fn time(&self, at: DateTime<Utc>) -> Value {
        let at = at.trunc_subsecs(0);
        let form = if self.has_zones { "%Y-%m-%dT%H:%M:%S%.6fZ" } else { "%Y-%m-%d %H:%M:%S" };
        Value::from(at.format(form).to_string())
    }

    pub(super) fn maybe_time(&self, at: Option<DateTime<Utc>>) -> Value {
        at.map_or(Value::Null, |at| self.time(at))
    }

    pub(super) fn flag(&self, flag: bool) -> Value {
        if self.has_booleans { json!(flag) } else { json!(i64::from(flag)) }
    }
}
