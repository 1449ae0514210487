//! Logging in and out, and what each role is shown.

use super::{PASSWORD, add_user, arrived, opened, report};
use crate::browser::Browser;

async fn log_in(browser: &Browser, name: &str, password: &str) {
    browser.fill("name", name).await;
    browser.fill("password", password).await;
    browser.press("Log in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_log_in_nothing_is_shown_and_with_one_what_the_role_may_do() {
    let (setup, serving, browser) = opened(1280).await;
    report(&setup, "Sink");
    add_user(&setup, "vera", "viewer").await;
    add_user(&setup, "robin", "operator").await;
    for page in ["", "accounts/main", "accounts/main/results", "runs", "nowhere"] {
        browser.go(&format!("{}{page}", serving.url)).await;
        let shown = browser.text().await;
        assert!(shown.contains("Password") && !shown.contains("main"), "/{page}: {shown}");
    }

    // Whoever logs in is where they wanted to go.
    browser.go(&format!("{}accounts/main", serving.url)).await;
    log_in(&browser, "vera", "not her password").await;
    browser.shows("The name or the password is wrong.").await;
    browser.fill("password", PASSWORD).await;
    browser.press("Log in").await;
    browser.shows("vera (may look)").await;
    browser.shows("Settings").await;
    assert_eq!(browser.buttons().await, ["Search", "Log out", "Find"]);
    let (status, _) = browser.asks("POST", "/accounts/main/pause").await;
    assert_eq!(status, 403, "what she is not offered she may not do either");
    browser.go(&format!("{}accounts/main/results", serving.url)).await;
    browser.shows("Export as CSV").await;
    assert_eq!(browser.buttons().await, ["Search", "Log out", "Show"]);
    browser.press("Log out").await;
    browser.shows("Password").await;
    browser.go(&format!("{}accounts/main", serving.url)).await;
    assert!(browser.text().await.contains("Password"), "she is out");

    log_in(&browser, "robin", PASSWORD).await;
    browser.shows("Settings").await;
    browser.does("Sync All Data", "Sync: done").await;
    assert_eq!(arrived(&setup, "Sink"), 1);
    browser.follow("What people did").await;
    browser.lists(1).await;
    browser.shows_row(&["robin", "sync asked for", "everything"]).await;
    browser.close().await;
    drop(serving);
}
