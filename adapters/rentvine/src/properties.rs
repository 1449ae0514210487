//! Properties and their units as rentable units.

use std::collections::{BTreeMap, BTreeSet};

use async_stream::try_stream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Address, Freshness, InvalidRecord, Property, PropertyId, PropertyRef, Row, UnitId, Window,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::Unreadable;
use serde_json::{Value, json};

use crate::api::{Api, Query, since};
use crate::wire::{self, Stamps, id_of, record};

pub(crate) const EXPORT: &str = "properties/export";
pub(crate) const UNITS: &str = "properties/units/export";

/// So many properties are asked for one by one; for more, the lists are read.
const ONE_BY_ONE: usize = 8;
/// Changed properties that are kept until it is known which of them have no unit; a bound on memory. For those beyond it the
/// list is read a second time.
const KEPT: usize = 1_000;

/// Value of the filter for records in use. Nothing says which records a list shows without the filter, so that both
/// values are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Standing {
    Active,
    Inactive,
}

pub(crate) const STANDINGS: [Standing; 2] = [Standing::Active, Standing::Inactive];

impl Standing {
    pub fn filter(self) -> (&'static str, String) {
        ("isActive", matches!(self, Self::Active).to_string())
    }
}

/// A property with its address and its stamps.
struct Owner {
    wire: wire::Property,
    address: Address,
    stamps: Stamps,
}

impl Owner {
    fn read(api: &Api, row: &Value) -> Result<Self, Unreadable> {
        let (wire, address) = (wire::read(row, "property")?, address(row, "property")?);
        Ok(Self { wire, address, stamps: stamps(api, row, "property") })
    }
}

/// Changed properties bring all their units, because a unit's activity is its property's too; so does a changed unit
/// itself.
pub(crate) fn changed(api: &Api, window: Window) -> Pages<'_, Property> {
    try_stream! {
        let (mut properties, mut kept) = (BTreeSet::new(), BTreeMap::new());
        for standing in STANDINGS {
            let mut pages = api.list(EXPORT, vec![since(window), standing.filter()]).pages();
            while let Some(page) = pages.try_next().await? {
                let changed: Vec<_> =
                    page.iter().filter(|row| stamps(api, row, "property").may_lie_in(window)).collect();
                properties.extend(changed.iter().filter_map(|row| property_of(row, "property")));
                // Those that can be read come behind their units: this list tells nothing of those.
                let mut unreadable = Vec::new();
                for row in changed {
                    match owner(api, row) {
                        Ok(owner) if kept.len() < KEPT => drop(kept.insert(owner.wire.id.clone(), owner)),
                        Ok(_) => {}
                        Err(invalid) => unreadable.push(Row::Invalid(invalid)),
                    }
                }
                if !unreadable.is_empty() {
                    yield unreadable;
                }
            }
        }
        let mut rentable = of_properties(api, properties, kept, Some(window));
        while let Some(page) = rentable.try_next().await? {
            yield page;
        }
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
    let wanted: BTreeSet<String> = ids.iter().map(|id| id.property.as_str().to_owned()).collect();
    let mut rows: Vec<_> = if wanted.len() <= ONE_BY_ONE {
        one_by_one(api, &wanted).await?
    } else {
        of_properties(api, wanted, BTreeMap::new(), None).try_concat().await?
    };
    rows.retain(|row| match row {
        // The property of a unit is asked for where the unit could not be read, or there was none yet.
        Row::Record(one) => {
            ids.contains(&one.id) || ids.contains(&PropertyRef::new(one.id.property.clone(), None))
        }
        _ => true,
    });
    Ok(rows)
}

async fn one_by_one(api: &Api, ids: &BTreeSet<String>) -> Result<Vec<Row<Property>>> {
    let mut rows = Vec::new();
    for id in ids {
        let Some(found) = api.find(&format!("properties/{id}")).await? else { continue };
        match owner(api, &found) {
            Ok(owner) => {
                let path = format!("properties/{id}/units");
                let units: Vec<_> = api.list(&path, Query::new()).pages().try_concat().await?;
                match units.as_slice() {
                    [] => rows.push(Row::Record(property(&owner, None, Stamps::default()))),
                    units => rows.extend(units.iter().map(|unit| unit_of(api, &owner, unit))),
                }
            }
            Err(unreadable) => rows.push(Row::Invalid(unreadable)),
        }
    }
    Ok(rows)
}

