//! Detached signatures by RFC 7515 (appendix F) and RFC 7797, PS256 alone.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;

/// A public RSA key, as a JWK has it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Key {
    pub kty: String,
    pub kid: Option<String>,
    n: String,
    e: String,
}

/// A signature that was taken apart, and not compared with anything yet.
#[derive(Debug)]
pub(crate) struct Detached<'a> {
    header: Header,
    encoded_header: &'a str,
    signature: Vec<u8>,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// True if the payload's encoding is signed, not the payload itself.
    #[serde(default = "yes")]
    b64: bool,
    #[serde(default)]
    crit: Vec<String>,
}

fn yes() -> bool {
    true
}

impl<'a> Detached<'a> {
    /// Takes `HEADER..SIGNATURE` apart; `None` if it is anything else, or asks for what is not known here.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (encoded_header, signature) = text.split_once("..")?;
        let header = BASE64_URL_SAFE_NO_PAD.decode(encoded_header).ok()?;
        let header: Header = serde_json::from_slice(&header).ok()?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        let known = header.alg == "PS256" && header.crit.iter().all(|name| name == "b64");
        known.then_some(Self { header, encoded_header, signature })
    }

    /// True if it may have been made with `key`.
    pub fn may_be_by(&self, key: &Key) -> bool {
        key.kty == "RSA" && (self.header.kid.is_none() || self.header.kid == key.kid)
    }

    /// True if it is the signature of `payload` by `key`.
    pub fn is_by(&self, key: &Key, payload: &[u8]) -> bool {
        let part = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let (Some(n), Some(e)) = (part(&key.n), part(&key.e)) else { return false };
        let mut signed = format!("{}.", self.encoded_header).into_bytes();
        if self.header.b64 {
            signed.extend_from_slice(BASE64_URL_SAFE_NO_PAD.encode(payload).as_bytes());
        } else {
            signed.extend_from_slice(payload);
        }
        let key = RsaPublicKeyComponents { n, e };
        key.verify(&RSA_PSS_2048_8192_SHA256, &signed, &self.signature).is_ok()
    }
}
