use std::collections::{BTreeMap, HashMap, HashSet};

use futures::TryStreamExt;

use super::context::Context;
use super::flow::{Applied, Flow};
use super::guard::Guard;
use super::patience::Patience;
use super::settle::failed;
use super::tally::Tally;
use super::{Observer, Request};
use crate::ledger::{Action, Intent, Memory, Origin, Outcome, PhaseReport};
use crate::model::{Fingerprint, Freshness, RecordKey, Row, Side, Window};
use crate::rules::{Reason, Trace, WindowVerdict, judge_window};
use crate::{Error, Result};

/// How many pending records are looked at together.
const PENDING_PAGE: u32 = 200;

/// Takes every record of a phase through its steps: first the window's pages, then what is pending.
pub(super) async fn drive<F: Flow>(
    flow: &F,
    window: Window,
    request: &Request,
    observer: &dyn Observer,
    first: impl AsyncFnOnce(&mut Tally<'_>) -> Result<()>,
    last: impl AsyncFnOnce(&mut Tally<'_>) -> Result<()>,
) -> (PhaseReport, Option<Error>) {
    let mut tally = Tally::start(flow.phase(), window, observer);
    let guard = Guard { off: request.allow_mass_change };
    let mut driver = Driver {
        flow,
        guard,
        patience: Patience::default(),
        held: Vec::new(),
        held_by_id: Vec::new(),
        held_ids: HashSet::new(),
        released: false,
    };
    let result = async {
        first(&mut tally).await?;
        let mut pages = flow.pages(window);
        while let Some(rows) = flow.context().reading(pages.try_next()).await? {
            tally.listed(rows.len());
            driver.page(rows, Some(window), &mut tally).await?;
        }
        if tally.nothing_listed() {
            let cx = flow.context();
            cx.reading(guard.check_source(cx, flow.phase().source())).await?;
        }
        driver.pending(&mut tally).await?;
        last(&mut tally).await?;
        driver.release(&mut tally).await
    }
    .await;
    (tally.finish(result.as_ref().copied()), result.err())
}

pub(super) struct Driver<'a, F: Flow> {
    pub(super) flow: &'a F,
    pub(super) guard: Guard,
    pub(super) patience: Patience,
    /// Deactivations, which wait until the whole phase was seen (rule G1).
    pub(super) held: Vec<F::Case>,
    /// The ids of all of them.
    pub(super) held_ids: HashSet<String>,
    /// The ids of those that are more than are kept.
    pub(super) held_by_id: Vec<String>,
    /// Whether rule G1 has let them go.
    pub(super) released: bool,
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
        let intents = std::mem::take(&mut sorted.intents);
        let (rows, failures) = cx.reading(self.fetch(hinted.keys().cloned().collect())).await?;
        sorted.outcomes.extend(failures.into_iter().map(|failure| {
            let fingerprint = hinted.get(&failure.key.id).cloned();
            Outcome { fingerprint, ..failure }
        }));
        for (row, memory) in self.with_memories(rows).await? {
            if !matches!(row, Row::Hint { .. }) {
                hinted.remove(&memory.key.id);
            }
            self.sort(row, memory, None, &mut sorted, tally);
        }
        let Sorted { inside, mut outcomes, .. } = sorted;
        outcomes.iter().for_each(|failure| drop(hinted.remove(&failure.key.id)));
        self.forget(intents.iter().filter(|intent| hinted.contains_key(&intent.source.id))).await?;
        outcomes.extend(hinted.into_iter().map(|(id, fingerprint)| Outcome {
            fingerprint: Some(fingerprint),
            ..outcome(cx, self.key(id), Reason::GoneFromSource, None)
        }));

        let decided = self.decide_all(inside, &mut outcomes).await;
        self.record(&outcomes, tally).await?;
        cx.ledger().renew_lease(&cx.lease).await?;
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
                None => {
                    sorted.intents.extend(memory.intent);
                    sorted.hinted.insert(id, fingerprint);
                }
            },
            Row::Record(record) => match self.judge(&record, &memory, window) {
                // `pending` counts it, unless somebody dismissed it.
                WindowVerdict::Inside if window.is_some() && self.rests(&record, &memory) => {}
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
        let mut patience = Patience::default();
        for id in ids {
            match self.flow.fetch(std::slice::from_ref(&id)).await {
                Ok(found) => rows.extend(found),
                Err(error) if error.is_about_the_request() => {
                    if rows.is_empty() {
                        patience.unreadable(&error)?;
                    }
                    let Applied { reason, detail, .. } = failed(&error);
                    failures.push(outcome(self.flow.context(), self.key(id), reason, detail));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((rows, failures))
    }

    pub(super) async fn record(&self, outcomes: &[Outcome], tally: &mut Tally<'_>) -> Result<()> {
        let cx = self.flow.context();
        cx.ledger().record(&cx.lease, outcomes).await?;
        outcomes.iter().for_each(|outcome| tally.outcome(outcome));
        Ok(())
    }

    pub(super) fn key(&self, id: String) -> RecordKey {
        let phase = self.flow.phase();
        RecordKey { kind: phase.kind(), side: phase.source(), id }
    }

    fn judge(&self, record: &F::Record, memory: &Memory, window: Option<Window>) -> WindowVerdict {
        let remembered = memory.outcome.as_ref().and_then(|newest| newest.fingerprint.as_ref());
        match (window, self.flow.freshness(record)) {
            (Some(window), Some(freshness)) => judge_window(freshness, window, remembered, &mut Trace::off()),
            _ => WindowVerdict::Inside,
        }
    }

    /// Whether the record failed, has not changed since, and is not to be tried again yet.
    fn rests(&self, record: &F::Record, memory: &Memory) -> bool {
        let Some(pending) = &memory.pending else { return false };
        let later = pending.next_try().is_some_and(|at| pending.dismissed || at > self.flow.context().now);
        later && pending.outcome.fingerprint.is_some() && pending.outcome.fingerprint == self.seen(record)
    }

    /// The fingerprint of a record that failed: the platform's own, or one of all that was seen.
    pub(super) fn seen(&self, record: &F::Record) -> Option<Fingerprint> {
        let own = self.flow.freshness(record).and_then(Freshness::fingerprint);
        own.cloned().or_else(|| Some(Fingerprint::of(&serde_json::to_value(record).ok()?)))
    }

    /// The reason for a record of which only a hint came; `None` if it must be fetched.
    fn judge_hint(&self, memory: &Memory, fingerprint: &Fingerprint) -> Option<Reason> {
        let remembered = memory.outcome.as_ref().and_then(|newest| newest.fingerprint.as_ref());
        if remembered == Some(fingerprint) {
            return Some(Reason::UnchangedSinceLastSeen);
        }
        memory.link.as_ref().and_then(|link| self.flow.reason_if_linked(link))
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
        let decided = |memory: &Memory| decided_in(memory, cx) || self.held_ids.contains(&memory.key.id);
        Ok(rows.zip(memories).filter(|(_, memory)| !decided(memory)).collect())
    }

    /// Ends the creates for records that are gone from their source: nothing is ever looked for again because of them.
    async fn forget(&self, intents: impl Iterator<Item = &Intent>) -> Result<()> {
        let cx = self.flow.context();
        for intent in intents.filter(|_| !cx.is_dry()) {
            cx.ledger().settle_intent(&cx.lease, intent.id, None).await?;
        }
        Ok(())
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
            cx.ledger().renew_lease(&cx.lease).await?;
            let page = cx
                .ledger()
                .pending(cx.account(), phase.kind(), phase.source(), after.as_deref(), PENDING_PAGE)
                .await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.outcome.key.id.clone());

            let keys: Vec<_> = page.iter().map(|pending| pending.outcome.key.clone()).collect();
            let memories = cx.ledger().recall(cx.account(), &keys).await?;
            let intents: Vec<_> = memories.iter().filter_map(|memory| memory.intent.clone()).collect();
            let open: Vec<_> = page
                .into_iter()
                .zip(memories)
                .filter(|(_, memory)| !decided_in(memory, cx) && !self.held_ids.contains(&memory.key.id))
                .map(|(pending, _)| pending)
                .collect();
            let (open, paused): (Vec<_>, Vec<_>) =
                open.into_iter().partition(|pending| pending.next_try().is_none_or(|at| at <= cx.now));
            paused.iter().for_each(|pending| tally.outcome(&pending.outcome));
            let ready = cx.reading(self.flow.ready(&open)).await?;
            let (again, waiting): (Vec<_>, Vec<_>) = open
                .into_iter()
                .zip(ready)
                .map(|(pending, ready)| (pending.outcome, ready))
                .partition(|(newest, ready)| *ready && newest.key.has_id());

            let still = waiting.into_iter().map(|(newest, _)| Outcome { run: cx.run, at: cx.now, ..newest });
            self.record(&still.collect::<Vec<_>>(), tally).await?;

            let again = again.into_iter().map(|(newest, _)| newest);
            self.look_again(again, &intents, tally).await?;
        }
    }

    /// Takes records by their ids through a run's steps; `newest` is what is known of each.
    pub(super) async fn look_again(
        &mut self,
        newest: impl IntoIterator<Item = Outcome>,
        intents: &[Intent],
        tally: &mut Tally<'_>,
    ) -> Result<()> {
        let cx = self.flow.context();
        let mut missing: BTreeMap<String, Outcome> =
            newest.into_iter().map(|newest| (newest.key.id.clone(), newest)).collect();
        let (rows, failures) = cx.reading(self.fetch(missing.keys().cloned().collect())).await?;
        rows.iter().for_each(|row| drop(missing.remove(&self.row_id(row))));
        if rows.is_empty() && !missing.is_empty() {
            // A side that has nothing any more must not end what is pending.
            cx.reading(self.guard.check_source(cx, self.flow.phase().source())).await?;
        }
        let mut ended: Vec<Outcome> = failures
            .into_iter()
            .map(|failure| match missing.remove(&failure.key.id) {
                Some(Outcome { label, fingerprint, .. }) => Outcome { label, fingerprint, ..failure },
                None => failure,
            })
            .collect();
        self.forget(intents.iter().filter(|intent| missing.contains_key(&intent.source.id))).await?;
        ended.extend(missing.into_iter().map(|(id, Outcome { label, .. })| Outcome {
            label,
            ..outcome(cx, self.key(id), Reason::GoneFromSource, None)
        }));
        self.record(&ended, tally).await?;
        self.page(rows, None, tally).await
    }
}

/// A page's rows, by what is to be done with them.
struct Sorted<T> {
    outcomes: Vec<Outcome>,
    inside: Vec<(T, Memory)>,
    hinted: BTreeMap<String, Fingerprint>,
    /// Creates for what was hinted at whose outcome is not known.
    intents: Vec<Intent>,
}

impl<T> Sorted<T> {
    fn new() -> Self {
        Self { outcomes: Vec::new(), inside: Vec::new(), hinted: BTreeMap::new(), intents: Vec::new() }
    }
}

/// Whether this run has decided the record, or created it in Latchel.
pub(super) fn decided_in(memory: &Memory, cx: &Context<'_>) -> bool {
    let decided = memory.outcome.as_ref().is_some_and(|newest| newest.run == cx.run);
    let made =
        memory.link.as_ref().is_some_and(|link| link.run == cx.run && link.origin == Origin::FromPlatform);
    decided || made
}

pub(super) fn counterpart_of(memory: &Memory) -> Option<String> {
    memory.link.as_ref().map(|link| match memory.key.side {
        Side::Platform => link.latchel_id.to_string(),
        Side::Latchel => link.platform_id.clone(),
    })
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
