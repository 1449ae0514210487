use std::num::NonZeroU32;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota};
use latchel_sync_core::registry::RateLimit;
use latchel_sync_core::{Error, ErrorKind, Result};

/// Rate limits that are kept in advance, all at once.
pub(crate) struct Limits(Vec<DefaultDirectRateLimiter>);

impl Limits {
    pub fn new(limits: &[RateLimit]) -> Result<Self> {
        limits.iter().map(limiter).collect::<Result<_>>().map(Self)
    }

    /// Waits until every limit allows one more call.
    pub async fn wait(&self) {
        for limiter in &self.0 {
            limiter.until_ready().await;
        }
    }
}

/// A tenth of the calls may come at once and the rest are spread, so that no span of the limit's length ever sees
/// more than the limit: `burst + span / period <= calls`. A larger burst would cost as much of the steady rate.
fn limiter(limit: &RateLimit) -> Result<DefaultDirectRateLimiter> {
    let burst = (limit.calls / 10).max(1);
    let spread = limit.calls.saturating_sub(burst).max(1);
    let period = Duration::from_secs(limit.seconds.into()) / spread;
    match (Quota::with_period(period), NonZeroU32::new(burst)) {
        (Some(quota), Some(burst)) if limit.calls > 0 => {
            Ok(DefaultDirectRateLimiter::direct(quota.allow_burst(burst)))
        }
        _ => Err(Error::new(ErrorKind::Config, "a rate limit needs at least one call and one second")
            .with("calls", limit.calls)
            .with("seconds", limit.seconds)),
    }
}
