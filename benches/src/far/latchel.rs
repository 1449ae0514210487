//! Latchel, as far as a sync asks for it (`contracts/latchel.openapi.json`).

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, patch, post};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::pace::Pace;
use super::records::Records;
use super::reply::{Refusal, json_body, list};
use super::units::{names, property_of};

/// Latchel's records, and its pace.
#[derive(Debug)]
pub struct Latchel {
    pub pace: Pace,
    properties: RwLock<Records>,
    residents: RwLock<Records>,
    jobs: RwLock<Records>,
}

impl Latchel {
    /// With a counterpart of each of so many units, equal to it.
    pub fn new(counterparts: u64) -> Self {
        let mut properties = Records::new("property_id", &["ref_property_id", "ref_unit_id"], 1_000_001);
        for id in 1..=counterparts {
            properties.add(counterpart(id));
        }
        Self {
            pace: Pace::default(),
            properties: RwLock::new(properties),
            residents: RwLock::new(Records::new("user_id", &["ref_user_id", "ref_property_id"], 5_000_001)),
            jobs: RwLock::new(Records::new("job_id", &["ref_job_id"], 9_000_001)),
        }
    }

    fn records(&self, collection: &str) -> Option<&RwLock<Records>> {
        match collection {
            "properties" => Some(&self.properties),
            "residents" => Some(&self.residents),
            "jobs" => Some(&self.jobs),
            _ => None,
        }
    }
}

/// Property that a sync would have made of the unit.
fn counterpart(id: u64) -> Map<String, Value> {
    let names = names(id);
    let name = format!("{}, {}", names.property, names.unit);
    let record = json!({
        "portfolio_id": null,
        "name": name,
        "address1": names.line1,
        "address2": null,
        "city": names.city,
        "state": names.state,
        "zip": names.postal_code,
        "adjusted_address": null,
        "is_active": true,
        "ref_property_id": property_of(id).to_string(),
        "ref_unit_id": id.to_string(),
        "integration_data": name,
        "integration_sync_method": null,
    });
    match record {
        Value::Object(record) => record,
        _ => Map::new(),
    }
}

pub fn router(latchel: Arc<Latchel>) -> Router {
    Router::new()
        .route("/v1/company", get(company))
        .route("/v1/portfolios", get(portfolios))
        .route("/v1/{collection}", get(page).post(create))
        .route("/v1/{collection}/lookup", post(look_up))
        .route("/v1/{collection}/{id}", patch(change))
        .with_state(latchel)
}

async fn company(State(latchel): State<Arc<Latchel>>) -> Result<Response, Refusal> {
    latchel.pace.answer("company").await?;
    Ok(json_body(StatusCode::OK, json!({ "company_id": 1, "name": "Bench" }).to_string().into()))
}

async fn portfolios(State(latchel): State<Arc<Latchel>>) -> Result<Response, Refusal> {
    latchel.pace.answer("portfolios").await?;
    Ok(list(&[], 0))
}

#[derive(Deserialize)]
struct Filter {
    has_ref: Option<bool>,
}

/// A list: of what refers to nothing, which is all that a sync asks for where it wants a count, and else of nothing,
/// because there are no jobs.
async fn page(
    State(latchel): State<Arc<Latchel>>,
    Path(collection): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Response, Refusal> {
    let counts = filter.has_ref == Some(false);
    let kind = if counts { "count" } else { "list" };
    latchel.pace.answer(&format!("{collection} {kind}")).await?;
    let records = read(latchel.records(&collection))?;
    Ok(list(&[], if counts { records.unreferenced() as usize } else { 0 }))
}

async fn look_up(
    State(latchel): State<Arc<Latchel>>,
    Path(collection): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    latchel.pace.answer(&format!("{collection} lookup")).await?;
    let records = read(latchel.records(&collection))?;
    let mut found = Vec::new();
    for (key, wanted) in object(&body)? {
        let wanted = wanted.as_array().map(Vec::as_slice).unwrap_or_default();
        match key.as_str() {
            "ids" | "job_ids" => found.extend(records.with_ids(wanted)),
            "refs" | "ref_job_ids" => found.extend(records.with_references(wanted)),
            "property_ids" => found.extend(records.with_homes(wanted)),
            _ => return Err(Refusal::Malformed),
        }
    }
    Ok(list(&found, found.len()))
}

async fn create(
    State(latchel): State<Arc<Latchel>>,
    Path(collection): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    latchel.pace.answer(&format!("{collection} create")).await?;
    let record = object(&body)?;
    let mut records = write(latchel.records(&collection))?;
    Ok(json_body(StatusCode::CREATED, records.add(record)))
}

async fn change(
    State(latchel): State<Arc<Latchel>>,
    Path((collection, id)): Path<(String, i64)>,
    body: Bytes,
) -> Result<Response, Refusal> {
    latchel.pace.answer(&format!("{collection} change")).await?;
    let fields = object(&body)?;
    let mut records = write(latchel.records(&collection))?;
    records.change(id, fields).map(|record| json_body(StatusCode::OK, record)).ok_or(Refusal::Missing)
}

type Read<'a> = std::sync::RwLockReadGuard<'a, Records>;
type Write<'a> = std::sync::RwLockWriteGuard<'a, Records>;

fn read(records: Option<&RwLock<Records>>) -> Result<Read<'_>, Refusal> {
    Ok(records.ok_or(Refusal::Missing)?.read().unwrap_or_else(PoisonError::into_inner))
}

fn write(records: Option<&RwLock<Records>>) -> Result<Write<'_>, Refusal> {
    Ok(records.ok_or(Refusal::Missing)?.write().unwrap_or_else(PoisonError::into_inner))
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::Malformed)
}
