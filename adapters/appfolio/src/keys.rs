//! The public keys with which AppFolio signs, as it publishes them.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::Transport;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::jws::{Detached, Key};

/// Address where AppFolio publishes them.
pub(crate) const ADDRESS: &str = "https://api.appfolio.com/.well-known/jwks.json";
/// Whoever sends a key's name that does not exist must not make this ask AppFolio each time.
const BETWEEN_FETCHES: TimeDelta = TimeDelta::minutes(1);
/// After that what is no longer published is no longer believed.
const OLDEST: TimeDelta = TimeDelta::days(1);

#[derive(Debug)]
pub(crate) struct Keys {
    transport: Transport,
    path: String,
    kept: RwLock<Arc<Kept>>,
    /// Time (UTC) of the last question to AppFolio, whether it answered or not; held while it is asked.
    asked_at: Mutex<Option<DateTime<Utc>>>,
}

#[derive(Debug, Default)]
struct Kept {
    keys: Vec<Key>,
    since: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default = "address")]
    jwks_url: String,
}

fn address() -> String {
    ADDRESS.to_owned()
}

impl Keys {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let Config { jwks_url } = settings.read()?;
        let wrong = |what: &str| Error::new(ErrorKind::Config, what).with("key", "jwks_url");
        let (base, path) = jwks_url.rsplit_once('/').ok_or_else(|| wrong("this is not an address"))?;
        let transport =
            Transport::builder("AppFolio", base, settings).build().map_err(|error| wrong(error.message()))?;
        Ok(Self { transport, path: path.to_owned(), kept: RwLock::default(), asked_at: Mutex::default() })
    }

    /// True if one of the keys made this signature of `payload`. A key that is not known is looked for anew.
    pub async fn made(&self, signature: &Detached<'_>, payload: &[u8], now: DateTime<Utc>) -> Result<bool> {
        let mut kept = self.kept();
        if !kept.may_have_made(signature, now) {
            self.fetch(signature, now).await?;
            kept = self.kept();
        }
        let mut candidates = kept.keys.iter().filter(|key| signature.may_be_by(key));
        Ok(candidates.any(|key| signature.is_by(key, payload)))
    }

    /// Asks AppFolio, unless it was asked a moment ago.
    async fn fetch(&self, signature: &Detached<'_>, now: DateTime<Utc>) -> Result<()> {
        let mut asked_at = self.asked_at.lock().await;
        let kept = self.kept();
        if kept.may_have_made(signature, now) {
            return Ok(());
        }
        if asked_at.is_some_and(|at| now - at < BETWEEN_FETCHES) {
            return match kept.is_fresh(now) {
                true => Ok(()),
                false => {
                    Err(Error::new(ErrorKind::Unavailable, "AppFolio's keys could not be had a moment ago"))
                }
            };
        }
        *asked_at = Some(now);
        let body = self.transport.get(&self.path).send().await?.value()?;
        let all = body.get("keys").and_then(Value::as_array).ok_or_else(|| {
            Error::new(ErrorKind::Malformed, "AppFolio's keys could not be understood").with("field", "keys")
        });
        // A key of another kind is none of ours.
        let keys = all?.iter().filter_map(|key| Key::deserialize(key).ok()).collect();
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Kept { keys, since: Some(now) });
        Ok(())
    }

    fn kept(&self) -> Arc<Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Kept {
    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.since.is_some_and(|since| now - since < OLDEST)
    }

    fn may_have_made(&self, signature: &Detached<'_>, now: DateTime<Utc>) -> bool {
        self.is_fresh(now) && self.keys.iter().any(|key| signature.may_be_by(key))
    }
}
