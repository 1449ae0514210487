//! The checks of a live account. Nothing that stands in a record goes into what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::TimeDelta;
use futures::future::BoxFuture;
use latchel_sync_core::model::{JobId, Marker, PropertyRef, Reach, ResidentRef, Row, Window, WorkOrderId};
use latchel_sync_core::{ChangeFilter, FindingLevel, Pages};
use serde_json::Value;

use super::facts::Facts;
use super::private::field;
use super::reader::Sample;
use super::{Live, records};
use crate::expect::ensure;
use crate::report::{Stop, Verdict};

/// Number of records of each kind that are looked up by id.
const LOOKED_UP: usize = 3;
/// Number of records from which on a field that none of them has is taken to be misread.
const TELLING: usize = 20;
/// A work order of Latchel that there will never be.
const NEVER: JobId = JobId(9_007_199_254_740_991);

/// The one check that is made of a platform that does not answer.
const CONNECTION: &str = "check::finds_nothing_wrong";

/// One check of a live account.
#[derive(Clone, Copy)]
pub struct LiveCheck {
    /// Its name.
    pub name: &'static str,
    /// The sentence of [`Platform`](latchel_sync_core::Platform)'s documentation that it checks.
    pub behavior: &'static str,
    run: for<'a> fn(&'a Live) -> BoxFuture<'a, Verdict>,
}

impl LiveCheck {
    pub(crate) async fn run(&self, live: &Live) -> Verdict {
        if live.is_down && self.name != CONNECTION {
            return Err(Stop::no_notion("the platform does not answer"));
        }
        (self.run)(live).await
    }
}

impl fmt::Debug for LiveCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveCheck").field("name", &self.name).finish_non_exhaustive()
    }
}

macro_rules! table {
    ($($name:expr, $behavior:literal: $run:expr;)*) => {
        vec![$(LiveCheck { name: $name, behavior: $behavior, run: |live| Box::pin($run(live)) }),*]
    };
}

pub(super) fn all() -> Vec<LiveCheck> {
    table! {
        CONNECTION,
        "What is wrong becomes a finding with a remedy; `Err` is for the platform not answering at all.": connection;
        "every_call::no_credential_is_shown",
        "No error, log line or `Debug` output holds a credential.": secrecy;
        "every_call::properties_are_understood",
        "A row that cannot be understood becomes `Row::Invalid` and names its field; it never fails the page.":
            async |live: &Live| understood(&live.properties);
        "every_call::residents_are_understood",
        "A row that cannot be understood becomes `Row::Invalid` and names its field; it never fails the page.":
            async |live: &Live| understood(&live.residents);
        "every_call::work_orders_are_understood",
        "A row that cannot be understood becomes `Row::Invalid` and names its field; it never fails the page.":
            async |live: &Live| understood(&live.work_orders);
        "every_list::properties_of_tomorrow",
        "What is older is left out as far as `ChangeFilter` says, and never said to be filtered by the instant.":
            properties_of_tomorrow;
        "every_list::residents_of_tomorrow",
        "What is older is left out as far as `ChangeFilter` says, and never said to be filtered by the instant.":
            residents_of_tomorrow;
        "every_list::work_orders_of_tomorrow",
        "What is older is left out as far as `ChangeFilter` says, and never said to be filtered by the instant.":
            work_orders_of_tomorrow;
        "every_look_up::properties_are_as_in_the_list",
        "Finds what the list has, with the same content.": properties_by_id;
        "every_look_up::residents_are_as_in_the_list",
        "Finds what the list has, with the same content.": residents_by_id;
        "every_look_up::work_orders_are_as_in_the_list",
        "Finds what the list has, with the same content.": work_orders_by_id;
        "properties::names_and_addresses_arrive",
        "Each has the names and the address that the platform has; a unit's own address wins over its property's.":
            async |live: &Live| arrive(&live.properties, &["name", "street", "city", "state", "postal code"]);
        "residents::contact_data_arrives",
        "Each has the name, the e-mail address and the primary phone that the platform has.":
            async |live: &Live| arrive(&live.residents, &["name", "e-mail", "phone"]);
        "residents::days_arrive",
        "One row for each resident and property, with all tenancies there.":
            async |live: &Live| arrive(&live.residents, &["move-in"]);
        "work_orders::content_arrives",
        "Each has the number, title, description, place and requester that the platform has.":
            async |live: &Live| arrive(&live.work_orders, &["number", "description"]);
        "work_orders::places_are_known",
        "Each has the number, title, description, place and requester that the platform has.": places;
        "users::whoever_is_assigned_is_a_user",
        "Every user that a work order can be assigned to, and inactive ones where the platform lists them; no vendors.": users;
        "property_groups::as_the_capabilities_say",
        "Each with the properties in it; none where the platform has no groups.": groups;
        "reach::one_answer_for_each",
        "One answer for each property, in their order; unknown where the platform does not tell.": reach;
        "find_by_marker::none_carries_what_was_never_used",
        "None, one, or several if something went wrong.": marker;
    }
}

