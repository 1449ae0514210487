use crate::model::Reason;

/// Question and answer where no rule's condition led to the reason.
pub(super) fn unasked(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::OutsideWindow => ("Was it created or updated inside the window?", "no"),
        Reason::UnchangedSinceLastSeen => ("Has it changed since it was last looked at?", "no"),
        Reason::GoneFromSource => ("Does it still exist where it came from?", "no"),
        Reason::CounterpartGone => ("Does the platform still have its counterpart?", "no"),
        Reason::InvalidRecord => ("Can the record be understood?", "no"),
        Reason::NotSupported => ("Are records of its kind synced?", "no"),
        Reason::NotSupportedByPlatform => ("Does the platform's API have a means for this?", "no"),
        Reason::CallFailed => ("Did the calls for this record succeed?", "no"),
        Reason::NotConfirmed => ("Did reading it back show what was written?", "no"),
        Reason::FarSidePaused => ("Are both systems open?", "no"),
        Reason::CreateUnsettled => ("Is it known what became of the create that was sent?", "no"),
        Reason::MarkerAmbiguous => ("Does only one work order carry its marker or reference?", "no"),
        Reason::WorkOrderRecovered => ("Is its counterpart there already?", "yes"),
        Reason::MassChangeHeld => ("Is the number of records that become inactive an everyday one?", "no"),
        Reason::LatchelOnly => ("Does it come from the platform?", "no, it was made by hand in Latchel"),
        Reason::StatusAlreadySet => ("Does the platform show that status already?", "yes"),
        Reason::StatusConflict => ("Is the platform's status another one?", "yes"),
        Reason::UnassignedStopsUpdates => ("Is it assigned to Latchel on the platform?", "no"),
        Reason::ResidentUnchanged | Reason::PropertyUnchanged => ("Is there anything to change?", "no"),
        other if other.acts() => ("Does anything keep it from being done?", "no"),
        _ => ("Does the rule apply?", "yes"),
    }
}
