//! Memory of a phase while its records go by.

use std::collections::HashSet;

use crate::engine::driver::mass_change::MassChangeGuard;
use crate::engine::driver::tally::Recent;
use crate::engine::patience::Patience;
use crate::engine::phases::flow::{Displaced, Flow};

/// A phase under way.
pub(in crate::engine) struct Driver<'a, F: Flow> {
    pub(in crate::engine) flow: &'a F,
    pub(in crate::engine) guard: MassChangeGuard,
    pub(in crate::engine) patience: Patience,
    /// Deactivations, which wait until the whole phase was seen (rule G1).
    pub(in crate::engine) held: Vec<F::Case>,
    /// Ids of all records whose deactivation waits, also of those in `held_by_id`.
    pub(in crate::engine) held_ids: HashSet<String>,
    /// The records that were decided last.
    pub(in crate::engine) recent: Recent,
    /// Ids of waiting deactivations beyond the limit to `held`. These records are read again.
    pub(in crate::engine) held_by_id: Vec<String>,
    /// Records that new ones may have displaced.
    pub(in crate::engine) displaced: Vec<Displaced>,
    /// True once rule G1 has let the deactivations go.
    pub(in crate::engine) released: bool,
}

/// Treatment of rows that come with those that were asked for by their ids, as the units of a property do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Found {
    /// They go through the run's steps as well.
    Taken,
    /// Only rows that were asked for go through them.
    Asked,
}
