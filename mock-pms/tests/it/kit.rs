//! A dialect that is not part of the crate, as a private adapter would have one: a GraphQL system, whose requests differ by
//! nothing but their bodies.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodFilter;
use axum::{Json, Router};
use mock_pms::kit::{Problem, Request, Shared, Spec, read};
use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, MockServer, Options, Purpose, World};
use serde_json::{Value, json};

use crate::client::{Reply, send};

static SPEC: Spec = Spec::new("own", "Own", router, refuse)
    .credentials(|world| vec![("token", world.platform.account.client_secret.clone())])
    .purpose(|_, _, body| {
        let is_mutation = String::from_utf8_lossy(body).contains("mutation");
        if is_mutation { Purpose::Write } else { Purpose::Read }
    });

fn router(shared: &Shared) -> Router {
    Router::new()
        .route("/graphql", read(MethodFilter::POST, "units", units))
        .layer(from_fn_with_state(shared.clone(), gate))
        .with_state(shared.clone())
}

async fn gate(State(shared): State<Shared>, request: axum::extract::Request, next: Next) -> Response {
    let sent =
        request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known = shared.read(|world| sent == world.platform.account.client_secret);
    if known { next.run(request).await } else { refuse(StatusCode::UNAUTHORIZED, "Unknown token") }
}

struct Refusal(String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        refuse(StatusCode::OK, &self.0)
    }
}

impl Problem for Refusal {
    fn forbidden(resource: &str) -> Self {
        Self(format!("no access to {resource}"))
    }

    fn denied(world: &World) -> &[String] {
        &world.platform.account.denied
    }
}

fn refuse(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "errors": [{ "message": message }] }))).into_response()
}

fn units(world: &World, request: &Request) -> Result<Json<Value>, Refusal> {
    let body = request.object().map_err(|fault| Refusal(fault.to_string()))?;
    if !body.contains_key("query") {
        return Err(Refusal("there is no query".to_owned()));
    }
    let units =
        world.platform.units.iter().map(|unit| world.distort("unit", unit.id, json!({ "id": unit.id })));
    Ok(Json(json!({ "data": { "units": units.collect::<Vec<_>>() } })))
}

async fn start() -> MockServer {
    let world =
        World::from_json(include_str!("../../examples/small-world.json")).expect("the example is a world");
    let options = Options { platform: Dialect::of(&SPEC), ..Options::unlimited() };
    MockServer::start(world, options).await.expect("the server starts")
}

async fn ask(server: &MockServer, body: Value) -> Reply {
    let url = format!("{}/graphql", server.platform_url());
    let headers = [("authorization", "mock-client-secret"), ("content-type", "application/json")];
    send(Method::POST, &url, &headers, body.to_string()).await
}

#[tokio::test]
async fn a_dialect_of_ones_own_is_served_over_the_world() {
    let server = start().await;
    let reply = ask(&server, json!({ "query": "query units { units { id } }" })).await;
    let units = server.read(|world| world.platform.units.iter().count());
    assert_eq!(reply.body["data"]["units"].as_array().map(Vec::len), Some(units));
    let refused = ask(&server, json!({})).await;
    assert_eq!(refused.body["errors"][0]["message"], "there is no query");
    let url = format!("{}/graphql", server.platform_url());
    assert_eq!(send(Method::POST, &url, &[], String::new()).await.status, 401);
    assert_eq!(Dialect::of(&SPEC).title(), "Own");
}

#[tokio::test]
async fn the_log_and_the_faults_go_by_the_purpose_and_the_body_of_a_request() {
    let server = start().await;
    let pretend = FaultRule::always(Fault::Pretend);
    let down = Fault::Status { status: 503, retry_after: None };
    let down = FaultRule { body: Some("query tasks".to_owned()), ..FaultRule::always(down) };
    server.set_faults(FaultPlan { seed: 1, faults: vec![down, pretend] });
    assert_eq!(ask(&server, json!({ "query": "query units { id }" })).await.status, 200);
    assert_eq!(ask(&server, json!({ "query": "query tasks { id }" })).await.status, 503);
    ask(&server, json!({ "query": "mutation close { id }" })).await;
    let purposes: Vec<_> = server.requests().iter().map(|request| request.purpose).collect();
    assert_eq!(purposes, [Purpose::Read, Purpose::Read, Purpose::Write]);
}
