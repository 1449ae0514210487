use std::fmt::Write;

use latchel_sync_core::model::{Reason, RuleId, Tense};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::render;

pub(crate) fn run(as_markdown: bool, as_json: bool) -> Result<Exit, Failure> {
    if as_json {
        let rule = |rule: RuleId| {
            let reason = |reason: Reason| {
                json!({"code": reason.code(), "status": reason.status(), "sentence": reason.sentence(Tense::Has),
                    "will": reason.sentence(Tense::Will), "would": reason.sentence(Tense::Would),
                    "remedy": reason.remedy()})
            };
            json!({"id": rule, "section": rule.section().title(), "situation": rule.situation(),
                "action": rule.action(), "reasons": rule.reasons().map(reason).collect::<Vec<_>>()})
        };
        render::json(&RuleId::ALL.iter().copied().map(rule).collect::<Vec<_>>())?;
    } else if as_markdown {
        render::lines(&markdown());
    } else {
        for rule in RuleId::ALL {
            say!("{:<4} {}: {}", rule.as_str(), rule.situation(), rule.action());
            for reason in rule.reasons() {
                say!("       {} ({})", reason.code(), reason.status().as_str());
            }
        }
    }
    Ok(Exit::Done)
}

/// The content of docs/rules.md. Writing to a string cannot fail.
pub(crate) fn markdown() -> String {
    let mut text = String::from(
        "# The sync rules\n\nMade from the code by `latchel-sync rules --markdown > docs/rules.md`; a test compares.\n",
    );
    let mut section = None;
    for rule in RuleId::ALL {
        if section != Some(rule.section()) {
            section = Some(rule.section());
            let _ = write!(
                text,
                "\n## {}\n\n| id | situation | what happens | reasons |\n|---|---|---|---|\n",
                rule.section().title()
            );
        }
        let reasons: Vec<_> = rule.reasons().map(|reason| format!("`{}`", reason.code())).collect();
        let cell = |text: &str| text.replace('|', "\\|");
        let _ = writeln!(
            text,
            "| {rule} | {} | {} | {} |",
            cell(rule.situation()),
            cell(rule.action()),
            reasons.join(", ")
        );
    }
    text.push_str(
        "\n## Reasons\n\n| reason | rule | status | what it says | what to do |\n|---|---|---|---|---|\n",
    );
    for reason in Reason::ALL {
        let status = reason.status().as_str();
        let rules = reason.rules().map(RuleId::as_str).collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            text,
            "| `{reason}` | {rules} | {status} | {} | {} |",
            reason.sentence(Tense::Has),
            reason.remedy()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_rules_page_is_up_to_date() {
        let page = include_str!("../../../docs/rules.md");
        assert!(page == super::markdown(), "run `latchel-sync rules --markdown > docs/rules.md`");
    }
}
