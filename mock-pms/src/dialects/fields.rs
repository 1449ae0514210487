//! A JSON object read strictly, field by field, with every fault noted.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

/// A mistake in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Its path, as `Task.Title`.
    pub name: String,
    /// The mistake.
    pub message: String,
}

/// A JSON object of which only known fields are accepted.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    prefix: String,
    faults: Vec<FieldFault>,
}

impl<'a> Fields<'a> {
    /// Notes a fault for each field that is not among `known`.
    pub fn new(object: &'a Map<String, Value>, prefix: &str, known: &[&str]) -> Self {
        let mut fields = Self { object, prefix: prefix.to_owned(), faults: Vec::new() };
        for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
            fields.fault(name, "is not a field of this request");
        }
        fields
    }

    /// Notes a fault.
    pub fn fault(&mut self, name: &str, message: impl Into<String>) {
        self.faults.push(FieldFault { name: format!("{}{name}", self.prefix), message: message.into() });
    }

    /// Takes over the faults of a nested object.
    pub fn absorb(&mut self, inner: Vec<FieldFault>) {
        self.faults.extend(inner);
    }

    /// True if the field was sent, even as null.
    pub fn sent(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// The faults found so far.
    pub fn finish(self) -> Vec<FieldFault> {
        self.faults
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn take<T>(&mut self, name: &str, what: &str, convert: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let converted = convert(self.value(name)?);
        if converted.is_none() {
            self.fault(name, format!("must be {what}"));
        }
        converted
    }

    /// Notes a fault if the field is absent or null.
    pub fn require(&mut self, name: &str) {
        let missing = match self.value(name) {
            None => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(_) => false,
        };
        if missing {
            self.fault(name, "is required");
        }
    }

    /// Text of at most `max` UTF-16 units, as .NET counts characters.
    pub fn text(&mut self, name: &str, max: usize) -> Option<String> {
        let text = self.take(name, "text", Value::as_str)?;
        if text.encode_utf16().count() > max {
            self.fault(name, format!("must not be longer than {max} characters"));
            return None;
        }
        Some(text.to_owned())
    }

    /// An id of 32 bits.
    pub fn id32(&mut self, name: &str) -> Option<i64> {
        self.take(name, "a 32-bit integer", |v| v.as_i64().filter(|id| i32::try_from(*id).is_ok()))
    }

    /// An id.
    pub fn id(&mut self, name: &str) -> Option<i64> {
        self.take(name, "an integer", Value::as_i64)
    }

    /// True or false.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        self.take(name, "true or false", Value::as_bool)
    }

    /// 0 or 1.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, "0 or 1", |v| v.as_i64().filter(|n| (0..=1).contains(n)).map(|n| n == 1))
    }

    /// An id as an integer or as text.
    pub fn loose_id(&mut self, name: &str) -> Option<i64> {
        self.take(name, "an id", |v| v.as_i64().or_else(|| v.as_str()?.parse().ok()))
    }

    /// True or false, as such or as 0 or 1, as a number or as text.
    pub fn loose_flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, "0 or 1", |v| match v {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => ["0", "1"].contains(&text.as_str()).then(|| text == "1"),
            other => other.as_i64().filter(|n| (0..=1).contains(n)).map(|n| n == 1),
        })
    }

    /// A number.
    pub fn number(&mut self, name: &str) -> Option<f64> {
        self.take(name, "a number", Value::as_f64)
    }

    /// A date as `YYYY-MM-DD`.
    pub fn date(&mut self, name: &str) -> Option<NaiveDate> {
        self.take(name, "a date as YYYY-MM-DD", |v| plain_date(v.as_str()?))
    }

    /// An instant by RFC 3339.
    pub fn instant(&mut self, name: &str) -> Option<DateTime<Utc>> {
        self.take(name, "a date-time by RFC 3339", |v| {
            DateTime::parse_from_rfc3339(v.as_str()?).ok().map(|at| at.to_utc())
        })
    }

    /// One of the words.
    pub fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let known = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        self.take(name, &format!("one of {known}"), |v| {
            let sent = v.as_str()?;
            words.iter().find(|(word, _)| *word == sent).map(|(_, meaning)| *meaning)
        })
    }

    /// A nested object.
    pub fn object(&mut self, name: &str) -> Option<&'a Map<String, Value>> {
        self.take(name, "an object", Value::as_object)
    }

    /// A nested array.
    pub fn array(&mut self, name: &str) -> Option<&'a [Value]> {
        self.take(name, "an array", |v| v.as_array().map(Vec::as_slice))
    }

    /// The name of a nested field, with its path.
    pub fn path(&self, name: &str) -> String {
        format!("{}{name}.", self.prefix)
    }
}

/// A date as `YYYY-MM-DD`, in exactly this spelling.
pub fn plain_date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| date.to_string() == text)
}
