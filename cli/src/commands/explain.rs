use chrono::{DateTime, Utc};
use latchel_sync_core::engine::Explanation;
use latchel_sync_core::model::Kind;
use latchel_sync_core::rules::{Reason, RuleId, Tense};
use serde_json::json;

use crate::args::{Explained, Scope};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::{connect, render};

pub(crate) async fn run(
    config: impl FnOnce() -> Result<Config, Failure>,
    kind: Explained,
    id: &str,
    scope: &Scope,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let kind = match kind {
        Explained::Property => Kind::Property,
        Explained::Resident => Kind::Resident,
        Explained::WorkOrder => Kind::WorkOrder,
        Explained::Lease | Explained::File => {
            let (reason, rule) = (Reason::NotSupported, RuleId::L14);
            if scope.json {
                render::json(&[json!({"id": id, "reason": reason, "rule": rule})])?;
            } else {
                anstream::println!("{} ({reason}, rule {rule})", reason.sentence(Tense::Has));
            }
            return Ok(Exit::Done);
        }
    };
    let config = config()?;
    let mut all = Vec::new();
    for account in config.chosen(scope.account.as_deref())? {
        let explained = connect::reading_ledger(&config, async |ledger| {
            Ok(connect::engine(&config, account, ledger)?.explain(kind, id, now).await?)
        });
        all.extend(explained.await?);
    }
    if scope.json {
        render::json(&all)?;
    } else {
        all.iter().for_each(print);
    }
    if all.is_empty() {
        anstream::eprintln!("neither side knows a {kind} {id}");
        return Ok(Exit::Partial);
    }
    Ok(Exit::Done)
}

fn print(one: &Explanation) {
    anstream::println!("{} {}", one.key, one.label);
    let side = |name: &str, value: &Option<serde_json::Value>| match value {
        Some(value) if !value.is_null() => anstream::println!("  {name}: {value}"),
        _ => anstream::println!("  {name}: nothing, or not read"),
    };
    side("on the platform", &one.platform);
    side("in Latchel", &one.latchel);
    match &one.link {
        Some(link) => anstream::println!("  linked: {} and Latchel's {}", link.platform_id, link.latchel_id),
        None => anstream::println!("  linked: no"),
    }
    if let Some(outcome) = &one.outcome {
        anstream::println!(
            "  newest outcome: {} since {}",
            outcome.reason,
            outcome.at.format("%Y-%m-%d %H:%M UTC")
        );
    }
    anstream::println!("  checked:");
    for check in &one.checks {
        let mark = if check.decided { ">" } else { " " };
        anstream::println!("  {mark} {:<4} {} {}", check.rule.as_str(), check.question, check.answer);
    }
    let detail = one.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
    let rule = one.reason.rule_for(&one.key);
    anstream::println!("  decided by {rule}: {}{detail}", one.reason.sentence(Tense::Would));
    anstream::println!("  a run would do: {} [{}]", one.action.as_str(), one.reason);
    if !one.reason.remedy().is_empty() {
        anstream::println!("  to change it: {}", one.reason.remedy());
    }
}
