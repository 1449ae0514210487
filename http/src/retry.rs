use std::sync::OnceLock;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use latchel_sync_core::{ErrorKind, LONGEST_PAUSE_WITHIN_A_RUN, Result};

use crate::failure::{Failure, Reached};

const ATTEMPTS_AFTER_THE_FIRST: usize = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

static CHOSEN: OnceLock<Duration> = OnceLock::new();

/// Sets the pause before a failed call is tried a second time, for the whole process; each further pause is twice as long, up to
/// ten seconds. The first setting stays. Without one it is 200 ms.
pub fn set_first_pause(pause: Duration) {
    CHOSEN.get_or_init(|| pause);
}

/// Rule for repeating a call after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It only reads, so that every temporary failure may be tried again.
    Always,
    /// It only reads, and what fails is asked for in another way next: it is tried again only where the far side asks for
    /// that, or was never reached.
    IfAsked,
    /// It writes: only what was surely not processed may be tried again, which "too many requests" says, and
    /// which holds for what never left.
    IfNotProcessed,
}

impl Repeat {
    fn allows(self, failure: &Failure) -> bool {
        match self {
            Self::Always => failure.error.is_temporary(),
            Self::IfAsked | Self::IfNotProcessed => {
                failure.error.kind() == ErrorKind::RateLimited || failure.reached == Reached::Never
            }
        }
    }
}

/// Runs `attempt` with growing pauses for as long as `repeat` allows; a pause that the far side asks for is kept.
pub(crate) async fn with_retries<T, F, Fut>(repeat: Repeat, attempt: F) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, Failure>>,
{
    let pauses = ExponentialBuilder::default()
        .with_min_delay(CHOSEN.get().copied().unwrap_or(FIRST_PAUSE))
        .with_max_delay(LONGEST_PAUSE)
        .with_max_times(ATTEMPTS_AFTER_THE_FIRST)
        .with_jitter();
    attempt
        .retry(pauses)
        .when(|failure| repeat.allows(failure))
        .adjust(|failure, pause| longer(pause?, failure.error.retry_after()))
        .notify(|failure, pause| tracing::debug!(error = %failure.error, ?pause, "trying again"))
        .await
        .map_err(|failure| failure.error)
}

/// The longer of our pause and the one that was asked for; `None` gives up.
fn longer(ours: Duration, asked: Option<Duration>) -> Option<Duration> {
    match asked {
        Some(asked) if asked > LONGEST_PAUSE_WITHIN_A_RUN => None,
        Some(asked) => Some(asked.max(ours)),
        None => Some(ours),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use latchel_sync_core::Error;

    use super::*;

    /// Number of tries of a write that fails once, and would succeed the second time.
    async fn tries_of_a_write(kind: ErrorKind, reached: Reached) -> u32 {
        let tries = Cell::new(0);
        let attempt = || {
            tries.set(tries.get() + 1);
            let first = tries.get() == 1;
            let failure = || Failure { error: Error::new(kind, "a failure"), reached };
            async move { if first { Err(failure()) } else { Ok(()) } }
        };
        let _ = with_retries(Repeat::IfNotProcessed, attempt).await;
        tries.get()
    }

    #[tokio::test]
    async fn a_write_is_repeated_only_if_it_was_surely_not_processed() {
        assert_eq!(tries_of_a_write(ErrorKind::RateLimited, Reached::Maybe).await, 2);
        assert_eq!(tries_of_a_write(ErrorKind::Unavailable, Reached::Never).await, 2);
        for kind in [ErrorKind::Unavailable, ErrorKind::Timeout, ErrorKind::Malformed, ErrorKind::Refused] {
            assert_eq!(tries_of_a_write(kind, Reached::Maybe).await, 1, "{kind:?}");
        }
    }

    #[test]
    fn a_pause_that_is_asked_for_is_kept_or_left_to_the_caller() {
        let second = Duration::from_secs(1);
        assert_eq!(longer(second, None), Some(second));
        assert_eq!(longer(second, Some(Duration::ZERO)), Some(second));
        assert_eq!(longer(second, Some(30 * second)), Some(30 * second));
        assert_eq!(longer(second, Some(3_600 * second)), None);
    }
}
