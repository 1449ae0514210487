//! Properties and their units as rentable units. Neither report can be narrowed, and units do not hold what their property says:
//! the properties are kept while the units stream by.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_stream::try_stream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Alias, Fingerprint, Freshness, GroupId, InvalidRecord, Property, PropertyGroup, PropertyId, PropertyRef,
    Row, UnitId,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::{read_row, rows};
use serde_json::{Value, json};

use crate::api::{Api, GROUPS, PROPERTIES, UNITS};
use crate::wire;

const PROPERTY_ID: &str = "property_id";
/// Words for what is not shown. Every other word, and none, is that of something that is.
const HIDDEN: [&str; 2] = ["hidden", "inactive"];

/// All of them.
pub(crate) fn all(api: &Api) -> Pages<'_, Property> {
    try_stream! {
        let (mut directory, unreadable) = Directory::read(api).await?;
        yield unreadable;
        let mut units = api.report(UNITS, &[]);
        while let Some(page) = units.try_next().await? {
            yield page.iter().filter_map(|row| directory.unit(api, row)).collect::<Vec<_>>();
        }
        yield directory.without_units(api);
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let whole = |id: &PropertyRef| PropertyRef::new(id.property.clone(), None);
    let wanted: HashSet<&PropertyRef> = ids.iter().collect();
    let mut found: Vec<_> = all(api).try_concat().await?;
    found.retain(|row| match row {
        Row::Record(one) => wanted.contains(&one.id) || wanted.contains(&whole(&one.id)),
        _ => true,
    });
    Ok(found)
}

/// The AppFolio Stack API's ids, which the directories show beside their own. A property with one unit may have been known
/// without the unit.
pub(crate) async fn aliases(api: &Api) -> Result<Vec<Alias>> {
    let (directory, _) = Directory::read(api).await?;
    let mut units: HashMap<String, Vec<wire::Unit>> = HashMap::new();
    let mut pages = api.report(UNITS, &[]);
    while let Some(page) = pages.try_next().await? {
        for row in page {
            if let (Some(property), Ok(unit)) = (id_in(&row, PROPERTY_ID), read_row::<wire::Unit>(&row)) {
                units.entry(property).or_default().push(unit);
            }
        }
    }
    let mut aliases = Vec::new();
    for property in directory.known().map(|known| &known.property) {
        let other = property.integration_id.as_deref();
        let whole = || other.map(|other| reference(other, None));
        let Some(units) = units.get(&property.id) else {
            aliases.extend(whole().map(|other| alias(&reference(&property.id, None), &other)));
            continue;
        };
        for unit in units {
            let id = reference(&property.id, Some(&unit.id));
            let of_unit = other.zip(unit.integration_id.as_deref());
            let of_unit = of_unit.map(|(property, unit)| reference(property, Some(unit)));
            let of_whole = [whole(), Some(reference(&property.id, None))].into_iter().flatten();
            let of_whole = of_whole.filter(|_| units.len() == 1);
            aliases.extend(of_unit.into_iter().chain(of_whole).map(|other| alias(&id, &other)));
        }
    }
    Ok(aliases)
}

/// The Stack API's ids of properties by their own.
pub(crate) async fn integration_ids(api: &Api) -> Result<HashMap<String, String>> {
    let (directory, _) = Directory::read(api).await?;
    let known = directory.properties.into_values().flatten().map(|known| known.property);
    Ok(known.filter_map(|one| Some((one.id, one.integration_id?))).collect())
}

fn alias(id: &PropertyRef, other: &PropertyRef) -> Alias {
    Alias { id: id.key(), other: other.key() }
}

/// The groups, of which the report has a row for each property in one.
pub(crate) async fn groups(api: &Api) -> Result<Vec<PropertyGroup>> {
    let mut groups: BTreeMap<String, PropertyGroup> = BTreeMap::new();
    let mut pages = api.report(GROUPS, &[]);
    while let Some(page) = pages.try_next().await? {
        for row in rows::<wire::Grouped>(&page, "property in a group", |_| None).into_iter().flatten() {
            let group = groups.entry(row.group.clone()).or_insert_with(|| PropertyGroup {
                id: GroupId::new(&row.group),
                name: row.name.unwrap_or(row.group),
                properties: Vec::new(),
            });
            group.properties.push(PropertyId::new(row.property));
        }
    }
    Ok(groups.into_values().collect())
}

/// The properties, and what is known of their units so far.
struct Directory {
    /// By id; `None` for one that could not be read.
    properties: BTreeMap<String, Option<Known>>,
    /// True once a unit came that tells no property: it may be any one's.
    has_stray_unit: bool,
}

