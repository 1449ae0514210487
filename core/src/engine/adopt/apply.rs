//! Links for pairs that were decided.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use super::check::{Checked, check};
use super::seen::Seen;
use super::{AdoptDecision, Proposal, propose, references};
use crate::engine::context::{Context, Purpose};
use crate::engine::driver::outcome::outcome;
use crate::engine::{AdoptRequest, Engine, Observer};
use crate::ledger::{
    Account, Action, Lease, NewRun, Outcome, PhaseReport, RecordMemory, Run, RunStatus, Trigger,
};
use crate::model::{Kind, Link, Phase, Reason, RunId, Side, Window};
use crate::{Error, Result, RunBegin, calls};

/// Number of rows that are checked and written together.
const ROWS: usize = 100;

/// Results of taking an account over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Adopted {
    /// The run that wrote the links.
    pub run: Run,
    /// Number of pairs that are linked now and were not before.
    pub linked: u64,
    /// Number of pairs that were linked like that already.
    pub already: u64,
    /// Number of references that were written to Latchel.
    pub references: u64,
    /// Number of proposals without a decision.
    pub undecided: u64,
    /// Pairs that were to be linked and are not, and those whose reference was not written.
    pub refused: Vec<Refusal>,
}

/// A pair that was not linked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Kind of the record.
    pub kind: Kind,
    /// Its id on the platform.
    pub platform_id: String,
    /// Its id in Latchel.
    pub latchel_id: i64,
    /// Cause, in words.
    pub why: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, platform_id, latchel_id, why } = self;
        write!(f, "{kind} {platform_id} with Latchel's {latchel_id}: {why}")
    }
}

impl Engine {
    /// Links the pairs that are decided (rule A2): in the ledger, and where it is asked for, by Latchel's references. Nothing
    /// is created. A pair that does not hold is refused by itself.
    ///
    /// # Errors
    ///
    /// Only if the run could not begin, as while another one is under way ([`ErrorKind::Busy`](crate::ErrorKind::Busy)), or its
    /// end not be recorded; what fails on the way is in the [`Run`].
    pub async fn adopt(&self, request: &AdoptRequest, observer: &dyn Observer) -> Result<Adopted> {
        let started = Instant::now();
        let account = self.ledger_account(request.now).await?;
        let new = NewRun {
            id: RunId(Uuid::now_v7()),
            account: self.account.name.clone(),
            now: request.now,
            day: Some(self.local_date(request.now)),
            trigger: Trigger::Manual,
            holder: request.holder.clone(),
            phases: Phase::ALL.to_vec(),
        };
        let lease = self.ledger.begin_run(&new).await?;
        let named = request.rows.as_ref().map(Vec::len);
        let run = Run { named, ..Run::begin(&new) };
        let mut adopted =
            Adopted { run, linked: 0, already: 0, references: 0, undecided: 0, refused: Vec::new() };
        let work = self.adopt_under(lease, &account, (request, started), observer, &mut adopted);
        let (worked, calls) = calls::recorded(Box::pin(work)).await;
        adopted.run.calls = calls.made;
        adopted.run.status = match (&worked, adopted.refused.is_empty()) {
            (Ok(()), true) => RunStatus::Success,
            (Ok(()), false) => RunStatus::Partial,
            (Err(_), _) if adopted.linked > 0 => RunStatus::Partial,
            (Err(_), _) => RunStatus::Failed,
        };
        adopted.run.warnings.extend(worked.err().map(|error| error.to_string()));
        adopted.run.took_ms = u64::try_from(started.elapsed().as_millis()).ok();
        self.ledger.finish_run(&adopted.run).await?;
        Ok(adopted)
    }

    async fn adopt_under(
        &self,
        lease: Lease,
        account: &Account,
        (request, started): (&AdoptRequest, Instant),
        observer: &dyn Observer,
        adopted: &mut Adopted,
    ) -> Result<()> {
        let clock = (request.now, started);
        let (start, stop) = (account.sync_start, &request.stop);
        let prepared = Context::prepare(self, lease, Purpose::Apply, clock, start, &[], stop);
        let cx = Box::pin(prepared).await?;
        let few = request.rows.as_ref().is_some_and(|rows| rows.len() <= ROWS);
        let (proposed, seen) = if few {
            cx.reading(cx.latchel().begin(&RunBegin::of_all(cx.now, false))).await?;
            (Vec::new(), Seen::default())
        } else {
            // For many rows people's decisions too are checked by what the lists show: by id, a large account takes hours.
            let (found, seen) = cx.reading(Box::pin(propose(&cx, observer))).await?;
            adopted.run.warnings.extend(found.warnings);
            (found.pairs, seen)
        };
        let rows = request.rows.as_ref().unwrap_or(&proposed);
        adopted.undecided = rows.iter().filter(|row| row.decision == AdoptDecision::Undecided).count() as u64;
        // Properties first: residents and work orders are checked against those.
        for phase in [Phase::Properties, Phase::Residents, Phase::WorkOrdersToLatchel] {
            let decided = |row: &&Proposal| row.kind == phase.kind() && row.decision == AdoptDecision::Link;
            let rows: Vec<_> = rows.iter().filter(decided).collect();
            if rows.is_empty() {
                continue;
            }
            observer.phase_started(phase, Window { from: cx.now });
            let before = adopted.linked;
            let written = adopted.references;
            let work = (rows.as_slice(), &seen, request.write_references);
            let done = Box::pin(apply(&cx, phase, work, observer, adopted)).await;
            let counts = (adopted.linked - before, adopted.references - written);
            let report = report(&cx, phase, counts, done.as_ref().err());
            observer.phase_finished(&report);
            adopted.run.phases.push(report);
            done?;
        }
        Ok(())
    }
}

