use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use latchel_sync_core::registry::Access;
use latchel_sync_core::{Error, ErrorKind, LONGEST_PAUSE_WITHIN_A_RUN, Result, calls};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Response, StatusCode, Url};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::server_time;
use crate::failure::{Failure, broken_off, refused, refused_inside, unanswered};
use crate::list::IsEmpty;
use crate::mend::mended;
use crate::retry::{Repeat, with_retries};
use crate::session::{Session, Token};
use crate::transport::{Inner, secret_value};
use crate::{Answer, Effort};

/// The longest answer that is read; a page of 1,000 rows is far below it.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;

/// The metric that counts the calls that left, by `system` and the `status` of the answer.
pub const CALLS: &str = "latchel_sync_calls_total";
/// The metric of how long each call waited for the rate limits before it left, in seconds, by `system`.
pub const RATE_LIMIT_WAIT: &str = "latchel_sync_rate_limit_wait_seconds";

/// A request that is about to be sent.
pub struct Call {
    transport: Arc<Inner>,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
    secret_headers: Vec<(&'static str, SecretString)>,
    body: Option<serde_json::Result<Body>>,
    repeat: Repeat,
    session: Presence,
    empty: Option<IsEmpty>,
}

/// A request's body, with its type.
pub(crate) struct Body {
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

/// Place of a call: inside the session, where the far side has one, or outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Inside,
    Outside,
}

impl Call {
    pub(crate) fn new(transport: Arc<Inner>, method: Method, path: &str) -> Self {
        let repeat = if method == Method::GET { Repeat::Always } else { Repeat::IfNotProcessed };
        let path = path.trim_start_matches('/').to_owned();
        Self {
            transport,
            method,
            path,
            query: Vec::new(),
            headers: Vec::new(),
            secret_headers: Vec::new(),
            body: None,
            repeat,
            session: Presence::Inside,
            empty: None,
        }
    }

    /// Adds a query parameter; one that is added again is sent again.
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds query parameters.
    pub fn queries<N: AsRef<str>, V: ToString>(self, parameters: impl IntoIterator<Item = (N, V)>) -> Self {
        parameters.into_iter().fold(self, |call, (name, value)| call.query(name.as_ref(), value))
    }

    /// Sends a secret with this call alone. Errors do not show it; what else may repeat it goes through
    /// [`Transport::without_secrets`](crate::Transport::without_secrets) only if the connection has it too.
    pub fn secret_header(mut self, name: &'static str, value: SecretString) -> Self {
        self.secret_headers.push((name, value));
        self
    }

    /// Sends a header that is no secret with this call alone.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sends `body` as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body);
        self.body = Some(body.map(|bytes| Body { content_type: "application/json", bytes }));
        self
    }

    /// Sends a body that is not JSON, such as XML, with its type.
    pub fn body(mut self, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(Ok(Body { content_type, bytes: body.into() }));
        self
    }

    /// Says that this call only reads, whatever its method, so that it may be repeated.
    pub fn reads(mut self) -> Self {
        self.repeat = Repeat::Always;
        self
    }

    /// Says how often this call, which reads a part of a list, is repeated.
    pub fn effort(mut self, effort: Effort) -> Self {
        self.repeat = match effort {
            Effort::Usual => Repeat::Always,
            Effort::Once => Repeat::IfAsked,
        };
        self
    }

    /// Takes such error answers for a success without content.
    pub(crate) fn empty_if(mut self, is_empty: Option<IsEmpty>) -> Self {
        self.empty = is_empty;
        self
    }

    /// Carries no token: this is how one is got.
    pub(crate) fn without_session(mut self) -> Self {
        self.session = Presence::Outside;
        self
    }

