//! Times and spans as people read them.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// An instant, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct When {
    /// For machines: RFC 3339, UTC.
    pub machine: String,
    /// In the account's time zone, to the minute.
    pub exact: String,
    /// From now: `3 minutes ago`, `in 2 hours`.
    pub relative: String,
}

/// Instant at which somebody looks at a page (UTC), and the time zone that times are shown in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub now: DateTime<Utc>,
    pub zone: Tz,
}

impl Moment {
    pub fn when(&self, at: DateTime<Utc>) -> When {
        When {
            machine: at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            exact: at.with_timezone(&self.zone).format("%Y-%m-%d %H:%M %Z").to_string(),
            relative: relative(at - self.now),
        }
    }
}

fn relative(span: TimeDelta) -> String {
    let seconds = span.num_seconds();
    if seconds.abs() < 10 {
        return "now".to_owned();
    }
    let text = rough(span.abs());
    if seconds < 0 { format!("{text} ago") } else { format!("in {text}") }
}

/// A span in its largest unit.
pub(super) fn rough(span: TimeDelta) -> String {
    let (count, unit) = match span.num_seconds() {
        seconds @ ..60 => (seconds, "second"),
        seconds @ 60..3_600 => (seconds / 60, "minute"),
        seconds @ 3_600..172_800 => (seconds / 3_600, "hour"),
        seconds => (seconds / 86_400, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// Time that a run took, as people read it.
pub(super) fn took(ms: u64) -> String {
    match ms {
        ..1_000 => format!("{ms} ms"),
        1_000..120_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => rough(TimeDelta::milliseconds(i64::try_from(ms).unwrap_or(i64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_from_now_and_exactly_where_the_account_is() {
        let now: DateTime<Utc> = "2026-03-02T20:00:00Z".parse().expect("an instant");
        let moment = Moment { now, zone: chrono_tz::America::Los_Angeles };
        let told = |seconds| moment.when(now + TimeDelta::seconds(seconds)).relative;
        assert_eq!(
            [-200_000, -86_400, -3_600, -90, -5, 5, 61, 7_300].map(told),
            [
                "2 days ago",
                "24 hours ago",
                "1 hour ago",
                "1 minute ago",
                "now",
                "now",
                "in 1 minute",
                "in 2 hours"
            ]
        );
        let when = moment.when(now);
        assert_eq!(
            (when.exact.as_str(), when.machine.as_str()),
            ("2026-03-02 12:00 PST", "2026-03-02T20:00:00Z")
        );
    }
}
