use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A text that decides nothing, as it was written; a number is its digits. `None` for a blank one and for whatever is none.
///
/// # Errors
///
/// Those of the source alone.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

/// A word that decides, as that of a status, without blanks around it; a number is its digits. `None` for null and a blank.
///
/// # Errors
///
/// If it is neither text nor a number.
pub fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.trim().to_owned()).filter(|word| !word.is_empty())),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(D::Error::custom("this is not a word")),
    }
}

/// A word that decides and must be there.
///
/// # Errors
///
/// If it is blank, or neither text nor a number.
pub fn required_word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    word(deserializer)?.ok_or_else(|| D::Error::custom("this is empty"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_arrives_as_it_was_written_and_what_is_none_is_absent() {
        assert_eq!(text(&json!(" Tap\r\n")).ok(), Some(Some(" Tap\r\n".to_owned())));
        assert_eq!(text(&json!(97201)).ok(), Some(Some("97201".to_owned())));
        for odd in [json!(null), json!(""), json!(" \n"), json!(true), json!(["Tap"]), json!({"Tap": 1})] {
            assert_eq!(text(&odd).ok(), Some(None), "{odd}");
        }
    }

    #[test]
    fn a_word_that_decides_is_text_or_a_number_or_not_there() {
        assert_eq!(word(&json!(" New ")).ok(), Some(Some("New".to_owned())));
        assert_eq!(word(&json!(5)).ok(), Some(Some("5".to_owned())));
        for nothing in [json!(null), json!(""), json!(" ")] {
            assert_eq!(word(&nothing).ok(), Some(None), "{nothing}");
            assert!(required_word(&nothing).is_err(), "{nothing}");
        }
        for odd in [json!(true), json!([]), json!({"Name": "New"})] {
            assert!(word(&odd).is_err(), "{odd}");
        }
    }
}
