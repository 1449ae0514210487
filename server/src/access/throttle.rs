use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};

/// Most keys of each sort that are remembered: a bound on memory.
const REMEMBERED: usize = 10_000;
/// Time without a failure after which the count begins anew; longer than every pause.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(1);

/// Failed log-ins by name and by address. Each counts from when it is tried, so that many at once gain nothing.
#[derive(Debug)]
pub(super) struct Throttle {
    names: Failures<[u8; 32]>,
    addresses: Failures<Option<IpAddr>>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            names: Failures::new(5, TimeDelta::minutes(5)),
            // Several people may share one.
            addresses: Failures::new(20, TimeDelta::minutes(15)),
        }
    }
}

impl Throttle {
    /// Counts a try, or says how long to wait before the next one.
    pub fn try_now(
        &mut self,
        name: [u8; 32],
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<(), TimeDelta> {
        let wait = self.names.wait(&name, now).max(self.addresses.wait(&address, now));
        if wait > TimeDelta::zero() {
            return Err(wait);
        }
        self.names.count(name, now);
        self.addresses.count(address, now);
        Ok(())
    }

    /// The try was right: the name begins anew; of the address that try alone is taken back, or whoever knows one password
    /// could go on guessing others.
    pub fn was_right(&mut self, name: &[u8; 32], address: Option<IpAddr>) {
        self.names.of.remove(name);
        if let Some((count, _)) = self.addresses.of.get_mut(&address) {
            *count = count.saturating_sub(1);
        }
    }
}

#[derive(Debug)]
struct Failures<K> {
    /// Number of failures in a row of each key, and the instant of the last one, UTC.
    of: HashMap<K, (u32, DateTime<Utc>)>,
    /// Number of failures in a row that cost no pause.
    free: u32,
    longest: TimeDelta,
}

impl<K: Eq + Hash + Copy> Failures<K> {
    fn new(free: u32, longest: TimeDelta) -> Self {
        Self { of: HashMap::new(), free, longest }
    }

    /// Rest of the pause before the next try, which is twice as long after each failure and begins with a second.
    fn wait(&self, key: &K, now: DateTime<Utc>) -> TimeDelta {
        let Some((count, last)) = self.of.get(key) else { return TimeDelta::zero() };
        if *count < self.free || now - *last >= FORGOTTEN_AFTER {
            return TimeDelta::zero();
        }
        let doublings = (count - self.free).min(16);
        let pause = TimeDelta::seconds(1 << doublings).min(self.longest);
        (*last + pause - now).max(TimeDelta::zero())
    }

    fn count(&mut self, key: K, now: DateTime<Utc>) {
        if self.of.len() >= REMEMBERED && !self.of.contains_key(&key) {
            self.make_room(now);
        }
        let (count, last) = self.of.entry(key).or_insert((0, now));
        if now - *last >= FORGOTTEN_AFTER {
            *count = 0;
        }
        *count = count.saturating_add(1);
        *last = now;
    }

    /// Forgets what is over, or else the key with the fewest failures: a flood of new ones does not wash away the one that is
    /// being guessed at.
    fn make_room(&mut self, now: DateTime<Utc>) {
        self.of.retain(|_, (_, last)| now - *last < FORGOTTEN_AFTER);
        if self.of.len() >= REMEMBERED
            && let Some(key) = self.of.iter().min_by_key(|(_, failures)| **failures).map(|(key, _)| *key)
        {
            self.of.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_names_is_bounded_and_does_not_wash_away_the_one_that_is_guessed_at() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let mut names = Failures::new(5, TimeDelta::minutes(5));
        for _ in 0..6 {
            names.count(u32::MAX, now);
        }
        for name in 0..10_100 {
            names.count(name, now);
        }
        assert_eq!(names.of.len(), REMEMBERED);
        assert_eq!(names.wait(&u32::MAX, now), TimeDelta::seconds(2));
        names.count(20_000, now + FORGOTTEN_AFTER);
        assert_eq!(names.of.len(), 1, "what is over is forgotten");
    }
}
