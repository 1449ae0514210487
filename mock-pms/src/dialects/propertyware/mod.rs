//! Propertyware's Open API, REST version 1, as far as a sync needs it.

mod call;
mod contacts;
mod gate;
mod leases;
mod listing;
mod names;
mod portfolios;
mod problem;
mod properties;
mod tasks;
mod vendors;
mod work_order_writes;
mod work_orders;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Html;
use axum::routing::{MethodFilter, delete};

use self::call::{read, write};
use self::problem::{Problem, refuse};
use super::spec::Spec;
use crate::shared::Shared;
use crate::shared::purpose::Purpose;
use crate::shared::quirk::SHUFFLED_LISTS;
use crate::shared::rate_limit::RateLimit;
use crate::shared::system::{Rationing, System, as_it_is};

pub(super) const SPEC: Spec = Spec {
    system: System {
        name: "propertyware",
        title: "Propertyware",
        refuse,
        // No Retry-After: the real service gives no hint either.
        refuse_haste: |_| refuse(StatusCode::TOO_MANY_REQUESTS, "Too many requests."),
        webhooks: None,
        settle: as_it_is,
        rationing: Rationing::SLIDING,
        purpose: Purpose::by_method,
        quirks: &[
            listing::LAST_PAGE_TOTAL,
            gate::SILENT_400,
            names::EARLY_CREATED,
            SHUFFLED_LISTS,
            leases::CLOSED_BETA,
            leases::UNDATED_ENDS,
        ],
    },
    // The vendor publishes no number; this is one that a client cannot take for "none at all".
    rate_limits: &[RateLimit::per_second(10)],
    router,
    work_order: |id| id.parse().ok(),
    credentials: |world| {
        let account = &world.platform.account;
        vec![
            ("client_id", account.client_id.clone()),
            ("client_secret", account.client_secret.clone()),
            ("system_id", names::system_id(account)),
        ]
    },
};

/// All endpoints.
fn router(shared: &Shared) -> Router {
    let api = Router::new()
        .route("/buildings", read("buildings", properties::buildings))
        .route("/buildings/{id}", read("buildings", properties::building))
        .route("/buildings/{id}/managers", read("buildings", properties::managers))
        .route("/units", read("units", properties::units))
        .route("/units/{id}", read("units", properties::unit))
        .route("/contacts", read("contacts", contacts::list))
        .route("/contacts/{id}", read("contacts", contacts::get))
        .route("/leases", read("leases", leases::list))
        .route("/leases/{id}", read("leases", leases::get))
        .route("/leases/statuses", read("leases", leases::statuses))
        .route("/leases/{id}/contacts", read("leases", leases::contacts))
        .route("/leases/{id}/workorders", read("work_orders", leases::work_orders))
        .route("/portfolios", read("portfolios", portfolios::list))
        .route("/portfolios/{id}", read("portfolios", portfolios::get))
        .route("/vendors", read("vendors", vendors::list))
        .route("/vendors/{id}", read("vendors", vendors::get))
        .route(
            "/workorders",
            read("work_orders", work_orders::list).merge(write(
                MethodFilter::POST,
                "work_orders",
                work_order_writes::create,
            )),
        )
        .route(
            "/workorders/{id}",
            read("work_orders", work_orders::get).merge(delete(async || Problem::beta())),
        )
        .route(
            "/workorders/{id}/tasks",
            read("work_orders", tasks::list).merge(write(MethodFilter::POST, "work_orders", tasks::create)),
        )
        .route(
            "/workorders/{id}/tasks/{task}",
            read("work_orders", tasks::get)
                .merge(write(MethodFilter::PUT, "work_orders", tasks::replace))
                .merge(delete(async || Problem::beta())),
        )
        .route(
            "/workorders/{id}/tasks/{task}/comments",
            write(MethodFilter::POST, "work_orders", tasks::comment),
        )
        .route(
            "/workorders/closeworkorder/{id}",
            write(MethodFilter::PUT, "work_orders", work_order_writes::close),
        );
    Router::new()
        .nest("/pw/api/rest/v1", api)
        .fallback(async || (StatusCode::NOT_FOUND, Html("<html><body>HTTP Status 404</body></html>")))
        .method_not_allowed_fallback(async || {
            refuse(StatusCode::METHOD_NOT_ALLOWED, "Request method not supported.")
        })
        .layer(from_fn_with_state(shared.clone(), gate::check))
        .with_state(shared.clone())
}
