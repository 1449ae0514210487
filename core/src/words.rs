//! Instants in words for people.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// An instant in the time zone `zone`, to the minute, with the zone's short name: `2026-03-02 12:00 PST`.
pub fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_where_the_account_is() {
        let at = "2026-03-02T20:00:00Z".parse().expect("an instant");
        assert_eq!(local(at, chrono_tz::America::Los_Angeles), "2026-03-02 12:00 PST");
        assert_eq!(local(at, Tz::UTC), "2026-03-02 20:00 UTC");
    }
}