async fn apply(
    cx: &Context<'_>,
    phase: Phase,
    (rows, seen, write_references): (&[&Proposal], &Seen, bool),
    observer: &dyn Observer,
    adopted: &mut Adopted,
) -> Result<()> {
    let kind = phase.kind();
    for rows in rows.chunks(ROWS) {
        let verdicts = cx.reading(Box::pin(check(cx, kind, rows, seen))).await?;
        let mut taken = Taken::look_up(cx, kind, rows).await?;
        cx.keep_lease().await?;
        let (mut outcomes, mut linked) = (Vec::new(), Vec::new());
        for (row, verdict) in rows.iter().zip(verdicts) {
            let verdict = match taken.stands(row) {
                Stands::Linked => {
                    adopted.already += 1;
                    linked.extend(verdict.map(|checked| checked.link));
                    continue;
                }
                Stands::Refused(why) => Err(why),
                Stands::Free => verdict,
            };
            match verdict {
                Ok(Checked { link, label }) => {
                    if let Some(reference) = taken.referring.get(&row.latchel_id) {
                        cx.ledger().unlink(&cx.lease, kind, reference).await?;
                    }
                    cx.put_link(&link).await?;
                    taken.put(row);
                    adopted.linked += 1;
                    let counterpart = Some(link.latchel_id.to_string());
                    let said = outcome(cx, link.key(Side::Platform), Reason::Adopted, None);
                    let said = Outcome { counterpart, label, action: Action::Link, ..said };
                    observer.outcome(phase, &said);
                    outcomes.push(said);
                    linked.push(link);
                }
                Err(why) => adopted.refused.push(Refusal {
                    kind,
                    platform_id: row.platform_id.clone(),
                    latchel_id: row.latchel_id,
                    why,
                }),
            }
        }
        // A record that was pending is so no longer; what it differs in shows in the next run.
        cx.ledger().record(&cx.lease, &outcomes).await?;
        if write_references {
            let written = Box::pin(references::write(cx, &linked)).await?;
            adopted.references += written.count;
            adopted.refused.extend(written.refused);
        }
    }
    Ok(())
}

/// Present links of the records of some rows.
struct Taken {
    by_platform: HashMap<String, i64>,
    by_latchel: HashMap<i64, String>,
    /// References of Latchel's records that stand in the place of links.
    referring: HashMap<i64, String>,
    /// Records on the platform of which a create is not settled.
    unsettled: Vec<String>,
}

/// State of a row's two records.
enum Stands {
    Free,
    Linked,
    Refused(String),
}

impl Taken {
    async fn look_up(cx: &Context<'_>, kind: Kind, rows: &[&Proposal]) -> Result<Self> {
        let platform =
            cx.recall(kind, Side::Platform, rows.iter().map(|row| row.platform_id.clone())).await?;
        let latchel =
            cx.recall(kind, Side::Latchel, rows.iter().map(|row| row.latchel_id.to_string())).await?;
        let links = |memories: &[RecordMemory]| -> Vec<_> {
            memories.iter().filter_map(|memory| memory.link.as_deref().cloned()).collect()
        };
        let of_platform = links(&platform).into_iter();
        let (referring, of_latchel): (Vec<_>, Vec<_>) =
            links(&latchel).into_iter().partition(Link::is_by_reference_alone);
        let other = |link: Link| (link.latchel_id, link.platform_id);
        let unsettled = platform.into_iter().filter(|memory| memory.intent.is_some());
        Ok(Self {
            by_platform: of_platform.map(|link| (link.platform_id, link.latchel_id)).collect(),
            by_latchel: of_latchel.into_iter().map(other).collect(),
            referring: referring.into_iter().map(other).collect(),
            unsettled: unsettled.map(|memory| memory.key.id).collect(),
        })
    }

    fn stands(&self, row: &Proposal) -> Stands {
        match (self.by_platform.get(&row.platform_id), self.by_latchel.get(&row.latchel_id)) {
            (Some(id), _) if *id == row.latchel_id => Stands::Linked,
            (Some(id), _) => Stands::Refused(format!("it is linked with Latchel's {id}")),
            (_, Some(id)) => {
                Stands::Refused(format!("Latchel's {} is linked with the platform's {id}", row.latchel_id))
            }
            _ if self.unsettled.contains(&row.platform_id) => Stands::Refused(
                "a create of it was sent and its outcome is not known: the next sync settles that".to_owned(),
            ),
            _ => Stands::Free,
        }
    }

    fn put(&mut self, row: &Proposal) {
        self.by_platform.insert(row.platform_id.clone(), row.latchel_id);
        self.by_latchel.insert(row.latchel_id, row.platform_id.clone());
    }
}

fn report(
    cx: &Context<'_>,
    phase: Phase,
    (linked, writes): (u64, u64),
    error: Option<&Error>,
) -> PhaseReport {
    let window_from: DateTime<Utc> = cx.now;
    PhaseReport {
        phase,
        window_from,
        counts: [(Reason::Adopted, linked)].into_iter().filter(|(_, count)| *count > 0).collect(),
        writes,
        error: error.map(ToString::to_string),
        error_kind: error.map(Error::kind),
        paused: None,
    }
}
