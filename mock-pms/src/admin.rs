//! The admin API: the world, its clock and the request log, for whoever runs a test.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::shared::Shared;
use crate::shared::faults::{FaultPlan, Faults};
use crate::shared::log::{LoggedRequest, RequestLog};
use crate::webhooks::Subscription;
use crate::world::{ClockMode, Edit, Side, World};

pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/_mock/world", get(world).put(replace_world))
        .route("/_mock/clock", get(clock).put(set_clock))
        .route("/_mock/requests", get(requests).delete(clear_requests))
        .route("/_mock/edit", post(edit))
        .route("/_mock/urls", get(urls))
        .route("/_mock/faults", get(faults).put(set_faults))
        .route("/_mock/webhooks", get(webhooks).put(subscribe))
        .route("/_mock/webhooks/{number}/again", post(send_again))
        .with_state(shared)
}

async fn world(State(shared): State<Shared>) -> Json<World> {
    Json(shared.read(World::clone))
}

async fn replace_world(State(shared): State<Shared>, body: String) -> Response {
    match World::from_json(&body) {
        Ok(world) => {
            shared.replace(world);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => refuse(&error.to_string()),
    }
}

/// The clock, as it is shown and as it is set.
#[derive(Serialize)]
struct ClockFace {
    now: DateTime<Utc>,
    mode: ClockMode,
}

/// Change to the clock; omitted fields stay as they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    now: Option<DateTime<Utc>>,
    mode: Option<ClockMode>,
    advance_seconds: Option<i64>,
}

async fn clock(State(shared): State<Shared>) -> Json<ClockFace> {
    Json(shared.read(|world| ClockFace { now: world.now(), mode: world.clock.mode() }))
}

async fn set_clock(
    State(shared): State<Shared>,
    change: Result<Json<ClockChange>, JsonRejection>,
) -> Response {
    let change = match change {
        Ok(Json(change)) => change,
        Err(error) => return refuse(&error.body_text()),
    };
    shared.edit(|world| {
        change.now.into_iter().for_each(|now| world.clock.set(now));
        change.mode.into_iter().for_each(|mode| world.clock.set_mode(mode));
        change
            .advance_seconds
            .into_iter()
            .for_each(|seconds| world.clock.advance(TimeDelta::seconds(seconds)));
    });
    clock(State(shared)).await.into_response()
}

/// Filter of the requests to show.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    side: Option<Side>,
    method: Option<String>,
    /// Only those after this sequence number.
    since: Option<u64>,
}

async fn requests(State(shared): State<Shared>, Query(filter): Query<Filter>) -> Json<Vec<LoggedRequest>> {
    let wanted = |request: &LoggedRequest| {
        filter.side.is_none_or(|side| request.side == side)
            && filter.method.as_ref().is_none_or(|method| request.method.eq_ignore_ascii_case(method))
            && filter.since.is_none_or(|since| request.sequence > since)
    };
    Json(shared.requests().into_iter().filter(wanted).collect())
}

async fn clear_requests(State(shared): State<Shared>) -> StatusCode {
    shared.log(RequestLog::clear);
    StatusCode::NO_CONTENT
}

async fn edit(State(shared): State<Shared>, edits: Result<Json<Vec<Edit>>, JsonRejection>) -> Response {
    let edits = match edits {
        Ok(Json(edits)) => edits,
        Err(error) => return refuse(&error.body_text()),
    };
    match shared.edit(|world| world.apply(&edits)) {
        Ok(ids) => Json(json!({ "ids": ids })).into_response(),
        Err(error) => refuse(&error.to_string()),
    }
}

async fn faults(State(shared): State<Shared>) -> Json<FaultPlan> {
    Json(shared.faults(|faults| faults.plan().clone()))
}

async fn set_faults(State(shared): State<Shared>, body: String) -> Response {
    match FaultPlan::from_json(&body) {
        Ok(plan) => {
            shared.faults(|faults| *faults = Faults::new(plan));
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => refuse(&error.to_string()),
    }
}

async fn webhooks(State(shared): State<Shared>) -> Json<Value> {
    let webhooks = shared.webhooks();
    Json(json!({ "subscriptions": webhooks.subscriptions(), "sent": webhooks.sent.all() }))
}

async fn subscribe(
    State(shared): State<Shared>,
    subscriptions: Result<Json<Vec<Subscription>>, JsonRejection>,
) -> Response {
    let subscriptions = match subscriptions {
        Ok(Json(subscriptions)) => subscriptions,
        Err(error) => return refuse(&error.body_text()),
    };
    match shared.subscribe(subscriptions) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refuse(&error.to_string()),
    }
}

async fn send_again(State(shared): State<Shared>, Path(number): Path<usize>) -> Response {
    match shared.webhooks().sent.again(number).await {
        Some(sent) => Json(sent).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({ "error": format!("no webhook {number} was sent") })))
            .into_response(),
    }
}

async fn urls(State(shared): State<Shared>) -> Json<Value> {
    Json(json!(shared.urls()))
}

fn refuse(message: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": message }))).into_response()
}
