//! Properties and their units as rentable units.

use std::collections::{BTreeMap, BTreeSet};

use async_stream::try_stream;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Address, Freshness, InvalidRecord, Property, PropertyId, PropertyRef, Row, UnitId, Window,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::{Unreadable, chunks};
use serde_json::{Value, json};

use crate::api::{Api, Query, since};
use crate::wire::{self, Stamps, id_of, record, text};

pub(crate) const EXPORT: &str = "properties/export";
pub(crate) const UNITS: &str = "properties/units/export";

/// The units of so many properties are asked for one by one; for more, all units are read.
const ONE_BY_ONE: usize = 8;
/// How many properties are kept until their units are read in one go.
const CHUNK: usize = 5_000;

/// Whether a record is in use. Nothing says what a list shows that is not told, so that both are asked for.
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

/// A property with its stamps.
struct Owner {
    wire: wire::Property,
    stamps: Stamps,
}

/// Changed properties bring all their units, because a unit's activity is its property's too; then come changed units.
pub(crate) fn changed(api: &Api, window: Window) -> Pages<'_, Property> {
    try_stream! {
        for standing in STANDINGS {
            let pages = api.pages(EXPORT, vec![since(window), standing.filter()]);
            let mut properties = chunks(pages, CHUNK, move |page| owners(api, page, window));
            while let Some(chunk) = properties.try_next().await? {
                let mut pages = with_units(api, chunk);
                while let Some(page) = pages.try_next().await? {
                    yield page;
                }
            }
        }
        for standing in STANDINGS {
            let mut units = api.pages(UNITS, vec![since(window), standing.filter()]);
            while let Some(page) = units.try_next().await? {
                let changed = page.iter().filter(|row| stamps(api, row, "unit").may_lie_in(window));
                yield changed.map(|row| unit_with_property(api, row)).collect::<Vec<_>>();
            }
        }
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
    let wanted: BTreeSet<&str> = ids.iter().map(|id| id.property.as_str()).collect();
    let mut found = Vec::new();
    if wanted.len() <= ONE_BY_ONE {
        for id in wanted {
            found.extend(api.find(&format!("properties/{id}")).await?);
        }
    } else {
        for standing in STANDINGS {
            let mut pages = api.pages(EXPORT, vec![standing.filter()]);
            let is_wanted =
                |row: &Value| id_of(row, "property", "propertyID").is_some_and(|id| wanted.contains(&*id));
            while let Some(page) = pages.try_next().await? {
                found.extend(page.into_iter().filter(is_wanted));
            }
        }
    }
    let owners = found.iter().map(|row| owner(api, row)).collect();
    let mut rows: Vec<_> = with_units(api, owners).try_concat().await?;
    rows.retain(|row| match row {
        // The property of a unit is asked for where the unit could not be read, or there was none yet.
        Row::Record(one) => {
            ids.contains(&one.id) || ids.contains(&PropertyRef::new(one.id.property.clone(), None))
        }
        _ => true,
    });
    Ok(rows)
}

fn stamps(api: &Api, row: &Value, envelope: &str) -> Stamps {
    Stamps::of(record(row, envelope), api.zone)
}

/// The properties of a page that may have changed in the window.
fn owners(api: &Api, page: &[Value], window: Window) -> Vec<Result<Owner, InvalidRecord>> {
    let changed = page.iter().filter(|row| stamps(api, row, "property").may_lie_in(window));
    changed.map(|row| owner(api, row)).collect()
}

fn owner(api: &Api, row: &Value) -> Result<Owner, InvalidRecord> {
    match wire::read(row, "property") {
        Ok(wire) => Ok(Owner { wire, stamps: stamps(api, row, "property") }),
        Err(bad) => Err(bad.of_row("property", id_of(row, "property", "propertyID"), row)),
    }
}

