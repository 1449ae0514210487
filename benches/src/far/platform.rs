//! The platform: lists by offset and limit with a total, and look-ups by id.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::pace::Pace;
use super::reply::{Refusal, list};
use super::units::{Kind, List};

/// The most rows of a page.
const LARGEST_PAGE: usize = 1_000;

/// The platform's lists, and its pace.
#[derive(Debug)]
pub struct Platform {
    pub pace: Pace,
    pub units: RwLock<List>,
    pub residents: RwLock<List>,
}

impl Platform {
    pub fn new(units: u64, residents: u64, now: DateTime<Utc>) -> Self {
        Self {
            pace: Pace::default(),
            units: RwLock::new(List::new(Kind::Unit, units, now)),
            residents: RwLock::new(List::new(Kind::Resident, residents, now)),
        }
    }
}

pub fn router(platform: Arc<Platform>) -> Router {
    Router::new().route("/{list}", get(page)).with_state(platform)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    offset: usize,
    #[serde(default)]
    limit: usize,
    updated_since: Option<DateTime<Utc>>,
    ids: Option<String>,
}

async fn page(
    State(platform): State<Arc<Platform>>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let kind = if asked.ids.is_some() { &format!("{name} by id") } else { &name };
    platform.pace.answer(kind).await?;
    let rows = match name.as_str() {
        "units" => &platform.units,
        "residents" => &platform.residents,
        _ => return Err(Refusal::Missing),
    };
    let rows = rows.read().unwrap_or_else(PoisonError::into_inner);
    let page = match &asked.ids {
        Some(ids) => rows.by_id(ids.split(',').filter_map(|id| id.parse().ok())),
        None if asked.limit == 0 || asked.limit > LARGEST_PAGE => {
            return Err(Refusal::Malformed);
        }
        None => {
            let since = asked.updated_since.map(|since| since.timestamp());
            rows.page(since, asked.offset, asked.limit)
        }
    };
    Ok(list(&page.rows, page.total))
}
