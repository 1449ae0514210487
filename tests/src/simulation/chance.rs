use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Source of chance from a seed, in one stream for each part that asks, so that one's questions do not change another's
/// answers.
#[derive(Debug, Clone)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// True so often in a hundred times.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// A number from `from` to `to`, both included.
    pub fn from(&mut self, from: i64, to: i64) -> i64 {
        self.0.random_range(from..=to)
    }

    /// The number of one of `count`.
    pub fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count.max(1))
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// One of the keys or values of a map, if it has any.
    pub fn pick_of<T>(&mut self, items: impl ExactSizeIterator<Item = T>) -> Option<T> {
        let which = self.below(items.len());
        items.into_iter().nth(which)
    }

    pub fn seconds(&mut self, from: i64, to: i64) -> Duration {
        Duration::from_secs(self.from(from, to).unsigned_abs())
    }
}
