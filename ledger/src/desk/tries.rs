//! Tries of something secret, counted for all processes, so that nobody can go on guessing.

use chrono::{DateTime, TimeDelta, Utc};

/// Time without a try after which the count begins anew; longer than every pause.
pub(crate) const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(1);

/// Kind of the keys that are names of users: whoever is added anew begins anew.
pub const OF_NAME: &str = "log_in/name";

/// Key by which tries are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TryKey {
    /// Its kind; each has a bound of its own on what is remembered.
    pub kind: &'static str,
    /// The key, such as an address.
    pub key: String,
    /// Pace that it is held to.
    pub pace: Pace,
}

/// Pauses between tries that fail one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Number of failures in a row that cost no pause.
    pub free: u32,
    /// The longest pause.
    pub longest: TimeDelta,
}

impl Pace {
    /// Rest of the pause before the next try, which is twice as long after each failure and begins with a second; after so many
    /// failures in a row, the last at this instant, UTC.
    pub fn wait(&self, failures: u32, last: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
        if failures < self.free || now - last >= FORGOTTEN_AFTER {
            return TimeDelta::zero();
        }
        let doublings = (failures - self.free).min(16);
        let pause = TimeDelta::seconds(1 << doublings).min(self.longest);
        (last + pause - now).max(TimeDelta::zero())
    }
}
