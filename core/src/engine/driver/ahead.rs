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

/// How many pages are read ahead of the one that is worked on, and how many rows before no further page is: bounds on
/// memory.
const PAGES: usize = 8;
const ROWS: usize = 8_000;

/// A list's pages in order, some of them read before they are wanted.
///
/// Whatever is being read is driven until it has come, also while a page is worked on: half-read pages would keep the
/// ledger from those who work.
pub(in crate::engine) struct Ahead<'a, F: Flow> {
    reader: Reader<'a, F>,
    scope: Scope,
    pages: Fuse<Pages<'a, F::Record>>,
    reading: FuturesOrdered<BoxFuture<'a, Result<Prepared<F::Case>>>>,
    ready: VecDeque<Result<Prepared<F::Case>>>,
    /// How many rows each of those has.
    rows: VecDeque<usize>,
}

impl<'a, F: Flow> Ahead<'a, F> {
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

    /// The next page, or the error in its place.
    pub async fn next(&mut self) -> Result<Option<Prepared<F::Case>>> {
        while self.ready.is_empty() && !self.is_idle() {
            self.step().await;
        }
        self.rows.pop_front();
        self.ready.pop_front().transpose()
    }

    /// Does `work`, and reads ahead meanwhile.
    pub async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
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

    /// Whether there is nothing to wait for: all is read that there is, or room for.
    fn is_idle(&self) -> bool {
        self.reading.is_empty() && !self.wants_more()
    }

    fn wants_more(&self) -> bool {
        !self.pages.is_done() && self.rows.len() < PAGES && self.rows.iter().sum::<usize>() < ROWS
    }

    /// Waits until a page has come, or is ready.
    async fn step(&mut self) {
        let (wants_more, reads) = (self.wants_more(), !self.reading.is_empty());
        tokio::select! {
            // In turn and not by chance, so that a run can be told again.
            biased;
            page = self.pages.next(), if wants_more => {
                let (reader, scope) = (self.reader, self.scope);
                if let Some(page) = page {
                    self.rows.push_back(page.as_ref().map_or(0, Vec::len));
                    self.reading.push_back(Box::pin(async move { reader.page(page?, Some(scope)).await }));
                }
            }
            Some(page) = self.reading.next(), if reads => self.ready.push_back(page),
        }
    }
}
