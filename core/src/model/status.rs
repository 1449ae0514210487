use serde::{Deserialize, Serialize};

/// Status of a record (RULES.md, S).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Both sides agree as far as the rules want them to.
    Synced,
    /// It waits for something, and is tried again in every run.
    Pending,
    /// A rule says that it is not synced.
    NotSynced,
    /// It went wrong, and is tried again with growing pauses.
    Failed,
}

impl Status {
    /// The status's name in JSON and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Synced => "synced",
            Self::Pending => "pending",
            Self::NotSynced => "not_synced",
            Self::Failed => "failed",
        }
    }
}
