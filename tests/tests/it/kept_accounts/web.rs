//! The same over the API and the page.

use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use super::{KEY, Office, SECRET, synced};
use crate::serving::{Serving, until};

/// Asks a server's API, and returns the status and the answer.
async fn ask(serving: &Serving, method: &str, path: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let path = format!("api/v1/ledger/accounts{path}");
    let (status, text) = send(serving, method, &path, "application/json", body).await;
    (status, serde_json::from_str(&text).expect("JSON"))
}

async fn send(serving: &Serving, method: &str, path: &str, form: &str, body: String) -> (u16, String) {
    let client = Client::builder(TokioExecutor::new()).build_http::<String>();
    let request = http::Request::builder()
        .method(method)
        .uri(format!("{}{path}", serving.url))
        .header("content-type", form)
        .header("origin", serving.url.trim_end_matches('/'))
        .body(body)
        .expect("a request");
    let answer = client.request(request).await.expect("an answer");
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

/// Sends a form of a page.
async fn form(serving: &Serving, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let pairs = fields.iter().map(|(name, value)| {
        let escaped: String = value.bytes().map(|byte| format!("%{byte:02x}")).collect();
        format!("{name}={escaped}")
    });
    let body = pairs.collect::<Vec<_>>().join("&");
    send(serving, "POST", path, "application/x-www-form-urlencoded", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_adds_and_changes_accounts_and_shows_no_secret() {
    let office = Office::new(None).await;
    let serving = office.serving(&[]).await;
    assert!(serving.page("configuration").await.contains("There are none yet"));
    let wrong = office.account().replace(SECRET, "not-the-key");
    let (status, page) =
        form(&serving, "configuration", &[("name", "main"), ("configuration", &wrong)]).await;
    assert!(status == 200 && page.contains("Nothing was added"), "{page}");
    assert!(!page.contains("not-the-key"), "{page}");
    let account = office.account();
    let (status, page) =
        form(&serving, "configuration", &[("name", "main"), ("configuration", &account)]).await;
    assert_eq!(status, 303, "{page}");
    assert_eq!(synced(&serving).await, ["main"]);
    let page = serving.page("configuration/main").await;
    assert!(page.contains("latchel.api_key") && !page.contains(SECRET), "{page}");

    let change = async |fields: &[(&str, &str)]| form(&serving, "configuration/main", fields).await;
    let rotate = [("what", "rotate"), ("setting", "latchel.api_key"), ("secret", "wrong-key")];
    let (status, page) = change(&rotate).await;
    assert!(status == 200 && page.contains("Nothing was changed") && !page.contains("wrong-key"), "{page}");
    let set = [("what", "set"), ("settings", "schedule.work_orders = \"7m\""), ("leave_out", "")];
    assert_eq!(change(&set).await.0, 303);
    assert!(serving.page("configuration/main").await.contains("7m"));
    assert_eq!(change(&[("what", "disable")]).await.0, 303);
    assert!(serving.page("").await.contains("Disabled, and not synced"));
    assert_eq!(change(&[("what", "enable")]).await.0, 303);
    assert_eq!(synced(&serving).await, ["main"]);
    assert!(change(&[("what", "remove")]).await.1.contains("tick that you are sure"));
    assert_eq!(change(&[("what", "remove"), ("sure", "on")]).await.0, 303);
    assert_eq!(synced(&serving).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_adds_and_changes_accounts_and_names_no_secret() {
    let office = Office::new(None).await;
    let serving = office.serving(&[]).await;
    office.told(0, &["accounts", "add", "template", "--disabled", "--from", "main.toml"], "").await;
    let (status, list) = ask(&serving, "GET", "", Value::Null).await;
    assert_eq!(status, 200);
    let template = &list["accounts"][0];
    assert_eq!((&template["name"], &template["enabled"]), (&json!("template"), &json!(false)));
    assert_eq!(template["configuration"]["latchel"]["api_key"], json!({ "sealed": true }));
    assert!(!list.to_string().contains(SECRET), "{list}");

    // The same account with secrets that this client knows.
    let mut account = template["configuration"].clone();
    let credentials: Vec<_> = office
        .account()
        .lines()
        .filter_map(|line| {
            let (key, value) = line.split_once(" = ")?;
            Some((key.to_owned(), value.trim_matches('"').to_owned()))
        })
        .collect();
    let names: Vec<String> = serde_json::from_value(template["secrets"].clone()).expect("names");
    for name in &names {
        let (section, key) = name.split_once('.').expect("a section");
        let Some((_, value)) = credentials.iter().find(|(found, _)| found == key) else { continue };
        account[section][key] = json!(value);
    }
    account.as_object_mut().expect("a table").remove("name");
    let mut wrong = account.clone();
    wrong["latchel"]["api_key"] = json!("not-the-key");
    let add = |configuration: &Value| json!({ "name": "north", "configuration": configuration });
    let (status, told) = ask(&serving, "POST", "", add(&wrong)).await;
    assert_eq!((status, &told["error"]["code"]), (422, &json!("test_failed")), "{told}");
    assert!(!told["error"]["hint"].as_str().unwrap_or_default().is_empty(), "{told}");
    let mut elsewhere = account.clone();
    elsewhere["latchel"]["api_key"] = json!({ "env": KEY });
    let (status, told) = ask(&serving, "POST", "", add(&elsewhere)).await;
    assert_eq!(status, 422);
    assert!(told.to_string().contains("give the secret itself"), "{told}");
    let (status, told) = ask(&serving, "POST", "", add(&account)).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(synced(&serving).await, ["north"], "at once where it was asked for");
    until(&office.setup, "a sync", |setup| !setup.writes().is_empty()).await;

    // Nobody learns a secret by having it sent elsewhere.
    let lead_away = json!({ "settings": { "latchel.base_url": "https://example.com" } });
    let (status, told) = ask(&serving, "POST", "/north/set", lead_away).await;
    assert!(status == 422 && told.to_string().contains("anew"), "{told}");
    let slower = json!({ "settings": { "platform.calls_per_second": 9 } });
    let (status, told) = ask(&serving, "POST", "/north/set", slower).await;
    assert_eq!(status, 200, "{told}");
    let rotate = |secret: &str| json!({ "setting": "latchel.api_key", "secret": secret });
    assert_eq!(ask(&serving, "POST", "/north/rotate", rotate("wrong-key")).await.0, 422);
    assert_eq!(ask(&serving, "POST", "/north/rotate", rotate(SECRET)).await.0, 200);
    assert_eq!(ask(&serving, "POST", "/north/disable", Value::Null).await.0, 200);
    assert_eq!(synced(&serving).await, Vec::<String>::new());
    assert_eq!(ask(&serving, "POST", "/north/enable", Value::Null).await.0, 200);
    assert_eq!(ask(&serving, "DELETE", "/north", Value::Null).await.0, 200);
    assert_eq!(ask(&serving, "DELETE", "/north", Value::Null).await.0, 404);
    assert_eq!(synced(&serving).await, Vec::<String>::new());
    let dump = office.dump().await;
    for secret in [SECRET, "not-the-key", "wrong-key"] {
        assert!(!dump.contains(secret), "{secret}");
    }
    for done in ["account_added", "account_changed", "account_disabled", "account_removed"] {
        assert!(dump.contains(done), "{done}");
    }
}
