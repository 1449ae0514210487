use std::net::IpAddr;

use axum::http::Uri;
use axum::http::uri::Authority;
use serde::{Deserialize, Deserializer};

use crate::config::ServerConfig;

/// Reads an address as browsers send an origin, such as `https://sync.example.com`: without a path, in lower case, and without
/// the scheme's own port.
pub(crate) fn origin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let wrong = || {
        let text = format!(
            "public_url: {text:?} is not an address without a path, such as https://sync.example.com"
        );
        serde::de::Error::custom(text)
    };
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(wrong()) };
    let is_plain = uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains('@');
    if !is_plain || own_port(scheme).is_none() {
        return Err(wrong());
    }
    Ok(Some(format!("{scheme}://{}", Host::of(authority).text(own_port(scheme)))))
}

fn own_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// A host and its port, as a request names them.
struct Host {
    /// In lower case.
    name: String,
    port: Option<u16>,
}

impl Host {
    fn of(authority: &Authority) -> Self {
        Self { name: authority.host().to_ascii_lowercase(), port: authority.port_u16() }
    }

    fn text(&self, own_port: Option<u16>) -> String {
        match self.port {
            Some(port) if Some(port) != own_port => format!("{}:{port}", self.name),
            _ => self.name.clone(),
        }
    }

    /// Its address, if it is named by that.
    fn address(&self) -> Option<IpAddr> {
        self.name.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }
}

/// True if the server answers to this name. A page elsewhere can make its own name lead to this machine, and would then read
/// everything as if it came from itself; it cannot do so with an address or with a name that it does not own.
pub(super) fn is_ours(config: &ServerConfig, authority: &Authority) -> bool {
    if authority.as_str().contains('@') {
        return false;
    }
    let host = Host::of(authority);
    if let Some((scheme, public)) = config.public_url.as_deref().and_then(|url| url.split_once("://"))
        && host.text(own_port(scheme)) == public
    {
        return true;
    }
    let (listens_on, port) = (config.listen.ip(), config.listen.port());
    if host.port.unwrap_or(80) != port {
        return false;
    }
    match host.address() {
        Some(address) => {
            let here = listens_on.is_loopback() && address.is_loopback();
            here || address == listens_on || listens_on.is_unspecified()
        }
        None => host.name == "localhost" && (listens_on.is_loopback() || listens_on.is_unspecified()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(listen: &str, public_url: Option<&str>) -> ServerConfig {
        let listen = listen.parse().expect("an address");
        ServerConfig { listen, public_url: public_url.map(str::to_owned), ..ServerConfig::default() }
    }

    fn answers(config: &ServerConfig, host: &str) -> bool {
        is_ours(config, &host.parse().expect(host))
    }

    #[test]
    fn on_loopback_it_answers_to_loopback_names_with_its_port() {
        let config = config("127.0.0.1:8787", None);
        for host in ["127.0.0.1:8787", "localhost:8787", "LOCALHOST:8787", "[::1]:8787"] {
            assert!(answers(&config, host), "{host}");
        }
        for host in ["127.0.0.1", "127.0.0.1:80", "evil.example:8787", "x@localhost:8787", "10.0.0.1:8787"] {
            assert!(!answers(&config, host), "{host}");
        }
    }

    #[test]
    fn everywhere_it_answers_to_addresses_and_its_public_name_alone() {
        let config = config("0.0.0.0:8787", Some("https://sync.example.com"));
        for host in ["10.0.0.1:8787", "localhost:8787", "sync.example.com", "sync.example.com:443"] {
            assert!(answers(&config, host), "{host}");
        }
        for host in
            ["evil.example:8787", "sync.example.com:8787", "sync.example.com.evil.example", "10.0.0.1"]
        {
            assert!(!answers(&config, host), "{host}");
        }
    }

    #[test]
    fn a_public_address_is_kept_as_browsers_send_it() {
        let read = |url: &str| origin(serde_json::json!(url)).map_err(|error| error.to_string());
        let kept = |url: &str| read(url).expect(url).expect("an address");
        assert_eq!(kept("https://Sync.Example.com:443/"), "https://sync.example.com");
        assert_eq!(kept("http://sync.example.com:8787"), "http://sync.example.com:8787");
        for url in ["sync.example.com", "ftp://a", "https://a/b", "https://a?b", "https://u@a", "", "/a"] {
            let error = read(url).expect_err(url);
            assert!(error.contains("https://sync.example.com"), "{error}");
        }
    }
}
