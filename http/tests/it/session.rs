//! Far sides that give a token for the credentials.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use latchel_sync_core::registry::{Access, Settings};
use latchel_sync_core::{Error, ErrorKind};
use latchel_sync_http::{LogIn, RateLimitHeaders, Transport};
use serde_json::json;
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::answers;

fn transport(server: &MockServer, access: Access) -> Transport {
    let log_in = LogIn {
        path: "log-in",
        credentials: json!({"user": "me", "password": "the-password"}),
        token: |answer| answer.json(),
        header: "x-token",
        scheme: "",
    };
    Transport::builder("Far", &server.uri(), &Settings::default().with_access(access))
        .log_in(log_in, "the-password".to_owned().into())
        .explain_error(|body| Some(String::from_utf8_lossy(body).into_owned()))
        .rate_limit_headers(RateLimitHeaders { remaining: "x-left", reset: Some("x-reset") })
        .build()
        .expect("a transport")
}

/// A far side that gives a new token for each log-in.
async fn far(log_ins: u64) -> MockServer {
    let server = MockServer::start().await;
    let given = AtomicUsize::new(0);
    let give = move |_: &Request| {
        let number = given.fetch_add(1, Ordering::Relaxed) + 1;
        ResponseTemplate::new(200).set_body_json(format!("token-number-{number}"))
    };
    Mock::given(method("POST"))
        .and(path("/log-in"))
        .and(body_json(json!({"user": "me", "password": "the-password"})))
        .respond_with(give)
        .expect(log_ins)
        .mount(&server)
        .await;
    server
}

async fn takes(server: &MockServer, verb: &str, token: &str, times: u64) {
    Mock::given(method(verb))
        .and(path("/v1/things"))
        .and(header("x-token", token))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([])))
        .expect(times)
        .with_priority(1)
        .mount(server)
        .await;
}

#[tokio::test]
async fn a_token_is_carried_with_its_scheme() {
    let server = far(1).await;
    takes(&server, "GET", "Bearer token-number-1", 1).await;
    let log_in = LogIn {
        path: "log-in",
        credentials: json!({"user": "me", "password": "the-password"}),
        token: |answer| answer.json(),
        header: "x-token",
        scheme: "Bearer",
    };
    let transport = Transport::builder("Far", &server.uri(), &Settings::default())
        .log_in(log_in, "the-password".to_owned().into())
        .build()
        .expect("a transport");
    transport.get("v1/things").send().await.expect("an answer");
    assert_eq!(transport.without_secrets("token-number-1, the-password"), "[secret], [secret]");
}

#[tokio::test]
async fn calls_side_by_side_log_in_once() {
    let server = far(1).await;
    takes(&server, "GET", "token-number-1", 3).await;
    let far = transport(&server, Access::ReadOnly);
    let call = || far.get("v1/things").send();
    let (one, two) = tokio::join!(call(), call());
    one.and(two).expect("answers");
    call().await.expect("an answer");
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_once_and_a_write_is_made_again() {
    let server = far(2).await;
    takes(&server, "POST", "token-number-2", 1).await;
    answers(&server, "POST", ResponseTemplate::new(401), 1).await;
    transport(&server, Access::ReadAndWrite)
        .post("v1/things")
        .json(&json!({}))
        .send()
        .await
        .expect("an answer");
}

#[tokio::test]
async fn a_far_side_that_refuses_every_token_is_asked_twice() {
    let server = far(2).await;
    answers(&server, "GET", ResponseTemplate::new(401).set_body_string("token-number-2 is no good"), 2).await;
    let error = refused(&transport(&server, Access::ReadOnly)).await;
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.context("answer"), Some("[secret] is no good"));
}

#[tokio::test]
async fn whatever_a_log_in_is_refused_with_is_the_credentials_and_no_record_that_is_gone() {
    for (status, kind) in [
        (400, ErrorKind::Unauthorized),
        (401, ErrorKind::Unauthorized),
        (403, ErrorKind::Unauthorized),
        (404, ErrorKind::Config),
    ] {
        let server = MockServer::start().await;
        let words = ResponseTemplate::new(status).set_body_string("the-password is wrong");
        Mock::given(path("/log-in")).respond_with(words).expect(1).mount(&server).await;
        let error = refused(&transport(&server, Access::ReadOnly)).await;
        assert_eq!(error.kind(), kind, "{status}");
        assert!(!format!("{error} {error:?}").contains("the-password"), "{error:?}");
    }
}

