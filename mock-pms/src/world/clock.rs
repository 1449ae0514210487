//! The world's clock: frozen unless told to run.

use std::time::Instant;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Mode of the clock: it stands still, or it moves by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// It stands still until it is set or advanced.
    #[default]
    Frozen,
    /// It advances with real time from the instant it was set.
    Running,
}

/// The time that both systems of a world believe in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(from = "ClockFile", into = "ClockFile")]
pub struct Clock {
    set_to: DateTime<Utc>,
    set_at: Instant,
    mode: ClockMode,
}

/// The clock as it stands in a world file.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ClockFile {
    now: DateTime<Utc>,
    #[serde(default)]
    mode: ClockMode,
}

impl Clock {
    /// A clock that stands still at `now`.
    pub fn frozen(now: DateTime<Utc>) -> Self {
        Self::new(now, ClockMode::Frozen)
    }

    /// A clock that runs on from `now`.
    pub fn running(now: DateTime<Utc>) -> Self {
        Self::new(now, ClockMode::Running)
    }

    /// A clock at `now` in the given mode.
    pub fn new(now: DateTime<Utc>, mode: ClockMode) -> Self {
        Self { set_to: now, set_at: Instant::now(), mode }
    }

    /// Time that the clock shows (UTC), in whole seconds: neither system tells time more finely.
    pub fn now(&self) -> DateTime<Utc> {
        let elapsed = match self.mode {
            ClockMode::Frozen => TimeDelta::zero(),
            ClockMode::Running => TimeDelta::from_std(self.set_at.elapsed()).unwrap_or_default(),
        };
        (self.set_to + elapsed).trunc_subsecs(0)
    }

    /// Mode of the clock: it stands still, or it moves by itself.
    pub fn mode(&self) -> ClockMode {
        self.mode
    }

    /// Sets the clock, in its present mode.
    pub fn set(&mut self, now: DateTime<Utc>) {
        *self = Self::new(now, self.mode);
    }

    /// Stops the clock or lets it run, at the time it shows.
    pub fn set_mode(&mut self, mode: ClockMode) {
        *self = Self::new(self.now(), mode);
    }

    /// Moves the clock, backwards too.
    pub fn advance(&mut self, by: TimeDelta) {
        self.set_to += by;
    }
}

impl PartialEq for Clock {
    fn eq(&self, other: &Self) -> bool {
        self.mode == other.mode && self.now() == other.now()
    }
}

impl From<ClockFile> for Clock {
    fn from(file: ClockFile) -> Self {
        Self::new(file.now, file.mode)
    }
}

impl From<Clock> for ClockFile {
    fn from(clock: Clock) -> Self {
        Self { now: clock.now(), mode: clock.mode }
    }
}
