use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_cli::Config;
use latchel_sync_core::registry::{SettingForm, latchels, platforms};
use latchel_sync_core::rules::coverage;
use toml::{Table, Value};

use crate::far::SECRET;
use crate::seen::shows_no_secret;

/// A configuration file, up to adapters that are ready to call.
pub fn config(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let now: DateTime<Utc> = "2026-03-10T12:00:00Z".parse().expect("an instant");
    let made = Config::parse(Path::new("latchel-sync.toml"), text.to_owned()).and_then(|config| {
        let _ = config.far_sides()?;
        for account in config.accounts() {
            let window = coverage(&account.policy.window, None, now).window;
            // What an adapter asks of a far side that knows days only.
            assert!(window.from - TimeDelta::days(1) < window.from);
        }
        Ok(config)
    });
    // In a text that is no TOML nobody knows which parts are secret.
    if holds_secrets_as_such(text) {
        match made {
            Ok(config) => shows_no_secret(&format!("{config:?}")),
            Err(failure) => shows_no_secret(&format!("{failure} {failure:?}")),
        }
    }
}

/// True if values that look like secrets stand where secrets belong, and nowhere else.
fn holds_secrets_as_such(text: &str) -> bool {
    let Ok(mut file) = text.parse::<Table>() else { return false };
    let secrets: Vec<&str> = platforms()
        .iter()
        .flat_map(|adapter| adapter.settings)
        .chain(latchels().iter().flat_map(|adapter| adapter.settings))
        .filter(|setting| setting.form == SettingForm::Secret)
        .map(|setting| setting.key)
        .collect();
    let accounts = file.get_mut("account").and_then(Value::as_array_mut).into_iter().flatten();
    for section in accounts.filter_map(Value::as_table_mut).flat_map(|account| {
        account
            .iter_mut()
            .filter(|(name, _)| ["platform", "latchel"].contains(&name.as_str()))
            .map(|(_, one)| one)
    }) {
        if let Value::Table(settings) = section {
            settings.retain(|key, value| !(value.is_str() && secrets.contains(&key)));
        }
    }
    !file.to_string().contains(SECRET)
}
