use std::fmt;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::asked::unasked;
use crate::model::{PropertyRef, Reason, RecordKey, RuleId};

/// A question that a rule asked of a record, with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The rule.
    pub rule: RuleId,
    /// The question, in words.
    pub question: &'static str,
    /// Its answer: yes or no, or what was found. Instants are in the account's time zone.
    pub answer: String,
    /// True of the one question whose answer decided the record.
    pub decided: bool,
}

/// Collects the questions that a decision asked, for `explain`; costs nothing when it is off.
#[derive(Debug, Default)]
pub struct Trace {
    asked: Option<Vec<Asked>>,
    zone: Tz,
}

#[derive(Debug)]
struct Asked {
    rule: RuleId,
    question: &'static str,
    answer: String,
    /// True if the rule applied by this answer.
    applies: bool,
}

impl Trace {
    /// A trace that collects nothing.
    pub fn off() -> Self {
        Self::default()
    }

    /// A trace that collects every question and tells instants in UTC.
    pub fn on() -> Self {
        Self { asked: Some(Vec::new()), zone: Tz::UTC }
    }

    /// The same trace, which tells instants in `zone`.
    pub fn in_zone(self, zone: Tz) -> Self {
        Self { zone, ..self }
    }

    /// Keeps the question with its answer, and returns `applies`, which says that the rule applies by this answer.
    pub fn check(
        &mut self,
        rule: RuleId,
        question: &'static str,
        answer: &dyn fmt::Display,
        applies: bool,
    ) -> bool {
        if let Some(asked) = &mut self.asked {
            let answer = Some(answer.to_string()).filter(|answer| !answer.is_empty());
            let answer = answer.unwrap_or_else(|| "none".to_owned());
            asked.push(Asked { rule, question, answer, applies });
        }
        applies
    }

    /// An instant as an answer.
    pub(super) fn local(&self, at: Option<DateTime<Utc>>) -> Local {
        Local { zone: self.zone, at }
    }

    /// The questions in the order in which they were asked, with the one marked that led to `reason`: of those of the
    /// reason's rule the last that applies, or else the last. If the rule asked none, because something else led to the
    /// reason, a question about that is added.
    pub fn decided(self, reason: Reason, key: &RecordKey) -> Vec<Check> {
        let rule = reason.rule_for(key);
        let asked = self.asked.unwrap_or_default();
        let of_rule =
            |applies: bool| asked.iter().rposition(|one| one.rule == rule && one.applies >= applies);
        let place = of_rule(true).or_else(|| of_rule(false));
        let check = |(at, Asked { rule, question, answer, .. })| Check {
            rule,
            question,
            answer,
            decided: place == Some(at),
        };
        let mut checks: Vec<_> = asked.into_iter().enumerate().map(check).collect();
        if place.is_none() {
            let (question, answer) = unasked(reason);
            checks.push(Check { rule, question, answer: answer.to_owned(), decided: true });
        }
        checks
    }
}

/// The word for active or inactive.
pub(super) fn activity(is_active: bool) -> &'static str {
    if is_active { "active" } else { "inactive" }
}

/// The answer `yes` or `no`.
pub(super) fn yes(answer: bool) -> &'static str {
    if answer { "yes" } else { "no" }
}

/// Answer to the question if something differs, with the names of the fields that do.
pub(super) fn differs(fields: &str) -> String {
    if fields.is_empty() { "no".to_owned() } else { format!("yes: {fields}") }
}

/// An answer that shows the value, or says that there is none.
pub(super) struct OrNo<T>(pub Option<T>);

impl<T: fmt::Display> fmt::Display for OrNo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => write!(f, "yes, {value}"),
            None => f.write_str("no"),
        }
    }
}

/// Shows a value that may be absent.
pub(super) struct OrNone<T>(pub Option<T>);

impl<T: fmt::Display> fmt::Display for OrNone<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("none"),
        }
    }
}

/// An instant where the account is.
pub(super) struct Local {
    zone: Tz,
    at: Option<DateTime<Utc>>,
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => f.write_str(&crate::words::local(at, self.zone)),
            None => f.write_str("unknown"),
        }
    }
}

/// A rentable unit as people call it.
pub(super) struct UnitName<'a>(pub &'a PropertyRef);

impl fmt::Display for UnitName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.unit {
            Some(unit) => write!(f, "unit {} of property {}", unit.as_str(), self.0.property.as_str()),
            None => write!(f, "property {}", self.0.property.as_str()),
        }
    }
}
