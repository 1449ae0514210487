use std::fmt;

use serde::Serialize;

use super::RuleId;

/// One condition that a rule checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The rule.
    pub rule: RuleId,
    /// The condition, in words.
    pub condition: &'static str,
    /// The value that it was checked on.
    pub value: String,
    /// Whether it held.
    pub holds: bool,
}

/// Collects the conditions that a decision checked, for `explain`; costs nothing when it is off.
#[derive(Debug, Default)]
pub struct Trace(Option<Vec<Check>>);

impl Trace {
    /// A trace that collects nothing.
    pub fn off() -> Self {
        Self(None)
    }

    /// A trace that collects every condition.
    pub fn on() -> Self {
        Self(Some(Vec::new()))
    }

    /// Passes `holds` on, and remembers the condition with its value.
    pub fn check(
        &mut self,
        rule: RuleId,
        condition: &'static str,
        value: &dyn fmt::Display,
        holds: bool,
    ) -> bool {
        if let Some(checks) = &mut self.0 {
            let value = Some(value.to_string()).filter(|value| !value.is_empty());
            checks.push(Check { rule, condition, value: value.unwrap_or_else(|| "none".to_owned()), holds });
        }
        holds
    }

    /// The conditions, in the order in which they were checked.
    pub fn into_checks(self) -> Vec<Check> {
        self.0.unwrap_or_default()
    }
}

/// The word for whether something is active.
pub(super) fn activity(is_active: bool) -> &'static str {
    if is_active { "active" } else { "inactive" }
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
