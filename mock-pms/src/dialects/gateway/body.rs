//! A request body read as strictly as the contract's schema: no unknown field, null only where it is
//! allowed.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

use super::problem::Problem;
use crate::dialects::fields::{FieldFault, Fields};
use crate::world::Id;

/// Fields of a body.
pub(super) struct Shape {
    /// Those that must be sent, and not as null.
    pub(super) required: &'static [&'static str],
    /// Those that may be left out, but not be null.
    pub(super) plain: &'static [&'static str],
    /// Those that may be left out or null.
    pub(super) nullable: &'static [&'static str],
}

/// A JSON object under inspection: reading a malformed field notes a fault and gives nothing.
pub(super) struct Body<'a> {
    object: &'a Map<String, Value>,
    fields: Fields<'a>,
}

impl<'a> Body<'a> {
    /// Checks the presence of fields; their values are checked as they are read.
    pub(super) fn new(object: &'a Map<String, Value>, shape: &Shape) -> Self {
        Self::nested(object, "", shape)
    }

    fn nested(object: &'a Map<String, Value>, prefix: &str, shape: &Shape) -> Self {
        let known = [shape.required, shape.plain, shape.nullable].concat();
        let mut fields = Fields::new(object, prefix, &known);
        for name in shape.required.iter().filter(|name| !object.contains_key(**name)) {
            fields.fault(name, "is required");
        }
        for name in shape.required.iter().chain(shape.plain) {
            if object.get(*name).is_some_and(Value::is_null) {
                fields.fault(name, "must not be null");
            }
        }
        Self { object, fields }
    }

    /// True if the field was sent, even as null.
    pub(super) fn sent(&self, name: &str) -> bool {
        self.fields.sent(name)
    }

    /// Text, empty or not.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.fields.text(name, usize::MAX)
    }

    /// Text that is not empty.
    pub(super) fn word(&mut self, name: &str) -> Option<String> {
        self.word_of(name, usize::MAX)
    }

    /// Text of 1 to `max` characters.
    pub(super) fn word_of(&mut self, name: &str, max: usize) -> Option<String> {
        let text = self.fields.text(name, max)?;
        if text.is_empty() {
            self.fault(name, "must not be empty");
            return None;
        }
        Some(text)
    }

    pub(super) fn boolean(&mut self, name: &str) -> Option<bool> {
        self.fields.boolean(name)
    }

    /// 0 or 1.
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        self.fields.flag(name)
    }

    pub(super) fn id(&mut self, name: &str) -> Option<Id> {
        let id = self.fields.id(name)?;
        if id < 1 {
            self.fault(name, "must be at least 1");
            return None;
        }
        Some(id)
    }

    pub(super) fn date(&mut self, name: &str) -> Option<NaiveDate> {
        self.fields.date(name)
    }

    pub(super) fn instant(&mut self, name: &str) -> Option<DateTime<Utc>> {
        self.fields.instant(name)
    }

    pub(super) fn choice<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        self.fields.word(name, words)
    }

    /// Number of entries of an array; 0 if the field is not an array.
    pub(super) fn count(&self, name: &str) -> usize {
        self.object.get(name).and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// An array of ids.
    pub(super) fn ids(&mut self, name: &str) -> Vec<Id> {
        self.each(name, "must be an integer of at least 1", |v| v.as_i64().filter(|id| *id > 0))
    }

    /// An array of texts that are not empty.
    pub(super) fn words(&mut self, name: &str) -> Vec<String> {
        self.each(name, "must be text that is not empty", |v| {
            v.as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned)
        })
    }

    /// An array of objects.
    pub(super) fn objects<T>(
        &mut self,
        name: &str,
        shape: &Shape,
        read: impl Fn(&mut Body<'_>) -> Option<T>,
    ) -> Vec<T> {
        let objects = self.each(name, "must be an object", Value::as_object);
        let mut all = Vec::with_capacity(objects.len());
        for (i, object) in objects.into_iter().enumerate() {
            let prefix = self.fields.path(&format!("{name}[{i}]"));
            let mut inner = Body::nested(object, &prefix, shape);
            all.extend(read(&mut inner));
            self.fields.absorb(inner.fields.finish());
        }
        all
    }

    fn each<T>(&mut self, name: &str, fault: &str, convert: impl Fn(&'a Value) -> Option<T>) -> Vec<T> {
        let mut all = Vec::new();
        for (i, value) in self.fields.array(name).unwrap_or_default().iter().enumerate() {
            match convert(value) {
                Some(converted) => all.push(converted),
                None => self.fault(&format!("{name}[{i}]"), fault),
            }
        }
        all
    }

    /// Notes a fault.
    pub(super) fn fault(&mut self, name: &str, message: &str) {
        self.fields.fault(name, message);
    }

    /// 422 with the first fault, if there is one.
    pub(super) fn finish(self) -> Result<(), Problem> {
        let first: Option<FieldFault> = self.fields.finish().into_iter().next();
        first.map_or(Ok(()), |fault| Err(fault.into()))
    }
}
