use chrono::{DateTime, TimeDelta, Utc};

use tokio::time::Instant;

use crate::calls::{Calls, ClockReading};
use crate::engine::Engine;
use crate::engine::exclusions::ExcludedGroups;
use crate::engine::phases::adoption::known_to_platform;
use crate::model::{AdoptionGuard, Kind, PropertyRef, RecordKey, SyncMethod};
use crate::rules::choose_latchel_user;
use crate::{Error, ErrorKind, Finding, FindingLevel, Probe, Result, calls};

/// A clock that is off by more than this is worth a warning.
pub(super) const SKEW_WARNING: TimeDelta = TimeDelta::minutes(2);
/// A clock that is off by more than the overlap of rule W2 can lose records.
const SKEW_ERROR: TimeDelta = TimeDelta::minutes(15);
/// Time within which another program's work orders count as a sign that it is at work.
const RECENT: TimeDelta = TimeDelta::days(7);

impl Engine {
    /// Tests both systems, and everything that the rules need there: credentials, permissions, the Latchel user, clock
    /// skew. Reads only; `now` is this machine's clock, UTC.
    pub async fn check(&self, now: DateTime<Utc>) -> Vec<Finding> {
        let started = Instant::now();
        let (result, calls) = calls::recorded(self.platform.check()).await;
        let mut findings = probe("platform", result, &calls, (now, started));
        findings.extend(match self.platform.users().await {
            Ok(users) => Some(match choose_latchel_user(&users, &self.account.policy) {
                Ok(user) => Finding::ok("Latchel user", format!("{} (id {})", user.name, user.id)),
                Err(problem) if !self.needs_latchel_user() => Finding::warning(
                    "Latchel user",
                    problem,
                    "The platform cannot assign work orders, so that none is needed, except where the sync method \
                     is `assigned`: there nothing would be imported.",
                ),
                Err(problem) => Finding::error(
                    "Latchel user",
                    problem,
                    "Make sure that exactly one active user of the platform is Latchel's, or set `latchel_user`.",
                ),
            }),
            Err(error) if is_told_by_the_probe(&error) => None,
            Err(error) => Some(Finding::error("Latchel user", error.to_string(), "Permit reading the users.")),
        });
        let excluded = ExcludedGroups::read(&*self.platform, &self.account.policy.exclude).await;
        findings.extend(match excluded {
            Ok(excluded) => excluded.idle().to_vec(),
            Err(error) if is_told_by_the_probe(&error) => Vec::new(),
            Err(error) => vec![Finding::error(
                "excluded groups",
                error.to_string(),
                "Permit reading the groups of properties, or take them out of `exclude`.",
            )],
        });
        let (result, calls) = calls::recorded(self.latchel.check()).await;
        let is_reached = result.is_ok();
        findings.extend(probe("Latchel", result, &calls, (now, started)));
        if is_reached && self.account.policy.adoption.guard == AdoptionGuard::On {
            // Whatever cannot be read here is no finding: a run finds out by itself.
            findings.extend(self.filled_by_others(now).await.unwrap_or_default());
        }
        findings
    }

