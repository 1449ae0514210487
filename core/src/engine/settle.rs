//! What the driver does with a page's cases: decide, hold back, apply.

use super::context::Context;
use super::drive::{Driver, outcome};
use super::flow::{Applied, Flow};
use super::tally::Tally;
use crate::ledger::{Action, Memory, Outcome};
use crate::rules::{Decision, Reason, Trace};
use crate::{Error, ErrorKind, Result};

/// How many writes in a row may fail as if the far side were down before the phase gives up.
const PATIENCE: u32 = 5;

/// How many deactivations are kept until the whole phase was seen; a bound on memory.
const HELD_AT_MOST: usize = 5_000;

impl<F: Flow> Driver<'_, F> {
    /// Decides and applies each record; what came out before an error is in `outcomes` all the same.
    pub(super) async fn decide_all(
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
            let decision = self.flow.decide(&case, &mut Trace::off());
            if !self.guard.off && decision.action.as_ref().is_some_and(|action| self.flow.deactivates(action))
            {
                self.hold(case, outcomes);
                continue;
            }
            let applied = self.settle(&case, decision).await;
            self.failures_in_a_row = match &applied {
                Err(error) if error.ends_the_run() => self.failures_in_a_row + 1,
                _ => 0,
            };
            outcomes.push(self.outcome_of(cx, &case, applied.as_ref()));
            match applied {
                Err(pause) if pause.is_pause() => return Err(pause),
                Err(error) if error.is_final() || self.failures_in_a_row >= PATIENCE => {
                    let message = format!("gave up, because calls keep failing: {error}");
                    return Err(Error::new(error.kind(), message));
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn settle(&self, case: &F::Case, decision: Decision<F::Action>) -> Result<Applied> {
        self.flow.adopt(case).await?;
        if decision.action.is_none() {
            return Ok(Applied::new(decision, Action::None));
        }
        self.flow.context().hold().await?;
        self.flow.apply(case, decision, &mut Trace::off()).await
    }

    /// Keeps a deactivation until the phase was seen; what is too much to keep waits for another run.
    fn hold(&mut self, case: F::Case, outcomes: &mut Vec<Outcome>) {
        if self.held.len() < HELD_AT_MOST {
            self.held_ids.insert(self.flow.id(self.flow.record(&case)));
            self.held.push(case);
        } else {
            outcomes.push(self.held_back(&case));
        }
    }

    fn held_back(&self, case: &F::Case) -> Outcome {
        let held =
            Applied { reason: Reason::MassChangeHeld, action: Action::None, detail: None, counterpart: None };
        self.outcome_of(self.flow.context(), case, Ok(&held))
    }

    /// Applies the deactivations, or if they are too many, none of them (rule G1).
    pub(super) async fn release(&mut self, tally: &mut Tally<'_>) -> Result<()> {
        let cx = self.flow.context();
        let held = std::mem::take(&mut self.held);
        let all = tally.deactivations() + held.len() as u64;
        if let Err(error) = self.guard.check(cx, self.flow.phase().kind(), all).await {
            let kept: Vec<_> = held.iter().map(|case| self.held_back(case)).collect();
            self.record(&kept, tally).await?;
            return Err(error);
        }
        for case in held {
            let decision = self.flow.decide(&case, &mut Trace::off());
            let applied = self.settle(&case, decision).await;
            self.record(&[self.outcome_of(cx, &case, applied.as_ref())], tally).await?;
            if let Err(error) = applied
                && error.ends_the_run()
            {
                return Err(error);
            }
        }
        Ok(())
    }

    fn outcome_of(&self, cx: &Context<'_>, case: &F::Case, applied: Result<&Applied, &Error>) -> Outcome {
        let record = self.flow.record(case);
        let key = self.key(self.flow.id(record));
        let applied = applied.cloned().unwrap_or_else(failed);
        Outcome {
            counterpart: applied.counterpart.or_else(|| self.flow.counterpart(case)),
            label: self.flow.label(record),
            action: applied.action,
            fingerprint: self.flow.freshness(record).and_then(|freshness| freshness.fingerprint().cloned()),
            waits_for: self.flow.waits_for(case, applied.reason),
            ..outcome(cx, key, applied.reason, applied.detail)
        }
    }
}

pub(super) fn failed(error: &Error) -> Applied {
    let reason = match error.kind() {
        ErrorKind::Paused => Reason::FarSidePaused,
        ErrorKind::Unconfirmed => Reason::NotConfirmed,
        ErrorKind::Malformed => Reason::InvalidRecord,
        ErrorKind::Unsupported => Reason::NotSupportedByPlatform,
        ErrorKind::Unsettled => Reason::CreateUnsettled,
        _ => Reason::CallFailed,
    };
    Applied { reason, action: Action::None, detail: Some(error.to_string()), counterpart: None }
}
