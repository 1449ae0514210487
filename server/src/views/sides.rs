//! Every field of a record side by side, as the two systems hold them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use latchel_sync_core::model::{JobState, WorkOrderStatus};
use latchel_sync_core::words::local;
use serde::Deserialize;
use serde_json::Value;

/// A field on both sides.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, in words.
    pub name: String,
    /// Value on the platform; empty if there is none.
    pub platform: String,
    /// Value in Latchel; empty if there is none.
    pub latchel: String,
}

/// The fields of both, by name; lists and objects by their places in them. Instants are told in `zone`.
pub fn fields(platform: Option<&Value>, latchel: Option<&Value>, zone: Tz) -> Vec<Field> {
    let (mut one, mut other) = (BTreeMap::new(), BTreeMap::new());
    platform.into_iter().for_each(|value| flatten("", value, &mut one));
    for (theirs, ours) in SAME {
        if let Some(text) = one.remove(theirs) {
            one.insert(ours.to_owned(), text);
        }
    }
    latchel.into_iter().for_each(|value| flatten("", value, &mut other));
    // The address that people adjust in Latchel is another one, and not synced.
    let source = other.extract_if(.., |name, _| name.starts_with("source_address"));
    let address: Vec<_> = source.map(|(name, text)| (name.replacen("source_", "", 1), text)).collect();
    other.extend(address);
    for (record, flat) in [(platform, &mut one), (latchel, &mut other)] {
        let Some((place, word)) = record.and_then(status) else { continue };
        flat.retain(|name, _| name.split('.').next() != Some(place));
        flat.insert("status".to_owned(), word);
    }
    for (name, text) in one.iter_mut().chain(other.iter_mut()) {
        tell(name, text, zone);
    }
    let mut names: Vec<_> = one.keys().chain(other.keys()).cloned().collect();
    names.sort();
    names.dedup();
    let field = |name: String| {
        let (platform, latchel) = (one.get(&name).cloned(), other.get(&name).cloned());
        Field {
            platform: platform.unwrap_or_default(),
            latchel: latchel.unwrap_or_default(),
            name: name.strip_prefix("property.").unwrap_or(&name).replace(['_', '.'], " "),
        }
    };
    names.into_iter().map(field).collect()
}

/// Fields that a platform's record and Latchel's have under different names: the platform's name, then Latchel's.
const SAME: [(&str, &str); 2] = [("title", "name"), ("requested_by", "resident")];

/// A work order's status in the word of its system, and the field that it stands in there.
fn status(record: &Value) -> Option<(&'static str, String)> {
    let platform = record.get("status").and_then(|word| WorkOrderStatus::deserialize(word).ok());
    let latchel = || record.get("state").and_then(|word| JobState::deserialize(word).ok());
    let platform = platform.map(|status| ("status", status.to_string()));
    platform.or_else(|| latchel().map(|state| ("state", state.to_string())))
}

/// Turns an instant, and a yes or no, into what people read.
fn tell(name: &str, text: &mut String, zone: Tz) {
    let instant = name.ends_with("_at") || name == "scheduled_start";
    if let Some(at) = text.parse::<DateTime<Utc>>().ok().filter(|_| instant) {
        *text = local(at, zone);
    } else if name.starts_with("is_") || name == "entry_allowed" {
        match text.as_str() {
            "true" => *text = "yes".to_owned(),
            "false" => *text = "no".to_owned(),
            _ => {}
        }
    }
}

fn flatten(place: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let inner = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match value {
        // When a system says that it changed is no content.
        _ if place == "freshness" => {}
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        Value::Object(fields) => fields.iter().for_each(|(name, value)| flatten(&inner(name), value, into)),
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                flatten(&inner(&(index + 1).to_string()), value, into);
            }
        }
        Value::String(text) => drop(into.insert(place.to_owned(), text.clone())),
        other => drop(into.insert(place.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use latchel_sync_core::model::ClosedStatus;
    use serde_json::json;

    use super::*;

    fn told(platform: &Value, latchel: &Value) -> Vec<String> {
        let fields = fields(Some(platform), Some(latchel), Tz::UTC);
        let line = |field: Field| format!("{}|{}|{}", field.name, field.platform, field.latchel);
        fields.into_iter().map(line).collect()
    }

    #[test]
    fn fields_stand_side_by_side_in_one_row_whatever_each_side_calls_them() {
        let platform = json!({"freshness": {"Stamped": 1}, "id": "7", "title": "Tap", "unit": null,
            "address": {"city": "Reno"}, "severity": "normal"});
        let latchel =
            json!({"id": 700, "name": "Tap drips", "address": {"city": "Boise"}, "severity": "normal"});
        let expected =
            ["address city|Reno|Boise", "id|7|700", "name|Tap|Tap drips", "severity|normal|normal"];
        assert_eq!(told(&platform, &latchel), expected);
    }

    #[test]
    fn the_statuses_of_a_work_order_stand_in_one_row_in_the_words_of_each_system() {
        let words = |status: WorkOrderStatus, state: JobState| {
            told(&json!({ "status": status }), &json!({ "state": state, "address": {"state": "OR"} }))
        };
        let begun = words(WorkOrderStatus::Open("New".to_owned()), JobState::from_name("Diagnosing Issue"));
        assert_eq!(begun, ["address state||OR", "status|New|Diagnosing Issue"]);
        let ended = words(WorkOrderStatus::Closed(ClosedStatus::Completed), JobState::ForwardedToPm);
        assert_eq!(ended, ["address state||OR", "status|Completed|Forwarded to PM"]);
    }
}
