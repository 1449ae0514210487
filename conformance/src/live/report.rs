use std::fmt;

use serde_json::{Value, json};

use super::facts::{Facts, ListFacts};
use super::private::Private;
use super::reader::Sample;
use super::{Confidential, Live, records};
use crate::report::{Gap, Line, Stop};

/// Report on a live account, without anything private in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveReport {
    /// The adapter's name.
    pub adapter: &'static str,
    /// True if anything could be read at all.
    pub is_reached: bool,
    /// Findings of the checks.
    pub lines: Vec<Line>,
    /// Figures about each list that could be read.
    pub lists: Vec<ListFacts>,
}

impl LiveReport {
    pub(crate) fn of(live: &Live, lines: Vec<Line>) -> Self {
        let private = private(live);
        let blot = |stop: Stop| match stop {
            Stop::Failed(what) => Stop::Failed(private.blot(&what)),
            Stop::NotChecked(Gap::Platform(why)) => Stop::NotChecked(Gap::Platform(private.blot(&why))),
            Stop::NotChecked(Gap::FarSide(why)) => Stop::NotChecked(Gap::FarSide(private.blot(&why))),
        };
        let lines = lines.into_iter().map(|line| Line { verdict: line.verdict.map_err(blot), ..line });
        let mut lists = Vec::new();
        lists.extend(live.properties.as_ref().ok().map(|sample| ListFacts::of("properties", sample)));
        lists.extend(live.residents.as_ref().ok().map(|sample| ListFacts::of("residents", sample)));
        lists.extend(live.work_orders.as_ref().ok().map(|sample| ListFacts::of("work orders", sample)));
        Self { adapter: live.adapter.name, is_reached: live.is_reached(), lines: lines.collect(), lists }
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| matches!(line.verdict, Err(Stop::Failed(_))))
    }

    /// The report as JSON.
    pub fn to_json(&self) -> Value {
        let line = |line: &Line| {
            let (verdict, detail) = match &line.verdict {
                Ok(()) => ("passed", None),
                Err(Stop::Failed(what)) => ("failed", Some(what.clone())),
                Err(Stop::NotChecked(gap)) => ("not_checked", Some(gap.to_string())),
            };
            json!({"check": line.name, "behavior": line.behavior, "verdict": verdict, "detail": detail})
        };
        json!({
            "adapter": self.adapter,
            "reached": self.is_reached,
            "checks": self.lines.iter().map(line).collect::<Vec<_>>(),
            "lists": self.lists.iter().map(ListFacts::to_json).collect::<Vec<_>>(),
        })
    }
}

/// Collects everything that was read, and the secrets.
fn private(live: &Live) -> Private {
    let mut private = Private::default();
    let Confidential { secrets, names } = &live.confidential;
    secrets.iter().chain(names).for_each(|text| private.note_whole(text));
    if let Ok(name) = live.probe.as_ref().map(|probe| probe.account_name.as_deref().unwrap_or_default()) {
        private.note_whole(name);
    }
    live.users.iter().flatten().for_each(|user| private.note(&user.name));
    note(&live.properties, &mut private);
    note(&live.residents, &mut private);
    note(&live.work_orders, &mut private);
    private.finish();
    private
}

fn note<T: Facts>(sample: &Result<Sample<T>, Stop>, private: &mut Private) {
    let rows = sample.as_ref().map(|sample| sample.rows.as_slice()).unwrap_or_default();
    records(rows).for_each(|record| record.note_private(private));
}

impl fmt::Display for LiveReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The adapter {} and a live account, read only", self.adapter)?;
        self.lines.iter().try_for_each(|line| line.fmt(f))?;
        for list in &self.lists {
            let counts = |all: &std::collections::BTreeMap<&str, usize>| {
                all.iter().map(|(what, count)| format!("{what} {count}")).collect::<Vec<_>>().join(", ")
            };
            let cut = if list.is_cut { ", not read to its end" } else { "" };
            writeln!(
                f,
                "  {}: {} pages in {} ms{cut}; {}",
                list.list,
                list.pages,
                list.milliseconds,
                counts(&list.rows)
            )?;
            if !list.filled.is_empty() {
                writeln!(f, "    of the records: {}", counts(&list.filled))?;
            }
        }
        let failed = self.failures().count();
        let not_checked =
            self.lines.iter().filter(|line| matches!(line.verdict, Err(Stop::NotChecked(_)))).count();
        let passed = self.lines.len() - failed - not_checked;
        writeln!(f, "{passed} passed, {failed} failed, {not_checked} not checked")
    }
}
