//! Rentvine's manager API, as far as a sync needs it (contract sheet `rentvine.md`). What is not public is decided in
//! `names.rs` and `people.rs`.

mod gate;
mod html;
mod leases;
mod listing;
mod names;
mod people;
mod problem;
mod properties;
mod reply;
mod statuses;
mod trades;
mod webhooks;
mod work_order_body;
mod work_order_writes;
mod work_orders;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter};

use self::problem::{Problem, refuse};
use self::reply::Answer;
use super::endpoint::{self, Request};
use super::spec::Spec;
use crate::shared::Shared;
use crate::shared::purpose::Purpose;
use crate::shared::rate_limit::RateLimit;
use crate::shared::system::{Rationing, System, as_it_is};
use crate::world::World;

pub(super) const SPEC: Spec = Spec {
    system: System {
        name: "rentvine",
        title: "Rentvine",
        refuse,
        refuse_haste: |_| refuse(StatusCode::TOO_MANY_REQUESTS, "Too many requests."),
        webhooks: Some(webhooks::messages),
        settle: as_it_is,
        rationing: Rationing::SLIDING,
        purpose: Purpose::by_method,
        quirks: &[
            work_order_body::PRETENDED_WRITES,
            trades::BARE_TRADES,
            webhooks::ENVELOPED_WEBHOOKS,
            webhooks::HEX_SIGNATURES,
            statuses::OTHER_PRIMARY_STATUSES,
        ],
    },
    // The vendor publishes no number; this is one that a client cannot take for "none at all".
    rate_limits: &[RateLimit::per_second(10)],
    router,
    work_order: |id| id.parse().ok(),
    credentials: |world| {
        let account = &world.platform.account;
        vec![("access_key", account.client_id.clone()), ("secret", account.client_secret.clone())]
    },
};

/// All endpoints. Work orders are under `work-orders`, their statuses under `work-order`.
fn router(shared: &Shared) -> Router {
    let api = Router::new()
        .route("/properties", read("properties", properties::list))
        .route("/properties/export", read("properties", properties::export))
        .route("/properties/units/export", read("units", properties::export_units))
        .route("/properties/{id}", read("properties", properties::get))
        .route("/properties/{id}/units", read("units", properties::units))
        .route("/portfolios", read("portfolios", properties::portfolios))
        .route("/portfolios/search", read("portfolios", properties::portfolios))
        .route("/leases", read("leases", leases::list))
        .route("/leases/{id}", read("leases", leases::get))
        .route("/leases/export", read("leases", leases::export))
        .route("/tenants", read("tenants", people::tenants))
        .route("/tenants/search", read("tenants", people::tenants))
        .route("/vendors/search", read("vendors", people::vendors))
        .route("/maintenance-technicians", read("users", people::technicians))
        .route("/maintenance/vendor-trades", read("vendors", trades::list))
        .route("/maintenance/work-order/statuses", read("work_orders", statuses::list))
        .route("/maintenance/work-order/statuses/{id}", read("work_orders", statuses::get))
        .route(
            "/maintenance/work-orders",
            read("work_orders", work_orders::list).merge(write(work_order_writes::create)),
        )
        .route(
            "/maintenance/work-orders/{id}",
            read("work_orders", work_orders::get).merge(write(work_order_writes::update)),
        );
    Router::new()
        .nest("/api/manager", api)
        .fallback(async || Problem::Bare(StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async || Problem::Bare(StatusCode::METHOD_NOT_ALLOWED))
        .layer(from_fn_with_state(shared.clone(), gate::check))
        .with_state(shared.clone())
}

fn read<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&World, &Request) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::read(MethodFilter::GET, resource, endpoint)
}

/// Every write is a POST: to the collection it creates, to a record it changes what it names.
fn write<F>(endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&mut World, &Request) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::write(MethodFilter::POST, "work_orders", endpoint)
}
