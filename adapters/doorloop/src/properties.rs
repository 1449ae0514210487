//! Properties and their units as rentable units. Neither list can be narrowed, and units do not hold what their
//! property says, so that the two are joined: a block of properties is kept while the units stream by.

use std::collections::{BTreeMap, HashSet};

use async_stream::try_stream;
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Address, Fingerprint, Freshness, InvalidRecord, Property, PropertyId, PropertyRef, Row, UnitId,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::{Unreadable, read_row};
use serde_json::{Value, json};

use crate::api::{Api, BLOCK, FEW, row_id};
use crate::census::{Census, Readings, Verdict, left_to_the_next_run, restless};
use crate::wire;

pub(crate) const PROPERTIES: &str = "api/properties";
pub(crate) const UNITS: &str = "api/units";

/// All of them. What a list that did not hold still may have passed over is left to the next run, which reads it all again.
pub(crate) fn all(api: &Api) -> Pages<'_, Property> {
    read(api, OnRestless::LeaveToNextRun)
}

/// Treatment of a list if none of its readings was whole.
#[derive(Clone, Copy)]
enum OnRestless {
    LeaveToNextRun,
    Fail,
}

impl OnRestless {
    /// True if the list need not be read again. Fails for a restless list if it must be whole.
    fn is_over(self, verdict: Verdict, list: &'static str) -> Result<bool> {
        match (verdict, self) {
            (Verdict::Whole, _) => Ok(true),
            (Verdict::Torn, _) => Ok(false),
            (Verdict::Restless, Self::Fail) => Err(restless(list)),
            (Verdict::Restless, Self::LeaveToNextRun) => {
                left_to_the_next_run(list);
                Ok(true)
            }
        }
    }
}

/// All of them, and again where the list of properties did not hold still.
fn read(api: &Api, on_restless: OnRestless) -> Pages<'_, Property> {
    try_stream! {
        let mut readings = Readings::default();
        loop {
            let census = Census::default();
            {
                let mut blocks = blocks(api, &census, on_restless);
                while let Some(page) = blocks.try_next().await? {
                    yield page;
                }
            }
            if on_restless.is_over(readings.judge(census), PROPERTIES)? {
                return;
            }
        }
    }
    .boxed()
}

/// All of them, a block of properties after the other.
fn blocks<'a>(api: &'a Api, census: &'a Census, on_restless: OnRestless) -> Pages<'a, Property> {
    try_stream! {
        let mut properties = api.counted(PROPERTIES, census).pages();
        let mut next = properties.try_next().await?;
        let mut is_first = true;
        while next.is_some() {
            let mut block = Block::default();
            while let Some(page) = next.take() {
                yield block.take(&page);
                next = properties.try_next().await?;
                if block.properties.len() >= BLOCK {
                    break;
                }
            }
            block.is_whole = is_first && next.is_none();
            is_first = false;
            let mut units = units(api, block, on_restless);
            while let Some(page) = units.try_next().await? {
                yield page;
            }
        }
    }
    .boxed()
}

/// A block's properties with the units that go by, which are read again where their list did not hold still.
fn units(api: &Api, mut block: Block, on_restless: OnRestless) -> Pages<'_, Property> {
    try_stream! {
        let mut readings = Readings::default();
        loop {
            let census = Census::default();
            {
                let mut units = api.counted(UNITS, &census).pages();
                while let Some(page) = units.try_next().await? {
                    yield block.join(&page);
                }
            }
            let verdict = readings.judge(census);
            if on_restless.is_over(verdict, UNITS)? {
                yield block.without_units(verdict);
                return;
            }
        }
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
    let wanted: HashSet<&str> = ids.iter().map(|id| id.property.as_str()).collect();
    let mut found = Vec::new();
    if wanted.len() > FEW {
        // One that is missing would be taken for one that is gone.
        let mut pages = read(api, OnRestless::Fail);
        while let Some(page) = pages.try_next().await? {
            found.extend(
                page.into_iter().filter(|row| property_of(row).is_none_or(|id| wanted.contains(&*id))),
            );
        }
    } else {
        for id in wanted {
            let Some(property) = api.find(&format!("{PROPERTIES}/{id}")).await? else { continue };
            let mut block = Block::default();
            found.extend(block.take(&[property]));
            found.extend(block.join(&api.list(UNITS).query("filter_property", id.to_owned()).all().await?));
            found.extend(block.without_units(Verdict::Whole));
        }
    }
    // The whole property is asked for where it could not be read or had no units yet.
    found.retain(|row| match row {
        Row::Record(property) => {
            ids.contains(&property.id) || ids.contains(&PropertyRef::new(property.id.property.clone(), None))
        }
        _ => true,
    });
    Ok(found)
}

/// The property that a row is about.
fn property_of(row: &Row<Property>) -> Option<String> {
    match row {
        Row::Record(property) => Some(property.id.property.as_str().to_owned()),
        // It may be about any.
        Row::Invalid(invalid) if invalid.is_place() => None,
        Row::Invalid(invalid) => Some(PropertyRef::from_key(&invalid.id).property.as_str().to_owned()),
        Row::Hint { .. } | Row::NotSupported { .. } => None,
    }
}

