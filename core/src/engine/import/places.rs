//! Where work orders are that name no unit (rule WP3).

use std::collections::{BTreeMap, HashMap};

use super::super::context::Context;
use super::super::export::distinct;
use super::super::places::OnPlatform;
use crate::Result;
use crate::model::{LatchelProperty, PropertyId, PropertyRef, Row, WorkOrder};
use crate::rules::Whereabouts;

/// Where each of `records` is that names no unit, of those whose property itself is not in Latchel: at its one unit, if it
/// has exactly one. The platform is asked for all of them together, and not at all where there are none.
pub(super) async fn without_unit(
    cx: &Context<'_>,
    records: &[&WorkOrder],
    known: &HashMap<PropertyRef, LatchelProperty>,
) -> Result<HashMap<PropertyRef, Whereabouts>> {
    let unplaced = |one: &&&WorkOrder| one.property.unit.is_none() && !known.contains_key(&one.property);
    let asked = distinct(records.iter().filter(unplaced).map(|one| one.property.clone()));
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let mut units: BTreeMap<PropertyId, Vec<PropertyRef>> = BTreeMap::new();
    for row in OnPlatform::look_up(cx, &asked).await?.rows {
        let id = match row {
            Row::Record(property) => property.id,
            // It counts as a unit, whatever is odd about it.
            Row::Invalid(invalid) => PropertyRef::from_key(&invalid.id),
            Row::Hint { id, .. } | Row::NotSupported { id, .. } => PropertyRef::from_key(&id),
        };
        units.entry(id.property.clone()).or_default().push(id);
    }
    let place = |property: PropertyRef| {
        let place = match units.get(&property.property).map(Vec::as_slice) {
            Some([one]) => Whereabouts::At(one.clone()),
            Some(several) if several.len() > 1 => Whereabouts::OneOf(several.len()),
            _ => Whereabouts::At(property.clone()),
        };
        (property, place)
    };
    Ok(asked.into_iter().map(place).collect())
}