struct Known {
    property: wire::Property,
    has_units: bool,
}

impl Directory {
    /// Reads it whole, and returns the rows that cannot be read. Rows without an id, which sum others up, are left out.
    async fn read(api: &Api) -> Result<(Self, Vec<Row<Property>>)> {
        let (mut properties, mut unreadable) = (BTreeMap::new(), Vec::new());
        let mut pages = api.report(PROPERTIES, &[]);
        while let Some(page) = pages.try_next().await? {
            for row in page.iter().filter(|row| !row.get(PROPERTY_ID).is_some_and(Value::is_null)) {
                match read_row::<wire::Property>(row) {
                    Ok(property) => {
                        properties.insert(property.id.clone(), Some(Known { property, has_units: false }));
                    }
                    Err(bad) => {
                        let id = id_in(row, PROPERTY_ID);
                        properties.extend(id.clone().map(|id| (id, None)));
                        unreadable.push(Row::Invalid(bad.of_row("property", id, row)));
                    }
                }
            }
        }
        Ok((Self { properties, has_stray_unit: false }, unreadable))
    }

    /// Those that could be read, in the order of their ids.
    fn known(&self) -> impl Iterator<Item = &Known> {
        self.properties.values().flatten()
    }

    /// A unit with what its property says. One of a property that is not listed is hidden as that is.
    fn unit(&mut self, api: &Api, row: &Value) -> Option<Row<Property>> {
        let unit = read_row::<wire::Unit>(row);
        let Some(property) = id_in(row, PROPERTY_ID) else {
            self.has_stray_unit = true;
            let invalid = InvalidRecord {
                id: InvalidRecord::nameless("unit", row),
                field: PROPERTY_ID.to_owned(),
                problem: "missing or no id".to_owned(),
            };
            return Some(Row::Invalid(unit.err().map_or(invalid.clone(), |bad| bad.of(invalid.id))));
        };
        let key = id_in(row, "unit_id").map(|unit| reference(&property, Some(&unit)).key());
        let Some(known) = self.properties.get_mut(&property)? else {
            let (field, problem) = (PROPERTY_ID.to_owned(), format!("property {property} cannot be read"));
            let id = key.unwrap_or_else(|| InvalidRecord::nameless("unit", row));
            return Some(Row::Invalid(InvalidRecord { id, field, problem }));
        };
        known.has_units = true;
        Some(match unit {
            Ok(unit) => Row::Record(rentable(api, &known.property, Some(unit))),
            Err(bad) => Row::Invalid(bad.of_row("unit", key, row)),
        })
    }

    /// The properties that are their own unit, after all units went by.
    fn without_units(&self, api: &Api) -> Vec<Row<Property>> {
        let alone = self.known().filter(|known| !known.has_units).map(|known| &known.property);
        let row = |property: &wire::Property| {
            if self.has_stray_unit {
                let problem = "a unit whose property cannot be read may be this one's".to_owned();
                let (id, field) = (property.id.clone(), PROPERTY_ID.to_owned());
                return Row::Invalid(InvalidRecord { id, field, problem });
            }
            Row::Record(rentable(api, property, None))
        };
        alone.map(row).collect()
    }
}

fn reference(property: &str, unit: Option<&str>) -> PropertyRef {
    PropertyRef::new(PropertyId::new(property), unit.map(UnitId::new))
}

/// A rentable unit, with a fingerprint of what a sync reads of it: rents change more often.
fn rentable(api: &Api, property: &wire::Property, unit: Option<wire::Unit>) -> Property {
    let shown = |word: &Option<String>| {
        let word = word.as_deref().unwrap_or_default();
        !HIDDEN.iter().any(|hidden| word.eq_ignore_ascii_case(hidden))
    };
    let own = unit.as_ref().filter(|unit| unit.street.is_some()).map(wire::Unit::address);
    let id = reference(&property.id, unit.as_ref().map(|unit| unit.id.as_str()));
    let is_active = shown(&property.visibility) && unit.as_ref().is_none_or(|unit| shown(&unit.visibility));
    let created_on = unit.as_ref().map_or(&property.created_on, |unit| &unit.created_on);
    let at_least = api.entered(created_on.as_deref());
    let unit_name = unit.and_then(|unit| unit.name);
    let (name, address) = (&property.name, own.unwrap_or_else(|| property.address()));
    let fingerprint = Fingerprint::of(&json!([name, unit_name, address, is_active]));
    Property {
        id,
        property_name: name.clone().unwrap_or_default(),
        unit_name,
        address,
        is_active,
        freshness: Freshness::Fingerprint { fingerprint, at_least },
    }
}
