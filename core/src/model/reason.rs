//! Every reason once: its code, its rule, the record's status, the sentences for people and the remedy. A reason that
//! acts has a sentence for each [`Tense`]; one that only tells a state has one sentence, which is true in all of them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Kind, RecordKey, RuleId, Side, Status};
use crate::words::naming;

/// The time at which a reason's sentence is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    /// A run has done it: outcomes.
    Has,
    /// A run that follows the plan will do it: plans.
    Will,
    /// A run would do it, if one began now: explanations.
    Would,
}

macro_rules! reasons {
    ($($name:ident $code:literal $rule:ident $status:ident:
        $(has)? $has:literal $(, will $will:literal, would $would:literal)?, $remedy:literal;)*) => {
        /// Reason for a record's outcome. The list is the source of the docs, `explain` and every report.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $(#[doc = $has] $name,)*
        }

        impl Reason {
            /// Every reason, in the order of the rules.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The reason's code in JSON, reports and the ledger.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            fn rule(self) -> RuleId {
                match self { $(Self::$name => RuleId::$rule),* }
            }

            /// Status of a record with this reason.
            pub fn status(self) -> Status {
                match self { $(Self::$name => Status::$status),* }
            }

            /// The sentence for people: what happened, what is going to happen, or what would.
            pub fn sentence(self, tense: Tense) -> &'static str {
                match (self, tense) {
                    $($((Self::$name, Tense::Will) => $will, (Self::$name, Tense::Would) => $would,)?)*
                    $((Self::$name, _) => $has,)*
                }
            }

            /// True if the reason stands for something that is done, which its sentences tell in three tenses.
            pub(crate) fn acts(self) -> bool {
                self.sentence(Tense::Has) != self.sentence(Tense::Would)
            }

            /// Advice to people; empty where there is nothing to do.
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy),* }
            }
        }
    };
}

