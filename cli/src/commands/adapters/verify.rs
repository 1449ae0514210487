//! `adapters verify`: what of the conformance suite can be asked of a live account, by a connection that only reads.

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use latchel_sync_conformance::live::{Extent, LiveReport};
use serde_json::json;

use crate::config::{Account, Config};
use crate::exit::{Exit, Failure};
use crate::verification::Verification;
use crate::{connect, render};

/// Scope of a verification: the account, the days to look back, and the rows after which a list is left.
pub(crate) struct Asked<'a> {
    pub account: &'a str,
    pub days: u32,
    pub rows: usize,
}

pub(crate) async fn run(
    config: &Config,
    asked: &Asked<'_>,
    as_json: bool,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for account in config.chosen(Some(asked.account))? {
        let report = one(account, asked, now).await?;
        if as_json {
            let mut all = report.to_json();
            all["version"] = json!(env!("CARGO_PKG_VERSION"));
            render::json(&all)?;
        } else {
            render::lines(&report.to_string());
        }
        exit = exit.max(verdict(&report));
    }
    Ok(exit)
}

fn verdict(report: &LiveReport) -> Exit {
    match (report.is_reached, report.failures().next()) {
        (false, _) => Exit::Failed,
        (true, Some(_)) => Exit::Partial,
        (true, None) => Exit::Done,
    }
}

async fn one(account: &Account, asked: &Asked<'_>, now: DateTime<Utc>) -> Result<LiveReport, Failure> {
    let verification = Verification::of(account)?;
    let bar = ProgressBar::new_spinner();
    bar.set_style(
        ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    let extent = Extent { now, days: asked.days, rows: asked.rows };
    let progress = |what: &str| {
        bar.set_message(what.to_owned());
        bar.tick();
    };
    let made = verification.make(extent, &progress).await;
    bar.finish_and_clear();
    made.map_err(|error| connect::wrong(account, "platform", error))
}
