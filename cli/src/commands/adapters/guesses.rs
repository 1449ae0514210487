//! `adapters verify --spec` and `--sandbox`: what an adapter guesses about Latchel's API, and what confirms it.

use std::path::Path;

use chrono::{DateTime, Utc};
use latchel_sync_core::ErrorKind;
use latchel_sync_core::guesses::{
    Agreement, CallReport, Difference, Guesses, SpecReport, TrialReport, Verdict, guesses,
};
use latchel_sync_core::registry;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::document;
use crate::config::{Account, Config};
use crate::exit::{Exit, Failure};
use crate::render::Table;
use crate::{connect, render};

/// Compares an adapter with an OpenAPI file.
pub(crate) async fn against(
    name: &str,
    file: &Path,
    config: impl AsyncFn() -> Result<Config, Failure>,
    as_json: bool,
) -> Result<Exit, Failure> {
    let (adapter, guesses) = match guesses(name) {
        Some(guesses) => (name.to_owned(), guesses),
        // No adapter of this name has guesses: it may be an account.
        None if registry::latchels().iter().any(|one| one.name == name) => return Err(without_guesses(name)),
        None => {
            let config = config().await?;
            let adapter = connect::latchel_adapter(config.account(name)?)?.name;
            (adapter.to_owned(), guesses(adapter).ok_or_else(|| without_guesses(adapter))?)
        }
    };
    let document = document::read(file)?;
    let report = guesses
        .against(&document)
        .map_err(|error| Failure::run(anyhow::Error::msg(format!("{}: {error}", file.display()))))?;
    if as_json {
        let mut all = serde_json::to_value(&report).map_err(Failure::run)?;
        all["adapter"] = json!(adapter);
        all["agrees"] = json!(report.agrees());
        all["version"] = json!(env!("CARGO_PKG_VERSION"));
        render::json(&all)?;
    } else {
        print_spec(&report);
    }
    Ok(if report.agrees() { Exit::Done } else { Exit::Partial })
}

/// Tries an adapter's guesses in the sandbox.
pub(crate) async fn in_sandbox(
    config: &Config,
    name: &str,
    as_json: bool,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let account = account(config, name)?;
    let adapter = connect::latchel_adapter(account)?;
    let guesses: &dyn Guesses = guesses(adapter.name).ok_or_else(|| without_guesses(adapter.name))?;
    let settings = account.settings("latchel", adapter.settings)?;
    let told = |what: &str| note!("{what}");
    put_off_interrupts()?;
    let report = guesses.in_sandbox(&settings, now, &told).await.map_err(|error| {
        let is_other_host = error.kind() == ErrorKind::Config && error.context("key") == Some("base_url");
        let failure = connect::wrong(account, "latchel", error);
        let hint = "give an account of a configuration of its own the sandbox's `base_url` and key, and name that with --config";
        failure.hint_if(is_other_host.then(|| hint.to_owned()))
    })?;
    if as_json {
        let mut all = serde_json::to_value(&report).map_err(Failure::run)?;
        all["adapter"] = json!(adapter.name);
        all["holds"] = json!(report.holds());
        all["version"] = json!(env!("CARGO_PKG_VERSION"));
        render::json(&all)?;
    } else {
        print_trial(&report);
    }
    Ok(if report.holds() { Exit::Done } else { Exit::Partial })
}

/// The first interrupt or request to end waits until what was made is put away; the second stops at once.
fn put_off_interrupts() -> Result<(), Failure> {
    let mut ends = signal(SignalKind::terminate()).map_err(Failure::run)?;
    tokio::spawn(async move {
        for is_first in [true, false] {
            tokio::select! {
                interrupted = tokio::signal::ctrl_c() => if interrupted.is_err() { return },
                _ = ends.recv() => {}
            }
            if is_first {
                note!("what was made is put away first, in some seconds; once more stops at once");
            }
        }
        std::process::exit(130);
    });
    Ok(())
}

fn without_guesses(adapter: &str) -> Failure {
    Failure::usage(format!("the adapter {adapter:?} guesses nothing that could be confirmed"))
        .hint("`latchel` does; `latchel-gateway` speaks a contract of this project's own")
}

/// The account of this name, or the one whose adapter for Latchel has it.
fn account<'a>(config: &'a Config, name: &str) -> Result<&'a Account, Failure> {
    if config.accounts().any(|account| account.name == name) || guesses(name).is_none() {
        return config.account(name);
    }
    let mut with_it = Vec::new();
    for account in config.chosen(None)? {
        if connect::latchel_adapter(account)?.name == name {
            with_it.push(account);
        }
    }
    match with_it.as_slice() {
        [one] => Ok(one),
        [] => Err(Failure::usage(format!("no account has the adapter {name:?}")).hint(format!(
            "its key comes from an account with `adapter = \"{name}\"` under [account.latchel]"
        ))),
        several => {
            let names: Vec<_> = several.iter().map(|account| account.settings.name.as_str()).collect();
            Err(Failure::usage(format!("several accounts have the adapter {name:?}"))
                .hint(format!("name one of them instead: {}", names.join(", "))))
        }
    }
}

fn print_spec(report: &SpecReport) {
    if !report.document.is_empty() {
        say!("{}", report.document);
    }
    let mut table = Table::new(&["call", "purpose", "verdict"]);
    for call in &report.calls {
        table.row([call.call.as_str(), call.purpose, agreement(call.verdict)]);
    }
    table.print();
    for call in &report.calls {
        print_differences(call);
    }
    let count = |verdict| report.calls.iter().filter(|call| call.verdict == verdict).count();
    say!(
        "{} agree, {} differ, {} are not there",
        count(Agreement::Agrees),
        count(Agreement::Differs),
        count(Agreement::NotThere)
    );
}

fn print_differences(call: &CallReport) {
    if call.differences.is_empty() && call.notes.is_empty() {
        return;
    }
    say!();
    say!("{}: {}", call.call, agreement(call.verdict));
    for Difference { part, name, verdict, detail } in &call.differences {
        let place = if name.is_empty() { (*part).to_owned() } else { format!("{part}, {name}") };
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        say!("  {} ({place}){detail}", agreement(*verdict));
    }
    for note in &call.notes {
        say!("  note: {note}");
    }
}

fn agreement(verdict: Agreement) -> &'static str {
    match verdict {
        Agreement::Agrees => "agrees",
        Agreement::Differs => "DIFFERS",
        Agreement::NotThere => "NOT THERE",
    }
}

fn print_trial(report: &TrialReport) {
    for guess in &report.guesses {
        let verdict = match guess.verdict {
            Verdict::Holds => "holds",
            Verdict::DoesNotHold => "DOES NOT HOLD",
            Verdict::NotTried => "not tried",
        };
        say!("{verdict:<13}  {}: {}", guess.guess, guess.about);
        if !guess.detail.is_empty() {
            say!("               {}", guess.detail);
        }
    }
    let count = |verdict| report.guesses.iter().filter(|guess| guess.verdict == verdict).count();
    say!(
        "{} hold, {} do not hold, {} were not tried",
        count(Verdict::Holds),
        count(Verdict::DoesNotHold),
        count(Verdict::NotTried)
    );
    if !report.left.is_empty() {
        say!("left in the sandbox, to be put away by hand:");
    }
    for left in &report.left {
        say!("  {left}");
    }
}
