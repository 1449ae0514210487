use std::time::{Duration, SystemTime};

use latchel_sync_core::Result;
use latchel_sync_core::shared_limits::{BLOCK_LASTS, Block, Ended, KeptLimit, SharedLimits, Taken, Wish};
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

/// Most calls that are asked for at once; who gives them bounds them too.
const MOST: u32 = 1_024;

/// Calls that this process may make of a limit that several processes share.
pub(super) struct Spending {
    block: Option<Spent>,
    /// Number of calls to ask for next: twice as many after each block that did not last.
    wanted: u32,
    /// True if the block was taken just now.
    is_new: bool,
}

/// A block, and what was spent of it.
struct Spent {
    block: Block,
    /// The limits under which it was given.
    limits: Vec<KeptLimit>,
    asked_at: Instant,
    answered_at: Instant,
    /// The same by the machine's clock, because a machine that sleeps stops the other one.
    asked_at_by_clock: SystemTime,
    sent: Vec<Duration>,
    /// True once nothing of it is spent any more.
    has_ended: bool,
}

impl Default for Spending {
    fn default() -> Self {
        Self { block: None, wanted: 1, is_new: false }
    }
}

impl Spending {
    /// Waits until there is a call to spend. Whoever gives up loses nothing but, perhaps, a block that was on its way.
    pub async fn ready(&mut self, place: &dyn SharedLimits, group: &str, limits: &[KeptLimit]) -> Result<()> {
        loop {
            if let Some(free_at) = self.block.as_ref().and_then(|spent| spent.next(limits)) {
                if free_at <= Instant::now() {
                    return Ok(());
                }
                sleep_until(free_at).await;
                continue;
            }
            // It also says how much is wanted.
            let ended = self.end();
            let wish = Wish { limits: limits.to_vec(), calls: self.wanted, ended };
            let (asked_at, asked_at_by_clock) = (Instant::now(), SystemTime::now());
            match place.take(group, &wish).await? {
                Taken::Block(block) => {
                    self.block = Some(Spent {
                        block,
                        limits: wish.limits,
                        asked_at,
                        answered_at: Instant::now(),
                        asked_at_by_clock,
                        sent: Vec::new(),
                        has_ended: false,
                    });
                    self.is_new = true;
                }
                Taken::Later(pause) => {
                    self.block = None;
                    sleep(pause).await;
                }
            }
        }
    }

    /// A call was made of the block that is [ready](Self::ready).
    pub fn sent(&mut self) {
        if let Some(spent) = &mut self.block {
            spent.sent.push(spent.age());
        }
    }

    /// The block, once after it was taken.
    pub fn newly_taken(&mut self) -> Option<Uuid> {
        std::mem::take(&mut self.is_new).then(|| self.block.as_ref().map(|spent| spent.block.id)).flatten()
    }

    /// Ends the block, if it is this one or none is named, and gives back what was not spent.
    pub async fn give_back(&mut self, place: &dyn SharedLimits, group: &str, only: Option<Uuid>) {
        let is_it = |spent: &Spent| only.is_none_or(|only| only == spent.block.id);
        if !self.block.as_ref().is_some_and(is_it) {
            return;
        }
        let Some(ended) = self.end() else { return };
        match place.give_back(group, &ended).await {
            Ok(()) => self.block = None,
            // It is told of with the next wish, and counts until then.
            Err(error) => tracing::debug!(%error, "calls that were not made could not be given back"),
        }
    }

    /// Ends the block, and says what was spent of it, again until that was heard.
    fn end(&mut self) -> Option<Ended> {
        let spent = self.block.as_mut()?;
        if !spent.has_ended {
            spent.has_ended = true;
            let sent = u32::try_from(spent.sent.len()).unwrap_or(MOST);
            self.wanted = match spent.sent.len() >= spent.block.calls.len() {
                true => (sent * 2).max(self.wanted).min(MOST),
                false => sent.max(1),
            };
        }
        Some(Ended { block: spent.block.id, sent: spent.sent.clone() })
    }
}

impl Spent {
    /// Instant of the next call that can be made of it; `None` if there is none.
    fn next(&self, limits: &[KeptLimit]) -> Option<Instant> {
        let is_over = self.has_ended || self.age() >= BLOCK_LASTS;
        let next = self.block.calls.get(self.sent.len()).filter(|_| !is_over && self.limits == limits)?;
        Some(self.answered_at + *next)
    }

    /// Time since the moment before it was asked for.
    fn age(&self) -> Duration {
        self.asked_at.elapsed().max(self.asked_at_by_clock.elapsed().unwrap_or_default())
    }
}
