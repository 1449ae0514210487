use serde::{Deserialize, Serialize};

/// A part of a record that both sides have, and in which they may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Name of a property or a resident.
    Name,
    /// The platform's address of a property, and the source address in Latchel.
    Address,
    /// The free text that the integration keeps with a property.
    IntegrationData,
    /// Activity.
    Activity,
    /// E-mail address.
    Email,
    /// Phone number.
    Phone,
    /// Move-in date.
    MoveIn,
    /// Move-out date.
    MoveOut,
    /// Unit of a resident.
    Unit,
    /// A work order's description.
    Description,
    /// Completed, cancelled, or neither.
    Status,
    /// A work order's number.
    Number,
    /// Urgency.
    Severity,
    /// The resident's permission to enter.
    EntryAllowed,
    /// Instructions for getting in.
    AccessInstructions,
}

impl Part {
    /// The part's name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::IntegrationData => "integration data",
            Self::Activity => "is_active",
            Self::Email => "e-mail",
            Self::Phone => "phone",
            Self::MoveIn => "move-in date",
            Self::MoveOut => "move-out date",
            Self::Unit => "unit",
            Self::Description => "description",
            Self::Status => "status",
            Self::Number => "number",
            Self::Severity => "urgency",
            Self::EntryAllowed => "permission to enter",
            Self::AccessInstructions => "access instructions",
        }
    }
}

/// A part in which the two sides differ, and what comes of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartDiffers {
    /// The part.
    pub part: Part,
    /// Fate of the difference.
    pub fate: Fate,
}

/// Fate of a difference between the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// The next run brings it over.
    NextRun,
    /// A rule would bring it over, and something holds it back: the window, a pause after a failure, what it waits for.
    HeldBack,
    /// No rule brings it over: each side keeps its own.
    Kept,
}
