//! What the two systems hold of a record, field by field.

use std::collections::BTreeMap;

use latchel_sync_core::model::{JobState, WorkOrderStatus};
use serde::Deserialize;
use serde_json::Value;

/// A field on both sides.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub name: String,
    pub platform: String,
    pub latchel: String,
    /// Both have it, and not alike.
    pub differs: bool,
}

/// The fields of both, by name; lists and objects by their places in them.
pub(super) fn fields(platform: Option<&Value>, latchel: Option<&Value>) -> Vec<Field> {
    let (mut one, mut other) = (BTreeMap::new(), BTreeMap::new());
    platform.into_iter().for_each(|value| flatten("", value, &mut one));
    for (theirs, ours) in SAME {
        if let Some(text) = one.remove(theirs) {
            one.insert(ours.to_owned(), text);
        }
    }
    latchel.into_iter().for_each(|value| flatten("", value, &mut other));
    for (record, flat) in [(platform, &mut one), (latchel, &mut other)] {
        let Some((place, word)) = record.and_then(status) else { continue };
        flat.retain(|name, _| name.split('.').next() != Some(place));
        flat.insert("status".to_owned(), word);
    }
    let mut names: Vec<_> = one.keys().chain(other.keys()).cloned().collect();
    names.sort();
    names.dedup();
    let field = |name: String| {
        let (platform, latchel) = (one.get(&name).cloned(), other.get(&name).cloned());
        Field {
            differs: comparable(&name) && platform.is_some() && latchel.is_some() && platform != latchel,
            platform: platform.unwrap_or_default(),
            latchel: latchel.unwrap_or_default(),
            name: name.replace(['_', '.'], " "),
        }
    };
    names.into_iter().map(field).collect()
}

/// What a platform's record and Latchel's have under different names, by the platform's.
const SAME: [(&str, &str); 2] = [("title", "name"), ("requested_by", "resident")];

/// A work order's status in the word of its system, and the field that it stands in there.
fn status(record: &Value) -> Option<(&'static str, String)> {
    let platform = record.get("status").and_then(|word| WorkOrderStatus::deserialize(word).ok());
    let latchel = || record.get("state").and_then(|word| JobState::deserialize(word).ok());
    let platform = platform.map(|status| ("status", status.to_string()));
    platform.or_else(|| latchel().map(|state| ("state", state.to_string())))
}

/// Ids and words for a status are each system's own, and of a work order Latchel takes the name from the description's beginning.
fn comparable(name: &str) -> bool {
    !matches!(name, "id" | "name" | "property" | "resident" | "number" | "status")
        && !name.starts_with("property.")
}

fn flatten(place: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let inner = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match value {
        // When a system says that it changed is no content.
        _ if place == "freshness" => {}
        Value::Null => {}
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
        let fields = fields(Some(platform), Some(latchel));
        let line =
            |field: Field| format!("{}|{}|{}|{}", field.name, field.platform, field.latchel, field.differs);
        fields.into_iter().map(line).collect()
    }

    #[test]
    fn fields_stand_side_by_side_and_those_that_must_be_alike_and_are_not_are_marked() {
        let platform = json!({"freshness": {"Stamped": 1}, "id": "7", "title": "Tap", "unit": null,
            "address": {"city": "Reno"}, "severity": "normal"});
        let latchel =
            json!({"id": 700, "name": "Tap drips", "address": {"city": "Boise"}, "severity": "normal"});
        let expected = [
            "address city|Reno|Boise|true",
            "id|7|700|false",
            "name|Tap|Tap drips|false",
            "severity|normal|normal|false",
        ];
        assert_eq!(told(&platform, &latchel), expected);
    }

    #[test]
    fn the_statuses_of_a_work_order_stand_in_one_row_in_the_words_of_each_system() {
        let words = |status: WorkOrderStatus, state: JobState| {
            told(&json!({ "status": status }), &json!({ "state": state, "address": {"state": "OR"} }))
        };
        let begun = words(WorkOrderStatus::Open("New".to_owned()), JobState::from_name("Diagnosing Issue"));
        assert_eq!(begun, ["address state||OR|false", "status|New|Diagnosing Issue|false"]);
        let ended = words(WorkOrderStatus::Closed(ClosedStatus::Completed), JobState::ForwardedToPm);
        assert_eq!(ended, ["address state||OR|false", "status|Completed|Forwarded to PM|false"]);
    }
}
