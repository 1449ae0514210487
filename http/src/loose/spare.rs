use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A part that decides nothing: absent where it cannot be read.
///
/// # Errors
///
/// Those of the source alone.
pub fn spare<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(if value.is_null() { None } else { T::deserialize(value).ok() })
}

/// A list that decides nothing, of those of its parts that can be read; one part alone is a list of it.
///
/// # Errors
///
/// Those of the source alone.
pub fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let parts = match Value::deserialize(deserializer)? {
        Value::Array(parts) => parts,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    Ok(parts.into_iter().filter_map(|part| T::deserialize(part).ok()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Phone {
        number: String,
    }

    #[test]
    fn a_part_that_cannot_be_read_is_absent_and_its_neighbours_are_not() {
        let phone = || Phone { number: "1".to_owned() };
        let good = json!({"number": "1"});
        assert_eq!(spare(&good).ok(), Some(Some(phone())));
        assert_eq!(list(&json!([good, 5, {}, null])).ok(), Some(vec![phone()]));
        assert_eq!(list(&good).ok(), Some(vec![phone()]));
        for odd in [json!(null), json!("1"), json!(5), json!({}), json!(true)] {
            assert_eq!(spare::<_, Phone>(&odd).ok(), Some(None), "{odd}");
            assert_eq!(list::<_, Phone>(&odd).ok(), Some(Vec::new()), "{odd}");
        }
    }
}
