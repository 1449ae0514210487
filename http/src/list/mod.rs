//! Lists of a far side, read page by page.

mod counted;
mod follow;
mod paging;

use std::fmt;

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::{Error, ErrorKind, Result};
use serde_json::Value;

pub(crate) use paging::IsEmpty;
pub use paging::Paging;
use paging::{Counted, Total, Unit, Way};

use crate::{Answer, Call, Cut, Effort, ListRow, Rows, Transport, loose};

/// Pages of a list.
pub type RawPages<'a> = BoxStream<'a, Result<Vec<Value>>>;

/// Pages, each with the total that came with it.
type Counts<R> = BoxStream<'static, Result<(Vec<R>, Option<usize>)>>;

/// Called with the number of rows of each page and the total that came with it.
type Seen<'a> = Box<dyn Fn(usize, Option<usize>) + Send + Sync + 'a>;

/// A list that is about to be read.
pub struct List<'a> {
    asked: Asked,
    seen: Option<Seen<'a>>,
}

/// Parameters that a list is asked for with.
#[derive(Debug)]
struct Asked {
    transport: Transport,
    path: String,
    query: Vec<(String, String)>,
    paging: Paging,
}

impl Transport {
    /// The list at `path`, which is cut into pages in this way.
    pub fn list<'a>(&self, path: &str, paging: &Paging) -> List<'a> {
        let (transport, path) = (self.clone(), path.to_owned());
        List { asked: Asked { transport, path, query: Vec::new(), paging: *paging }, seen: None }
    }
}

impl<'a> List<'a> {
    /// Adds a query parameter to every page; one that is added again is sent again.
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.asked.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds query parameters to every page.
    pub fn queries<N: AsRef<str>, V: ToString>(self, parameters: impl IntoIterator<Item = (N, V)>) -> Self {
        parameters.into_iter().fold(self, |list, (name, value)| list.query(name.as_ref(), value))
    }

    /// Calls `seen` with the number of rows of each page and the total that came with it.
    pub fn each_page(mut self, seen: impl Fn(usize, Option<usize>) + Send + Sync + 'a) -> Self {
        self.seen = Some(Box::new(seen));
        self
    }

    /// The pages of the list. Where beginnings can be computed, a row that the far side does not serve has a stand-in
    /// ([`in_parts`](crate::in_parts)).
    pub fn pages(self) -> RawPages<'a> {
        let cut = self.usual_cut();
        self.cut(cut)
    }

    /// The same for those who must know every row: one that is not served is a failure.
    pub fn whole(self) -> RawPages<'a> {
        self.cut(Cut::Never)
    }

    /// The pages of the list, with stand-ins as far as `cut` allows.
    pub fn cut(self, cut: Cut) -> RawPages<'a> {
        self.cut_as(cut)
    }

    /// The same as [`List::pages`] with rows of another kind: a [`TextRow`](crate::TextRow) is read straight from the text.
    pub fn pages_as<R: ListRow>(self) -> BoxStream<'a, Result<Vec<R>>> {
        let cut = self.usual_cut();
        self.cut_as(cut)
    }

    /// Places at which a page may be cut, by the way of paging.
    fn usual_cut(&self) -> Cut {
        match self.asked.paging.way {
            Way::Counted(Counted { unit: Unit::Rows, .. }) => Cut::AtOffset,
            Way::Counted(Counted { full_up_to, .. }) => Cut::AtMultiple { full_up_to },
            Way::Cursor { .. } | Way::Key { .. } | Way::Link { .. } => Cut::Never,
        }
    }

    /// The same as [`List::cut`] with rows of another kind.
    pub fn cut_as<R: ListRow>(self, cut: Cut) -> BoxStream<'a, Result<Vec<R>>> {
        let Self { asked, seen } = self;
        let is_even = |counted: &Counted| counted.full_up_to >= asked.paging.size;
        let pages = match asked.paging.way {
            Way::Counted(counted) if is_even(&counted) => counted::even(asked, counted, cut),
            Way::Counted(counted) => counted::uneven(asked, counted, cut),
            Way::Cursor { next, .. } => follow::by_cursor(asked, next),
            Way::Key { .. } => follow::by_key(asked),
            Way::Link { first, next } => follow::by_link(asked, first, next),
        };
        let rows = move |(rows, total): (Vec<R>, Option<usize>)| {
            if let Some(seen) = &seen {
                seen(rows.len(), total);
            }
            rows
        };
        pages.map_ok(rows).boxed()
    }

    /// Every row of a list that is known to be short.
    ///
    /// # Errors
    ///
    /// Those of its pages.
    pub async fn all(self) -> Result<Vec<Value>> {
        self.whole().try_concat().await
    }

    /// Reads no more than the first row, to see whether the list may be read.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn peek(self) -> Result<Answer> {
        let paging = self.asked.paging;
        let first: &[_] = if let Way::Link { first, .. } = paging.way { first } else { &[] };
        let call = self.asked.call(Effort::Usual).queries(first.iter().copied());
        call.query(paging.size_parameter, 1).send().await
    }
}

impl Asked {
    /// A call for a part of the list, which does not yet say for which.
    fn call(&self, effort: Effort) -> Call {
        let query = self.query.iter().map(|(name, value)| (name, value));
        self.transport.get(&self.path).effort(effort).queries(query).empty_if(self.paging.empty)
    }

    /// Reads the rows of an answer with the total, as far as it is told, and the rest of its body.
    async fn listed<R: ListRow>(&self, answer: Answer) -> Result<(Rows<R>, Value)> {
        let paging = self.paging;
        answer.beside(move |answer| listed(answer, &paging)).await
    }
}

fn listed<R: ListRow>(answer: &Answer, paging: &Paging) -> Result<(Rows<R>, Value)> {
    let read = if answer.status == 204 { None } else { R::of_text(answer, paging.rows) };
    let (rows, body) = match read {
        Some(read) => read,
        None => of_any_json(answer, paging.rows)?,
    };
    let total = match paging.total {
        Total::Untold => None,
        Total::Header(name) => answer.header(name).and_then(|text| text.trim().parse().ok()),
        Total::Member(name) => body.get(name).and_then(total_of),
    };
    Ok((Rows { rows, total }, body))
}

/// Reads the rows by way of JSON values, and the rest of the body; `member` holds the rows, or the body itself if it is
/// empty.
fn of_any_json<R: ListRow>(answer: &Answer, member: &str) -> Result<(Vec<R>, Value)> {
    // An empty list may have no body.
    let mut body = if answer.status == 204 { Value::Array(Vec::new()) } else { answer.value()? };
    let rows = if member.is_empty() || answer.status == 204 { Some(&mut body) } else { body.get_mut(member) };
    let Some(Value::Array(rows)) = rows.map(Value::take) else {
        let error =
            Error::new(ErrorKind::Malformed, "the answer holds no list of rows").with("call", &answer.call);
        return Err(if member.is_empty() { error } else { error.with("field", member) });
    };
    Ok((rows.into_iter().map(R::of_value).collect(), body))
}

/// A total, which is whole and not negative, or none at all.
fn total_of(value: &Value) -> Option<usize> {
    match value.as_f64() {
        Some(total) if total >= 0.0 => Some(total as usize),
        Some(_) => None,
        None => loose::as_number(value).and_then(|total| usize::try_from(total).ok()),
    }
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("path", &self.asked.path).finish_non_exhaustive()
    }
}
