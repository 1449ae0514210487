use axum::http::Method;

/// True of the few requests that a browser's extension needs. It may do nothing else, also where somebody who may look could.
pub(super) fn may(method: &Method, path: &str) -> bool {
    let Some(path) = path.strip_prefix("/api/v1/") else { return false };
    let parts: Vec<_> = path.split('/').collect();
    match *parts.as_slice() {
        ["accounts" | "pages" | "banner"] | ["accounts" | "jobs", _] => method == Method::GET,
        ["accounts", _, "sync"] | ["accounts", _, "records", _, _, "sync"] => method == Method::POST,
        _ => false,
    }
}
