//! The ways in which far sides cut a list into pages.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures::StreamExt;
use futures::stream::BoxStream;
use latchel_sync_core::{Error, ErrorKind, Result};
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
///
/// A far side that goes round in circles, with a page that it sent before or a next page that was asked for before, is an
/// error: the list would never end.
pub fn pages<'a, C, F, Fut>(first: C, ask: F) -> BoxStream<'a, Result<Vec<Value>>>
where
    C: Clone + Eq + Hash + Send + 'a,
    F: Fn(C) -> Fut + Send + Sync + 'a,
    Fut: Future<Output = Result<Page<C>>> + Send + 'a,
{
    let way = Way { asked: HashSet::from([first.clone()]), seen: HashSet::new() };
    futures::stream::try_unfold((Some(first), ask, way), |(cursor, ask, mut way)| async move {
        let Some(cursor) = cursor else { return Ok(None) };
        let page = ask(cursor).await?;
        way.goes_on(&page)?;
        Ok(Some((page.rows, (page.next, ask, way))))
    })
    .boxed()
}

/// The way through a list so far.
struct Way<C> {
    asked: HashSet<C>,
    /// Digests of the pages.
    seen: HashSet<u64>,
}

impl<C: Clone + Eq + Hash> Way<C> {
    /// Empty pages may come again: they say nothing.
    fn goes_on(&mut self, page: &Page<C>) -> Result<()> {
        let mut digest = DefaultHasher::new();
        page.rows.hash(&mut digest);
        let is_new = page.rows.is_empty() || self.seen.insert(digest.finish());
        let leads_on = page.next.as_ref().is_none_or(|next| self.asked.insert(next.clone()));
        if is_new && leads_on {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Malformed, "the pages of a list go round in a circle"))
    }
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;
    use serde_json::json;

    use super::*;

    async fn walk(pages_at: fn(u64) -> Page<u64>) -> Result<Vec<Value>, ErrorKind> {
        let walked = pages(0, move |at| std::future::ready(Ok(pages_at(at)))).try_concat().await;
        walked.map_err(|error: Error| error.kind())
    }

    #[tokio::test]
    async fn pages_that_lead_on_are_walked_to_their_end() {
        let whole =
            walk(|at| Page { rows: vec![json!(at), json!("same")], next: (at < 2).then_some(at + 1) }).await;
        assert_eq!(whole.map(|rows| rows.len()), Ok(6));
        let sparse = walk(|at| Page { rows: Vec::new(), next: (at < 3).then_some(at + 1) }).await;
        assert_eq!(sparse, Ok(Vec::new()));
    }

    #[tokio::test]
    async fn pages_that_go_round_in_a_circle_are_an_error() {
        let same_page = walk(|at| Page { rows: vec![json!(1)], next: Some(at + 1) }).await;
        assert_eq!(same_page, Err(ErrorKind::Malformed));
        let same_cursor = walk(|at| Page { rows: Vec::new(), next: Some((at + 1) % 3) }).await;
        assert_eq!(same_cursor, Err(ErrorKind::Malformed));
    }
}
