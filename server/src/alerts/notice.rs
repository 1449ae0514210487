use chrono::{DateTime, Utc};
use latchel_sync_core::words::visible;
use latchel_sync_ledger::desk::Alert;

use super::findings::shown;
use crate::config::ServerConfig;

/// Message that people are sent once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    /// In a few words.
    pub subject: String,
    /// In a few lines.
    pub text: String,
}

impl Notice {
    /// A notice that an alert has begun.
    pub fn begun(alert: &Alert, config: &ServerConfig) -> Self {
        let Alert { account, text, since, .. } = alert;
        let text = visible(text);
        Self {
            subject: format!("latchel-sync: {account} needs somebody"),
            text: format!("{account}: {text}\nSince {}. {}", shown(*since), address(config, account)),
        }
    }

    /// A notice by which somebody tries whether people are reached.
    pub fn test(config: &ServerConfig) -> Self {
        let what = "This is a test of latchel-sync's alerts. Nothing is wrong, and nothing is to be done.";
        Self { subject: "latchel-sync: a test".to_owned(), text: format!("{what}\n{}", server(config)) }
    }

    /// A notice that an alert is over.
    pub fn over(alert: &Alert, config: &ServerConfig, now: DateTime<Utc>) -> Self {
        let Alert { account, text, since, .. } = alert;
        let text = visible(text);
        Self {
            subject: format!("latchel-sync: {account} is well again"),
            text: format!(
                "{account}: this is over: {text}\nFrom {} to {}. {}",
                shown(*since),
                shown(now),
                address(config, account)
            ),
        }
    }
}

/// The server's first page, with its slash at the end.
fn server(config: &ServerConfig) -> String {
    let server = config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    format!("{}/", server.trim_end_matches('/'))
}

/// The account's page.
fn address(config: &ServerConfig, account: &str) -> String {
    let account: String = form_urlencoded::byte_serialize(account.as_bytes()).collect();
    // A form writes a space otherwise than a path.
    format!("{}accounts/{}", server(config), account.replace('+', "%20"))
}
