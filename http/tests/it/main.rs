//! The client against a server that misbehaves.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod bounds;
mod checkup;
mod connections;
mod faults;
mod inside;
mod lists;
mod parts;
mod session;

use latchel_sync_core::ErrorKind;
use latchel_sync_core::registry::Settings;
use latchel_sync_http::{Transport, rows};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn transport(server: &MockServer) -> Transport {
    Transport::builder("Far", &server.uri(), &Settings::default())
        .secret_header("x-api-key", "the-secret".to_owned().into())
        .explain_error(|body| Some(String::from_utf8_lossy(body).into_owned()))
        .build()
        .expect("a transport")
}

async fn answers(server: &MockServer, verb: &str, template: ResponseTemplate, times: u64) {
    Mock::given(method(verb))
        .and(path("/v1/things"))
        .respond_with(template)
        .expect(times)
        .mount(server)
        .await;
}

#[tokio::test]
async fn a_read_is_repeated_after_a_passing_failure_and_carries_the_secret() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(503)).up_to_n_times(2).mount(&server).await;
    Mock::given(method("GET"))
        .and(header("x-api-key", "the-secret"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"a": 1})))
        .expect(1)
        .mount(&server)
        .await;
    let answer = transport(&server).get("v1/things").query("q", "x y").send().await.expect("an answer");
    assert_eq!(answer.json::<Value>().expect("JSON"), json!({"a": 1}));
    assert!(answer.server_time().is_some());
}

#[tokio::test]
async fn a_write_is_never_repeated_after_a_failure_that_may_have_happened() {
    let server = MockServer::start().await;
    answers(&server, "POST", ResponseTemplate::new(500), 1).await;
    let error = transport(&server).post("v1/things").json(&json!({})).send().await.expect_err("a failure");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.leaves_outcome_unknown());
}

#[tokio::test]
async fn a_write_that_was_not_processed_is_repeated() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(429))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    answers(&server, "POST", ResponseTemplate::new(201).set_body_json(json!({})), 1).await;
    transport(&server).post("v1/things").json(&json!({})).send().await.expect("an answer");
}

#[tokio::test]
async fn each_status_has_its_kind_and_the_far_sides_words_but_not_the_secret() {
    for (status, kind) in [
        (400, ErrorKind::Refused),
        (401, ErrorKind::Unauthorized),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (302, ErrorKind::Malformed),
    ] {
        let server = MockServer::start().await;
        let template =
            ResponseTemplate::new(status).insert_header("location", "/elsewhere").set_body_string("words");
        answers(&server, "GET", template, 1).await;
        let transport = transport(&server);
        let error = transport.get("v1/things").send().await.expect_err("a failure");
        assert_eq!(error.kind(), kind);
        let text = format!("{error} {error:?} {transport:?}");
        assert!(text.contains("words") && text.contains("/v1/things"), "{text}");
        assert!(!text.contains("the-secret"), "{text}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_what_it_should_be_names_the_field() {
    let server = MockServer::start().await;
    answers(&server, "GET", ResponseTemplate::new(200).set_body_json(json!({"rows": [{"id": "x"}]})), 1)
        .await;
    #[derive(serde::Deserialize, Debug)]
    struct Page {
        #[serde(rename = "rows")]
        _rows: Vec<std::collections::BTreeMap<String, i64>>,
    }
    let answer = transport(&server).get("v1/things").send().await.expect("an answer");
    let error = answer.json::<Page>().expect_err("a wrong type");
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::Malformed, Some("rows[0].id")));
}

/// A page of so many rows, read beside other work; of the last the id is this.
async fn beside(rows: usize, last: Value) -> latchel_sync_core::Result<Vec<i64>> {
    let server = MockServer::start().await;
    let mut page: Vec<_> = (1..rows).map(|id| json!({ "id": id })).collect();
    page.push(json!({ "id": last }));
    answers(&server, "GET", ResponseTemplate::new(200).set_body_json(json!({ "rows": page })), 1).await;
    #[derive(serde::Deserialize)]
    struct Page {
        rows: Vec<std::collections::BTreeMap<String, i64>>,
    }
    let answer = transport(&server).get("v1/things").send().await?;
    let page: Page = answer.json_beside().await?;
    Ok(page.rows.iter().map(|row| row["id"]).collect())
}

#[tokio::test]
async fn a_long_answer_is_read_as_a_short_one_is() {
    for rows in [1, 20_000] {
        let read = beside(rows, json!(7)).await.expect("JSON");
        assert_eq!((read.len(), read.last()), (rows, Some(&7)));
        let error = beside(rows, json!("x")).await.expect_err("a wrong type");
        let field = format!("rows[{}].id", rows - 1);
        assert_eq!((error.kind(), error.context("field")), (ErrorKind::Malformed, Some(&*field)));
    }
}

#[tokio::test]
async fn a_list_that_is_none_is_named_where_its_rows_would_be_read_from_their_text() {
    let server = MockServer::start().await;
    answers(&server, "GET", ResponseTemplate::new(200).set_body_json(json!({ "rows": {"id": 1} })), 1).await;
    #[derive(serde::Deserialize, Debug)]
    struct Page {
        #[serde(rename = "rows")]
        _rows: Vec<latchel_sync_http::TextRow<i64>>,
    }
    let answer = transport(&server).get("v1/things").send().await.expect("an answer");
    let error = answer.json::<Page>().expect_err("no list");
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::Malformed, Some("rows")));
}

#[test]
fn one_bad_row_does_not_fail_its_page() {
    let page = vec![json!({"Id": 1}), json!({"Id": "two"}), json!({})];
    #[derive(serde::Deserialize)]
    struct Row {
        #[serde(rename = "Id")]
        id: i64,
    }
    let read = rows::<Row>(&page, "thing", |row| row.get("Id").map(ToString::to_string));
    assert_eq!(read[0].as_ref().map(|row| row.id).ok(), Some(1));
    assert_eq!(read[1].as_ref().err().map(|bad| bad.field.as_str()), Some("Id"));
    let bad = read[2].as_ref().err().expect("a row without an id");
    assert!(bad.id.starts_with("?thing without an id, "), "{}", bad.id);
    assert_eq!(bad.field, "Id");
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let build = |address| {
        Transport::builder("Far", address, &Settings::default())
            .build()
            .map(|_| ())
            .map_err(|error| error.kind())
    };
    assert_eq!(build("http://127.0.0.1:1"), Ok(()));
    assert_eq!(build("https://api.example.com"), Ok(()));
    assert_eq!(build("http://api.example.com"), Err(ErrorKind::Config));
    assert_eq!(build("api.example.com"), Err(ErrorKind::Config));
}
