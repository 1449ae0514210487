use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Datelike, Utc};
use latchel_sync_core::{Error, ErrorKind, Result};
use reqwest::header::{DATE, HeaderMap};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::mend::mended;
use crate::transport::Inner;
use crate::{decode, loose};

/// Size in bytes from which an answer takes longer to read than to hand to another thread.
const LONG: usize = 64 * 1024;

/// A successful answer.
pub struct Answer {
    /// Its HTTP status, 200 to 299.
    pub status: u16,
    /// The request that it answers, for errors.
    pub(crate) call: String,
    pub(crate) transport: Arc<Inner>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// A header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The far side's clock when it answered, UTC.
    pub fn server_time(&self) -> Option<DateTime<Utc>> {
        server_time(&self.headers)
    }

    /// Reads the body as JSON; what is not well formed in it costs at most itself, as [`json`](crate::json) says.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Malformed`] with the contexts `call` and `field`, which names what could not be understood.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        // Keeping track of the path costs more than reading, and only an error shows it. Of a text, not each string in it must
        // be shown to be one.
        if let Ok(text) = std::str::from_utf8(&self.body)
            && let Ok(read) = serde_json::from_str(text)
        {
            return Ok(read);
        }
        let body = mended(&self.body);
        if let Ok(read) = serde_json::from_slice(&body) {
            tracing::debug!(call = self.call, "the answer was not well formed, and was mended");
            return Ok(read);
        }
        let mut json = serde_json::Deserializer::from_slice(&body);
        let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let field = decode::field(&error);
            self.malformed(error.inner()).with("field", self.transport.without_secrets(&field))
        })?;
        json.end().map_err(|error| self.malformed(&error))?;
        Ok(read)
    }

    /// Reads the body as JSON, a long one on a thread beside the caller's, so that calls under way need not wait for it.
    ///
    /// # Errors
    ///
    /// As for [`Answer::json`].
    pub async fn json_beside<T: DeserializeOwned + Send + 'static>(self) -> Result<T> {
        self.beside(Self::json).await
    }

    /// Reads the answer, a long one on a thread beside the caller's.
    pub(crate) async fn beside<T: Send + 'static>(
        self,
        read: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.body.len() < LONG {
            return read(&self);
        }
        let read = tokio::task::spawn_blocking(move || read(&self)).await;
        read.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::new(ErrorKind::Timeout, "the process ended before an answer was read")),
        })
    }

    /// The body as text, for answers that are not JSON, such as XML; bytes that are no text are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Reads the id of what was created, which is in the member `field`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Malformed`] if there is none.
    pub fn created(&self, field: &'static str) -> Result<String> {
        created(self.transport.name, &self.value()?, field)
    }

    /// Reads the body as any JSON.
    ///
    /// # Errors
    ///
    /// As for [`Answer::json`].
    pub fn value(&self) -> Result<Value> {
        self.json()
    }

    fn malformed(&self, cause: &serde_json::Error) -> Error {
        Error::new(ErrorKind::Malformed, "the answer could not be understood")
            .with("call", &self.call)
            .with("problem", self.transport.without_secrets(&decode::problem(cause)))
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Reads the id of what a far side created, which is in the member `field` of `record`.
///
/// # Errors
///
/// [`ErrorKind::Malformed`] if there is none.
pub fn created(name: &str, record: &Value, field: &'static str) -> Result<String> {
    record.get(field).and_then(loose::as_id).ok_or_else(|| {
        Error::new(ErrorKind::Malformed, format!("{name} answered a create without an id"))
            .with("field", field)
    })
}

/// The far side's clock by the answer's headers, UTC.
pub(crate) fn server_time(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// Reads an HTTP date, whose year has four digits.
pub(crate) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    let date = DateTime::parse_from_rfc2822(text.trim()).ok()?.to_utc();
    (1970..=9999).contains(&date.year()).then_some(date)
}
