//! Buildium's Open API, version 1, as far as a sync needs it.

mod account;
mod call;
mod gate;
mod groups;
mod leases;
mod listing;
mod names;
mod parameters;
mod people;
mod problem;
mod rentals;
mod task_body;
mod task_writes;
mod tasks;
mod tenant_body;
mod tenants;
mod units;
mod webhooks;
mod work_order_writes;
mod work_orders;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodFilter;

use self::call::{read, write};
use self::problem::refuse;
use super::spec::Spec;
use crate::shared::Shared;
use crate::shared::purpose::Purpose;
use crate::shared::quirk::SHUFFLED_LISTS;
use crate::shared::rate_limit::RateLimit;
use crate::shared::system::{Rationing, System, as_it_is};
use crate::world::TaskKind;

pub(super) const SPEC: Spec = Spec {
    system: System {
        name: "buildium",
        title: "Buildium",
        refuse,
        // No Retry-After: the real service gives no hint either.
        refuse_haste: |_| refuse(StatusCode::TOO_MANY_REQUESTS, "Too many requests."),
        webhooks: Some(webhooks::messages),
        settle: as_it_is,
        rationing: Rationing::SLIDING,
        purpose: Purpose::by_method,
        quirks: &[gate::LONG_QUERIES_FAIL, SHUFFLED_LISTS],
    },
    rate_limits: &[RateLimit::per_second(10)],
    router,
    work_order: |id| id.parse().ok(),
    credentials: |world| {
        let account = &world.platform.account;
        vec![("client_id", account.client_id.clone()), ("client_secret", account.client_secret.clone())]
    },
};

/// All endpoints.
fn router(shared: &Shared) -> Router {
    let mut router = Router::new()
        .route("/v1/administration/account", read("account", account::get))
        .route("/v1/rentals", read("properties", rentals::list))
        .route("/v1/rentals/{id}", read("properties", rentals::get))
        .route("/v1/rentals/units", read("units", units::list))
        .route("/v1/rentals/units/{id}", read("units", units::get))
        .route("/v1/leases", read("leases", leases::list))
        .route("/v1/leases/{id}", read("leases", leases::get))
        .route("/v1/leases/{id}/moveouts", read("leases", leases::move_outs))
        .route("/v1/leases/tenants", read("tenants", tenants::list))
        .route("/v1/leases/tenants/{id}", read("tenants", tenants::get))
        .route("/v1/users", read("users", people::users))
        .route("/v1/users/{id}", read("users", people::user))
        .route("/v1/vendors", read("vendors", people::vendors))
        .route("/v1/vendors/{id}", read("vendors", people::vendor))
        .route("/v1/propertygroups", read("property_groups", groups::list))
        .route("/v1/tasks", read("tasks", tasks::list))
        .route("/v1/tasks/{id}", read("tasks", tasks::get))
        .route("/v1/tasks/{id}/history", read("tasks", tasks::history))
        .route("/v1/tasks/categories", read("categories", tasks::categories))
        .route(
            "/v1/workorders",
            read("work_orders", work_orders::list).merge(write(
                MethodFilter::POST,
                "work_orders",
                work_order_writes::post,
            )),
        )
        .route(
            "/v1/workorders/{id}",
            read("work_orders", work_orders::get).merge(write(
                MethodFilter::PUT,
                "work_orders",
                work_order_writes::put,
            )),
        );
    for kind in
        [TaskKind::ResidentRequest, TaskKind::Todo, TaskKind::ContactRequest, TaskKind::RentalOwnerRequest]
    {
        router = task_routes(router, kind);
    }
    router
        .fallback(|| async { refuse(StatusCode::NOT_FOUND, "No such resource.") })
        .method_not_allowed_fallback(|| async {
            refuse(StatusCode::METHOD_NOT_ALLOWED, "The resource does not support this method.")
        })
        .layer(from_fn_with_state(shared.clone(), gate::check))
        .with_state(shared.clone())
}

/// Tasks are read together, but written by kind.
fn task_routes(router: Router<Shared>, kind: TaskKind) -> Router<Shared> {
    let path = names::task_path(kind);
    let mut all = read("tasks", move |world, call| tasks::list_of(kind, world, call));
    if matches!(kind, TaskKind::ResidentRequest | TaskKind::Todo) {
        all = all.merge(write(MethodFilter::POST, "tasks", move |world, call| {
            task_writes::post(kind, world, call)
        }));
    }
    let one = read("tasks", move |world, call| tasks::get_of(kind, world, call)).merge(write(
        MethodFilter::PUT,
        "tasks",
        move |world, call| task_writes::put(kind, world, call),
    ));
    router.route(path, all).route(&format!("{path}/{{id}}"), one)
}
