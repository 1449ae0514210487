use std::path::Path;

use chrono::TimeDelta;
use serde::{Deserialize, Deserializer};

use crate::secret::Secret;

/// The configuration's table `[server.alerts]`: whom to tell what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertsConfig {
    /// Number of runs in a row that must have failed.
    #[serde(deserialize_with = "at_least_one")]
    pub failed_runs: u32,
    /// Number of records that must have failed.
    #[serde(deserialize_with = "at_least_one")]
    pub failed_records: u32,
    /// Time for which each of those records must have failed.
    #[serde(deserialize_with = "span")]
    pub failed_records_for: TimeDelta,
    /// Number of days before a credential stops working, from which on people are told.
    #[serde(deserialize_with = "at_least_one")]
    pub expiry_days: u32,
    /// The address of an incoming webhook as Slack has them. It is a secret.
    pub webhook: Option<Secret>,
    /// Mail server, sender and addresses of those who get an e-mail.
    pub email: Option<EmailConfig>,
}

/// The table `[server.alerts.email]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailConfig {
    /// The mail server, as `smtps://USER:PASSWORD@HOST`. It is a secret.
    pub smtp: Secret,
    /// The sender's address.
    pub from: String,
    /// The addresses of those who are told.
    pub to: Vec<String>,
}

impl Default for AlertsConfig {
    fn default() -> Self {
        Self {
            failed_runs: 3,
            failed_records: 1,
            failed_records_for: TimeDelta::hours(1),
            expiry_days: 14,
            webhook: None,
            email: None,
        }
    }
}

impl AlertsConfig {
    /// Its secrets, as they are given.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.webhook.iter().chain(self.email.iter().map(|email| &email.smtp))
    }

    /// Reads the secrets that are elsewhere; files are looked for in `folder`.
    ///
    /// # Errors
    ///
    /// Names the key.
    pub fn read_secrets(&mut self, folder: &Path) -> Result<(), String> {
        let webhook = self.webhook.iter_mut().map(|secret| ("webhook", secret));
        let smtp = self.email.iter_mut().map(|email| ("email.smtp", &mut email.smtp));
        for (key, secret) in webhook.chain(smtp) {
            let text = secret.read(folder).map_err(|problem| format!("{key}: {problem}"))?;
            *secret = text.into();
        }
        Ok(())
    }
}

fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        0 => Err(serde::de::Error::custom("it must be 1 or more")),
        number => Ok(number),
    }
}

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeDelta, D::Error> {
    let text = String::deserialize(deserializer)?;
    let span = humantime::parse_duration(&text).ok().and_then(|span| TimeDelta::from_std(span).ok());
    span.ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a span such as 30m or 1h")))
}
