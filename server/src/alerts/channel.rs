use std::path::Path;

use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::Webhook;
use serde_json::json;

use super::config::AlertsConfig;
use super::mail::Mail;
use super::notice::Notice;

/// A way to people.
#[derive(Debug)]
pub(super) enum Channel {
    /// A chat's incoming webhook, as Slack has them.
    Webhook(Webhook),
    /// E-mail.
    Email(Box<Mail>),
}

impl Channel {
    /// The configured ones; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`], which names the key.
    pub fn all(config: &AlertsConfig) -> Result<Vec<Self>> {
        let read = |key: &'static str, secret: &crate::Secret| {
            secret
                .read(Path::new(""))
                .map_err(|problem| Error::new(ErrorKind::Config, problem).with("key", key))
        };
        let mut channels = Vec::new();
        if let Some(address) = &config.webhook {
            let webhook = Webhook::new(&read("webhook", address)?);
            channels.push(Self::Webhook(webhook.map_err(|error| error.with("key", "webhook"))?));
        }
        if let Some(email) = &config.email {
            channels.push(Self::Email(Box::new(Mail::new(email, &read("email.smtp", &email.smtp)?)?)));
        }
        Ok(channels)
    }

    /// Its name in the ledger and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
            Self::Email(_) => "email",
        }
    }

    /// Tells people.
    ///
    /// # Errors
    ///
    /// If it was not accepted for delivery.
    pub async fn send(&self, notice: &Notice) -> Result<()> {
        match self {
            Self::Webhook(webhook) => webhook.post(&json!({ "text": escaped(&notice.text) })).await,
            Self::Email(mail) => mail.send(notice).await,
        }
    }
}

/// Escapes the characters that Slack would take for markup of its own.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
