//! Buildings and their units as rentable units.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use async_stream::try_stream;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Address, Freshness, InvalidRecord, Property, PropertyId, PropertyRef, Row, UnitId, Window,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::number_in;
use latchel_sync_http::{Cut, TextRow, chunks};
use serde_json::Value;

use crate::api::{Api, CHUNK, deactivated_too, row_id, since};
use crate::wire::{Building, Unit};

pub(crate) const BUILDINGS: &str = "buildings";
const UNITS: &str = "units";

/// Units that came with their buildings and are remembered, so that the list of changed units need not look their buildings up
/// again; a bound on memory.
const REMEMBERED: usize = 100_000;

/// Changed buildings bring all their units, because a unit's activity is its building's too; then come changed units, unless all of
/// them came with their buildings.
pub(crate) fn changed(api: &Api, window: Window) -> Pages<'_, Property> {
    try_stream! {
        let mut came = HashSet::new();
        let pages = api.list(BUILDINGS, vec![deactivated_too(), since(window)]).pages_as();
        let mut buildings = chunks(pages, CHUNK, |page| page);
        while let Some(chunk) = buildings.try_next().await? {
            let mut pages = with_units(api, chunk);
            while let Some(page) = pages.try_next().await? {
                remember(&mut came, &page);
                yield page;
            }
        }
        let pages = api.list(UNITS, vec![deactivated_too(), since(window)]).pages_as();
        let mut units = chunks(pages, CHUNK, |page| page);
        let is_new = |unit: &TextRow<Unit>| unit.read().map_or(true, |unit| !came.contains(&unit.id));
        while let Some(chunk) = units.try_next().await? {
            if chunk.iter().any(is_new) {
                yield with_buildings(api, chunk).await?;
            }
        }
    }
    .boxed()
}

fn remember(came: &mut HashSet<i64>, page: &[Row<Property>]) {
    let room = REMEMBERED.saturating_sub(came.len());
    let unit = |row: &Row<Property>| -> Option<i64> {
        let Row::Record(property) = row else { return None };
        property.id.unit.as_ref()?.as_str().parse().ok()
    };
    came.extend(page.iter().filter_map(unit).take(room));
}

pub(crate) async fn by_id(api: &Api, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
    let numbers: BTreeSet<i64> =
        ids.iter().map(|id| api.number(id.property.as_str())).collect::<Result<_>>()?;
    let buildings = api.by_id(BUILDINGS, vec![deactivated_too()], &numbers).await?;
    let all: Vec<_> = with_units(api, buildings).try_concat().await?;
    let wanted = |row: &Row<Property>| match row {
        Row::Record(property) => {
            // The building of a unit is asked for where the unit could not be read, or there was none yet.
            let whole = PropertyRef::new(property.id.property.clone(), None);
            ids.contains(&property.id) || ids.contains(&whole)
        }
        _ => true,
    };
    Ok(all.into_iter().filter(wanted).collect())
}

/// Buildings, each as its units, or as itself where it has none.
fn with_units(api: &Api, chunk: Vec<TextRow<Building>>) -> BoxStream<'_, Result<Vec<Row<Property>>>> {
    try_stream! {
        let mut out = Vec::new();
        let mut buildings = BTreeMap::new();
        for building in chunk {
            match building.into_record("building", row_id) {
                Ok(building) if building.has_no_units() => out.push(Row::Record(property(&building, None))),
                Ok(building) => {
                    buildings.insert(building.id, building);
                }
                Err(invalid) => out.push(Row::Invalid(invalid)),
            }
        }
        yield out;
        if buildings.is_empty() {
            return;
        }
        let ids: BTreeSet<_> = buildings.keys().copied().collect();
        let mut with_units = HashSet::new();
        let mut units = api.of_buildings(UNITS, vec![deactivated_too()], &ids, Cut::AtOffset);
        while let Some(page) = units.try_next().await? {
            let building = |unit: &TextRow<Unit>| {
                unit.read().map_or_else(|row| number_in(row, "buildingID"), |unit| Some(unit.building_id))
            };
            let mut rows = Vec::new();
            for unit in page {
                let building = building(&unit);
                if building.is_some_and(|id| !ids.contains(&id)) {
                    continue;
                }
                with_units.insert(building);
                match unit.into_record("unit", unit_key) {
                    Ok(unit) => rows.extend(
                        buildings.get(&unit.building_id).map(|one| Row::Record(property(one, Some(unit)))),
                    ),
                    Err(invalid) => rows.push(Row::Invalid(invalid)),
                }
            }
            yield rows;
        }
        let alone = buildings.values().filter(|one| !with_units.contains(&Some(one.id)));
        yield alone.map(|building| itself(building, with_units.contains(&None))).collect::<Vec<_>>();
    }
    .boxed()
}

