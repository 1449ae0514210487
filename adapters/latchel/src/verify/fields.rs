//! Fields that the adapter reads, with the readers of `wire.rs` in words. A test holds both together.

/// A field of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub name: &'static str,
    pub form: Form,
    pub need: Need,
}

/// Reader of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A number, also as text of digits.
    Number,
    /// An id as text, also as a number.
    Reference,
    /// A text; a number is its digits.
    Text,
    /// A word that decides.
    Word,
    /// 0 or 1, true or false, also as text.
    Flag,
    /// An instant as text.
    Instant,
    /// A day as text, also at the beginning of an instant.
    Day,
    /// A record with a `name`; the name alone is understood too.
    State,
}

/// Need of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// The sync decides by it.
    Expected,
    /// It is read where it is there, and nobody expects it.
    Spare,
}

const fn field(name: &'static str, form: Form) -> Field {
    Field { name, form, need: Need::Expected }
}

const fn spare(name: &'static str, form: Form) -> Field {
    Field { name, form, need: Need::Spare }
}

pub(super) const PROPERTY: &[Field] = &[
    field("property_id", Form::Number),
    spare("portfolio_id", Form::Number),
    field("name", Form::Text),
    field("address1", Form::Text),
    field("address2", Form::Text),
    field("city", Form::Text),
    field("state", Form::Text),
    field("zip", Form::Text),
    field("is_active", Form::Flag),
    field("ref_property_id", Form::Reference),
    field("ref_unit_id", Form::Reference),
    field("integration_data", Form::Text),
    spare("integration_sync_method", Form::Word),
];

pub(super) const TENANT: &[Field] = &[
    field("user_id", Form::Number),
    field("name", Form::Text),
    field("email", Form::Text),
    field("phone", Form::Text),
    field("is_active", Form::Flag),
    field("ref_user_id", Form::Reference),
    field("property_id", Form::Number),
    field("move_in_date", Form::Day),
    field("move_out_date", Form::Day),
];

/// The state's number is read beside the row, by `states.rs`.
pub(super) const STATE_ID: Field = field("state_id", Form::Number);

pub(super) const JOB: &[Field] = &[
    field("job_id", Form::Number),
    field("created_at", Form::Instant),
    field("updated_at", Form::Instant),
    // With webhooks, and not over GET, as users report.
    spare("state_updated_at", Form::Instant),
    spare("slug", Form::Text),
    field("state", Form::State),
    field("is_urgent", Form::Flag),
    field("is_emergency", Form::Flag),
    field("severity", Form::Text),
    field("order_number", Form::Text),
    field("name", Form::Text),
    field("description", Form::Text),
    field("vendor_description", Form::Text),
    field("access_instructions", Form::Text),
    field("enter_permission", Form::Flag),
    field("is_vacant", Form::Flag),
    spare("is_archived", Form::Flag),
    field("tenant_id", Form::Number),
    field("property_id", Form::Number),
    field("ref_job_id", Form::Reference),
    STATE_ID,
];

pub(super) const STATE_CHANGE: &[Field] = &[field("updated_at", Form::Instant)];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use latchel_sync_core::mirror::SourceResident;
    use serde::de::value::Error;
    use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
    use serde::forward_to_deserialize_any;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::wire;

    /// Asks a type for the names of its fields.
    struct Names<'a>(&'a mut BTreeSet<&'static str>);

    impl<'de> Deserializer<'de> for Names<'_> {
        type Error = Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
            Err(Error::custom("only the names are asked for"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Error> {
            self.0.extend(fields);
            Err(Error::custom("only the names are asked for"))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    fn sample(form: Form) -> Value {
        match form {
            Form::Number => json!(7),
            Form::Reference | Form::Text | Form::Word => json!("7"),
            Form::Flag => json!(1),
            Form::Instant => json!("2026-03-02T20:00:00Z"),
            Form::Day => json!("2026-03-02"),
            Form::State => json!({"name": "Completed"}),
        }
    }

    /// Holds a list against the type that is read: the names are the same, and each form is what the reader takes.
    fn holds<T: DeserializeOwned>(fields: &[Field], read: impl Fn(T) -> String) {
        let mut names = BTreeSet::new();
        assert!(T::deserialize(Names(&mut names)).is_err());
        let listed: BTreeSet<_> = fields.iter().map(|field| field.name).collect();
        let beside = [STATE_ID.name].into_iter().filter(|name| listed.contains(name));
        assert_eq!(names.into_iter().chain(beside).collect::<BTreeSet<_>>(), listed);

        let row: Map<String, Value> =
            fields.iter().map(|field| (field.name.to_owned(), sample(field.form))).collect();
        let with = |name: &str, value: Value| {
            let mut row = row.clone();
            row.insert(name.to_owned(), value);
            serde_json::from_value::<T>(Value::Object(row)).ok().map(&read)
        };
        let whole = with("", Value::Null).expect("every sample is read");
        for field in fields.iter().filter(|field| field.name != STATE_ID.name) {
            // What is not understood is refused, or read as nothing; either way the row is not as it was.
            let (good, odd): (Vec<Value>, Vec<Value>) = match field.form {
                Form::Number => (vec![json!("7")], vec![json!(true), json!({})]),
                Form::Reference => (vec![json!(7)], vec![json!(true), json!({})]),
                Form::Text | Form::Word => (vec![json!(7)], vec![json!(true), json!({})]),
                Form::Flag => (vec![json!(true), json!("1")], vec![json!("no flag"), json!({})]),
                Form::Instant => (vec![json!("2026-03-02 20:00:00")], vec![json!(7), json!("2026-03-02")]),
                Form::Day => (vec![json!("2026-03-02 00:00:00")], vec![json!(20260302), json!("soon")]),
                Form::State => (vec![json!("Completed")], vec![json!(7.5), json!(true)]),
            };
            for value in good {
                assert_eq!(with(field.name, value.clone()), Some(whole.clone()), "{} as {value}", field.name);
            }
            for value in odd {
                assert_ne!(with(field.name, value.clone()), Some(whole.clone()), "{} as {value}", field.name);
            }
        }
    }

    #[test]
    fn the_fields_are_those_that_rows_are_read_with() {
        holds(PROPERTY, |row: wire::Property| format!("{row:?}"));
        holds(JOB, |row: wire::Job| format!("{row:?}"));
        holds(STATE_CHANGE, |row: wire::StateChange| format!("{row:?}"));
        holds(TENANT, |row: wire::Tenant| {
            let read = SourceResident::from(row);
            format!("{:?}", (&read, &read.name, &read.email, &read.phone, read.move_in, read.move_out))
        });
    }
}
