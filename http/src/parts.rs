//! Pages that a far side cannot serve, because of one row of them: they are asked for in parts until that row is alone.

use latchel_sync_core::model::Unserved;
use latchel_sync_core::{Error, ErrorKind, Result};
use serde_json::Value;

use crate::ListRow;

/// So many parts of one page may fail at once; more say that it is not about single rows.
const MOST_FAILING: usize = 5;
/// After so many rounds in which no part was answered, the far side is down.
const ROUNDS_WITHOUT_ANSWER: usize = 2;
/// A page is divided into at most so many parts at once.
const MOST_PARTS: usize = 10;

/// A part of a list, as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Number of rows before it.
    pub offset: usize,
    /// Highest number of rows in it.
    pub size: usize,
    /// Repetitions of the call for it.
    pub effort: Effort,
}

impl Part {
    /// Its number, counted from 1, where the list is cut into pages of its size.
    pub fn number(&self) -> usize {
        self.offset / self.size.max(1) + 1
    }
}

/// Repetitions of a call for a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// As often as any other that reads.
    Usual,
    /// Not at all where it fails, because smaller parts are asked for next.
    Once,
}

/// Places at which a page can be cut into parts: they follow from how the far side is told where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Anywhere: it is told the number of rows before it.
    AtOffset,
    /// At multiples of the part's size: it is told its number.
    AtMultiple {
        /// The size up to which the far side surely gives as many rows as it is asked for and has. A larger part with
        /// fewer rows is asked for in smaller ones.
        full_up_to: usize,
    },
    /// Not at all: who reads the list must know every row of it, so that a page that fails is a failure.
    Never,
}

/// Answer to the call for a part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<R = Value> {
    /// Its rows.
    pub rows: Vec<R>,
    /// Number of rows of the whole list, where the far side says so.
    pub total: Option<usize>,
}

/// Reads a page of `list`, with up to `size` rows from `offset` on. Where the far side answers with a failure of its own
/// (500 and above, but not 503, and without a time to wait), it is asked for parts, until the rows that make it fail are
/// alone; a stand-in takes the place of each ([`Unserved`]).
///
/// For each of such rows that costs some 20 calls, without repetitions but for the row alone. A far side that is down, and a
/// page of which more than 5 parts fail, is asked no longer.
///
/// # Errors
///
/// The failure of the page itself if it is not about single rows; otherwise those of `ask`.
pub async fn in_parts<R, F, Fut>(
    list: &str,
    (offset, size): (usize, usize),
    cut: Cut,
    ask: F,
) -> Result<Rows<R>>
where
    R: ListRow,
    F: Fn(Part) -> Fut,
    Fut: Future<Output = Result<Rows<R>>>,
{
    let whole = Part { offset, size, effort: Effort::Usual };
    let failure = match ask(whole).await {
        Err(error) if is_about_what_was_asked_for(&error) => error,
        done => return done,
    };
    let mut pieces = vec![Piece::Open(whole)];
    let (mut total, mut answered, mut rounds) = (None, false, 0);
    while pieces.iter().any(Piece::is_open) {
        let mut next = Vec::new();
        let mut failing = 0;
        for piece in pieces {
            let Piece::Open(part) = piece else {
                next.push(piece);
                continue;
            };
            let Some(parts) = divided(part, cut) else { return Err(failure) };
            for part in parts {
                match ask(part).await {
                    Ok(listed) => {
                        answered = true;
                        total = total.max(listed.total);
                        next.push(if is_short(&listed, part, cut) {
                            Piece::Open(part)
                        } else {
                            Piece::Came(listed.rows)
                        });
                    }
                    Err(error) if !is_about_what_was_asked_for(&error) => return Err(error),
                    Err(error) => {
                        failing += 1;
                        next.push(if part.size > 1 {
                            Piece::Open(part)
                        } else {
                            alone(list, part, &ask, &error).await?
                        });
                    }
                }
                if failing > MOST_FAILING {
                    return Err(failure);
                }
            }
        }
        rounds += 1;
        if !answered && (rounds >= ROUNDS_WITHOUT_ANSWER || size == 1) {
            return Err(failure);
        }
        pieces = next;
    }
    let rows = pieces.into_iter().flat_map(Piece::into_rows).collect();
    Ok(Rows { rows, total })
}

enum Piece<R> {
    Open(Part),
    Came(Vec<R>),
}

impl<R> Piece<R> {
    fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }

    fn into_rows(self) -> Vec<R> {
        match self {
            Self::Open(_) => Vec::new(),
            Self::Came(rows) => rows,
        }
    }
}

/// A failure of the far side's own that need not be one of everything that it is asked for.
fn is_about_what_was_asked_for(error: &Error) -> bool {
    let status = error.context("status").and_then(|status| status.parse().ok());
    let is_its_own = status.is_some_and(|status: u16| status >= 500 && status != 503);
    error.kind() == ErrorKind::Unavailable && is_its_own && error.retry_after().is_none()
}

/// The single row once more, with the usual patience, so that a passing failure is not laid at its door.
async fn alone<R, F, Fut>(list: &str, part: Part, ask: &F, error: &Error) -> Result<Piece<R>>
where
    R: ListRow,
    F: Fn(Part) -> Fut,
    Fut: Future<Output = Result<Rows<R>>>,
{
    match ask(Part { effort: Effort::Usual, ..part }).await {
        Ok(listed) => return Ok(Piece::Came(listed.rows)),
        Err(again) if !is_about_what_was_asked_for(&again) => return Err(again),
        Err(_) => {}
    }
    tracing::warn!(list, row = part.offset + 1, %error, "a row is not served");
    let status = error.context("status").unwrap_or_default();
    let problem = format!("{} with status {status} at this row alone", error.message());
    let row = Unserved { list: list.to_owned(), row: part.offset + 1, problem };
    Ok(Piece::Came(vec![R::of_value(row.stand_in())]))
}

/// True if a part may have more rows than came.
fn is_short<R>(listed: &Rows<R>, part: Part, cut: Cut) -> bool {
    match cut {
        Cut::AtMultiple { full_up_to } if part.size > full_up_to => {
            !listed.rows.is_empty() && listed.rows.len() < part.size
        }
        _ => false,
    }
}

/// The parts of a part, in their order: halves, or as many of equal size as their beginnings allow. `None` if there are none.
fn divided(part: Part, cut: Cut) -> Option<Vec<Part>> {
    let Part { offset, size, .. } = part;
    let of = |offset, size| Part { offset, size, effort: Effort::Once };
    match cut {
        Cut::AtOffset | Cut::AtMultiple { .. } if size == 1 => Some(vec![of(offset, 1)]),
        Cut::AtOffset => {
            let half = size.div_ceil(2);
            Some(vec![of(offset, half), of(offset + half, size - half)])
        }
        Cut::Never => None,
        Cut::AtMultiple { .. } => {
            let parts = (2..=MOST_PARTS).find(|parts| size.is_multiple_of(*parts))?;
            let smaller = size / parts;
            Some((0..parts).map(|part| of(offset + part * smaller, smaller)).collect())
        }
    }
}
