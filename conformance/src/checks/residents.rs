//! [`Platform::residents`](latchel_sync_core::Platform::residents).

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use latchel_sync_core::model::{Resident, Row, Tenancy, Window};

use crate::bench::{Bench, EVERYTHING, property_of, records, rows};
use crate::expect::{ensure, same};
use crate::far_side::{Ground, Setup};
use crate::records::{ResidentChange, Stay};
use crate::report::{Stop, Verdict};

/// Somebody who moved within one property and has a home in another.
pub async fn one_row_for_each_property(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let tower = bench.far.add_property(&property_of("Tower", &["101", "102"])).await?;
    let house = bench.far.add_property(&property_of("House", &[])).await?;
    let stay = |property: &_, unit: Option<&_>, from: i64, to: Option<i64>| Stay {
        property: Clone::clone(property),
        unit: unit.cloned(),
        move_in: bench.today() - TimeDelta::days(from),
        move_out: to.map(|days| bench.today() - TimeDelta::days(days)),
    };
    let mut mover = bench.resident("Mover");
    mover.stays = vec![
        stay(&tower.property, tower.units.first(), 400, Some(100)),
        stay(&tower.property, tower.units.last(), 100, None),
        stay(&house.property, None, 50, None),
    ];
    bench.far.add_resident(&mover).await?;
    let all: Vec<_> = records(rows(bench.platform.residents(EVERYTHING)).await?);
    let all: Vec<_> = all.into_iter().filter(|one: &Resident| one.name.contains("Mover")).collect();
    let days = |stay: &Stay| bench.dates(stay);
    let listed: BTreeSet<_> = all.iter().flat_map(|one| &one.tenancies).map(dates).collect();
    if all.len() == 2 && listed == mover.stays[1..].iter().map(days).collect() {
        return Err(Stop::no_notion("its lists leave out stays that have ended"));
    }
    let units: BTreeSet<_> = all.iter().flat_map(|one| &one.tenancies).map(|one| one.unit.clone()).collect();
    same("the number of different units, none among them", &units.len(), &3)?;
    let residents: BTreeSet<_> = all.iter().map(|one| &one.id.resident).collect();
    if residents.len() == mover.stays.len() {
        let mut found: Vec<_> = all.iter().flat_map(|one| &one.tenancies).map(dates).collect();
        found.sort();
        let mut expected: Vec<_> = mover.stays.iter().map(days).collect();
        expected.sort();
        same("the days of the tenancies", &found, &expected)?;
        return Err(Stop::no_notion("its residents are stays: who moves is another resident"));
    }
    same("the number of residents that somebody who moved is", &residents.len(), &1)?;
    same("the number of rows of somebody who lives at two properties", &all.len(), &2)?;
    let mut found: Vec<BTreeSet<_>> =
        all.iter().map(|one| one.tenancies.iter().map(dates).collect()).collect();
    found.sort();
    let mut expected = vec![
        mover.stays[..2].iter().map(days).collect::<BTreeSet<_>>(),
        mover.stays[2..].iter().map(days).collect(),
    ];
    expected.sort();
    same("the days of the tenancies at each property", &found, &expected)
}

fn dates(tenancy: &Tenancy) -> (Option<NaiveDate>, Option<NaiveDate>) {
    (tenancy.move_in, tenancy.move_out)
}

/// A tenancy ends, or a resident is renamed, long after both were made.
pub async fn each_change_alone_brings_the_resident(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.far.set_clock(bench.now - TimeDelta::days(30)).await?;
    let leaving = bench.far.add_resident(&bench.resident("Leaving")).await?;
    let renamed = bench.far.add_resident(&bench.resident("Before")).await?;
    bench.far.set_clock(bench.now).await?;
    let day = bench.today() + TimeDelta::days(20);
    bench.far.change_resident(&leaving, &ResidentChange::MoveOut(day)).await?;
    bench.far.change_resident(&renamed, &ResidentChange::Rename("Afterwards".to_owned())).await?;
    let window = Window { from: bench.now - TimeDelta::hours(1) };
    let listed = rows(bench.platform.residents(window)).await?;
    let of = |name: &str| {
        listed.iter().find_map(|row| match row {
            Row::Record(one) if one.name.contains(name) => Some(one),
            _ => None,
        })
    };
    ensure!(of("Afterwards").is_some(), "a resident who changed alone must be in the list");
    let able = bench.platform.capabilities();
    let Some(left) = of("Leaving") else {
        if !able.move_out {
            return Err(Stop::no_notion("its tenancies have no move-out dates"));
        }
        return Err(Stop::failed("a tenancy that changed alone must bring its resident, and does not"));
    };
    if able.move_out {
        let outs: Vec<_> = left.tenancies.iter().map(|one| one.move_out).collect();
        same("the move-out of a tenancy that just got one", &outs[..], &[Some(day)])?;
    }
    Ok(())
}

/// Name and e-mail arrive, the cell phone rather than the one at home, and the unit of the place.
pub async fn contact_data_arrives(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let mut kim = bench.resident("Contact");
    kim.email = "kim.contact@example.com".to_owned();
    bench.far.add_resident(&kim).await?;
    let found = bench.resident_named("Contact").await?;
    same("the name", found.name.as_str(), "Kim Contact")?;
    same("the e-mail address", &found.email, &Some(kim.email.clone()))?;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let phone = found.phone.as_deref().map(digits);
    same("the digits of the primary phone", &phone, &Some(digits(&kim.cell_phone)))?;
    let home = bench.home_ref().await?;
    same("the property", &found.id.property, &home.property)?;
    let units: Vec<_> = found.tenancies.iter().map(|one| one.unit.clone()).collect();
    same("the units", &units[..], &[home.unit])
}

/// Days at the turn of a year, for accounts on either side of the date line.
pub async fn days_pass_no_time_zone(setup: &dyn Setup) -> Verdict {
    for time_zone in [chrono_tz::Pacific::Honolulu, chrono_tz::UTC, chrono_tz::Pacific::Auckland] {
        let bench = Bench::on(setup, Ground { time_zone, ..Ground::default() }).await?;
        let able = bench.platform.capabilities();
        if !able.move_in && !able.move_out {
            return Err(Stop::no_notion("its tenancies have no dates"));
        }
        let day = |text: &str| text.parse::<NaiveDate>().map_err(|error| Stop::failed(error.to_string()));
        let mut kim = bench.resident("Dated");
        kim.stays[0].move_in = day("2025-01-01")?;
        kim.stays[0].move_out = Some(day("2026-12-31")?);
        bench.far.add_resident(&kim).await?;
        let found = bench.resident_named("Dated").await?;
        let seen: Vec<_> = found.tenancies.iter().map(dates).collect();
        let expected = [bench.dates(&kim.stays[0])];
        same(&format!("the days of a tenancy (account in {time_zone})"), &seen[..], &expected)?;
    }
    Ok(())
}
