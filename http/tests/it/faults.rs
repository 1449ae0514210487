//! Answers that are too long, too late or to be had elsewhere, and secrets that come back.

use std::time::Duration;

use latchel_sync_core::registry::{Access, PlainHttp, RateLimit, Settings};
use latchel_sync_core::{Error, ErrorKind};
use latchel_sync_http::{RateLimitHeaders, TextRow, Transport};
use serde_json::{Value, json};
use wiremock::matchers::{header, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{answers, transport};

const MEBIBYTE: usize = 1024 * 1024;

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let server = MockServer::start().await;
    let long = ResponseTemplate::new(200).set_body_bytes(vec![b' '; 32 * MEBIBYTE + 1]);
    answers(&server, "GET", long, 1).await;
    let error = transport(&server).get("v1/things").send().await.expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.message().contains("more than 33554432 bytes"), "{error}");
}

#[tokio::test]
async fn the_longest_answer_is_read() {
    let server = MockServer::start().await;
    answers(&server, "GET", ResponseTemplate::new(200).set_body_bytes(vec![b' '; 32 * MEBIBYTE]), 1).await;
    let answer = transport(&server).get("v1/things").send().await.expect("an answer");
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_write_that_got_no_answer_in_time_is_not_repeated() {
    let server = MockServer::start().await;
    answers(&server, "POST", ResponseTemplate::new(201).set_delay(Duration::from_secs(30)), 1).await;
    let hasty = Transport::builder("Far", &server.uri(), &Settings::default())
        .timeout(Duration::from_millis(200))
        .build()
        .expect("a transport");
    let error = hasty.post("v1/things").json(&json!({})).send().await.expect_err("no answer");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.leaves_outcome_unknown());
    assert_eq!(error.context("call"), Some(format!("POST {}/v1/things", server.uri()).as_str()));
}

#[tokio::test]
async fn a_post_that_only_reads_is_repeated() {
    let server = MockServer::start().await;
    Mock::given(path("/v1/things"))
        .respond_with(ResponseTemplate::new(502))
        .up_to_n_times(1)
        .expect(1)
        .mount(&server)
        .await;
    answers(&server, "POST", ResponseTemplate::new(200).set_body_json(json!([])), 1).await;
    let answer = transport(&server).post("v1/things").json(&json!({})).reads().send().await.expect("rows");
    assert_eq!(answer.value().expect("JSON"), json!([]));
}

#[tokio::test]
async fn a_read_that_keeps_failing_is_tried_five_times() {
    let server = MockServer::start().await;
    answers(&server, "GET", ResponseTemplate::new(503), 5).await;
    let error = transport(&server).get("v1/things").send().await.expect_err("a failure");
    assert_eq!((error.kind(), error.context("status")), (ErrorKind::Unavailable, Some("503")));
}

#[tokio::test]
async fn a_long_pause_that_is_asked_for_ends_the_run_and_says_until_when() {
    let server = MockServer::start().await;
    answers(&server, "GET", ResponseTemplate::new(429).insert_header("retry-after", "3600"), 1).await;
    let error = transport(&server).get("v1/things").send().await.expect_err("patience");
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.ends_the_run() && error.is_final());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3_600)));
    assert_eq!(error.context("asks to wait"), Some("3600 s"));
    assert!(error.context("until").is_some_and(|until| until.ends_with(" UTC")), "{error}");
}

