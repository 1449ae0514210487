use serde::Serialize;

use super::{Reason, Status};

/// Thing that a record needs before a sync can get on with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Somebody who does what the remedy says.
    Somebody,
    /// Time: the next syncs get on with it by themselves.
    Time,
}

impl Reason {
    /// Thing that a record with this reason needs; `None` if it is as it should be. Everything that is pending or failed needs
    /// something. Of what is not synced only flags do: what a rule or the configuration leaves out is left out on purpose.
    pub fn need(self) -> Option<Need> {
        match (self, self.status()) {
            (Self::CreateUnsettled | Self::MirrorIncomplete | Self::FarSidePaused, _) => Some(Need::Time),
            (_, Status::Pending | Status::Failed) => Some(Need::Somebody),
            (
                Self::PropertyAddressIncomplete
                | Self::PropertyPossibleDuplicate
                | Self::PropertyGoneFromSource
                | Self::ResidentGoneFromSource
                | Self::StatusConflict
                | Self::NotSupportedByPlatform,
                _,
            ) => Some(Need::Somebody),
            _ => None,
        }
    }

    /// True if a property with this reason is not in Latchel, so that what is at it waits.
    pub fn keeps_property_out(self) -> bool {
        matches!(self.status(), Status::Pending | Status::Failed)
            || matches!(
                self,
                Self::OutsideWindow
                    | Self::GoneFromSource
                    | Self::NotSupported
                    | Self::PropertyNewInactive
                    | Self::PropertyExcluded
                    | Self::PropertyAddressIncomplete
                    | Self::PropertyPossibleDuplicate
                    | Self::PropertyGoneFromSource
            )
    }

    /// True if the remedy is for one property at a time. Of other reasons the cause is the same wherever a record is.
    pub fn is_remedied_by_property(self) -> bool {
        let is_not_synced = self.status() == Status::NotSynced;
        self == Self::NotSupportedByPlatform || (is_not_synced && self.keeps_property_out())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_waits_or_failed_needs_something_and_whatever_is_synced_nothing() {
        for reason in Reason::ALL {
            let need = reason.need();
            match reason.status() {
                Status::Pending | Status::Failed => assert!(need.is_some(), "{reason}"),
                Status::Synced => assert_eq!(need, None, "{reason}"),
                Status::NotSynced => assert_ne!(need, Some(Need::Time), "{reason}"),
            }
            if need == Some(Need::Somebody) {
                assert!(!reason.remedy().is_empty(), "{reason} is not remedied by anything");
            }
        }
        assert_eq!(Reason::PropertyExcluded.need(), None, "it is left out on purpose");
    }
}
