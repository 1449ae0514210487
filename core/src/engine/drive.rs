use std::collections::{BTreeMap, HashMap, HashSet};

use futures::TryStreamExt;

use super::context::Context;
use super::flow::{Applied, Flow};
use super::tally::Tally;
use super::{Observer, StopSignal};
use crate::ledger::{Action, Memory, Origin, Outcome, PhaseReport};
use crate::model::{Fingerprint, RecordKey, Row, Side, Window};
use crate::rules::{Reason, Trace, WindowVerdict, judge_window};
use crate::{Error, ErrorKind, Result};

/// How many writes in a row may fail as if the far side were down before the phase gives up.
const PATIENCE: u32 = 5;

/// How many pending records are looked at together.
const PENDING_PAGE: u32 = 200;

/// Takes every record of a phase through its steps: first the window's pages, then what is pending.
pub(super) async fn drive<F: Flow>(
    flow: &F,
    window: Window,
    stop: &StopSignal,
    observer: &dyn Observer,
    first: impl AsyncFnOnce(&mut Tally<'_>) -> Result<()>,
) -> (PhaseReport, Option<Error>) {
    let mut tally = Tally::start(flow.phase(), window, observer);
    let mut driver = Driver { flow, stop, failures_in_a_row: 0 };
    let result = async {
        first(&mut tally).await?;
        let mut pages = flow.pages(window);
        while let Some(rows) = pages.try_next().await? {
            driver.page(rows, Some(window), &mut tally).await?;
        }
        driver.pending(&mut tally).await
    }
    .await;
    let error = result.err();
    (tally.finish(error.as_ref().map(Error::to_string)), error)
}

struct Driver<'a, F> {
    flow: &'a F,
    stop: &'a StopSignal,
    failures_in_a_row: u32,
}

