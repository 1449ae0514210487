//! Policy of an account by its configuration, with the defaults of RULES.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::PropertyId;

/// Choice of the platform work orders to import; *none* also bars writes to the platform (rule M).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SyncMethod {
    /// All work orders.
    All,
    /// Work orders that are assigned to Latchel.
    Assigned,
    /// No work orders.
    None,
}

impl SyncMethod {
    /// Reads the method as the configuration or Latchel's user interface spells it, ignoring case.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "all" | "all work orders" => Some(Self::All),
            "assigned" | "assigned work orders" => Some(Self::Assigned),
            "none" | "no work orders" => Some(Self::None),
            _ => None,
        }
    }

    /// The method's name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Assigned => "assigned",
            Self::None => "none",
        }
    }
}

impl fmt::Display for SyncMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The choices of an account's configuration about the rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The Integration Sync Method at company level (rule M). There is no default.
    pub sync_method: SyncMethod,
    /// Name or id of the Latchel user on the platform, where names alone do not tell (rule M).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latchel_user: Option<String>,
    /// Methods that are more specific than the company's (rule M).
    #[serde(default)]
    pub sync_method_overrides: MethodOverrides,
    /// The window (rules W1, W2).
    #[serde(default)]
    pub window: WindowPolicy,
    /// Exclusions (rule P5).
    #[serde(default)]
    pub exclude: Exclusions,
    /// Properties (rules P1, P8).
    #[serde(default)]
    pub properties: PropertyPolicy,
    /// Residents (rules R1, R9).
    #[serde(default)]
    pub residents: ResidentPolicy,
    /// Work orders (rule WP7).
    #[serde(default)]
    pub work_orders: WorkOrderPolicy,
    /// Limits beyond which a run stops rather than deactivate (rule G1).
    #[serde(default)]
    pub mass_change: MassChangePolicy,
    /// Records that Latchel may have already under other references (rules A1 to A3).
    #[serde(default)]
    pub adoption: AdoptionPolicy,
}

impl Policy {
    /// The policy with the stated defaults and this company-level method.
    pub fn new(sync_method: SyncMethod) -> Self {
        Self {
            sync_method,
            latchel_user: None,
            sync_method_overrides: MethodOverrides::default(),
            window: WindowPolicy::default(),
            exclude: Exclusions::default(),
            properties: PropertyPolicy::default(),
            residents: ResidentPolicy::default(),
            work_orders: WorkOrderPolicy::default(),
            mass_change: MassChangePolicy::default(),
            adoption: AdoptionPolicy::default(),
        }
    }
}

/// Sync methods for portfolios and properties, used where Latchel itself names none at that level.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MethodOverrides {
    /// By Latchel portfolio id.
    pub portfolios: BTreeMap<String, SyncMethod>,
    /// By platform property id.
    pub properties: BTreeMap<PropertyId, SyncMethod>,
}

/// The window's length, and its catching up after a gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WindowPolicy {
    /// Its length in hours.
    pub hours: u32,
    /// True if the window reaches back to the last success where that is longer ago (rule W2).
    pub catch_up: bool,
}

impl Default for WindowPolicy {
    fn default() -> Self {
        Self { hours: 72, catch_up: true }
    }
}

/// Comparison with what Latchel has before anything is created there (rules A1, A3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdoptionPolicy {
    /// The guard.
    pub guard: AdoptionGuard,
}

/// Guard of the first creates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdoptionGuard {
    /// Records that Latchel may have under another reference are not created.
    #[default]
    On,
    /// References alone count.
    Off,
}

/// Limits to the number of an account's properties or residents that a run may set inactive (rule G1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MassChangePolicy {
    /// The share of the linked records, in percent, that is not yet too much.
    pub percent: u64,
    /// The number below which no share is too much.
    pub at_least: u64,
}

impl Default for MassChangePolicy {
    fn default() -> Self {
        Self { percent: 20, at_least: 10 }
    }
}

/// Properties that are left out of the sync (rule P5). Work orders and residents there have no property to match.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Exclusions {
    /// Property ids, or `PROPERTY/UNIT` for one unit.
    pub properties: BTreeSet<String>,
    /// Ids or names of the platform's groups.
    pub groups: BTreeSet<String>,
    /// Ids or names of the platform's portfolios, where it has them; treated like groups.
    pub portfolios: BTreeSet<String>,
}

/// Choice for a record that is new to Latchel but no longer active.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewRecords {
    /// Create it, inactive.
    #[default]
    Create,
    /// Leave it out.
    Skip,
}

/// Policy for properties.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PropertyPolicy {
    /// New properties that are inactive on the platform (rule P1).
    pub new_inactive: NewRecords,
    /// Linked properties that the platform no longer has (rule P8).
    pub gone: GoneProperties,
}

/// Choice for a linked property that the platform no longer has (rule P8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoneProperties {
    /// People are told.
    #[default]
    Flag,
    /// It is set inactive in Latchel, as far as rule G1 allows.
    Deactivate,
}

/// Policy for residents.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResidentPolicy {
    /// New residents who have moved out already (rule R1).
    pub new_moved_out: NewRecords,
    /// Residents whom we set inactive by a date, and whose stay goes on or comes again by the platform (rule R9).
    pub returning: Returning,
}

/// Choice for a resident whom we set inactive by a date, once the platform says that the stay goes on (rule R9).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returning {
    /// Correct it.
    #[default]
    Correct,
    /// Leave it to people.
    Leave,
}

/// Choice for platform work orders that were closed before Latchel saw them (rule WP7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedWorkOrders {
    /// Import them in the matching closed state.
    #[default]
    ImportClosed,
    /// Leave them out.
    Skip,
}

/// Policy for work orders.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkOrderPolicy {
    /// Work orders that were closed before Latchel saw them.
    pub closed: ClosedWorkOrders,
}
