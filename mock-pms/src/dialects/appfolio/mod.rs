//! AppFolio's Stack API, version 0, as far as a sync needs it.

mod call;
mod gate;
mod listing;
pub(super) mod names;
mod people;
mod problem;
mod properties;
mod serial;
mod tenants;
mod units;
mod webhooks;
mod work_order_body;
mod work_orders;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodFilter, get};

use self::call::{read, write};
use self::listing::PREFIX;
use self::names::{Kind, uuid};
use self::problem::{Problem, refuse};
use self::serial::Serial;
use super::references::{self, Naming};
use super::spec::Spec;
use crate::shared::Shared;
use crate::shared::purpose::Purpose;
use crate::shared::rate_limit::RateLimit;
use crate::shared::system::{Rationing, System};

pub(super) const SPEC: Spec = Spec {
    system: System {
        name: "appfolio",
        title: "AppFolio",
        refuse,
        refuse_haste,
        webhooks: Some(webhooks::messages),
        settle: |world| references::translate(world, &NAMING),
        rationing: Rationing::SLIDING,
        purpose: Purpose::by_method,
        quirks: &[
            gate::NIGHTLY_PAUSE,
            listing::HIDDEN_PROPERTIES_ONLY,
            work_order_body::TECHNICIANS_ONLY,
            work_orders::SHORT_CREATES,
        ],
    },
    rate_limits: &[
        RateLimit::per_second(8),
        RateLimit { calls: 256, seconds: 60 },
        RateLimit { calls: 4096, seconds: 3600 },
    ],
    router,
    work_order: |id| names::id_of(names::Kind::WorkOrder, id),
    credentials: |world| {
        let account = &world.platform.account;
        vec![
            ("client_id", account.client_id.clone()),
            ("client_secret", account.client_secret.clone()),
            ("developer_id", gate::developer_id(account).to_owned()),
        ]
    },
};

const NAMING: Naming = Naming {
    property: |id| uuid(Kind::Property, id),
    unit: |id| uuid(Kind::Unit, id),
    resident: |platform, tenant, property| {
        let theirs = platform.leases.iter().filter(|lease| {
            lease.tenants.iter().any(|one| one.tenant_id == tenant)
                && property.is_none_or(|property| lease.property_id == property)
        });
        let occupancy = theirs.max_by_key(|lease| lease.from_date)?.id;
        Some(names::tenant(tenant, occupancy))
    },
    work_order: |id| uuid(Kind::WorkOrder, id),
};

fn refuse_haste(wait: Duration) -> Response {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let mut answer = refuse(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded.");
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

/// All endpoints.
fn router(shared: &Shared) -> Router {
    let serial = Arc::new(Serial::default());
    let all = Router::new()
        .route("/properties", read("properties", properties::list))
        .route("/property_groups", read("properties", properties::groups))
        .route("/units", read("units", units::list))
        .route("/tenants", read("tenants", tenants::list))
        .route("/users", read("users", people::users))
        .route("/vendors", read("vendors", people::vendors))
        .route(
            "/work_orders",
            read("work_orders", work_orders::list).merge(write(
                MethodFilter::POST,
                "work_orders",
                work_orders::post,
            )),
        )
        .route(
            "/work_orders/{id}",
            read("work_orders", work_orders::get).merge(write(
                MethodFilter::PATCH,
                "work_orders",
                work_orders::patch,
            )),
        );
    Router::new()
        .nest(PREFIX, all)
        .fallback(|| async { Problem::no("resource") })
        .method_not_allowed_fallback(|| async {
            refuse(StatusCode::METHOD_NOT_ALLOWED, "The resource does not support this method.")
        })
        .layer(from_fn_with_state((shared.clone(), serial), serial::keep))
        .layer(from_fn_with_state(shared.clone(), gate::check))
        // The real ones are at another address, and nobody needs a key to read them.
        .route("/.well-known/jwks.json", get(webhooks::keys))
        .with_state(shared.clone())
}
