use axum::http::Method;

/// True of the few requests that a browser's extension needs; pausing and resuming among them only for a pauser. It may do nothing
/// else, also where somebody who may look could.
pub(super) fn may(method: &Method, path: &str, is_pauser: bool) -> bool {
    let Some(path) = path.strip_prefix("/api/v1/") else { return false };
    let parts: Vec<_> = path.split('/').collect();
    match *parts.as_slice() {
        ["accounts" | "pages" | "banner"] | ["accounts" | "jobs", _] => method == Method::GET,
        ["accounts", _, "sync" | "report"] | ["accounts", _, "records", _, _, "sync"] => {
            method == Method::POST
        }
        ["accounts", _, "pause" | "resume"] => is_pauser && method == Method::POST,
        _ => false,
    }
}
