use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use latchel_sync_core::{Error, ErrorKind, Result};
use lettre::message::{Mailbox, header::ContentType};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

use super::config::EmailConfig;
use super::notice::Notice;

/// Longest time that each step of a delivery may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// E-mail by way of a mail server.
pub(super) struct Mail {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Mail {
    /// # Errors
    ///
    /// [`ErrorKind::Config`], which names the key.
    pub fn new(config: &EmailConfig, smtp: &SecretString) -> Result<Self> {
        let wrong = |key: &'static str, what: &str| Error::new(ErrorKind::Config, what).with("key", key);
        let address = |key, text: &String| {
            text.parse::<Mailbox>().map_err(|_| wrong(key, "this is no e-mail address").with("value", text))
        };
        if config.to.is_empty() {
            return Err(wrong("email.to", "it names nobody"));
        }
        let url = smtp.expose_secret().trim();
        if !is_private(url) {
            let what = "the address must begin with smtps://, or end with ?tls=required, unless the mail server is on \
                        this machine";
            return Err(wrong("email.smtp", what));
        }
        // An error of the parser may hold what it read.
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| wrong("email.smtp", "this is no address such as smtps://USER:PASSWORD@HOST"))?;
        Ok(Self {
            server: server.timeout(Some(TIMEOUT)).build(),
            from: address("email.from", &config.from)?,
            to: config.to.iter().map(|to| address("email.to", to)).collect::<Result<_>>()?,
        })
    }

    pub async fn send(&self, notice: &Notice) -> Result<()> {
        let start = Message::builder().from(self.from.clone()).subject(&notice.subject).message_id(None);
        let addressed = self.to.iter().fold(start, |message, to| message.to(to.clone()));
        let message = addressed.header(ContentType::TEXT_PLAIN).body(notice.text.clone());
        let message = message.map_err(|error| {
            Error::new(ErrorKind::Refused, "the e-mail cannot be written").with_source(error)
        })?;
        match self.server.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let kind = if error.is_permanent() { ErrorKind::Refused } else { ErrorKind::Unavailable };
                Err(Error::new(kind, "the mail server did not take the e-mail").with_source(error))
            }
        }
    }
}

/// True if nobody on the way can read the password.
fn is_private(url: &str) -> bool {
    let after_user = url.rsplit('@').next().unwrap_or_default();
    let host = after_user.trim_start_matches("smtp://");
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split([':', '/', '?']).next(),
    };
    let host = host.unwrap_or_default();
    let is_loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    url.starts_with("smtps://") || url.ends_with("?tls=required") || is_loopback
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("to", &self.to.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_goes_over_the_network_encrypted_or_not_at_all() {
        for private in [
            "smtps://u:p@mail.example",
            "smtp://u:p@mail.example:587?tls=required",
            "smtp://localhost:2525",
            "smtp://u:p@127.0.0.1",
            "smtp://[::1]:25",
        ] {
            assert!(is_private(private), "{private}");
        }
        for open in [
            "smtp://u:p@mail.example",
            "smtp://u:p@mail.example?tls=opportunistic",
            "smtp://localhost.example",
            "smtp://localhost@mail.example",
            "",
        ] {
            assert!(!is_private(open), "{open}");
        }
    }
}
