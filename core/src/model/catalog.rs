//! The rules as people read them; `latchel-sync rules`, `explain` and `docs/rules.md` are made from this list.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! rules {
    ($($name:ident $section:ident: $situation:literal, $action:literal;)*) => {
        /// The id of a sync rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum RuleId {
            $(#[doc = $situation] $name,)*
        }

        impl RuleId {
            /// Every rule, in order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The id as people write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            /// The part of the rules that it stands in.
            pub fn section(self) -> Section {
                match self { $(Self::$name => Section::$section),* }
            }

            /// Situation in which the rule applies, as an exact predicate where there is one.
            pub fn situation(self) -> &'static str {
                match self { $(Self::$name => $situation),* }
            }

            /// Action in that situation.
            pub fn action(self) -> &'static str {
                match self { $(Self::$name => $action),* }
            }
        }
    };
}

rules! {
    W1 Window:
        "every run; there is no initial sync",
        "Looks at what was created or updated in the last 72 hours: `updated_at >= now - 72 h` or `created_at >= now - 72 h`, inclusive. Length: `window.hours`.";
    W2 Window:
        "the phase's last success is longer ago than the window",
        "With `window.catch_up = true` (default) the window starts 15 minutes before the last success. With `false` it keeps its length, and the run warns of the span that nothing covers and of the command that does (`sync --since`). An account's first run never reaches further back than the window. A run counts as a success only if its window began where a plain run's would have, or earlier: a `sync --since` of less leaves the gap open, says so, and the next plain run covers it.";
    W3 Window:
        "a record could not be applied",
        "It is kept as pending and tried in every later run, also after it has left the window, until it succeeds, no longer applies, or is dismissed by hand. One that fails again and again is tried with growing pauses, of six hours at most, and at once when it changes. A system that is closed by its own schedule (AppFolio at night) ends the run without a failure, and its records wait for the first run after that.";
    W4 Window:
        "schedule",
        "Work orders every 15 minutes, properties and residents daily, both configurable; a plain `sync` is \"Sync All Data\": everything, both directions.";
    W5 Window:
        "the platform's filter is coarser than an instant",
        "The adapter asks for a superset. A record with a timestamp is filtered by the exact window; one without counts as changed if its content differs from what the ledger remembers. On the first run of an account, which remembers nothing, another stamp that the platform has for it decides (Buildium: its task's).";
    W6 Window:
        "reconciliation: `latchel-sync reconcile`, or the schedule's `reconciliation` (default off)",
        "Reads the whole lists of properties and residents instead of the window. Linked pairs are compared whenever they changed; a linked record that the list does not show is asked for by its id, and if it is not there either, rules P8 and R8 say what happens. What is not linked counts by the window alone, so that nothing is created that a window would not.";

    P1 Properties:
        "not in Latchel",
        "Create; `is_active` as on the platform. With `properties.new_inactive = \"skip\"`, inactive ones are left out.";
    P2 Properties:
        "in Latchel and active there",
        "Update name, source address and integration data if they differ.";
    P3 Properties:
        "in Latchel and active there, inactive on the platform",
        "Set `is_active = false`; nothing else is changed with it.";
    P4 Properties:
        "in Latchel, inactive there",
        "Leave alone, whatever the platform says: activity goes from active to inactive only.";
    P5 Properties:
        "excluded in the configuration by property, unit, portfolio or group",
        "Skip; taken up at the next run after the exclusion ends.";
    P6 Properties:
        "the address lacks street, city, state or postal code",
        "Skip, with a warning that names the missing parts. A deactivation (P3) needs no address and happens all the same.";
    P7 Properties:
        "the Latchel property is linked to another platform property",
        "The linked one wins; this one is flagged.";
    P8 Properties:
        "linked, active in Latchel, and no longer under its property on the platform (moved, merged, removed, or a house that got its first unit): seen by a reconciliation, and at once where the whole list or the record was read anyway",
        "Flag. With `properties.gone = \"deactivate\"` (default `flag`), set `is_active = false` under rule G1, unless Latchel's reference names another property by now.";

    R1 Residents:
        "not in Latchel",
        "Create with name, contact, unit and dates, `is_active = active(today)`. With `residents.new_moved_out = \"skip\"`, those who have moved out are left out. Tenancies of one resident at one property of which the next begins on or before the day on which the one before ends (a renewal, a transfer to another unit) are one stay: first move-in, last move-out, the unit that counts today. A date before 1900 or after 2200 is none.";
    R2 Residents:
        "in Latchel, active there or waiting for a move-in (R4), and today is before the move-out date as Latchel has it, or it has none",
        "Update move-in, move-out, unit, and `is_active = active(today)` by the new dates. Never name, e-mail or phone. On the day on which another unit or another stay begins to count by the platform, the record is read afresh, without any change there.";
    R3 Residents:
        "in Latchel, and today is on or after the move-out date as Latchel has it",
        "No update, but for R9; a platform date that differs is shown.";
    R4 Residents:
        "in Latchel, inactive there, and neither waiting for a move-in nor set inactive by us (R9)",
        "Leave alone. Waiting for a move-in: Latchel's own move-in lies after today, or did when we last saw it inactive, whoever wrote it; whoever was seen active and is inactive now was changed by hand.";
    R5 Residents:
        "the unit is not in Latchel",
        "Pending.";
    R6 Residents:
        "linked, and the move-out or move-in date as Latchel has it lies after the last evaluation and not after today",
        "Set `is_active` by the date, unless somebody changed it in Latchel since we last wrote it. Happens in every run, without any change on the platform. Before it activates, the platform is asked for the record: a lease that fell through activates nobody.";
    R7 Residents:
        "only name, e-mail or phone differ",
        "Nothing is written; the difference is counted and shown.";
    R8 Residents:
        "linked, active in Latchel or with a move-in to come, and no longer at that property on the platform (taken off the lease without a date, or removed): seen by a reconciliation, and at once where the whole list or the record was read anyway",
        "Flag, until they are set inactive in Latchel or are back on the platform.";
    R9 Residents:
        "inactive because we set it so by a date, dates and activity in Latchel as we left them, and the stay by the platform covers today or lies ahead (a renewal or return that was entered late)",
        "Correct dates, unit and `is_active`; goes before R3 and R4. With `residents.returning = \"leave\"` it is left to people.";

    M1 Method:
        "the Integration Sync Method of a work order",
        "`all`, `assigned` or `none`: property before portfolio before company, and at each level Latchel's own setting, where it can be read, before the configuration's. The company level is `sync_method` and has no default.";
    M2 Method:
        "\"assigned to Latchel\"",
        "An assigned user (not a vendor) whose name contains \"latchel\", ignoring case, or the user named by `latchel_user`.";
    M3 Method:
        "the Latchel user",
        "The one active user whose name contains \"latchel\", or the one named by `latchel_user`; none or several is an error of `check`, with the choice to make. Where the platform cannot assign, work orders are created without one, and it is needed under `assigned` alone, to tell which are Latchel's.";

    WP1 WorkOrdersToLatchel:
        "the method is `none`",
        "Skip.";
    WP2 WorkOrdersToLatchel:
        "the method is `assigned`, and it is not assigned to Latchel",
        "Skip.";
    WP3 WorkOrdersToLatchel:
        "its property is not in Latchel",
        "Pending. A work order without a unit, at a property with exactly one unit, is at that unit; with several, the unit is missing.";
    WP4 WorkOrdersToLatchel:
        "not linked, not made by us, in the window",
        "Create in Latchel with the platform's number, and the resident if known.";
    WP5 WorkOrdersToLatchel:
        "linked",
        "No field is updated, ever, in this direction.";
    WP6 WorkOrdersToLatchel:
        "not linked, but a Latchel work order refers to it, or it carries our marker in the place where we write it, whole, and agrees with the Latchel work order in its property",
        "Link; don't create. A marker that is quoted inside somebody's text, that names a work order of another property, or one from before the sync start, is text.";
    WP7 WorkOrdersToLatchel:
        "completed or cancelled on the platform, and never seen in Latchel",
        "Create in the matching closed state, so that nobody is dispatched, where the platform lists closed ones. With `work_orders.closed = \"skip\"` such work orders are left out.";

    L1 WorkOrdersToPlatform:
        "a property or resident made by hand in Latchel",
        "Never written to the platform; counted.";
    L2 WorkOrdersToPlatform:
        "not linked, `created_at <= sync_start`",
        "Skip. The sync start is fixed when the account is added, and changed only by an explicit command.";
    L3 WorkOrdersToPlatform:
        "its property is not on the platform, or no longer",
        "Pending.";
    L4 WorkOrdersToPlatform:
        "the method is `none`",
        "Skip; nothing is written, not even the platform's number back to Latchel. What the method alone held back of a linked work order, its close and its number, is made up for when the method changes, however long ago it was; a create is not.";
    L5 WorkOrdersToPlatform:
        "the Latchel user cannot reach the property on the platform",
        "Skip. Where the platform has no such notion, the property counts as reachable.";
    L6 WorkOrdersToPlatform:
        "not linked, and none of L2 to L5",
        "Create on the platform, assigned to the Latchel user; in `assigned` mode too. Where the platform cannot assign, it is created unassigned, and the outcome says so.";
    L7 WorkOrdersToPlatform:
        "created by us on the platform, and the number not yet written back",
        "Set the Latchel work order's number (and its reference) to the platform's, once.";
    L8 WorkOrdersToPlatform:
        "linked, Completed or Cancelled (or archived by a merge) in Latchel",
        "Set the platform's status to its complete or cancelled. One change of a Latchel work order's status is brought over once: if it is opened again on the platform, it stays open, whatever is noted on the Latchel work order, until that comes to the status again.";
    L9 WorkOrdersToPlatform:
        "linked, Forwarded to PM in Latchel",
        "No write.";
    L10 WorkOrdersToPlatform:
        "linked, any other Latchel status",
        "No write.";
    L11 WorkOrdersToPlatform:
        "to be closed, the method is `assigned`, and it is no longer assigned to Latchel, read afresh just before the write",
        "No write. A work order that we created on a platform that cannot assign, or that did not store the assignment, never was, and is closed all the same. Assigned to Latchel again, a held-back close is carried out in the next run, however long ago it was.";
    L12 WorkOrdersToPlatform:
        "to be closed, and the platform's is closed already",
        "No write; a different closed state is flagged. Where a platform lists open work orders alone, one that is no longer among them counts as closed.";
    L13 WorkOrdersToPlatform:
        "any other field of an existing platform work order",
        "Never written.";
    L15 WorkOrdersToPlatform:
        "the platform is known to refuse the write: it has no means for it, its property is not active there (Buildium), or it is assigned to nobody (Buildium)",
        "No call; said beforehand by `plan` and `explain`, with what to do. What people can change is carried out once they have.";
    L14 WorkOrdersToPlatform:
        "files and leases",
        "Not synced. Leases are read only where a platform keeps move-in and move-out dates on them.";

    A1 Adoption:
        "before a run's first create of a property, and of a work order at a property that only its reference names: most of Latchel's active properties carry references that the platform does not know",
        "Nothing is created; the run, `plan` and `check` say how many, show examples, and name `adopt`. With `adoption.guard = \"off\"` (default `on`) references alone count.";
    A2 Adoption:
        "`latchel-sync adopt`",
        "Proposes pairs by another id that the platform tells of a record, else by address and unit where exactly one stands on each side, residents at a pair's property where exactly one stands on each side or by their name, work orders by their whole number and property, each with its evidence. `--csv` writes and reads what people decide. `--apply` writes links to the ledger; it creates nothing.";
    A3 Adoption:
        "a create whose twin stands unlinked in Latchel: a property of the same address and unit, an active resident under another reference at the same property, a work order of the same number at the same property",
        "It is held back one by one, at any time.";
    G1 Outcomes:
        "a run would set more than 20 % and at least 10 of the account's active properties or residents inactive, or every one of three properties or more; or a side that lists nothing has none of the account's properties any more",
        "None of them is set inactive and the run ends, with an explanation; `sync --allow-mass-change` goes on. Share: `mass_change.percent`, number: `mass_change.at_least`.";
    S1 Outcomes:
        "the banner of a work order",
        "*Synced* only after the value was read back, whole: number, property and unit, assignee, status; otherwise pending, not synced or failed, each with its reason.";
    E1 Outcomes:
        "exactly once",
        "Every create is written down before it is sent and carries a marker; one whose answer was lost is resolved by looking for the marker before anything is sent again. While the far side may not show it yet, the record waits. A marker found twice is reported.";
    E3 Outcomes:
        "a create was answered",
        "The id in the answer is written down before anything is read back, and from then on is the record: it is never sent again and never imported as new. What the other side did not store of it is reported as not confirmed, with the difference, until a later read shows it. The marker serves answers that were lost.";
    E4 Outcomes:
        "texts that are written and read back",
        "A marker counts only where we write it (WP6). Texts are compared as both sides store them: blanks at the ends trimmed, line ends as one. They are cut by UTF-16 units, as .NET counts.";
    E2 Outcomes:
        "a record fails",
        "It becomes a failed outcome and is tried again; the other records go on.";
}

/// A part of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// The records that a run looks at.
    Window,
    /// Properties, platform to Latchel.
    Properties,
    /// Residents, platform to Latchel.
    Residents,
    /// The Integration Sync Method.
    Method,
    /// Work orders, platform to Latchel.
    WorkOrdersToLatchel,
    /// Work orders, Latchel to platform.
    WorkOrdersToPlatform,
    /// Accounts that were synced before, by another program or by hand.
    Adoption,
    /// Outcomes and promises for every record.
    Outcomes,
}

impl Section {
    /// The section's title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Window => "Window",
            Self::Properties => "Properties, platform → Latchel",
            Self::Residents => "Residents, platform → Latchel",
            Self::Method => "Integration Sync Method",
            Self::WorkOrdersToLatchel => "Work orders, platform → Latchel",
            Self::WorkOrdersToPlatform => "Latchel → platform",
            Self::Adoption => "Taking over a synced account",
            Self::Outcomes => "Outcomes",
        }
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
