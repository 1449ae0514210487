//! Walks over pages: the closure form, and what every list shares. `look_ahead.rs` asks for pages before they are wanted; `list/` has
//! the usual ways of paging as values.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash};

use foldhash::quality::FixedState;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::{Error, ErrorKind, Result};
use reqwest::Url;
use serde_json::Value;

use crate::ListRow;

/// The most of a link that an error shows.
const LONGEST_LINK: usize = 200;

/// One page of a list, and where the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<C, R = Value> {
    /// Its rows.
    pub rows: Vec<R>,
    /// Cursor to ask for the next page with; `None` if this was the last.
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

/// The query of a link to a list's next page, decoded. Nothing else of the link is used, so that it can lead neither to
/// another host nor to another list, however the far side spells its prefix.
///
/// # Errors
///
/// [`ErrorKind::Malformed`] if the link is no path on the same host that ends with `path`.
pub fn query_of_link(link: &str, path: &str) -> Result<Vec<(String, String)>> {
    let strange = || strange(link);
    let here = Url::parse("https://here.invalid/").map_err(|_| strange())?;
    let url = here.join(link).map_err(|_| strange())?;
    let same_list = url.path().ends_with(&format!("/{}", path.trim_matches('/')));
    if url.origin() != here.origin() || !same_list {
        return Err(strange());
    }
    Ok(url.query_pairs().into_owned().collect())
}

/// The path, without the slash before it, and the decoded query of a link to a page, which is relative to `host` or names it.
/// For far sides whose further pages have paths of their own.
///
/// # Errors
///
/// [`ErrorKind::Malformed`] if the link leads to another host, or to a path that does not begin with `below`.
pub fn link_below(link: &str, host: &str, below: &str) -> Result<(String, Vec<(String, String)>)> {
    let here = Url::parse(&format!("https://{host}/")).map_err(|_| strange(link))?;
    let url = here.join(link).map_err(|_| strange(link))?;
    let path = url.path().trim_start_matches('/');
    if url.host_str() != here.host_str() || !path.starts_with(below) {
        return Err(strange(link));
    }
    Ok((path.to_owned(), url.query_pairs().into_owned().collect()))
}

fn strange(link: &str) -> Error {
    Error::new(ErrorKind::Malformed, "the link to the next page does not lead to the same list")
        .with("link", link.chars().take(LONGEST_LINK).collect::<String>())
}

/// Number of rows that a page of a list by offset covers. The member `id` tells rows apart: a row that comes twice counts
/// once, so that none behind it is skipped. A page of nothing but repetitions still leads on.
pub fn covered<R: ListRow>(page: &[R], id: &str) -> usize {
    let mut nameless = 0;
    let mut distinct = HashSet::new();
    for row in page {
        match row.id(id) {
            Some(id) => drop(distinct.insert(id)),
            None => nameless += 1,
        }
    }
    (distinct.len() + nameless).max(page.len().div_ceil(2))
}

/// The pages of a list, each asked for when the one before it was taken. `ask` gets `first`, and then what each page
/// named as its next.
///
/// A far side that goes round in circles, with a page that it sent before or a next page that was asked for before, is an
/// error: the list would never end. So is a list with more than 100,000 pages or 2,000,000 rows.
pub fn pages<'a, C, R, F, Fut>(first: C, ask: F) -> BoxStream<'a, Result<Vec<R>>>
where
    C: Hash + Send + 'a,
    R: Hash + Send + 'a,
    F: Fn(C) -> Fut + Send + Sync + 'a,
    Fut: Future<Output = Result<Page<C, R>>> + Send + 'a,
{
    let course = Course::from(&first);
    futures::stream::try_unfold((Some(first), ask, course), |(cursor, ask, mut course)| async move {
        let Some(cursor) = cursor else { return Ok(None) };
        let page = ask(cursor).await?;
        course.goes_on(&page)?;
        Ok(Some((page.rows, (page.next, ask, course))))
    })
    .boxed()
}

/// Reads each page with `read`, and hands on the results of several pages together as soon as there are at least `size`.
pub fn chunks<'a, R: Send + 'a, T: Send + 'a>(
    pages: BoxStream<'a, Result<Vec<R>>>,
    size: usize,
    read: impl Fn(Vec<R>) -> Vec<T> + Send + 'a,
) -> BoxStream<'a, Result<Vec<T>>> {
    futures::stream::try_unfold((pages, read), move |(mut pages, read)| async move {
        let mut chunk = Vec::new();
        while let Some(page) = pages.try_next().await? {
            chunk.extend(read(page));
            if chunk.len() >= size {
                break;
            }
        }
        Ok((!chunk.is_empty()).then_some((chunk, (pages, read))))
    })
    .boxed()
}

/// The most pages and rows that a list may have; the largest customers of such platforms have some ten thousand units and
/// some hundred thousand work orders, so that a list that goes on behind this has no end.
const MOST_PAGES: usize = 100_000;
const MOST_ROWS: usize = 2_000_000;

/// Course of a walk through a list so far: some megabytes at most, because of the most pages.
#[derive(Debug, Default)]
pub(crate) struct Course {
    /// Digests of what pages were asked for with.
    asked: HashSet<u64>,
    /// Digests of the pages.
    seen: HashSet<u64>,
    pages: usize,
    rows: usize,
}

