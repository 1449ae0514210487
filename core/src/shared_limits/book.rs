use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{BLOCK_LASTS, Block, Ended, KeptLimit, Taken, Wish};
use crate::LONGEST_PAUSE_WITHIN_A_RUN;

/// One block is at most this part of the tightest limit, so that others find something too; of a short span, of which little is
/// lost with a process, it is more.
const PART: u32 = 4;
const PART_OF_SHORT: u32 = 2;
/// Calls are given that become free within this time, in milliseconds, and within half of a shorter span: whoever is at a limit does
/// not ask for each of them, and tells of those that were made before they could be free again.
const AHEAD: i64 = 2_000;
/// Instants are rounded up to this part of a limit's span, which keeps the book short and costs as much of the rate.
const GRAIN: i64 = 50;
/// Shortest and longest time after which to look again for what others may give back, in milliseconds.
const AGAIN: (i64, i64) = (50, 1_000);

/// What was made and taken of one group's limits: the state of [`SharedLimits`](super::SharedLimits), to be kept as it is and
/// changed by one process at a time. Instants are milliseconds since 1970, by the clock of where it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// Calls that were told of, by the length of each limit's span: their number by instant.
    used: BTreeMap<i64, BTreeMap<i64, u32>>,
    /// Blocks of which nothing was told yet.
    taken: Vec<Open>,
    /// Instant before which nothing is given.
    held_until: i64,
}

/// A block, each call of which may have been made up to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    id: Uuid,
    calls: u32,
    from: i64,
}

impl Open {
    fn end(&self) -> i64 {
        self.from + millis(BLOCK_LASTS)
    }
}

impl Book {
    /// Ends the block that the wish tells of, and gives another with this id if there is room in every limit: it and all calls
    /// that are not older than the span are never more than the limit. `now` never goes back, but for a clock that is set.
    pub fn take(&mut self, wish: &Wish, id: Uuid, now: DateTime<Utc>) -> Taken {
        // The block begins with the next whole millisecond, and what is old enough is so already.
        let now = now.timestamp_millis();
        for limit in &wish.limits {
            self.used.entry(millis(limit.span)).or_default();
        }
        if let Some(ended) = &wish.ended {
            self.settle(ended);
        }
        self.forget(now);
        if self.held_until > now {
            return Taken::Later(duration(self.held_until - now));
        }
        let wanted = wish.limits.iter().map(most).fold(wish.calls, u32::min).max(1);
        let free = self.free(&wish.limits, wanted, now);
        let shortest = wish.limits.iter().map(|limit| millis(limit.span)).min().unwrap_or_default();
        let ahead = AHEAD.min(shortest / 2);
        let soon: Vec<_> =
            free.iter().map(|at| at - now).filter(|wait| *wait <= ahead).map(duration).collect();
        let Ok(calls @ 1..) = u32::try_from(soon.len()) else {
            let wait = (free[0] - now - ahead / 2).max(1);
            let may_be_given_back = self.taken.iter().any(|open| open.end() > now);
            let again = if may_be_given_back { (shortest / 10).clamp(AGAIN.0, AGAIN.1) } else { wait };
            return Taken::Later(duration(wait.min(again)));
        };
        self.taken.push(Open { id, calls, from: now + 1 });
        Taken::Block(Block { id, calls: soon })
    }

    /// Gives nothing for so long, a minute at most.
    pub fn hold_back(&mut self, pause: Duration, now: DateTime<Utc>) {
        let until = now.timestamp_millis() + millis(pause.min(LONGEST_PAUSE_WITHIN_A_RUN));
        self.held_until = self.held_until.max(until);
    }

    /// Ends a block without another.
    pub fn give_back(&mut self, ended: &Ended, now: DateTime<Utc>) {
        self.settle(ended);
        self.forget(now.timestamp_millis());
    }

    /// Counts the calls that were made, and no others, in place of the whole block. One that is forgotten counts no more anyway.
    fn settle(&mut self, ended: &Ended) {
        let Some(at) = self.taken.iter().position(|open| open.id == ended.block) else { return };
        let open = self.taken.swap_remove(at);
        for (span, used) in &mut self.used {
            let grain = (span / GRAIN).max(1);
            for sent in &ended.sent {
                let sent = (open.from + millis(*sent)).min(open.end());
                *used.entry((sent / grain + 1) * grain).or_default() += 1;
            }
        }
    }

    /// Forgets what counts for no limit any more. After a clock was set back, what lies too far ahead is taken for new.
    fn forget(&mut self, now: i64) {
        let longest = self.used.keys().max().copied().unwrap_or_default();
        for open in &mut self.taken {
            open.from = open.from.min(now + 1);
        }
        self.taken.retain(|open| open.end() + longest > now);
        for (span, used) in &mut self.used {
            let latest = now + millis(BLOCK_LASTS) + span / GRAIN + 1;
            let ahead: u32 = used.split_off(&(latest + 1)).into_values().sum();
            if ahead > 0 {
                *used.entry(latest).or_default() += ahead;
            }
            *used = used.split_off(&(now - span + 1));
        }
        self.held_until = self.held_until.min(now + millis(LONGEST_PAUSE_WITHIN_A_RUN));
    }

    /// Instants at which one call, two, and up to `wanted` of them find room in every limit.
    fn free(&self, limits: &[KeptLimit], wanted: u32, now: i64) -> Vec<i64> {
        let mut free = vec![now; wanted as usize];
        for limit in limits {
            let mut counting = self.counting(limit, now);
            let counted: u32 = counting.iter().map(|(_, calls)| calls).sum();
            counting.sort_unstable();
            for (number, at) in (1..).zip(&mut free) {
                let mut left = (counted + number).saturating_sub(limit.calls);
                for (end, calls) in &counting {
                    if left == 0 {
                        break;
                    }
                    left = left.saturating_sub(*calls);
                    *at = (*at).max(*end);
                }
            }
        }
        free
    }

    /// Calls that count for a limit, each with the instant from which on it does not.
    fn counting(&self, limit: &KeptLimit, now: i64) -> Vec<(i64, u32)> {
        let span = millis(limit.span);
        let told = self.used.get(&span).into_iter().flatten().map(|(at, calls)| (at + span, *calls));
        let taken = self.taken.iter().map(|open| (open.end() + span, open.calls));
        told.chain(taken).filter(|(until, _)| *until > now).collect()
    }
}

/// Most calls of one block.
fn most(limit: &KeptLimit) -> u32 {
    limit.calls.div_ceil(if limit.span <= BLOCK_LASTS { PART_OF_SHORT } else { PART })
}

/// Milliseconds, rounded up.
fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
