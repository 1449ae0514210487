use std::collections::{HashMap, HashSet};

use crate::model::{LatchelProperty, Policy, PortfolioId, PropertyRef, SyncMethod, User, UserId};

/// The Integration Sync Method of a work order at a property (rule M1): property before portfolio before company,
/// and at each level Latchel's own setting before the configuration's.
pub fn sync_method(
    policy: &Policy,
    latchel: Option<&LatchelProperty>,
    platform: Option<&PropertyRef>,
    portfolios: &HashMap<PortfolioId, SyncMethod>,
) -> SyncMethod {
    let overrides = &policy.sync_method_overrides;
    let portfolio = latchel.and_then(|property| property.portfolio);
    latchel
        .and_then(|property| property.sync_method)
        .or_else(|| platform.and_then(|reference| overrides.properties.get(&reference.property).copied()))
        .or_else(|| portfolio.and_then(|id| portfolios.get(&id).copied()))
        .or_else(|| portfolio.and_then(|id| overrides.portfolios.get(&id.to_string()).copied()))
        .unwrap_or(policy.sync_method)
}

/// Question that rules ask about the method.
pub(super) const QUESTION: &str = "What is the Integration Sync Method of its property?";

/// The method as Latchel calls it.
pub(super) fn title(method: SyncMethod) -> &'static str {
    match method {
        SyncMethod::All => "All Work Orders",
        SyncMethod::Assigned => "Assigned Work Orders",
        SyncMethod::None => "No Work Orders",
    }
}

/// Answer to the question if a work order is assigned to Latchel, which counts under one method alone.
pub(super) fn assigned(method: SyncMethod, assigned: bool) -> &'static str {
    match (assigned, method) {
        (true, _) => "yes",
        (false, SyncMethod::Assigned) => "no",
        (false, _) => "no, and it need not be",
    }
}

/// The users that count as Latchel (rule M2).
#[derive(Debug, Clone, Default)]
pub struct Assignees(HashSet<UserId>);

impl Assignees {
    /// Picks them from the platform's users, the inactive ones included: a work order may still be theirs.
    pub fn among(users: &[User], policy: &Policy) -> Self {
        let named = |user: &User| policy.latchel_user.as_deref().is_some_and(|choice| names(choice, user));
        Self(
            users
                .iter()
                .filter(|user| user.is_latchel() || named(user))
                .map(|user| user.id.clone())
                .collect(),
        )
    }

    /// True if one of `assigned` is Latchel.
    pub fn any_of(&self, assigned: &[UserId]) -> bool {
        assigned.iter().any(|user| self.0.contains(user))
    }
}

/// Chooses the Latchel user, to whom new work orders are assigned (rule M3).
///
/// # Errors
///
/// A sentence that tells the fault and the remedy, if there is none or more than one.
pub fn choose_latchel_user<'a>(users: &'a [User], policy: &Policy) -> Result<&'a User, String> {
    let candidates: Vec<&User> = match &policy.latchel_user {
        Some(choice) => users.iter().filter(|user| user.is_active && names(choice, user)).collect(),
        None => users.iter().filter(|user| user.is_active && user.is_latchel()).collect(),
    };
    match (candidates.as_slice(), &policy.latchel_user) {
        ([user], _) => Ok(user),
        ([], Some(choice)) => Err(format!(
            "no active user of the platform has the id or name {choice:?}, which `latchel_user` names"
        )),
        ([], None) => {
            Err("no active user of the platform has \"latchel\" in the name: add one there, for example \
                           \"Team Latchel\", as a user and not as a vendor, or name one with `latchel_user`"
                .to_owned())
        }
        (several, _) => Err(format!(
            "several active users could be the Latchel user: set `latchel_user` to one of these ids: {}",
            several.iter().map(|user| format!("{} ({})", user.id, user.name)).collect::<Vec<_>>().join(", ")
        )),
    }
}

fn names(choice: &str, user: &User) -> bool {
    user.id.as_str() == choice || user.name.eq_ignore_ascii_case(choice)
}
