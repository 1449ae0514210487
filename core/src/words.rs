//! Instants in words for people, and texts for their spreadsheets.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// An instant in the time zone `zone`, to the minute, with the zone's short name: `2026-03-02 12:00 PST`.
pub fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// First characters of a text that a spreadsheet would take for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text as a field of a table for a spreadsheet, which takes it for no formula.
pub fn inert(text: &str) -> Cow<'_, str> {
    if looks_like_a_formula(text) { format!("'{text}").into() } else { text.into() }
}

/// Reads back what [`inert`] wrote.
pub fn not_inert(field: &str) -> &str {
    match field.strip_prefix('\'') {
        Some(text) if looks_like_a_formula(text) => text,
        _ => field,
    }
}

/// True also of one that was made inert, so that both ways lead back.
fn looks_like_a_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
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
    #[test]
    fn what_was_made_inert_is_read_back() {
        for text in
            ["=cmd()", "'=cmd()", "''=cmd()", "-1", "+1", "@a", "\t1", "Elm 12", "", "'", "'a", "12/34"]
        {
            let field = inert(text);
            assert!(!field.starts_with(FORMULA), "{field}");
            assert_eq!(not_inert(&field), text);
        }
        assert_eq!(inert("=cmd()"), "'=cmd()");
    }
}
