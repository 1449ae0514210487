use crate::model::MassChangePolicy;

/// Whether a run that would set `deactivations` of the account's `linked` records inactive must stop (rule G1).
pub fn is_mass_change(deactivations: u64, linked: u64, policy: &MassChangePolicy) -> bool {
    deactivations >= policy.at_least
        && deactivations.saturating_mul(100) > linked.saturating_mul(policy.percent)
}
