//! The driver's steps for a page's cases: decide, hold back, apply.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::{BoxFuture, pending};
use futures::{FutureExt, StreamExt, stream};

use crate::engine::context::Context;
use crate::engine::driver::afresh::{afresh, no_longer_shown};
use crate::engine::driver::failure::failed_write;
use crate::engine::driver::held::held;
use crate::engine::driver::outcome::{News, counterpart_of, outcome};
use crate::engine::driver::prepare::Reader;
use crate::engine::driver::read_back::{Group, Read, read_back};
use crate::engine::driver::state::Driver;
use crate::engine::driver::tally::Tally;
use crate::engine::phases::create::settle_nothing;
use crate::engine::phases::flow::{Applied, Flow, Learned};
use crate::ledger::{Action, Intent, Outcome, RecordMemory};
use crate::model::{Freshness, Reason, Side, Status};
use crate::rules::{Decision, Trace};
use crate::{Error, ErrorKind, Result};

/// Limit to the deactivations that are kept whole until the phase was seen; a bound on memory. Those beyond are kept by
/// their ids alone, and read again.
const HELD_AT_MOST: usize = 2_000;
/// Number of those that are read again together.
const READ_AGAIN: usize = 200;
/// Number of creates under way at once, where the far side's limits allow it.
const AT_ONCE: usize = 8;
/// Number of creates that are read back together; twice as many are what a run that dies may leave to be confirmed by the
/// next one.
const READ_BACK: usize = 100;

