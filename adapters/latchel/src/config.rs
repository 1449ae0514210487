use latchel_sync_core::registry::RateLimit;
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::Transport;
use serde::Deserialize;

/// Length of the span in which the key's calls are counted, in seconds (contract sheet `latchel-papi.md`, 1).
pub(crate) const SPAN: u32 = 600;

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub base_url: String,
    pub writes: Writes,
    pub calls_share: f64,
    pub calls_per_span: u32,
    pub other_host: bool,
}

/// Domains of Latchel's: the one of the API, and that of its sandbox.
const DOMAINS: [&str; 2] = ["latchel.com", SANDBOX];

/// Host of the sandbox (contract sheet `latchel-papi.md`, 1).
pub(crate) const SANDBOX: &str = "latchel-demo.com";

/// Permission to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Writes {
    On,
    Off,
}

impl Config {
    /// Refuses an address that is not the Partner API's: before, this name stood for a gateway's contract.
    pub fn check_address(&self) -> Result<()> {
        let path = self.base_url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        if path.strip_prefix('v').is_some_and(|number| number.parse::<u8>().is_ok()) {
            return Ok(());
        }
        let problem = "the Partner API's address ends with its version, like https://papi.latchel.com/v1; for a gateway of \
                       your own the key is `adapter = \"latchel-gateway\"`";
        Err(Error::new(ErrorKind::Config, problem).with("key", "base_url"))
    }

    /// Refuses a host that is not Latchel's, unless the configuration permits it: a gateway has an address of its own, and the
    /// account's key is no business of anybody else's.
    pub fn check_host(&self, transport: &Transport) -> Result<()> {
        let host = transport.host();
        let is_of = |domain: &&str| {
            host.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if self.other_host || transport.is_local() || DOMAINS.iter().any(is_of) {
            return Ok(());
        }
        let problem = "this is no host of Latchel's; for a gateway of your own the key is `adapter = \"latchel-gateway\"`, and for \
                       a proxy before the Partner API set `other_host = true`";
        Err(Error::new(ErrorKind::Config, problem).with("key", "base_url"))
    }

    /// The part of the key's limit that is ours.
    pub fn budget(&self) -> Result<RateLimit> {
        if !(self.calls_share > 0.0 && self.calls_share <= 1.0) {
            let problem = "must be above 0 and not above 1";
            return Err(Error::new(ErrorKind::Config, problem).with("key", "calls_share"));
        }
        let calls = (f64::from(self.calls_per_span) * self.calls_share).floor();
        if calls < 1.0 {
            let problem = "leaves no call within `calls_share`";
            return Err(Error::new(ErrorKind::Config, problem).with("key", "calls_per_span"));
        }
        Ok(RateLimit { calls: calls as u32, seconds: SPAN })
    }
}
