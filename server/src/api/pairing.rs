use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::Body;
use super::problem::Problem;
use crate::access::browser::{Connected, connect};
use crate::access::peer;
use crate::app::App;

/// Code by which a browser's extension is connected.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PairingRequest {
    /// The code that the dashboard's page *Connect a browser* shows; small letters, blanks and the `-` do not matter.
    code: String,
}

/// A connected browser.
#[derive(Serialize, ToSchema)]
pub(super) struct PairingAnswer {
    /// Name under which it acts: the user who connected it, and its own.
    name: String,
    /// Its token, which is sent with each further request and is not shown again.
    token: String,
    /// True if it may pause and resume automatic syncs.
    may_pause: bool,
}

/// Connects a browser's extension by a code, which works once and for ten minutes. It needs no user.
#[utoipa::path(post, path = "/api/v1/pair", operation_id = "pairBrowser", tag = "extension",
    request_body = PairingRequest, security(()),
    responses((status = 201, description = "The connected browser.", body = PairingAnswer)))]
pub(super) async fn pair(
    State(app): State<Arc<App>>,
    parts: Parts,
    Body(PairingRequest { code }): Body<PairingRequest>,
) -> Result<Response, Problem> {
    match connect(&app, &code, peer(&app.config, &parts)).await? {
        Connected::Yes { name, token, may_pause } => {
            let token = token.expose_secret().to_owned();
            Ok((StatusCode::CREATED, Json(PairingAnswer { name, token, may_pause })).into_response())
        }
        Connected::WrongCode => Err(Problem::code()),
        Connected::TooSoon(wait) => {
            let seconds = wait.num_seconds() + i64::from(wait.subsec_nanos() > 0);
            Ok(([(RETRY_AFTER, seconds.to_string())], Problem::too_soon(seconds)).into_response())
        }
    }
}
