//! Abilities of Chromium beside those of every browser: a look into what a page's scripts cannot see, and the console.

use std::time::Duration;

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

use crate::browser::Browser;

/// Number of looks before something counts as missing, and the time between two.
const LOOKS: u32 = 300;
const BETWEEN: Duration = Duration::from_millis(100);

/// A command of Chromium's driver alone.
#[derive(Debug)]
struct Command {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// Asks Chromium over its own protocol.
    async fn chrome(&self, cmd: &str, params: Value) -> Value {
        let command = Command { path: "goog/cdp/execute", body: json!({"cmd": cmd, "params": params}) };
        self.page.issue_cmd(command).await.unwrap_or_else(|error| panic!("{cmd}: {error}"))
    }

    /// Errors on the console since the last look.
    pub async fn console_errors(&self) -> Vec<String> {
        let command = Command { path: "se/log", body: json!({"type": "browser"}) };
        let lines = self.page.issue_cmd(command).await.expect("the log");
        let errors = lines.as_array().expect("a list").iter().filter(|line| line["level"] == "SEVERE");
        errors.map(|line| line["message"].to_string()).collect()
    }

    /// The nodes in the closed shadow roots of the page, which its scripts cannot reach, as far as they are shown.
    async fn closed_nodes(&self) -> Vec<Value> {
        let document = self.chrome("DOM.getDocument", json!({"depth": -1, "pierce": true})).await;
        let mut found = Vec::new();
        closed(&document["root"], false, &mut found);
        found
    }

    /// The text of the banner; empty if there is none.
    pub async fn banner(&self) -> String {
        let nodes = self.closed_nodes().await;
        let texts = nodes.iter().filter(|node| node["nodeName"] == "#text");
        texts.filter_map(|node| node["nodeValue"].as_str()).collect::<Vec<_>>().join(" | ")
    }

    /// Waits until the banner shows this text; returns all of it.
    pub async fn banner_shows(&self, text: &str) -> String {
        let mut told = String::new();
        for _ in 0..LOOKS {
            told = self.banner().await;
            if told.contains(text) {
                return told;
            }
            tokio::time::sleep(BETWEEN).await;
        }
        panic!("the banner lacks {text:?}: {told:?}")
    }

    /// Waits until there is no banner.
    pub async fn banner_is_gone(&self) {
        for _ in 0..LOOKS {
            if self.banner().await.is_empty() {
                return;
            }
            tokio::time::sleep(BETWEEN).await;
        }
        panic!("there is still a banner: {:?}", self.banner().await)
    }

    /// Clicks the button of the banner with this text, as a hand would.
    pub async fn press_in_banner(&self, text: &str) {
        self.banner_shows(text).await;
        let nodes = self.closed_nodes().await;
        let is_it = |node: &&Value| {
            node["nodeName"] == "BUTTON" && node["children"][0]["nodeValue"].as_str() == Some(text)
        };
        let id = nodes.iter().find(is_it).unwrap_or_else(|| panic!("no button {text:?}"))["nodeId"].clone();
        let corners = self.chrome("DOM.getBoxModel", json!({"nodeId": id})).await;
        let corner = |at: usize| corners["model"]["content"][at].as_f64().expect("a number");
        let (x, y) = ((corner(0) + corner(4)) / 2.0, (corner(1) + corner(5)) / 2.0);
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1});
            self.chrome("Input.dispatchMouseEvent", event).await;
        }
    }
}

/// Gathers what is shown within closed shadow roots.
fn closed(node: &Value, within: bool, found: &mut Vec<Value>) {
    let attributes = node["attributes"].as_array();
    let is_hidden = attributes.is_some_and(|all| all.iter().step_by(2).any(|name| name == "hidden"));
    if is_hidden || node["nodeName"] == "STYLE" {
        return;
    }
    if within {
        found.push(node.clone());
    }
    for child in node["children"].as_array().into_iter().flatten() {
        closed(child, within, found);
    }
    for root in node["shadowRoots"].as_array().into_iter().flatten() {
        closed(root, within || root["shadowRootType"] == "closed", found);
    }
}