impl Course {
    pub fn from(first: &impl Hash) -> Self {
        Self { asked: HashSet::from([digest(first)]), ..Self::default() }
    }

    /// Adds a page. Empty ones may come again: they say nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Malformed`] if the list goes round in a circle, or on and on.
    pub fn goes_on<C: Hash, R: Hash>(&mut self, page: &Page<C, R>) -> Result<()> {
        let is_new = page.rows.is_empty() || self.seen.insert(digest(&page.rows));
        let leads_on = page.next.as_ref().is_none_or(|next| self.asked.insert(digest(next)));
        if !is_new || !leads_on {
            return Err(Error::new(ErrorKind::Malformed, "the pages of a list go round in a circle"));
        }
        (self.pages, self.rows) = (self.pages + 1, self.rows.saturating_add(page.rows.len()));
        if page.next.is_none() || (self.pages < MOST_PAGES && self.rows < MOST_ROWS) {
            return Ok(());
        }
        let message = format!(
            "a list goes on behind {} pages with {} rows, which is more than it can have; nobody knows where it ends",
            self.pages, self.rows
        );
        Err(Error::new(ErrorKind::Malformed, message))
    }
}

fn digest(of: &impl Hash) -> u64 {
    FixedState::default().hash_one(of)
}

#[cfg(test)]
mod tests {
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

    #[tokio::test]
    async fn a_list_that_never_ends_is_an_error_at_a_bound() {
        for (size, pages) in [(0, MOST_PAGES), (1, MOST_PAGES), (1_000, MOST_ROWS / 1_000)] {
            let list = super::pages(0_u64, move |at| {
                let rows: Vec<u64> = (0..size).map(|row| at * size + row).collect();
                std::future::ready(Ok(Page { rows, next: Some(at + 1) }))
            });
            let came: Vec<_> =
                list.map(|page| page.map(|_| ()).map_err(|error| error.to_string())).collect().await;
            let (end, before) = came.split_last().unwrap();
            assert_eq!(before.len() + 1, pages);
            assert!(end.as_ref().is_err_and(|error| error.contains("a list goes on behind")), "{end:?}");
        }
        let last = MOST_PAGES as u64 - 1;
        let whole = super::pages(0_u64, move |at| {
            std::future::ready(Ok(Page { rows: vec![at], next: (at < last).then_some(at + 1) }))
        });
        assert_eq!(
            whole.try_concat().await.map(|rows| rows.len()).ok(),
            Some(MOST_PAGES),
            "one that ends there is whole"
        );
    }

    #[tokio::test]
    async fn pages_are_read_in_chunks_as_they_are_wanted() {
        let list = || {
            pages(0, |at: usize| async move {
                if at > 5 {
                    return Err(Error::new(ErrorKind::Unavailable, "nobody wanted this page"));
                }
                Ok(Page { rows: vec![json!(at), json!("both")], next: (at < 5).then_some(at + 1) })
            })
        };
        let sizes = chunks(list(), 5, |page| page).map_ok(|chunk| chunk.len());
        assert_eq!(sizes.try_collect().await.ok(), Some(vec![6, 6]));
        let all = chunks(list(), 100, |page| page).map_ok(|chunk| chunk.len());
        assert_eq!(all.try_collect().await.ok(), Some(vec![12]));
        let none = chunks(list(), 5, |_| Vec::<Value>::new());
        assert_eq!(none.try_collect().await.ok(), Some(Vec::<Vec<Value>>::new()));
    }

    #[test]
    fn only_the_query_of_a_link_to_the_same_list_is_used() {
        let pairs = query_of_link("/api/v0/units?page[number]=2&filters%5BId%5D=a,b", "units").unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs, [pair("page[number]", "2"), pair("filters[Id]", "a,b")]);
        for elsewhere in [
            "https://evil.example/api/v0/units?a=b",
            "//evil.example/units",
            "/api/v0/tenants?a=b",
            "/api/v0/xunits",
        ] {
            assert!(query_of_link(elsewhere, "units").is_err(), "{elsewhere}");
        }
    }

    #[test]
    fn a_link_to_a_page_with_a_path_of_its_own_stays_on_the_host_and_below() {
        let read = |link| link_below(link, "pms.example", "api/reports/").ok();
        let wanted = Some(("api/reports/units/7".to_owned(), vec![("page".to_owned(), "2".to_owned())]));
        for link in ["/api/reports/units/7?page=2", "https://pms.example/api/reports/units/7?page=2"] {
            assert_eq!(read(link), wanted, "{link}");
        }
        for elsewhere in [
            "https://evil.example/api/reports/units",
            "//evil.example/api/reports/units",
            "/api/reports/../users",
            "/api/users",
            "https://",
        ] {
            assert_eq!(read(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn a_row_that_comes_twice_covers_no_more_than_once() {
        let row = |id: i64| json!({ "id": id });
        assert_eq!(covered(&[row(1), row(1), row(2)], "id"), 2);
        assert_eq!(covered(&[json!({}), json!({"id": "odd"}), row(1)], "id"), 3);
        assert_eq!(covered(&[row(1), row(1), row(1), row(1)], "id"), 2, "but a page leads on");
        assert_eq!(covered::<Value>(&[], "id"), 0);
    }
}
