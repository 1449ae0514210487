use super::{Id, Side, WorldError};

/// Reason why an edit was refused; the world is as before.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// There is no such record.
    #[error("no record {id} in {side}.{collection}")]
    Absent {
        /// Whose records.
        side: Side,
        /// The collection.
        collection: &'static str,
        /// The id.
        id: Id,
    },
    /// There is such a record already.
    #[error("{side}.{collection} has a record {id} already")]
    Taken {
        /// Whose records.
        side: Side,
        /// The collection.
        collection: &'static str,
        /// The id.
        id: Id,
    },
    /// The edit makes no sense, or its record none.
    #[error("{path}: {message}")]
    Malformed {
        /// Place in the edit.
        path: String,
        /// The mistake.
        message: String,
    },
    /// The world would contradict itself.
    #[error("after the edits, {0}")]
    World(#[from] WorldError),
    /// One of several edits failed.
    #[error("edits[{index}]: {source}")]
    At {
        /// Its position, from 0.
        index: usize,
        /// Reason.
        source: Box<EditError>,
    },
}
