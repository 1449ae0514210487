use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::engine::driver::gone::hides;
use crate::engine::driver::held::still_held;
use crate::engine::driver::mass_change::MassChangeGuard;
use crate::engine::driver::outcome::{News, decided_in, outcome};
use crate::engine::driver::prepare::{Prepared, Reader};
use crate::engine::driver::read_ahead::ReadAhead;
use crate::engine::driver::scope::Scope;
use crate::engine::driver::skipped::is_something_synced;
use crate::engine::driver::state::{Driver, Found};
use crate::engine::driver::tally::{Recent, Tally};
use crate::engine::driver::unlisted::{ListedIds, Unlisted};
use crate::engine::patience::Patience;
use crate::engine::phases::flow::Flow;
use crate::engine::phases::index::distinct;
use crate::engine::{Observer, Request};
use crate::ledger::{Intent, Outcome, PhaseReport, RecordMemory};
use crate::model::{Reason, RecordKey, Window};
use crate::{Error, Result};

/// Number of pending records that are looked at together.
const PENDING_PAGE: u32 = 200;

/// Limit to what a phase asks for because new records may have displaced it; a bound on memory and calls.
const DISPLACED_AT_MOST: usize = 1_000;

/// Takes every record of a phase through its steps: the window's pages, then pending records, then those whose date was
/// reached. `first` is done before all of them. Returns the report and the error that ended the phase early.
pub(in crate::engine) async fn drive<F: Flow>(
    flow: &F,
    window: Window,
    request: &Request,
    observer: &dyn Observer,
    first: impl AsyncFnOnce(&mut Tally<'_>) -> Result<()>,
) -> (PhaseReport, Option<Error>) {
    let mut tally = Tally::start(flow.phase(), window, observer);
    let guard = MassChangeGuard { off: request.allow_mass_change };
    let mut driver = Driver {
        flow,
        guard,
        patience: Patience::default(),
        held: Vec::new(),
        held_by_id: Vec::new(),
        held_ids: HashSet::new(),
        recent: Recent::default(),
        displaced: Vec::new(),
        released: false,
    };
    let result = async {
        first(&mut tally).await?;
        match &request.records {
            Some(records) => driver.named(records, &mut tally).await?,
            None => driver.listed(Scope::new(request.lists, window), &mut tally).await?,
        }
        driver.release(&mut tally).await?;
        tally.was_served()?;
        match request.records {
            Some(_) => Ok(()),
            None => is_something_synced(flow, &tally).await,
        }
    }
    .await;
    (tally.finish(result.as_ref().copied()), result.err())
}

impl<F: Flow> Driver<'_, F> {
    /// Takes the scope's pages, then pending records, then those whose date was reached. If the list was whole, asks
    /// for linked records that it did not show, else for those that new ones may have displaced.
    async fn listed(&mut self, scope: Scope, tally: &mut Tally<'_>) -> Result<()> {
        let which = match scope {
            Scope::Whole(_) => Some(Unlisted::All),
            Scope::Window(_) => self.flow.lists_everything().then_some(Unlisted::New),
        };
        let listed = self.pages(scope, tally).await?;
        if tally.nothing_listed() {
            let cx = self.flow.context();
            cx.reading(self.guard.check_source(cx, self.flow.phase().source())).await?;
        }
        self.pending(scope, tally).await?;
        self.due(tally).await?;
        match which {
            Some(which) => self.unlisted(&listed, which, tally).await,
            None => self.displaced(tally).await,
        }
    }

    /// Looks at records whose date was reached, as the source has them now, except those that the run has decided.
    async fn due(&mut self, tally: &mut Tally<'_>) -> Result<()> {
        let cx = self.flow.context();
        let mut after: Option<String> = None;
        while let Some(due) = cx.reading(self.flow.due(after.as_deref())).await? {
            after = Some(due.last);
            let unseen = |key| outcome(cx, key, Reason::UnchangedSinceLastSeen, None);
            let undecided = due
                .memories
                .into_iter()
                .filter(|memory| !decided_in(memory, cx) && self.is_undecided(&memory.key.id));
            let newest: Vec<_> = undecided
                .map(|memory| memory.outcome.map_or_else(|| unseen(memory.key), |newest| *newest))
                .collect();
            if !newest.is_empty() {
                self.look_again(newest, &[], tally).await?;
            }
            tally.may_go_on(cx).await?;
            cx.keep_lease().await?;
        }
        Ok(())
    }

    /// Takes those of `records` that belong to this phase. One that no run has seen before and its source does not have
    /// gets no outcome.
    async fn named(&mut self, records: &[RecordKey], tally: &mut Tally<'_>) -> Result<()> {
        let (cx, phase) = (self.flow.context(), self.flow.phase());
        let of_phase = |key: &&RecordKey| key.kind == phase.kind() && key.side == phase.source();
        // Whoever names a record twice means one.
        let ids = distinct(records.iter().filter(of_phase).map(|key| key.id.clone()));
        let memories = cx.recall(phase.kind(), phase.source(), ids).await?;
        let intents: Vec<_> =
            memories.iter().filter_map(|memory| memory.intent.as_deref().cloned()).collect();
        let (seen, new): (Vec<_>, Vec<_>) = memories.into_iter().partition(|memory| memory.outcome.is_some());
        self.look_again(
            seen.into_iter().filter_map(|memory| memory.outcome).map(|newest| *newest),
            &intents,
            tally,
        )
        .await?;

        let reader = Reader(self.flow);
        let new = new.into_iter().map(|memory| memory.key.id).collect();
        let (rows, failures) = cx.reading(reader.fetch(new)).await?;
        self.record(failures.into_iter().map(News::New).collect(), tally).await?;
        let page = cx.reading(reader.page(rows, None)).await?;
        self.page(page, tally).await?;
        self.displaced(tally).await
    }

    /// Takes the scope's pages, in order, and reads the next ones while it works on one. The outcomes of a page are
    /// recorded before an error of a later page counts. Returns the linked records that were listed.
    async fn pages(&mut self, scope: Scope, tally: &mut Tally<'_>) -> Result<ListedIds> {
        let cx = self.flow.context();
        let mut listed = ListedIds::default();
        let mut ahead = ReadAhead::new(Reader(self.flow), scope);
        while let Some(mut page) = cx.reading(ahead.next()).await? {
            tally.listed(page.rows);
            listed.add(std::mem::take(&mut page.linked));
            ahead.beside(self.page(page, tally)).await?;
            // A read that stands still may hold what others wait for.
            ahead.beside(tally.may_go_on(cx)).await?;
        }
        Ok(listed)
    }

    /// Decides and applies a page, and records its outcomes, also if an error ends it. Records that were decided since
    /// the page was read are left out.
    async fn page(&mut self, page: Prepared<F::Case>, tally: &mut Tally<'_>) -> Result<()> {
        let cx = self.flow.context();
        let reader = Reader(self.flow);
        let page = cx.reading(reader.afresh(page)).await?;
        let page = cx.reading(reader.resolved(page, |id| self.is_undecided(id))).await?;
        for (id, reason) in page.outside.iter().filter(|(id, _)| self.is_undecided(id)) {
            tally.outside(id, *reason);
        }
        let room = DISPLACED_AT_MOST.saturating_sub(self.displaced.len());
        self.displaced.extend(page.displaced.into_iter().take(room));
        let (mut said, mut gone) = (page.outcomes, page.gone);
        said.retain(|outcome| self.is_undecided(&outcome.key.id));
        gone.retain(|intent| self.is_undecided(&intent.source.id));
        self.forget(&gone).await?;
        for link in page.passed.iter().filter_map(|memory| self.flow.look_later(memory)) {
            cx.put_link(&link).await?;
        }
        let mut news: Vec<_> = said.into_iter().map(News::New).collect();
        let decided = match page.cases {
            Ok(cases) => Box::pin(self.decide_all(cases, &mut news)).await,
            Err(error) => Err(error),
        };
        self.record(news, tally).await?;
        cx.keep_lease().await?;
        decided
    }

    /// True unless this phase decided the record recently or holds its deactivation. Forgetting an old one is safe: it
    /// would be decided the same way.
    pub(in crate::engine) fn is_undecided(&self, id: &str) -> bool {
        !self.recent.contains(id) && !self.held_ids.contains(id)
    }

    /// Writes outcomes to the ledger, except those that it has already, and counts all of them.
    pub(in crate::engine) async fn record(&mut self, news: Vec<News>, tally: &mut Tally<'_>) -> Result<()> {
        let cx = self.flow.context();
        let (mut new, mut known) = (Vec::new(), Vec::new());
        for news in news {
            match news {
                News::New(outcome) => new.push(outcome),
                News::Known(outcome) => known.push(outcome),
            }
        }
        cx.ledger().record(&cx.lease, &new).await?;
        for outcome in new.into_iter().chain(known) {
            self.recent.add(&outcome.key.id);
            tally.outcome(&outcome);
        }
        Ok(())
    }

    /// Ends the open creates of records that are gone from their source, so that nobody looks any more for what they
    /// made.
    async fn forget(&self, gone: &[Intent]) -> Result<()> {
        let cx = self.flow.context();
        for intent in gone.iter().filter(|_| !cx.is_dry()) {
            cx.settle_intent(intent.id, None).await?;
        }
        Ok(())
    }

    /// Tries pending records again (rule W3), except those that this run has seen already.
    async fn pending(&mut self, scope: Scope, tally: &mut Tally<'_>) -> Result<()> {
        let (cx, phase) = (self.flow.context(), self.flow.phase());
        let mut after: Option<String> = None;
        loop {
            tally.may_go_on(cx).await?;
            cx.keep_lease().await?;
            let page = cx
                .ledger()
                .pending(cx.account(), phase.kind(), phase.source(), after.as_deref(), PENDING_PAGE)
                .await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.outcome.key.id.clone());

            let keys: Vec<_> = page.iter().map(|pending| pending.outcome.key.clone()).collect();
            let memories = cx.ledger().recall(cx.account(), &keys).await?;
            let intents: Vec<_> =
                memories.iter().filter_map(|memory| memory.intent.as_deref().cloned()).collect();
            // A reconciliation looks at linked records also while they wait: they may be gone (rule W6).
            let is_asked = |memory: &&RecordMemory| matches!(scope, Scope::Whole(_)) && memory.link.is_some();
            let asked: HashSet<String> =
                memories.iter().filter(is_asked).map(|memory| memory.key.id.clone()).collect();
            let open: Vec<_> = page
                .into_iter()
                .zip(memories)
                .filter(|(_, memory)| !decided_in(memory, cx) && !self.held_ids.contains(&memory.key.id))
                .map(|(pending, _)| pending)
                .collect();
            let (places, open): (Vec<_>, Vec<_>) =
                open.into_iter().partition(|pending| pending.outcome.key.is_place());
            self.passed(places.into_iter().map(|pending| pending.outcome).collect(), tally).await?;
            let (open, paused): (Vec<_>, Vec<_>) =
                open.into_iter().partition(|pending| pending.next_try().is_none_or(|at| at <= cx.now));
            paused.iter().for_each(|pending| tally.rests(pending));
            let ready = cx.reading(self.flow.ready(&open)).await?;
            let held = cx.reading(still_held(cx, phase.kind(), &open)).await?;
            let ready = ready.into_iter().zip(held).map(|(ready, held)| ready && !held);
            let (again, waiting): (Vec<_>, Vec<_>) =
                open.into_iter().zip(ready).map(|(pending, ready)| (pending.outcome, ready)).partition(
                    |(newest, ready)| (*ready || asked.contains(&newest.key.id)) && newest.key.has_id(),
                );

            // Records that still wait keep their outcome, now as one of this run.
            let still = waiting.into_iter().map(|(newest, _)| Outcome { run: cx.run, at: cx.now, ..newest });
            self.record(still.map(News::New).collect(), tally).await?;

            let again = again.into_iter().map(|(newest, _)| newest);
            self.look_again(again, &intents, tally).await?;
        }
    }

    /// Ends the outcomes of places in lists where a row was not served. The list has been read since: a place that
    /// still fails has an outcome of this run, and is not among these.
    async fn passed(&mut self, places: Vec<Outcome>, tally: &mut Tally<'_>) -> Result<()> {
        let cx = self.flow.context();
        let detail = || Some("the list was read since, and its rows were served".to_owned());
        let ended = places.into_iter().map(|Outcome { key, label, .. }| {
            News::New(Outcome { label, ..outcome(cx, key, Reason::GoneFromSource, detail()) })
        });
        self.record(ended.collect(), tally).await
    }

    /// Reads records by their ids and takes them, and other rows that come with them, through a run's steps. `newest`
    /// has the newest outcome of each, `intents` their open creates.
    pub(in crate::engine) async fn look_again(
        &mut self,
        newest: impl IntoIterator<Item = Outcome>,
        intents: &[Intent],
        tally: &mut Tally<'_>,
    ) -> Result<()> {
        self.by_id(newest, intents, Found::Taken, tally).await
    }

    /// Reads records by their ids and takes them through a run's steps; `found` says what happens to rows that were not
    /// asked for. Records that do not come are gone, unless they failed or an unreadable row may be theirs.
    pub(in crate::engine) async fn by_id(
        &mut self,
        newest: impl IntoIterator<Item = Outcome>,
        intents: &[Intent],
        found: Found,
        tally: &mut Tally<'_>,
    ) -> Result<()> {
        let (cx, reader) = (self.flow.context(), Reader(self.flow));
        let mut missing: BTreeMap<String, Outcome> =
            newest.into_iter().map(|newest| (newest.key.id.clone(), newest)).collect();
        let asked: Vec<_> = missing.keys().cloned().collect();
        let (mut rows, failures) = cx.reading(reader.fetch(asked.clone())).await?;
        rows.iter().for_each(|row| drop(missing.remove(&reader.row_id(row))));
        if rows.is_empty() && !missing.is_empty() {
            // If the side has nothing of the account any more, stop: these records must not be ended because of that.
            cx.reading(self.guard.check_source(cx, self.flow.phase().source())).await?;
            if tally.nothing_listed() && found == Found::Asked {
                self.guard.check_list(cx, self.flow.phase(), missing.len()).await?;
            }
        }
        let mut said: Vec<Outcome> = Vec::new();
        let mut gone = BTreeSet::new();
        let mut failed: HashMap<_, _> =
            failures.into_iter().map(|failure| (failure.key.id.clone(), failure)).collect();
        // A record that did not come failed by itself, may be an unreadable row, or is gone.
        for (id, Outcome { key, label, fingerprint, tried, .. }) in missing {
            if let Some(failure) = failed.remove(&id) {
                said.push(Outcome { label, fingerprint, tried, ..failure });
            } else if let Some(invalid) = hides(&rows, &key) {
                let detail = format!("{}: {}", invalid.field, invalid.problem);
                said.push(Outcome { label, ..outcome(cx, key, Reason::InvalidRecord, Some(detail)) });
            } else {
                gone.insert(id);
            }
        }
        said.extend(failed.into_values());
        let over: Vec<_> =
            intents.iter().filter(|intent| gone.contains(&intent.source.id)).cloned().collect();
        self.forget(&over).await?;
        self.record(said.into_iter().map(News::New).collect(), tally).await?;
        self.gone(gone, tally).await?;
        if found == Found::Asked {
            rows.retain(|row| asked.binary_search(&reader.row_id(row)).is_ok());
        }
        let page = cx.reading(reader.page(rows, None)).await?;
        self.page(page, tally).await
    }
}
