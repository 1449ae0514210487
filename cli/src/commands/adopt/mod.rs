//! `adopt`: proposals for an account that was synced before, and links for what is decided (rule A2).

mod table;

use std::io::IsTerminal;
use std::path::Path;

use chrono::{DateTime, Utc};
use latchel_sync_core::engine::{
    AdoptDecision, AdoptRequest, Adopted, Proposal, Proposals, Quiet, StopSignal,
};
use latchel_sync_core::model::Kind;
use serde::Serialize;

use super::sync::{Progress, holder, stop_on_interrupt, worse};
use crate::args::{Adopting, Scope};
use crate::config::{Account, Config};
use crate::exit::{Exit, Failure};
use crate::render::Table;
use crate::{connect, render};

/// Proposals for one account, for machines.
#[derive(Serialize)]
struct Proposed<'a> {
    account: &'a str,
    #[serde(flatten)]
    proposals: &'a Proposals,
}

pub(crate) async fn run(
    config: &Config,
    scope: &Scope,
    how: &Adopting,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let accounts = config.chosen(scope.account.as_deref())?;
    if accounts.len() > 1 && how.csv.is_some() {
        return Err(Failure::usage("a file holds one account").hint("name the account with `--account`"));
    }
    let csv = how.csv.as_deref();
    if how.apply {
        apply(config, scope, &accounts, how, now).await
    } else {
        propose(config, scope, &accounts, csv, now).await
    }
}

async fn propose(
    config: &Config,
    scope: &Scope,
    accounts: &[&Account],
    csv: Option<&Path>,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    // Before the long work, and never over what people have decided.
    let file = csv.map(table::create).transpose()?;
    let proposed = connect::with_ledger(config, async |ledger| {
        let mut all = Vec::new();
        for account in accounts {
            let engine = connect::engine(account, ledger.clone(), ledger.clone())?;
            let proposals = if std::io::stderr().is_terminal() {
                let progress = Progress::new();
                let proposals = engine.adopt_proposals(now, &progress).await;
                progress.bar.finish_and_clear();
                proposals?
            } else {
                engine.adopt_proposals(now, &Quiet).await?
            };
            all.push((*account, proposals));
        }
        Ok(all)
    });
    let proposed = match proposed.await {
        Ok(proposed) => proposed,
        Err(failure) => {
            // An empty file would be in the way of the next try.
            csv.map(std::fs::remove_file);
            return Err(failure);
        }
    };
    for ((_, proposals), file) in proposed.iter().zip(file) {
        table::write(file, &proposals.pairs)?;
    }
    if scope.json {
        let mut all = Vec::new();
        for (account, proposals) in &proposed {
            all.push(Proposed { account: &account.settings.name, proposals });
        }
        render::json(&all)?;
    }
    for (account, proposals) in &proposed {
        if !scope.json {
            tell(&account.settings.name, proposals, csv);
        }
        proposals.warnings.iter().for_each(|warning| note!("warning: {warning}"));
        if !proposals.warnings.is_empty() {
            note!(
                "hint: as long as a list is not read whole, nothing is decided by itself; `latchel-sync adopt` goes on reading"
            );
        }
    }
    let next = match csv {
        Some(file) => format!("latchel-sync adopt --apply --csv {}", file.display()),
        None => "latchel-sync adopt --apply".to_owned(),
    };
    note!("nothing was linked, created or changed; `{next}` links the rows that say `link`");
    Ok(Exit::Done)
}

/// The proposals as a table, unless they are in a file, and their numbers.
fn tell(account: &str, proposals: &Proposals, csv: Option<&Path>) {
    let Proposals { pairs, .. } = proposals;
    if csv.is_none() && !pairs.is_empty() {
        let columns = ["kind", "platform", "label", "Latchel", "reference there", "evidence", "decision"];
        let mut table = Table::new(&columns);
        for pair in pairs {
            table.row([
                pair.kind.to_string(),
                pair.platform_id.clone(),
                pair.label.clone(),
                pair.latchel_id.to_string(),
                pair.latchel_reference.clone().unwrap_or_default(),
                pair.evidence.clone(),
                pair.decision.as_str().to_owned(),
            ]);
        }
        table.print();
    }
    let of = |kind: Kind, decision: AdoptDecision| {
        let rows = pairs.iter().filter(|pair: &&Proposal| (pair.kind, pair.decision) == (kind, decision));
        // Several candidates of one record are one decision to make.
        let mut ids: Vec<_> = rows.map(|pair| &pair.platform_id).collect();
        ids.dedup();
        ids.len()
    };
    say!("{account}:");
    for kind in Kind::ALL {
        let (link, open) = (of(kind, AdoptDecision::Link), of(kind, AdoptDecision::Undecided));
        say!("  {:<12} {link:>6} to link, {open:>6} for people to decide", format!("{kind}:"));
    }
    if let Some(file) = csv {
        say!("  written to {}", file.display());
    }
}

async fn apply(
    config: &Config,
    scope: &Scope,
    accounts: &[&Account],
    how: &Adopting,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let write_references = how.write_references;
    let read = how.csv.as_deref().map(table::read).transpose()?;
    let (rows, unreadable) = match read {
        Some(table::Decisions { rows, unreadable }) => (Some(rows), unreadable),
        None => (None, Vec::new()),
    };
    let stop = StopSignal::default();
    stop_on_interrupt(stop.clone())?;
    let adopted = connect::with_ledger(config, async |ledger| {
        let mut all = Vec::new();
        for account in accounts {
            if stop.is_set() {
                break;
            }
            let engine = connect::engine(account, ledger.clone(), ledger.clone())?;
            let request = AdoptRequest {
                rows: rows.clone(),
                write_references,
                now,
                holder: holder(),
                stop: stop.clone(),
            };
            all.push(if std::io::stderr().is_terminal() {
                let progress = Progress::new();
                let adopted = engine.adopt(&request, &progress).await;
                progress.bar.finish_and_clear();
                adopted?
            } else {
                engine.adopt(&request, &Quiet).await?
            });
        }
        Ok(all)
    });
    let adopted = adopted.await?;
    if scope.json {
        render::json(&adopted)?;
    }
    let mut exit = if unreadable.is_empty() { Exit::Done } else { Exit::Partial };
    for row in &unreadable {
        note!("refused: {row}");
    }
    for one in &adopted {
        if !scope.json {
            summary(one);
        }
        one.refused.iter().for_each(|refusal| note!("refused: {refusal}"));
        one.run.warnings.iter().for_each(|warning| note!("warning: {warning}"));
        exit = worse(exit, &one.run);
    }
    let where_to = if write_references {
        "nothing was created; the links are in the ledger, and Latchel carries the references"
    } else {
        "nothing was created or changed in either system: the links are in the ledger alone"
    };
    note!("{where_to}");
    Ok(exit)
}

fn summary(adopted: &Adopted) {
    let Adopted { run, linked, already, references, undecided, refused } = adopted;
    say!("{}: {} ({})", run.account, run.status.as_str(), run.id);
    say!(
        "  {linked} linked, {already} linked before, {references} references written, {undecided} undecided, {} refused",
        refused.len()
    );
}
