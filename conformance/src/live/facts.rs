use std::collections::BTreeMap;

use latchel_sync_core::model::{
    ClosedStatus, Freshness, Property, Resident, Row, WorkOrder, WorkOrderStatus,
};
use serde_json::{Value, json};

use super::private::Private;
use super::reader::Sample;

/// Figures about a list, and nothing of its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFacts {
    /// Name of the list.
    pub list: &'static str,
    /// Number of pages that were read.
    pub pages: usize,
    /// Time that this took, in milliseconds.
    pub milliseconds: u128,
    /// True if the list was left before its end.
    pub is_cut: bool,
    /// Number of rows of each sort.
    pub rows: BTreeMap<&'static str, usize>,
    /// Number of records that have something in each field, or are of a sort.
    pub filled: BTreeMap<&'static str, usize>,
}

impl ListFacts {
    pub(crate) fn of<T: Facts>(list: &'static str, sample: &Sample<T>) -> Self {
        let (mut rows, mut filled) = (BTreeMap::new(), BTreeMap::new());
        for row in &sample.rows {
            let sort = match row {
                Row::Record(record) => {
                    for (field, is_there) in record.filled() {
                        *filled.entry(field).or_default() += usize::from(is_there);
                    }
                    "records"
                }
                Row::Hint { .. } => "hints",
                Row::NotSupported { .. } => "not supported",
                Row::Invalid(_) => "not understood",
            };
            *rows.entry(sort).or_default() += 1;
        }
        let milliseconds = sample.took.as_millis();
        Self { list, pages: sample.pages, milliseconds, is_cut: sample.is_cut, rows, filled }
    }

    /// The figures as JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "list": self.list,
            "pages": self.pages,
            "milliseconds": u64::try_from(self.milliseconds).unwrap_or(u64::MAX),
            "is_cut": self.is_cut,
            "rows": self.rows,
            "filled": self.filled,
        })
    }
}

/// Facts about a record that a report may tell, and the texts that it must not.
pub(crate) trait Facts {
    /// The record's parts, each with `true` if it is there.
    fn filled(&self) -> Vec<(&'static str, bool)>;
    /// Notes the texts that must not be in a report.
    fn note_private(&self, private: &mut Private);
}

fn stamp(freshness: &Freshness) -> (&'static str, bool) {
    match freshness {
        Freshness::Stamped { .. } => ("stamped", true),
        Freshness::Filtered => ("filtered", true),
        Freshness::Fingerprint { .. } => ("by fingerprint", true),
    }
}

fn is_there(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

impl Facts for Property {
    fn filled(&self) -> Vec<(&'static str, bool)> {
        let address = &self.address;
        vec![
            ("name", !self.property_name.trim().is_empty()),
            ("unit", self.id.unit.is_some()),
            ("street", is_there(address.line1.as_ref())),
            ("city", is_there(address.city.as_ref())),
            ("state", is_there(address.state.as_ref())),
            ("postal code", is_there(address.postal_code.as_ref())),
            ("active", self.is_active),
            stamp(&self.freshness),
        ]
    }

    fn note_private(&self, private: &mut Private) {
        private.note(&self.property_name);
        self.unit_name.iter().for_each(|name| private.note_whole(name));
        let address = &self.address;
        for part in
            [&address.line1, &address.line2, &address.city, &address.postal_code].into_iter().flatten()
        {
            private.note(part);
        }
    }
}

impl Facts for Resident {
    fn filled(&self) -> Vec<(&'static str, bool)> {
        vec![
            ("name", !self.name.trim().is_empty()),
            ("e-mail", is_there(self.email.as_ref())),
            ("phone", is_there(self.phone.as_ref())),
            ("move-in", self.tenancies.iter().any(|one| one.move_in.is_some())),
            ("move-out", self.tenancies.iter().any(|one| one.move_out.is_some())),
            ("unit", self.tenancies.iter().any(|one| one.unit.is_some())),
            stamp(&self.freshness),
        ]
    }

    fn note_private(&self, private: &mut Private) {
        private.note(&self.name);
        self.email.iter().chain(&self.phone).for_each(|text| private.note_whole(text));
    }
}

impl Facts for WorkOrder {
    fn filled(&self) -> Vec<(&'static str, bool)> {
        vec![
            ("number", !self.number.trim().is_empty()),
            ("title", !self.title.trim().is_empty()),
            ("description", !self.description.trim().is_empty()),
            ("unit", self.property.unit.is_some()),
            ("requester", self.requested_by.is_some()),
            ("assigned", !self.assigned_users.is_empty()),
            ("marker", self.marker.is_some()),
            ("open", matches!(self.status, WorkOrderStatus::Open(_))),
            ("completed", self.status.closed() == Some(ClosedStatus::Completed)),
            ("cancelled", self.status.closed() == Some(ClosedStatus::Cancelled)),
            ("planned start", self.scheduled_start.is_some()),
            ("entry", self.entry_allowed.is_some()),
            stamp(&self.freshness),
        ]
    }

    fn note_private(&self, private: &mut Private) {
        private.note_whole(&self.title);
        private.note_whole(&self.description);
        self.access_instructions.iter().for_each(|text| private.note_whole(text));
    }
}
