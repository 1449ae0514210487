use crate::model::{Kind, MassChangePolicy};

/// Smallest number of properties of which losing every one counts as a mass change.
const SMALL_ACCOUNT: u64 = 3;

/// True if a run that would set `deactivations` of the account's `active` records inactive must stop (rule G1). A small
/// account never reaches the policy's number, so that losing every property it has is too much as well. All residents
/// of a few units may leave.
pub fn is_mass_change(kind: Kind, deactivations: u64, active: u64, policy: &MassChangePolicy) -> bool {
    let every_property = kind == Kind::Property && deactivations >= active && deactivations >= SMALL_ACCOUNT;
    every_property
        || deactivations >= policy.at_least
            && deactivations.saturating_mul(100) > active.saturating_mul(policy.percent)
}
