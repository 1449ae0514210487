//! Settings: those that an adapter takes, and those that an account has.

use std::collections::BTreeMap;
use std::fmt;

use chrono_tz::Tz;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, ErrorKind, Result};

/// One setting that an adapter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its key in the configuration.
    pub key: &'static str,
    /// Purpose, in one sentence.
    pub help: &'static str,
    /// Form of its value.
    pub form: SettingForm,
    /// True if it must be there.
    pub required: bool,
    /// The value that it has when it is left out; of a table, the entries.
    pub default: Option<DefaultValue>,
}

/// Default of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum DefaultValue {
    /// Of a text.
    Text(&'static str),
    /// Of a whole number.
    Integer(u32),
    /// Of a number that may have a fraction, as it is written.
    Decimal(&'static str),
    /// Of a `true` or `false`.
    Boolean(bool),
    /// Entries of a table, by key; one that the configuration leaves out has this value.
    Table(&'static [(&'static str, &'static str)]),
}

impl DefaultValue {
    /// The value in place of one that may have been left out: all of it, or what a table lacks.
    fn complete(self, value: &mut Value) {
        match (self, value) {
            (Self::Table(entries), Value::Object(table)) => {
                for (key, word) in entries {
                    table.entry(*key).or_insert_with(|| Value::from(*word));
                }
            }
            (Self::Table(_), value @ Value::Null) => {
                *value = Value::Object(serde_json::Map::new());
                self.complete(value);
            }
            (Self::Text(text), value @ Value::Null) => *value = text.into(),
            (Self::Integer(number), value @ Value::Null) => *value = number.into(),
            (Self::Decimal(number), value @ Value::Null) => {
                *value = serde_json::from_str(number).unwrap_or_default()
            }
            (Self::Boolean(flag), value @ Value::Null) => *value = flag.into(),
            // Whoever reads it says what is wrong with it.
            (_, _) => {}
        }
    }
}

/// The value as the configuration would spell it.
impl fmt::Display for DefaultValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Decimal(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Boolean(flag) => write!(f, "{flag}"),
            Self::Table(entries) => {
                let entry = |(key, word): &(&str, &str)| format!("{key} = {word:?}");
                write!(f, "{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Form of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingForm {
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// A number, perhaps with a fraction.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// A table of strings.
    Table,
    /// A secret: from an environment variable, a file, or the configuration itself.
    Secret,
}

impl Setting {
    /// An optional text.
    pub const fn text(key: &'static str, help: &'static str) -> Self {
        Self { key, help, form: SettingForm::Text, required: false, default: None }
    }

    /// An optional whole number.
    pub const fn integer(key: &'static str, help: &'static str) -> Self {
        Self { form: SettingForm::Integer, ..Self::text(key, help) }
    }

    /// An optional number, perhaps with a fraction.
    pub const fn decimal(key: &'static str, help: &'static str) -> Self {
        Self { form: SettingForm::Decimal, ..Self::text(key, help) }
    }

    /// An optional `true` or `false`.
    pub const fn boolean(key: &'static str, help: &'static str) -> Self {
        Self { form: SettingForm::Boolean, ..Self::text(key, help) }
    }

    /// An optional table of strings.
    pub const fn table(key: &'static str, help: &'static str) -> Self {
        Self { form: SettingForm::Table, ..Self::text(key, help) }
    }

    /// A required secret.
    pub const fn secret(key: &'static str, help: &'static str) -> Self {
        Self { form: SettingForm::Secret, required: true, ..Self::text(key, help) }
    }

    /// The same setting, required.
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same text, with a default.
    pub const fn default(self, value: &'static str) -> Self {
        Self { default: Some(DefaultValue::Text(value)), ..self }
    }

    /// The same whole number, with a default.
    pub const fn default_number(self, value: u32) -> Self {
        Self { default: Some(DefaultValue::Integer(value)), ..self }
    }

    /// The same number, with a default as it is written.
    pub const fn default_decimal(self, value: &'static str) -> Self {
        Self { default: Some(DefaultValue::Decimal(value)), ..self }
    }

    /// The same `true` or `false`, with a default.
    pub const fn default_flag(self, value: bool) -> Self {
        Self { default: Some(DefaultValue::Boolean(value)), ..self }
    }

    /// The same table, with these entries where the configuration gives no others.
    pub const fn entries(self, entries: &'static [(&'static str, &'static str)]) -> Self {
        Self { default: Some(DefaultValue::Table(entries)), ..self }
    }
}

/// The settings that every adapter takes beside its own; the HTTP client keeps them.
pub const COMMON_SETTINGS: &[Setting] = &[
    Setting::boolean(
        "allow_plain_http",
        "Whether `base_url` may be plain http on another machine, where anyone on the way can read the credentials.",
    )
    .default_flag(false),
    Setting::text(
        LIMIT_GROUP,
        "Name that accounts have in common whose calls this system counts together, such as those with one key or of one \
         company; they keep its rate limits together. Without it an account keeps them by itself.",
    ),
];

/// Key of the setting by which several accounts keep a system's rate limits together.
pub const LIMIT_GROUP: &str = "limit_group";

/// Access of an adapter to the far side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Reading and writing: everything that its trait offers.
    #[default]
    ReadAndWrite,
    /// Nothing but read; the HTTP client refuses every other call before it is sent.
    ReadOnly,
}

/// Addresses for which plain http may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlainHttp {
    /// Within this machine only.
    #[default]
    Loopback,
    /// Anywhere, because the configuration says so.
    Anywhere,
}

/// The settings of one adapter in one account, each with its default where it was left out. `Debug` shows no secret.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    values: serde_json::Map<String, Value>,
    secrets: BTreeMap<String, SecretString>,
    access: Access,
    plain_http: PlainHttp,
    time_zone: Option<Tz>,
    limit_group: Option<String>,
}

impl Settings {
    /// Settings with these values and secrets, for an adapter that takes `known`.
    pub fn new(
        known: &[Setting],
        mut values: serde_json::Map<String, Value>,
        secrets: BTreeMap<String, SecretString>,
    ) -> Self {
        for (key, default) in known.iter().filter_map(|setting| Some((setting.key, setting.default?))) {
            default.complete(values.entry(key).or_insert(Value::Null));
        }
        Self { values, secrets, ..Self::default() }
    }

    /// The same settings, for a connection that may do no more than this.
    pub fn with_access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// The same settings, for a connection that may use plain http there.
    pub fn with_plain_http(self, plain_http: PlainHttp) -> Self {
        Self { plain_http, ..self }
    }

    /// The same settings, for an account in this time zone.
    pub fn with_time_zone(self, time_zone: Tz) -> Self {
        Self { time_zone: Some(time_zone), ..self }
    }

    /// The same settings, for one of the connections that keep their rate limits together under this name, for as long as the
    /// process lives, and with other processes where these share them.
    pub fn with_limit_group(self, name: String) -> Self {
        Self { limit_group: Some(name), ..self }
    }

    /// Access of the connection.
    pub fn access(&self) -> Access {
        self.access
    }

    /// Addresses for which plain http may be used.
    pub fn plain_http(&self) -> PlainHttp {
        self.plain_http
    }

    /// The account's time zone, in which a platform may tell local times; UTC where nobody said.
    pub fn time_zone(&self) -> Tz {
        self.time_zone.unwrap_or(Tz::UTC)
    }

    /// Name under which connections keep their rate limits together; `None` for one that keeps them by itself.
    pub fn limit_group(&self) -> Option<&str> {
        self.limit_group.as_deref()
    }

    /// The address of the API, where the adapter has a setting for it.
    pub fn base_url(&self) -> Option<&str> {
        self.values.get("base_url").and_then(Value::as_str)
    }

    /// True if a connection by the other ones would be the same.
    pub fn is_same(&self, other: &Self) -> bool {
        let Self { values, secrets, access, plain_http, time_zone, limit_group } = self;
        *values == other.values
            && *access == other.access
            && *plain_http == other.plain_http
            && *time_zone == other.time_zone
            && *limit_group == other.limit_group
            && secrets.keys().eq(other.secrets.keys())
            && secrets
                .values()
                .zip(other.secrets.values())
                .all(|(one, other)| one.expose_secret() == other.expose_secret())
    }

    /// Reads the values that are not secrets.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] with the context `key` that names the setting.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        let value = Value::Object(self.values.clone());
        serde_path_to_error::deserialize(value).map_err(|error| {
            let key = error.path().to_string();
            Error::new(ErrorKind::Config, error.into_inner().to_string()).with("key", key)
        })
    }

    /// The secret `key`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if it is not there.
    pub fn secret(&self, key: &'static str) -> Result<SecretString> {
        self.secrets
            .get(key)
            .cloned()
            .ok_or_else(|| Error::new(ErrorKind::Config, "a secret is missing").with("key", key))
    }
}
