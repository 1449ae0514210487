//! Failures of GraphQL, which come with the status of a success.

use latchel_sync_core::ErrorKind;
use serde::Deserialize;
use serde_json::Value;

/// Codes of errors, as servers spell them in `extensions.code`, with their meaning; a code that is none of these refuses the
/// request.
const CODES: [(&str, ErrorKind); 12] = [
    ("UNAUTHENTICATED", ErrorKind::Unauthorized),
    ("UNAUTHORIZED", ErrorKind::Unauthorized),
    ("INVALID_TOKEN", ErrorKind::Unauthorized),
    ("FORBIDDEN", ErrorKind::Forbidden),
    ("ACCESS_DENIED", ErrorKind::Forbidden),
    ("NOT_FOUND", ErrorKind::NotFound),
    ("THROTTLED", ErrorKind::RateLimited),
    ("RATE_LIMITED", ErrorKind::RateLimited),
    ("TOO_MANY_REQUESTS", ErrorKind::RateLimited),
    ("INTERNAL_SERVER_ERROR", ErrorKind::Unavailable),
    ("SERVICE_UNAVAILABLE", ErrorKind::Unavailable),
    ("TIMEOUT", ErrorKind::Timeout),
];

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(default)]
    message: String,
    #[serde(default)]
    extensions: Option<Value>,
}

/// Reads the errors of a GraphQL answer: the meaning of the first by its `extensions.code`, and the words of all. An answer
/// that has data too is a failure all the same, because nobody knows which part of the data is missing.
pub fn graphql_failure(body: &[u8]) -> Option<(ErrorKind, String)> {
    // Most answers have no errors, and are not read twice.
    body.windows(8).any(|window| window == b"\"errors\"").then_some(())?;
    let Body { errors } = serde_json::from_slice(body).ok()?;
    let code = |fault: &Fault| Some(fault.extensions.as_ref()?.get("code")?.as_str()?.to_uppercase());
    let kind = |code: String| CODES.iter().find(|(known, _)| *known == code).map(|(_, kind)| *kind);
    let kind = errors.first().map(|fault| code(fault).and_then(kind).unwrap_or(ErrorKind::Refused))?;
    let words = errors.iter().map(|fault| fault.message.trim()).filter(|words| !words.is_empty());
    Some((kind, words.collect::<Vec<_>>().join("; ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> Option<(ErrorKind, String)> {
        graphql_failure(body.to_string().as_bytes())
    }

    #[test]
    fn errors_are_failures_by_their_code() {
        let of = |code: &str| {
            read(json!({"data": null, "errors": [{"message": "No.", "extensions": {"code": code}}]}))
        };
        assert_eq!(of("UNAUTHENTICATED"), Some((ErrorKind::Unauthorized, "No.".to_owned())));
        assert_eq!(of("throttled"), Some((ErrorKind::RateLimited, "No.".to_owned())));
        assert_eq!(of("BAD_USER_INPUT"), Some((ErrorKind::Refused, "No.".to_owned())));
        let two = json!({"data": {"unit": null}, "errors": [{"message": "one"}, {"message": "two"}]});
        assert_eq!(read(two), Some((ErrorKind::Refused, "one; two".to_owned())));
    }

    #[test]
    fn an_answer_without_errors_is_a_success() {
        assert_eq!(read(json!({"data": {"errors": "a text"}})), None);
        assert_eq!(read(json!({"data": {"unit": 1}, "errors": []})), None);
        assert_eq!(graphql_failure(b"no JSON at all, and \"errors\""), None);
    }
}
