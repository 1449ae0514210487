//! DoorLoop's API, as far as a sync needs it (contract sheet `doorloop.md`). Tasks are work orders here: those of the
//! world's tasks that have no work order are not shown.

mod gate;
mod leases;
mod listing;
mod names;
mod oid;
mod people;
mod portfolios;
mod problem;
mod properties;
mod reply;
mod residents;
mod stamps;
mod task_body;
mod task_writes;
mod tasks;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter};

use self::problem::refuse;
use self::reply::Answer;
use super::endpoint::{self, Request};
use super::references::{self, Naming};
use super::spec::Spec;
use crate::shared::Shared;
use crate::shared::purpose::Purpose;
use crate::shared::rate_limit::RateLimit;
use crate::shared::system::{Rationing, System};
use crate::world::{Property, Tenant, Unit, WorkOrder, World};

pub(super) const SPEC: Spec = Spec {
    system: System {
        name: "doorloop",
        title: "DoorLoop",
        refuse,
        refuse_haste: |wait| {
            let mut answer = refuse(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT_EXCEEDED");
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            answer
        },
        webhooks: None,
        settle: |world| references::translate(world, &NAMING),
        rationing: Rationing::SLIDING,
        purpose: Purpose::by_method,
        quirks: &[
            listing::SHIFTING_ORDER,
            stamps::SECONDS,
            stamps::TEXTS,
            stamps::UNDATED_RECORDS,
            task_body::DROPPED_REFERENCES,
            portfolios::IGNORED_GROUPS,
            listing::CAPPED_PAGES,
        ],
    },
    rate_limits: &[RateLimit { calls: 50, seconds: 60 }, RateLimit { calls: 500, seconds: 3_600 }],
    router,
    work_order: |id| oid::read::<WorkOrder>("id", id).ok(),
    credentials: |world| vec![("token", world.platform.account.client_secret.clone())],
};

const NAMING: Naming = Naming {
    property: oid::oid::<Property>,
    unit: oid::oid::<Unit>,
    resident: |_, tenant, _| Some(oid::oid::<Tenant>(tenant)),
    work_order: oid::oid::<WorkOrder>,
};

/// All endpoints.
fn router(shared: &Shared) -> Router {
    Router::new()
        .route("/api/properties", read("properties", properties::list))
        .route("/api/properties/{id}", read("properties", properties::get))
        .route("/api/units", read("units", properties::list_units))
        .route("/api/units/{id}", read("units", properties::get_unit))
        .route("/api/portfolios", read("properties", portfolios::list))
        .route("/api/portfolios/{id}", read("properties", portfolios::get))
        .route("/api/leases", read("leases", leases::list))
        .route("/api/leases/{id}", read("leases", leases::get))
        .route("/api/leases/tenants", read("leases", residents::list))
        .route("/api/tenants", read("tenants", residents::list_tenants))
        .route("/api/tenants/{id}", read("tenants", residents::get_tenant))
        .route("/api/vendors", read("vendors", people::list_vendors))
        .route("/api/vendors/{id}", read("vendors", people::get_vendor))
        .route("/api/users", read("users", people::list))
        .route("/api/users/me", read("users", people::me))
        .route("/api/users/{id}", read("users", people::get))
        .route("/api/tasks", read("tasks", tasks::list).merge(write(MethodFilter::POST, task_writes::post)))
        .route("/api/tasks/update", write(MethodFilter::POST, task_writes::update))
        .route(
            "/api/tasks/{id}",
            read("tasks", tasks::get)
                .merge(write(MethodFilter::PUT, task_writes::put))
                .merge(write(MethodFilter::DELETE, task_writes::delete)),
        )
        .fallback(not_found)
        // 405 says that a token lacks a permission, and nothing else.
        .method_not_allowed_fallback(not_found)
        .layer(from_fn_with_state(shared.clone(), gate::check))
        .with_state(shared.clone())
}

async fn not_found() -> axum::response::Response {
    refuse(StatusCode::NOT_FOUND, "Not found")
}

fn read<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&World, &Request) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::read(MethodFilter::GET, resource, endpoint)
}

/// Of what a sync needs, only tasks can be written.
fn write<F>(method: MethodFilter, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&mut World, &Request) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::write(method, "tasks", endpoint)
}
