//! Calls by which the measurements tell the far side what to do, and ask what it saw.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::Utc;
use serde::{Deserialize, Serialize};

use super::latchel::Latchel;
use super::pace::{Counts, Manner};
use super::platform::Platform;

/// Settings or figures of both systems.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control<T> {
    pub platform: T,
    pub latchel: T,
}

/// A unit that somebody gives another name on the platform.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    pub unit: u64,
    pub suffix: String,
}

type Both = State<(Arc<Platform>, Arc<Latchel>)>;

pub fn router(platform: Arc<Platform>, latchel: Arc<Latchel>) -> Router {
    Router::new()
        .route("/manner", post(set_manner))
        .route("/counts", get(counts))
        .route("/asked", get(asked))
        .route("/touch", post(touch))
        .route("/settle", post(settle))
        .route("/rename", post(rename))
        .route("/usage", get(usage))
        .with_state((platform, latchel))
}

async fn set_manner(State((platform, latchel)): Both, Json(manner): Json<Control<Manner>>) {
    platform.set(manner.platform);
    latchel.pace.set(manner.latchel);
}

async fn counts(State((platform, latchel)): Both) -> Json<Control<Counts>> {
    Json(Control { platform: platform.pace.counts(), latchel: latchel.pace.counts() })
}

/// Requests to the platform since its manner was last set: paths with queries.
async fn asked(State((platform, _)): Both) -> Json<Vec<String>> {
    Json(platform.asked())
}

/// Every row was changed now, by what the platform says.
async fn touch(State((platform, _)): Both) {
    let now = Utc::now();
    platform.change_all(|list| list.touch(now));
}

/// Every row was changed long ago.
async fn settle(State((platform, _)): Both) {
    let now = Utc::now();
    platform.change_all(|list| list.settle(now));
}

async fn rename(State((platform, _)): Both, Json(rename): Json<Rename>) -> StatusCode {
    match platform.rename_unit(rename.unit, &rename.suffix, Utc::now()) {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::NOT_FOUND,
    }
}

/// Resources that the far side itself used so far.
async fn usage() -> Json<crate::usage::Usage> {
    Json(crate::usage::Usage::of_this_process())
}
