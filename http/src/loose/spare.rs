use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
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

/// An object that decides nothing, and that is read whatever its members are; absent where there is none. It is read without a
/// detour, so that `T`'s own members must be lenient.
///
/// # Errors
///
/// Those of the source and of `T`'s members.
pub fn spare_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(Object(PhantomData))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
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

    #[test]
    fn an_object_is_read_and_whatever_else_stands_there_is_absent() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Place {
            #[serde(default, deserialize_with = "crate::loose::text")]
            city: Option<String>,
        }
        let place = |city: Option<&str>| Some(Some(Place { city: city.map(str::to_owned) }));
        let read = |text: &str| {
            let of_text = spare_object(&mut serde_json::Deserializer::from_str(text)).ok();
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(of_text, spare_object(&value).ok(), "{text}");
            of_text
        };
        assert_eq!(read(r#"{"city": "Reno", "more": [1]}"#), place(Some("Reno")));
        assert_eq!(read(r#"{"city": {"odd": 1}}"#), place(None));
        for odd in ["null", "\"1\"", "5", "-5", "5.5", "[1, {\"city\": 1}]", "true"] {
            assert_eq!(read(odd), Some(None), "{odd}");
        }
    }
}