/// The units of these properties, and those that changed in `window` beside them; then the properties that have none, of which
/// some are `kept`.
fn of_properties(
    api: &Api,
    properties: BTreeSet<String>,
    kept: BTreeMap<String, Owner>,
    window: Option<Window>,
) -> Pages<'_, Property> {
    try_stream! {
        let changed: Query = window.map(since).into_iter().collect();
        // Which units belong to a property is known when all were seen.
        let of_units = if properties.is_empty() { changed.clone() } else { Query::new() };
        let (mut without, mut doubtful) = (properties.clone(), false);
        for standing in STANDINGS {
            let mut pages = api.list(UNITS, [&of_units[..], &[standing.filter()]].concat()).pages();
            while let Some(page) = pages.try_next().await? {
                let mut rows = Vec::new();
                for row in &page {
                    let property = property_of_unit(row);
                    doubtful |= property.is_none();
                    property.as_ref().map(|id| without.remove(id));
                    let is_changed = || window.is_some_and(|one| stamps(api, row, "unit").may_lie_in(one));
                    if property.is_none_or(|id| properties.contains(&id)) || is_changed() {
                        rows.push(unit_with_property(api, row));
                    }
                }
                yield rows;
            }
        }
        let known: Vec<_> = kept.values().filter(|owner| without.remove(&owner.wire.id)).collect();
        yield known.into_iter().map(|owner| itself(owner, doubtful)).collect::<Vec<_>>();
        if without.is_empty() {
            return;
        }
        for standing in STANDINGS {
            let mut pages = api.list(EXPORT, [&changed[..], &[standing.filter()]].concat()).pages();
            while let Some(page) = pages.try_next().await? {
                let is_alone =
                    |row: &&Value| property_of(row, "property").is_some_and(|id| without.contains(&id));
                // One that cannot be read was told when the changed ones were looked for.
                let told = window.is_some();
                let alone = page.iter().filter(is_alone).filter_map(|row| match owner(api, row) {
                    Ok(owner) => Some(itself(&owner, doubtful)),
                    Err(unreadable) => (!told).then_some(Row::Invalid(unreadable)),
                });
                yield alone.collect::<Vec<_>>();
            }
        }
    }
    .boxed()
}

/// The key of the unit with this id, if it is among those that changed in `window`.
pub(crate) async fn changed_unit(api: &Api, id: &str, window: Window) -> Result<Option<PropertyRef>> {
    for standing in STANDINGS {
        let mut pages = api.list(UNITS, vec![since(window), standing.filter()]).pages();
        while let Some(page) = pages.try_next().await? {
            let of_it = |row: &&Value| id_of(row, "unit", "unitID").is_some_and(|one| one == id);
            if let Some(property) = page.iter().find(of_it).and_then(property_of_unit) {
                return Ok(Some(reference(&property, Some(id.to_owned()))));
            }
        }
    }
    Ok(None)
}

fn stamps(api: &Api, row: &Value, envelope: &str) -> Stamps {
    Stamps::of(record(row, envelope), api.zone)
}

/// The property that a row is of.
fn property_of(row: &Value, envelope: &str) -> Option<String> {
    id_of(row, envelope, "propertyID")
}

/// The property that a unit is of: by itself, or by what stands beside it.
fn property_of_unit(row: &Value) -> Option<String> {
    property_of(row, "unit").or_else(|| property_of(row, "property"))
}

fn owner(api: &Api, row: &Value) -> Result<Owner, InvalidRecord> {
    Owner::read(api, row).map_err(|bad| bad.of_row("property", property_of(row, "property"), row))
}

/// A property of which no unit is known. It is its own unit only if no unit can be its: one whose property cannot be
/// read might.
fn itself(owner: &Owner, doubtful: bool) -> Row<Property> {
    if doubtful {
        let problem = "a unit whose property cannot be read may be this one's".to_owned();
        let field = "unit.propertyID".to_owned();
        return Row::Invalid(InvalidRecord { id: owner.wire.id.clone(), field, problem });
    }
    Row::Record(property(owner, None, Stamps::default()))
}

/// A unit of a list that has each unit's property beside it.
fn unit_with_property(api: &Api, row: &Value) -> Row<Property> {
    let owner = row
        .get("property")
        .ok_or_else(|| Unreadable { field: "property".to_owned(), problem: "missing".to_owned() });
    match owner.and_then(|_| Owner::read(api, row)) {
        Ok(owner) => unit_of(api, &owner, row),
        Err(bad) => Row::Invalid(bad.of_row("unit", unit_key(row), row)),
    }
}

fn unit_of(api: &Api, owner: &Owner, row: &Value) -> Row<Property> {
    match wire::read(row, "unit").and_then(|unit| Ok((unit, address(row, "unit")?))) {
        Ok(unit) => Row::Record(property(owner, Some(unit), stamps(api, row, "unit"))),
        Err(bad) => Row::Invalid(bad.of_row("unit", unit_key(row), row)),
    }
}

/// The key of a unit that cannot be understood, if its two ids can.
fn unit_key(row: &Value) -> Option<String> {
    let unit = id_of(row, "unit", "unitID")?;
    Some(reference(&property_of_unit(row)?, Some(unit)).key())
}

pub(crate) fn reference(property: &str, unit: Option<String>) -> PropertyRef {
    PropertyRef::new(PropertyId::new(property), unit.map(UnitId::new))
}

fn address(row: &Value, envelope: &str) -> Result<Address, Unreadable> {
    wire::read::<wire::Address>(row, envelope).map(Address::from)
}

fn property(owner: &Owner, unit: Option<(wire::Unit, Address)>, of_unit: Stamps) -> Property {
    let (unit, own) = unit.unzip();
    let property_is_active = owner.wire.is_active.unwrap_or(true);
    let is_active = property_is_active && unit.as_ref().is_none_or(|unit| unit.is_active.unwrap_or(true));
    let property_name = owner.wire.name.clone().unwrap_or_default();
    let address = own.filter(|own| own.line1.is_some()).unwrap_or_else(|| owner.address.clone());
    let id = reference(&owner.wire.id, unit.as_ref().map(|unit| unit.id.clone()));
    let unit_name = unit.and_then(|unit| unit.name);
    let Stamps { created_at, updated_at } = owner.stamps.or_later(of_unit);
    let freshness = Freshness::of_record(created_at, updated_at, || {
        json!([property_name, unit_name, address, is_active])
    });
    Property { id, property_name, unit_name, address, is_active, freshness }
}
