//! A phase's way through its records, whatever they are: read pages before their turn, decide, hold back, apply, count.

mod afresh;
pub(super) mod apply;
pub(super) mod drive;
pub(super) mod failure;
pub(super) mod gone;
pub(super) mod held;
pub(super) mod hinted;
mod look_up;
pub(super) mod mass_change;
pub(super) mod outcome;
pub(super) mod prepare;
pub(super) mod read_ahead;
mod read_back;
pub(super) mod scope;
mod skipped;
pub(super) mod state;
pub(super) mod tally;
pub(super) mod unlisted;
