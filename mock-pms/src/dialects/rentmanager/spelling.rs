//! Paths and names of parameters in any case, as ASP.NET takes them. Behind this layer all of them are small.

use axum::extract::Request;
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::Response;

pub(super) async fn fold(mut request: Request, next: Next) -> Response {
    if let Some(folded) = folded(request.uri()) {
        *request.uri_mut() = folded;
    }
    next.run(request).await
}

/// The address with its path and the names of its parameters in small letters; values stay as they are.
fn folded(uri: &Uri) -> Option<Uri> {
    let mut text = uri.path().to_ascii_lowercase();
    if let Some(query) = uri.query() {
        let pair = |pair: &str| match pair.split_once('=') {
            Some((name, value)) => format!("{}={value}", name.to_ascii_lowercase()),
            None => pair.to_ascii_lowercase(),
        };
        text.push('?');
        text.push_str(&query.split('&').map(pair).collect::<Vec<_>>().join("&"));
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(text.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_case() {
        let uri: Uri = "/Tenants/21?Filters=Name,eq,Ada&PAGESIZE=2&x".parse().unwrap();
        assert_eq!(folded(&uri).unwrap().to_string(), "/tenants/21?filters=Name,eq,Ada&pagesize=2&x");
    }
}
