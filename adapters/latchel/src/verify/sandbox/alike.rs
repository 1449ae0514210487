//! Comparison of what was sent with what is shown.

use chrono::NaiveDate;
use latchel_sync_http::{instant, loose};
use serde_json::Value;

/// Longest text of a value in a report.
const LONGEST: usize = 60;

/// Fields of what was sent that the record does not show so, with what it shows.
pub(super) fn differences(sent: &Value, shown: &Value) -> Vec<String> {
    let fields = sent.as_object().into_iter().flatten();
    let differing = fields.filter_map(|(name, value)| match shown.get(name) {
        None if value.is_null() => None,
        None => Some(format!("{name} is not shown")),
        Some(other) if is_alike(value, other) => None,
        Some(other) => Some(format!("{name}: {} was sent, {} is shown", short(value), short(other))),
    });
    differing.collect()
}

/// Fields of `sent` that two answers show differently, except for those of `changed`.
pub(super) fn changed_beside(changed: &Value, sent: &Value, before: &Value, after: &Value) -> Vec<String> {
    let names = sent.as_object().into_iter().flatten().map(|(name, _)| name);
    let others = names.filter(|name| changed.get(name.as_str()).is_none());
    let differing = others.filter_map(|name| {
        let [one, other] = [before, after].map(|row| row.get(name).unwrap_or(&Value::Null));
        (!is_alike(one, other)).then(|| format!("{name}: {} before, {} after", short(one), short(other)))
    });
    differing.collect()
}

/// True if the readers of the adapter take both for the same.
fn is_alike(one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    let is_nothing =
        |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    if is_nothing(one) || is_nothing(other) {
        return is_nothing(one) && is_nothing(other);
    }
    if let (Some(one), Some(other)) = (flag(one), flag(other)) {
        return one == other;
    }
    if let (Some(one), Some(other)) = (loose::as_id(one), loose::as_id(other)) {
        let at = |text: &str| instant(text, &chrono::Utc);
        let day = |text: &str| text.get(..10).and_then(|day| day.parse::<NaiveDate>().ok());
        let is_day = one.parse::<NaiveDate>().is_ok();
        return one == other
            || at(&one).is_some_and(|at_one| {
                at(&other).is_some_and(|at_other| (at_one - at_other).num_seconds() == 0)
            })
            || (is_day && day(&one) == day(&other));
    }
    false
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        value => loose::as_number(value).and_then(|number| match number {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn spellings_of_the_same_are_alike() {
        for (one, other) in [
            (json!(1), json!(true)),
            (json!(0), json!("0")),
            (json!(501), json!("501")),
            (json!(null), json!("")),
            (json!(" Tap "), json!("Tap")),
            (json!("2026-03-02"), json!("2026-03-02T00:00:00Z")),
            (json!("2026-03-02T20:00:00Z"), json!("2026-03-02 20:00:00")),
        ] {
            assert!(is_alike(&one, &other), "{one} {other}");
        }
        for (one, other) in [
            (json!(1), json!(false)),
            (json!(501), json!(502)),
            (json!(null), json!("Tap")),
            (json!("2026-03-02"), json!("2026-03-03")),
            (json!("{}"), json!({})),
            (json!("2026-03-02T20:00:00Z"), json!("2026-03-02T21:00:00Z")),
        ] {
            assert!(!is_alike(&one, &other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_not_shown_is_named_and_what_was_not_sent_may_change() {
        let sent = json!({"name": "Tap", "zip": "83702", "address2": null});
        assert_eq!(differences(&sent, &json!({"name": "Tap"})), ["zip is not shown"]);
        let before = json!({"name": "Tap", "zip": "83702", "updated_at": "x"});
        let after = json!({"name": "Sink", "zip": null, "updated_at": "y"});
        let changed = changed_beside(&json!({"name": "Sink"}), &sent, &before, &after);
        assert_eq!(changed, ["zip: \"83702\" before, null after"]);
    }
}
