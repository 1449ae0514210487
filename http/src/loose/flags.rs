use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// True or false, as such or as 1 or 0, `yes` or `no`, as text or not; `None` for null and an empty text.
///
/// # Errors
///
/// If it is anything else.
pub fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    as_flag(&value).map(Some).ok_or_else(|| D::Error::custom("this is neither true nor false"))
}

/// A flag that decides and must be there.
///
/// # Errors
///
/// If it is null or empty, or neither true nor false.
pub fn required_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    flag(deserializer)?.ok_or_else(|| D::Error::custom("this is empty"))
}

/// A flag that decides nothing: `None` also where it is neither true nor false.
///
/// # Errors
///
/// Those of the source alone.
pub fn spare_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(as_flag(&Value::deserialize(deserializer)?))
}

fn as_flag(value: &Value) -> Option<bool> {
    let word = match value {
        Value::Bool(flag) => return Some(*flag),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_lowercase(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    match word.as_str() {
        "1" | "true" | "yes" => Some(true),
        "0" | "false" | "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_flag_is_read_however_it_is_spelled() {
        for yes in [json!(true), json!(1), json!("1"), json!("true"), json!("Yes"), json!(" TRUE ")] {
            assert_eq!(flag(&yes).ok(), Some(Some(true)), "{yes}");
            assert_eq!(spare_flag(&yes).ok(), Some(Some(true)), "{yes}");
        }
        for no in [json!(false), json!(0), json!("0"), json!("false"), json!("no")] {
            assert_eq!(flag(&no).ok(), Some(Some(false)), "{no}");
        }
        for nothing in [json!(null), json!(""), json!(" ")] {
            assert_eq!(flag(&nothing).ok(), Some(None), "{nothing}");
            assert!(required_flag(&nothing).is_err(), "{nothing}");
        }
        for odd in [json!("moonlit"), json!(2), json!(0.5), json!([true]), json!({})] {
            assert!(flag(&odd).is_err(), "{odd}");
            assert_eq!(spare_flag(&odd).ok(), Some(None), "{odd}");
        }
    }
}
