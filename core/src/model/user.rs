use serde::{Deserialize, Serialize};

use super::UserId;

/// A user (staff member) of the platform. A vendor is never one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The user's full name.
    pub name: String,
    /// True if work orders can be assigned to the user.
    pub is_active: bool,
}

impl User {
    /// True if this is a user of Latchel: the name contains "latchel", ignoring case (rule M).
    pub fn is_latchel(&self) -> bool {
        self.name.to_lowercase().contains("latchel")
    }
}

/// A user's access to a property on the platform (rule L5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// The user can.
    Reachable,
    /// The user cannot.
    Unreachable,
    /// The platform has no such notion, which counts as reachable.
    Unknown,
}
