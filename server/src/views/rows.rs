//! The rows of both sides, one fixed list for each kind of record, in order of use. A row pairs what belongs together.

use chrono::NaiveDate;
use latchel_sync_core::model::{
    Fate, Job, LatchelProperty, LatchelPropertyId, LatchelResident, Part, Property, PropertyRef, Resident,
    Severity, SyncMethod, Tenancy, WorkOrder,
};
use latchel_sync_core::rules::active;
use latchel_sync_core::words::local;

use super::face::{Setting, home, latchel_home, requester, stay};

/// A row of both sides.
#[derive(Clone)]
pub struct SideRow {
    /// Name of the field.
    pub name: &'static str,
    /// Value on the platform; empty if there is none.
    pub platform: String,
    /// Value in Latchel; empty if there is none.
    pub latchel: String,
    /// Words on what comes of it, if the two differ.
    pub differs: Option<String>,
}

impl Setting<'_> {
    fn row(
        &self,
        name: &'static str,
        part: Option<Part>,
        platform: Option<String>,
        latchel: Option<String>,
    ) -> Option<SideRow> {
        let (platform, latchel) = (platform.unwrap_or_default(), latchel.unwrap_or_default());
        let is_there = !platform.is_empty() || !latchel.is_empty();
        let differs = part.and_then(|part| self.fate(part));
        is_there.then_some(SideRow { name, platform, latchel, differs })
    }

    /// Words on what comes of a difference.
    fn fate(&self, part: Part) -> Option<String> {
        let one = self.differs.iter().find(|one| one.part == part)?;
        let place = match part {
            Part::Status => format!("on {}", self.platform),
            _ => "in Latchel".to_owned(),
        };
        Some(match (one.fate, part) {
            (Fate::NextRun, _) => format!("the next sync changes it {place}"),
            (Fate::HeldBack, _) => format!("to be changed {place}, but not by the next sync"),
            // Neither side of a work order follows the other in these.
            (Fate::Kept, Part::Number | Part::Status | Part::Description) => {
                "each side keeps its own".to_owned()
            }
            (Fate::Kept, Part::Severity | Part::EntryAllowed | Part::AccessInstructions) => {
                "each side keeps its own".to_owned()
            }
            (Fate::Kept, _) => "Latchel keeps its own".to_owned(),
        })
    }

    pub(super) fn unit(&self, unit: &PropertyRef) -> String {
        self.names.units.get(unit).cloned().unwrap_or_else(|| unit.key())
    }

    pub(super) fn latchel_property(&self, id: LatchelPropertyId) -> Option<String> {
        let name = self.names.latchel_properties.get(&id).cloned();
        Some(name.unwrap_or_else(|| id.to_string()))
    }
}

