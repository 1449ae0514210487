use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Spellings of the member of an object that stands where only its id was meant.
const MEMBERS: [&str; 3] = ["Id", "id", "ID"];

/// An id, as text or as an integer, of a value that may be anything.
pub fn as_id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// An id that is a number, as an integer or as text of digits, of a value that may be anything.
pub fn as_number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The id in a member of a row that may not be what it should.
pub fn id_in(row: &Value, member: &str) -> Option<String> {
    row.get(member).and_then(as_id)
}

/// The number in a member of a row that may not be what it should.
pub fn number_in(row: &Value, member: &str) -> Option<i64> {
    row.get(member).and_then(as_number)
}

/// An id, as text or as an integer.
///
/// # Errors
///
/// If it is neither.
pub fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    as_id(&Value::deserialize(deserializer)?).ok_or_else(no_id)
}

/// An id that may be absent: null, an empty text and 0 stand for none.
///
/// # Errors
///
/// If it is neither text nor an integer.
pub fn optional_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    optional(deserializer, as_id)
}

/// An id that decides nothing: absent also where it is none.
///
/// # Errors
///
/// Those of the source alone.
pub fn spare_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(as_id(&value).filter(|_| !is_nothing(&value)))
}

/// A list of ids: texts, integers, or objects that have one. One alone is a list of it, and what stands for none is left out.
///
/// # Errors
///
/// If one of them is none of these.
pub fn ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    listed(deserializer, as_id)
}

/// A list of ids that are numbers, read like [`ids`].
///
/// # Errors
///
/// If one of them is no number.
pub fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i64>, D::Error> {
    listed(deserializer, as_number)
}

/// An id that is a number, as an integer or as text.
///
/// # Errors
///
/// If it is neither.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    as_number(&Value::deserialize(deserializer)?).ok_or_else(no_id)
}

/// An id that is a number and may be absent: null, an empty text and 0 stand for none.
///
/// # Errors
///
/// If it is something else.
pub fn optional_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    optional(deserializer, as_number)
}

/// An id that is a number and decides nothing: absent also where it is none.
///
/// # Errors
///
/// Those of the source alone.
pub fn spare_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(as_number(&value).filter(|_| !is_nothing(&value)))
}

fn optional<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    if is_nothing(&value) { Ok(None) } else { read(&value).map(Some).ok_or_else(no_id) }
}

fn listed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Vec<T>, D::Error> {
    let values = match Value::deserialize(deserializer)? {
        Value::Array(values) => values,
        Value::Object(empty) if empty.is_empty() => Vec::new(),
        one => vec![one],
    };
    let member = |value: &Value| MEMBERS.iter().find_map(|name| read(value.get(name)?));
    let told = values.iter().filter(|value| !is_nothing(value));
    told.map(|value| read(value).or_else(|| member(value)).ok_or_else(no_id)).collect()
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => ["", "0"].contains(&text.trim()),
        value => value.as_i64() == Some(0),
    }
}

fn no_id<E: Error>() -> E {
    E::custom("this is not an id")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Record {
        #[serde(deserialize_with = "id")]
        id: String,
        #[serde(default, deserialize_with = "optional_id")]
        unit: Option<String>,
        #[serde(default, deserialize_with = "spare_id")]
        asked_by: Option<String>,
        #[serde(default, deserialize_with = "ids")]
        assigned: Vec<String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Numbered {
        #[serde(deserialize_with = "number")]
        id: i64,
        #[serde(default, deserialize_with = "optional_number")]
        unit: Option<i64>,
        #[serde(default, deserialize_with = "spare_number")]
        asked_by: Option<i64>,
        #[serde(default, deserialize_with = "numbers")]
        assigned: Vec<i64>,
    }

    fn read<T: serde::de::DeserializeOwned>(value: Value) -> Option<T> {
        serde_json::from_value(value).ok()
    }

    fn record(unit: Option<&str>, asked_by: Option<&str>, assigned: &[&str]) -> Option<Record> {
        let text = |text: &str| text.to_owned();
        let assigned = assigned.iter().copied().map(text).collect();
        Some(Record { id: text("7"), unit: unit.map(text), asked_by: asked_by.map(text), assigned })
    }

    #[test]
    fn text_and_integers_are_the_same() {
        assert_eq!(read(json!({"id": "7", "unit": "8", "asked_by": 9})), record(Some("8"), Some("9"), &[]));
        assert_eq!(read(json!({"id": 7, "unit": 8, "asked_by": "9"})), record(Some("8"), Some("9"), &[]));
        assert_eq!(read(json!({"id": " 7 "})), record(None, None, &[]));
        let numbered = Some(Numbered { id: 7, unit: Some(8), asked_by: Some(9), assigned: vec![1, 2] });
        assert_eq!(
            read(json!({"id": "7", "unit": " 8", "asked_by": "9", "assigned": ["1", {"id": 2}]})),
            numbered
        );
        assert_eq!(read(json!({"id": 7, "unit": 8, "asked_by": 9, "assigned": [1, 2]})), numbered);
    }

    #[test]
    fn what_stands_for_nothing_is_none() {
        for nothing in [json!(null), json!(""), json!(" "), json!("0"), json!(0)] {
            let row = json!({"id": 7, "unit": nothing, "asked_by": nothing, "assigned": nothing});
            assert_eq!(read(row.clone()), record(None, None, &[]), "{nothing}");
            assert_eq!(
                read(row),
                Some(Numbered { id: 7, unit: None, asked_by: None, assigned: Vec::new() }),
                "{nothing}"
            );
        }
    }

    #[test]
    fn what_is_neither_is_refused_where_it_decides_and_absent_where_it_does_not() {
        for odd in [json!({}), json!([]), json!(1.5), json!(true), json!(["8"])] {
            assert_eq!(read::<Record>(json!({"id": odd})), None, "{odd}");
            assert_eq!(read::<Record>(json!({"id": "7", "unit": odd})), None, "{odd}");
            assert_eq!(read(json!({"id": "7", "asked_by": odd})), record(None, None, &[]), "{odd}");
            assert_eq!(read::<Numbered>(json!({"id": 7, "unit": odd})), None, "{odd}");
            assert!(read::<Numbered>(json!({"id": 7, "asked_by": odd})).is_some(), "{odd}");
        }
        assert_eq!(read::<Record>(json!({"id": ""})), None);
        assert_eq!(read::<Numbered>(json!({"id": "seven"})), None);
    }

    #[test]
    fn a_list_of_ids_holds_texts_numbers_and_what_has_one() {
        for list in [json!(["1", "2"]), json!([1, 2]), json!([{"Id": 1}, {"id": "2"}, null, ""])] {
            assert_eq!(read(json!({"id": 7, "assigned": list})), record(None, None, &["1", "2"]), "{list}");
        }
        for one in [json!("1"), json!(1), json!({"ID": 1})] {
            assert_eq!(read(json!({"id": 7, "assigned": one})), record(None, None, &["1"]), "{one}");
        }
        assert_eq!(read(json!({"id": 7, "assigned": {}})), record(None, None, &[]));
        for odd in
            [json!([{}]), json!([true]), json!({"name": "Ann"}), json!(true), json!([["1"]]), json!([1.5])]
        {
            assert_eq!(read::<Record>(json!({"id": 7, "assigned": odd})), None, "{odd}");
        }
    }
}