reasons! {
    OutsideWindow "outside_window" W1 NotSynced:
        "It was neither created nor updated inside the window.",
        "Touch the record on its side, or run `sync --since` with an earlier instant.";
    UnchangedSinceLastSeen "unchanged_since_last_seen" W5 Synced:
        "The platform lists it, but its content is what it was when we last looked.",
        "";
    GoneFromSource "gone_from_source" W3 NotSynced:
        "It no longer exists where it came from.",
        "";
    CounterpartGone "counterpart_gone" W3 NotSynced:
        "The platform no longer has its counterpart, so that there is nothing to write to.",
        "If it was removed by mistake, restore it on the platform; the next change in Latchel is then brought over.";

    LatchelWritesOff "latchel_writes_off" W3 Pending:
        "Writes to Latchel are off (`writes = \"off\"`), because how its API takes them is not confirmed.",
        "Confirm the guesses with `latchel-sync adapters verify latchel --spec FILE` and `--sandbox` (docs/latchel.md); then set `writes = \"on\"` under `latchel`, and the next run carries it out.";
    MirrorIncomplete "mirror_incomplete" E1 Pending:
        "It is not known yet what Latchel has, so that nothing is created there.",
        "Wait for the next runs, which go on reading, or read everything now with `latchel-sync mirror fill`.";
    HeldForAdoption "held_for_adoption" A1 Pending:
        "Latchel was filled under other references, so that it may have the record already; nothing is created before that is settled.",
        "Run `latchel-sync adopt` and decide on its proposals; or set `adoption.guard = \"off\"` if Latchel has none of these records.";
    Adopted "adopted" A2 Synced:
        "Both sides had it already, and it was linked by `adopt`.",
        "";
    PossibleTwin "possible_twin" A3 Pending:
        "Latchel has an unlinked record that may be the same.",
        "Link the two with `latchel-sync adopt` or `link`; or, if they differ, correct the address or number of one.";

    PropertyNew "property_new" P1 Synced:
        has "It was not in Latchel and was created there, active or not as on the platform.",
        will "It is not in Latchel and will be created there, active or not as on the platform.",
        would "It is not in Latchel and would be created there, active or not as on the platform.",
        "";
    PropertyNewInactive "property_new_inactive" P1 NotSynced:
        "It is not in Latchel, and not active on the platform, and the policy leaves such properties out.",
        "Activate it on the platform, or set `properties.new_inactive = \"create\"`.";
    PropertyChanged "property_changed" P2 Synced:
        has "Its name, address or integration data differed and was updated in Latchel.",
        will "Its name, address or integration data differs and will be updated in Latchel.",
        would "Its name, address or integration data differs and would be updated in Latchel.",
        "";
    PropertyUnchanged "property_unchanged" P2 Synced:
        "Latchel has it as the platform does.",
        "";
    PropertyDeactivated "property_deactivated" P3 Synced:
        has "It is no longer active on the platform and was set inactive in Latchel.",
        will "It is no longer active on the platform and will be set inactive in Latchel.",
        would "It is no longer active on the platform and would be set inactive in Latchel.",
        "";
    PropertyInactiveInLatchel "property_inactive_in_latchel" P4 NotSynced:
        "It is inactive in Latchel; a sync never activates a property again.",
        "To bring it back, activate it in Latchel by hand.";
    PropertyExcluded "property_excluded" P5 NotSynced:
        "The configuration leaves it out.",
        "Remove it from `exclude` in the configuration; the next run takes it up.";
    PropertyAddressIncomplete "property_address_incomplete" P6 NotSynced:
        "Its address lacks a part that Latchel requires.",
        "Complete the address on the platform; the next run takes it up.";
    PropertyPossibleDuplicate "property_possible_duplicate" P7 NotSynced:
        "Another platform property is already linked to the Latchel property that this one refers to.",
        "If the two were merged on the platform, remove the one that is left over; otherwise correct the reference in Latchel.";
    PropertyGoneFromSource "property_gone_from_source" P8 NotSynced:
        "The platform no longer has it under its property: it was moved, merged or removed, or its property got units of its own.",
        "If that is meant, set it inactive in Latchel, by hand or with `properties.gone = \"deactivate\"` and `reconcile`, and see to its residents and open work orders there; otherwise restore it on the platform.";

    ResidentNew "resident_new" R1 Synced:
        has "The resident was not in Latchel and was created there.",
        will "The resident is not in Latchel and will be created there.",
        would "The resident is not in Latchel and would be created there.",
        "";
    ResidentNewMovedOut "resident_new_moved_out" R1 NotSynced:
        "The resident is not in Latchel and has moved out, and the policy leaves such residents out.",
        "Correct the move-out date on the platform, or set `residents.new_moved_out = \"create\"`.";
    ResidentChanged "resident_changed" R2 Synced:
        has "Dates, unit or activity differed and were updated in Latchel.",
        will "Dates, unit or activity differ and will be updated in Latchel.",
        would "Dates, unit or activity differ and would be updated in Latchel.",
        "";
    ResidentUnchanged "resident_unchanged" R2 Synced:
        "Latchel has the resident as the platform does.",
        "";
    ResidentMovedOut "resident_moved_out" R3 NotSynced:
        "The move-out date that Latchel has is reached; such residents are not updated.",
        "If they still live there, correct the resident in Latchel by hand.";
    ResidentInactiveInLatchel "resident_inactive_in_latchel" R4 NotSynced:
        "The resident is inactive in Latchel, and not because of a coming move-in; a sync leaves that alone.",
        "To bring the resident back, activate them in Latchel by hand.";
    NoPropertyMatch "no_property_match" R5 Pending:
        "Its property or unit has no counterpart on the other side yet.",
        "See on the property's page, or with `explain property`, what keeps it from being synced; a work order can also be moved to a unit that is synced.";
    ResidentLapsed "resident_lapsed" R6 Synced:
        has "The move-out day is reached, and the resident was set inactive in Latchel.",
        will "The move-out day is reached, and the resident will be set inactive in Latchel.",
        would "The move-out day is reached, and the resident would be set inactive in Latchel.",
        "";
    ResidentMovedIn "resident_moved_in" R6 Synced:
        has "The move-in day is reached, and the resident was set active in Latchel.",
        will "The move-in day is reached, and the resident will be set active in Latchel.",
        would "The move-in day is reached, and the resident would be set active in Latchel.",
        "";
    ResidentReturned "resident_returned" R9 Synced:
        has "A date had let us set the resident inactive, and by the platform they stay or come back; dates, unit and activity were corrected in Latchel.",
        will "A date had let us set the resident inactive, and by the platform they stay or come back; dates, unit and activity will be corrected in Latchel.",
        would "A date had let us set the resident inactive, and by the platform they stay or come back; dates, unit and activity would be corrected in Latchel.",
        "";
    ResidentContactNotSynced "resident_contact_not_synced" R7 Synced:
        "Only name, e-mail or phone differ; contact data is never updated in Latchel.",
        "If Latchel should have the new contact data, change it there by hand.";
    ResidentGoneFromSource "resident_gone_from_source" R8 NotSynced:
        "The platform no longer has the resident at that property: taken off the lease without a move-out date, moved with the unit, or removed.",
        "If they have left, set them inactive in Latchel by hand; otherwise put them on their lease again on the platform, and a later run takes them up.";

    MethodNone "method_none" WP1 NotSynced:
        "The Integration Sync Method of its property is \"No Work Orders\".",
        "Choose another method for the property, its portfolio or the company.";
    NotAssignedToLatchel "not_assigned_to_latchel" WP2 NotSynced:
        "The Integration Sync Method is \"Assigned Work Orders\", and no user of Latchel is assigned to it.",
        "Assign the Latchel user (not a vendor) on the platform.";
    WorkOrderImported "work_order_imported" WP4 Synced:
        has "It was created in Latchel with the platform's number.",
        will "It will be created in Latchel with the platform's number.",
        would "It would be created in Latchel with the platform's number.",
        "";
    ExistingWorkOrderNotUpdated "existing_work_order_not_updated" WP5 Synced:
        "It is in Latchel already; nothing of it is updated from the platform, ever.",
        "Change it in Latchel by hand if it should say the same.";
    WorkOrderRecovered "work_order_recovered" WP6 Synced:
        has "The counterpart was already there, known by its id, marker or reference, and was linked instead of created again.",
        will "The counterpart is already there, known by its id, marker or reference, and will be linked instead of created again.",
        would "The counterpart is already there, known by its id, marker or reference, and would be linked instead of created again.",
        "";
    MarkerAmbiguous "marker_ambiguous" E1 Failed:
        "More than one work order carries the same marker or reference, and a sync does not guess.",
        "Keep the right one, and on the other remove what names the Latchel work order: the tag `[Latchel #…]` or the reference where the platform keeps it, or the reference in Latchel.";
    CreateUnsettled "create_unsettled" E1 Pending:
        "A create was sent and its outcome is not known; the far side may show the new record a little later.",
        "The next run looks for it before anything is sent again.";
    WorkOrderImportedClosed "work_order_imported_closed" WP7 Synced:
        has "It was closed on the platform before Latchel saw it, and was created in Latchel in that state.",
        will "It was closed on the platform before Latchel saw it, and will be created in Latchel in that state.",
        would "It was closed on the platform before Latchel saw it, and would be created in Latchel in that state.",
        "";
    WorkOrderClosedSkipped "work_order_closed_skipped" WP7 NotSynced:
        "It was closed on the platform before Latchel saw it, and the policy leaves such work orders out.",
        "Set `work_orders.closed = \"import_closed\"` to have them in Latchel.";

    LatchelOnly "latchel_only" L1 NotSynced:
        "It was made by hand in Latchel; properties and residents are never written to the platform.",
        "Add it on the platform by hand if it belongs there.";
    BeforeSyncStart "before_sync_start" L2 NotSynced:
        "It was created in Latchel at or before the account's sync start.",
        "Create it on the platform by hand, or move the sync start with `accounts set-sync-start`.";
    PropertyNotAssignedToLatchel "property_not_assigned_to_latchel" L5 NotSynced:
        "The Latchel user cannot reach its property on the platform.",
        "Give the Latchel user access to the property on the platform.";
    WorkOrderCreated "work_order_created" L6 Synced:
        has "It was created on the platform, assigned to the Latchel user where the platform can assign.",
        will "It will be created on the platform, assigned to the Latchel user where the platform can assign.",
        would "It would be created on the platform, assigned to the Latchel user where the platform can assign.",
        "";
    NumberWrittenBack "number_written_back" L7 Synced:
        has "The platform's number was set in Latchel, once.",
        will "The platform's number will be set in Latchel, once.",
        would "The platform's number would be set in Latchel, once.",
        "";
    StatusCompleted "status_completed" L8 Synced:
        has "It was completed in Latchel and was set complete on the platform.",
        will "It is completed in Latchel and will be set complete on the platform.",
        would "It is completed in Latchel and would be set complete on the platform.",
        "";
    StatusCancelled "status_cancelled" L8 Synced:
        has "It was cancelled in Latchel and was set cancelled on the platform.",
        will "It is cancelled in Latchel and will be set cancelled on the platform.",
        would "It is cancelled in Latchel and would be set cancelled on the platform.",
        "";
    ForwardedToPmNoWrite "forwarded_to_pm_no_write" L9 Synced:
        "Latchel forwarded it to the property manager; nothing is written to the platform, where it stays as it is.",
        "Work on it and close it on the platform.";
    StatusNotSynced "status_not_synced" L10 Synced:
        "Latchel is working on it; only Completed and Cancelled are written to the platform.",
        "";
    UnassignedStopsUpdates "unassigned_stops_updates" L11 NotSynced:
        "It is no longer assigned to Latchel on the platform, which stops updates.",
        "Assign the Latchel user again on the platform to have updates.";
    StatusAlreadySet "status_already_set" L12 Synced:
        "The platform already shows that status.",
        "";
    StatusConflict "status_conflict" L12 NotSynced:
        "The platform has closed it with another status than Latchel, or opened it again.",
        "Decide which is right and correct the other by hand.";
    NotSupported "not_supported" L14 NotSynced:
        "Records of its kind are not synced.",
        "";
    NotSupportedByPlatform "not_supported_by_platform" L15 NotSynced:
        "The platform does not take this change, or its API has no means for it.",
        "Change what is named, and the next run does it; or do it on the platform by hand.";

    MassChangeHeld "mass_change_held" G1 Pending:
        has "It was not set inactive, because so many others would have been with it that a mistake is likely.",
        will "It will not be set inactive, because so many others are to be with it that a mistake is likely.",
        would "It would not be set inactive, because so many others are to be with it that a mistake is likely.",
        "Look at the platform; if the change is meant, run `sync --allow-mass-change`.";
    InvalidRecord "invalid_record" E2 Failed:
        "The record could not be understood.",
        "Correct the named field where the record comes from; the next run tries again.";
    FarSidePaused "far_side_paused" W3 Pending:
        "One of the two systems was closed by its own schedule when the record's turn came.",
        "";
    CallFailed "call_failed" E2 Failed:
        "A call for this record failed.",
        "Read the error; the next run tries again.";
    NotConfirmed "not_confirmed" E3 Failed:
        "The write was answered, but reading it back did not show all of it.",
        "The next run looks again before it writes; if it stays, look at the record on that side.";
}

