//! Answers that no careful system would give: texts that are not well formed, and lists that never end.

use axum::http::Uri;
use serde_json::Value;

use crate::shared::faults::plan::Flaw;

/// Stands for the flaw until the answer is bytes; of a private area, so that no text of a world has it.
const PLACE: char = '\u{F8E0}';
/// The parameters that say where a page begins, and what they are at the first.
const BEGINNINGS: [(&str, &str); 5] =
    [("offset", "0"), ("page_number", "1"), ("pagenumber", "1"), ("page", "1"), ("page[number]", "1")];
/// Names of a row's own id, where it is not plain `id`.
const OWN_IDS: [&str; 3] = ["job_id", "user_id", "property_id"];
/// Distance between the ids of two pages of an endless list.
const APART: i64 = 1_000_000;

/// Puts the flaw at the end of each text of an answer that contains `part`.
pub(super) fn flawed(body: &[u8], part: &str, flaw: Flaw) -> Vec<u8> {
    let Ok(mut answer) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    let other = |text: &str| text.contains(part).then(|| Value::from(format!("{text}{PLACE}")));
    replace_texts(&mut answer, &other);
    let text = answer.to_string();
    let instead: &[u8] = match flaw {
        Flaw::HalfSurrogate => b"\\ud83d",
        Flaw::RawByte => b"\xE9",
        Flaw::RawTab => b"\t",
    };
    let parts: Vec<&[u8]> = text.split(PLACE).map(str::as_bytes).collect();
    parts.join(instead)
}

/// The address of a list's first page, whichever page was asked for.
pub(super) fn first_page(uri: &Uri) -> Option<Uri> {
    let pairs = form_urlencoded::parse(uri.query()?.as_bytes()).filter(|(name, _)| name != "cursor");
    let first = |name: &str| BEGINNINGS.iter().find(|(one, _)| *one == name).map(|(_, value)| *value);
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        query.append_pair(&name, first(&name).unwrap_or(&value));
    }
    let query = query.finish().replace("%5B", "[").replace("%5D", "]");
    format!("{}?{query}", uri.path()).parse().ok()
}

/// Gives all rows ids that no page before had.
pub(super) fn with_new_ids(rows: &mut [Value], call: u64) {
    let call = i64::try_from(call % APART as u64).unwrap_or(1) + 1;
    for row in rows {
        renew(row, call);
        // The Partner API has no plain `id`; a job's own comes before its property's.
        let own = OWN_IDS.iter().find_map(|name| Some((name, row.get(*name)?.as_i64()?)));
        if let Some((name, id)) = own {
            row[*name] = (id + call * APART).into();
        }
    }
}

fn renew(value: &mut Value, call: i64) {
    let Value::Object(members) = value else { return };
    for (name, member) in members {
        let number = member.as_i64();
        match member {
            Value::Object(_) => renew(member, call),
            _ if !name.eq_ignore_ascii_case("id") => {}
            Value::Number(_) => *member = number.map(|id| id + call * APART).into(),
            Value::String(text) if text.len() >= 24 => {
                let kept: String = text.chars().take(text.len() - 8).collect();
                *text = format!("{kept}{:08x}", call);
            }
            _ => {}
        }
    }
}

/// Puts something else in the place of texts, wherever in the answer they stand.
pub(super) fn replace_texts(value: &mut Value, other: &impl Fn(&str) -> Option<Value>) {
    match value {
        Value::String(text) => {
            if let Some(other) = other(text) {
                *value = other;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| replace_texts(value, other)),
        Value::Object(members) => members.values_mut().for_each(|value| replace_texts(value, other)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
