//! Every page, for everybody: what axe-core finds, and whether a phone has to scroll sideways.

use super::{add_user, opened};
use crate::browser::Browser;
use crate::serving::Serving;

#[tokio::test(flavor = "multi_thread")]
async fn no_page_keeps_anybody_out_or_is_wider_than_a_phone() {
    for width in [500, 1280] {
        let (setup, serving, browser) = opened(width).await;
        let pages = [
            "",
            "accounts/main",
            "accounts/main/results",
            "accounts/main/records/work-order/81",
            "accounts/main/results?status=pending",
            "accounts/main/records/property/1",
            "accounts/main/connection",
            "accounts/main/results?text=nowhere",
            "accounts/main/days/2026-03-02",
            "accounts/main/link",
            "accounts/main/link?text=a",
            "accounts/main/unlink?work_order=81",
            "accounts/main/sync-start?start=2026-03-01T08:00",
            "accounts/main/sync-start?start=2026-03-03T08:00",
            "accounts/main/audit",
            "browsers",
            "runs",
            "changes",
            "alerts",
            "configuration",
            "users",
            "search?q=a",
            "search?q=nowhere",
            "nowhere",
        ];
        for page in pages {
            keeps_nobody_out(&serving, &browser, page, width).await;
        }
        browser.follow("latchel-sync").await;
        browser.shows("needs attention").await;
        // Once there is somebody who may log in, everybody has to.
        add_user(&setup, "vera", "viewer").await;
        keeps_nobody_out(&serving, &browser, "login", width).await;
        browser.fill("name", "vera").await;
        browser.fill("password", "not her password").await;
        browser.press("Log in").await;
        browser.shows("The name or the password is wrong.").await;
        assert_eq!(browser.obstacles().await, [""; 0], "a wrong password, {width} wide");
        browser.close().await;
    }
}

async fn keeps_nobody_out(serving: &Serving, browser: &Browser, page: &str, width: u32) {
    browser.go(&format!("{}{page}", serving.url)).await;
    assert_eq!(browser.obstacles().await, [""; 0], "/{page}, {width} wide");
    assert!(!browser.is_too_wide().await, "/{page}, {width} wide");
}
