//! Secrets appear nowhere, and the ledger keeps nobody's contact data.

use std::process::Output;

use chrono::TimeDelta;
use mock_pms::{Dialect, Fault, FaultPlan, FaultRule};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::setup::{Setup, small_world_unknown_to_latchel};

const SECRETS: [&str; 3] = ["client-id/of+ours=", "s3cret/Pa+ss=word", "latchel~Key/9+9="];

/// A far side that refuses everything and repeats the whole request in its answer's headers and body, in the forms in
/// which both systems explain themselves.
pub async fn echo(status: &'static str) -> String {
    echo_and_say(status, "").await
}

/// The same, and it says these words too.
async fn echo_and_say(status: &'static str, words: &str) -> String {
    let words = words.to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let words = words.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 64 * 1024];
                let read = stream.read(&mut request).await.unwrap_or_default();
                let request = format!("{words}{}", String::from_utf8_lossy(&request[..read]));
                let body = serde_json::json!({
                    "UserMessage": request, "Errors": [{"Key": "key", "Value": request}],
                    "error": {"code": "no", "message": request, "field": "key"},
                })
                .to_string();
                let line = request.replace(['\r', '\n'], " ");
                let answer = format!(
                    "HTTP/1.1 {status}\r\nx-echo: {line}\r\nlocation: https://elsewhere.example/?{line}\r\n\
                     content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    format!("http://{address}")
}

/// `text` also as an address or base64 would write it.
fn forms(text: &str) -> Vec<String> {
    let percent = |byte: u8| match byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    vec![text.to_owned(), text.bytes().map(percent).collect()]
}

#[track_caller]
fn assert_lacks(where_: &str, bytes: &[u8], texts: &[String]) {
    let found = texts.iter().find(|text| {
        let wanted = text.as_bytes();
        bytes.windows(wanted.len()).any(|window| window == wanted)
    });
    assert_eq!(found, None, "{where_}: {}", String::from_utf8_lossy(bytes));
}

fn all_files(setup: &Setup) -> Vec<(String, Vec<u8>)> {
    std::fs::read_dir(setup.folder.path())
        .expect("the folder")
        .flatten()
        .filter(|entry| entry.file_name() != "latchel-sync.toml")
        .map(|entry| (entry.path().display().to_string(), std::fs::read(entry.path()).expect("a file")))
        .collect()
}

#[tokio::test]
async fn secrets_appear_nowhere_even_if_the_far_side_repeats_them() {
    let secrets: Vec<String> = SECRETS.iter().flat_map(|secret| forms(secret)).collect();
    for status in ["401 No", "403 No", "400 No", "307 Elsewhere", "200 OK"] {
        let setup = Setup::small("all").await;
        let path = setup.folder.path().join("latchel-sync.toml");
        let mut config = std::fs::read_to_string(&path).expect("the configuration");
        for (old, new) in [
            ("mock-client-id", SECRETS[0]),
            ("mock-client-secret", SECRETS[1]),
            ("mock-api-key", SECRETS[2]),
            (setup.server.platform_url(), &echo(status).await),
            (setup.server.latchel_url(), &echo(status).await),
        ] {
            config = config.replace(old, new);
        }
        std::fs::write(&path, config).expect("written");
        for args in [
            &["check"][..],
            &["plan"],
            &["plan", "--json"],
            &["sync"],
            &["sync", "--json"],
            &["explain", "property", "1"],
            &["status"],
            &["runs", "--json"],
            &["accounts", "list"],
            &["pending", "list", "--json"],
            &["sync", "--help"],
        ] {
            for logs in [&["-vvv"][..], &["-vvv", "--log-format", "json"]] {
                let Output { stdout, stderr, .. } = setup.output(&[logs, args].concat()).await;
                assert!(!stdout.is_empty() || !stderr.is_empty(), "{args:?}");
                assert_lacks(&format!("{status} {args:?} stdout"), &stdout, &secrets);
                assert_lacks(&format!("{status} {args:?} stderr"), &stderr, &secrets);
            }
        }
        for (file, bytes) in all_files(&setup) {
            assert_lacks(&file, &bytes, &secrets);
        }
    }
}

