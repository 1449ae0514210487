//! Target 9: calls of Latchel's Partner API, on an account that another program has filled: taking it over, a day without webhooks and a
//! day with them. Calls are counted at the mock; the mirror decides by the key's budget, and nothing waits for it.

mod account;

use anyhow::Result;
use chrono::TimeDelta;
use latchel_sync_core::ledger::Trigger;
use mock_pms::Switch;
use serde::Serialize;
use serde_json::json;

use self::account::{Account, Told};
use super::Sizes;
use crate::table::{Line, Report, Verdict};

/// Time after which an account that was taken over is as on any other day.
const SETTLED: TimeDelta = TimeDelta::days(3);
/// Calls of the key that the sync may make in ten minutes, as it is set by default.
const SHARE: u32 = 480;
/// Calls that a run of work orders may cost at 5,000 units: with nothing but lists, and beside its writes where webhooks tell.
const WITHOUT: usize = 20;
const WITH: usize = 2;
const AIMED_AT: u32 = 5_000;

pub async fn run(sizes: &Sizes, report: &mut Report) -> Result<()> {
    let mut figures = Vec::new();
    let mut lines = Vec::new();
    for units in &sizes.partner_units {
        for order in [Switch::Off, Switch::On] {
            let found = account(*units, order, sizes.partner_runs).await?;
            // The next account may take an hour.
            eprintln!("{units} units, repeated rows {order:?}: {}", serde_json::to_string(&found)?);
            lines.extend(found.lines(*units, order));
            figures.push(json!({ "units": units, "rows_repeat": order == Switch::On, "calls": found }));
        }
    }
    report.add("t9", lines, json!({ "accounts": figures }));
    Ok(())
}

/// Calls of Latchel that one account cost.
#[derive(Debug, Serialize)]
struct Found {
    /// Pages that its properties and residents fill.
    pages: usize,
    activation: usize,
    adoption: usize,
    first_run: usize,
    without: Day,
    with: Day,
}

/// Calls of a day.
#[derive(Debug, Default, Serialize)]
struct Day {
    /// Each run of work orders by the schedule: its calls, and how many of them write.
    runs: Vec<(usize, usize)>,
    /// All other calls: the daily run of properties and residents, and what webhooks tell of.
    others: usize,
    /// Records that webhooks told of.
    told: usize,
}

impl Day {
    fn all(&self) -> usize {
        self.others + self.runs.iter().map(|(calls, _)| calls).sum::<usize>()
    }

    fn largest(&self) -> usize {
        self.runs.iter().map(|(calls, writes)| calls - writes).max().unwrap_or(0)
    }

    /// The run in the middle of all, by its calls beside its writes.
    fn usual(&self) -> usize {
        let mut calls: Vec<_> = self.runs.iter().map(|(calls, writes)| calls - writes).collect();
        calls.sort_unstable();
        calls.get(calls.len() / 2).copied().unwrap_or(0)
    }
}

impl Found {
    fn lines(&self, units: u32, order: Switch) -> Vec<Line> {
        let lists = if order == Switch::On { "rows repeat" } else { "sound lists" };
        let named = |what: &str| format!("Partner API, {units} units, {lists}: {what}");
        let aim = units == AIMED_AT && order == Switch::Off;
        let line = |what: &str, value: usize, most: usize| match aim {
            true => Line::target(
                "T9",
                named(what),
                format!("≤ {most}"),
                value.to_string(),
                Verdict::of(value <= most),
            ),
            false => Line::told("T9", named(what), value.to_string()),
        };
        let minutes = |calls: usize| calls.div_ceil(SHARE as usize).saturating_sub(1) * 10;
        vec![
            line("calls that fill the mirror of properties and residents", self.activation, self.pages),
            Line::told(
                "T9",
                named("calls for adoption, and for the first run after it"),
                format!("{}, {}", self.adoption, self.first_run),
            ),
            Line::told(
                "T9",
                named("the share of the key allows all that in about"),
                format!("{} min", minutes(self.activation + self.adoption + self.first_run)),
            ),
            line(
                "calls of a usual run of work orders beside its writes, without webhooks",
                self.without.usual(),
                WITHOUT,
            ),
            line("the same, the largest of a day", self.without.largest(), SHARE as usize),
            line(
                "calls of a usual run of work orders beside its writes, with webhooks",
                self.with.usual(),
                WITH,
            ),
            Line::told(
                "T9",
                named("calls of a day, without webhooks and with them"),
                format!("{}, {} ({} told)", self.without.all(), self.with.all(), self.with.told),
            ),
        ]
    }
}

async fn account(units: u32, order: Switch, runs: u32) -> Result<Found> {
    let mut account = Account::start(units, order).await?;
    let pages = account.server.read(|world| {
        let latchel = &world.latchel;
        latchel.properties.iter().count().div_ceil(10) + latchel.residents.iter().count().div_ceil(10)
    });
    account.mirror.fill(account.now, &|_| true).await?;
    let filled = account.take_calls();
    account.take_over().await?;
    let adoption = account.take_calls().all + filled.all - filled.lists;
    account.advance();
    account.sync(account.request(Trigger::Manual), Told::Not).await?;
    let first_run = account.take_calls().all;
    // Days later, what that run created is no news any more.
    account.now += SETTLED;
    account.advance();
    account.sync(account.request(Trigger::Manual), Told::Not).await?;
    let without = account.day(runs, Told::Not).await?;
    let with = account.day(runs, Told::ByWebhooks).await?;
    account.server.shutdown().await;
    Ok(Found { pages, activation: filled.lists, adoption, first_run, without, with })
}
