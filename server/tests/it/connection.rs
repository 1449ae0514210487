//! The connection of an account tested at a button, and who is told of alerts.

use latchel_sync_core::ErrorKind;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_ledger::desk::{Alert, Role};
use latchel_sync_server::alerts::AlertsConfig;
use latchel_sync_server::{Secret, ServerConfig};
use secrecy::SecretString;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{World, start};

#[tokio::test]
async fn a_report_for_support_is_a_job_that_shows_its_text() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    let page = visitor.get("/accounts/main/connection").await.body;
    assert!(page.contains("Make a report"), "{page}");
    let asked = visitor.post("/accounts/main/report", "").await;
    let job = asked.header("location");
    world.work().await;
    let page = visitor.get(job).await.body;
    assert!(page.contains("Report of main") && page.contains(">The platform on 2026-03-02<"), "{page}");
    let of_program: serde_json::Value =
        serde_json::from_str(&visitor.get(&format!("/api/v1{job}")).await.body).expect("JSON");
    assert_eq!((&of_program["state"], &of_program["work"]), (&"success".into(), &"report".into()));
    assert_eq!(of_program["report"], "The platform on 2026-03-02");
    assert!(world.audit().await.join("\n").contains("report_asked_for"));
    assert!(world.journal.take().is_empty(), "the engine has no part in it");
    assert_eq!(visitor.post("/accounts/other/report", "").await.status, 404);
    let mut viewer = world.logged_in("vera", Role::Viewer).await;
    assert_eq!(viewer.post("/accounts/main/report", "").await.status, 403);
}

#[tokio::test]
async fn a_connection_is_tested_at_a_button_and_a_page_alone_calls_nobody() {
    let world = World::new().await;
    world.fill();
    let mut visitor = world.visitor();
    let page = visitor.get("/accounts/main/connection").await.body;
    assert!(page.contains("Test the connection") && !page.contains("What was tested"), "{page}");
    let calls = world.journal.take();
    assert!(calls.is_empty(), "{calls:?}");

    let page = visitor.post("/accounts/main/connection", "").await.body;
    for text in ["Both connections work.", "LATCHEL maintenance", "Test again"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    world.journal.decide(|call| match call.method {
        "check" => Intercept::Fail(ErrorKind::Unauthorized),
        _ => Intercept::Proceed,
    });
    let page = visitor.post("/accounts/main/connection", "").await.body;
    for text in ["Something keeps the sync from working.", "platform: connection", "<strong>To do:</strong>"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(visitor.post("/accounts/other/connection", "").await.status, 404);
    let mut viewer = world.logged_in("vera", Role::Viewer).await;
    assert!(!viewer.get("/accounts/main/connection").await.body.contains("Test the connection"));
    assert_eq!(viewer.post("/accounts/main/connection", "").await.status, 403);
}

#[tokio::test]
async fn users_are_shown_by_name_and_role_and_never_with_what_proves_them() {
    let world = World::new().await;
    assert!(world.visitor().get("/users").await.body.contains("Nobody has been added"));
    let token = world.add_program("grafana", Role::Viewer).await;
    let mut operator = world.logged_in("robin", Role::Operator).await;
    let page = operator.get("/users").await.body;
    for text in ["grafana", "viewer", "program, by a token", "robin", "operator", "person, by a password"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    for user in world.app.desk.users().await.expect("users") {
        assert!(!page.contains(&user.hash), "{page}");
    }
    assert!(!page.contains(&token), "{page}");
    assert_eq!(world.visitor().get("/users").await.status, 303);
}

#[tokio::test]
async fn who_is_told_of_alerts_is_shown_without_secrets_and_tried_at_a_button() {
    let nobody = World::new().await;
    let page = nobody.visitor().get("/alerts").await.body;
    assert!(page.contains("Nobody.") && !page.contains("Send a test message"), "{page}");

    let chat = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).expect(1).mount(&chat).await;
    let address = format!("{}/secret-of-the-chat", chat.uri());
    let alerts = AlertsConfig {
        webhook: Some(Secret::from(SecretString::from(address))),
        failed_runs: 7,
        ..AlertsConfig::default()
    };
    let world = World::with(ServerConfig { alerts, ..ServerConfig::default() }).await;
    let alert = Alert {
        account: "main".to_owned(),
        kind: "gap/webhook".to_owned(),
        text: "Changes were <not> looked at.".to_owned(),
        since: start(),
        told_at: None,
    };
    world.app.desk.put_alert(&alert).await.expect("kept");
    let mut visitor = world.visitor();
    let page = visitor.get("/alerts").await.body;
    for text in [
        "A chat, by its webhook",
        "7 runs in a row failed",
        "Changes were &#60;not&#62; looked at.",
        "not sent yet",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let sent = visitor.post("/alerts", "").await.body;
    assert!(sent.contains("Chat: <span class=\"status synced\"><bdi>sent</bdi>"), "{sent}");
    assert!(!page.contains("secret-of-the-chat") && !sent.contains("secret-of-the-chat"), "{sent}");
    assert_eq!(world.audit().await, ["local alerts_tested webhook"]);
    let mut viewer = world.logged_in("vera", Role::Viewer).await;
    assert!(!viewer.get("/alerts").await.body.contains("Send a test message"));
    assert_eq!(viewer.post("/alerts", "").await.status, 403);
}