async fn connection(live: &Live) -> Verdict {
    let probe = live.probe.as_ref().map_err(Clone::clone)?;
    let wrong = probe.findings.iter().filter(|one| one.level == FindingLevel::Error);
    let (told, untold): (Vec<_>, Vec<_>) = wrong.partition(|one| !one.remedy.is_empty());
    ensure!(untold.is_empty(), "{} findings have no remedy", untold.len());
    let subjects: Vec<_> = told.iter().map(|one| one.subject.as_str()).collect();
    ensure!(told.is_empty(), "`latchel-sync check` shows what is wrong with: {}", subjects.join(", "));
    Ok(())
}

async fn secrecy(live: &Live) -> Verdict {
    let shown = live.reader.shown();
    let secret =
        live.confidential.secrets.iter().any(|secret| !secret.is_empty() && shown.contains(secret.as_str()));
    ensure!(!secret, "the adapter's `Debug` output holds a secret");
    Ok(())
}

/// The rows of a list that could be read.
fn read<T>(sample: &Result<Sample<T>, Stop>) -> Result<&[Row<T>], Stop> {
    let unread = |_: &Stop| Stop::no_notion("the list could not be read");
    sample.as_ref().map(|sample| sample.rows.as_slice()).map_err(unread)
}

fn understood<T>(sample: &Result<Sample<T>, Stop>) -> Verdict {
    let rows = &sample.as_ref().map_err(Clone::clone)?.rows;
    let mut wrong = BTreeMap::<_, usize>::new();
    for row in rows {
        if let Row::Invalid(invalid) = row {
            *wrong.entry(field(&invalid.field)).or_default() += 1;
        }
    }
    let told: Vec<_> = wrong.iter().map(|(field, count)| format!("{field} in {count}")).collect();
    ensure!(
        wrong.is_empty(),
        "of {} rows some cannot be understood, by field: {}",
        rows.len(),
        told.join(", ")
    );
    Ok(())
}

async fn properties_of_tomorrow(live: &Live) -> Verdict {
    tomorrow(live, live.reader.capabilities().properties_since, |window| live.reader.properties(window)).await
}

async fn residents_of_tomorrow(live: &Live) -> Verdict {
    tomorrow(live, live.reader.capabilities().residents_since, |window| live.reader.residents(window)).await
}

async fn work_orders_of_tomorrow(live: &Live) -> Verdict {
    tomorrow(live, live.reader.capabilities().work_orders_since, |window| live.reader.work_orders(window))
        .await
}

/// Reads the list of a window that begins in two days: nothing has changed in it yet, in whatever time zone.
async fn tomorrow<'a, T>(
    live: &'a Live,
    filter: ChangeFilter,
    list: impl FnOnce(Window) -> Pages<'a, T>,
) -> Verdict {
    if filter == ChangeFilter::None {
        return Err(Stop::no_notion("the list cannot be narrowed"));
    }
    let window = Window { from: live.extent.now + TimeDelta::days(2) };
    let sample = live.reader.sample(list(window), 1).await?;
    ensure!(
        sample.rows.is_empty(),
        "{} rows are said to have changed in two days from now: the platform does not heed the filter",
        sample.rows.len()
    );
    Ok(())
}

async fn properties_by_id(live: &Live) -> Verdict {
    let ids: Vec<_> = records(read(&live.properties)?).take(LOOKED_UP).map(|one| one.id.clone()).collect();
    let key = |one: &latchel_sync_core::model::Property| one.id.key();
    same_by_id(read(&live.properties)?, key, &live.reader.properties_by_id(&ids).await?)?;
    nothing(live.reader.properties_by_id(&[]).await?)
}

async fn residents_by_id(live: &Live) -> Verdict {
    let ids: Vec<ResidentRef> =
        records(read(&live.residents)?).take(LOOKED_UP).map(|one| one.id.clone()).collect();
    let key = |one: &latchel_sync_core::model::Resident| one.id.key();
    same_by_id(read(&live.residents)?, key, &live.reader.residents_by_id(&ids).await?)?;
    nothing(live.reader.residents_by_id(&[]).await?)
}

async fn work_orders_by_id(live: &Live) -> Verdict {
    let ids: Vec<WorkOrderId> =
        records(read(&live.work_orders)?).take(LOOKED_UP).map(|one| one.id.clone()).collect();
    let key = |one: &latchel_sync_core::model::WorkOrder| one.id.to_string();
    same_by_id(read(&live.work_orders)?, key, &live.reader.work_orders_by_id(&ids).await?)?;
    nothing(live.reader.work_orders_by_id(&[]).await?)
}

fn nothing<T>(found: Vec<Row<T>>) -> Verdict {
    ensure!(found.is_empty(), "no ids must find nothing, and find {} rows", found.len());
    Ok(())
}

