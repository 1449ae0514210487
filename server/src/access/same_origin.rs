use axum::extract::Request;
use axum::http::header::{HeaderName, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::{ConfigError, CsrfLayer};

use super::identity::bearer;
use super::refusal::Refusal;
use crate::config::ServerConfig;

/// A layer that lets pages of this server alone ask for changes. It looks at what browsers say of the page, and pages cannot
/// forge: `Sec-Fetch-Site`, or `Origin` where that is missing, as over plain HTTP.
pub(super) fn same_origin(config: &ServerConfig) -> Result<CsrfLayer, ConfigError> {
    config.public_url.iter().try_fold(CsrfLayer::new(), CsrfLayer::add_trusted_origin)
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A layer for what is no browser: without either header, a change takes a token, which no page can add.
pub(super) async fn browser_or_token(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let says = |name| headers.get(name).is_some_and(|value| !value.is_empty());
    let from_page = says(SEC_FETCH_SITE) || says(ORIGIN);
    if request.method().is_safe() || from_page || bearer(headers).is_some() {
        return next.run(request).await;
    }
    Refusal::no_origin().into_response()
}