    /// Warnings about another program that fills the account (rule A1).
    async fn filled_by_others(&self, now: DateTime<Utc>) -> Result<Vec<Finding>> {
        let look = self.latchel.first_look(now - RECENT).await?;
        let mut findings = Vec::new();
        if let Some(plugin) = look.makers.iter().find(|maker| maker.trim_end().ends_with("Plugin")) {
            findings.push(Finding::warning(
                "Latchel: other programs",
                format!("{plugin} made work orders within the last week"),
                "Two programs would write the same fields: have Latchel switch its own sync of this account off \
                 before this one writes.",
            ));
        }
        // One that is linked is known, whatever it refers to.
        let keys: Vec<_> =
            look.properties.iter().map(|one| RecordKey::latchel(Kind::Property, one.id)).collect();
        let memories = self.ledger.recall(&self.account.name, &keys).await?;
        let unlinked = look.properties.iter().zip(memories).filter(|(_, memory)| memory.link.is_none());
        let active = unlinked.map(|(property, _)| property).filter(|property| property.is_active);
        let refs: Vec<_> = active.filter_map(|property| property.reference.clone()).collect();
        let known =
            if refs.is_empty() { Vec::new() } else { known_to_platform(&*self.platform, &refs).await? };
        let foreign: Vec<_> = refs.iter().filter(|one| !known.contains(one)).map(PropertyRef::key).collect();
        if foreign.len() * 2 > refs.len() {
            let examples = foreign.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            findings.push(Finding::warning(
                "Latchel: references",
                format!(
                    "of {} properties that are not linked, {} carry references that the platform does not \
                     know, for example {examples}",
                    refs.len(),
                    foreign.len(),
                ),
                "Another program has filled this account: nothing is created for its properties until \
                 `latchel-sync adopt` has linked them.",
            ));
        }
        Ok(findings)
    }

    /// True if a Latchel user is needed: to assign new work orders, or to tell which work orders are Latchel's (rule
    /// M3).
    fn needs_latchel_user(&self) -> bool {
        self.platform.capabilities().assign_user || self.account.policy.sync_method == SyncMethod::Assigned
    }
}

/// True if no call would come through, which the probe of the system has reported.
fn is_told_by_the_probe(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unauthorized | ErrorKind::Unavailable | ErrorKind::Paused)
}

/// Warnings about clocks that are off, by what calls showed of them. `now` is this machine's time at the monotonic instant
/// `started`.
pub(super) fn clock_warnings(calls: &Calls, now: (DateTime<Utc>, Instant)) -> Vec<String> {
    let found = calls.clocks.iter().map(|(system, reading)| clock(system, *reading, now));
    let off = found.filter(|found| found.level != FindingLevel::Ok);
    off.map(|found| found.sentence()).collect()
}

fn probe(system: &str, result: Result<Probe>, calls: &Calls, now: (DateTime<Utc>, Instant)) -> Vec<Finding> {
    let probe = match result {
        Ok(probe) => probe,
        Err(error) if error.is_pause() => {
            return vec![Finding::warning(
                format!("{system}: connection"),
                error.to_string(),
                remedy(&error),
            )];
        }
        Err(error) => {
            return vec![Finding::error(format!("{system}: connection"), error.to_string(), remedy(&error))];
        }
    };
    let mut findings = Vec::new();
    if let Some(name) = probe.account_name {
        findings.push(Finding::ok(format!("{system}: account"), name));
    }
    findings.extend(
        probe
            .findings
            .into_iter()
            .map(|one| Finding { subject: format!("{system}: {}", one.subject), ..one }),
    );
    findings.extend(calls.clocks.values().map(|reading| clock(system, *reading, now)));
    findings
}

/// Compares a clock with this machine's, which showed `now` at the monotonic instant `started`.
fn clock(system: &str, reading: ClockReading, (now, started): (DateTime<Utc>, Instant)) -> Finding {
    let subject = format!("{system}: clock");
    let (server, now) = (reading.shown, now + reading.read_at.saturating_duration_since(started));
    let skew = (server - now).abs();
    let seconds = skew.num_seconds();
    if skew <= SKEW_WARNING {
        return Finding::ok(subject, format!("{seconds} s apart"));
    }
    let detail = format!("the clocks are {seconds} s apart ({server} there, {now} here)");
    let remedy = "Set this machine's clock by NTP; records at the window's edge may be missed otherwise.";
    if skew > SKEW_ERROR {
        Finding::error(subject, detail, remedy)
    } else {
        Finding::warning(subject, detail, remedy)
    }
}

fn remedy(error: &Error) -> &'static str {
    error.kind().remedy().unwrap_or("Read the error; if it stays, ask the system's support.")
}