impl<F: Flow> Driver<'_, F> {
    /// Decides and applies each record. The outcomes from before an error are in `news` all the same.
    pub(in crate::engine) async fn decide_all(
        &mut self,
        cases: Vec<F::Case>,
        news: &mut Vec<News>,
    ) -> Result<()> {
        let cx = self.flow.context();
        let mut together = Vec::new();
        for case in cases {
            if !self.is_undecided(&self.flow.memory(&case).key.id) {
                continue;
            }
            cx.stop.check()?;
            let decision = self.flow.decide(&case, &mut Trace::off());
            let deactivates = |action| self.flow.deactivates(action);
            if !self.guard.off && !self.released && decision.action.as_ref().is_some_and(deactivates) {
                self.hold(case);
                continue;
            }
            if decision.action.as_ref().is_some_and(|action| self.flow.creates(action)) {
                together.push(case);
                continue;
            }
            // The creates before this record go first, so that records are applied in their order.
            if !together.is_empty() {
                Box::pin(self.create_all(std::mem::take(&mut together), news)).await?;
            }
            let tried = Tried::of(self.flow, &case, decision).await;
            self.take(&case, tried, news)?;
        }
        Box::pin(self.create_all(together, news)).await
    }

    /// Creates counterparts, after each was looked for a second time: an answer that once left out a record that the
    /// far side has must not lead to a duplicate. A record whose counterpart is found now is decided anew.
    async fn create_all(&mut self, creates: Vec<F::Case>, news: &mut Vec<News>) -> Result<()> {
        let (flow, cx) = (self.flow, self.flow.context());
        let cases = if creates.is_empty() || cx.is_dry() {
            creates
        } else {
            let again = |case: &F::Case| (flow.record(case).clone(), flow.memory(case).clone());
            if flow.phase().source() == Side::Platform {
                cx.reading(cx.latchel().before_creates(flow.phase().kind())).await?;
            }
            let records = creates.iter().map(again).collect();
            let mut failures = Vec::new();
            let cases = cx.reading(Reader(flow).look_up(records, &mut failures)).await?;
            news.extend(failures.into_iter().map(News::New));
            cases
        };
        let (mut create, mut found) = (Vec::new(), Vec::new());
        for case in cases {
            let decision = flow.decide(&case, &mut Trace::off());
            if decision.action.as_ref().is_some_and(|action| flow.creates(action)) {
                create.push((case, decision));
            } else {
                found.push(case);
            }
        }
        let cases: Vec<_> = create.iter().map(|(case, _)| case).collect();
        let obstacles = cx.reading(flow.obstacles(&cases)).await?;
        let mut free = Vec::new();
        for ((case, decision), obstacle) in create.into_iter().zip(obstacles) {
            match obstacle {
                Some(held) => news.push(self.news_of(&case, Ok(Applied::held(held)))),
                None => free.push((case, decision)),
            }
        }
        // No decision on `found` creates, so that this goes no deeper. Boxed, because the two functions call each
        // other.
        self.apply_all(free, news).await?;
        if found.is_empty() { Ok(()) } else { Box::pin(self.decide_all(found, news)).await }
    }

    /// Applies decisions that do not depend on each other, several at once. After an error that ends the phase, or a
    /// request to stop, no further one is begun; those under way come to their end.
    ///
    /// Creates are read back a group at a time, with one call, while those of the next group are sent.
    async fn apply_all(
        &mut self,
        decided: Vec<(F::Case, Decision<F::Action>)>,
        news: &mut Vec<News>,
    ) -> Result<()> {
        let (flow, cx) = (self.flow, self.flow.context());
        let over = AtomicBool::new(false);
        let apply = async |(case, decision): (F::Case, Decision<F::Action>)| {
            if over.load(Ordering::Relaxed) || cx.stop.is_set() {
                return None;
            }
            let tried = Tried::of(flow, &case, decision).await;
            Some((case, tried))
        };
        let mut applied = pin!(stream::iter(decided).map(apply).buffered(AT_ONCE).fuse());
        let (mut end, mut all) = (Ok(()), true);
        let mut done = Vec::new();
        let mut reading: Option<BoxFuture<'_, (Group<F>, Read)>> = None;
        // No early return: a create that was sent needs its read-back and its outcome, also after an error. The error waits
        // in `end`.
        loop {
            if reading.is_none() && (done.len() >= READ_BACK || (applied.is_done() && !done.is_empty())) {
                let group = std::mem::take(&mut done);
                reading = Some(read_back(flow, group).boxed());
                continue;
            }
            if reading.is_none() && applied.is_done() {
                break;
            }
            let read = async {
                match &mut reading {
                    Some(reading) => reading.await,
                    None => pending().await,
                }
            };
            // Whoever sends waits for the reader, so that no more than two groups are unconfirmed.
            tokio::select! {
                one = applied.next(), if done.len() < READ_BACK && !applied.is_done() => match one {
                    Some(Some((case, tried))) => {
                        let patience = self.bear(&tried);
                        over.fetch_or(patience.is_err(), Ordering::Relaxed);
                        end = end.and(patience);
                        done.push((case, tried));
                    }
                    Some(None) => all = false,
                    None => {}
                },
                (group, read) = read => {
                    reading = None;
                    let patience = self.bear_reading(read);
                    over.fetch_or(patience.is_err(), Ordering::Relaxed);
                    end = end.and(patience);
                    news.extend(group.into_iter().map(|(case, tried)| self.news_of(&case, tried.applied)));
                }
            }
        }
        end?;
        // Some were left out without an error: somebody asked the run to stop.
        if all { Ok(()) } else { cx.stop.check() }
    }

    /// Adds the outcome of a decision to `news`. Returns the error that ends the phase, if there is one.
    fn take(&mut self, case: &F::Case, tried: Tried, news: &mut Vec<News>) -> Result<()> {
        let patience = self.bear(&tried);
        news.push(self.news_of(case, tried.applied));
        patience
    }

    /// Counts failures in a row. Returns the error that ends the phase, if there is one.
    fn bear(&mut self, tried: &Tried) -> Result<()> {
        match &tried.applied {
            Err(error) => self.patience.failed(error),
            // What is still to be read back says nothing yet.
            Ok(applied) if tried.calls && applied.unread.is_none() => {
                self.patience.succeeded();
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    fn news_of(&self, case: &F::Case, applied: Result<Applied>) -> News {
        let outcome = self.outcome_of(self.flow.context(), case, applied);
        News::beside(self.flow.memory(case), outcome)
    }

    /// Keeps a deactivation until the whole phase was seen.
    fn hold(&mut self, case: F::Case) {
        let id = self.flow.memory(&case).key.id.clone();
        if self.held.len() < HELD_AT_MOST {
            self.held.push(case);
            self.held_ids.insert(id);
        } else {
            self.hold_id(id);
        }
    }

    /// Keeps the id of a record that is to be set inactive until the phase was seen; then it is read again.
    pub(in crate::engine) fn hold_id(&mut self, id: String) {
        self.held_by_id.push(id.clone());
        self.held_ids.insert(id);
    }

    /// Records, for each deactivation that waits, that it is not carried out (rule G1).
    async fn hold_back(&mut self, held: &[F::Case], tally: &mut Tally<'_>) -> Result<()> {
        let cx = self.flow.context();
        let not_done = || Applied::plain(Reason::MassChangeHeld, Action::None);
        let kept = held.iter().map(|case| News::New(self.outcome_of(cx, case, Ok(not_done()))));
        self.record(kept.collect(), tally).await?;
        for ids in std::mem::take(&mut self.held_by_id).chunks(READ_AGAIN) {
            let held = self.held_in_brief(ids).await?.0;
            self.record(held.into_iter().map(News::New).collect(), tally).await?;
        }
        Ok(())
    }

    /// Outcomes of deactivations that were kept by their ids alone, made from the ledger, and the open creates of these
    /// records.
    async fn held_in_brief(&self, ids: &[String]) -> Result<(Vec<Outcome>, Vec<Intent>)> {
        let (cx, phase) = (self.flow.context(), self.flow.phase());
        let memories = cx.recall(phase.kind(), phase.source(), ids.iter().cloned()).await?;
        let intents = memories.iter().filter_map(|memory| memory.intent.as_deref().cloned()).collect();
        let brief = |memory: RecordMemory| Outcome {
            counterpart: counterpart_of(&memory),
            label: memory.outcome.map(|newest| newest.label).unwrap_or_default(),
            ..outcome(cx, memory.key, Reason::MassChangeHeld, None)
        };
        Ok((memories.into_iter().map(brief).collect(), intents))
    }

    /// Applies the deactivations, or if they are too many, none of them (rule G1).
    pub(in crate::engine) async fn release(&mut self, tally: &mut Tally<'_>) -> Result<()> {
        let cx = self.flow.context();
        let held = std::mem::take(&mut self.held);
        let all = tally.deactivations() + (held.len() + self.held_by_id.len()) as u64;
        if let Err(error) = self.guard.check(cx, self.flow.phase().kind(), all).await {
            self.hold_back(&held, tally).await?;
            return Err(error);
        }
        self.released = true;
        for case in held {
            cx.stop.check()?;
            let decision = self.flow.decide(&case, &mut Trace::off());
            let applied = cx.writing(learn_and_apply(self.flow, &case, decision)).await;
            let stop = match &applied {
                Err(error) if error.is_pause() => self.patience.failed(error),
                Err(error) if error.ends_the_phase() => {
                    Err(Error::new(ErrorKind::Unavailable, error.to_string()))
                }
                _ => Ok(()),
            };
            let outcome = self.outcome_of(cx, &case, applied);
            self.record(vec![News::New(outcome)], tally).await?;
            stop?;
        }
        self.held_ids.clear();
        for ids in std::mem::take(&mut self.held_by_id).chunks(READ_AGAIN) {
            let (held, intents) = self.held_in_brief(ids).await?;
            self.look_again(held, &intents, tally).await?;
        }
        Ok(())
    }

    fn outcome_of(&self, cx: &Context<'_>, case: &F::Case, applied: Result<Applied>) -> Outcome {
        let record = self.flow.record(case);
        let key = self.flow.memory(case).key.clone();
        let wished = || self.flow.decide(case, &mut Trace::off()).action;
        let tried = if applied.is_err() { wished().map(|action| self.flow.kind_of(&action)) } else { None };
        let applied = applied.unwrap_or_else(|error| failed_write(&error));
        Outcome {
            counterpart: applied.counterpart.or_else(|| self.flow.counterpart(case)),
            label: self.flow.label(record),
            action: applied.action,
            fingerprint: match applied.reason.status() {
                Status::Failed => Reader(self.flow).seen(record),
                _ => self.flow.freshness(record).and_then(Freshness::fingerprint).cloned(),
            },
            waits_for: applied.waits_for.or_else(|| self.flow.waits_for(case, applied.reason)),
            tried: tried.filter(|_| applied.reason.status() == Status::Failed),
            waits_until: self.flow.waits_until(case, applied.reason),
            ..outcome(cx, key, applied.reason, applied.detail)
        }
    }
}

/// Result of applying a decision.
pub(super) struct Tried {
    /// True if something was to be done, so that a failure or success says something about the far side.
    calls: bool,
    pub applied: Result<Applied>,
}

impl Tried {
    /// Applies a decision, within half a minute once somebody asks the run to stop.
    async fn of<F: Flow>(flow: &F, case: &F::Case, decision: Decision<F::Action>) -> Self {
        let (cx, calls) = (flow.context(), decision.action.is_some());
        // Most records need nothing: these are spared the timers of `writing`.
        let applied = if !calls && flow.learned(case).is_none() && flow.unsettled(case).is_none() {
            Ok(Applied::new(decision, Action::None))
        } else {
            cx.writing(learn_and_apply(flow, case, decision)).await
        };
        if calls {
            cx.changed();
        }
        Self { calls, applied }
    }
}

/// Keeps what the look-up taught, settles an earlier create that made nothing, and applies the decision.
async fn learn_and_apply<F: Flow>(
    flow: &F,
    case: &F::Case,
    decision: Decision<F::Action>,
) -> Result<Applied> {
    let cx = flow.context();
    match flow.learned(case) {
        Some(Learned::Link(link)) => cx.put_link(&link).await?,
        Some(Learned::Created(intent, link)) => cx.settle_intent(intent, Some(&link)).await?,
        None => {}
    }
    if decision.action.is_none() {
        if let Some((open, delay)) = flow.unsettled(case).filter(|_| !cx.is_dry()) {
            settle_nothing(cx, open, delay).await?;
        }
        return Ok(Applied::new(decision, Action::None));
    }
    // Creates in Latchel were held back or let through before, together.
    let creates = decision.action.as_ref().is_some_and(|action| flow.creates(action));
    if !creates && let Some(held) = Box::pin(held(flow, case, &decision)).await? {
        return Ok(Applied::held(held));
    }
    // Boxed, like what is held: tests run with small stacks.
    match Box::pin(afresh(flow, case)).await? {
        Some(case) => {
            let decision = flow.decide(&case, &mut Trace::off());
            // The counterpart is gone, and nobody has looked for another yet: pending, it is taken up as any new one.
            if !creates && decision.action.as_ref().is_some_and(|action| flow.creates(action)) {
                return Err(no_longer_shown(&flow.memory(&case).key));
            }
            flow.apply(&case, decision, &mut Trace::off()).await
        }
        None => flow.apply(case, decision, &mut Trace::off()).await,
    }
}
