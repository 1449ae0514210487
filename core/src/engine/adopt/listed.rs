//! Whole lists, with what the ledger knows of their records.

use futures::TryStreamExt;

use super::CHUNK;
use crate::engine::Observer;
use crate::engine::context::Context;
use crate::ledger::RecordMemory;
use crate::model::{Kind, Link, Phase, Row, Side};
use crate::{Pages, Result};

/// The rows of a list.
pub(super) struct WholeList<T> {
    /// Records that were understood.
    pub records: Vec<T>,
    /// Ids of those that are listed without their content.
    pub hinted: Vec<String>,
    /// Ids of the others, which the platform has and nobody can read.
    pub unread: Vec<String>,
}

/// Reads a list to its end.
pub(super) async fn listed<T>(
    mut pages: Pages<'_, T>,
    phase: Phase,
    observer: &dyn Observer,
) -> Result<WholeList<T>> {
    let mut all = WholeList { records: Vec::new(), hinted: Vec::new(), unread: Vec::new() };
    while let Some(rows) = pages.try_next().await? {
        observer.read(phase, rows.len());
        for row in rows {
            match row {
                Row::Record(record) => all.records.push(record),
                Row::Hint { id, .. } => all.hinted.push(id),
                Row::NotSupported { id, .. } => all.unread.push(id),
                Row::Invalid(invalid) => all.unread.push(invalid.id),
            }
        }
    }
    Ok(all)
}

/// The records with their memories, each once.
pub(super) async fn remembered<T>(
    cx: &Context<'_>,
    (kind, side): (Kind, Side),
    mut records: Vec<T>,
    id: impl Fn(&T) -> String,
) -> Result<Vec<(T, RecordMemory)>> {
    records.sort_by_cached_key(&id);
    records.dedup_by_key(|record| id(record));
    let mut memories = Vec::with_capacity(records.len());
    for chunk in records.chunks(CHUNK) {
        memories.extend(cx.recall(kind, side, chunk.iter().map(&id)).await?);
    }
    Ok(records.into_iter().zip(memories).collect())
}

/// True if nothing is known of a counterpart but what a reference says, nor of one that is on its way.
pub(super) fn is_free(memory: &RecordMemory) -> bool {
    memory.link.as_deref().is_none_or(Link::is_by_reference_alone) && memory.intent.is_none()
}
