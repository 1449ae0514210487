//! Pages, and what belongs to them, that are asked for before they are wanted.

use std::collections::VecDeque;
use std::hash::Hash;

use async_stream::try_stream;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, TryStreamExt};
use latchel_sync_core::{Error, ErrorKind, Result, calls};
use tokio::task::JoinHandle;

use crate::pages::{Course, Page};

/// The pages of a list by offset, as [`pages`](fn@crate::pages) gives them, of which up to `at_once` are asked for before they
/// are wanted: each where the one before it would end if it covered as much as the first. `ask` gets an offset, and answers with the total too, where it is told.
///
/// A page that ends elsewhere leads on from there, and what was asked for behind it is dropped. No page is asked for ahead
/// behind the total, nor without one. Pages that were asked for come on whether or not anybody waits for them, so that no
/// other call has to wait for the reader of the list.
pub fn pages_ahead<'a, R, F, Fut>(at_once: usize, ask: F) -> BoxStream<'a, Result<Vec<R>>>
where
    R: Hash + Send + 'static,
    F: Fn(usize) -> Fut + Send + 'a,
    Fut: Future<Output = Result<(Page<usize, R>, Option<usize>)>> + Send + 'static,
{
    with_totals(at_once, ask).map_ok(|(rows, _)| rows).boxed()
}

/// The same, each page with the total that came with it.
pub(crate) fn with_totals<'a, R, F, Fut>(
    at_once: usize,
    ask: F,
) -> BoxStream<'a, Result<(Vec<R>, Option<usize>)>>
where
    R: Hash + Send + 'static,
    F: Fn(usize) -> Fut + Send + 'a,
    Fut: Future<Output = Answered<R>> + Send + 'static,
{
    let course = Course::from(&0_usize);
    let ahead = LookAhead { at_once, size: 0, total: 0, expected: 0, following: 0, asked: VecDeque::new() };
    futures::stream::try_unfold(
        (Some(0), ahead, ask, course),
        |(next, mut ahead, ask, mut course)| async move {
            let Some(offset) = next else { return Ok(None) };
            ahead.ask(offset, &ask);
            // The call itself is no part of what is awaited with `ask` in hand, which need not be shared.
            let answer = match ahead.asked.pop_front() {
                Some(task) => task.done(),
                None => begun(ask(offset)),
            };
            let (page, total) = answer.await?;
            ahead.came(offset, &page, total);
            course.goes_on(&page)?;
            Ok(Some(((page.rows, total), (page.next, ahead, ask, course))))
        },
    )
    .boxed()
}

/// Answer to the call for a page: its rows, where the next begins, and the total.
type Answered<R> = Result<(Page<usize, R>, Option<usize>)>;

/// A page, and the total that came with it.
type Counted<R> = (Page<usize, R>, Option<usize>);

/// Pages of a list by offset that were asked for before they are wanted.
struct LookAhead<R> {
    at_once: usize,
    /// Number of rows that the first page covers; 0 before it came.
    size: usize,
    total: usize,
    /// Offset at which the first page of `asked` begins.
    expected: usize,
    /// Offset at which the page behind the last of `asked` begins.
    following: usize,
    asked: VecDeque<Begun<Counted<R>>>,
}

impl<R: Send + 'static> LookAhead<R> {
    /// Asks for the page at `offset` and some behind it, as far as they are known to be there and are not asked for already.
    fn ask<Fut>(&mut self, offset: usize, ask: impl Fn(usize) -> Fut)
    where
        Fut: Future<Output = Answered<R>> + Send + 'static,
    {
        if self.expected != offset {
            self.asked.clear();
        }
        if self.asked.is_empty() {
            self.following = offset;
        }
        while self.at_once > 1
            && self.size > 0
            && self.asked.len() < self.at_once
            && self.following < self.total
        {
            self.asked.push_back(Begun::begin(ask(self.following)));
            self.following += self.size;
        }
    }

    fn came(&mut self, offset: usize, page: &Page<usize, R>, total: Option<usize>) {
        if self.size == 0 {
            self.size = page.next.unwrap_or(offset).saturating_sub(offset);
        }
        (self.total, self.expected) = (total.unwrap_or(0), offset + self.size);
    }
}

/// A call that begins at once and comes on whether or not anybody waits for it, so that no other call has to wait for whoever
/// wants its answer: it may be the next that the rate limit lets go. It ends if it is dropped.
pub(crate) fn begun<T: Send + 'static>(
    call: impl Future<Output = Result<T>> + Send + 'static,
) -> BoxFuture<'static, Result<T>> {
    Begun::begin(call).done()
}

/// A call that is under way, which ends if nobody wants its answer any more.
struct Begun<T>(JoinHandle<Result<T>>);

impl<T: Send + 'static> Begun<T> {
    fn begin(call: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self(tokio::spawn(calls::inherited(call)))
    }

    fn done(mut self) -> BoxFuture<'static, Result<T>> {
        async move {
            (&mut self.0).await.unwrap_or_else(|error| match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(Error::new(ErrorKind::Timeout, "the process ended before a page came")),
            })
        }
        .boxed()
    }
}

