//! The ways in which far sides cut a list into pages, as values.

/// Tells from the status and body of an error answer that it stands for a list without rows.
pub(crate) type IsEmpty = fn(u16, &[u8]) -> bool;

/// Way in which a far side cuts its lists into pages. One that fits none of these has the closure form,
/// [`pages`](fn@crate::pages).
///
/// ```
/// # use latchel_sync_http::Paging;
/// const PAGING: Paging = Paging::by_offset("offset", "limit", 1_000)
///     .total_in_header("x-total-count")
///     .id("Id")
///     .also(&[("orderby", "Id asc")])
///     .ahead(4);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Paging {
    pub(super) way: Way,
    /// Parameter that tells the size; empty if none does.
    pub(super) size_parameter: &'static str,
    /// Number of rows to ask for.
    pub(super) size: usize,
    /// Member of the body that holds the rows; empty if the body itself does.
    pub(super) rows: &'static str,
    pub(super) total: Total,
    /// Member that tells a list's rows apart.
    pub(super) id: &'static str,
    /// Parameters that go with every page.
    pub(super) also: &'static [(&'static str, &'static str)],
    /// Number of pages that are asked for at once.
    pub(super) at_once: usize,
    /// Tells an error answer that stands for a list without rows.
    pub(super) empty: Option<IsEmpty>,
}

/// Beginning of a page, as the far side is told it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// By the number of rows before it, or by its number.
    Counted(Counted),
    /// By a text that the page before it has in the member `next`.
    Cursor { parameter: &'static str, next: &'static str },
    /// By the last row's id of the page before it.
    Key { parameter: &'static str },
    /// By a link that the page before it has in the member `next`.
    Link { first: &'static [(&'static str, &'static str)], next: &'static str },
}

/// Beginning of a page that can be computed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub parameter: &'static str,
    pub unit: Unit,
    /// Up to so many rows come surely if there are as many.
    pub full_up_to: usize,
}

/// Unit in which a page's beginning is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Rows before it.
    Rows,
    /// Pages, from 1.
    Pages,
}

/// Place where the far side tells how many rows a list has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Total {
    Untold,
    Header(&'static str),
    Member(&'static str),
}

impl Paging {
    const fn new(way: Way, size_parameter: &'static str, size: usize) -> Self {
        let (total, rows) = (Total::Untold, "");
        Self { way, size_parameter, size, rows, total, id: "id", also: &[], at_once: 1, empty: None }
    }

    /// By the number of rows before a page, in the parameter `offset`; `size` rows at once, in the parameter `limit`.
    pub const fn by_offset(offset: &'static str, limit: &'static str, size: usize) -> Self {
        Self::new(
            Way::Counted(Counted { parameter: offset, unit: Unit::Rows, full_up_to: size }),
            limit,
            size,
        )
    }

    /// By a page's number from 1, in the parameter `number`; `size` rows at once, in the parameter `limit`.
    pub const fn by_number(number: &'static str, limit: &'static str, size: usize) -> Self {
        Self::new(
            Way::Counted(Counted { parameter: number, unit: Unit::Pages, full_up_to: size }),
            limit,
            size,
        )
    }

    /// By a cursor: the member `next` of a page's body is the parameter `cursor` of the next, and missing, null or empty in
    /// the last.
    pub const fn by_cursor(
        cursor: &'static str,
        next: &'static str,
        limit: &'static str,
        size: usize,
    ) -> Self {
        Self::new(Way::Cursor { parameter: cursor, next }, limit, size)
    }

    /// By key: a list in the order of ids, of which each page begins behind the id in the parameter `after`. It goes on for
    /// as long as pages are full.
    pub const fn by_key(after: &'static str, limit: &'static str, size: usize) -> Self {
        Self::new(Way::Key { parameter: after }, limit, size)
    }

    /// By a link to the next page in the member `next`, which is missing, null or empty in the last; the first page is asked
    /// for with the parameters `first`. Only the query of a link is used ([`query_of_link`](crate::query_of_link)).
    pub const fn by_link(
        next: &'static str,
        first: &'static [(&'static str, &'static str)],
        limit: &'static str,
        size: usize,
    ) -> Self {
        Self::new(Way::Link { first, next }, limit, size)
    }

    /// The rows are in this member of the body, not the body itself.
    pub const fn rows_in(self, member: &'static str) -> Self {
        Self { rows: member, ..self }
    }

    /// The number of a list's rows is in this header. It only adds pages: behind a full page is looked whatever it says, and
    /// behind one that is not full, where by this number there is more. So a far side that gives fewer rows at once than it is
    /// asked for loses none.
    pub const fn total_in_header(self, name: &'static str) -> Self {
        Self { total: Total::Header(name), ..self }
    }

    /// The number of a list's rows is in this member of the body. It only adds pages, as one in a header does.
    pub const fn total_in(self, member: &'static str) -> Self {
        Self { total: Total::Member(member), ..self }
    }

    /// The member that tells rows apart, `id` where nothing else is said.
    pub const fn id(self, member: &'static str) -> Self {
        Self { id: member, ..self }
    }

    /// Parameters that go with every page, such as the order of a list.
    pub const fn also(self, parameters: &'static [(&'static str, &'static str)]) -> Self {
        Self { also: parameters, ..self }
    }

    /// Pages by number may have fewer rows than were asked for, but surely `least` if there are as many: a list goes on for
    /// as long as a page has as many rows as the first, and the first `least`.
    pub const fn at_least(self, least: usize) -> Self {
        let way = match self.way {
            Way::Counted(counted) => {
                let full_up_to = if least < self.size { least } else { self.size };
                Way::Counted(Counted { full_up_to, ..counted })
            }
            other => other,
        };
        Self { way, ..self }
    }

    /// The same where pages are known to be full but for the last.
    pub const fn exact(self) -> Self {
        self.at_least(self.size)
    }

    /// An error answer with such a status and body says that a list has no rows (or none from this page on). It does so for
    /// lists alone: a record that is asked for by its id and is not there stays an error.
    pub const fn empty_if(self, is_empty: fn(u16, &[u8]) -> bool) -> Self {
        Self { empty: Some(is_empty), ..self }
    }

    /// Up to `pages` are asked for at once, where beginnings can be computed (by offset and by number) and the far side tells a
    /// total. By number with [`at_least`](Self::at_least) no total is needed: behind several full pages others are asked for
    /// ahead, of which up to `pages - 1` may be behind the end of the list.
    pub const fn ahead(self, pages: usize) -> Self {
        Self { at_once: pages, ..self }
    }
}
