//! The table: a line for each target, ratios first.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Map, Value};

/// Findings of the measurements.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The machine, and how busy it was with other things.
    pub machine: Vec<String>,
    /// A line for each target, and for what explains one.
    pub lines: Vec<Line>,
    /// Every figure, by step.
    pub figures: Map<String, Value>,
}

/// One line.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// The target that it belongs to.
    pub target: &'static str,
    /// Quantity that was measured.
    pub what: String,
    /// Wanted value; empty if the line is only told.
    pub wanted: String,
    /// Value that was measured.
    pub measured: String,
    /// Verdict on the value.
    pub verdict: Verdict,
}

/// Verdict on a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is.
    Met,
    /// It is not.
    NotMet,
    /// There is none: the figure explains another.
    Told,
}

impl Verdict {
    /// Met if `holds`.
    pub fn of(holds: bool) -> Self {
        if holds { Self::Met } else { Self::NotMet }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "**not met**",
            Self::Told => "",
        }
    }
}

impl Line {
    /// A target.
    pub fn target(
        target: &'static str,
        what: impl Into<String>,
        wanted: impl Into<String>,
        measured: impl Into<String>,
        verdict: Verdict,
    ) -> Self {
        Self { target, what: what.into(), wanted: wanted.into(), measured: measured.into(), verdict }
    }

    /// A figure that explains a target.
    pub fn told(target: &'static str, what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self::target(target, what, "", measured, Verdict::Told)
    }
}

impl Report {
    /// Adds what a step found.
    pub fn add(&mut self, step: &str, lines: Vec<Line>, figures: Value) {
        self.lines.extend(lines);
        self.figures.insert(step.to_owned(), figures);
    }

    /// As Markdown: first what has a target, then what explains it.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        for line in &self.machine {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "- {line}");
        }
        text.push_str("\n|   | what | target | measured |   |\n|---|---|---|---|---|\n");
        let (targets, told): (Vec<_>, Vec<_>) =
            self.lines.iter().partition(|line| line.verdict != Verdict::Told);
        for line in targets.into_iter().chain(told) {
            let Line { target, what, wanted, measured, verdict } = line;
            let _ = writeln!(text, "| {target} | {what} | {wanted} | {measured} | {} |", verdict.as_str());
        }
        text
    }
}
