//! Ways to ask for the same thing, where the sources disagree.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_stream::try_stream;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::{Error, ErrorKind, Result};

/// Ways to ask for the same thing, best first, of which it is not known beforehand which ones a far side takes. One that
/// is refused is passed over from then on.
///
/// ```
/// # use latchel_sync_core::Result;
/// # use latchel_sync_http::Ways;
/// # use futures::FutureExt;
/// # async fn get(path: &str) -> Result<Vec<String>> { Ok(vec![path.to_owned()]) }
/// # async fn users() -> Result<Vec<String>> {
/// let ways = Ways::default();
/// ways.ask(&["users?hidden=true", "users"], |path| get(path).boxed()).await
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Ways {
    /// Place of the way that was taken last.
    taken: AtomicUsize,
    /// One more than the place of the way that showed rows; 0 for none.
    proven: AtomicUsize,
}

impl Ways {
    /// Asks in each of `ways` until one is not refused.
    ///
    /// # Errors
    ///
    /// The refusal of the first that was tried if all are refused, and any other failure at once.
    pub async fn ask<'f, W: Copy, T>(
        &self,
        ways: &[W],
        ask: impl Fn(W) -> BoxFuture<'f, Result<T>>,
    ) -> Result<T> {
        let mut refused = None;
        for (place, way) in ways.iter().enumerate().skip(self.first(ways.len())) {
            match ask(*way).await {
                Err(error) if is_refused(&error) => refused = refused.or(Some(error)),
                Err(error) => return Err(error),
                Ok(answer) => {
                    self.taken.store(place, Ordering::Relaxed);
                    return Ok(answer);
                }
            }
        }
        Err(refused.unwrap_or_else(none_left))
    }

    /// The pages of a list that may be asked for in each of `ways`: of the first whose first page is not refused.
    pub fn pages<'a, T: Send + 'a>(
        &'a self,
        ways: Vec<BoxStream<'a, Result<Vec<T>>>>,
    ) -> BoxStream<'a, Result<Vec<T>>> {
        self.list(ways, |_| true)
    }

    /// The same where a way that is not understood may also show nothing at all: a list without rows is asked for in the
    /// next way too, until one has shown rows.
    pub fn pages_until_proven<'a, T: Send + 'a>(
        &'a self,
        ways: Vec<BoxStream<'a, Result<Vec<T>>>>,
    ) -> BoxStream<'a, Result<Vec<T>>> {
        self.list(ways, |place| self.proven.load(Ordering::Relaxed) == place + 1)
    }

    /// `believes` says if a list without rows in the way at a place is believed.
    fn list<'a, T: Send + 'a>(
        &'a self,
        ways: Vec<BoxStream<'a, Result<Vec<T>>>>,
        believes: impl Fn(usize) -> bool + Send + 'a,
    ) -> BoxStream<'a, Result<Vec<T>>> {
        try_stream! {
            let (mut refused, mut is_answered) = (None, false);
            let first = self.first(ways.len());
            for (place, mut pages) in ways.into_iter().enumerate().skip(first) {
                let mut next = match pages.try_next().await {
                    Err(error) if is_refused(&error) => {
                        refused = refused.or(Some(error));
                        continue;
                    }
                    first => first?,
                };
                is_answered = true;
                let mut has_rows = false;
                while let Some(page) = next {
                    if !has_rows && !page.is_empty() {
                        has_rows = true;
                        self.proven.store(place + 1, Ordering::Relaxed);
                    }
                    yield page;
                    next = pages.try_next().await?;
                }
                if has_rows || believes(place) {
                    self.taken.store(place, Ordering::Relaxed);
                    return;
                }
            }
            if !is_answered {
                Err(refused.unwrap_or_else(none_left))?;
            }
        }
        .boxed()
    }

    /// Place of the way to begin with, of so many.
    fn first(&self, ways: usize) -> usize {
        self.taken.load(Ordering::Relaxed).min(ways.saturating_sub(1))
    }
}

fn is_refused(error: &Error) -> bool {
    error.kind() == ErrorKind::Refused
}

