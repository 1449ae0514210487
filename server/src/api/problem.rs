use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use latchel_sync_core::{Error, ErrorKind, Finding, FindingLevel};
use serde::Serialize;
use utoipa::ToSchema;

/// Problem because of which a request was not carried out. Errors of this one shape come from everything below `/api`.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: Detail,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody {
    error: Detail,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProblemDetail)]
struct Detail {
    /// Code of the problem, for programs.
    #[schema(example = "not_found")]
    code: &'static str,
    /// Description of the problem, for people. It names the field that was wrong.
    message: String,
    /// Advice on what to do about it; empty where nothing can be said.
    hint: String,
}

impl Problem {
    fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { status, detail: Detail { code, message: message.into(), hint: hint.into() } }
    }

    pub fn not_found(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message, hint)
    }

    pub fn account(name: &str) -> Self {
        Self::not_found(
            format!("there is no account {name:?}"),
            "/api/v1/accounts lists the accounts of the configuration",
        )
    }

    /// An extension wants to set any number of records inactive.
    pub fn mass_change() -> Self {
        let hint = "open the dashboard: the account's page says what was stopped";
        let message = "a mass change is not an extension's to allow";
        Self::new(StatusCode::FORBIDDEN, "not_for_extensions", message, hint)
    }

    /// The test of both systems failed, so that nothing was changed.
    pub fn test(findings: &[Finding]) -> Self {
        let wrong = || findings.iter().filter(|one| one.level == FindingLevel::Error);
        let told: Vec<_> = wrong().map(|one| format!("{}: {}", one.subject, one.detail)).collect();
        let remedies: Vec<_> = wrong().map(|one| one.remedy.as_str()).filter(|one| !one.is_empty()).collect();
        let message = format!("nothing was changed, because the test failed: {}", told.join("; "));
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "test_failed", message, remedies.join("; "))
    }

    /// No offer to connect a browser has this code.
    pub fn code() -> Self {
        let hint = "a code works once and for ten minutes: get another one on the page Connect a browser";
        Self::new(StatusCode::FORBIDDEN, "wrong_code", "this code is not right, or no longer", hint)
    }

    /// Too many codes were tried; the next try is possible in so many seconds.
    pub fn too_soon(seconds: i64) -> Self {
        let message = format!("too many codes were tried: the next try is possible in {seconds} seconds");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", message, "wait, and type the code again")
    }

    pub fn method() -> Self {
        let hint = "/api/v1/openapi.json lists what can be done here";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this cannot be done here", hint)
    }

    /// A value that cannot be used; `message` names the field.
    pub fn invalid(message: impl Into<String>) -> Self {
        let hint = "/api/v1/openapi.json says what is expected";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message, hint)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(ProblemBody { error: self.detail })).into_response()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, code) = match error.kind() {
            ErrorKind::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            ErrorKind::Config | ErrorKind::Refused => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            ErrorKind::Busy => (StatusCode::CONFLICT, "busy"),
            ErrorKind::Ledger => {
                tracing::error!(%error, "a request could not be carried out");
                let hint = "the server's log has more; try again";
                let message = "the ledger cannot be used";
                return Self::new(StatusCode::SERVICE_UNAVAILABLE, "ledger", message, hint);
            }
            kind => (StatusCode::BAD_GATEWAY, kind.as_str()),
        };
        Self::new(status, code, error.to_string(), "")
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let message = without_context(&rejection.body_text());
        match rejection.status() {
            StatusCode::UNPROCESSABLE_ENTITY => Self::invalid(message),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                let hint = "send JSON with `content-type: application/json`";
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", message, hint)
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message, "send less at once")
            }
            status => Self::new(status, "not_json", message, "the body must be one JSON object"),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::invalid(without_context(&rejection.body_text()))
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::invalid(without_context(&rejection.body_text()))
    }
}

/// Tells what was wrong, without where it was found out, so that the text begins with the field's name.
fn without_context(text: &str) -> String {
    let found_out = [
        "Failed to deserialize the JSON body into the target type: ",
        "Failed to deserialize query string: ",
        "Invalid URL: ",
    ];
    found_out.iter().find_map(|begin| text.strip_prefix(begin)).unwrap_or(text).to_owned()
}
