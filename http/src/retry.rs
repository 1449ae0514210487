use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use latchel_sync_core::{Error, ErrorKind, Result};

const ATTEMPTS_AFTER_THE_FIRST: usize = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Whether a call may be repeated after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It only reads, so that every temporary failure may be tried again.
    Always,
    /// It writes: only what was surely not processed may be tried again, which "too many requests" says.
    IfNotProcessed,
}

impl Repeat {
    fn allows(self, error: &Error) -> bool {
        match self {
            Self::Always => error.is_temporary(),
            Self::IfNotProcessed => error.kind() == ErrorKind::RateLimited,
        }
    }
}

/// Runs `attempt` with growing pauses for as long as `repeat` allows; a pause that the far side asks for is kept.
pub(crate) async fn with_retries<T, F, Fut>(repeat: Repeat, attempt: F) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let pauses = ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_max_times(ATTEMPTS_AFTER_THE_FIRST)
        .with_jitter();
    attempt
        .retry(pauses)
        .when(|error| repeat.allows(error))
        .adjust(|error, pause| pause.map(|pause| error.retry_after().map_or(pause, |asked| asked.max(pause))))
        .notify(|error, pause| tracing::debug!(%error, ?pause, "trying again"))
        .await
}
