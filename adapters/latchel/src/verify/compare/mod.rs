//! Comparison of the adapter's calls with an OpenAPI document.

mod answer;
mod request;
#[cfg(test)]
mod tests;

use latchel_sync_core::Result;
use latchel_sync_core::guesses::{Agreement, CallReport, Difference, SpecReport};
use serde_json::Value;

use super::expected::{Expected, calls};
use super::openapi::{Access, Document, Operation};
use crate::api::KEY;

/// Compares every call with the document.
pub(super) fn against(root: &Value) -> Result<SpecReport> {
    let document = Document::new(root)?;
    let (host, version) = crate::ADDRESS.rsplit_once('/').unwrap_or((crate::ADDRESS, ""));
    let mut reports = vec![address(document, host)];
    for expected in calls()? {
        reports.push(call(document, version, &expected));
    }
    Ok(SpecReport { document: short(&document.title()), calls: reports })
}

/// Differences and remarks about one call, as they are found.
#[derive(Debug, Default)]
struct Findings {
    differences: Vec<Difference>,
    notes: Vec<String>,
}

impl Findings {
    fn differs(&mut self, part: &'static str, name: impl Into<String>, detail: impl Into<String>) {
        self.add(part, name.into(), Agreement::Differs, detail.into());
    }

    fn not_there(&mut self, part: &'static str, name: impl Into<String>, detail: impl Into<String>) {
        self.add(part, name.into(), Agreement::NotThere, detail.into());
    }

    fn add(&mut self, part: &'static str, name: String, verdict: Agreement, detail: String) {
        let found = Difference { part, name, verdict, detail };
        if !self.differences.contains(&found) {
            self.differences.push(found);
        }
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The report on a call that is there.
    fn report(self, call: String, purpose: &'static str) -> CallReport {
        let verdict = if self.differences.is_empty() { Agreement::Agrees } else { Agreement::Differs };
        CallReport { call, purpose, verdict, differences: self.differences, notes: self.notes }
    }
}

/// The address of the API, with its version.
fn address(document: Document<'_>, host: &str) -> CallReport {
    let mut found = Findings::default();
    let servers = document.servers(None);
    let is_ours = |server: &String| {
        server.trim_end_matches('/') == crate::ADDRESS || server.trim_end_matches('/') == host
    };
    if servers.is_empty() {
        found.not_there("address", "", "the document names no address");
    } else if !servers.iter().any(is_ours) {
        found.differs("address", "", format!("the document has {}", some(&servers)));
    }
    found.report(crate::ADDRESS.to_owned(), "address of the API")
}

fn call(document: Document<'_>, version: &str, expected: &Expected) -> CallReport {
    let (name, purpose) = (expected.to_string(), expected.purpose);
    let mut found = Findings::default();
    let Some(place) = document.find(version, &expected.path) else {
        found.not_there("path", "", "the document has no such path");
        return missing(found, name, purpose);
    };
    if !place.is_ours {
        found.differs("path", "", format!("it is {} there", short(&place.address)));
    }
    let Some((method, operation)) = operation(document, &place, expected.method) else {
        let methods = place.methods();
        let detail = if methods.is_empty() {
            "the path has no method".to_owned()
        } else {
            format!("the path has {} alone", some(&methods))
        };
        found.not_there("method", "", detail);
        return missing(found, name, purpose);
    };
    if method != expected.method {
        found.differs("method", "", format!("it is {method} there"));
    }
    match operation.access(KEY) {
        Access::Ours => {}
        Access::Other(way) => found.differs("header", KEY, format!("there it takes {}", short(&way))),
        Access::Unsaid => found.not_there("header", KEY, "the document says nothing of a key"),
    }
    request::compare(document, &operation, expected, &mut found);
    answer::compare(document, &operation, expected.answer, &mut found);
    found.report(name, purpose)
}

/// The operation of the method, or, for a change, that of another method that changes.
fn operation<'a>(
    document: Document<'a>,
    place: &super::openapi::Place<'a>,
    method: &'static str,
) -> Option<(&'static str, Operation<'a>)> {
    let others: &[&'static str] =
        if method == "PATCH" { &["PATCH", "PUT", "POST"] } else { std::slice::from_ref(&method) };
    others.iter().find_map(|method| Some((*method, place.operation(document, method)?)))
}

/// The report on a call that is not there.
fn missing(found: Findings, call: String, purpose: &'static str) -> CallReport {
    CallReport { verdict: Agreement::NotThere, ..found.report(call, purpose) }
}

/// Words in a row, the first ones of many.
fn some(words: &[String]) -> String {
    const MOST: usize = 8;
    let shown = words.iter().take(MOST).map(|word| short(word)).collect::<Vec<_>>().join(", ");
    if words.len() > MOST { format!("{shown} and {} more", words.len() - MOST) } else { shown }
}

/// The beginning of a text from outside, without what could steer a terminal.
fn short(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(80).collect()
}
