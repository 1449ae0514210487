//! Connecting a browser, and ending it.

use super::{Opened, POPUP};

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_connected_by_a_code_once_and_ended_on_the_dashboard() {
    let opened = Opened::small().await;
    let browser = &opened.browser;
    let (server, code) = opened.code().await;
    assert_eq!(browser.obstacles().await, [""; 0], "the page with the code");
    opened.enter(&server, "AAAA-AAAA").await;
    browser.shows("this code is not right, or no longer").await;
    // As it is typed: in small letters, without the sign in its middle.
    opened.enter(&server, &code.to_lowercase().replace('-', " ")).await;
    browser.shows("Connected as local (Office)").await;
    browser.shows("Last synced").await;
    assert_eq!(browser.obstacles().await, [""; 0], "connected");
    // The refused code is the one thing that the console tells.
    let errors = browser.console_errors().await;
    assert!(errors.iter().all(|error| error.contains("403")), "{errors:?}");

    // The same code connects nobody else.
    browser.press("Disconnect").await;
    browser.shows("Open Connect a browser in the dashboard").await;
    assert_eq!(browser.obstacles().await, [""; 0], "not connected");
    opened.enter(&server, &code).await;
    browser.shows("this code is not right, or no longer").await;

    opened.connect().await;
    browser.go(&format!("{}browsers", opened.serving.url)).await;
    browser.lists_with("Office", 2).await;
    browser.press("End").await;
    browser.lists_with("Office", 1).await;
    browser.press("End").await;
    browser.shows("None yet.").await;
    browser.go(POPUP).await;
    browser.shows("This browser is no longer connected.").await;
    browser.go(&format!("{}audit", opened.serving.url)).await;
    for text in ["browser code shown", "browser code wrong", "browser connected", "browser ended"] {
        browser.shows(text).await;
    }
    opened.browser.page.clone().close().await.expect("closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_is_said_to_be() {
    let opened = Opened::small().await;
    opened.connect().await;
    opened.serving.signal("KILL");
    opened.browser.go(POPUP).await;
    opened.browser.shows("The server cannot be reached.").await;
    opened.see("/manager/app/maintenance/vendors/work-orders/81").await;
    opened.browser.banner_shows("The server cannot be reached.").await;
    opened.browser.press_in_banner("✕").await;
    opened.browser.banner_is_gone().await;
}
