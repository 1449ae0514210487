//! Tests of `alerts test`, with a chat's webhook that stands in for Slack, and a mail server.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tempfile::TempDir;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::out;
use crate::users::configured;

/// A chat that answers so.
async fn chat(status: u16) -> MockServer {
    let chat = MockServer::start().await;
    let answer = ResponseTemplate::new(status);
    Mock::given(method("POST")).and(path("/hook/s3cret")).respond_with(answer).mount(&chat).await;
    chat
}

/// Texts that the chat was sent.
async fn told(chat: &MockServer) -> Vec<String> {
    let requests = chat.received_requests().await.expect("requests");
    let text = |body: &[u8]| {
        serde_json::from_slice::<Value>(body).expect("JSON")["text"].as_str().map(str::to_owned)
    };
    requests.iter().filter_map(|request| text(&request.body)).collect()
}

/// A mail server that takes one e-mail, and what it was sent.
fn mail_server() -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let got = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut lines = BufReader::new(stream.try_clone().expect("a handle"));
        stream.write_all(b"220 test\r\n").expect("a greeting");
        let (mut got, mut in_data) = (String::new(), false);
        while !got.ends_with("\r\n.\r\n") {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).expect("a line"), 0, "{got}");
            got += &line;
            let reply = match line.trim_end() {
                "." => "250 taken\r\n",
                _ if in_data => continue,
                "DATA" => "354 go on\r\n",
                _ => "250 fine\r\n",
            };
            in_data |= reply.starts_with("354");
            stream.write_all(reply.as_bytes()).expect("a reply");
        }
        got
    });
    (port, got)
}

/// A configuration with both channels.
fn both(chat: &MockServer, smtp: &str) -> TempDir {
    configured(&format!(
        "[server.alerts]\nwebhook = \"{}/hook/s3cret\"\n[server.alerts.email]\nsmtp = \"{smtp}\"\n\
         from = \"latchel-sync@example.com\"\nto = [\"ops@example.com\"]",
        chat.uri()
    ))
}

/// Runs the command, which must end with this code; returns what it printed on stdout and stderr.
async fn tried(folder: &Path, code: i32, args: &'static [&str]) -> (String, String) {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || out(&folder, code, args)).await.expect("no panic")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_channel_gets_one_notice_that_says_what_it_is() {
    let chat = chat(200).await;
    let (port, mail) = mail_server();
    let folder = both(&chat, &format!("smtp://127.0.0.1:{port}"));
    let (printed, errors) = tried(folder.path(), 0, &["alerts", "test"]).await;
    assert_eq!((&*printed, &*errors), ("webhook: taken\nemail: taken\n", ""));
    let text = "This is a test of latchel-sync's alerts. Nothing is wrong, and nothing is to be done.\n\
                http://127.0.0.1:8787/";
    assert_eq!(told(&chat).await, [text]);
    let mail = tokio::task::spawn_blocking(|| mail.join().expect("an e-mail")).await.expect("no panic");
    for part in ["RCPT TO:<ops@example.com>", "Subject: latchel-sync: a test", "Nothing is wrong"] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    assert!(!folder.path().join("latchel-sync.sqlite").exists(), "it needs no ledger");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_does_not_take_it_is_said_and_keeps_no_other_from_it() {
    let refusing = chat(404).await;
    let (port, mail) = mail_server();
    let folder = both(&refusing, &format!("smtp://127.0.0.1:{port}"));
    let (printed, _) = tried(folder.path(), 1, &["alerts", "test", "--json"]).await;
    let expected = json!([
        {"channel": "webhook", "taken": false, "error": "the webhook refused it (status: 404 Not Found)"},
        {"channel": "email", "taken": true, "error": null},
    ]);
    assert_eq!(serde_json::from_str::<Value>(&printed).expect("JSON"), expected);
    tokio::task::spawn_blocking(|| mail.join().expect("an e-mail")).await.expect("no panic");

    let chat = chat(200).await;
    let broken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = broken.local_addr().expect("an address").port();
    // It hangs up on whoever calls.
    std::thread::spawn(move || broken.incoming().for_each(drop));
    let folder = both(&chat, &format!("smtp://robin:s3cret@127.0.0.1:{port}"));
    let (printed, errors) = tried(folder.path(), 1, &["alerts", "test"]).await;
    assert!(
        printed.starts_with("webhook: taken\nemail: not taken: the mail server did not take the e-mail"),
        "{printed}"
    );
    assert!(!format!("{printed}{errors}").contains("s3cret"), "{printed}{errors}");
    assert_eq!(told(&chat).await.len(), 1);
}

#[test]
fn without_a_channel_it_says_that_nobody_is_told() {
    let folder = configured("");
    let (printed, errors) = out(folder.path(), 3, &["alerts", "test"]);
    assert!(printed.is_empty() && errors.contains("no channel is configured"), "{errors}");
    assert!(errors.contains("hint: `[server.alerts]`"), "{errors}");
    let (help, _) = out(folder.path(), 0, &["alerts", "test", "--help"]);
    assert!(help.contains("Examples:\n  latchel-sync alerts test"), "{help}");
}
