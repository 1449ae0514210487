//! The extension in a real browser, over the mock systems and pages that look like theirs.

mod banner;
mod chrome;
mod hostile;
mod pairing;
mod pausing;
mod syncing;

use std::path::Path;

use mock_pms::{Dialect, World};
use serde_json::Value;
use tempfile::TempDir;

use crate::browser::Browser;
use crate::serving::Serving;
use crate::setup::Setup;

/// The extension's own page, at the id that its manifest's key stands for.
const POPUP: &str = "chrome-extension://jelpofpgflcoihgbhgkiiamgjjphammi/popup.html";

const SELDOM: &str = "sync_method = \"all\"\n\
    schedule = { work_orders = \"24h\", properties_and_residents = \"24h\", jitter = \"1ms\" }";

/// A server after its first sync, and a browser with the extension.
struct Opened {
    setup: Setup,
    serving: Serving,
    browser: Browser,
    _extension: TempDir,
}

impl Opened {
    async fn on(platform: Dialect, world: World) -> Self {
        let setup = Setup::with_pages(platform, world, SELDOM).await;
        // The first run may widen the mirror's list of work orders for an old one, which the second brings over.
        setup.sync(0).await;
        setup.sync(0).await;
        let serving = Serving::start(&setup).await;
        let extension = extension();
        let browser = Browser::with_extension(1280, Some(extension.path())).await;
        Self { setup, serving, browser, _extension: extension }
    }

    /// One on the example world, with Buildium.
    async fn small() -> Self {
        Self::on(Dialect::BUILDIUM, crate::setup::small_world()).await
    }

    /// Gets a code from the dashboard, as whoever sits there.
    async fn code(&self) -> (String, String) {
        self.browser.go(&format!("{}browsers", self.serving.url)).await;
        self.offered().await
    }

    /// Has the dashboard's page show a code.
    async fn offered(&self) -> (String, String) {
        self.browser.fill("name", "Office").await;
        self.browser.press("Show a code").await;
        let text = async |id: &str| {
            self.browser.wait_for(&format!("//*[@id='{id}']")).await.text().await.expect("text")
        };
        (text("server").await, text("code").await)
    }

    /// Connects the browser.
    async fn connect(&self) {
        let (server, code) = self.code().await;
        self.enter(&server, &code).await;
        self.browser.shows("Connected as local (Office)").await;
    }

    /// Enters an address and a code into the extension's page.
    async fn enter(&self, server: &str, code: &str) {
        self.browser.go(POPUP).await;
        for (id, text) in [("server", server), ("code", code)] {
            let field =
                self.browser.wait_for(&format!("//*[@id='{id}' and not(ancestor::*[@hidden])]")).await;
            field.send_keys(text).await.expect("it takes text");
        }
        let button = self.browser.wait_for("//form[@id='connect']//button").await;
        button.click().await.expect("it can be clicked");
    }

    /// Goes to a page of the platform.
    async fn see(&self, path: &str) {
        let pages = self.setup.server.pages_url().expect("pages");
        self.browser.go(&format!("{pages}{path}")).await;
    }

    /// Goes to Latchel's page of a work order.
    async fn see_job(&self, job: i64) {
        let page = self.setup.server.latchel_page(job).expect("pages");
        self.browser.go(&page).await;
    }
}

/// A copy of the extension that has leave for every address from the start: nobody can press the buttons of the browser's own
/// question in a test. All else is as it is installed.
fn extension() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../extension");
    for entry in std::fs::read_dir(own).expect("the extension").flatten() {
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("a copy");
    }
    let file = folder.path().join("manifest.json");
    let text = std::fs::read_to_string(&file).expect("a manifest");
    let mut manifest: Value = serde_json::from_str(&text).expect("JSON");
    manifest["host_permissions"] = manifest["optional_host_permissions"].take();
    manifest.as_object_mut().expect("an object").remove("optional_host_permissions");
    std::fs::write(file, manifest.to_string()).expect("a manifest");
    folder
}
