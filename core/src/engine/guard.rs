//! Rule G1: a run that would set too much inactive stops instead.

use super::context::Context;
use crate::model::{Kind, PropertyRef};
use crate::rules::is_mass_change;
use crate::{Error, ErrorKind, Result};

/// How many of the account's properties are asked for when the platform lists nothing.
const SAMPLE: u32 = 20;

/// Watches over a phase's deactivations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard {
    /// Whether somebody said that mass changes are meant.
    pub off: bool,
}

impl Guard {
    /// Stops the run if `deactivations` of the linked records of `kind` are too many.
    pub async fn check(&self, cx: &Context<'_>, kind: Kind, deactivations: u64) -> Result<()> {
        let policy = &cx.policy().mass_change;
        if self.off || deactivations < policy.at_least {
            return Ok(());
        }
        let linked = cx.ledger().linked(cx.account(), kind).await?;
        if !is_mass_change(deactivations, linked, policy) {
            return Ok(());
        }
        let message = format!(
            "{deactivations} of {linked} linked records would be set inactive at once, more than {} %; none was. If \
             this is meant, run `sync --allow-mass-change`",
            policy.percent
        );
        Err(Error::new(ErrorKind::MassChange, message).with("records", kind))
    }

    /// Stops the run if a platform that listed nothing has none of the account's properties any more.
    pub async fn check_platform(&self, cx: &Context<'_>) -> Result<()> {
        let known = cx.ledger().links(cx.account(), Kind::Property, None, SAMPLE).await?;
        let refs: Vec<_> = known.iter().map(|link| PropertyRef::from_key(&link.platform_id)).collect();
        if self.off || refs.is_empty() || !cx.platform().properties_by_id(&refs).await?.is_empty() {
            return Ok(());
        }
        let message = format!(
            "the platform lists nothing, and has none of {} properties that it had before: perhaps the key belongs to \
             another account. If this is meant, run `sync --allow-mass-change`",
            refs.len()
        );
        Err(Error::new(ErrorKind::MassChange, message))
    }
}