    /// Sends it, and reads one record out of the answer; `None` if there is none: not found, or no content.
    ///
    /// # Errors
    ///
    /// Those of [`Call::send`], and an answer that cannot be understood.
    pub async fn find<T: DeserializeOwned>(self) -> Result<Option<T>> {
        match self.send().await {
            Ok(answer) if answer.status == 204 => Ok(None),
            Ok(answer) => answer.json().map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends it, keeping the rate limits and repeating it where that is safe.
    ///
    /// # Errors
    ///
    /// Every answer that is not a success; the context `call` names the request and `answer` the far side's words.
    pub async fn send(self) -> Result<Answer> {
        if self.transport.access == Access::ReadOnly && self.repeat == Repeat::IfNotProcessed {
            let message = "this connection only reads, and the call would write";
            return Err(Error::new(ErrorKind::Unsupported, message)
                .with("call", format_args!("{} {}", self.method, self.path)));
        }
        let mut url = address(&self.transport.base, &self.path).ok_or_else(|| {
            Error::new(ErrorKind::Refused, "this path would lead elsewhere")
                .with("path", self.transport.without_secrets(&self.path))
        })?;
        // An id out of an answer may be anything, even the key.
        let call = self.transport.without_secrets(&format!("{} {url}", self.method));
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
            let query = with_brackets(url.query().unwrap_or_default());
            url.set_query(Some(&query));
        }
        let body = self.body.transpose().map_err(|error| {
            Error::new(ErrorKind::Refused, "the request cannot be written")
                .with("call", &call)
                .with_source(error)
        })?;
        let doubled = doubled(&self.transport.base, &self.path);
        let Self { transport, method, headers, secret_headers, repeat, session, empty, .. } = self;
        let transport = &transport;
        let request = Request { transport, method, url, headers, secret_headers, body, call, empty };
        let answered = match transport.session.as_ref().filter(|_| session == Presence::Inside) {
            None => with_retries(repeat, || request.attempt(None)).await,
            Some(session) => request.within(session, repeat).await,
        };
        answered.map_err(|error| match doubled.filter(|_| error.kind() == ErrorKind::NotFound) {
            Some(twice) => error
                .with("perhaps", format_args!("`base_url` ends with /{twice}, which is there twice then")),
            None => error,
        })
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("method", &self.method).field("path", &self.path).finish_non_exhaustive()
    }
}

/// A request that can be sent again and again.
struct Request<'a> {
    transport: &'a Arc<Inner>,
    method: Method,
    url: Url,
    headers: Vec<(&'static str, String)>,
    secret_headers: Vec<(&'static str, SecretString)>,
    body: Option<Body>,
    call: String,
    empty: Option<IsEmpty>,
}

impl Request<'_> {
    /// A token that is refused has run out, which says that nothing was done: one log-in later the call is made again.
    async fn within(&self, session: &Session, repeat: Repeat) -> Result<Answer> {
        let token = session.token(self.transport).await?;
        let carrying = |token: Token| (session.header(), token.value());
        let carried = carrying(token.clone());
        match with_retries(repeat, || self.attempt(Some(&carried))).await {
            Err(error) if error.kind() == ErrorKind::Unauthorized => {
                let carried = carrying(session.renewed(self.transport, &token).await?);
                with_retries(repeat, || self.attempt(Some(&carried))).await
            }
            answer => answer,
        }
    }

    async fn attempt(&self, token: Option<&(&'static str, HeaderValue)>) -> Result<Answer, Failure> {
        let waiting = tokio::time::Instant::now();
        self.transport.limits.wait().await?;
        let waited = waiting.elapsed().as_secs_f64();
        metrics::histogram!(RATE_LIMIT_WAIT, "system" => self.transport.name).record(waited);
        calls::made(self.transport.name);
        let mut request = self.transport.client.request(self.method.clone(), self.url.clone());
        if let Some((name, value)) = token {
            request = request.header(*name, value);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        for (name, secret) in &self.secret_headers {
            request = request.header(*name, secret_value(name, secret)?);
        }
        if let Some(body) = &self.body {
            request = request.header(CONTENT_TYPE, body.content_type).body(body.bytes.clone());
        }
        let begin = Instant::now();
        let answer = match request.send().await {
            Ok(response) => {
                self.count(response.status().as_str().to_owned());
                self.read(response).await
            }
            Err(error) => {
                self.count("none".to_owned());
                Err(unanswered(self.transport, &error))
            }
        };
        let ms = begin.elapsed().as_millis();
        match &answer {
            Ok(answer) => tracing::debug!(call = self.call, status = answer.status, ms, "answered"),
            Err(failure) => tracing::debug!(call = self.call, error = %failure.error, ms, "failed"),
        }
        answer.map_err(|failure| failure.of_call(&self.call))
    }

    /// Counts a call by the status of its answer; `none` if none came.
    fn count(&self, status: String) {
        metrics::counter!(CALLS, "system" => self.transport.name, "status" => status).increment(1);
    }

    async fn read(&self, response: Response) -> Result<Answer, Failure> {
        let (status, headers) = (response.status(), response.headers().clone());
        if let Some(names) = &self.transport.limit_headers {
            self.transport.limits.told(names.read(&headers)).await;
        }
        if let Some(shown) = server_time(&headers) {
            calls::clock(self.transport.name, shown);
            *self.transport.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
        }
        let body = bounded_body(self.transport, response).await?;
        let inside =
            self.transport.failure_inside.filter(|_| status.is_success()).and_then(|read| read(&body));
        if let Some((kind, words)) = inside {
            return Err(refused_inside(self.transport, kind, &words, &headers, self.body.as_ref()));
        }
        let is_empty = |is: IsEmpty| !status.is_success() && is(status.as_u16(), &mended(&body));
        let is_empty = self.empty.is_some_and(is_empty);
        let (status, body) = if is_empty { (StatusCode::NO_CONTENT, Bytes::new()) } else { (status, body) };
        if status.is_success() {
            self.transport.was_answered.store(true, Ordering::Relaxed);
            return Ok(Answer {
                status: status.as_u16(),
                call: self.call.clone(),
                transport: self.transport.clone(),
                headers,
                body,
            });
        }
        let failure = refused(self.transport, status, &headers, &body, self.body.as_ref());
        if let Some(pause) = failure.error.retry_after().filter(|_| status == StatusCode::TOO_MANY_REQUESTS) {
            self.transport.limits.asked_to_wait(pause.min(LONGEST_PAUSE_WITHIN_A_RUN)).await;
        }
        Err(failure)
    }
}

/// The part of an address that stands in it twice: at the end of `base`, where people copy it to, and at the beginning of what
/// follows.
fn doubled(base: &Url, path: &str) -> Option<String> {
    let mut of_base = base.path().rsplit('/').filter(|part| !part.is_empty());
    let (last, before) = (of_base.next()?, of_base.next());
    let is_twice = path.split('/').find(|part| !part.is_empty()) == Some(last) || before == Some(last);
    is_twice.then(|| last.to_owned())
}

/// The address of `path` below `base`. An id that came from outside may be part of a path, and must not lead to another
/// place than the one that it is written into.
fn address(base: &Url, path: &str) -> Option<Url> {
    let wanted = format!("{}{path}", base.path());
    let mut url = base.clone();
    url.set_path(&wanted);
    // To a parser of addresses a backslash is a slash.
    let as_wanted = !path.contains('\\')
        && url.path().starts_with(base.path())
        && url.path().split('/').count() == wanted.split('/').count()
        && url.path().ends_with('/') == wanted.ends_with('/');
    as_wanted.then_some(url)
}

async fn bounded_body(transport: &Inner, mut response: Response) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken_off(transport, &error))? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            let message = format!("{} sent an answer of more than {LONGEST_ANSWER} bytes", transport.name);
            return Err(Error::new(ErrorKind::Malformed, message).into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Brackets in the names of parameters (`filters[Id]`) stay as they are: some far sides know no other spelling.
fn with_brackets(query: &str) -> String {
    let parameter = |part: &str| match part.split_once('=') {
        Some((name, value)) => format!("{}={value}", name.replace("%5B", "[").replace("%5D", "]")),
        None => part.to_owned(),
    };
    query.split('&').map(parameter).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Option<String> {
        let base = Url::parse("https://pms.example/api/").expect("an address");
        address(&base, path).map(Into::into)
    }

    #[test]
    fn an_id_in_a_path_stays_where_it_stands() {
        assert_eq!(at("v1/things"), Some("https://pms.example/api/v1/things".to_owned()));
        assert_eq!(at("v1/things/"), Some("https://pms.example/api/v1/things/".to_owned()));
        assert_eq!(
            at("v1/things/a b?c#d"),
            Some("https://pms.example/api/v1/things/a%20b%3Fc%23d".to_owned())
        );
        assert_eq!(at("http:x"), Some("https://pms.example/api/http:x".to_owned()));
        assert_eq!(at("http://evil.example"), Some("https://pms.example/api/http://evil.example".to_owned()));
        for elsewhere in
            ["v1/things/..", "v1/things/.", "../x", "v1/%2e%2E/x", "v1/.\t./x", "a\\..\\b", "a\\b"]
        {
            assert_eq!(at(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn brackets_stay_in_names_and_are_encoded_in_values() {
        assert_eq!(
            with_brackets("filters%5BId%5D=a%5Bb%5D&page%5Bsize%5D=1"),
            "filters[Id]=a%5Bb%5D&page[size]=1"
        );
    }
}
