//! Settings of an account's adapters.

use std::collections::BTreeMap;

use latchel_sync_core::registry::{
    self, COMMON_SETTINGS, LIMIT_GROUP, LatchelAdapter, PlainHttp, Setting, SettingForm, Settings,
};
use toml::{Table, Value};

use super::{Account, expiry, pages};
use crate::exit::Failure;
use crate::suggest::did_you_mean;

impl Account {
    /// An adapter's settings out of its table; `section` is `platform` or `latchel`, or one of their webhooks'.
    pub(crate) fn settings(&self, section: &str, known: &[Setting]) -> Result<Settings, Failure> {
        let none = Table::new();
        let table = match section {
            "platform" => &self.platform,
            "latchel" => &self.latchel,
            "webhooks.platform" => self.webhooks.platform.as_ref().unwrap_or(&none),
            _ => self.webhooks.latchel.as_ref().unwrap_or(&none),
        };
        let mut values = serde_json::Map::new();
        let mut secrets = BTreeMap::new();
        let mut plain_http = PlainHttp::Loopback;
        let mut limit_group = None;
        for (key, value) in table.iter().filter(|(key, _)| *key != "adapter") {
            if key == "allow_plain_http" {
                plain_http = match value {
                    Value::Boolean(true) => PlainHttp::Anywhere,
                    Value::Boolean(false) => PlainHttp::Loopback,
                    _ => return Err(self.problem(section, key, "is not true or false")),
                };
                continue;
            }
            if key == LIMIT_GROUP {
                limit_group = value.as_str().filter(|name| !name.trim().is_empty());
                if limit_group.is_none() {
                    return Err(self.problem(section, key, "is not a name"));
                }
                continue;
            }
            let Some(setting) = known.iter().find(|setting| setting.key == key) else {
                let keys = known.iter().chain(COMMON_SETTINGS).map(|setting| setting.key);
                let keys: Vec<_> = keys.chain(expiry::key(section)).chain(pages::key(section)).collect();
                let hint =
                    of_another_latchel(section, key).or_else(|| did_you_mean(key, keys.iter().copied()));
                return Err(self
                    .problem(section, key, "is not a setting of this adapter")
                    .hint(hint.unwrap_or_else(|| format!("its settings: {}", keys.join(", ")))));
            };
            if setting.form == SettingForm::Secret {
                let secret = self.source.secret(&setting_name(section, key), value);
                let secret = secret.map_err(|problem| self.problem(section, key, &problem))?;
                secrets.insert(key.clone(), secret);
            } else {
                let json = serde_json::to_value(value).map_err(Failure::run)?;
                values.insert(key.clone(), json);
            }
        }
        for setting in known.iter().filter(|setting| setting.required && setting.default.is_none()) {
            if !table.contains_key(setting.key) {
                return Err(self.problem(section, setting.key, "is missing").hint(setting.help));
            }
        }
        let settings = Settings::new(known, values, secrets)
            .with_plain_http(plain_http)
            .with_time_zone(self.settings.time_zone);
        let by_itself = || {
            let place = settings.base_url().unwrap_or_default();
            format!("account {} at {place}", self.settings.name)
        };
        let limit_group = limit_group.map_or_else(by_itself, |name| format!("group {name}"));
        Ok(settings.with_limit_group(limit_group))
    }

    /// A mistake in an adapter's setting.
    pub(crate) fn problem(&self, section: &str, key: &str, what: &str) -> Failure {
        let at = self.source.find(self.start, section, key);
        self.source.problem(at, &format!("{section}.{key}: {what}"))
    }
}

/// Hint at the adapter for Latchel that has a setting of this name: `latchel` was the name of another one once.
fn of_another_latchel(section: &str, key: &str) -> Option<String> {
    let has_it = |adapter: &&LatchelAdapter| adapter.settings.iter().any(|setting| setting.key == key);
    let adapter = registry::latchels().into_iter().find(has_it).filter(|_| section == "latchel")?;
    let (name, about) = (adapter.name, adapter.about);
    Some(format!("it is one of `adapter = {name:?}`: {about}"))
}

/// Name of a setting in the account's configuration, as `platform.client_secret`.
pub(crate) fn setting_name(section: &str, key: &str) -> String {
    format!("{section}.{key}")
}
