//! The ways in which far sides cut a list into pages.

use futures::StreamExt;
use futures::stream::BoxStream;
use latchel_sync_core::Result;
use serde_json::Value;

/// One page of a list, and where the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<C> {
    /// Its rows.
    pub rows: Vec<Value>,
    /// What to ask for the next page with; `None` if this was the last.
    pub next: Option<C>,
}

impl Page<usize> {
    /// A page of a list that is walked by offset or page number and tells no total that can be trusted: it goes on
    /// from `next` for as long as pages are full, which is `size` rows.
    pub fn while_full(rows: Vec<Value>, size: usize, next: usize) -> Self {
        let full = rows.len() >= size;
        Self { rows, next: full.then_some(next) }
    }
}

/// The pages of a list, each asked for when the one before it was taken. `ask` gets `first`, and then what each page
/// named as its next.
pub fn pages<'a, C, F, Fut>(first: C, ask: F) -> BoxStream<'a, Result<Vec<Value>>>
where
    C: Send + 'a,
    F: Fn(C) -> Fut + Send + Sync + 'a,
    Fut: Future<Output = Result<Page<C>>> + Send + 'a,
{
    futures::stream::try_unfold((Some(first), ask), |(cursor, ask)| async move {
        let Some(cursor) = cursor else { return Ok(None) };
        let Page { rows, next } = ask(cursor).await?;
        Ok(Some((rows, (next, ask))))
    })
    .boxed()
}
