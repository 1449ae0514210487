use chrono::{DateTime, TimeDelta, Utc};

use super::Trace;
use super::trace::yes;
use crate::model::{Fingerprint, Freshness, Reason, RuleId, Window, WindowPolicy};

/// Time before the last success at which a window that catches up begins (rule W2).
const OVERLAP: TimeDelta = TimeDelta::minutes(15);

/// The window of a phase, and the span that nothing covers (rules W1, W2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// The window.
    pub window: Window,
    /// Span from the last success to the window's start, UTC, where the policy leaves that out.
    pub gap: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// Works out the window (rules W1, W2). `last_success` is the start of the last run in which the phase succeeded.
pub fn coverage(policy: &WindowPolicy, last_success: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Coverage {
    let strict = Window::before(now, TimeDelta::hours(policy.hours.into()));
    match last_success {
        Some(last) if last < strict.from && policy.catch_up => {
            Coverage { window: Window { from: last - OVERLAP }, gap: None }
        }
        Some(last) if last < strict.from => Coverage { window: strict, gap: Some((last, strict.from)) },
        _ => Coverage { window: strict, gap: None },
    }
}

/// The window of a phase that has never succeeded (rules W1, W2). It still covers what the account's first run, at
/// `added_at`, was to cover, so that a first run that failed loses nothing.
pub fn first_window(policy: &WindowPolicy, added_at: DateTime<Utc>, now: DateTime<Utc>) -> Window {
    let end = if policy.catch_up { now.min(added_at) } else { now };
    Window::before(end, TimeDelta::hours(policy.hours.into()))
}

/// Verdict on a record: to be looked at or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowVerdict {
    /// The record is to be looked at.
    Inside,
    /// It is not to be looked at, because of this reason.
    Outside(Reason),
}

/// Judges if a record without a link lies in the window, where the whole list was read (rule W6). It does only if it is
/// known to have changed in the window, so that nothing is created that the window's own list would not have shown.
pub fn judge_unlinked(freshness: &Freshness, window: Window, trace: &mut Trace) -> WindowVerdict {
    match freshness {
        Freshness::Stamped { .. } => judge_window(freshness, window, Remembered::Nothing, trace),
        Freshness::Fingerprint { at_least: Some(at), .. } if window.contains(*at) => WindowVerdict::Inside,
        Freshness::Filtered | Freshness::Fingerprint { .. } => WindowVerdict::Outside(Reason::OutsideWindow),
    }
}

/// Memory of the content of a record (rule W5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remembered<'a> {
    /// The fingerprint that it had when it was last seen.
    Fingerprint(&'a Fingerprint),
    /// Nothing, although earlier runs remembered every record that was there: it is new or has changed.
    Nothing,
    /// Nothing, because no run of the account has gone through the phase yet: the missing memory says nothing.
    NothingYet,
}

/// Judges if a record lies in the window (rules W1, W5).
pub fn judge_window(
    freshness: &Freshness,
    window: Window,
    remembered: Remembered<'_>,
    trace: &mut Trace,
) -> WindowVerdict {
    let recent = |instant: &Option<DateTime<Utc>>| instant.is_some_and(|instant| window.contains(instant));
    match freshness {
        Freshness::Filtered => WindowVerdict::Inside,
        Freshness::Stamped { created_at, updated_at } => {
            let begin = trace.local(Some(window.from));
            trace.check(RuleId::W1, "Since when does a run look at what is new or changed?", &begin, false);
            let (updated_on, created_on) = (trace.local(*updated_at), trace.local(*created_at));
            let updated =
                trace.check(RuleId::W1, "When was it last updated?", &updated_on, recent(updated_at));
            let created = trace.check(RuleId::W1, "When was it created?", &created_on, recent(created_at));
            if updated || created {
                WindowVerdict::Inside
            } else {
                WindowVerdict::Outside(Reason::OutsideWindow)
            }
        }
        Freshness::Fingerprint { at_least, .. }
            if trace.check(
                RuleId::W5,
                "Is it known to have changed in the window?",
                &yes(recent(at_least)),
                recent(at_least),
            ) =>
        {
            WindowVerdict::Inside
        }
        // On the first run the one stamp decides, or else every record would count as changed.
        Freshness::Fingerprint { at_least: Some(_), .. }
            if trace.check(
                RuleId::W5,
                "Is it the account's first run, which remembers nothing?",
                &yes(remembered == Remembered::NothingYet),
                remembered == Remembered::NothingYet,
            ) =>
        {
            WindowVerdict::Outside(Reason::OutsideWindow)
        }
        Freshness::Fingerprint { fingerprint, .. } => {
            let changed = remembered != Remembered::Fingerprint(fingerprint);
            if trace.check(RuleId::W5, "Has it changed since it was last looked at?", &yes(changed), changed)
            {
                WindowVerdict::Inside
            } else {
                WindowVerdict::Outside(Reason::UnchangedSinceLastSeen)
            }
        }
    }
}