/// A far side that knows who comes may name each part of the credentials by itself, in whatever form it was sent.
#[tokio::test]
async fn each_part_of_the_credentials_is_a_secret_of_its_own() {
    let platforms = [
        Dialect::APPFOLIO,
        Dialect::APPFOLIO_REPORTS,
        Dialect::DOORLOOP,
        Dialect::PROPERTYWARE,
        Dialect::RENTVINE,
    ];
    for platform in platforms {
        let mut blots = 0;
        for status in ["401 No", "403 No", "400 No"] {
            let setup = Setup::on(platform, small_world_unknown_to_latchel(), "sync_method = \"all\"").await;
            let path = setup.folder.path().join("latchel-sync.toml");
            let config = std::fs::read_to_string(&path).expect("the configuration");
            let config =
                config.replace("mock-client-id", SECRETS[0]).replace("mock-client-secret", SECRETS[1]);
            let known: Vec<_> = SECRETS.into_iter().filter(|secret| config.contains(secret)).collect();
            let url = echo_and_say(status, &format!("Who is {}? ", known.join(" or "))).await;
            std::fs::write(&path, config.replace(setup.server.platform_url(), &url)).expect("written");
            let secrets: Vec<String> = known.iter().flat_map(|secret| forms(secret)).collect();
            for args in [&["check"][..], &["plan", "--json"], &["sync"]] {
                let Output { stdout, stderr, .. } = setup.output(&[&["-vvv"], args].concat()).await;
                assert_lacks(&format!("{platform} {status} {args:?} stdout"), &stdout, &secrets);
                assert_lacks(&format!("{platform} {status} {args:?} stderr"), &stderr, &secrets);
                blots += usize::from(String::from_utf8_lossy(&stdout).contains("[secret]"));
            }
            for (file, bytes) in all_files(&setup) {
                assert_lacks(&file, &bytes, &secrets);
            }
        }
        assert!(blots > 0, "{platform} tells nothing of what it was told");
    }
}

/// Names, e-mail addresses and telephone numbers of every tenant and resident.
fn contact_data(setup: &Setup) -> Vec<String> {
    let world: Value = setup.server.read(|world| serde_json::to_value(world).expect("JSON"));
    let mut found = Vec::new();
    let people = [&world["platform"]["tenants"], &world["latchel"]["residents"]];
    for person in people.into_iter().filter_map(Value::as_array).flatten() {
        let text = |key: &str| person[key].as_str().map(str::to_owned);
        found.extend([text("email"), text("phone"), text("last_name"), text("name")].into_iter().flatten());
        let phones = person["phones"].as_array().into_iter().flatten();
        found.extend(phones.filter_map(|phone| phone["number"].as_str()).map(str::to_owned));
    }
    found.retain(|text| text.len() > 3);
    found
}

#[tokio::test]
async fn the_ledger_keeps_nobodys_contact_data_whatever_fails() {
    let mut setup = Setup::new("all", |_| {}).await;
    let fault = |fault, probability| FaultRule {
        side: None,
        method: None,
        path: None,
        body: None,
        calls: Vec::new(),
        probability: Some(probability),
        times: None,
        fault,
    };
    setup.server.set_faults(FaultPlan {
        seed: 5,
        faults: vec![
            fault(Fault::Status { status: 422, retry_after: None }, 0.05),
            fault(Fault::Malformed, 0.02),
            fault(Fault::CutAfter, 0.02),
        ],
    });
    for _ in 0..4 {
        setup.output(&["sync"]).await;
        setup.advance(TimeDelta::minutes(15));
    }
    setup.server.set_faults(FaultPlan::default());
    setup.advance(TimeDelta::days(1));
    setup.output(&["sync"]).await;
    let contacts = contact_data(&setup);
    assert!(contacts.len() > 100, "{}", contacts.len());
    // Titles of work orders are kept, and may name somebody.
    let titles = setup.server.read(|world| {
        let jobs = world.latchel.jobs.iter().map(|job| job.name.clone());
        jobs.chain(world.platform.tasks.iter().map(|task| task.title.clone())).collect::<String>()
    });
    let addresses: String =
        setup.server.read(|world| world.platform.properties.iter().map(|one| format!("{one:?}")).collect());
    let contacts: Vec<_> = contacts
        .into_iter()
        .filter(|text| !titles.contains(text.as_str()) && !addresses.contains(text.as_str()))
        .collect();
    assert!(contacts.len() > 100, "{}", contacts.len());
    let files = all_files(&setup);
    assert!(!files.is_empty());
    for (file, bytes) in files {
        assert_lacks(&file, &bytes, &contacts);
    }
}
