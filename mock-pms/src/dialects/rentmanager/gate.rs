//! Log-in, tokens, and the rate limit that every answer tells of.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::names;
use super::problem::Problem;
use super::quirks::{OTHER_RATE_HEADER, SESSION_TABLE_FULL};
use crate::dialects::fields::Fields;
use crate::shared::Shared;
use crate::shared::rate_limit::Counting;
use crate::world::{Side, World};

const TOKEN: &str = "x-rm12api-apitoken";
/// A token ends after a day, however much it is used.
const LONGEST: TimeDelta = TimeDelta::hours(24);
/// A token ends when it is not used for so long.
const IDLE: TimeDelta = TimeDelta::minutes(15);
/// Entry in the account's `denied` that makes log-in fail: its password must be changed first.
const DENIED: &str = "authentication";

/// Time until somebody else's session ends, where the table of sessions is full.
const CROWDED: TimeDelta = TimeDelta::seconds(30);

/// The tokens that were given, by the world's clock.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    held: Mutex<HashMap<String, Session>>,
    /// The time at which there is room for one more, since somebody was refused.
    room_from: Mutex<Option<DateTime<Utc>>>,
}

#[derive(Debug)]
struct Session {
    begun: DateTime<Utc>,
    used: DateTime<Utc>,
}

impl Sessions {
    /// Refuses whoever comes while the table is full.
    fn admit(&self, world: &World) -> Result<(), Problem> {
        if !SESSION_TABLE_FULL.is_on(world) {
            return Ok(());
        }
        let mut room_from = self.room_from.lock().unwrap_or_else(PoisonError::into_inner);
        if *room_from.get_or_insert(world.now() + CROWDED) > world.now() {
            let message = "User is already logged in maximum number of times.";
            return Err(Problem::model(StatusCode::UNAUTHORIZED, message));
        }
        *room_from = None;
        Ok(())
    }

    fn begin(&self, world: &World) -> String {
        let mut sessions = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, sessions.len(), &world.platform.account.client_secret).hash(&mut hasher);
            hasher.finish()
        };
        let token = format!("{:016X}{:016X}", half(0), half(1));
        sessions.insert(token.clone(), Session { begun: world.now(), used: world.now() });
        token
    }

    /// True if the token still holds. This use of it counts, and keeps it alive.
    fn hold(&self, token: &str, now: DateTime<Utc>) -> bool {
        let mut sessions = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(session) = sessions.get_mut(token) else { return false };
        let holds = now - session.begun < LONGEST && now - session.used < IDLE;
        if holds {
            session.used = now;
        }
        holds
    }
}

pub(super) async fn log_in(
    State((shared, sessions)): State<(Shared, Arc<Sessions>)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let let_in = shared.read(|world| {
        admit(world, &headers, &body)?;
        sessions.admit(world)?;
        Ok::<_, Problem>(sessions.begin(world))
    });
    match let_in {
        Ok(token) => Json(Value::String(token)).into_response(),
        Err(problem) => problem.into_response(),
    }
}

fn admit(world: &World, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        let message = "The request entity's media type is not supported for this resource.";
        return Err(Problem::message(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let sent: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| Problem::invalid("model", "A JSON object is required."))?;
    let mut fields = Fields::new(&sent, "", &["Username", "Password", "LocationID"]);
    ["Username", "Password", "LocationID"].into_iter().for_each(|name| fields.require(name));
    let (user, password) = (fields.text("Username", 200), fields.text("Password", 200));
    let location = fields.id32("LocationID").map(|id| id.to_string());
    Problem::of_fields(fields.finish())?;
    let account = &world.platform.account;
    let known = user.as_ref() == Some(&account.client_id)
        && password.as_ref() == Some(&account.client_secret)
        && location == Some(names::location_id(account));
    if !known {
        return Err(Problem::model(StatusCode::UNAUTHORIZED, "Invalid username, password or location."));
    }
    if account.denied.iter().any(|denied| denied == DENIED) {
        let message = "The password must be reset before this user can log in.";
        return Err(Problem::model(StatusCode::INTERNAL_SERVER_ERROR, message));
    }
    Ok(())
}

pub(super) async fn check(
    State((shared, sessions)): State<(Shared, Arc<Sessions>)>,
    request: Request,
    next: Next,
) -> Response {
    let token = request.headers().get(TOKEN).and_then(|value| value.to_str().ok());
    let now = shared.read(World::now);
    if token.is_some_and(|token| sessions.hold(token, now)) {
        return next.run(request).await;
    }
    let message = "Authorization has been denied for this request.";
    Problem::message(StatusCode::UNAUTHORIZED, message).into_response()
}

/// Says in each answer what is left for the company, by the clock that dates the answer.
pub(super) async fn tell_limit(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let Some(left) = shared.limits(Side::Platform).left(Counting::Sliding) else { return answer };
    let seconds = i64::try_from(left.resets_in.as_secs()).unwrap_or(i64::MAX) + 1;
    let (now, is_other) = shared.read(|world| (world.now(), OTHER_RATE_HEADER.is_on(world)));
    let reset = now + TimeDelta::seconds(seconds);
    let headers = answer.headers_mut();
    if is_other {
        headers.insert("x-rateremaining", HeaderValue::from(left.remaining));
        return answer;
    }
    headers.insert("x-ratelimit-limit", HeaderValue::from(left.calls));
    headers.insert("x-ratelimit-remaining", HeaderValue::from(left.remaining));
    headers.insert("x-ratelimit-reset", HeaderValue::from(reset.timestamp()));
    if let Ok(time) = HeaderValue::from_str(&reset.format("%Y-%m-%dT%H:%M:%SZ").to_string()) {
        headers.insert("x-ratelimit-resettime", time);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GenerateSpec;

    #[test]
    fn a_token_ends_after_a_day_and_after_a_quarter_of_an_hour_without_use() {
        let now = "2026-03-02T20:00:00Z".parse().unwrap();
        let world = World::generate(&GenerateSpec { units: 1, seed: 1, now });
        let sessions = Sessions::default();
        let (used, idle) = (sessions.begin(&world), sessions.begin(&world));
        assert_ne!(used, idle);
        for minutes in (0..24 * 60).step_by(14) {
            assert!(sessions.hold(&used, now + TimeDelta::minutes(minutes)), "{minutes}");
        }
        assert!(!sessions.hold(&used, now + LONGEST));
        assert!(!sessions.hold(&idle, now + IDLE));
        assert!(!sessions.hold("another", now));
    }
}
