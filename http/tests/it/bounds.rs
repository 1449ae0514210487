//! Answers that drip, unpack or nest without end, go elsewhere or come from somebody else; and what errors keep of people.

use std::time::Duration;

use latchel_sync_core::ErrorKind;
use latchel_sync_core::registry::Settings;
use latchel_sync_http::Transport;
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{answers, transport};

const MEBIBYTE: usize = 1024 * 1024;

/// A far side that sends `head` and then a byte whenever it can, without end.
async fn drips(head: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let write = async |bytes: &[u8]| {
                    stream.writable().await?;
                    stream.try_write(bytes)
                };
                let mut going = write(head.as_bytes()).await;
                while going.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    going = write(b" ").await;
                }
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_far_side_that_drips_without_end_is_left() {
    for head in ["", "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n"] {
        let address = drips(head).await;
        let hasty = Transport::builder("Far", &address, &Settings::default())
            .timeout(Duration::from_millis(300))
            .build();
        let begin = std::time::Instant::now();
        let error = hasty.expect("a transport").post("v1/things").send().await.expect_err("no end");
        assert!(matches!(error.kind(), ErrorKind::Timeout), "{error}");
        assert!(begin.elapsed() < Duration::from_secs(5), "{head:?}");
    }
}

#[tokio::test]
async fn a_small_answer_that_unpacks_to_a_huge_one_is_cut_off() {
    let server = MockServer::start().await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, &vec![b' '; 33 * MEBIBYTE]).expect("packed");
    let packed = packed.finish().expect("packed");
    assert!(packed.len() < MEBIBYTE);
    let bomb = ResponseTemplate::new(200).insert_header("content-encoding", "gzip").set_body_bytes(packed);
    answers(&server, "GET", bomb, 1).await;
    let error = transport(&server).get("v1/things").send().await.expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.message().contains("more than 33554432 bytes"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_nested_without_end_is_refused() {
    for open in ["[", "{\"a\":"] {
        let server = MockServer::start().await;
        let deep = ResponseTemplate::new(200).set_body_string(open.repeat(1_000_000));
        answers(&server, "GET", deep, 1).await;
        let answer = transport(&server).get("v1/things").send().await.expect("an answer");
        let error = answer.value().expect_err("too deep");
        assert!(error.to_string().contains("recursion limit"), "{error}");
    }
}

#[tokio::test]
async fn credentials_go_to_no_other_host() {
    for status in [301, 302, 303, 307, 308] {
        let (server, other) = (MockServer::start().await, MockServer::start().await);
        let elsewhere = format!("{}/v1/things", other.uri());
        answers(&server, "GET", ResponseTemplate::new(status).insert_header("location", elsewhere), 1).await;
        let error = transport(&server).get("v1/things").send().await.expect_err("a redirect");
        assert!(error.message().contains("redirects elsewhere"), "{error}");
        assert_eq!(other.received_requests().await.map(|requests| requests.len()), Some(0));
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a server");
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let trusted = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            if acceptor.accept(stream).await.is_ok() {
                return;
            }
        }
    });
    let far = Transport::builder("Far", &format!("https://localhost:{port}"), &Settings::default())
        .secret_header("x-api-key", "the-secret".to_owned().into())
        .build()
        .expect("a transport");
    let error = far.post("v1/things").send().await.expect_err("not trusted");
    assert!(error.to_string().contains("invalid peer certificate"), "{error}");
    assert!(!trusted.is_finished(), "nothing was sent through it");
    trusted.abort();
}

#[tokio::test]
async fn a_pause_until_a_date_is_kept_and_a_503_may_ask_for_one_too() {
    for status in [429, 503] {
        let server = MockServer::start().await;
        let until = chrono::Utc::now() + chrono::TimeDelta::seconds(3);
        let date = until.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let patience = ResponseTemplate::new(status).insert_header("retry-after", date);
        Mock::given(path("/v1/things")).respond_with(patience).up_to_n_times(1).mount(&server).await;
        answers(&server, "GET", ResponseTemplate::new(200), 1).await;
        let begin = std::time::Instant::now();
        transport(&server).get("v1/things").send().await.expect("an answer");
        assert!(begin.elapsed() >= Duration::from_millis(1_500), "{status}: {:?}", begin.elapsed());
    }
}

#[tokio::test]
async fn contact_data_that_the_far_side_repeats_stays_out_of_the_error() {
    let server = MockServer::start().await;
    let words = "the e-mail ada@example.com of Ada Abara is taken";
    answers(&server, "POST", ResponseTemplate::new(422).set_body_string(words), 1).await;
    let body = json!({"name": "Ada Abara", "email": "ada@example.com"});
    let error = transport(&server).post("v1/things").json(&body).send().await.expect_err("refused");
    assert_eq!(error.context("answer"), Some("the e-mail [as sent] of [as sent] is taken"));
}

#[test]
fn what_cannot_be_understood_is_named_without_its_value() {
    let row = json!({"Email": 2_085_550_142_i64, "Phone": "ada, expected or not"});
    #[derive(serde::Deserialize, Debug)]
    struct Row {
        #[serde(rename = "Phone")]
        _phone: i64,
    }
    let bad = latchel_sync_http::read_row::<Row>(&row).expect_err("not a number");
    assert_eq!((bad.field.as_str(), bad.problem.as_str()), ("Phone", "invalid type: string, expected i64"));
}
