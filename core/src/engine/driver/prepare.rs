//! Reading of a page before its turn: the memories of its rows, and what both systems hold.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use foldhash::{HashSet, HashSetExt};

use crate::engine::driver::failure::failed;
use crate::engine::driver::outcome::{counterpart_of, decided_in, outcome};
use crate::engine::driver::scope::Scope;
use crate::engine::driver::tally::hash;
use crate::engine::patience::Patience;
use crate::engine::phases::flow::{Applied, Displaced, Flow};
use crate::ledger::{Intent, Outcome, RecordMemory};
use crate::model::{Fingerprint, Freshness, InvalidRecord, Kind, Reason, Row, Side};
use crate::rules::WindowVerdict;
use crate::{Error, ErrorKind, Result};

/// Reads pages for a phase. It changes nothing, so that pages can be read while one before them is worked on.
pub(in crate::engine) struct Reader<'a, F>(pub &'a F);

impl<F> Clone for Reader<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Reader<'_, F> {}

/// Rows with what is remembered of them.
type Recalled<T> = Vec<(Row<T>, RecordMemory)>;

/// A page that is ready to be decided.
pub(in crate::engine) struct Prepared<C> {
    /// Number of rows that were listed.
    pub rows: usize,
    /// The linked records among them, by a hash of their ids.
    pub linked: Vec<u64>,
    /// Records that the unlinked ones among `cases` may have displaced.
    pub displaced: Vec<Displaced>,
    /// Ids of records outside the window, with the reason.
    pub outside: Vec<(String, Reason)>,
    /// Outcomes that need no decision.
    pub outcomes: Vec<Outcome>,
    /// Records of which only a hint came, until [`Reader::resolved`] has looked them up.
    pub hinted: BTreeMap<String, Fingerprint>,
    /// Open creates of records that are gone.
    pub gone: Vec<Intent>,
    /// Memories of changed records that this run had decided before it read this page.
    pub passed: Vec<RecordMemory>,
    /// Cases to decide, or the error because of which they could not be read.
    pub cases: Result<Vec<C>>,
    /// Number of the run's changes when reading began (see `Context::changes`).
    changes: u64,
    /// Scope of the list; `None` for records that were read by id.
    pub scope: Option<Scope>,
}

impl<'a, F: Flow> Reader<'a, F> {
    /// Reads what belongs to a page of rows. `scope` is `None` for records that are looked at whenever they changed.
    pub async fn page(self, rows: Vec<Row<F::Record>>, scope: Option<Scope>) -> Result<Prepared<F::Case>> {
        let cx = self.flow().context();
        // Counted before anything is read: a change that the run makes meanwhile must make the page count as old.
        let (changes, listed) = (cx.changes(), rows.len());
        let mut sorted = Sorted::new();
        let (undecided, decided) = self.with_memories(rows).await?;
        let linked_in = |(_, memory): &(_, RecordMemory)| memory.link.is_some().then(|| hash(&memory.key.id));
        let linked = undecided.iter().chain(&decided).filter_map(linked_in).collect();
        // This run decided these before the list showed them, such as a resident whose date was reached. If they
        // changed too, `Flow::look_later` may have the next run look at them again.
        let changed = |(row, memory): &(Row<F::Record>, RecordMemory)| match row {
            Row::Record(one) => scope.is_some() && self.judge(one, memory, scope) == WindowVerdict::Inside,
            _ => false,
        };
        let passed = decided.into_iter().filter(changed).map(|(_, memory)| memory).collect();
        for (row, memory) in undecided {
            self.sort(row, memory, scope, &mut sorted);
        }
        let Sorted { inside, mut outcomes, outside, hinted } = sorted;
        let displaced = self.displaced(&inside);
        // An error here stays in the page, so that the outcomes that need no look-up are recorded all the same.
        let cases = self.gather(inside, &mut outcomes).await;
        Ok(Prepared {
            rows: listed,
            linked,
            displaced,
            outside,
            outcomes,
            hinted,
            gone: Vec::new(),
            passed,
            cases,
            changes,
            scope,
        })
    }

    /// Returns the page as it was read if the run has changed nothing since; else looks up again what its cases need.
    pub async fn afresh(self, page: Prepared<F::Case>) -> Result<Prepared<F::Case>> {
        let cx = self.flow().context();
        let Prepared { cases, mut outcomes, .. } = page;
        let cases = match cases {
            Ok(cases) if page.changes != cx.changes() && !cases.is_empty() => cases,
            cases => return Ok(Prepared { cases, outcomes, ..page }),
        };
        // Pages before this one may have created or linked what these cases depend on. The rows stay as the source
        // listed them; their memories and counterparts are read again, and those decided meanwhile are left out.
        let records: Vec<_> = cases.iter().map(|case| self.flow().record(case).clone()).collect();
        let rows = records.into_iter().map(Row::Record).collect();
        let inside = self.with_memories(rows).await?.0.into_iter().filter_map(|(row, memory)| match row {
            Row::Record(record) => Some((record, memory)),
            _ => None,
        });
        let cases = self.gather(inside.collect(), &mut outcomes).await;
        Ok(Prepared { cases, outcomes, changes: cx.changes(), ..page })
    }

