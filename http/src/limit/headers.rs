use std::time::Duration;

use chrono::Utc;
use latchel_sync_core::LONGEST_PAUSE_WITHIN_A_RUN;
use reqwest::header::{DATE, HeaderMap};

use crate::answer::http_date;

/// Wait until the next call where nothing is left and nobody tells until when.
const UNTOLD: Duration = Duration::from_secs(30);

/// The headers in which a far side tells what is left of a limit that others use up too.
#[derive(Debug, Clone, Copy)]
pub struct RateLimitHeaders {
    /// Name of the header with the number of calls that are left.
    pub remaining: &'static str,
    /// Name of the header with the instant at which there are more again, in seconds since 1970 by the far side's own clock;
    /// `None` where no header tells, and the client asks again a little later.
    pub reset: Option<&'static str>,
}

impl RateLimitHeaders {
    /// Reads the headers of an answer; `None` if they say nothing that can be understood.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Option<Left> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        let calls = text(self.remaining)?.trim().parse().ok()?;
        let Some(reset) = self.reset else { return Some(Left { calls, renewed_in: UNTOLD }) };
        let reset: i64 = text(reset)?.trim().parse().ok()?;
        // By the far side's own clock, which may be off.
        let now = text(DATE.as_str()).and_then(http_date).unwrap_or_else(Utc::now);
        let seconds = u64::try_from(reset.saturating_sub(now.timestamp())).unwrap_or(0);
        Some(Left { calls, renewed_in: Duration::from_secs(seconds).min(LONGEST_PAUSE_WITHIN_A_RUN) })
    }
}

/// Rest of a limit that others use up too: the calls that are left, and the time until it is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    pub calls: u32,
    pub renewed_in: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_by_the_far_sides_own_clock() {
        let names = RateLimitHeaders { remaining: "x-left", reset: Some("x-reset") };
        let read = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            names.read(&headers)
        };
        let date = ("date", "Thu, 01 Jan 1970 00:16:40 GMT");
        let left = |calls, seconds: u64| Some(Left { calls, renewed_in: Duration::from_secs(seconds) });
        assert_eq!(read(&[("x-left", "7"), ("x-reset", "1012"), date]), left(7, 12));
        assert_eq!(read(&[("x-left", "0"), ("x-reset", "900"), date]), left(0, 0));
        assert_eq!(read(&[("x-left", "0"), ("x-reset", "99999"), date]), left(0, 60));
        assert_eq!(read(&[("x-left", "many"), ("x-reset", "1012"), date]), None);
        assert_eq!(read(&[("x-left", "7")]), None);
        let mut headers = HeaderMap::new();
        headers.insert("x-left", "7".parse().unwrap());
        let without_reset = RateLimitHeaders { remaining: "x-left", reset: None };
        assert_eq!(without_reset.read(&headers), Some(Left { calls: 7, renewed_in: UNTOLD }));
    }
}
