use askama::Template;
use axum::Extension;
use axum::Json;
use axum::extract::Request;
use axum::http::header::{self, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;

use super::person::Person;
use crate::pages::Top;

/// Refusal of a request: why it is turned away, and what to do. Programs are told in JSON, people with a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    hint: String,
    /// Address at which people log in, if that would help.
    log_in: Option<String>,
    /// The person who is turned away, if they are known.
    person: Option<Box<Person>>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: &str, hint: &str) -> Self {
        Self { status, code, message: message.to_owned(), hint: hint.to_owned(), log_in: None, person: None }
    }

    /// Nobody is logged in.
    pub(super) fn unknown(method: &Method, wanted: &Uri) -> Self {
        // What a form sent cannot be sent again by following a link.
        let next =
            if method.is_safe() { wanted.path_and_query().map_or("/", |path| path.as_str()) } else { "/" };
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let hint = "send `Authorization: Bearer TOKEN`; `latchel-sync users add NAME --role viewer --token` makes one";
        let refusal = Self::new(StatusCode::UNAUTHORIZED, "not_logged_in", "nobody is logged in", hint);
        Self { log_in: Some(format!("/login?next={next}")), ..refusal }
    }

    /// A viewer wants to change something.
    pub(super) fn viewer(person: &Person) -> Self {
        let name = &person.name;
        let message =
            format!("{name} may look at everything, but not change anything: this needs an operator");
        let hint = "`latchel-sync users add NAME --role operator` adds one";
        let refusal = Self::new(StatusCode::FORBIDDEN, "operator_needed", &message, hint);
        Self { person: Some(Box::new(person.clone())), ..refusal }
    }

    /// A browser's extension wants more than it may.
    pub(super) fn extension() -> Self {
        let message = "this browser's extension may look at accounts and work orders and sync them; whoever connects it may let it \
                       pause too; and nothing else";
        Self::new(StatusCode::FORBIDDEN, "not_for_extensions", message, "open the dashboard and do it there")
    }

    /// The request names a host that is not this server.
    pub(super) fn host() -> Self {
        let hint = "`server.public_url` in the configuration names the address at which people reach it";
        let message = "the server does not answer to this host name";
        Self::new(StatusCode::MISDIRECTED_REQUEST, "unknown_host", message, hint)
    }

    /// The request names several hosts.
    pub(super) fn hosts() -> Self {
        let message = "the request names several hosts";
        Self::new(StatusCode::BAD_REQUEST, "several_hosts", message, "send one `Host` header")
    }

    /// It was asked for by a page of another origin, or by an extension.
    pub(super) fn other_origin() -> Self {
        let message = "a page of another origin asked for this";
        let hint = "open the dashboard and do it there; `server.public_url` is its address behind a proxy; programs send \
                    `Authorization: Bearer TOKEN`";
        Self::new(StatusCode::FORBIDDEN, "other_origin", message, hint)
    }

    /// A change was asked for by something that is neither a browser's page nor has a token.
    pub(super) fn no_origin() -> Self {
        let message = "a request that changes something says from which page it comes, or has a token";
        let hint = "send `Authorization: Bearer TOKEN`; `latchel-sync users add NAME --role operator --token` makes one";
        Self::new(StatusCode::FORBIDDEN, "no_origin", message, hint)
    }

    /// A handler panicked.
    pub(super) fn panicked() -> Self {
        let hint = "the server's log has more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server made a mistake", hint)
    }

    /// Finds the refusal in an answer: one of ours, or one by a layer of `tower_http`; `None` if there is none.
    fn of(response: &Response) -> Option<Self> {
        if let Some(refusal) = response.extensions().get::<Self>() {
            return Some(refusal.clone());
        }
        let (code, message, hint) = match response.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "the request is too large", "send less at once"),
            StatusCode::REQUEST_TIMEOUT => ("too_slow", "the request took too long", "try again"),
            _ => return None,
        };
        Some(Self::new(response.status(), code, message, hint))
    }

    fn to_program(&self) -> Response {
        let Self { status, code, message, hint, .. } = self;
        let error = json!({ "error": { "code": code, "message": message, "hint": hint } });
        let mut response = (*status, Json(error)).into_response();
        if *status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }

    fn to_person(&self) -> Response {
        if let Some(log_in) = &self.log_in {
            return Redirect::to(log_in).into_response();
        }
        let (message, hint) = (&*self.message, &*self.hint);
        let page = match &self.person {
            Some(person) => KnownPage { top: Top::of(person), message, hint }.render(),
            None => Page { message, hint }.render(),
        };
        match page {
            Ok(page) => (self.status, Html(page)).into_response(),
            Err(_) => (self.status, self.message.clone()).into_response(),
        }
    }
}

/// The page for somebody who is known, with the header of every other page.
#[derive(Template)]
#[template(path = "refused_known.html")]
struct KnownPage<'a> {
    top: Top,
    message: &'a str,
    hint: &'a str,
}

#[derive(Template)]
#[template(path = "refused.html")]
struct Page<'a> {
    message: &'a str,
    hint: &'a str,
}

/// Without a body: a layer gives it the one that fits who asks.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Extension(self)).into_response()
    }
}

/// The ledger could not be asked.
impl From<latchel_sync_core::Error> for Refusal {
    fn from(error: latchel_sync_core::Error) -> Self {
        tracing::error!(%error, "whether somebody may pass could not be found out");
        let hint = "the server's log has more; try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "ledger", "the ledger cannot be used", hint)
    }
}

/// A layer that tells whoever asks why they were turned away.
pub(super) async fn explain(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let by_program = path.starts_with("/api/") || path == "/metrics";
    let response = next.run(request).await;
    match Refusal::of(&response) {
        Some(refusal) if by_program => refusal.to_program(),
        Some(refusal) => refusal.to_person(),
        None => response,
    }
}