/// A building of which no unit is known. It is its own unit only if no unit can be its: one whose building cannot be
/// read might.
fn itself(building: &Building, doubtful: bool) -> Row<Property> {
    if !doubtful {
        return Row::Record(property(building, None));
    }
    let problem = "a unit whose building cannot be read may be this one's".to_owned();
    Row::Invalid(InvalidRecord { id: building.id.to_string(), field: "buildingID".to_owned(), problem })
}

/// Units with their buildings.
async fn with_buildings(api: &Api, units: Vec<TextRow<Unit>>) -> Result<Vec<Row<Property>>> {
    let ids: BTreeSet<_> = units.iter().filter_map(|unit| Some(unit.read().ok()?.building_id)).collect();
    let found: Vec<TextRow<Building>> = api.by_id(BUILDINGS, vec![deactivated_too()], &ids).await?;
    // A building that cannot be read was reported by its own page, or is with its next change.
    let buildings = found.into_iter().filter_map(|building| building.into_read().ok());
    let buildings: BTreeMap<_, _> = buildings.map(|building| (building.id, building)).collect();
    let row = |unit: TextRow<Unit>| match unit.into_record("unit", unit_key) {
        Ok(unit) => match buildings.get(&unit.building_id) {
            Some(building) => Row::Record(property(building, Some(unit))),
            None => Row::Invalid(InvalidRecord {
                id: rentable(unit.building_id, Some(unit.id)).key(),
                field: "buildingID".to_owned(),
                problem: format!("building {} cannot be read", unit.building_id),
            }),
        },
        Err(invalid) => Row::Invalid(invalid),
    };
    Ok(units.into_iter().map(row).collect())
}

/// The key of a unit that cannot be understood, if its two ids can.
fn unit_key(row: &Value) -> Option<String> {
    Some(rentable(number_in(row, "buildingID")?, Some(number_in(row, "id")?)).key())
}

/// A rentable unit. Where a unit's id is asked for, a building without units gives its own.
pub(crate) fn reference(building: i64, unit: Option<i64>) -> PropertyRef {
    rentable(building, unit.filter(|unit| *unit > 0 && *unit != building))
}

fn rentable(building: i64, unit: Option<i64>) -> PropertyRef {
    PropertyRef::new(PropertyId::new(building.to_string()), unit.map(|unit| UnitId::new(unit.to_string())))
}

fn property(building: &Building, unit: Option<Unit>) -> Property {
    let address = |wire: Option<&crate::wire::Address>| wire.cloned().map(Address::from).unwrap_or_default();
    let own = unit.as_ref().map(|unit| address(unit.address.as_ref()));
    let is_active = building.active && unit.as_ref().is_none_or(|unit| unit.active.unwrap_or(true));
    Property {
        id: rentable(building.id, unit.as_ref().map(|unit| unit.id)),
        property_name: building.name.clone().or_else(|| building.abbreviation.clone()).unwrap_or_default(),
        address: own.filter(|own| own.line1.is_some()).unwrap_or_else(|| address(building.address.as_ref())),
        unit_name: unit.and_then(|unit| unit.name.or(unit.abbreviation)),
        is_active,
        freshness: Freshness::Filtered,
    }
}
