//! `explain`: why a record stands as it does, as both systems show it now.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use latchel_sync_core::engine::{Choice, Explanation};
use latchel_sync_core::ledger::{Action, doing};
use latchel_sync_core::model::{Fate, Kind, Reason, RuleId, Side, Tense};
use latchel_sync_core::rules::Check;
use latchel_sync_core::words::local;
use latchel_sync_server::views::{Field, fields};
use serde_json::{Value, json};

use super::choose::{Chosen, choose};
use crate::args::{Explained, Scope};
use crate::config::{Account, Config};
use crate::exit::{Exit, Failure};
use crate::{connect, render};

pub(crate) async fn run(
    config: impl AsyncFnOnce() -> Result<Config, Failure>,
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
                say!("{} ({reason}, rule {rule})", reason.sentence(Tense::Would));
            }
            return Ok(Exit::Done);
        }
    };
    let config = config().await?;
    let mut choices: Vec<(&Account, Choice)> = Vec::new();
    for account in config.chosen(scope.account.as_deref())? {
        let found = connect::reading_ledger(&config, async |ledger| {
            Ok(connect::reading_engine(account, ledger).await?.search(kind, id, now).await?)
        });
        choices.extend(found.await?.into_iter().map(|choice| (account, choice)));
    }
    let (account, choice) = match choose(choices, &format!("explain {}", kind.as_str()), scope.json)? {
        Chosen::One(account, choice) => (account, choice),
        Chosen::Several => return Ok(Exit::Several),
        Chosen::None => {
            if scope.json {
                render::json(&[(); 0])?;
            }
            note!("neither side knows a {kind} {id}");
            return Ok(Exit::Partial);
        }
    };
    let explained = connect::reading_ledger(&config, async |ledger| {
        let engine = connect::reading_engine(account, ledger).await?;
        Ok(engine.explain(kind, &choice.exactly(), now).await?)
    });
    let explained = explained.await?;
    if scope.json {
        render::json(&explained)?;
    } else {
        let label =
            if choice.label.is_empty() { explained.iter().map(|one| one.label.clone()).next() } else { None };
        print(kind, &label.unwrap_or(choice.label), &explained, now, account.settings.time_zone);
    }
    Ok(Exit::Done)
}

fn print(kind: Kind, label: &str, explained: &[Explanation], now: DateTime<Utc>, zone: Tz) {
    let mut ids: Vec<_> = explained.iter().map(|one| one.key.clone()).collect();
    let link = explained.iter().find_map(|one| one.link.as_ref());
    if let Some(link) = link {
        ids = vec![link.key(Side::Platform), link.key(Side::Latchel)];
    }
    let ids: Vec<_> = ids
        .iter()
        .map(|key| match key.side {
            Side::Platform => format!("{} on the platform", key.id),
            Side::Latchel => format!("{} in Latchel", key.id),
        })
        .collect();
    say!("{}: {}", named(kind, label), ids.join(", "));
    match link {
        Some(link) => say!("Linked since {}.", local(link.created_at, zone)),
        None => say!("Not linked with a record of the other side."),
    }

    for one in explained {
        say!();
        decision(one, now, zone);
    }

    let held = |side: fn(&Explanation) -> Option<&Value>| explained.iter().find_map(side);
    let fields = fields(held(|one| one.platform.as_ref()), held(|one| one.latchel.as_ref()), zone);
    if !fields.is_empty() {
        say!();
        say!("Both sides, as they are now");
        let row = |field: Field| [field.name, line(&field.platform), line(&field.latchel)];
        let heads = ["", "on the platform", "in Latchel"].map(str::to_owned);
        let rows: Vec<_> = std::iter::once(heads).chain(fields.into_iter().map(row)).collect();
        let wide =
            |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let (first, second) = (wide(0), wide(1));
        for [name, platform, latchel] in &rows {
            let row = format!("  {name:<first$}  {platform:<second$}  {latchel}");
            say!("{}", row.trim_end());
        }
    }
    for one in explained.iter().flat_map(|one| &one.differs) {
        let becomes = match one.fate {
            Fate::NextRun => "the next sync brings it over",
            Fate::HeldBack => "it is to be brought over, but not by the next sync",
            Fate::Kept => "each side keeps its own",
        };
        say!("  {} differs: {becomes}", one.part.name());
    }
}

fn named(kind: Kind, label: &str) -> String {
    let kind = match kind {
        Kind::Property => "Property",
        Kind::Resident => "Resident",
        Kind::WorkOrder => "Work order",
    };
    if label.is_empty() { kind.to_owned() } else { format!("{kind} {label}") }
}

/// Prints one direction: questions, answers, the one that decided, and the remedy.
fn decision(one: &Explanation, now: DateTime<Utc>, zone: Tz) {
    say!(
        "{}",
        match one.key.side {
            Side::Platform => "From the platform to Latchel",
            Side::Latchel => "From Latchel to the platform",
        }
    );
    match (&one.retry, &one.outcome) {
        (Some(retry), _) => say!("  {}", retry.sentence(&one.key, now, zone)),
        (None, Some(newest)) => {
            say!("  Since the run of {}: {}", local(newest.at, zone), newest.reason.sentence(Tense::Has))
        }
        (None, None) => say!("  No run has said anything of it yet."),
    }
    let does = match one.action {
        Action::None => "nothing",
        action => doing(action, &one.key),
    };
    let detail = one.detail.as_deref().filter(|_| one.retry.is_none() || one.action != Action::None);
    let detail = detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
    say!("  A run now would: {does}. {}{detail}", one.reason.sentence(Tense::Would));
    if !one.reason.remedy().is_empty() {
        say!("  To change that: {}", one.reason.remedy());
    }
    say!("  What was asked ({} decided, by rule {}):", one.reason, one.reason.rule_for(&one.key));
    let widest = one.checks.iter().map(|check| check.question.chars().count()).max().unwrap_or_default();
    for Check { rule, question, answer, decided } in &one.checks {
        let mark = if *decided { "  <- this decided" } else { "" };
        say!("    {:<4} {question:<widest$}  {}{mark}", rule.as_str(), line(answer));
    }
}

/// A text on one line, cut where it is long.
fn line(text: &str) -> String {
    const LENGTH: usize = 80;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= LENGTH {
        return words;
    }
    words.chars().take(LENGTH).chain(['…']).collect()
}
