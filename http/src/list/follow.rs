//! Pages that say themselves where the next one begins.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::{Error, ErrorKind, Result};
use serde_json::Value;

use super::{Asked, Counts, Way};
use crate::look_ahead::begun;
use crate::{Effort, ListRow, Page, Rows, pages, query_of_link};

impl Asked {
    /// Asks for the page that begins behind `after`, and returns it with the rest of its body.
    async fn page_behind<R: ListRow>(&self, after: Option<String>) -> Result<(Rows<R>, Value)> {
        let call = self.call(Effort::Usual).queries(self.paging.also.iter().copied());
        let call = call.query(self.paging.size_parameter, self.paging.size);
        let call = match (self.paging.way, after) {
            (Way::Cursor { parameter, .. } | Way::Key { parameter }, Some(after)) => {
                call.query(parameter, after)
            }
            _ => call,
        };
        self.listed(call.send().await?).await
    }
}

pub(super) fn by_cursor<R: ListRow>(list: Asked, next: &'static str) -> Counts<R> {
    let list = Arc::new(list);
    let pages = pages(None, move |cursor: Option<String>| {
        let list = Arc::clone(&list);
        begun(async move {
            let (Rows { rows, .. }, body) = list.page_behind(cursor).await?;
            let next = match body.get(next) {
                Some(Value::String(cursor)) if !cursor.is_empty() => Some(cursor.clone()),
                Some(Value::Number(cursor)) => Some(cursor.to_string()),
                _ => None,
            };
            Ok(Page { rows, next: next.map(Some) })
        })
    });
    pages.map_ok(|rows| (rows, None)).boxed()
}

pub(super) fn by_key<R: ListRow>(list: Asked) -> Counts<R> {
    let list = Arc::new(list);
    let pages = pages(None, move |after: Option<String>| {
        let list = Arc::clone(&list);
        begun(async move {
            let (Rows { rows, .. }, _) = list.page_behind(after).await?;
            if rows.len() < list.paging.size {
                return Ok(Page { rows, next: None });
            }
            let last = rows.last().and_then(|row: &R| row.id(list.paging.id));
            let next = last.ok_or_else(|| {
                Error::new(
                    ErrorKind::Malformed,
                    "the last row of a full page has no id, so that nobody knows what follows",
                )
                .with("field", list.paging.id)
            })?;
            Ok(Page { rows, next: Some(Some(next)) })
        })
    });
    pages.map_ok(|rows| (rows, None)).boxed()
}

pub(super) fn by_link<R: ListRow>(
    list: Asked,
    first: &'static [(&'static str, &'static str)],
    next: &'static str,
) -> Counts<R> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let paging = list.paging;
    let size = (paging.size_parameter.to_owned(), paging.size.to_string());
    let parameters = paging.also.iter().chain(first).map(owned).chain([size]);
    let begin: Vec<_> = list.query.iter().cloned().chain(parameters).collect();
    let list = Arc::new(list);
    let pages = pages(begin, move |query: Vec<(String, String)>| {
        let list = Arc::clone(&list);
        begun(async move {
            let call =
                list.transport.get(&list.path).queries(query.iter().map(|(name, value)| (name, value)));
            let (Rows { rows, .. }, body) = list.listed(call.send().await?).await?;
            let link = body.get(next).and_then(Value::as_str).filter(|link| !link.is_empty());
            let next_query = link.map(|link| query_of_link(link, &list.path)).transpose()?;
            if next_query.as_ref() == Some(&query) {
                let message = "the link to the next page leads to the same page";
                return Err(Error::new(ErrorKind::Malformed, message).with("field", next));
            }
            Ok(Page { rows, next: next_query })
        })
    });
    pages.map_ok(|rows| (rows, None)).boxed()
}
