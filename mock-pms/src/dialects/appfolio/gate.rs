//! Checks before a request reaches its endpoint: the nightly pause, the credentials and the spelling of the query.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::America::Los_Angeles;

use super::problem::Problem;
use crate::shared::Shared;
use crate::shared::quirk::Quirk;
use crate::world::{Account, World};

/// The header that names the integration. HTTP libraries tell names apart by nothing but their letters, so that the
/// case that the real gateway is said to insist on cannot be looked at here.
const DEVELOPER_ID: &str = "x-appfolio-developer-id";

pub(super) const NIGHTLY_PAUSE: Quirk = Quirk::rare(
    "nightly-pause",
    "Everything is 533 from 21:00 to 04:00 Pacific time by the world's clock.",
    "It is open at night.",
);

pub(super) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let refused = shared
        .read(|world| admitted(world, request.headers()))
        .and_then(|()| spelled(query))
        .err()
        .map(Problem::into_response);
    let mut answer = match refused {
        Some(refused) => refused,
        None => next.run(request).await,
    };
    let id = HeaderValue::from(shared.next_shuffle());
    answer.headers_mut().insert("x-request-id", id);
    answer
}

/// Developer id that a client of this account sends.
pub(super) fn developer_id(account: &Account) -> &str {
    account.partner_id.as_deref().unwrap_or("mock-developer-id")
}

fn admitted(world: &World, headers: &HeaderMap) -> Result<(), Problem> {
    let account = &world.platform.account;
    if NIGHTLY_PAUSE.is_on(world) && is_night(world.now()) {
        return Err(Problem::own(533, "Data Unavailable"));
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(developer) = text(DEVELOPER_ID) else {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "Required header missing"));
    };
    let Some(sent) = text(header::AUTHORIZATION.as_str()) else {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "Authentication is required."));
    };
    let pair = STANDARD.encode(format!("{}:{}", account.client_id, account.client_secret));
    if sent != format!("Basic {pair}") || developer != developer_id(account) {
        return Err(Problem::own(701, "Invalid credential"));
    }
    Ok(())
}

/// From 21:00 to 04:00, Pacific time.
fn is_night(now: DateTime<Utc>) -> bool {
    let time = now.with_timezone(&Los_Angeles).time();
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    time >= hour(21) || time < hour(4)
}

/// Brackets in names must be literal.
fn spelled(query: &str) -> Result<(), Problem> {
    let encoded = |name: &str| name.contains("%5B") || name.contains("%5b");
    let names = query.split('&').map(|part| part.split_once('=').map_or(part, |(name, _)| name));
    match names.into_iter().find(|name| encoded(name)) {
        Some(name) => Err(Problem::parameter(name, "is not a parameter of this list.")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_is_pacific_also_in_summer() {
        for (now, night) in [
            ("2026-01-15T04:59:59Z", false),
            ("2026-01-15T05:00:00Z", true),
            ("2026-01-15T11:59:59Z", true),
            ("2026-01-15T12:00:00Z", false),
            ("2026-07-15T04:00:00Z", true),
            ("2026-07-15T11:00:00Z", false),
        ] {
            assert_eq!(is_night(now.parse().unwrap()), night, "{now}");
        }
    }
}
