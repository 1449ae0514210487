//! The popup's pausing, resuming and reporting.

use super::Opened;

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_may_pauses_and_resumes() {
    let opened = Opened::small().await;
    let browser = &opened.browser;
    browser.go(&format!("{}browsers", opened.serving.url)).await;
    browser.wait_for("//input[@name='may_pause']").await.click().await.expect("it can be ticked");
    let (server, code) = opened.offered().await;
    opened.enter(&server, &code).await;
    browser.shows("Connected as local (Office)").await;
    browser.press("Pause automatic syncs").await;
    browser.shows_in("paused", "Paused: nothing is synced by itself.").await;
    assert_eq!(browser.obstacles().await, [""; 0], "paused");
    assert_eq!(paused_by(&opened).await, "local (Office)");
    browser.press("Resume automatic syncs").await;
    browser.wait_for("//p[@id='paused' and @hidden]").await;
    assert_eq!(paused_by(&opened).await, "");
    assert_eq!(browser.console_errors().await, [""; 0]);
    browser.page.clone().close().await.expect("closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_may_not_is_sent_to_the_dashboard_and_reports_without_a_name() {
    let opened = Opened::small().await;
    opened.connect().await;
    let browser = &opened.browser;
    browser.wait_for("//span[@id='pausing' and @hidden]").await;
    browser.press("Report a problem").await;
    let text = browser.wait_for("//section[not(@hidden)]/textarea[@id='text']").await;
    let text = text.prop("value").await.expect("an answer").expect("a text");
    for told in ["Buildium", "work orders", "passed", "last success"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let server = opened.setup.server.platform_url().to_string();
    for secret in [server.as_str(), "Abara", "Elm Court", "Kitchen tap", "ada@example.com"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert_eq!(browser.obstacles().await, [""; 0], "with a report");
    browser.press("Copy").await;
    browser.shows_in("made", "Copied").await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    browser.page.clone().close().await.expect("closed");
}

/// Name of whoever has paused the account, as the server tells it; empty if nobody has.
async fn paused_by(opened: &Opened) -> String {
    let account = opened.serving.page("api/v1/accounts/main").await;
    let account: serde_json::Value = serde_json::from_str(&account).expect("JSON");
    account["pause"]["by"].as_str().unwrap_or_default().to_owned()
}