impl<T> Drop for Begun<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Looks up what belongs to the pages of a list, in the order of the list: the first page whole, before anything behind it is asked
/// for; those behind it in parts of up to `size` rows, up to `at_once` of them at once. An error comes where its page would.
///
/// Look-ups that have begun come on whether or not anybody waits for them, so that no other call has to wait for the reader of
/// the list.
pub fn looked_up<'a, R, T, Fut>(
    (size, at_once): (usize, usize),
    mut pages: BoxStream<'a, Result<Vec<R>>>,
    look_up: impl Fn(Vec<R>) -> Fut + Send + Sync + 'a,
) -> BoxStream<'a, Result<T>>
where
    R: Send + 'a,
    T: Send + 'static,
    Fut: Future<Output = Result<T>> + Send + 'static,
{
    try_stream! {
        let Some(first) = pages.try_next().await? else { return };
        yield begun(look_up(first)).await?;
        let parts = pages.flat_map(|page| futures::stream::iter(parts(page, size)));
        let begun = parts.map(|part| match part {
            Ok(part) => begun(look_up(part)),
            Err(error) => std::future::ready(Err(error)).boxed(),
        });
        let mut found = begun.buffered(at_once);
        while let Some(rows) = found.try_next().await? {
            yield rows;
        }
    }
    .boxed()
}

/// A page in parts of up to `size` rows.
fn parts<R>(page: Result<Vec<R>>, size: usize) -> Vec<Result<Vec<R>>> {
    let mut rows = match page {
        Ok(rows) => rows.into_iter().peekable(),
        Err(error) => return vec![Err(error)],
    };
    let mut parts = Vec::new();
    while rows.peek().is_some() {
        parts.push(Ok(rows.by_ref().take(size).collect()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use futures::TryFutureExt;
    use latchel_sync_core::registry::RateLimit;
    use serde_json::{Value, json};
    use tokio::time::Instant;

    use super::*;
    use crate::limit::{CallLimits, Limits};
    use crate::pages;

    /// Reads a list of `total` rows ahead, of which each page has as many as `page` says of its offset; what was asked for.
    async fn ahead(total: usize, page: fn(usize) -> usize) -> (Vec<Value>, Vec<usize>) {
        let asked = Mutex::new(Vec::new());
        let list = pages_ahead(4, |offset| {
            asked.lock().unwrap().push(offset);
            let rows: Vec<_> = (offset..total).take(page(offset)).map(Value::from).collect();
            let next = Some(offset + rows.len()).filter(|next| *next < total);
            std::future::ready(Ok((Page { rows, next }, Some(total))))
        });
        let rows = list.try_concat().await.unwrap();
        (rows, asked.into_inner().unwrap())
    }

    #[tokio::test]
    async fn a_list_that_is_read_ahead_is_whole_and_in_order_and_no_call_goes_behind_its_end() {
        for total in [0, 1, 10, 11, 95, 100] {
            let (rows, mut asked) = ahead(total, |_| 10).await;
            assert_eq!(rows, (0..total).map(Value::from).collect::<Vec<_>>());
            asked.sort_unstable();
            let once: Vec<_> = (0..total.max(1)).step_by(10).collect();
            assert_eq!(asked, once, "{total}");
        }
    }

    #[tokio::test]
    async fn a_page_that_ends_elsewhere_leads_on_from_there() {
        let (rows, _) = ahead(100, |offset| if offset == 30 { 7 } else { 10 }).await;
        assert_eq!(rows, (0..100).map(Value::from).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn an_error_comes_where_its_page_would() {
        let list = pages_ahead(4, |offset| {
            let page = Page { rows: vec![json!(offset)], next: Some(offset + 1) };
            let gone = || Error::new(ErrorKind::Unavailable, "it is down");
            std::future::ready(if offset < 3 { Ok((page, Some(10))) } else { Err(gone()) })
        });
        let came: Vec<_> = list.map(|page| page.map_err(|error| error.kind())).collect().await;
        let (error, pages) = came.split_last().unwrap();
        assert_eq!((pages.len(), error), (3, &Err(ErrorKind::Unavailable)));
    }

    #[tokio::test]
    async fn what_belongs_to_pages_is_looked_up_in_parts_behind_the_first_and_in_order() {
        let list = pages(0, |at: usize| async move {
            if at == 3 {
                return Err(Error::new(ErrorKind::Unavailable, "it is down"));
            }
            Ok(Page { rows: (at * 10..at * 10 + 10).collect(), next: Some(at + 1) })
        });
        let found = looked_up((4, 3), list, |rows: Vec<usize>| async move { Ok(rows) });
        let came: Vec<_> =
            found.map(|rows| rows.map(|rows| rows.len()).map_err(|error| error.kind())).collect().await;
        let parts = [10, 4, 4, 2, 4, 4, 2].map(Ok).into_iter().chain([Err(ErrorKind::Unavailable)]);
        assert_eq!(came, parts.collect::<Vec<_>>());
    }

    /// A list by number of 40 pages, each with a look-up of its own, takes as long as the limit says where every answer takes
    /// 300 ms.
    #[tokio::test(start_paused = true)]
    async fn the_limit_and_not_the_answers_decide_how_long_a_list_with_look_ups_takes() {
        let all = CallLimits::apart();
        let limits = Limits::new(&[RateLimit { calls: 10, seconds: 1 }], None, all).unwrap();
        let limits = Arc::new(limits);
        let call = move || {
            let limits = Arc::clone(&limits);
            async move {
                limits.wait().await?;
                tokio::time::sleep(Duration::from_millis(300)).await;
                Ok::<_, Error>(())
            }
        };
        let begin = Instant::now();
        let list = pages_ahead(4, |number| {
            let page = Page { rows: vec![json!(number)], next: Some(number + 1).filter(|next| *next < 40) };
            call().map_ok(move |()| (page, Some(40)))
        });
        let found = looked_up((1, 4), list, |rows: Vec<Value>| call().map_ok(move |()| rows));
        assert_eq!(found.try_concat().await.unwrap().len(), 40);
        // 80 calls are 8 bursts, the last of which is 7 spans of the limit behind the first.
        let least = Duration::from_millis(7 * 1_040);
        let took = begin.elapsed();
        assert!(took >= least && took <= least + Duration::from_millis(1_200), "{took:?}");
    }
}
