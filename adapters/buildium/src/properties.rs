//! Rentals and their units as rentable units.

use std::collections::HashMap;

use async_stream::try_stream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Address, Freshness, InvalidRecord, Property, PropertyId, PropertyRef, Row, UnitId, Window,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::rows;
use serde_json::Value;

use crate::api::{Api, Query, distinct, number, row_id};
use crate::wire::{self, Rental, Unit};

const RENTALS: &str = "v1/rentals";
const UNITS: &str = "v1/rentals/units";

/// Changed rentals bring all their units, because a unit's activity is its rental's; then come changed units.
pub(crate) fn changed(api: &Api, window: Window) -> Pages<'_, Property> {
    let since: Query = vec![("lastupdatedfrom", window.from.format("%Y-%m-%dT%H:%M:%SZ").to_string())];
    try_stream! {
        let mut rentals = api.pages(RENTALS, since.clone());
        while let Some(page) = rentals.try_next().await? {
            yield with_units(api, page).await?;
        }
        let mut units = api.pages(UNITS, since);
        while let Some(page) = units.try_next().await? {
            yield with_rentals(api, page).await?;
        }
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
    let mut numbers = Vec::new();
    for id in ids {
        numbers.push(number(id.property.as_str())?);
    }
    let rentals = api.by_ids(RENTALS, "propertyids", &distinct(numbers.into_iter()), &Vec::new()).await?;
    let wanted = |row: &Row<Property>| match row {
        Row::Record(property) => ids.contains(&property.id),
        Row::Invalid(_) | Row::Hint { .. } => true,
    };
    Ok(with_units(api, rentals).await?.into_iter().filter(wanted).collect())
}

/// A page of rentals, each as its units, or as itself where it has none.
async fn with_units(api: &Api, page: Vec<Value>) -> Result<Vec<Row<Property>>> {
    let mut out = Vec::new();
    let mut rentals = HashMap::new();
    for rental in rows::<Rental>(page, row_id) {
        match rental {
            Ok(rental) => {
                rentals.insert(rental.id, rental);
            }
            Err(invalid) => out.push(Row::Invalid(invalid)),
        }
    }
    let ids = distinct(rentals.keys().copied());
    let mut units: HashMap<i64, Vec<Unit>> = HashMap::new();
    for unit in rows::<Unit>(api.by_ids(UNITS, "propertyids", &ids, &Vec::new()).await?, row_id) {
        match unit {
            Ok(unit) => units.entry(unit.property_id).or_default().push(unit),
            Err(invalid) => out.push(Row::Invalid(of_unit(invalid))),
        }
    }
    for id in ids {
        let Some(rental) = rentals.remove(&id) else { continue };
        match units.remove(&id) {
            Some(units) => {
                out.extend(units.into_iter().map(|unit| Row::Record(property(&rental, Some(unit)))))
            }
            None => out.push(Row::Record(property(&rental, None))),
        }
    }
    Ok(out)
}

/// A page of units with their rentals.
async fn with_rentals(api: &Api, page: Vec<Value>) -> Result<Vec<Row<Property>>> {
    let units = rows::<Unit>(page, row_id);
    let ids = distinct(units.iter().filter_map(|unit| Some(unit.as_ref().ok()?.property_id)));
    let rentals = rows::<Rental>(api.by_ids(RENTALS, "propertyids", &ids, &Vec::new()).await?, row_id);
    // A rental that cannot be read was reported by its own page, or is with its next change.
    let rentals: HashMap<_, _> = rentals.into_iter().flatten().map(|rental| (rental.id, rental)).collect();
    let row = |unit: Result<Unit, InvalidRecord>| match unit {
        Ok(unit) => match rentals.get(&unit.property_id) {
            Some(rental) => Row::Record(property(rental, Some(unit))),
            None => Row::Invalid(InvalidRecord {
                id: PropertyRef::new(PropertyId::new(unit.property_id.to_string()), Some(unit_id(unit.id)))
                    .key(),
                field: "PropertyId".to_owned(),
                problem: format!("rental {} cannot be read", unit.property_id),
            }),
        },
        Err(invalid) => Row::Invalid(of_unit(invalid)),
    };
    Ok(units.into_iter().map(row).collect())
}

/// Unit ids and rental ids are different counts, so that a unit without a readable rental is told apart.
fn of_unit(invalid: InvalidRecord) -> InvalidRecord {
    InvalidRecord { id: format!("unit {}", invalid.id), ..invalid }
}

fn unit_id(id: i64) -> UnitId {
    UnitId::new(id.to_string())
}

fn property(rental: &Rental, unit: Option<Unit>) -> Property {
    let own = unit.as_ref().and_then(|unit| unit.address.clone()).map(Address::from);
    let rentals = || rental.address.clone().map(Address::from).unwrap_or_default();
    Property {
        id: PropertyRef::new(
            PropertyId::new(rental.id.to_string()),
            unit.as_ref().map(|unit| unit_id(unit.id)),
        ),
        property_name: rental.name.clone().unwrap_or_default(),
        unit_name: unit.and_then(|unit| wire::text(unit.unit_number)),
        address: own.filter(|address| address.line1.is_some()).unwrap_or_else(rentals),
        is_active: rental.is_active,
        freshness: Freshness::Filtered,
    }
}