impl<F: Flow> Driver<'_, F> {
    /// One page: `window` is `None` for records that are looked at whenever they changed.
    async fn page(
        &mut self,
        rows: Vec<Row<F::Record>>,
        window: Option<Window>,
        tally: &mut Tally<'_>,
    ) -> Result<()> {
        let cx = self.flow.context();
        let mut sorted = Sorted::new();
        for (row, memory) in self.with_memories(rows).await? {
            self.sort(row, memory, window, &mut sorted, tally);
        }
        let mut hinted = std::mem::take(&mut sorted.hinted);
        let (rows, failures) = self.fetch(hinted.keys().cloned().collect()).await?;
        sorted.outcomes.extend(failures);
        for (row, memory) in self.with_memories(rows).await? {
            if !matches!(row, Row::Hint { .. }) {
                hinted.remove(&memory.key.id);
            }
            self.sort(row, memory, None, &mut sorted, tally);
        }
        let Sorted { inside, mut outcomes, .. } = sorted;
        outcomes.iter().for_each(|failure| drop(hinted.remove(&failure.key.id)));
        outcomes.extend(hinted.into_iter().map(|(id, fingerprint)| Outcome {
            fingerprint: Some(fingerprint),
            ..outcome(cx, self.key(id), Reason::GoneFromSource, None)
        }));

        let decided = self.decide_all(inside, &mut outcomes).await;
        self.record(&outcomes, tally).await?;
        cx.ledger().renew_lease(cx.account(), cx.run).await?;
        decided
    }

    /// Says of a row what can be said without looking anything up.
    fn sort(
        &self,
        row: Row<F::Record>,
        memory: Memory,
        window: Option<Window>,
        sorted: &mut Sorted<F::Record>,
        tally: &mut Tally<'_>,
    ) {
        let cx = self.flow.context();
        match row {
            Row::Invalid(invalid) => {
                let detail = format!("{}: {}", invalid.field, invalid.problem);
                sorted.outcomes.push(outcome(cx, memory.key, Reason::InvalidRecord, Some(detail)));
            }
            Row::NotSupported { what, fingerprint, .. } => {
                let unsupported = outcome(cx, memory.key, Reason::NotSupported, Some(what));
                sorted.outcomes.push(Outcome { fingerprint, ..unsupported });
            }
            Row::Hint { id, fingerprint } => match self.judge_hint(&memory, &fingerprint) {
                Some(Reason::UnchangedSinceLastSeen) => tally.outside(&id, Reason::UnchangedSinceLastSeen),
                Some(reason) => {
                    let counterpart = counterpart_of(&memory);
                    let label = memory.outcome.map(|newest| newest.label).unwrap_or_default();
                    let hinted = outcome(cx, memory.key, reason, None);
                    sorted.outcomes.push(Outcome {
                        counterpart,
                        label,
                        fingerprint: Some(fingerprint),
                        ..hinted
                    });
                }
                None => drop(sorted.hinted.insert(id, fingerprint)),
            },
            Row::Record(record) => match self.judge(&record, &memory, window) {
                WindowVerdict::Inside => sorted.inside.push((record, memory)),
                WindowVerdict::Outside(reason) => tally.outside(&memory.key.id, reason),
            },
        }
    }

    /// Records by id, and an outcome for each that by itself makes the call fail.
    async fn fetch(&self, ids: Vec<String>) -> Result<(Vec<Row<F::Record>>, Vec<Outcome>)> {
        if ids.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        match self.flow.fetch(&ids).await {
            Ok(rows) => return Ok((rows, Vec::new())),
            Err(error) if error.is_about_the_request() => {}
            Err(error) => return Err(error),
        }
        let (mut rows, mut failures) = (Vec::new(), Vec::new());
        for id in ids {
            match self.flow.fetch(std::slice::from_ref(&id)).await {
                Ok(found) => rows.extend(found),
                Err(error) if error.is_about_the_request() => {
                    let Applied { reason, detail, .. } = failed(&error);
                    failures.push(outcome(self.flow.context(), self.key(id), reason, detail));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((rows, failures))
    }

    async fn record(&self, outcomes: &[Outcome], tally: &mut Tally<'_>) -> Result<()> {
        let cx = self.flow.context();
        cx.ledger().record(cx.account(), cx.run, outcomes).await?;
        outcomes.iter().for_each(|outcome| tally.outcome(outcome));
        Ok(())
    }

    fn key(&self, id: String) -> RecordKey {
        let phase = self.flow.phase();
        RecordKey { kind: phase.kind(), side: phase.source(), id }
    }

    /// Decides and applies each record; what came out before an error is in `outcomes` all the same.
    async fn decide_all(
        &mut self,
        records: Vec<(F::Record, Memory)>,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let cx = self.flow.context();
        for case in self.flow.gather(records).await? {
            if self.stop.is_set() {
                return Err(Error::new(
                    ErrorKind::Timeout,
                    "the run was asked to stop; the next run goes on from here",
                ));
            }
            let applied = self.settle(&case).await;
            self.failures_in_a_row = match &applied {
                Err(error) if error.ends_the_run() => self.failures_in_a_row + 1,
                _ => 0,
            };
            let give_up = match &applied {
                Err(error)
                    if error.kind() == ErrorKind::Unauthorized || self.failures_in_a_row >= PATIENCE =>
                {
                    Some(Error::new(error.kind(), format!("gave up, because calls keep failing: {error}")))
                }
                _ => None,
            };
            outcomes.push(self.outcome_of(cx, &case, applied));
            if let Some(error) = give_up {
                return Err(error);
            }
        }
        Ok(())
    }

    async fn settle(&self, case: &F::Case) -> Result<Applied> {
        let decision = self.flow.decide(case, &mut Trace::off());
        self.flow.adopt(case).await?;
        match decision.action {
            None => Ok(Applied::new(decision, Action::None)),
            Some(_) => self.flow.apply(case, decision, &mut Trace::off()).await,
        }
    }

    fn outcome_of(&self, cx: &Context<'_>, case: &F::Case, applied: Result<Applied>) -> Outcome {
        let record = self.flow.record(case);
        let key = self.key(self.flow.id(record));
        let applied = applied.unwrap_or_else(|error| failed(&error));
        Outcome {
            counterpart: applied.counterpart.or_else(|| self.flow.counterpart(case)),
            label: self.flow.label(record),
            action: applied.action,
            fingerprint: self.flow.freshness(record).and_then(|freshness| freshness.fingerprint().cloned()),
            waits_for: self.flow.waits_for(case, applied.reason),
            ..outcome(cx, key, applied.reason, applied.detail)
        }
    }

    fn judge(&self, record: &F::Record, memory: &Memory, window: Option<Window>) -> WindowVerdict {
        let remembered = memory.outcome.as_ref().and_then(|newest| newest.fingerprint.as_ref());
        match (window, self.flow.freshness(record)) {
            (Some(window), Some(freshness)) => judge_window(freshness, window, remembered, &mut Trace::off()),
            _ => WindowVerdict::Inside,
        }
    }

    /// The reason for a record of which only a hint came; `None` if it must be fetched.
    fn judge_hint(&self, memory: &Memory, fingerprint: &Fingerprint) -> Option<Reason> {
        let remembered = memory.outcome.as_ref().and_then(|newest| newest.fingerprint.as_ref());
        if remembered == Some(fingerprint) {
            return Some(Reason::UnchangedSinceLastSeen);
        }
        self.flow.reason_if_linked().filter(|_| memory.link.is_some())
    }

    /// Pairs rows with what is remembered of them, without those that this run has decided already.
    async fn with_memories(&self, rows: Vec<Row<F::Record>>) -> Result<Vec<(Row<F::Record>, Memory)>> {
        let mut seen = HashSet::new();
        let mut unique = Vec::with_capacity(rows.len());
        for row in rows {
            let id = self.row_id(&row);
            if seen.insert(id.clone()) {
                unique.push((row, id));
            }
        }
        let (cx, phase) = (self.flow.context(), self.flow.phase());
        let ids = unique.iter().map(|(_, id)| id.clone());
        let memories = cx.recall(phase.kind(), phase.source(), ids).await?;
        let rows = unique.into_iter().map(|(row, _)| row);
        Ok(rows.zip(memories).filter(|(_, memory)| !decided_in(memory, cx)).collect())
    }

    fn row_id(&self, row: &Row<F::Record>) -> String {
        match row {
            Row::Record(record) => self.flow.id(record),
            Row::Hint { id, .. } | Row::NotSupported { id, .. } => id.clone(),
            Row::Invalid(invalid) => invalid.id.clone(),
        }
    }

    /// Tries what is pending again (rule W3), except what this run has seen already.
    async fn pending(&mut self, tally: &mut Tally<'_>) -> Result<()> {
        let (cx, phase) = (self.flow.context(), self.flow.phase());
        let mut after: Option<String> = None;
        loop {
            let page = cx
                .ledger()
                .pending(cx.account(), phase.kind(), phase.source(), after.as_deref(), PENDING_PAGE)
                .await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.outcome.key.id.clone());

            let keys: Vec<_> = page.iter().map(|pending| pending.outcome.key.clone()).collect();
            let memories = cx.ledger().recall(cx.account(), &keys).await?;
            let open: Vec<_> = page
                .into_iter()
                .zip(memories)
                .filter(|(_, memory)| !decided_in(memory, cx))
                .map(|(pending, _)| pending)
                .collect();
            let ready = self.flow.ready(&open).await?;
            let (again, waiting): (Vec<_>, Vec<_>) = open
                .into_iter()
                .zip(ready)
                .map(|(pending, ready)| (pending.outcome, ready))
                .partition(|(newest, ready)| *ready && newest.key.has_id());

            let still = waiting.into_iter().map(|(newest, _)| Outcome { run: cx.run, at: cx.now, ..newest });
            self.record(&still.collect::<Vec<_>>(), tally).await?;

            let mut labels: BTreeMap<String, String> =
                again.into_iter().map(|(newest, _)| (newest.key.id, newest.label)).collect();
            let (rows, failures) = self.fetch(labels.keys().cloned().collect()).await?;
            rows.iter().for_each(|row| drop(labels.remove(&self.row_id(row))));
            let mut ended: Vec<Outcome> = failures
                .into_iter()
                .map(|failure| Outcome {
                    label: labels.remove(&failure.key.id).unwrap_or_default(),
                    ..failure
                })
                .collect();
            ended.extend(labels.into_iter().map(|(id, label)| Outcome {
                label,
                ..outcome(cx, self.key(id), Reason::GoneFromSource, None)
            }));
            self.record(&ended, tally).await?;
            self.page(rows, None, tally).await?;
        }
    }
}

/// A page's rows, by what is to be done with them.
struct Sorted<T> {
    outcomes: Vec<Outcome>,
    inside: Vec<(T, Memory)>,
    hinted: BTreeMap<String, Fingerprint>,
}

impl<T> Sorted<T> {
    fn new() -> Self {
        Self { outcomes: Vec::new(), inside: Vec::new(), hinted: BTreeMap::new() }
    }
}

/// Whether this run has decided the record, or created it in Latchel.
fn decided_in(memory: &Memory, cx: &Context<'_>) -> bool {
    let decided = memory.outcome.as_ref().is_some_and(|newest| newest.run == cx.run);
    let made =
        memory.link.as_ref().is_some_and(|link| link.run == cx.run && link.origin == Origin::FromPlatform);
    decided || made
}

fn counterpart_of(memory: &Memory) -> Option<String> {
    memory.link.as_ref().map(|link| match memory.key.side {
        Side::Platform => link.latchel_id.to_string(),
        Side::Latchel => link.platform_id.clone(),
    })
}

fn failed(error: &Error) -> Applied {
    let reason = match error.kind() {
        ErrorKind::Unconfirmed => Reason::NotConfirmed,
        ErrorKind::Malformed => Reason::InvalidRecord,
        ErrorKind::Unsupported => Reason::NotSupportedByPlatform,
        _ => Reason::CallFailed,
    };
    Applied { reason, action: Action::None, detail: Some(error.to_string()), counterpart: None }
}

/// An outcome of this run without particulars.
pub(super) fn outcome(cx: &Context<'_>, key: RecordKey, reason: Reason, detail: Option<String>) -> Outcome {
    Outcome {
        key,
        counterpart: None,
        label: String::new(),
        reason,
        action: Action::None,
        detail,
        run: cx.run,
        at: cx.now,
        fingerprint: None,
        waits_for: None,
    }
}

/// Indexes `records` by a key that each of them may have; of several with one key, the first stays.
pub(super) fn index<T, K: std::hash::Hash + Eq>(
    records: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> Option<K>,
) -> HashMap<K, T> {
    let mut map = HashMap::new();
    for record in records {
        if let Some(key) = key(&record) {
            map.entry(key).or_insert(record);
        }
    }
    map
}