/// Properties, each as its units, or as itself where it has none.
fn with_units(
    api: &Api,
    chunk: Vec<Result<Owner, InvalidRecord>>,
) -> BoxStream<'_, Result<Vec<Row<Property>>>> {
    try_stream! {
        let (read, unreadable): (Vec<_>, Vec<_>) = chunk.into_iter().partition(Result::is_ok);
        yield unreadable.into_iter().filter_map(Result::err).map(Row::Invalid).collect::<Vec<_>>();
        let owners: BTreeMap<String, Owner> =
            read.into_iter().flatten().map(|owner| (owner.wire.id.clone(), owner)).collect();
        let (mut without, mut doubtful) = (owners.keys().cloned().collect::<BTreeSet<_>>(), false);
        let lists = lists_of_units(&owners);
        for (path, query) in &lists {
            let mut pages = api.pages(path, query.clone());
            while let Some(page) = pages.try_next().await? {
                let mut rows = Vec::new();
                for row in &page {
                    let property = id_of(row, "unit", "propertyID");
                    doubtful |= property.is_none();
                    match property.as_ref().map(|id| owners.get_key_value(id)) {
                        Some(None) => {}
                        Some(Some((id, owner))) => {
                            without.remove(id);
                            rows.push(unit_of(api, owner, row));
                        }
                        None => rows.push(Row::Invalid(unreadable_unit(row))),
                    }
                }
                yield rows;
            }
        }
        let alone = without.iter().filter_map(|id| owners.get(id));
        yield alone.map(|owner| itself(owner, doubtful)).collect::<Vec<_>>();
    }
    .boxed()
}

/// The lists that together have the units of these properties.
fn lists_of_units(owners: &BTreeMap<String, Owner>) -> Vec<(String, Query)> {
    if owners.len() <= ONE_BY_ONE {
        return owners.keys().map(|id| (format!("properties/{id}/units"), Query::new())).collect();
    }
    STANDINGS.iter().map(|standing| (UNITS.to_owned(), vec![standing.filter()])).collect()
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
    let owner = owner.and_then(|_| wire::read(row, "property"));
    match owner {
        Ok(wire) => unit_of(api, &Owner { wire, stamps: stamps(api, row, "property") }, row),
        Err(bad) => Row::Invalid(bad.of_row("unit", unit_key(row), row)),
    }
}

fn unit_of(api: &Api, owner: &Owner, row: &Value) -> Row<Property> {
    match wire::read(row, "unit") {
        Ok(unit) => Row::Record(property(owner, Some(unit), stamps(api, row, "unit"))),
        Err(_) => Row::Invalid(unreadable_unit(row)),
    }
}

fn unreadable_unit(row: &Value) -> InvalidRecord {
    let missing = || Unreadable { field: "unit.propertyID".to_owned(), problem: "missing".to_owned() };
    let bad = wire::read::<wire::Unit>(row, "unit").err().unwrap_or_else(missing);
    bad.of_row("unit", unit_key(row), row)
}

/// The key of a unit that cannot be understood, if its two ids can.
fn unit_key(row: &Value) -> Option<String> {
    let unit = id_of(row, "unit", "unitID")?;
    Some(reference(&id_of(row, "unit", "propertyID")?, Some(unit)).key())
}

pub(crate) fn reference(property: &str, unit: Option<String>) -> PropertyRef {
    PropertyRef::new(PropertyId::new(property), unit.map(UnitId::new))
}

fn property(owner: &Owner, unit: Option<wire::Unit>, of_unit: Stamps) -> Property {
    let whole = || Address::from(owner.wire.address.clone());
    let own = unit.as_ref().map(|unit| Address::from(unit.address.clone()));
    let property_is_active = owner.wire.is_active.unwrap_or(true);
    let is_active = property_is_active && unit.as_ref().is_none_or(|unit| unit.is_active.unwrap_or(true));
    let property_name = text(owner.wire.name.clone()).unwrap_or_default();
    let address = own.filter(|own| own.line1.is_some()).unwrap_or_else(whole);
    let id = reference(&owner.wire.id, unit.as_ref().map(|unit| unit.id.clone()));
    let unit_name = unit.and_then(|unit| text(unit.name));
    let Stamps { created_at, updated_at } = owner.stamps.or_later(of_unit);
    let freshness =
        Freshness::told(created_at, updated_at, || json!([property_name, unit_name, address, is_active]));
    Property { id, property_name, unit_name, address, is_active, freshness }
}
