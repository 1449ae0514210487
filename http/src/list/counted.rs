//! Pages whose beginnings can be computed: by offset and by number.

use std::sync::{Arc, OnceLock};

use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::Result;

use super::paging::{Counted, Unit};
use super::{Asked, Counts};
use crate::look_ahead::with_totals;
use crate::{Cut, ListRow, Page, Part, Rows, covered, in_parts, pages};

impl Asked {
    /// Asks for a part of the list; `size` is what the far side is told of its size.
    async fn part<R: ListRow>(&self, counted: Counted, part: Part, size: usize) -> Result<Rows<R>> {
        let begin = if counted.unit == Unit::Rows { part.offset } else { part.number() };
        let call = self.call(part.effort).queries(self.paging.also.iter().copied());
        let call = call.query(counted.parameter, begin).query(self.paging.size_parameter, size);
        Ok(self.listed(call.send().await?).await?.0)
    }
}

/// Pages that are full but for the last. A far side may give fewer rows at once than it is asked for: its total shows that.
pub(super) fn even<R: ListRow>(list: Asked, counted: Counted, cut: Cut) -> Counts<R> {
    let list = Arc::new(list);
    // Number of rows that a page really has. No page is asked for before the first one tells.
    let full = Arc::new(OnceLock::new());
    with_totals(list.paging.at_once, move |offset| {
        let (list, full) = (Arc::clone(&list), Arc::clone(&full));
        async move {
            let size = full.get().copied().unwrap_or(list.paging.size);
            let ask = |part: Part| list.part(counted, part, part.size);
            let Rows { rows, total } = in_parts(&list.path, (offset, size), cut, ask).await?;
            let end = offset
                + match counted.unit {
                    Unit::Rows => covered(&rows, list.paging.id),
                    Unit::Pages => rows.len(),
                };
            // Behind a full page is looked whatever the total says, so that one that is too small loses nothing.
            let goes_on = rows.len() >= size || total.is_some_and(|total| end < total);
            let next = (goes_on && !rows.is_empty()).then(|| match counted.unit {
                Unit::Rows => end,
                // What a first page lacks is on the next one, which begins behind as many rows as this one has.
                Unit::Pages if offset == 0 => *full.get_or_init(|| rows.len().min(size)),
                Unit::Pages => offset + size,
            });
            Ok((Page { rows, next }, total))
        }
    })
}

/// Pages by number that may have fewer rows than were asked for, without a total.
pub(super) fn uneven<R: ListRow>(list: Asked, counted: Counted, cut: Cut) -> Counts<R> {
    let list = Arc::new(list);
    let wanted = list.paging.size;
    let pages = pages((1, counted.full_up_to), move |(number, least): (usize, usize)| {
        let list = Arc::clone(&list);
        async move {
            // Behind the first page it is known how many rows a page has.
            let size = if number == 1 { wanted } else { least };
            let ask =
                |part: Part| list.part(counted, part, if part.size == size { wanted } else { part.size });
            let rows: Vec<R> = in_parts(&list.path, ((number - 1) * size, size), cut, ask).await?.rows;
            let came_in_parts = rows.iter().any(R::is_stand_in);
            let Page { rows, next } = Page::while_as_full(rows, number, least);
            // How many it would have had at once is not known then.
            let next = next.map(|(number, count)| (number, if came_in_parts { least } else { count }));
            Ok(Page { rows, next })
        }
    });
    pages.map_ok(|rows| (rows, None)).boxed()
}
