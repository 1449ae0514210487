//! Far sides that give a token for the credentials, which every other call then carries.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use latchel_sync_core::model::Fingerprint;
use latchel_sync_core::{Error, ErrorKind, Result};
use reqwest::header::HeaderValue;
use reqwest::{Method, Url};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::transport::Inner;
use crate::{Answer, Call};

/// Way to get a token, and to send it.
pub struct LogIn {
    /// Path to which the credentials are posted.
    pub path: &'static str,
    /// Body that is posted, with the credentials. Errors never show it.
    pub credentials: Value,
    /// Reads the token out of the answer.
    pub token: fn(&Answer) -> Result<String>,
    /// The header that carries the token.
    pub header: &'static str,
    /// Word before the token in its header, such as `Bearer`; empty if it stands alone.
    pub scheme: &'static str,
}

impl fmt::Debug for LogIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogIn")
            .field("path", &self.path)
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// Sessions that outlive the connections that began them, by a digest of place and credentials. There are as many as a
/// process has accounts.
static KEPT: Mutex<BTreeMap<String, Arc<Shared>>> = Mutex::new(BTreeMap::new());

/// A session: begun with the first call, and once more whenever its token is refused.
pub(crate) struct Session {
    log_in: LogIn,
    shared: Arc<Shared>,
}

/// Part of a session that several connections may have in common.
#[derive(Default)]
struct Shared {
    token: Mutex<Option<Token>>,
    /// Held by whoever logs in, so that calls side by side do it once.
    door: tokio::sync::Mutex<()>,
}

/// A token that the far side gave.
#[derive(Clone)]
pub(crate) struct Token {
    text: SecretString,
    value: HeaderValue,
}

impl Token {
    fn read(text: String, scheme: &str) -> Result<Self> {
        let carried = format!("{scheme} {}", text.trim());
        let value = HeaderValue::from_str(carried.trim_start()).ok().filter(|_| !text.trim().is_empty());
        let mut value = value.ok_or_else(|| {
            Error::new(ErrorKind::Malformed, "the log-in was answered with a token that no header can carry")
        })?;
        value.set_sensitive(true);
        Ok(Self { text: text.into(), value })
    }

    /// The token as a header carries it.
    pub fn value(&self) -> HeaderValue {
        self.value.clone()
    }
}

impl Session {
    pub fn new(log_in: LogIn) -> Self {
        Self { log_in, shared: Arc::default() }
    }

    /// The session of whoever logged in at `base` in the same way before, or one that is kept for those to come.
    pub fn kept(log_in: LogIn, base: &Url) -> Self {
        let LogIn { path, credentials, header, scheme, .. } = &log_in;
        let whose = Fingerprint::of(&json!([base.as_str(), path, credentials, header, scheme]));
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = Arc::clone(kept.entry(whose.as_str().to_owned()).or_default());
        Self { log_in, shared }
    }

    /// The header that carries the token.
    pub fn header(&self) -> &'static str {
        self.log_in.header
    }

    /// The token of now, which no text may show.
    pub fn secret(&self) -> Option<SecretString> {
        self.known().map(|token| token.text)
    }

    /// The token; logs in if there is none.
    pub async fn token(&self, transport: &Arc<Inner>) -> Result<Token> {
        self.token_but(transport, None).await
    }

    /// Another token than `refused`; logs in unless somebody has done so since.
    pub async fn renewed(&self, transport: &Arc<Inner>, refused: &Token) -> Result<Token> {
        self.token_but(transport, Some(refused)).await
    }

    async fn token_but(&self, transport: &Arc<Inner>, refused: Option<&Token>) -> Result<Token> {
        let _inside = self.shared.door.lock().await;
        let other = |known: &Token| refused.is_none_or(|refused| refused.value != known.value);
        if let Some(known) = self.known().filter(other) {
            return Ok(known);
        }
        let call = Call::new(transport.clone(), Method::POST, self.log_in.path);
        let answer = call.json(&self.log_in.credentials).reads().without_session().send();
        // Boxed because this call is made within another.
        let answer = Box::pin(answer).await.map_err(|error| at_the_door(transport.name, error))?;
        let token = Token::read((self.log_in.token)(&answer)?, self.log_in.scheme)?;
        *self.shared.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }

    fn known(&self) -> Option<Token> {
        self.shared.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A log-in has nothing but its credentials that could be refused, and one that is not there is at another address: it
/// must not pass for a record that is gone.
fn at_the_door(name: &str, error: Error) -> Error {
    let (kind, what) = match error.kind() {
        ErrorKind::Refused | ErrorKind::Forbidden => (ErrorKind::Unauthorized, "refused the log-in"),
        ErrorKind::NotFound => (ErrorKind::Config, "has no log-in at this address; look at `base_url`"),
        _ => return error,
    };
    Error::new(kind, format!("{name} {what}")).with_source(error)
}
