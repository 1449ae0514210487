use latchel_sync_core::engine::{self, Explanation};
use latchel_sync_core::ledger::Outcome;
use latchel_sync_core::model::{Kind, Reason, RuleId, Side, Status, Tense};
use latchel_sync_core::words::sentence;

use super::super::results::status_text;
use super::super::text::{Moment, When};

/// The banner on top of a record's page: one sentence, and what somebody can do.
pub(super) struct Banner {
    pub class: &'static str,
    pub headline: String,
    /// Reason in words, unless all is well.
    pub because: Option<String>,
    /// Words before the advice, and the advice; only where something is wrong.
    pub advice: Option<(&'static str, String)>,
    /// Statuses of the two ways, where they differ.
    pub ways: Option<String>,
    pub verified: Option<When>,
    pub why: Why,
}

/// Content behind "Why?".
pub(super) struct Why {
    /// Reason in words, where the banner itself does not say it.
    pub because: Option<String>,
    pub reason: Option<(&'static str, RuleId)>,
    pub decided: Option<When>,
}

impl Banner {
    /// The banner of a work order.
    pub fn of(banner: &engine::Banner, platform: &str, moment: Moment) -> Self {
        let is_well = banner.status == Status::Synced;
        let because = Some(banner.explanation.clone()).filter(|text| !text.is_empty());
        let (shown, behind) = if is_well { (None, because) } else { (because, None) };
        let way = |way: &engine::Way| {
            let (from, to) = match way.from {
                Side::Platform => (platform, "Latchel"),
                Side::Latchel => ("Latchel", platform),
            };
            format!("from {from} to {to} {}", status_text(way.status))
        };
        let ways: Vec<_> = banner.ways.iter().map(way).collect();
        Self {
            class: banner.status.as_str(),
            headline: banner.headline.clone(),
            because: shown,
            advice: advice(banner.status, &banner.remedy),
            ways: (!ways.is_empty()).then(|| format!("The two ways: {}.", ways.join(", "))),
            verified: banner.verified_at.map(|at| moment.when(at)),
            why: Why {
                because: behind,
                reason: banner.reason.map(Reason::code).zip(banner.rule),
                decided: banner.decided_at.map(|at| moment.when(at)),
            },
        }
    }

    /// The banner of a property or resident, by its newest outcome, or by what a run would say now.
    pub fn of_record(explained: &Explanation, platform: &str, moment: Moment) -> Self {
        let Explanation { key, outcome, .. } = explained;
        let (reason, detail, tense) = match outcome {
            Some(Outcome { reason, detail, .. }) => (*reason, detail.as_deref(), Tense::Has),
            None => (explained.reason, explained.detail.as_deref(), Tense::Would),
        };
        let status = reason.status();
        let this = match key.kind {
            Kind::Property => "This property",
            Kind::Resident => "This resident",
            Kind::WorkOrder => "This work order",
        };
        let headline = match status {
            _ if outcome.is_none() => format!("{this} has not been seen by a sync yet."),
            Status::Synced => format!("{this} is synced with {platform}."),
            Status::Pending => format!("{this} is waiting to be synced."),
            Status::NotSynced => format!("{this} is not synced with {platform}."),
            Status::Failed => format!("The last attempt to sync {} failed.", this.replacen('T', "t", 1)),
        };
        let said = reason.sentence_naming(tense, platform);
        let because = match detail {
            Some(detail) => format!("{said} {}", sentence(detail)),
            None => said,
        };
        let is_well = status == Status::Synced && outcome.is_some();
        let (shown, behind) = if is_well { (None, Some(because)) } else { (Some(because), None) };
        let verified_at = explained.link.as_ref().and_then(|link| link.verified_at);
        Self {
            class: if outcome.is_some() { status.as_str() } else { Status::Pending.as_str() },
            headline,
            because: shown,
            advice: advice(status, &reason.remedy_naming(platform)),
            ways: None,
            verified: verified_at.map(|at| moment.when(at)),
            why: Why {
                because: behind,
                reason: Some((reason.code(), reason.rule_for(key))),
                decided: outcome.as_ref().map(|outcome| moment.when(outcome.at)),
            },
        }
    }
}

/// Advice with its beginning: what a rule leaves alone is not wrong, and can be changed.
fn advice(status: Status, remedy: &str) -> Option<(&'static str, String)> {
    let beginning = match status {
        _ if remedy.is_empty() => return None,
        Status::Synced => return None,
        Status::NotSynced => "To change that:",
        Status::Pending | Status::Failed => "To do:",
    };
    Some((beginning, remedy.to_owned()))
}
