//! Causes as a property manager reads them.

use latchel_sync_core::model::{Reason, Tense};
use latchel_sync_core::words::naming;
use latchel_sync_ledger::desk::{Cause, Why};

/// A cause in words.
pub(super) struct Words {
    pub sentence: String,
    pub detail: Option<String>,
    pub remedy: String,
}

impl Words {
    pub fn of(cause: &Cause, platform: &str) -> Self {
        let detail = cause.detail.clone();
        let Some((sentence, remedy)) = at_property(cause, platform) else {
            let (what, remedy) = everywhere(cause, platform);
            return Self { sentence: format!("{} {what}.", capital(&counted(cause))), detail, remedy };
        };
        // The sentence has it already.
        let detail = detail.filter(|_| cause.why != Why::Reason(Reason::PropertyAddressIncomplete));
        Self { sentence, detail, remedy }
    }
}

/// Sentence and remedy of a cause that is at one property, whose name stands before it; `None` for others.
fn at_property(cause: &Cause, platform: &str) -> Option<(String, String)> {
    cause.property.as_ref()?;
    let waiting = waiting(cause);
    let told = match cause.why {
        Why::PropertyUnseen => (
            format!("no sync has looked at it yet, because it was not changed lately.{waiting}"),
            "Choose \"Sync this one now\" on its page; a reconciliation takes it up as well.".to_owned(),
        ),
        Why::PropertyArrived => {
            (format!("it is in Latchel by now.{waiting} The next sync goes on with that."), String::new())
        }
        Why::UnitMissing => (
            format!("{} without a unit, and the property has several.", counted(cause)),
            format!("Choose the unit in {platform}; the next sync goes on with it."),
        ),
        Why::Reason(Reason::PropertyAddressIncomplete) => {
            let missing = cause.detail.as_deref().and_then(|detail| detail.strip_prefix("missing: "));
            let missing = missing.map_or("is not complete".to_owned(), |parts| {
                format!("has no {}", parts.replace(", ", " and no "))
            });
            (
                format!("the address {missing}.{waiting}"),
                format!("Complete the address in {platform}; the next sync takes it up."),
            )
        }
        Why::Reason(Reason::PropertyExcluded) => (
            format!("the configuration leaves it out.{waiting}"),
            "Take it out of `exclude` in the configuration, or dismiss what waits for it.".to_owned(),
        ),
        Why::Reason(Reason::PropertyNewInactive) => (
            format!("it is not active in {platform}, and Latchel does not have it.{waiting}"),
            format!("Activate it in {platform}, or dismiss what waits for it."),
        ),
        Why::Reason(Reason::PropertyGoneFromSource | Reason::GoneFromSource) => (
            format!("{platform} no longer has it: it was moved, merged or removed.{waiting}"),
            Reason::PropertyGoneFromSource.remedy_naming(platform),
        ),
        Why::Reason(Reason::NotSupportedByPlatform) => (
            format!("{platform} does not take what Latchel has for {} there.", counted(cause)),
            Reason::NotSupportedByPlatform.remedy_naming(platform),
        ),
        Why::Reason(reason) => {
            let sentence = naming(&lower(reason.sentence(Tense::Has)), platform);
            (format!("{sentence}{waiting}"), reason.remedy_naming(platform))
        }
    };
    Some(told)
}

/// The end of a sentence that begins with the records, and the remedy, of a cause that is the same everywhere.
fn everywhere(cause: &Cause, platform: &str) -> (String, String) {
    let Why::Reason(reason) = cause.why else {
        return ("wait".to_owned(), String::new());
    };
    let (one, many) = match reason {
        Reason::LatchelWritesOff => {
            ("waits: writing to Latchel is switched off", "wait: writing to Latchel is switched off")
        }
        Reason::MirrorIncomplete => {
            ("waits until everything in Latchel is read", "wait until everything in Latchel is read")
        }
        Reason::HeldForAdoption => (
            "waits, because Latchel may have it already, from another program",
            "wait, because Latchel may have them already, from another program",
        ),
        Reason::PossibleTwin => (
            "waits, because Latchel has a record that may be the same",
            "wait, because Latchel has records that may be the same",
        ),
        Reason::NoPropertyMatch => (
            "waits for its property to be on the other side",
            "wait for their properties to be on the other side",
        ),
        Reason::CreateUnsettled => (
            "was sent and not answered; the next sync looks for it first",
            "were sent and not answered; the next sync looks for them first",
        ),
        Reason::MassChangeHeld => (
            "was not set inactive, because so many would have been at once",
            "were not set inactive, because they would all have been at once",
        ),
        Reason::FarSidePaused => (
            "waits, because one of the two systems was closed for a while",
            "wait, because one of the two systems was closed for a while",
        ),
        Reason::CallFailed => ("failed", "failed"),
        Reason::InvalidRecord => ("could not be understood", "could not be understood"),
        Reason::NotConfirmed => (
            "was written, but not confirmed by reading it back",
            "were written, but not confirmed by reading them back",
        ),
        Reason::MarkerAmbiguous => (
            "has two counterparts, and it is not clear which is right",
            "have two counterparts each, and it is not clear which are right",
        ),
        Reason::ResidentGoneFromSource => (
            "is no longer at the property on the platform",
            "are no longer at their property on the platform",
        ),
        Reason::StatusConflict => (
            "was closed differently on both sides, or opened again",
            "were closed differently on both sides, or opened again",
        ),
        _ => ("needs somebody", "need somebody"),
    };
    let remedy = match reason {
        Reason::NoPropertyMatch => {
            format!(
                "Look at each: its property in Latchel has none in {platform}. Dismiss those that stay in Latchel alone."
            )
        }
        Reason::HeldForAdoption | Reason::PossibleTwin => {
            "Compare the two systems under \"Take over what another program synced\", and decide.".to_owned()
        }
        Reason::MassChangeHeld => {
            format!(
                "See in {platform} whether they are really gone. If so, allow it on the account's page and sync."
            )
        }
        reason => reason.remedy_naming(platform),
    };
    (naming(if records(cause) == 1 { one } else { many }, platform), remedy)
}

fn records(cause: &Cause) -> u64 {
    cause.properties + cause.residents + cause.work_orders
}

/// Count of the records that wait for the property, as a sentence after a space; empty if none does.
fn waiting(cause: &Cause) -> String {
    match cause.residents + cause.work_orders {
        0 => String::new(),
        1 => format!(" {} waits for it.", capital(&people_and_work(cause))),
        _ => format!(" {} wait for it.", capital(&people_and_work(cause))),
    }
}

/// Records of each kind, counted: `13 residents and 2 work orders`.
fn counted(cause: &Cause) -> String {
    listed(&[
        numbered(cause.properties, "property", "properties"),
        numbered(cause.residents, "resident", "residents"),
        numbered(cause.work_orders, "work order", "work orders"),
    ])
}

fn people_and_work(cause: &Cause) -> String {
    counted(&Cause { properties: 0, ..cause.clone() })
}

fn numbered(count: u64, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    }
}

/// The parts in one list, with *and* before the last.
fn listed(parts: &[Option<String>]) -> String {
    let parts: Vec<_> = parts.iter().flatten().map(String::as_str).collect();
    match parts.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn capital(text: &str) -> String {
    with_first(text, char::to_uppercase)
}

fn lower(text: &str) -> String {
    with_first(text, char::to_lowercase)
}

fn with_first<C: Iterator<Item = char>>(text: &str, change: impl Fn(char) -> C) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| change(first).collect::<String>()).unwrap_or_default();
    first + characters.as_str()
}
