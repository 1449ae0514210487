//! Failures that come with the status of a success, as GraphQL's do.

use latchel_sync_core::ErrorKind;
use latchel_sync_core::registry::Settings;
use latchel_sync_http::{LogIn, Transport, graphql_failure};
use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn transport(server: &MockServer) -> Transport {
    Transport::builder("Far", &server.uri(), &Settings::default())
        .token("Bearer", "the-token".to_owned().into())
        .failure_inside(graphql_failure)
        .build()
        .expect("a transport")
}

fn fault(code: &str, message: &str) -> ResponseTemplate {
    let fault = json!({"message": message, "extensions": {"code": code}});
    ResponseTemplate::new(200).set_body_json(json!({"data": null, "errors": [fault]}))
}

async fn answers(server: &MockServer, answer: ResponseTemplate, times: u64) {
    Mock::given(method("POST")).and(path("/graphql")).respond_with(answer).expect(times).mount(server).await;
}

#[tokio::test]
async fn a_failure_inside_a_success_has_its_kind_and_its_words_without_secrets_and_contact_data() {
    let server = MockServer::start().await;
    answers(&server, fault("FORBIDDEN", "the-token may not write for Ada Abara"), 1).await;
    let call = transport(&server).post("graphql").json(&json!({"variables": {"name": "Ada Abara"}}));
    let error = call.send().await.expect_err("a failure");
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_eq!(error.context("answer"), Some("[secret] may not write for [as sent]"));
}

#[tokio::test]
async fn one_that_passes_is_repeated_where_the_call_only_reads_and_never_for_a_write() {
    let server = MockServer::start().await;
    Mock::given(body_partial_json(json!({"query": "read"})))
        .respond_with(fault("INTERNAL_SERVER_ERROR", "Try again."))
        .up_to_n_times(2)
        .mount(&server)
        .await;
    Mock::given(body_partial_json(json!({"query": "read"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"data": {"units": []}})))
        .expect(1)
        .mount(&server)
        .await;
    let read = transport(&server).post("graphql").json(&json!({"query": "read"})).reads();
    let answer: Value = read.send().await.expect("an answer").json().expect("JSON");
    assert_eq!(answer, json!({"data": {"units": []}}));

    Mock::given(body_partial_json(json!({"query": "write"})))
        .respond_with(fault("INTERNAL_SERVER_ERROR", "Try again."))
        .expect(1)
        .mount(&server)
        .await;
    let write = transport(&server).post("graphql").json(&json!({"query": "write"}));
    let error = write.send().await.expect_err("a failure");
    assert!(error.leaves_outcome_unknown(), "{error}");
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed() {
    let server = MockServer::start().await;
    let given = std::sync::atomic::AtomicUsize::new(0);
    let give = move |_: &wiremock::Request| {
        let number = given.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        ResponseTemplate::new(200).set_body_json(json!({"token": format!("token-{number}")}))
    };
    Mock::given(path("/log-in")).respond_with(give).expect(2).mount(&server).await;
    Mock::given(path("/graphql"))
        .and(header("authorization", "Bearer token-0"))
        .respond_with(fault("UNAUTHENTICATED", "The token ran out."))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path("/graphql"))
        .and(header("authorization", "Bearer token-1"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"data": {}})))
        .expect(1)
        .mount(&server)
        .await;
    let log_in = LogIn {
        path: "log-in",
        credentials: json!({"password": "the-password"}),
        token: |answer| answer.created("token"),
        header: "authorization",
        scheme: "Bearer",
    };
    let transport = Transport::builder("Far", &server.uri(), &Settings::default())
        .log_in(log_in, "the-password".to_owned().into())
        .failure_inside(graphql_failure)
        .build()
        .expect("a transport");
    transport.post("graphql").json(&json!({"query": "read"})).reads().send().await.expect("an answer");
}

#[tokio::test]
async fn a_body_may_be_no_json_and_so_may_an_answer() {
    let server = MockServer::start().await;
    Mock::given(header("content-type", "text/xml"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(b"<units>\xe9</units>".to_vec()))
        .expect(1)
        .mount(&server)
        .await;
    let call = transport(&server).post("soap").body("text/xml", "<all/>").reads();
    let answer = call.secret_header("x-own", "a secret".to_owned().into()).send().await.expect("an answer");
    assert_eq!(answer.text(), "<units>\u{fffd}</units>");
}
