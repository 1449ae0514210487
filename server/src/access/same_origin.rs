use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HeaderName, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::door::{PAIR, host, is_open};
use super::identity::bearer;
use super::refusal::Refusal;
use crate::app::App;
use crate::config::ServerConfig;

/// A layer that lets pages of this server alone act for whoever has logged in. It looks at what browsers say of the page, and
/// pages cannot forge: `Origin`, which must be ours wherever it stands, and for changes `Sec-Fetch-Site`. That alone is not
/// enough: of an extension that may reach this address, browsers say that nobody's page asked.
///
/// A token is no browser's to add. Whoever brings one has no other authority, so that they are not asked where they come from.
pub(super) async fn same_origin(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let has_token = bearer(headers).is_some();
    // What is open to everybody may still go by a cookie, as logging out does.
    if has_token && !is_open(request.uri().path()) {
        return next.run(request).await;
    }
    // By a code that nobody else knows, and by no cookie: an extension has an origin of its own.
    if request.uri().path() == PAIR && headers.get_all(ORIGIN).iter().all(is_extension) {
        return next.run(request).await;
    }
    let host = host(request.uri(), headers);
    let origins = headers.get_all(ORIGIN).iter().filter(|origin| !origin.is_empty());
    let (mut named, mut foreign) = (false, false);
    for origin in origins {
        named = true;
        foreign |= !is_our_origin(&app.config, origin, host.as_ref());
    }
    if foreign {
        return Refusal::other_origin().into_response();
    }
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match site(headers) {
        Site::Ours => next.run(request).await,
        Site::Other => Refusal::other_origin().into_response(),
        Site::Unsaid if named || has_token => next.run(request).await,
        // No browser: it takes a token.
        Site::Unsaid => Refusal::no_origin().into_response(),
    }
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Where a browser says that a request comes from.
enum Site {
    /// A page of this server, or nobody's page, as with an address that was typed.
    Ours,
    Other,
    /// Browsers leave it out over plain HTTP.
    Unsaid,
}

fn site(headers: &HeaderMap) -> Site {
    match headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes) {
        None | Some(b"") => Site::Unsaid,
        Some(b"same-origin" | b"none") => Site::Ours,
        Some(_) => Site::Other,
    }
}

/// True of the origin of a browser's extension, which no page can have.
fn is_extension(origin: &HeaderValue) -> bool {
    ["chrome-extension://", "moz-extension://"]
        .iter()
        .any(|scheme| origin.as_bytes().starts_with(scheme.as_bytes()))
}

/// True if this is the public address, or names the very host that is asked.
fn is_our_origin(config: &ServerConfig, origin: &HeaderValue, host: Option<&Authority>) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    if config.public_url.as_deref() == Some(origin) {
        return true;
    }
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let is_page = matches!(origin.scheme_str(), Some("http" | "https"));
    is_page && origin.authority().is_some() && origin.authority() == host
}
