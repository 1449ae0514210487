use super::Trace;
use super::trace::{UnitName, yes};
use crate::model::{Difference, Marker, PropertyRef, RuleId, WorkOrder};

/// A work order that we created on the platform, or that carries our marker, as the platform stores it.
#[derive(Debug, Clone)]
pub struct ConfirmCase {
    /// The work order as the platform stores it.
    pub stored: WorkOrder,
    /// The marker that it was sent with.
    pub marker: Marker,
    /// The rentable unit that it was sent for; `None` where nobody knows any more.
    pub property: Option<PropertyRef>,
    /// Its assignment.
    pub assignment: Assignment,
}

/// Assignment of a work order to Latchel on the platform, as a confirmation takes it (rule L6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    /// The platform cannot assign, or people may have changed it since.
    NotAsked,
    /// It is assigned to a user of Latchel.
    ToLatchel,
    /// It was sent for the Latchel user, and is assigned to nobody or to others.
    Missing,
}

/// Compares a work order whole with what was sent (rules E3, S1), and names each part that the platform did not store. Empty
/// if it is confirmed.
pub fn differences(case: &ConfirmCase, trace: &mut Trace) -> Vec<(Difference, String)> {
    let ConfirmCase { stored, marker, property, assignment } = case;
    let mut found = Vec::new();
    let marked = stored.marker == Some(*marker);
    if trace.check(RuleId::E3, "Does the platform store our tag?", &yes(marked), !marked) {
        found.push((Difference::Marker, format!("the tag {marker} is missing or altered there")));
    }
    if let Some(sent) = property {
        let same = stored.property == *sent;
        if trace.check(RuleId::E3, "Does it store the property and unit?", &yes(same), !same) {
            let part = match stored.property.property == sent.property {
                true => Difference::Unit,
                false => Difference::Property,
            };
            found.push((
                part,
                format!("it was sent for {} and is at {} there", UnitName(sent), UnitName(&stored.property)),
            ));
        }
    }
    let missing = *assignment == Assignment::Missing;
    if trace.check(RuleId::E3, "Does it store the assignment?", &yes(!missing), missing) {
        found.push((Difference::Assignee, "it is not assigned to Latchel there".to_owned()));
    }
    found
}

/// The differences in one sentence, for people.
pub fn in_words(differences: &[(Difference, String)]) -> String {
    differences.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join("; ")
}
