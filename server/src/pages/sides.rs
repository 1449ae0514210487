//! What the two systems hold of a record, field by field.

use std::collections::BTreeMap;

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

/// Ids are each system's own, and of a work order Latchel takes the name from the description's beginning.
fn comparable(name: &str) -> bool {
    !matches!(name, "id" | "name" | "property" | "resident" | "number") && !name.starts_with("property.")
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
        Value::String(text) => drop(into.insert(place.to_owned(), masked(place, text))),
        other => drop(into.insert(place.to_owned(), other.to_string())),
    }
}

/// Who looks after a sync need not know how to reach people: enough is left to tell two of them apart.
fn masked(place: &str, text: &str) -> String {
    let name = place.rsplit('.').next().unwrap_or(place);
    if !["email", "phone"].contains(&name) {
        return text.to_owned();
    }
    match text.split_once('@') {
        Some((name, host)) => format!("{}…@{host}", name.chars().take(1).collect::<String>()),
        None => {
            let end: Vec<_> = text.chars().rev().take(2).collect();
            format!("…{}", end.into_iter().rev().collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_stand_side_by_side_and_contact_data_is_masked() {
        let platform = json!({"freshness": {"Stamped": 1}, "name": "Ada", "email": "ada@example.com", "phone": "+1 555 0199", "unit": null, "address": {"city": "Reno"}});
        let latchel = json!({"name": "Ada A.", "email": "ada@example.com", "address": {"city": "Boise"}});
        let told: Vec<_> = fields(Some(&platform), Some(&latchel))
            .into_iter()
            .map(|field| format!("{}|{}|{}|{}", field.name, field.platform, field.latchel, field.differs))
            .collect();
        let expected = [
            "address city|Reno|Boise|true",
            "email|a…@example.com|a…@example.com|false",
            "name|Ada|Ada A.|false",
            "phone|…99||false",
        ];
        assert_eq!(told, expected);
    }
}