#[tokio::test]
async fn a_short_pause_that_is_asked_for_is_kept() {
    let server = MockServer::start().await;
    let patience = ResponseTemplate::new(429).insert_header("retry-after", "1");
    Mock::given(path("/v1/things")).respond_with(patience).up_to_n_times(1).mount(&server).await;
    answers(&server, "PATCH", ResponseTemplate::new(200), 1).await;
    let start = std::time::Instant::now();
    transport(&server).patch("v1/things").json(&json!({})).send().await.expect("an answer");
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = MockServer::start().await;
    answers(&server, "GET", ResponseTemplate::new(307).insert_header("location", "/v1/else"), 1).await;
    Mock::given(path("/v1/else")).respond_with(ResponseTemplate::new(200)).expect(0).mount(&server).await;
    let error = transport(&server).get("v1/things").send().await.expect_err("a redirect");
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn a_host_that_is_not_there_is_named() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    let address = closed.expect("a free port").to_string();
    let far = Transport::builder("Far", &format!("http://{address}"), &Settings::default())
        .build()
        .expect("a transport");
    let error = far.get("v1/things").send().await.expect_err("nobody there");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().starts_with("Far cannot be reached: "), "{error}");
    assert!(error.to_string().contains(&address), "{error}");
}

#[tokio::test]
async fn a_secret_that_the_far_side_repeats_stays_out_of_the_error() {
    let server = MockServer::start().await;
    let words = ResponseTemplate::new(401).set_body_string("no such key: the-secret");
    answers(&server, "GET", words, 1).await;
    let error = transport(&server).get("v1/things").query("q", "private").send().await.expect_err("refused");
    assert_eq!(error.context("answer"), Some("no such key: [secret]"));
    let text = format!("{error} {error:?}");
    assert!(!text.contains("the-secret") && !text.contains("private"), "{text}");
}

#[tokio::test]
async fn a_secret_in_an_answer_that_cannot_be_read_or_in_a_path_stays_out_of_the_error() {
    for body in [r#"[{"a": "the-secret"}]"#, r#"[{"the-secret": x}]"#, r#"[{"a": 5035551234.5}]"#] {
        let server = MockServer::start().await;
        answers(&server, "GET", ResponseTemplate::new(200).set_body_string(body), 1).await;
        let answer = transport(&server).get("v1/things").send().await.expect("an answer");
        let error = answer.json::<Vec<std::collections::BTreeMap<String, i64>>>().expect_err("no numbers");
        let text = format!("{error} {error:?}");
        assert!(text.contains("field") && !text.contains("the-secret") && !text.contains("503555"), "{text}");
    }
    let server = MockServer::start().await;
    for path in ["v1/things/the-secret", "v1/the-secret/.."] {
        let error = transport(&server).get(path).send().await.expect_err(path);
        assert!(!format!("{error} {error:?}").contains("the-secret"), "{error}");
    }
    assert_eq!(server.received_requests().await.expect("recorded").len(), 1);
}

#[tokio::test]
async fn every_refusal_of_content_has_the_same_kind() {
    for status in [400, 409, 413, 415, 422] {
        let server = MockServer::start().await;
        answers(&server, "POST", ResponseTemplate::new(status), 1).await;
        let error = transport(&server).post("v1/things").json(&json!({})).send().await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Refused, "{status}");
    }
}

#[tokio::test]
async fn plain_headers_are_sent() {
    let server = MockServer::start().await;
    Mock::given(header("accept-language", "en"))
        .respond_with(ResponseTemplate::new(200).set_body_string("{\"a\": 1} trailing"))
        .expect(1)
        .mount(&server)
        .await;
    let builder =
        Transport::builder("Far", &server.uri(), &Settings::default()).header("accept-language", "en");
    let answer = builder.build().expect("a transport").get("v1/things").send().await.expect("an answer");
    let error = answer.json::<Value>().expect_err("more than JSON");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.context("call").is_some_and(|call| call.ends_with("/v1/things")), "{error}");
}

