//! Places of work orders that name no unit (rule WP3).

use std::collections::{BTreeMap, HashMap};

use crate::Result;
use crate::engine::context::Context;
use crate::engine::phases::index::distinct;
use crate::engine::phases::places::OnPlatform;
use crate::ledger::RecordMemory;
use crate::model::{LatchelProperty, PropertyId, PropertyRef, Reason, Row, WorkOrder};
use crate::rules::{Whereabouts, unit_missing};

/// Places of those of `records` that name no unit and whose property itself is not in Latchel: its one unit, if it has
/// exactly one. What an earlier run found is not asked for again; for the others there is one look-up together.
pub(in crate::engine) async fn without_unit(
    cx: &Context<'_>,
    records: &[(&WorkOrder, &RecordMemory)],
    known: &HashMap<PropertyRef, LatchelProperty>,
) -> Result<HashMap<PropertyRef, Whereabouts>> {
    let unplaced = |(one, _): &&(&WorkOrder, &RecordMemory)| {
        one.property.unit.is_none() && !known.contains_key(&one.property)
    };
    let mut places = HashMap::new();
    let mut asked = Vec::new();
    for (one, memory) in records.iter().filter(unplaced) {
        match found_before(&one.property, memory) {
            Some(place) => drop(places.insert(one.property.clone(), place)),
            None => asked.push(one.property.clone()),
        }
    }
    let asked = distinct(asked.into_iter().filter(|property| !places.contains_key(property)));
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
    for property in asked {
        let place = match units.get(&property.property).map(Vec::as_slice) {
            Some([one]) => Whereabouts::At(one.clone()),
            Some(several) if several.len() > 1 => Whereabouts::OneOfSeveral,
            _ => Whereabouts::At(property.clone()),
        };
        places.insert(property, place);
    }
    Ok(places)
}

/// Place that the work order waits for by its newest outcome, if that was at the same property.
fn found_before(property: &PropertyRef, memory: &RecordMemory) -> Option<Whereabouts> {
    let newest = memory.outcome.as_deref().filter(|newest| newest.reason == Reason::NoPropertyMatch)?;
    let waits_for = newest.waits_for.as_ref().filter(|unit| unit.property == property.property)?;
    let several = newest.detail.as_deref() == Some(&unit_missing(property));
    Some(if several { Whereabouts::OneOfSeveral } else { Whereabouts::At(waits_for.clone()) })
}
