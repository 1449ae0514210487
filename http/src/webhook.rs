use std::fmt;
use std::time::Duration;

use latchel_sync_core::{Error, ErrorKind, Result};
use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::transport::{client, is_loopback};

/// Longest time that a post may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// An address to which JSON is posted, and which is a secret: whoever knows it may post there. No error names it.
#[derive(Clone)]
pub struct Webhook {
    client: reqwest::Client,
    address: Url,
}

impl Webhook {
    /// The webhook at this address; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if it is no address, or one that everybody on the way could read.
    pub fn new(address: &SecretString) -> Result<Self> {
        let wrong = |what: &str| Error::new(ErrorKind::Config, what);
        // An error of the parser may hold what it read.
        let address = Url::parse(address.expose_secret().trim())
            .map_err(|_| wrong("this is not an address: write one such as https://hooks.example.com/…"))?;
        let is_private = address.scheme() == "https" || address.scheme() == "http" && is_loopback(&address);
        if !is_private || address.host_str().is_none() {
            return Err(wrong("the address must begin with https:// unless it is on this machine"));
        }
        Ok(Self { client: client(&address, HeaderMap::new(), TIMEOUT)?, address })
    }

    /// Posts `body`, once.
    ///
    /// # Errors
    ///
    /// If it was not accepted.
    pub async fn post(&self, body: &impl Serialize) -> Result<()> {
        let sent = self.client.post(self.address.clone()).json(body).send().await;
        let status = sent.map_err(|error| {
            let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Unavailable };
            Error::new(kind, "the webhook could not be reached").with_source(error.without_url())
        })?;
        match status.status() {
            status if status.is_success() => Ok(()),
            status => Err(Error::new(kind_of(status), "the webhook refused it").with("status", status)),
        }
    }
}

fn kind_of(status: StatusCode) -> ErrorKind {
    match status {
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
        StatusCode::NOT_FOUND | StatusCode::GONE => ErrorKind::NotFound,
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthorized,
        StatusCode::FORBIDDEN => ErrorKind::Forbidden,
        status if status.is_server_error() => ErrorKind::Unavailable,
        _ => ErrorKind::Refused,
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("host", &self.address.host_str()).finish_non_exhaustive()
    }
}