    pub(in crate::engine) fn displaced(self, inside: &[(F::Record, RecordMemory)]) -> Vec<Displaced> {
        let new = inside.iter().filter(|(_, memory)| memory.link.is_none());
        new.filter_map(|(record, _)| self.flow().displaces(record)).collect()
    }

    pub(in crate::engine) async fn gather(
        self,
        inside: Vec<(F::Record, RecordMemory)>,
        failures: &mut Vec<Outcome>,
    ) -> Result<Vec<F::Case>> {
        if inside.is_empty() {
            return Ok(Vec::new());
        }
        let (flow, cx) = (self.flow(), self.flow().context());
        let cases = self.look_up(inside, failures).await?;
        let kind = flow.phase().kind();
        if flow.phase().source() == Side::Latchel || kind == Kind::WorkOrder || !cx.latchel().remembers() {
            return Ok(cases);
        }
        // A change on the platform is compared with what Latchel has had since, also where nothing is to be written.
        let since: Vec<_> = cases.iter().filter_map(|case| self.changed(case)).collect();
        if since.is_empty() || !cx.latchel().renew(kind, &since).await? {
            return Ok(cases);
        }
        let again = |case: &F::Case| (flow.record(case).clone(), flow.memory(case).clone());
        self.look_up(cases.iter().map(again).collect(), failures).await
    }

    /// The counterpart of a record that has changed, and when: without stamps, since it was seen last.
    fn changed(self, case: &F::Case) -> Option<(i64, DateTime<Utc>)> {
        let counterpart = self.flow().counterpart(case)?.parse().ok()?;
        let at = match self.flow().freshness(self.flow().record(case))? {
            Freshness::Stamped { created_at, updated_at } => (*updated_at).max(*created_at)?,
            Freshness::Fingerprint { fingerprint, .. } => {
                let newest = self.flow().memory(case).outcome.as_deref()?;
                if newest.fingerprint.as_ref() == Some(fingerprint) {
                    return None;
                }
                self.flow().context().now
            }
            Freshness::Filtered => return None,
        };
        Some((counterpart, at))
    }

