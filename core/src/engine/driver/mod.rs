//! A phase's way through its records, whatever they are: read pages before their turn, decide, hold back, apply, count.

pub(super) mod ahead;
pub(super) mod drive;
pub(super) mod gone;
pub(super) mod guard;
pub(super) mod hinted;
pub(super) mod outcome;
pub(super) mod prepare;
pub(super) mod scope;
pub(super) mod settle;
pub(super) mod tally;
pub(super) mod unlisted;