/// The rows of a rentable unit.
pub(super) fn of_property(
    platform: Option<&Property>,
    latchel: Option<&LatchelProperty>,
    setting: &Setting<'_>,
) -> Vec<SideRow> {
    let data = latchel.and_then(|one| one.integration_data.clone());
    [
        setting.row(
            "Name",
            Some(Part::Name),
            platform.map(Property::name),
            latchel.map(|one| one.name.clone()),
        ),
        setting.row(
            "Address",
            Some(Part::Address),
            platform.map(|one| one.address.one_line()),
            latchel.map(|one| one.source_address.one_line()),
        ),
        setting.row(
            "Active",
            Some(Part::Activity),
            platform.map(|one| yes(one.is_active)),
            latchel.map(|one| yes(one.is_active)),
        ),
        setting
            .row("Integration data", Some(Part::IntegrationData), platform.map(Property::name), data)
            .filter(|row| row.differs.is_some()),
        setting.row(
            "Work orders that are synced",
            None,
            None,
            latchel.and_then(|one| one.sync_method).map(method),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The rows of a resident.
pub(super) fn of_resident(
    platform: Option<&Resident>,
    latchel: Option<&LatchelResident>,
    setting: &Setting<'_>,
) -> Vec<SideRow> {
    let known = latchel.filter(|one| one.contact_known);
    let stay = stay(platform, setting.today);
    let of_stay = |read: fn(&Tenancy) -> Option<NaiveDate>| stay.as_ref().and_then(read).map(day);
    let is_active = stay.as_ref().map(|stay| active(stay.move_in, stay.move_out, setting.today));
    [
        setting.row(
            "Name",
            Some(Part::Name),
            platform.map(|one| one.name.clone()),
            known.map(|one| one.name.clone()),
        ),
        setting.row(
            "Unit",
            Some(Part::Unit),
            home(platform, setting.today).map(|unit| setting.unit(&unit)),
            latchel.and_then(latchel_home).map(|unit| setting.unit(&unit)),
        ),
        setting.row(
            "Move-in",
            Some(Part::MoveIn),
            of_stay(|stay| stay.move_in),
            latchel.and_then(|one| one.move_in).map(day),
        ),
        setting.row(
            "Move-out",
            Some(Part::MoveOut),
            of_stay(|stay| stay.move_out),
            latchel.and_then(|one| one.move_out).map(day),
        ),
        setting.row(
            "Active",
            Some(Part::Activity),
            is_active.map(yes),
            latchel.map(|one| yes(one.is_active)),
        ),
        setting.row(
            "E-mail",
            Some(Part::Email),
            platform.and_then(|one| one.email.clone()),
            known.and_then(|one| one.email.clone()),
        ),
        setting.row(
            "Phone",
            Some(Part::Phone),
            platform.and_then(|one| one.phone.clone()),
            known.and_then(|one| one.phone.clone()),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The rows of a work order.
pub(super) fn of_work_order(
    platform: Option<&WorkOrder>,
    latchel: Option<&Job>,
    setting: &Setting<'_>,
) -> Vec<SideRow> {
    let names = setting.names;
    let requester = platform.and_then(requester);
    let requester =
        requester.map(|id| names.residents.get(&id).cloned().unwrap_or_else(|| id.resident.to_string()));
    let resident = latchel.and_then(|one| one.resident);
    let resident =
        resident.map(|id| names.latchel_residents.get(&id).cloned().unwrap_or_else(|| id.to_string()));
    let user = |id| names.users.get(id).cloned().unwrap_or_else(|| id.to_string());
    let assigned = platform.map(|one| one.assigned_users.iter().map(user).collect::<Vec<_>>().join(", "));
    let instant = |at| local(at, setting.zone);
    [
        setting.row(
            "Status",
            Some(Part::Status),
            platform.map(|one| one.status.to_string()),
            latchel.map(|one| one.state.to_string()),
        ),
        setting.row(
            "Property",
            None,
            platform.map(|one| setting.unit(&one.property)),
            latchel.and_then(|one| setting.latchel_property(one.property?)),
        ),
        setting.row("Resident", None, requester, resident),
        setting.row(
            "Number",
            Some(Part::Number),
            platform.map(|one| one.number.clone()),
            latchel.and_then(|one| one.number.clone()),
        ),
        setting.row(
            "Title",
            None,
            platform.map(|one| one.title.clone()),
            latchel.map(|one| one.name.clone()),
        ),
        setting.row(
            "Description",
            Some(Part::Description),
            platform.map(|one| one.description.clone()),
            latchel.map(|one| one.description.clone()),
        ),
        setting.row(
            "Urgency",
            Some(Part::Severity),
            platform.map(|one| urgency(one.severity)),
            latchel.map(|one| urgency(one.severity)),
        ),
        setting.row("Assigned to", None, assigned, None),
        setting.row("Planned start", None, platform.and_then(|one| one.scheduled_start).map(instant), None),
        setting.row(
            "May be entered",
            Some(Part::EntryAllowed),
            platform.and_then(|one| one.entry_allowed).map(yes),
            latchel.and_then(|one| one.entry_allowed).map(yes),
        ),
        setting.row(
            "Getting in",
            Some(Part::AccessInstructions),
            platform.and_then(|one| one.access_instructions.clone()),
            latchel.and_then(|one| one.access_instructions.clone()),
        ),
        setting.row("For the vendor", None, None, latchel.and_then(|one| one.vendor_instructions.clone())),
        setting.row("Reported", None, None, latchel.map(|one| instant(one.created_at))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

/// As people write it, with the month in letters: 3 March 2026.
fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

fn urgency(severity: Severity) -> String {
    match severity {
        Severity::Normal => "normal",
        Severity::Urgent => "urgent",
        Severity::Emergency => "emergency",
    }
    .to_owned()
}

fn method(method: SyncMethod) -> String {
    match method {
        SyncMethod::All => "all",
        SyncMethod::Assigned => "those assigned to Latchel",
        SyncMethod::None => "none",
    }
    .to_owned()
}
