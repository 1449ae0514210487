//! Latchel behind a gateway: `contracts/latchel.openapi.json`, a contract of this project for whoever puts a gateway before
//! Latchel. Nothing here is a claim about Latchel's own Partner API, which is in `papi`.

mod body;
mod call;
mod company;
mod gate;
mod job_writes;
mod jobs;
mod listing;
mod lookup;
mod problem;
mod properties;
mod property_writes;
mod resident_writes;
mod residents;
mod states;
mod webhooks;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, get};

use self::call::{look_up, read, write};
use self::problem::refuse;
use crate::shared::Shared;
use crate::shared::purpose::Purpose;
use crate::shared::system::{Rationing, System, as_it_is};

const CONTRACT: &str = include_str!("../../../../contracts/latchel.openapi.json");

/// Latchel, as the layers around its endpoints need it.
pub(crate) const SYSTEM: System = System {
    name: "gateway",
    title: "Latchel",
    refuse,
    refuse_haste: |_| refuse(StatusCode::TOO_MANY_REQUESTS, "Too many requests."),
    purpose: |method, path, body| {
        if path.ends_with("/lookup") { Purpose::Read } else { Purpose::by_method(method, path, body) }
    },
    rationing: Rationing::SLIDING,
    quirks: &[],
    webhooks: Some(webhooks::messages),
    settle: as_it_is,
};

/// All endpoints.
pub(crate) fn router(shared: &Shared) -> Router {
    let properties = read("properties", properties::list);
    let property = read("properties", properties::get);
    let residents = read("residents", residents::list);
    let resident = read("residents", residents::get);
    let jobs = read("jobs", jobs::list);
    let job = read("jobs", jobs::get);
    Router::new()
        .route("/v1/company", read("company", company::get))
        .route("/v1/portfolios", read("portfolios", company::portfolios))
        .route(
            "/v1/properties",
            properties.merge(write(MethodFilter::POST, "properties", property_writes::post)),
        )
        .route("/v1/properties/lookup", look_up("properties", properties::look_up))
        .route(
            "/v1/properties/{id}",
            property.merge(write(MethodFilter::PATCH, "properties", property_writes::patch)),
        )
        .route(
            "/v1/residents",
            residents.merge(write(MethodFilter::POST, "residents", resident_writes::post)),
        )
        .route("/v1/residents/lookup", look_up("residents", residents::look_up))
        .route(
            "/v1/residents/{id}",
            resident.merge(write(MethodFilter::PATCH, "residents", resident_writes::patch)),
        )
        .route("/v1/jobs", jobs.merge(write(MethodFilter::POST, "jobs", job_writes::post)))
        .route("/v1/jobs/lookup", look_up("jobs", jobs::look_up))
        .route("/v1/jobs/{id}", job.merge(write(MethodFilter::PATCH, "jobs", job_writes::patch)))
        .fallback(|| async { refuse(StatusCode::NOT_FOUND, "There is no such resource.") })
        .method_not_allowed_fallback(|| async {
            refuse(StatusCode::METHOD_NOT_ALLOWED, "The resource does not support this method.")
        })
        .layer(from_fn_with_state(shared.clone(), gate::check))
        // The contract is no secret: it stands outside the gate.
        .route("/openapi.json", get(|| async { ([(header::CONTENT_TYPE, "application/json")], CONTRACT) }))
        .with_state(shared.clone())
}
