//! Rate limits that several processes keep together: calls are taken in blocks, and spent without asking for each of them.
//!
//! A process takes a [`Block`], spends it within [`BLOCK_LASTS`], and tells with the next one when it made which calls. Until it
//! has told, the whole block counts as if its last call were made at the last moment; so a process that is killed or frozen
//! costs calls, and never makes one too many.

mod book;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use crate::Result;

pub use book::Book;

/// Time for which a block can be spent, from the moment before it was asked for.
pub const BLOCK_LASTS: Duration = Duration::from_secs(5);

/// Limits of groups of connections, counted for all processes in one place.
///
/// # Behavior
///
/// - All calls of a group that were made within their blocks keep each limit in every span of its length, whatever becomes of
///   the processes.
/// - Time is that of the place, and no process's own.
#[async_trait]
pub trait SharedLimits: Send + Sync + fmt::Debug {
    /// Ends the process's block before, and takes another one of at least one call; or tells after what time to ask again.
    async fn take(&self, group: &str, wish: &Wish) -> Result<Taken>;

    /// Ends a block without another, when there are no calls to make for now.
    async fn give_back(&self, group: &str, ended: &Ended) -> Result<()>;

    /// Gives no block of the group to anybody for so long: the far side asked for fewer calls.
    async fn hold_back(&self, group: &str, pause: Duration) -> Result<()>;
}

/// A limit as it is kept: so many calls in every span of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptLimit {
    /// The number of calls.
    pub calls: u32,
    /// Length of the span.
    pub span: Duration,
}

/// Wish for a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The limits, all of which hold at once.
    pub limits: Vec<KeptLimit>,
    /// The number of calls that are of use; there may be fewer.
    pub calls: u32,
    /// The block before, of which nothing is spent any more.
    pub ended: Option<Ended>,
}

/// A block of which nothing is spent any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The block.
    pub block: Uuid,
    /// The calls that were made of it, each with the time since the moment before the block was asked for.
    pub sent: Vec<Duration>,
}

/// Answer to a [`Wish`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Calls that can be made within [`BLOCK_LASTS`].
    Block(Block),
    /// There is none; after this time there may be.
    Later(Duration),
}

/// Calls that one process alone can make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its id.
    pub id: Uuid,
    /// The calls in their order, each with the time from the answer on before which it must not be made; at least one.
    pub calls: Vec<Duration>,
}