/// Checks that the first records of a list are the same when found by id, except for the stamps of their changes.
fn same_by_id<T: serde::Serialize>(
    listed: &[Row<T>],
    key: impl Fn(&T) -> String,
    found: &[Row<T>],
) -> Verdict {
    let wanted: Vec<_> = records(listed).take(LOOKED_UP).collect();
    if wanted.is_empty() {
        return Err(Stop::no_notion("the list has no record"));
    }
    let found: BTreeMap<_, _> = records(found).map(|record| (key(record), record)).collect();
    let mut different = BTreeSet::new();
    let mut missing = 0;
    for record in &wanted {
        match found.get(&key(record)) {
            Some(other) => different.extend(differences(record, other)),
            None => missing += 1,
        }
    }
    ensure!(missing == 0, "of {} records of the list {missing} are not found by id", wanted.len());
    let different: Vec<_> = different.into_iter().collect();
    ensure!(different.is_empty(), "by id these are not as in the list: {}", different.join(", "));
    Ok(())
}

/// The fields in which two records differ, except for the stamps of their changes.
fn differences<T: serde::Serialize>(one: &T, other: &T) -> Vec<String> {
    let value = |record: &T| serde_json::to_value(record).unwrap_or_default();
    let (one, other) = (value(one), value(other));
    let fields = one.as_object().into_iter().flatten();
    let differs = |(name, value): &(&String, &Value)| *name != "freshness" && other.get(*name) != Some(value);
    fields.filter(differs).map(|(name, _)| name.clone()).collect()
}

/// Checks that none of the fields is missing from every record.
fn arrive<T: Facts>(sample: &Result<Sample<T>, Stop>, fields: &[&str]) -> Verdict {
    let rows = read(sample)?;
    let count = records(rows).count();
    if count < TELLING {
        return Err(Stop::no_notion(format!("{count} records are too few to tell")));
    }
    let filled: BTreeSet<_> = records(rows)
        .flat_map(Facts::filled)
        .filter_map(|(field, is_there)| is_there.then_some(field))
        .collect();
    let missing: Vec<_> = fields.iter().copied().filter(|field| !filled.contains(field)).collect();
    ensure!(missing.is_empty(), "none of {count} records has: {}", missing.join(", "));
    Ok(())
}

async fn places(live: &Live) -> Verdict {
    let work_orders = records(read(&live.work_orders)?).take(LOOKED_UP);
    let places: BTreeSet<PropertyRef> = work_orders.map(|one| one.property.clone()).collect();
    if places.is_empty() {
        return Err(Stop::no_notion("the list has no record"));
    }
    let places: Vec<_> = places.into_iter().collect();
    let rows = live.reader.properties_by_id(&places).await?;
    let found: BTreeSet<_> = records(&rows).map(|one| &one.id).collect();
    let lost = places.iter().filter(|place| !found.contains(place)).count();
    ensure!(lost == 0, "of {} places of work orders {lost} are not found among the properties", places.len());
    Ok(())
}

async fn users(live: &Live) -> Verdict {
    let users = live.users.as_ref().map_err(Clone::clone)?;
    let ids: BTreeSet<_> = users.iter().map(|user| &user.id).collect();
    ensure!(ids.len() == users.len(), "{} users have {} ids", users.len(), ids.len());
    let assigned: BTreeSet<_> =
        records(read(&live.work_orders)?).flat_map(|one| &one.assigned_users).collect();
    let unknown = assigned.iter().filter(|id| !ids.contains(*id)).count();
    ensure!(unknown == 0, "of {} users with work orders {unknown} are not listed", assigned.len());
    Ok(())
}

async fn groups(live: &Live) -> Verdict {
    let groups = live.reader.property_groups().await?;
    let able = live.reader.capabilities().property_groups;
    ensure!(able || groups.is_empty(), "there are none by the capabilities, and {} are listed", groups.len());
    let ids: BTreeSet<_> = groups.iter().map(|group| &group.id).collect();
    ensure!(ids.len() == groups.len(), "{} groups have {} ids", groups.len(), ids.len());
    Ok(())
}

async fn reach(live: &Live) -> Verdict {
    let users = live.users.as_ref().map_err(Clone::clone)?;
    let properties: Vec<_> =
        records(read(&live.properties)?).take(LOOKED_UP).map(|one| one.id.property.clone()).collect();
    let Some(user) = users.iter().find(|user| user.is_active).filter(|_| !properties.is_empty()) else {
        return Err(Stop::no_notion("there is no active user, or no property"));
    };
    let answers = live.reader.reach(&user.id, &properties).await?;
    ensure!(
        answers.len() == properties.len(),
        "{} answers for {} properties",
        answers.len(),
        properties.len()
    );
    let told = answers.iter().filter(|one| **one != Reach::Unknown).count();
    let able = live.reader.capabilities().knows_reach;
    ensure!(able || told == 0, "it is not told by the capabilities, and {told} answers tell it");
    Ok(())
}

async fn marker(live: &Live) -> Verdict {
    let found = live.reader.find_by_marker(&Marker::for_job(NEVER)).await?;
    ensure!(found.is_empty(), "{} work orders are found by a marker that was never used", found.len());
    Ok(())
}
