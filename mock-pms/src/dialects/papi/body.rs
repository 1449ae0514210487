//! A request body read as Laravel reads one: texts are trimmed, an empty one is null, and what is not JSON is empty.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Map, Value};

use super::call::{Call, Extent};
use super::problem::{Problem, fault_of};
use super::quirks::WRAPPED_BODIES;
use crate::dialects::fields::plain_date;
use crate::world::Id;

/// Longest text of a line.
const LONGEST: usize = 255;

/// Fields that were sent, and the faults found in those that were looked at. The others are ignored.
pub(super) struct Body {
    fields: Map<String, Value>,
    extent: Extent,
    errors: Vec<(String, String)>,
}

impl Body {
    /// The fields of a record, which stand under `noun` where the quirk is on.
    pub(super) fn of(call: &Call, noun: &str, extent: Extent) -> Result<Self, Problem> {
        let mut fields = call.object().unwrap_or_default();
        if call.has(&WRAPPED_BODIES) {
            fields = match fields.remove(noun) {
                Some(Value::Object(fields)) => fields,
                Some(_) => return Err(Problem::field(noun, "must be an array")),
                None => return Err(Problem::field(noun, "is required")),
            };
        }
        fields.values_mut().for_each(clean);
        Ok(Self { fields, extent, errors: Vec::new() })
    }

    /// True if it means the whole record.
    pub(super) fn means_all(&self) -> bool {
        self.extent == Extent::Whole
    }

    /// Value of a field in the request: null also if it says nothing and yet means the whole record.
    fn said(&self, name: &str) -> Option<Value> {
        let silence = self.means_all().then_some(Value::Null);
        self.fields.get(name).cloned().or(silence)
    }

    fn put<T>(&mut self, name: &str, fault: &str, place: &mut Option<T>, read: impl Fn(&Value) -> Option<T>) {
        match self.said(name) {
            None => {}
            Some(Value::Null) => *place = None,
            Some(value) => match read(&value) {
                Some(value) => *place = Some(value),
                None => self.error(name, fault),
            },
        }
    }

    /// A text that no record is without.
    pub(super) fn needed(&mut self, name: &str, place: &mut String) {
        let mut text = Some(std::mem::take(place));
        self.line(name, &mut text);
        match text {
            Some(text) => *place = text,
            None => self.error(name, "is required"),
        }
    }

    /// A text of one line.
    pub(super) fn line(&mut self, name: &str, place: &mut Option<String>) {
        self.text(name, place);
        if place.as_ref().is_some_and(|text| text.chars().count() > LONGEST) {
            self.error(name, "must not be greater than 255 characters");
        }
    }

    /// A text of any length.
    pub(super) fn text(&mut self, name: &str, place: &mut Option<String>) {
        self.put(name, "must be a string", place, |value| value.as_str().map(ToOwned::to_owned));
    }

    /// 0 or 1; what is not sent stays.
    pub(super) fn flag(&mut self, name: &str, place: &mut bool) {
        let mut flag = Some(*place);
        self.maybe_flag(name, &mut flag);
        *place = flag.unwrap_or(*place);
    }

    /// 0, 1 or null.
    pub(super) fn maybe_flag(&mut self, name: &str, place: &mut Option<bool>) {
        let read = |value: &Value| value.as_i64().filter(|n| (0..=1).contains(n)).map(|n| n == 1);
        self.put(name, "must be 0 or 1", place, read);
    }

    pub(super) fn id(&mut self, name: &str, place: &mut Option<Id>) {
        self.put(name, "must be an integer", place, Value::as_i64);
    }

    /// A day as `YYYY-MM-DD`.
    pub(super) fn date(&mut self, name: &str, place: &mut Option<NaiveDate>) {
        self.put(name, "must match the format Y-m-d", place, |value| plain_date(value.as_str()?));
    }

    /// An instant, which is in UTC if it names no zone.
    pub(super) fn instant(&mut self, name: &str, place: &mut Option<DateTime<Utc>>) {
        self.put(name, "must be a valid date", place, |value| instant(value.as_str()?));
    }

    /// One of the words.
    pub(super) fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)], place: &mut Option<T>) {
        self.put(name, "is invalid", place, |value| {
            let sent = value.as_str()?;
            words.iter().find(|(word, _)| *word == sent).map(|(_, meaning)| *meaning)
        });
    }

    /// Notes a fault.
    pub(super) fn error(&mut self, name: &str, fault: &str) {
        self.errors.push((name.to_owned(), fault_of(name, fault)));
    }

    /// 422 with all faults, if there are any.
    pub(super) fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::fields(self.errors)) }
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    let with_zone = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    let without = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok().map(|at| at.and_utc());
    with_zone.or_else(without)
}

fn clean(value: &mut Value) {
    if let Value::String(text) = value {
        *value = match text.trim() {
            "" => Value::Null,
            trimmed => Value::from(trimmed),
        };
    }
}
