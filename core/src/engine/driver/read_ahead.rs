//! Reading pages before their turn.

use std::collections::VecDeque;
use std::pin::pin;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::{Fuse, FuturesOrdered};

use crate::engine::driver::prepare::{Prepared, Reader};
use crate::engine::driver::scope::Scope;
use crate::engine::phases::flow::Flow;
use crate::{Pages, Result};

/// Limit to the pages that are read ahead of the one that is worked on; a bound on memory.
const PAGES: usize = 8;
/// Number of rows in those pages from which on no further page is read ahead; a bound on memory.
const ROWS: usize = 8_000;

/// A list's pages in order, some of them read before they are wanted.
///
/// A read that has begun is polled to its end, also while a page is worked on: one that stands still may hold a
/// connection to the ledger that the work needs.
pub(in crate::engine) struct ReadAhead<'a, F: Flow> {
    reader: Reader<'a, F>,
    scope: Scope,
    pages: Fuse<Pages<'a, F::Record>>,
    reading: FuturesOrdered<BoxFuture<'a, Result<Prepared<F::Case>>>>,
    ready: VecDeque<Result<Prepared<F::Case>>>,
    /// Numbers of rows of the pages in `reading` and `ready`, in the order of the list.
    rows: VecDeque<usize>,
}

impl<'a, F: Flow> ReadAhead<'a, F> {
    pub fn new(reader: Reader<'a, F>, scope: Scope) -> Self {
        let pages = reader.0.pages(scope.asked()).fuse();
        Self {
            reader,
            scope,
            pages,
            reading: FuturesOrdered::new(),
            ready: VecDeque::new(),
            rows: VecDeque::new(),
        }
    }

    /// Returns the next page, or the error that came in its place; `None` at the end of the list.
    pub async fn next(&mut self) -> Result<Option<Prepared<F::Case>>> {
        while self.ready.is_empty() && !self.is_idle() {
            self.step().await;
        }
        self.rows.pop_front();
        self.ready.pop_front().transpose()
    }

    /// Does `work`, and reads ahead meanwhile.
    pub async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        // `work` is polled first: once it is done, reads that are under way wait for the next call. If they end first,
        // or there is no room for more, only `work` is left.
        let mut work = pin!(work);
        let read = async {
            while !self.is_idle() {
                self.step().await;
            }
        };
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = read => {}
        }
        work.await
    }

    /// True if nothing is being read, and no further page is left or has room.
    fn is_idle(&self) -> bool {
        self.reading.is_empty() && !self.wants_more()
    }

    fn wants_more(&self) -> bool {
        !self.pages.is_done() && self.rows.len() < PAGES && self.rows.iter().sum::<usize>() < ROWS
    }

    /// Waits until the next page is listed, and begins to read what belongs to it, or until a page that is being read
    /// is ready.
    async fn step(&mut self) {
        let (wants_more, reads) = (self.wants_more(), !self.reading.is_empty());
        tokio::select! {
            // Polled in a fixed order and not at random, so that a simulated run can be replayed.
            biased;
            page = self.pages.next(), if wants_more => {
                let (reader, scope) = (self.reader, self.scope);
                if let Some(page) = page {
                    self.rows.push_back(page.as_ref().map_or(0, Vec::len));
                    // A list's error takes its place among the pages, so that those before it are worked on first.
                    self.reading.push_back(Box::pin(async move { reader.page(page?, Some(scope)).await }));
                }
            }
            Some(page) = self.reading.next(), if reads => self.ready.push_back(page),
        }
    }
}
