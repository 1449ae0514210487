//! A real browser, headless, for the dashboard's tests. Each has its own, with its own driver.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

/// Longest time that a page may take to show what is waited for.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// Starts of a driver before it counts as broken: on a busy machine one ended, once in hundreds, before it said its port.
const STARTS: usize = 5;

/// A browser with one window.
pub struct Browser {
    pub page: Client,
    driver: Child,
}

/// A driver and its port, or all that it said if it ended before.
fn start_driver() -> Result<(Child, String), String> {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut driver = command.spawn().expect("chromedriver is there: `scripts/test` installs it");
    let mut said = String::new();
    for line in BufReader::new(driver.stdout.take().expect("a pipe")).lines() {
        let line = line.expect("text");
        if let Some((_, port)) = line.strip_suffix('.').and_then(|line| line.rsplit_once("on port ")) {
            return Ok((driver, port.to_owned()));
        }
        said = said + &line + "\n";
    }
    driver.wait().expect("its end");
    Err(said)
}

impl Browser {
    /// Opens it with a window so wide, in pixels. Debian's `chromium` and `chromium-driver` must be there; `scripts/test`
    /// installs them.
    pub async fn open(width: u32) -> Self {
        Self::with_extension(width, None).await
    }

    /// The same with the extension in this folder.
    pub async fn with_extension(width: u32, folder: Option<&Path>) -> Self {
        let start = || (1..STARTS).fold(start_driver(), |started, _| started.or_else(|_| start_driver()));
        let started = tokio::task::spawn_blocking(start).await.expect("no panic");
        let (driver, port) = started.unwrap_or_else(|said| panic!("chromedriver says no port: {said}"));
        let size = format!("--window-size={width},900");
        // Everything that is shown is ours, and a sandbox takes rights that tests do not have.
        let mut arguments =
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", &size]
                .map(str::to_owned)
                .to_vec();
        if let Some(folder) = folder {
            arguments.push(format!("--load-extension={}", folder.display()));
            arguments.push("--disable-features=DisableLoadExtensionCommandLineSwitch".to_owned());
        }
        let options = json!({
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
            "pageLoadStrategy": "normal",
        });
        let Value::Object(options) = options else { unreachable!("an object") };
        let page = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(Capabilities::from_iter(options))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser");
        Self { page, driver }
    }

    /// Goes there.
    pub async fn go(&self, url: &str) {
        self.page.goto(url).await.expect("the page loads");
    }

    /// The text of the page.
    pub async fn text(&self) -> String {
        self.page.find(Locator::Css("body")).await.expect("a body").text().await.expect("text")
    }

    /// Waits until the page shows this text.
    pub async fn shows(&self, text: &str) {
        self.shows_at("//body", text).await;
    }

    /// Waits until the part of the page with this id shows this text.
    pub async fn shows_in(&self, id: &str, text: &str) {
        self.shows_at(&format!("//*[@id='{id}']"), text).await;
    }

    async fn shows_at(&self, place: &str, text: &str) {
        let literal = xpath_text(text);
        self.wait_for(&format!("{place}[contains(normalize-space(.), {literal})]")).await;
    }

    /// Waits until the table of the page has so many rows.
    pub async fn lists(&self, rows: usize) {
        self.wait_for(&format!("//tbody[count(tr) = {rows}]")).await;
    }

    /// Waits until so many rows of the page's table show this text.
    pub async fn lists_with(&self, text: &str, rows: usize) {
        let literal = xpath_text(text);
        self.wait_for(&format!("//tbody[count(tr[contains(normalize-space(.), {literal})]) = {rows}]")).await;
    }

    /// Waits until a row of a table has these cells next to each other.
    pub async fn shows_row(&self, cells: &[&str]) {
        let cell = |text: &&str| format!("*[normalize-space(.) = {}]", xpath_text(text));
        let cells = cells.iter().map(cell).collect::<Vec<_>>().join("/following-sibling::*[1]/self::");
        self.wait_for(&format!("//tbody/tr/{cells}")).await;
    }

    /// Waits until nothing is under way any more, as the account's page is told it.
    pub async fn comes_to_rest(&self) {
        self.wait_for("//*[@data-live and not(*[@class = 'job' and not(@data-ended)])]").await;
    }

    /// Presses a button that asks for a sync of the account, and waits until its page is told that this one has ended, and how.
    pub async fn does(&self, button: &str, end: &str) {
        self.wait_for(&button_place(button)).await;
        let ended = self.page.find_all(Locator::Css("[data-ended]")).await.expect("a page");
        let before = match ended.first() {
            Some(job) => job.attr("data-ended").await.expect("it is there").expect("its address"),
            None => String::new(),
        };
        self.press(button).await;
        let (before, end) = (xpath_text(&before), xpath_text(end));
        self.wait_for(&format!("//*[@data-ended != {before}]/p[@data-state = {end}]")).await;
    }