#[test]
fn what_cannot_be_used_is_refused_without_showing_secrets() {
    let build = |address: &str| Transport::builder("Far", address, &Settings::default()).build();
    for address in [
        "http://127.evil.example",
        "http://localhost.evil.example",
        "https://user:hunter2@api.example.com",
        "https://api.example.com?key=hunter2",
        "hunter2",
        "ftp://api.example.com",
    ] {
        let error = build(address).expect_err(address);
        assert_eq!((error.kind(), error.context("key")), (ErrorKind::Config, Some("base_url")));
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    for address in ["http://localhost:1/api", "http://[::1]:1", "http://127.0.0.2:1"] {
        build(address).expect(address);
    }
    let builder = || Transport::builder("Far", "https://api.example.com", &Settings::default());
    let secret = builder().secret_header("x-api-key", "hunter2\n3".to_owned().into());
    let never = builder().rate_limits(&[RateLimit { calls: 0, seconds: 1 }]);
    for builder in [secret, never] {
        let error: Error = builder.build().expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}

#[test]
fn plain_http_to_another_machine_is_for_those_who_ask_for_it() {
    let build = |settings: Settings| Transport::builder("Far", "http://pms.internal:8080", &settings).build();
    let error = build(Settings::default()).expect_err("refused");
    assert!(error.message().contains("allow_plain_http"), "{error}");
    build(Settings::default().with_plain_http(PlainHttp::Anywhere)).expect("allowed");
}

#[tokio::test]
async fn a_connection_that_only_reads_sends_nothing_else() {
    let server = MockServer::start().await;
    Mock::given(path("/v1/things"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([])))
        .expect(2)
        .mount(&server)
        .await;
    let settings = Settings::default().with_access(Access::ReadOnly);
    let far = Transport::builder("Far", &server.uri(), &settings).build().expect("a transport");
    far.get("v1/things").send().await.expect("a read");
    far.post("v1/things").reads().send().await.expect("a read by POST");
    for call in [far.post("v1/things"), far.put("v1/things"), far.patch("v1/things")] {
        let error = call.send().await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
}

#[tokio::test]
async fn basic_authentication_and_tokens_are_sent_and_never_shown() {
    let server = MockServer::start().await;
    let echo = |request: &wiremock::Request| {
        let sent = request.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or("");
        ResponseTemplate::new(400).set_body_string(format!("{sent} hunter2, known as elmer-fudd"))
    };
    Mock::given(path("/v1/things")).respond_with(echo).mount(&server).await;
    let builder = || {
        Transport::builder("Far", &server.uri(), &Settings::default())
            .explain_error(|body| Some(String::from_utf8_lossy(body).into_owned()))
    };
    let secret = || "hunter2".to_owned().into();
    for (builder, scheme) in [
        (builder().basic_auth("elmer-fudd".to_owned().into(), secret()), "Basic"),
        (builder().token("bearer", secret()), "bearer"),
    ] {
        let far = builder.build().expect("a transport");
        let error = far.get("v1/things").send().await.expect_err("refused");
        let shown = format!("{error}");
        assert!(!shown.contains("hunter2") && !shown.contains("ZWxtZXItZnVkZDpodW50ZXIy"), "{shown}");
        assert_eq!(
            shown.contains("elmer-fudd"),
            scheme == "bearer",
            "the user is a secret where it is sent: {shown}"
        );
        assert!(shown.contains("[secret]"), "{scheme}: {shown}");
    }
    let sent = server.received_requests().await.expect("recorded");
    let header = |n: usize| sent[n].headers["authorization"].to_str().expect("text").to_owned();
    assert_eq!(header(0), "Basic ZWxtZXItZnVkZDpodW50ZXIy");
    assert_eq!(header(1), "bearer hunter2");
}

#[tokio::test]
async fn a_status_may_mean_something_else_than_http_says() {
    let server = MockServer::start().await;
    Mock::given(path("/v1/things")).respond_with(ResponseTemplate::new(405)).mount(&server).await;
    let far = Transport::builder("Far", &server.uri(), &Settings::default())
        .classify_error(|status, _| (status == 405).then_some(ErrorKind::Forbidden))
        .build()
        .expect("a transport");
    let error = far.get("v1/things").send().await.expect_err("refused");
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Forbidden, "Far does not permit this to the credentials")
    );
}

#[tokio::test]
async fn an_answer_that_is_not_well_formed_costs_at_most_a_text_of_it() {
    for (body, text) in [
        (&b"\xEF\xBB\xBF[{\"a\": \"b\"}]"[..], "b"),
        (br#"[{"a": "tap \ud83d"}]"#, "tap \u{FFFD}"),
        (b"[{\"a\": \"caf\xE9\"}]", "caf\u{FFFD}"),
        (b"[{\"a\": \"a\tb\"}]", "a\tb"),
    ] {
        let server = MockServer::start().await;
        answers(&server, "GET", ResponseTemplate::new(200).set_body_bytes(body), 1).await;
        let answer = transport(&server).get("v1/things").send().await.expect("an answer");
        assert_eq!(answer.value().expect("JSON"), json!([{ "a": text }]));
        #[derive(serde::Deserialize)]
        struct Row {
            a: String,
        }
        let rows: Vec<TextRow<Row>> = answer.json().expect("rows");
        let rows: Vec<_> =
            rows.into_iter().map(|row| row.into_record("row", |_| None).map(|row| row.a)).collect();
        assert_eq!(rows, [Ok(text.to_owned())]);
    }
}

#[tokio::test]
async fn the_words_of_a_refusal_are_read_although_they_are_not_well_formed() {
    let words =
        |body: &[u8]| serde_json::from_slice::<Value>(body).ok()?["error"].as_str().map(str::to_owned);
    for body in [&b"\xEF\xBB\xBF{\"error\": \"no\"}"[..], b"{\"error\": \"no\", \"x\": \"\xE9\t\"}"] {
        let server = MockServer::start().await;
        answers(&server, "GET", ResponseTemplate::new(422).set_body_bytes(body), 1).await;
        let far = Transport::builder("Far", &server.uri(), &Settings::default());
        let far = far.explain_error(words).build().expect("a transport");
        let error = far.get("v1/things").send().await.expect_err("refused");
        assert_eq!(error.context("answer"), Some("no"));
    }
}

#[tokio::test]
async fn no_header_of_an_answer_is_too_much() {
    let (year, no_number) =
        (Duration::from_secs(366 * 86_400), ["-1", "-9223372036854775808", "soon", "\u{e9}"]);
    for value in
        ["1764436515000000", "18446744073709551615", "99999999999999999999999"].iter().chain(&no_number)
    {
        let is_number = !no_number.contains(value);
        for name in ["retry-after", "x-left", "x-reset", "date"] {
            for status in [200, 400, 429] {
                // One that asks for no pause is asked again and again.
                if (name, status, is_number) == ("retry-after", 429, false) {
                    continue;
                }
                let server = MockServer::start().await;
                let headers = [("x-left", "3"), ("x-reset", "3600"), ("retry-after", "3600"), (name, *value)];
                let template = ResponseTemplate::new(status).set_body_json(json!([]));
                let template = headers.iter().fold(template, |template, (name, value)| {
                    template.insert_header(*name, value.as_bytes())
                });
                answers(&server, "GET", template, 1).await;
                let limits = RateLimitHeaders { remaining: "x-left", reset: Some("x-reset") };
                let far = Transport::builder("Far", &server.uri(), &Settings::default());
                let far = far.rate_limit_headers(limits).build().expect("a transport");
                let answered = far.get("v1/things").send().await;
                assert_eq!(answered.is_ok(), status == 200, "{name}: {value}");
                let Err(error) = answered else { continue };
                let asked =
                    if name == "retry-after" { is_number.then_some(year) } else { error.retry_after() };
                assert_eq!(error.retry_after(), asked, "{value}");
                if name == "retry-after" && status == 429 {
                    assert_eq!(
                        error.context("until").map(str::len),
                        Some("2026-03-02 20:00 UTC".len()),
                        "{error}"
                    );
                }
            }
        }
    }
}