fn none_left() -> Error {
    Error::new(ErrorKind::Internal, "there is no way to ask")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures::FutureExt;
    use futures::future::ready;

    use super::*;

    fn refusal(way: &str) -> Error {
        Error::new(ErrorKind::Refused, format!("no {way}"))
    }

    /// Asks in three ways, of which those in `taken` are not refused; returns the answer and the ways that were tried.
    async fn asked(ways: &Ways, taken: &str) -> (Result<String>, String) {
        let tried = RefCell::new(String::new());
        let answer = ways
            .ask(&["a", "b", "c"], |way| {
                tried.borrow_mut().push_str(way);
                let answer = if taken.contains(way) { Ok(way.to_owned()) } else { Err(refusal(way)) };
                ready(answer).boxed()
            })
            .await;
        (answer, tried.into_inner())
    }

    #[tokio::test]
    async fn a_way_that_is_refused_is_tried_once() {
        let ways = Ways::default();
        let (answer, tried) = asked(&ways, "bc").await;
        assert_eq!((answer.unwrap().as_str(), tried.as_str()), ("b", "ab"));
        assert_eq!(asked(&ways, "bc").await.1, "b");
        assert_eq!(asked(&ways, "c").await.1, "bc", "one that is refused later leads on too");
    }

    #[tokio::test]
    async fn what_is_refused_in_every_way_is_the_first_refusal_and_decides_nothing() {
        let ways = Ways::default();
        let (answer, tried) = asked(&ways, "").await;
        assert_eq!((answer.unwrap_err().message(), tried.as_str()), ("no a", "abc"));
        assert_eq!(asked(&ways, "a").await.1, "a");
    }

    #[tokio::test]
    async fn another_failure_is_no_refusal() {
        let failing = |_| ready(Err::<(), _>(Error::new(ErrorKind::Unavailable, "down"))).boxed();
        let error = Ways::default().ask(&["a", "b"], failing).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
    }

    /// A list in one way: its pages, or its refusal.
    fn list(pages: &[Option<&[i32]>]) -> BoxStream<'static, Result<Vec<i32>>> {
        let page = |page: &Option<&[i32]>| page.map(<[i32]>::to_vec).ok_or_else(|| refusal("list"));
        futures::stream::iter(pages.iter().map(page).collect::<Vec<_>>()).boxed()
    }

    #[tokio::test]
    async fn a_list_comes_in_the_first_way_that_is_not_refused() {
        let ways = Ways::default();
        let rows = ways.pages(vec![list(&[None]), list(&[Some(&[1]), Some(&[2])])]).try_concat().await;
        assert_eq!(rows.unwrap(), [1, 2]);
        let again = ways.pages(vec![list(&[Some(&[7])]), list(&[Some(&[])])]).try_concat().await;
        assert_eq!(again.unwrap(), [0; 0], "an empty one is an answer");
        let later = ways.pages(vec![list(&[]), list(&[Some(&[1]), None])]).try_concat().await;
        assert_eq!(later.unwrap_err().kind(), ErrorKind::Refused, "a refusal behind rows is a failure");
    }

    #[tokio::test]
    async fn a_list_without_rows_proves_nothing_where_a_way_may_be_misunderstood() {
        let ways = Ways::default();
        let both = |one: &'static [i32], other: &'static [i32]| {
            ways.pages_until_proven(vec![list(&[Some(one)]), list(&[Some(other)])]).try_concat()
        };
        assert_eq!(both(&[], &[]).await.unwrap(), [0; 0]);
        assert_eq!(both(&[], &[3]).await.unwrap(), [3]);
        assert_eq!(both(&[9], &[]).await.unwrap(), [0; 0], "the second is proven");
        let ways = Ways::default();
        let proven = ways.pages_until_proven(vec![list(&[Some(&[1])]), list(&[Some(&[2])])]);
        assert_eq!(proven.try_concat().await.unwrap(), [1]);
        let believed = ways.pages_until_proven(vec![list(&[]), list(&[Some(&[2])])]);
        assert_eq!(believed.try_concat().await.unwrap(), [0; 0]);
    }
}
