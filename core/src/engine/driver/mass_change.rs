//! Rule G1: a run that would set too much inactive stops instead.

use crate::engine::context::Context;
use crate::model::{Kind, LatchelPropertyId, Phase, PropertyRef, Side};
use crate::rules::is_mass_change;
use crate::{Error, ErrorKind, Result};

/// Number of the account's properties that are asked for when a side lists nothing.
const SAMPLE: u32 = 20;

/// Watches over a phase's deactivations.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct MassChangeGuard {
    /// True if somebody said that mass changes are meant.
    pub off: bool,
}

impl MassChangeGuard {
    /// Stops the run if `deactivations` of the account's active records of `kind` are too many.
    pub async fn check(&self, cx: &Context<'_>, kind: Kind, deactivations: u64) -> Result<()> {
        let policy = &cx.policy().mass_change;
        if self.off || deactivations == 0 {
            return Ok(());
        }
        let active = cx.ledger().linked(cx.account(), kind).await?;
        if !is_mass_change(kind, deactivations, active, policy) {
            return Ok(());
        }
        let message = format!(
            "{deactivations} of {active} active records would be set inactive at once, and up to {} % are taken for \
             granted; none of them was. Look at the platform, and if this is meant, run `sync --allow-mass-change`",
            policy.percent
        );
        Err(Error::new(ErrorKind::MassChange, message).with("records", kind))
    }

    /// Stops the run if a list showed nothing at all, and none of so many linked records is found by its id either.
    pub async fn check_list(&self, cx: &Context<'_>, phase: Phase, gone: usize) -> Result<()> {
        let (kind, gone) = (phase.kind(), gone as u64);
        let active = cx.ledger().linked(cx.account(), kind).await?;
        if self.off || !is_mass_change(kind, gone, active, &cx.policy().mass_change) {
            return Ok(());
        }
        let message = format!(
            "{} lists nothing of this kind, and has none of {gone} records that are linked: perhaps the key may no longer read \
             them. If this is meant, run it with `--allow-mass-change`",
            phase.source()
        );
        Err(Error::new(ErrorKind::MassChange, message).with("records", kind))
    }

    /// Stops the run if a side that listed nothing has none of the account's properties any more.
    pub async fn check_source(&self, cx: &Context<'_>, side: Side) -> Result<()> {
        let known = cx.ledger().links(cx.account(), Kind::Property, None, SAMPLE).await?;
        if self.off || known.is_empty() {
            return Ok(());
        }
        let (name, is_empty) = match side {
            Side::Platform => {
                let refs: Vec<_> =
                    known.iter().map(|link| PropertyRef::from_key(&link.platform_id)).collect();
                ("the platform", cx.platform().properties_by_id(&refs).await?.is_empty())
            }
            Side::Latchel => {
                let ids: Vec<_> = known.iter().map(|link| LatchelPropertyId(link.latchel_id)).collect();
                ("Latchel", cx.latchel().properties_by_id(&ids).await?.is_empty())
            }
        };
        if !is_empty {
            return Ok(());
        }
        let message = format!(
            "{name} lists nothing, and has none of {} properties that it had before: perhaps the key belongs to another \
             account. If this is meant, run `sync --allow-mass-change`",
            known.len()
        );
        Err(Error::new(ErrorKind::MassChange, message))
    }
}
