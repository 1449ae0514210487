//! Latchel's Partner API, by what users of it report (contract sheet `latchel-papi.md`). Its writes and whatever else is not
//! known are decided here; whatever is doubtful can be switched, in [`quirks`]. It answers as Laravel does: what it does not
//! know in a request, it ignores.

mod body;
mod call;
mod filters;
mod gate;
mod job_writes;
mod jobs;
mod listing;
mod look;
mod order;
mod problem;
mod properties;
mod property_writes;
mod quirks;
mod states;
mod tenant_writes;
mod tenants;
mod webhooks;

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;

use self::call::{create, read, update};
use self::problem::refuse;
use crate::shared::Shared;
use crate::shared::purpose::Purpose;
use crate::shared::rate_limit::{Counting, RateLimit};
use crate::shared::system::{Rationing, System, as_it_is};

/// The limit of the live system, for each key.
pub(crate) const RATE_LIMITS: [RateLimit; 1] = [RateLimit { calls: 600, seconds: 600 }];

/// Latchel, as the layers around its endpoints need it.
pub(crate) const SYSTEM: System = System {
    name: "papi",
    title: "Latchel's Partner API",
    refuse,
    refuse_haste: gate::refuse_haste,
    rationing: Rationing {
        counting: |world| {
            if quirks::SLIDING_LIMIT.is_on(world) { Counting::Sliding } else { Counting::FromFirst }
        },
        tell_rest: gate::tell_rest,
        ..Rationing::SLIDING
    },
    purpose: Purpose::by_method,
    quirks: &quirks::ALL,
    webhooks: Some(webhooks::messages),
    settle: as_it_is,
};

/// All endpoints.
pub(crate) fn router(shared: &Shared) -> Router {
    Router::new()
        .route("/v1/jobs", read("jobs", jobs::list).merge(create("jobs", job_writes::post)))
        .route("/v1/jobs/{id}", update(read("jobs", jobs::get), "jobs", job_writes::change))
        .route("/v1/jobs/{id}/history/state", read("jobs", jobs::states))
        .route(
            "/v1/properties",
            read("properties", properties::list).merge(create("properties", property_writes::post)),
        )
        .route(
            "/v1/properties/{id}",
            update(read("properties", properties::get), "properties", property_writes::change),
        )
        .route(
            "/v1/tenants",
            read("residents", tenants::list).merge(create("residents", tenant_writes::post)),
        )
        .route(
            "/v1/tenants/{id}",
            update(read("residents", tenants::get), "residents", tenant_writes::change),
        )
        .fallback(|uri: Uri| async move {
            let message = format!("The route {} could not be found.", uri.path().trim_start_matches('/'));
            refuse(StatusCode::NOT_FOUND, &message)
        })
        .method_not_allowed_fallback(|method: Method| async move {
            let message = format!("The {method} method is not supported for this route.");
            refuse(StatusCode::METHOD_NOT_ALLOWED, &message)
        })
        .layer(from_fn_with_state(shared.clone(), gate::check))
        .with_state(shared.clone())
}
