//! Refusals of the API, and their one shape.

use latchel_sync_ledger::desk::Role;

use super::*;

#[tokio::test]
async fn every_refusal_has_one_shape_and_names_the_field() {
    let world = synced().await;
    let sync = "/api/v1/accounts/main/sync";
    let long = format!("{{\"extent\": \"{}\"}}", "x".repeat(70_000));
    let mut told = Vec::new();
    for (method, path, body) in [
        ("POST", sync, Some("{")),
        ("POST", sync, Some("{}")),
        ("POST", sync, None),
        ("POST", sync, Some(r#"{"extent": "all"}"#)),
        ("POST", sync, Some(r#"{"extent": "everything", "dry": true}"#)),
        ("POST", sync, Some(r#"{"extent": "everything", "allow_mass_change": 1}"#)),
        ("POST", sync, Some(&*long)),
        ("POST", "/api/v1/accounts/other/sync", Some(r#"{"extent": "everything"}"#)),
        ("GET", sync, None),
        ("GET", "/api/v1/accounts/other", None),
        ("GET", "/api/v1/accounts/other/results", None),
        ("GET", "/api/v1/accounts/main/results?limit=0", None),
        ("GET", "/api/v1/accounts/main/results?limit=many", None),
        ("GET", "/api/v1/accounts/main/results?sort=age", None),
        ("GET", "/api/v1/accounts/main/results?reason=bad_luck", None),
        ("GET", "/api/v1/accounts/main/results?after=abc", None),
        ("POST", "/api/v1/accounts/main/results/retry", Some("{}")),
        ("POST", "/api/v1/accounts/main/results/retry", Some(r#"{"keys": [{"kind": "lease"}]}"#)),
        ("POST", "/api/v1/accounts/main/results/retry", Some(r#"{"keys": null, "filter": {}}"#)),
        ("POST", "/api/v1/accounts/main/results/dismiss", Some(r#"{"filter": {"reason": null}}"#)),
        ("PUT", "/api/v1/accounts/main/sync-start", Some(r#"{"sync_start": "soon"}"#)),
        ("GET", "/api/v1/accounts/main/records/lease/7", None),
        ("GET", "/api/v1/accounts/main/records/property/99999", None),
        ("GET", "/api/v1/jobs/7", None),
        ("GET", "/api/v1/jobs/00000000-0000-0000-0000-000000000000", None),
        ("GET", "/api/v1/runs/00000000-0000-0000-0000-000000000000", None),
        ("GET", "/api/v1/accounts/main/records/property/801?explain=yes", None),
        ("GET", "/api/v2/accounts", None),
    ] {
        let answer = send(&world, method, path, body).await;
        let json: Value =
            serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{path}: {}", answer.body));
        let error = &json["error"];
        assert!(["code", "message", "hint"].iter().all(|field| error[field].is_string()), "{path}: {json}");
        let message = error["message"].as_str().expect("a message");
        told.push(format!("{} {} {message}", answer.status, error["code"].as_str().expect("a code")));
    }
    assert_json_snapshot!(told, @r#"
    [
      "400 not_json Failed to parse the request body as JSON: EOF while parsing an object at line 1 column 1",
      "422 invalid missing field `extent` at line 1 column 2",
      "415 not_json Expected request with `Content-Type: application/json`",
      "422 invalid extent: unknown variant `all`, expected `everything` or `latchel_work_orders` at line 1 column 16",
      "422 invalid dry: unknown field `dry`, expected `extent` or `allow_mass_change` at line 1 column 30",
      "422 invalid allow_mass_change: invalid type: integer `1`, expected a boolean at line 1 column 47",
      "413 too_large the request is too large",
      "404 not_found there is no account of this name (account: other)",
      "405 method_not_allowed this cannot be done here",
      "404 not_found there is no account \"other\"",
      "404 not_found there is no account \"other\"",
      "422 invalid limit: a page has 1 to 500 rows",
      "422 invalid limit: invalid digit found in string",
      "422 invalid sort: unknown field `sort`, expected one of `kind`, `side`, `status`, `reason`, `run`, `until`, `waits_for`, `text`",
      "422 invalid reason: unknown reason `bad_luck`",
      "422 invalid after: this is not the `next` of a page of this list",
      "422 invalid name either keys or a filter",
      "422 invalid keys[0].kind: unknown variant `lease`, expected one of `property`, `resident`, `work-order` at line 1 column 26",
      "422 invalid keys: invalid type: null, expected a sequence at line 1 column 13",
      "422 invalid filter.reason: invalid type: null, expected a string at line 1 column 26",
      "422 invalid sync_start: input contains invalid characters at line 1 column 21",
      "422 invalid unknown variant `lease`, expected one of `property`, `resident`, `work-order`",
      "404 not_found no run has seen a property with this id or number",
      "422 invalid Cannot parse `job` with value `7`: UUID parsing failed: invalid length: found 1",
      "404 not_found there is no such job",
      "404 not_found there is no such run",
      "422 invalid explain: provided string was not `true` or `false`",
      "404 not_found there is nothing at this address"
    ]
    "#);
}

#[tokio::test]
async fn a_viewer_looks_and_changes_nothing() {
    let world = synced().await;
    let token = world.add_program("looks", Role::Viewer).await;
    let mut visitor = world.visitor().with_token(&token);
    assert_eq!(visitor.get("/api/v1/accounts").await.status, 200);
    let request = visitor.request("POST", "/api/v1/accounts/main/pause");
    let refused = visitor.send(request, Body::empty()).await;
    assert_eq!(refused.status, 403);
    judge("POST", "/api/v1/accounts/main/pause", 403, &serde_json::from_str(&refused.body).expect("JSON"));
    assert!(world.app.desk.pauses().await.expect("pauses").is_empty());
}
