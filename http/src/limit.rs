use std::num::NonZeroU32;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota};
use latchel_sync_core::registry::RateLimit;

/// Rate limits that are kept in advance, all at once.
pub(crate) struct Limits(Vec<DefaultDirectRateLimiter>);

impl Limits {
    pub fn new(limits: &[RateLimit]) -> Self {
        Self(limits.iter().filter_map(limiter).collect())
    }

    /// Waits until every limit allows one more call.
    pub async fn wait(&self) {
        for limiter in &self.0 {
            limiter.until_ready().await;
        }
    }
}

/// Half of the calls may come at once and the rest are spread, so that no span of the limit's length ever sees more
/// than the limit: `burst + span / period <= calls`.
fn limiter(limit: &RateLimit) -> Option<DefaultDirectRateLimiter> {
    let burst = NonZeroU32::new(limit.calls.div_ceil(2))?;
    let spread = limit.calls.saturating_sub(burst.get()).max(1);
    let period = Duration::from_secs(limit.seconds.into()) / spread;
    let quota = Quota::with_period(period)?.allow_burst(burst);
    Some(DefaultDirectRateLimiter::direct(quota))
}
