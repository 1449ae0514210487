//! Meaning of Rentvine's primary statuses, to one of which each status of an account belongs. Sources agree on their names and
//! not on their numbers (contract sheet `rentvine.md`), so that a number means what the account's statuses under it say.

use crate::wire::Status;

/// Meaning of a primary status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Primary {
    Pending,
    Open,
    OnHold,
    Completed,
    Cancelled,
}

/// Meanings whose numbers are 3 and 4 in the vendor's documents, and 4 and 3 in a live account.
const DISPUTED: [Primary; 2] = [Primary::Completed, Primary::OnHold];

impl Primary {
    /// Meaning of a number in an account with these statuses: by the names of Rentvine's own statuses under it, else by those of
    /// the account's if the number is a disputed one, else by the vendor's documents.
    pub fn of(number: &str, statuses: &[Status]) -> Self {
        let documented = Self::documented(number);
        let under = || statuses.iter().filter(|status| status.primary == number);
        let system = under().filter(|status| status.is_system == Some(true));
        let is_disputed = |meaning: &Self| DISPUTED.contains(meaning);
        let by_any = || only(under().filter_map(Self::named).filter(is_disputed));
        let said = only(system.filter_map(Self::named));
        said.or_else(|| by_any().filter(|_| is_disputed(&documented))).unwrap_or(documented)
    }

    /// True if a status is over by its name, and not by the documented meaning of its number, or the other way round.
    pub fn is_at_odds(status: &Status) -> bool {
        let documented = Self::documented(&status.primary).is_closed();
        Self::named(status).is_some_and(|named| named.is_closed() != documented)
    }

    /// By the vendor's documents; 5 was seen in live accounts alone. Another number is one of something open.
    fn documented(number: &str) -> Self {
        match number {
            "1" => Self::Pending,
            "3" => Self::Completed,
            "4" => Self::OnHold,
            "5" => Self::Cancelled,
            _ => Self::Open,
        }
    }

    /// Meaning of a status by its own name; `None` where the name says none.
    fn named(status: &Status) -> Option<Self> {
        match status.name.trim().to_lowercase().as_str() {
            "pending" => Some(Self::Pending),
            "open" => Some(Self::Open),
            "closed" | "completed" | "complete" => Some(Self::Completed),
            name if says_on_hold(name) => Some(Self::OnHold),
            name if says_cancelled(name) => Some(Self::Cancelled),
            _ => None,
        }
    }

    /// True if work orders in it are over.
    fn is_closed(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// The one that all of them are.
fn only(mut all: impl Iterator<Item = Primary>) -> Option<Primary> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// True if a name says that the work is off.
pub(crate) fn says_cancelled(name: &str) -> bool {
    name.to_lowercase().contains("cancel")
}

/// True if a name says that the work waits, which is never over.
pub(crate) fn says_on_hold(name: &str) -> bool {
    name.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "hold")
}