#[tokio::test]
async fn a_token_that_no_header_can_carry_is_not_understood() {
    for token in ["", "two\nlines"] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(200).set_body_json(token);
        Mock::given(path("/log-in")).respond_with(answer).mount(&server).await;
        let error = refused(&transport(&server, Access::ReadOnly)).await;
        assert_eq!(error.kind(), ErrorKind::Malformed, "{token:?}");
    }
}

#[tokio::test]
async fn a_call_waits_for_what_the_answer_before_says_that_others_used_up() {
    let server = far(1).await;
    let empty = ResponseTemplate::new(200)
        .insert_header("date", "Thu, 01 Jan 1970 00:16:40 GMT")
        .insert_header("x-left", "0")
        .insert_header("x-reset", "1001");
    answers(&server, "GET", empty, 2).await;
    let far = transport(&server, Access::ReadOnly);
    let begin = std::time::Instant::now();
    for _ in 0..2 {
        far.get("v1/things").send().await.expect("an answer");
    }
    assert!(begin.elapsed() >= std::time::Duration::from_millis(900), "{:?}", begin.elapsed());
}

/// A far side that answers "full" to one log-in too many; connections to it keep their session.
fn full(server: &MockServer, user: &str) -> Transport {
    let log_in = LogIn {
        path: "log-in",
        credentials: json!({"user": user}),
        token: |answer| answer.json(),
        header: "x-token",
        scheme: "",
    };
    fn is_full(status: u16, body: &[u8]) -> bool {
        status == 401 && body.starts_with(b"full")
    }
    Transport::builder("Far", &server.uri(), &Settings::default())
        .log_in(log_in, "the-password".to_owned().into())
        .keep_session()
        .classify_error(|status, body| is_full(status, body).then_some(ErrorKind::RateLimited))
        .asks_to_wait(|status, body| is_full(status, body).then_some(Duration::from_millis(300)))
        .build()
        .expect("a transport")
}

#[tokio::test]
async fn a_wait_that_is_asked_for_in_words_is_kept() {
    let server = MockServer::start().await;
    let refusal = ResponseTemplate::new(401).set_body_string("full: nobody else may log in");
    Mock::given(path("/log-in")).respond_with(refusal).up_to_n_times(1).expect(1).mount(&server).await;
    let token = ResponseTemplate::new(200).set_body_json("the-token");
    Mock::given(path("/log-in")).respond_with(token).expect(1).mount(&server).await;
    takes(&server, "GET", "the-token", 1).await;
    let begin = std::time::Instant::now();
    full(&server, "who waits").get("v1/things").send().await.expect("an answer");
    assert!(begin.elapsed() >= Duration::from_millis(300), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn an_answer_that_asks_for_no_wait_is_what_it_says() {
    let server = MockServer::start().await;
    let refusal = ResponseTemplate::new(401).set_body_string("wrong");
    Mock::given(path("/log-in")).respond_with(refusal).expect(1).mount(&server).await;
    let error = refused(&full(&server, "who is wrong")).await;
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Unauthorized, None));
}

#[tokio::test]
async fn a_session_that_is_kept_serves_the_connections_to_come_and_nobody_elses() {
    let server = MockServer::start().await;
    let token = ResponseTemplate::new(200).set_body_json("the-token");
    Mock::given(path("/log-in")).respond_with(token).expect(2).mount(&server).await;
    takes(&server, "GET", "the-token", 3).await;
    for user in ["one who comes again", "one who comes again", "another"] {
        full(&server, user).get("v1/things").send().await.expect("an answer");
    }
}

#[tokio::test]
async fn a_session_that_is_not_kept_is_the_connections_own() {
    let server = far(2).await;
    takes(&server, "GET", "token-number-1", 1).await;
    takes(&server, "GET", "token-number-2", 1).await;
    for _ in 0..2 {
        transport(&server, Access::ReadOnly).get("v1/things").send().await.expect("an answer");
    }
}

async fn refused(far: &Transport) -> Error {
    far.get("v1/things").send().await.expect_err("a refusal")
}
