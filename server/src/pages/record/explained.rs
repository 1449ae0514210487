use latchel_sync_core::engine::Explanation;
use latchel_sync_core::ledger::{Action, doing};
use latchel_sync_core::model::{Side, Tense};
use latchel_sync_core::words::naming;

use super::super::text::Moment;

/// Decision of a sync about one half of a record now, and each question that led there.
pub(super) struct Explained {
    /// The half, as `From Latchel to Buildium`.
    pub way: String,
    pub checks: Vec<(String, String, String, bool)>,
    /// Sentence that says that the last try failed, and what the next one does and when.
    pub failed: Option<String>,
    pub line: String,
    pub rule: String,
    pub reason: &'static str,
    pub class: &'static str,
    pub action: String,
}

impl Explained {
    pub fn of(one: Explanation, platform: &str, moment: Moment) -> Self {
        let way = match one.key.side {
            Side::Platform => format!("From {platform} to Latchel"),
            Side::Latchel => format!("From Latchel to {platform}"),
        };
        let sentence = one.reason.sentence_naming(Tense::Would, platform);
        let line = match one.detail.as_ref().filter(|_| one.retry.is_none() || one.action != Action::None) {
            Some(detail) => format!("{sentence} ({detail})"),
            None => sentence,
        };
        let check = |check: latchel_sync_core::rules::Check| {
            (check.rule.as_str().to_owned(), naming(check.question, platform), check.answer, check.decided)
        };
        Self {
            way,
            rule: one.reason.rule_for(&one.key).as_str().to_owned(),
            reason: one.reason.code(),
            class: one.reason.status().as_str(),
            failed: one
                .retry
                .as_ref()
                .map(|retry| naming(&retry.sentence(&one.key, moment.now, moment.zone), platform)),
            line,
            action: match one.action {
                Action::None => "nothing".to_owned(),
                action => naming(doing(action, &one.key), platform),
            },
            checks: one.checks.into_iter().map(check).collect(),
        }
    }
}
