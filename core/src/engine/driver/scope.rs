use chrono::{DateTime, Utc};

use crate::engine::Lists;
use crate::ledger::RecordMemory;
use crate::model::{Freshness, Window};
use crate::rules::{Remembered, Trace, WindowVerdict, judge_unlinked, judge_window};

/// Part of a list that is asked for, and the part of that which is looked at.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) enum Scope {
    /// Records that changed in the window (rules W1, W5).
    Window(Window),
    /// Everything (rule W6): linked records whenever they changed, the others by the window.
    Whole(Window),
}

impl Scope {
    pub fn new(lists: Lists, window: Window) -> Self {
        match lists {
            Lists::Changed => Self::Window(window),
            Lists::Whole => Self::Whole(window),
        }
    }

    /// The window that the list is asked for.
    pub fn asked(self) -> Window {
        match self {
            Self::Window(window) => window,
            Self::Whole(_) => Window { from: DateTime::<Utc>::UNIX_EPOCH },
        }
    }

    /// Judges if a listed record is to be looked at. A linked record that was gone and has come back always is.
    pub fn judge(
        self,
        freshness: &Freshness,
        memory: &RecordMemory,
        remembered: Remembered<'_>,
    ) -> WindowVerdict {
        let newest = memory.outcome.as_deref();
        let is_back = newest.is_some_and(|newest| newest.reason.is_gone());
        let trace = &mut Trace::off();
        match self {
            Self::Window(_) if memory.link.is_some() && is_back => WindowVerdict::Inside,
            Self::Window(window) => judge_window(freshness, window, remembered, trace),
            Self::Whole(_) if memory.link.is_some() => WindowVerdict::Inside,
            Self::Whole(window) => judge_unlinked(freshness, window, trace),
        }
    }
}
