//! Tests of the check of addresses: with a platform that has fewer or shorter ones, and with an adapter that loses
//! some.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_conformance::memory::MemorySetup;
use latchel_sync_conformance::records::{Added, NewProperty};
use latchel_sync_conformance::{Able, FarSide, Gap, Ground, Setup, Stop, Verdict, checks};
use latchel_sync_core::Platform;
use latchel_sync_core::model::Address;
use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    let trial =
        |name: &str, test: fn() -> Result<(), Failed>| Trial::test(format!("addresses::{name}"), test);
    vec![
        trial("what_the_platform_does_not_have_is_no_failure", no_notion),
        trial("what_the_adapter_loses_is_one", lost),
    ]
}

fn no_notion() -> Result<(), Failed> {
    let units = "its units have no addresses of their own";
    let second = "its addresses have no second line";
    let cases: [(&str, Change, &str); 5] = [
        ("no addresses of units", of_the_property, units),
        ("one line", |new| each(new, |address| join(address, ", ")), second),
        ("one line, broken", |new| each(new, |address| join(address, "\n")), second),
        ("one line, spaced", |new| each(new, |address| join(address, " ")), second),
        ("neither", |new| each(of_the_property(new), |address| join(address, ", ")), units),
    ];
    for (what, change, expected) in cases {
        let verdict = verdict(change)?;
        if verdict != Err(Stop::NotChecked(Gap::Platform(expected.to_owned()))) {
            return Err(format!("{what}: {verdict:?}").into());
        }
    }
    Ok(())
}

fn lost() -> Result<(), Failed> {
    let cases: [(&str, Change, &str); 8] = [
        ("the second lines", |new| each(new, |address| address.line2 = None), "second line"),
        ("the first lines", |new| each(new, |address| address.line1 = address.line2.take()), "street"),
        ("what is between the lines", |new| each(new, |address| join(address, "")), "street"),
        ("one second line", |new| first_unit(new, |address| address.line2 = None), "second line"),
        ("one unit's address", |new| first_unit(new, |address| *address = Address::default()), "street"),
        ("the cities", |new| each(new, |address| address.city = None), "city"),
        ("the cities of a platform with one line", |new| each(new, lose_city_and_join), "city"),
        (
            "the property's second line, shown for its units",
            |new| each(of_the_property(new), |address| address.line2 = None),
            "street",
        ),
    ];
    for (what, change, part) in cases {
        match verdict(change)? {
            Err(Stop::Failed(why)) if why.contains(part) => {}
            other => return Err(format!("{what} are lost: {other:?}").into()),
        }
    }
    match verdict(|new| new)? {
        Ok(()) => Ok(()),
        other => Err(format!("nothing is lost: {other:?}").into()),
    }
}

/// Change of a property on its way to the engine.
type Change = fn(NewProperty) -> NewProperty;

fn of_the_property(mut new: NewProperty) -> NewProperty {
    new.units.iter_mut().for_each(|unit| unit.address = new.address.clone());
    new
}

fn each(mut new: NewProperty, change: fn(&mut Address)) -> NewProperty {
    change(&mut new.address);
    new.units.iter_mut().for_each(|unit| change(&mut unit.address));
    new
}

fn first_unit(mut new: NewProperty, change: fn(&mut Address)) -> NewProperty {
    new.units.iter_mut().take(1).for_each(|unit| change(&mut unit.address));
    new
}

fn join(address: &mut Address, between: &str) {
    if let Some(second) = address.line2.take() {
        address.line1 = address.line1.take().map(|first| first + between + &second);
    }
}

fn lose_city_and_join(address: &mut Address) {
    address.city = None;
    join(address, ", ");
}

/// Result of the check of addresses when properties arrive with this change.
fn verdict(change: Change) -> Result<Verdict, Failed> {
    let check = checks().into_iter().find(|check| check.name == "properties::names_and_address_arrive");
    let check = check.ok_or("there is no such check")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(check.run(&Changed(change))).verdict)
}

struct Changed(Change);

#[async_trait]
impl Setup for Changed {
    fn subject(&self) -> String {
        "the platform in memory with other addresses".to_owned()
    }

    async fn fresh(&self, ground: Ground) -> Able<Box<dyn FarSide>> {
        let inner = MemorySetup.fresh(ground).await?;
        Ok(Box::new(ChangedFarSide { inner, change: self.0 }))
    }
}

struct ChangedFarSide {
    inner: Box<dyn FarSide>,
    change: Change,
}

#[async_trait]
impl FarSide for ChangedFarSide {
    fn platform(&self) -> Arc<dyn Platform> {
        self.inner.platform()
    }

    fn secrets(&self) -> Vec<String> {
        self.inner.secrets()
    }

    async fn now(&self) -> DateTime<Utc> {
        self.inner.now().await
    }

    async fn set_clock(&self, now: DateTime<Utc>) -> Able<()> {
        self.inner.set_clock(now).await
    }

    async fn add_property(&self, new: &NewProperty) -> Able<Added> {
        self.inner.add_property(&(self.change)(new.clone())).await
    }
}