/// Properties that wait for their units.
#[derive(Default)]
struct Block {
    /// By id; `None` for one that could not be read.
    properties: BTreeMap<String, Option<Owned>>,
    /// A unit was seen whose property could not be read.
    has_stray_unit: bool,
    /// No property is outside of this block.
    is_whole: bool,
}

/// Values that a unit takes from its property.
struct Owned {
    name: String,
    address: Address,
    is_active: bool,
    updated_at: Option<DateTime<Utc>>,
    has_units: bool,
}

impl Block {
    /// Takes in a page of properties, and returns the rows that cannot be read.
    fn take(&mut self, page: &[Value]) -> Vec<Row<Property>> {
        let mut unreadable = Vec::new();
        for row in page {
            match read_row::<wire::Property>(row) {
                Ok(property) => {
                    let owned = Owned {
                        name: property.name.unwrap_or_default(),
                        address: property.address.map(Address::from).unwrap_or_default(),
                        is_active: property.active.unwrap_or(true),
                        updated_at: property.updated_at,
                        has_units: false,
                    };
                    self.properties.insert(property.id, Some(owned));
                }
                Err(bad) => {
                    if let Some(id) = row_id(row) {
                        self.properties.insert(id, None);
                    }
                    unreadable.push(Row::Invalid(bad.of_row("property", row_id(row), row)));
                }
            }
        }
        unreadable
    }

    /// The units on a page whose property is in this block.
    fn join(&mut self, page: &[Value]) -> Vec<Row<Property>> {
        page.iter().filter_map(|row| self.join_one(row)).collect()
    }

    fn join_one(&mut self, row: &Value) -> Option<Row<Property>> {
        let Some(property_id) = id_in(row, "property") else {
            self.has_stray_unit = true;
            let bad = read_row::<wire::Unit>(row).err().unwrap_or_else(missing_property);
            return Some(Row::Invalid(bad.of(InvalidRecord::nameless("unit", row))));
        };
        let key = row_id(row).map(|id| reference(&property_id, Some(id)).key());
        match self.properties.get_mut(&property_id) {
            Some(Some(owned)) => {
                owned.has_units = true;
                Some(match read_row::<wire::Unit>(row) {
                    Ok(unit) => Row::Record(unit_of(owned, unit)),
                    Err(bad) => Row::Invalid(bad.of_row("unit", key, row)),
                })
            }
            None if !self.is_whole => None,
            Some(None) | None => {
                let problem = format!("property {property_id} cannot be read");
                let bad = Unreadable { field: "property".to_owned(), problem };
                Some(Row::Invalid(bad.of_row("unit", key, row)))
            }
        }
    }

    /// The properties that are their own unit, after all units went by. Where the list of units did not hold still, a
    /// unit may have been missed: then they are left to the next run, because one taken for its own unit would stay
    /// in Latchel beside its units.
    fn without_units(&self, reading: Verdict) -> Vec<Row<Property>> {
        if reading != Verdict::Whole {
            return Vec::new();
        }
        let alone = self.properties.iter().filter_map(|(id, owned)| Some((id, owned.as_ref()?)));
        let alone = alone.filter(|(_, owned)| !owned.has_units);
        let row = |(id, owned): (&String, &Owned)| {
            if self.has_stray_unit {
                let problem = "a unit whose property cannot be read may be this one's".to_owned();
                return Row::Invalid(InvalidRecord { id: id.clone(), field: "property".to_owned(), problem });
            }
            let itself = (owned.address.clone(), owned.is_active);
            Row::Record(property(reference(id, None), owned, None, itself, None))
        };
        alone.map(row).collect()
    }
}

fn missing_property() -> Unreadable {
    Unreadable { field: "property".to_owned(), problem: "missing".to_owned() }
}

fn reference(property: &str, unit: Option<String>) -> PropertyRef {
    PropertyRef::new(PropertyId::new(property), unit.map(UnitId::new))
}

fn unit_of(owned: &Owned, unit: wire::Unit) -> Property {
    let own = unit.address.filter(|_| unit.address_same_as_property != Some(true)).map(Address::from);
    let address = own.filter(|address| address.line1.is_some()).unwrap_or_else(|| owned.address.clone());
    let is_active = owned.is_active && unit.active.unwrap_or(true);
    let id = reference(&unit.property, Some(unit.id));
    property(id, owned, unit.name, (address, is_active), unit.updated_at)
}

/// A rentable unit, with a fingerprint of what a sync reads of it and of when it and its property changed last, which is
/// known from live answers alone.
fn property(
    id: PropertyRef,
    owned: &Owned,
    unit_name: Option<String>,
    (address, is_active): (Address, bool),
    updated_at: Option<DateTime<Utc>>,
) -> Property {
    let fingerprint =
        Fingerprint::of(&json!([owned.name, unit_name, address, is_active, owned.updated_at, updated_at]));
    let at_least = owned.updated_at.max(updated_at);
    Property {
        id,
        property_name: owned.name.clone(),
        unit_name,
        address,
        is_active,
        freshness: Freshness::Fingerprint { fingerprint, at_least },
    }
}
