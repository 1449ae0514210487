//! [`Platform::properties`](latchel_sync_core::Platform::properties).

use std::collections::BTreeSet;

use chrono::TimeDelta;
use latchel_sync_core::model::{Address, Property, Window};

use crate::bench::{Bench, EVERYTHING, address, property_of, records, rows};
use crate::expect::{ensure, same};
use crate::far_side::Setup;
use crate::records::PropertyChange;
use crate::report::{Stop, Verdict};

/// A building with units and a house without.
pub async fn units_or_the_property_itself(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.far.add_property(&property_of("Tower", &["101", "102"])).await?;
    bench.far.add_property(&property_of("House", &[])).await?;
    let all = listed(&bench, EVERYTHING).await?;
    let of = |name: &str| all.iter().filter(|one| one.property_name == name).collect::<Vec<_>>();
    let (tower, house) = (of("Tower"), of("House"));
    let units: BTreeSet<_> = tower.iter().map(|one| one.unit_name.as_deref()).collect();
    same("the units of a property with two", &units, &BTreeSet::from([Some("101"), Some("102")]))?;
    ensure!(tower.iter().all(|one| one.id.unit.is_some()), "a unit must have a unit's id: {tower:?}");
    let [first, second] = tower[..] else {
        return Err(Stop::failed(format!("a property with two units must yield two, and yields {tower:?}")));
    };
    same("the property of two units of one property", &first.id.property, &second.id.property)?;
    same("the number of rows of a property without units", &house.len(), &1)?;
    same("the unit of a property without units", &house[0].id.unit, &None)?;
    same("its unit's name", &house[0].unit_name, &None)
}

/// A building is hidden and shown again on the platform.
pub async fn activity_is_the_propertys(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.far.set_clock(bench.now - TimeDelta::days(30)).await?;
    let tower = bench.far.add_property(&property_of("Tower", &["101", "102"])).await?.property;
    let house = bench.far.add_property(&property_of("House", &[])).await?.property;
    let window = Window { from: bench.now - TimeDelta::hours(1) };
    for (minutes, change, is_active) in [(0, PropertyChange::Hide, false), (10, PropertyChange::Unhide, true)]
    {
        bench.far.set_clock(bench.now + TimeDelta::minutes(minutes)).await?;
        bench.far.change_property(&tower, &change).await?;
        bench.far.change_property(&house, &change).await?;
        let changed = listed(&bench, window).await?;
        for (name, units) in [("Tower", 2), ("House", 1)] {
            let of: Vec<_> = changed.iter().filter(|one| one.property_name == name).collect();
            let what = format!("the number of units that {name} brings when it changes to {change:?}");
            same(&what, &of.len(), &units)?;
            for unit in of {
                same(&format!("is_active of {} after {change:?}", unit.name()), &unit.is_active, &is_active)?;
            }
        }
    }
    Ok(())
}

/// Every part of names and address, with a unit whose address is not its property's.
pub async fn names_and_address_arrive(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let mut tower = property_of("Elm Court", &["101", "102"]);
    tower.address.line2 = Some("Rear building".to_owned());
    tower.units[0].address = address("3 Side Lane");
    tower.units[0].address.line2 = Some("Second floor".to_owned());
    let mut house = property_of("Elm House", &[]);
    house.address.line2 = Some("Behind the gate".to_owned());
    bench.far.add_property(&tower).await?;
    bench.far.add_property(&house).await?;
    let all = listed(&bench, EVERYTHING).await?;
    let of = |property: &str, unit: Option<&str>| {
        let found = all.iter().find(|one| one.property_name == property && one.unit_name.as_deref() == unit);
        found.ok_or_else(|| Stop::failed(format!("{property} {unit:?} is not there: {all:?}")))
    };
    let units = [of("Elm Court", Some("101"))?, of("Elm Court", Some("102"))?];
    let borrowed = units.iter().all(|unit| shows_street(&unit.address, &tower.address));
    let of_units = if borrowed { [&tower.address; 2] } else { [0, 1].map(|at| &tower.units[at].address) };
    let expected =
        [(units[0], of_units[0]), (units[1], of_units[1]), (of("Elm House", None)?, &house.address)];
    let one_line = expected.iter().all(|(found, told)| is_on_one_line(&found.address, told));
    for (found, told) in expected {
        let what = format!("the address of {}", found.name());
        let seen = &found.address;
        if !one_line {
            same(&format!("{what}: street"), &seen.line1, &told.line1)?;
            same(&format!("{what}: second line"), &seen.line2, &told.line2)?;
        }
        same(&format!("{what}: city"), &seen.city, &told.city)?;
        same(&format!("{what}: state"), &seen.state, &told.state)?;
        same(&format!("{what}: postal code"), &seen.postal_code, &told.postal_code)?;
        same(&format!("is_active of {}", found.name()), &found.is_active, &true)?;
    }
    match (borrowed, one_line) {
        (true, _) => Err(Stop::no_notion("its units have no addresses of their own")),
        (false, true) => Err(Stop::no_notion("its addresses have no second line")),
        (false, false) => Ok(()),
    }
}

fn shows_street(seen: &Address, told: &Address) -> bool {
    (&seen.line1, &seen.line2) == (&told.line1, &told.line2) || is_on_one_line(seen, told)
}

/// True if the street has its second line, if there is one, behind the first, with any signs between them.
fn is_on_one_line(seen: &Address, told: &Address) -> bool {
    let (Some(street), None, Some(first)) = (&seen.line1, &seen.line2, &told.line1) else { return false };
    match (street.strip_prefix(first.as_str()), &told.line2) {
        (Some(rest), None) => rest.is_empty(),
        (Some(rest), Some(second)) => rest
            .strip_suffix(second.as_str())
            .is_some_and(|between| !between.is_empty() && !between.contains(char::is_alphanumeric)),
        (None, _) => false,
    }
}

/// An address without a state stays without one, and is never an empty text.
pub async fn what_is_missing_is_missing(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let mut house = property_of("Stateless", &[]);
    house.address.state = None;
    bench.far.add_property(&house).await?;
    let found = bench.property("Stateless").await?;
    same("a state that the platform does not have", &found.address.state, &None)?;
    same("a second line that the platform does not have", &found.address.line2, &None)
}

async fn listed(bench: &Bench, window: Window) -> Result<Vec<Property>, Stop> {
    Ok(records(rows(bench.platform.properties(window)).await?))
}