    /// Presses the button with this text.
    pub async fn press(&self, text: &str) {
        self.click(&button_place(text)).await;
    }

    /// Follows the link with this text.
    pub async fn follow(&self, text: &str) {
        self.click(&link_place(text)).await;
    }

    /// Writes into the field of this name.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.wait_for(&format!("//*[@name='{name}']")).await;
        field.send_keys(text).await.expect("it takes text");
    }

    /// Chooses a date and a time in the field of this name, which people pick from a calendar.
    pub async fn pick(&self, name: &str, time: &str) {
        self.wait_for(&format!("//*[@name='{name}']")).await;
        let script = "document.getElementsByName(arguments[0])[0].value = arguments[1]";
        self.page.execute(script, vec![json!(name), json!(time)]).await.expect("it takes a time");
    }

    /// Chooses from the list of this name.
    pub async fn choose(&self, name: &str, value: &str) {
        let list = self.wait_for(&format!("//select[@name='{name}']")).await;
        list.select_by_value(value).await.expect("it is there to be chosen");
    }

    /// Ticks the box with this name for screen readers.
    pub async fn tick(&self, label: &str) {
        self.click(&format!("//input[@aria-label={}]", xpath_text(label))).await;
    }

    /// Ticks the box of this name.
    pub async fn mark(&self, name: &str) {
        self.click(&format!("//input[@type='checkbox' and @name='{name}']")).await;
    }

    /// Opens what is folded under this line.
    pub async fn unfold(&self, line: &str) {
        self.click(&format!("//summary[contains(normalize-space(.), {})]", xpath_text(line))).await;
    }

    /// The texts of all buttons.
    pub async fn buttons(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for button in self.page.find_all(Locator::Css("button")).await.expect("a page") {
            texts.push(button.text().await.expect("text"));
        }
        texts
    }

    /// Content behind the link with this text, as the browser would save it.
    pub async fn download(&self, text: &str) -> String {
        let link =
            self.wait_for(&link_place(text)).await.prop("href").await.expect("a link").expect("its address");
        self.asks("GET", &link).await.1
    }

    /// Sends a request from the page, as a script of its own would; returns the answer's status and text.
    pub async fn asks(&self, method: &str, address: &str) -> (u64, String) {
        let script = "const [method, address, done] = arguments; \
            fetch(address, {method}).then(async answer => done([answer.status, await answer.text()]))";
        let answer = self.page.execute_async(script, vec![json!(method), json!(address)]).await;
        let answer = answer.expect("an answer");
        let text = answer[1].as_str().expect("text").to_owned();
        (answer[0].as_u64().expect("a status"), text)
    }

    /// Waits for the first element that an XPath finds: a click may be answered before the page that it leads to is there.
    pub async fn wait_for(&self, place: &str) -> Element {
        let wait = self.page.wait().at_most(PATIENCE).for_element(Locator::XPath(place)).await;
        match wait {
            Ok(element) => element,
            Err(error) => panic!("the page lacks {place}: {error}\n{}", self.text().await),
        }
    }

    async fn click(&self, place: &str) {
        loop {
            match self.wait_for(place).await.click().await {
                // Just then its part of the page was replaced by a fresh one.
                Err(error) if error.is_stale_element_reference() => {}
                clicked => return clicked.expect("it can be clicked"),
            }
        }
    }

    /// Faults that axe-core finds in the page, each with the rule and the first place; `scripts/fetch-axe` fetches it.
    pub async fn obstacles(&self) -> Vec<String> {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(file).expect("`scripts/fetch-axe` has run");
        self.page.execute(&axe, Vec::new()).await.expect("axe-core is read");
        let found = self
            .page
            .execute_async(
                "const done = arguments[arguments.length - 1]; axe.run().then(found => done(found.violations))",
                Vec::new(),
            )
            .await
            .expect("axe-core runs");
        let told = |one: &Value| format!("{}: {} at {}", one["id"], one["help"], one["nodes"][0]["target"]);
        found.as_array().expect("a list").iter().map(told).collect()
    }

    /// True if the page is wider than the window, so that one must scroll sideways.
    pub async fn is_too_wide(&self) -> bool {
        let script = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
        self.page.execute(script, Vec::new()).await.expect("it is measured").as_bool().expect("a truth")
    }

    /// Closes it.
    pub async fn close(self) {
        // It is killed below if it does not.
        let _ = self.page.clone().close().await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn button_place(text: &str) -> String {
    format!("//button[contains(normalize-space(.), {})]", xpath_text(text))
}

fn link_place(text: &str) -> String {
    format!("//a[contains(normalize-space(.), {})]", xpath_text(text))
}

/// A text with single quotes, as XPath writes it.
fn xpath_text(text: &str) -> String {
    assert!(!text.contains('\''), "XPath has no escapes");
    format!("'{text}'")
}