    pub(in crate::engine) fn flow(self) -> &'a F {
        self.0
    }

    /// Sorts a row by what is to be done with it, as far as that needs no look-up.
    pub(in crate::engine) fn sort(
        self,
        row: Row<F::Record>,
        memory: RecordMemory,
        scope: Option<Scope>,
        sorted: &mut Sorted<F::Record>,
    ) {
        let cx = self.flow().context();
        match row {
            Row::Invalid(invalid) => {
                let detail = format!("{}: {}", invalid.field, invalid.problem);
                sorted.outcomes.push(outcome(cx, memory.key, Reason::InvalidRecord, Some(detail)));
            }
            Row::NotSupported { what, fingerprint, .. } => {
                let counterpart = counterpart_of(&memory);
                let unsupported = outcome(cx, memory.key, Reason::NotSupported, Some(what));
                sorted.outcomes.push(Outcome { counterpart, fingerprint, ..unsupported });
            }
            Row::Hint { id, fingerprint } => match self.judge_hint(&memory, &fingerprint) {
                Some(Reason::UnchangedSinceLastSeen) => {
                    sorted.outside.push((id, Reason::UnchangedSinceLastSeen));
                }
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
            Row::Record(record) => match self.judge(&record, &memory, scope) {
                // Left to `pending`, which counts it unless somebody dismissed it.
                WindowVerdict::Inside if scope.is_some() && self.rests(&record, &memory) => {}
                WindowVerdict::Inside => sorted.inside.push((record, memory)),
                WindowVerdict::Outside(reason) => match self.flow().freshness(&record) {
                    // Its fingerprint is recorded, so that a later change is noticed.
                    Some(Freshness::Fingerprint { fingerprint, .. })
                        if reason == Reason::OutsideWindow && matches!(scope, Some(Scope::Window(_))) =>
                    {
                        let (label, fingerprint) = (self.flow().label(&record), Some(fingerprint.clone()));
                        let outside = outcome(cx, memory.key, reason, None);
                        sorted.outcomes.push(Outcome { label, fingerprint, ..outside });
                    }
                    _ => sorted.outside.push((memory.key.id, reason)),
                },
            },
        }
    }

    /// Reads records by id. If one of them may make the call fail, asks one by one, and returns an outcome for each
    /// that fails by itself.
    pub async fn fetch(self, ids: Vec<String>) -> Result<(Vec<Row<F::Record>>, Vec<Outcome>)> {
        if ids.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        match self.flow().fetch(&ids).await {
            // A row that was not served may be any of these records: they are asked for one by one, so that no other is
            // taken for gone.
            Ok(rows) if !rows.iter().any(is_unserved) => return Ok((rows, Vec::new())),
            Ok(_) => {}
            Err(error) if may_be_about_one(&error) => {}
            Err(error) => return Err(error),
        }
        let (mut rows, mut failures) = (Vec::new(), Vec::new());
        let mut patience = Patience::default();
        for id in ids {
            match self.flow().fetch(std::slice::from_ref(&id)).await.and_then(served) {
                Ok(found) => {
                    patience.succeeded();
                    rows.extend(found);
                }
                Err(error) if may_be_about_one(&error) => {
                    match error.kind() {
                        ErrorKind::Unavailable => patience.failed(&error)?,
                        _ if rows.is_empty() => patience.unreadable(&error)?,
                        _ => {}
                    }
                    let Applied { reason, detail, .. } = failed(&error);
                    failures.push(outcome(self.flow().context(), self.flow().key(id), reason, detail));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((rows, failures))
    }

    fn judge(self, record: &F::Record, memory: &RecordMemory, scope: Option<Scope>) -> WindowVerdict {
        let remembered = self.flow().context().remembered(memory);
        match (scope, self.flow().freshness(record)) {
            (Some(scope), Some(freshness)) => scope.judge(freshness, memory, remembered),
            _ => WindowVerdict::Inside,
        }
    }

    /// True if the record failed, has not changed since, and is dismissed or waits for its next try.
    pub fn rests(self, record: &F::Record, memory: &RecordMemory) -> bool {
        let Some(pending) = &memory.pending else { return false };
        let later = pending.next_try().is_some_and(|at| pending.dismissed || at > self.flow().context().now);
        later && pending.outcome.fingerprint.is_some() && pending.outcome.fingerprint == self.seen(record)
    }

    /// Fingerprint of a record that failed: by its freshness, else of the whole record as it was read.
    pub fn seen(self, record: &F::Record) -> Option<Fingerprint> {
        let own = self.flow().freshness(record).and_then(Freshness::fingerprint);
        own.cloned().or_else(|| Some(Fingerprint::of(&serde_json::to_value(record).ok()?)))
    }

    /// The reason for a record of which only a hint came; `None` if it must be fetched.
    fn judge_hint(self, memory: &RecordMemory, fingerprint: &Fingerprint) -> Option<Reason> {
        let remembered = memory.outcome.as_deref().and_then(|newest| newest.fingerprint.as_ref());
        if remembered == Some(fingerprint) {
            return Some(Reason::UnchangedSinceLastSeen);
        }
        memory.link.as_deref().and_then(|link| self.flow().reason_if_linked(link))
    }

    /// Pairs rows with their memories, each id once. Returns the undecided ones, then those that this run has decided
    /// already.
    pub(in crate::engine) async fn with_memories(
        self,
        mut rows: Vec<Row<F::Record>>,
    ) -> Result<(Recalled<F::Record>, Recalled<F::Record>)> {
        let (cx, phase) = (self.flow().context(), self.flow().phase());
        let mut ids: Vec<_> = rows.iter().map(|row| self.row_id(row)).collect();
        let mut seen = HashSet::with_capacity(ids.len());
        let comes_first: Vec<_> = ids.iter().map(|id| seen.insert(id.as_str())).collect();
        keep(&mut rows, &comes_first);
        keep(&mut ids, &comes_first);
        let memories = cx.recall(phase.kind(), phase.source(), ids).await?;
        Ok(rows.into_iter().zip(memories).partition(|(_, memory)| !decided_in(memory, cx)))
    }

    pub fn row_id(self, row: &Row<F::Record>) -> String {
        match row {
            Row::Record(record) => self.flow().id(record),
            Row::Hint { id, .. } | Row::NotSupported { id, .. } => id.clone(),
            Row::Invalid(invalid) => invalid.id.clone(),
        }
    }
}

/// True if a look-up that failed like this may succeed for other records: a far side may fail at one of them.
pub(in crate::engine) fn may_be_about_one(error: &Error) -> bool {
    error.is_about_the_request() || error.kind() == ErrorKind::Unavailable
}

fn is_unserved<T>(row: &Row<T>) -> bool {
    matches!(row, Row::Invalid(invalid) if invalid.is_place())
}

/// Returns the rows that a look-up found; [`ErrorKind::Unavailable`] if the far side did not serve one of them.
fn served<T>(found: Vec<Row<T>>) -> Result<Vec<Row<T>>> {
    match found.iter().find(|row| is_unserved(row)) {
        Some(Row::Invalid(unserved)) => {
            let InvalidRecord { field, problem, .. } = unserved;
            Err(Error::new(ErrorKind::Unavailable, format!("{field}: {problem}")))
        }
        _ => Ok(found),
    }
}

/// Keeps the items at whose place `kept` is true.
fn keep<T>(these: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    these.retain(|_| kept.next() == Some(&true));
}

/// A page's rows, by what is to be done with them.
pub(in crate::engine) struct Sorted<T> {
    pub outcomes: Vec<Outcome>,
    pub outside: Vec<(String, Reason)>,
    pub inside: Vec<(T, RecordMemory)>,
    pub hinted: BTreeMap<String, Fingerprint>,
}

impl<T> Sorted<T> {
    pub fn new() -> Self {
        Self { outcomes: Vec::new(), outside: Vec::new(), inside: Vec::new(), hinted: BTreeMap::new() }
    }
}