/// Reasons that belong to another rule for some records.
const SHARED: [(Reason, Kind, Side, RuleId); 3] = [
    (Reason::NoPropertyMatch, Kind::WorkOrder, Side::Platform, RuleId::WP3),
    (Reason::NoPropertyMatch, Kind::WorkOrder, Side::Latchel, RuleId::L3),
    (Reason::MethodNone, Kind::WorkOrder, Side::Latchel, RuleId::L4),
];

impl Reason {
    /// The rule that gave this reason to this record: some reasons belong to a rule in each direction.
    pub fn rule_for(self, key: &RecordKey) -> RuleId {
        let shared = SHARED
            .iter()
            .find(|(reason, kind, side, _)| (*reason, *kind, *side) == (self, key.kind, key.side));
        shared.map_or(self.rule(), |(.., rule)| *rule)
    }

    /// The sentence for the people of an account whose platform has this name.
    pub fn sentence_naming(self, tense: Tense, platform: &str) -> String {
        naming(self.sentence(tense), platform)
    }

    /// The advice for the people of an account whose platform has this name; empty where there is nothing to do.
    pub fn remedy_naming(self, platform: &str) -> String {
        naming(self.remedy(), platform)
    }

    /// Every rule that gives this reason.
    pub fn rules(self) -> impl Iterator<Item = RuleId> {
        let shared = SHARED.iter().filter(move |(reason, ..)| *reason == self).map(|(.., rule)| *rule);
        std::iter::once(self.rule()).chain(shared)
    }

    /// True if it says that the record is no longer where it came from.
    pub fn is_gone(self) -> bool {
        matches!(self, Self::GoneFromSource | Self::PropertyGoneFromSource | Self::ResidentGoneFromSource)
    }

    /// Reads back what [`Reason::code`] wrote.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

impl RuleId {
    /// The reasons that belong to the rule.
    pub fn reasons(self) -> impl Iterator<Item = Reason> {
        Reason::ALL.iter().copied().filter(move |reason| reason.rules().any(|rule| rule == self))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom(format!("unknown reason `{code}`")))
    }
}
