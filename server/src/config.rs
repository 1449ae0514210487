use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};

use chrono::TimeDelta;
use serde::{Deserialize, Deserializer};

use crate::access::origin;
use crate::alerts::AlertsConfig;

/// The configuration's table `[server]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port on which it listens; loopback unless somebody may log in.
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// The address at which people reach it, as `https://sync.example.com`, where that is another than `listen`: behind a
    /// reverse proxy that speaks TLS. Cookies are for https alone then.
    #[serde(deserialize_with = "origin")]
    pub public_url: Option<String>,
    /// Work of the process, of those that share a ledger.
    pub role: ServerRole,
    /// Number of jobs that are under way at once, of all accounts together. Those that take longer than a minute share half of it.
    #[serde(deserialize_with = "slots")]
    pub jobs_at_once: usize,
    /// Time for which runs, their history and the audit trail are kept.
    #[serde(deserialize_with = "span")]
    pub retention: TimeDelta,
    /// Alerts: what people are told of, and over which channels.
    pub alerts: AlertsConfig,
}

/// Work of a process, of those that share a ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerRole {
    /// Everything.
    #[default]
    All,
    /// Pages, API and webhooks; others do the jobs.
    Web,
    /// Jobs; it answers probes alone, and whoever reads its metrics.
    Worker,
}

impl ServerConfig {
    /// True if people reach it over TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https:"))
    }

    /// True if others than the people of this machine may reach it: then somebody must be able to log in first.
    pub fn is_reached_from_elsewhere(&self) -> bool {
        !self.listen.ip().is_loopback() || self.public_url.is_some()
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8787),
            public_url: None,
            role: ServerRole::default(),
            jobs_at_once: 8,
            retention: TimeDelta::days(90),
            alerts: AlertsConfig::default(),
        }
    }
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    listen_address(&text).map_err(|problem| serde::de::Error::custom(format!("listen: {problem}")))
}

/// Reads an address and port to listen on. The address may be a name of this machine, as `localhost`; of several addresses that
/// it has, the first of IPv4 is taken, which is where people look.
///
/// # Errors
///
/// In a sentence that quotes the text.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let wrong = || format!("{text:?} is not an address with a port, as 127.0.0.1:8787");
    let (name, port) = text.rsplit_once(':').filter(|(name, _)| !name.is_empty()).ok_or_else(wrong)?;
    let port: u16 = port.parse().map_err(|_| wrong())?;
    let found = (name, port).to_socket_addrs().map_err(|error| format!("{}: {error}", wrong()))?;
    let found: Vec<_> = found.collect();
    let first = found.iter().find(|address| address.is_ipv4()).or_else(|| found.first());
    first.copied().ok_or_else(wrong)
}

fn slots<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let number = usize::deserialize(deserializer)?;
    let is_usable = (1..=MOST_SLOTS).contains(&number);
    is_usable.then_some(number).ok_or_else(|| {
        serde::de::Error::custom(format!("jobs_at_once: {number} is not a number between 1 and {MOST_SLOTS}"))
    })
}

/// Most jobs that one process has under way: each may hold connections and a page of records.
const MOST_SLOTS: usize = 1_000;

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeDelta, D::Error> {
    let text = String::deserialize(deserializer)?;
    let span = humantime::parse_duration(&text).ok().and_then(|span| TimeDelta::from_std(span).ok());
    span.filter(|span| *span >= TimeDelta::days(1)).ok_or_else(|| {
        serde::de::Error::custom(format!("retention: {text:?} is not a span of a day or more, as 90d"))
    })
}
