//! Rent Manager's Web API (RM12), as far as a sync needs it (contract sheet `rentmanager.md`). What the sheet marks as
//! unverified stands in `names.rs`.

mod call;
mod company;
mod filters;
mod gate;
mod issue_body;
mod issue_writes;
mod issues;
mod leases;
mod links;
mod listing;
mod mark;
mod names;
mod order;
mod problem;
mod properties;
mod quirks;
mod resource;
mod spelling;
mod tables;
mod tenants;
mod users;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, post};

use self::call::Answer;
use self::gate::Sessions;
use self::names::{CATEGORIES, PRIORITIES, STATUSES};
use self::problem::{Problem, refuse};
use super::endpoint::{self, Request};
use super::spec::Spec;
use crate::shared::Shared;
use crate::shared::purpose::Purpose;
use crate::shared::rate_limit::RateLimit;
use crate::shared::system::{Rationing, System, as_it_is};
use crate::world::World;

/// Path of the call that gives a token, with credentials in its body.
const LOG_IN: &str = "/authentication/authorizeuser";

pub(super) const SPEC: Spec = Spec {
    system: System {
        name: "rentmanager",
        title: "Rent Manager",
        refuse,
        refuse_haste,
        rationing: Rationing::SLIDING,
        purpose: |method, path, body| {
            if path.eq_ignore_ascii_case(LOG_IN) {
                Purpose::LogIn
            } else {
                Purpose::by_method(method, path, body)
            }
        },
        quirks: &quirks::ALL,
        webhooks: None,
        settle: as_it_is,
    },
    rate_limits: &[RateLimit { calls: 500, seconds: 60 }],
    router,
    work_order: |id| id.parse().ok(),
    credentials: |world| {
        let account = &world.platform.account;
        vec![
            ("username", account.client_id.clone()),
            ("password", account.client_secret.clone()),
            ("location_id", names::location_id(account)),
        ]
    },
};

fn refuse_haste(wait: Duration) -> Response {
    let mut answer = refuse(StatusCode::TOO_MANY_REQUESTS, "API calls quota exceeded.");
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer.headers_mut().insert("x-ratelimit-remaining", HeaderValue::from(0));
    answer
}

/// All endpoints.
fn router(shared: &Shared) -> Router {
    let sessions = Arc::new(Sessions::default());
    let open = Router::new().route(LOG_IN, post(gate::log_in)).with_state((shared.clone(), sessions.clone()));
    let issues = "/servicemanagerissues";
    let inside = Router::new()
        .route("/locations", read("locations", company::locations))
        .route("/propertygroups", read("properties", company::groups))
        .route("/propertygroups/{id}", read("properties", company::get_group))
        .route("/properties", read("properties", properties::list))
        .route("/properties/{id}", read("properties", properties::get))
        .route("/units", read("units", properties::list_units))
        .route("/units/{id}", read("units", properties::get_unit))
        .route("/tenants", read("tenants", tenants::list))
        .route("/tenants/{id}", read("tenants", tenants::get))
        .route("/leases", read("leases", leases::list))
        .route("/leases/{id}", read("leases", leases::get))
        .route("/users", read("users", users::list))
        .route("/users/{id}", read("users", users::get))
        .route("/owners", read("owners", users::list_owners))
        .route("/owners/{id}", read("owners", users::get_owner))
        .route(issues, read("work_orders", issues::list).merge(write(issue_writes::collection)))
        .route(&format!("{issues}/{{id}}"), read("work_orders", issues::get).merge(write(issue_writes::item)))
        .route(&format!("{issues}/{{id}}/linkunit"), write(links::link_unit))
        .route(&format!("{issues}/{{id}}/linkproperty"), write(links::link_property))
        .route(
            names::STATUSES_PATH,
            read("work_orders", |_, call| tables::list(call, tables::STATUS, STATUSES)),
        )
        .route(
            names::PRIORITIES_PATH,
            read("work_orders", |_, call| tables::list(call, tables::PRIORITY, PRIORITIES)),
        )
        .route(
            names::CATEGORIES_PATH,
            read("work_orders", |_, call| tables::list(call, tables::CATEGORY, CATEGORIES)),
        )
        .fallback(async || StatusCode::NOT_FOUND)
        .method_not_allowed_fallback(async || {
            let message = "The requested resource does not support this http method.";
            Problem::message(StatusCode::METHOD_NOT_ALLOWED, message)
        })
        .layer(from_fn_with_state((shared.clone(), sessions), gate::check))
        .with_state(shared.clone());
    // The layer that folds the path has to come before the routes are looked at.
    Router::new()
        .fallback_service(open.merge(inside))
        .layer(from_fn(spelling::fold))
        .layer(from_fn_with_state(shared.clone(), mark::mark))
        .layer(from_fn_with_state(shared.clone(), gate::tell_limit))
}

fn read<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&World, &Request) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::read(MethodFilter::GET, resource, endpoint)
}

/// Of what a sync needs, only issues can be written; creating and changing are both a POST.
fn write<F>(endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&mut World, &Request) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::write(MethodFilter::POST, "work_orders", endpoint)
}
