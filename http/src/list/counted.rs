//! Pages whose beginnings can be computed: by offset and by number.

use std::sync::{Arc, OnceLock};

use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::Result;

use super::paging::{Counted, Unit};
use super::{Asked, Counts};
use crate::look_ahead::with_totals;
use crate::{Cut, ListRow, Page, Part, Rows, covered, in_parts};

/// Number of full pages behind which further ones are asked for ahead although no total is told: some of those are behind the
/// end of the list, and are not to weigh beside the pages that are there.
const FULL_BEFORE_AHEAD: usize = 4;

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

/// Pages by number that may have fewer rows than were asked for, without a total: a list goes on for as long as a page has as
/// many rows as the first, and the first as many as are sure to come.
pub(super) fn uneven<R: ListRow>(list: Asked, counted: Counted, cut: Cut) -> Counts<R> {
    let list = Arc::new(list);
    let wanted = list.paging.size;
    // Number of rows of the first page that came whole; how many one that came in parts would have had is not known.
    let full = Arc::new(OnceLock::new());
    let pages = with_totals(list.paging.at_once, move |before: usize| {
        let (list, full) = (Arc::clone(&list), Arc::clone(&full));
        async move {
            let least = full.get().copied().unwrap_or(counted.full_up_to);
            let size = if before == 0 { wanted } else { least };
            let ask =
                |part: Part| list.part(counted, part, if part.size == size { wanted } else { part.size });
            let rows: Vec<R> = in_parts(&list.path, (before * size, size), cut, ask).await?.rows;
            let goes_on = rows.len() >= least.max(1);
            if goes_on && !rows.iter().any(R::is_stand_in) {
                full.get_or_init(|| rows.len());
            }
            // Where nobody tells a total, a list that went on for long is believed to go on.
            let is_long = goes_on && before + 1 >= FULL_BEFORE_AHEAD && full.get().is_some();
            Ok((Page { rows, next: goes_on.then_some(before + 1) }, is_long.then_some(usize::MAX)))
        }
    });
    pages.map_ok(|(rows, _)| (rows, None)).boxed()
}
