//! Tenants as residents. The directory has a row for each tenant and occupancy, of current ones; the tickler still names those who
//! have left for a while.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Alias, Fingerprint, Freshness, InvalidRecord, PropertyId, Resident, ResidentId, ResidentRef, Row,
    Tenancy, UnitId,
};
use latchel_sync_core::{ErrorKind, Pages, Result};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::read_row;
use serde_json::{Value, json};

use crate::api::{Api, TENANTS, TICKLER};
use crate::properties;
use crate::wire::{Event, Tenant, first_email, primary_phone};

/// Time for which the tickler is asked about who has left.
const REMEMBERED: TimeDelta = TimeDelta::days(90);
/// The form of days in filters.
const DAY: &str = "%m/%d/%Y";

/// All that the directory has.
pub(crate) fn all(api: &Api) -> Pages<'_, Resident> {
    futures::stream::once(async { Ok(directory(api).await?.into_values().map(row).collect()) }).boxed()
}

/// Those asked for: as the directory has them, and those who have left as the tickler has them.
pub(crate) async fn by_id(api: &Api, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = directory(api).await?;
    let mut wanted: Vec<_> = ids.iter().map(ResidentRef::key).collect();
    let listed = wanted.extract_if(.., |key| all.contains_key(key)).collect::<Vec<_>>();
    let mut found: Vec<_> = listed.iter().filter_map(|key| all.remove(key)).map(row).collect();
    // One of these may be about any of the others.
    found.extend(all.into_values().filter(Result::is_err).map(row));
    if !wanted.is_empty() {
        let mut left = left(api).await?;
        found.extend(wanted.iter().filter_map(|key| left.remove(key)).map(Row::Record));
    }
    Ok(found)
}

/// The AppFolio Stack API's ids of tenants at their properties.
pub(crate) async fn aliases(api: &Api) -> Result<Vec<Alias>> {
    let properties = properties::integration_ids(api).await?;
    let mut aliases = Vec::new();
    let mut pages = api.report(TENANTS, &[]);
    while let Some(page) = pages.try_next().await? {
        for tenant in page.iter().filter_map(|row| read_row::<Tenant>(row).ok()) {
            let other = tenant.integration_id.as_deref().zip(properties.get(&tenant.property));
            let id = reference(&tenant.id, &tenant.property).key();
            aliases.extend(
                other.map(|(tenant, property)| Alias { id, other: reference(tenant, property).key() }),
            );
        }
    }
    Ok(aliases)
}

/// Residents by key, or what is wrong with a row of theirs.
type Directory = BTreeMap<String, Result<Resident, InvalidRecord>>;

async fn directory(api: &Api) -> Result<Directory> {
    let mut all = Directory::new();
    let mut pages = api.report(TENANTS, &[]);
    while let Some(page) = pages.try_next().await? {
        page.iter().for_each(|row| take(&mut all, row));
    }
    Ok(all)
}

/// Takes a row in, beside others of the same resident. One of whom a row cannot be read may live where that row says.
fn take(all: &mut Directory, row: &Value) {
    let ids = id_in(row, "selected_tenant_id").zip(id_in(row, "property_id"));
    let key = ids.map(|(tenant, property)| reference(&tenant, &property).key());
    let tenant = match read_row::<Tenant>(row) {
        Ok(tenant) => tenant,
        Err(bad) => {
            let bad = bad.of_row("tenant", key, row);
            all.insert(bad.id.clone(), Err(bad));
            return;
        }
    };
    let new = resident(&tenant);
    if let Some(field) = undated(&tenant) {
        let problem = "the tenancy is not of today by its status, and has no date that says so".to_owned();
        let bad = InvalidRecord { id: new.id.key(), field: field.to_owned(), problem };
        all.insert(new.id.key(), Err(bad));
        return;
    }
    // One that cannot be read stays unread, whatever its other rows tell.
    if let Ok(known) = all.entry(new.id.key()).or_insert_with(|| Ok(new.clone())) {
        // The rows come in any order, and need not tell the same of one tenant.
        let contact = |one: &Resident| (one.name.clone(), one.email.clone(), one.phone.clone());
        if contact(&new) > contact(known) {
            (known.name, known.email, known.phone) = (new.name, new.email, new.phone);
        }
        known.tenancies.extend(new.tenancies);
        known.tenancies.sort();
        known.tenancies.dedup();
    }
}

/// The date without which a tenancy would count as one of today, against its own status.
fn undated(tenant: &Tenant) -> Option<&'static str> {
    let is = |word| tenant.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case(word));
    let past = (is("past") && tenant.move_out.is_none()).then_some("move_out");
    past.or_else(|| (is("future") && tenant.move_in.is_none()).then_some("move_in"))
}

fn row(resident: Result<Resident, InvalidRecord>) -> Row<Resident> {
    resident.map_or_else(Row::Invalid, |one| Row::Record(stamped(one)))
}

fn stamped(one: Resident) -> Resident {
    let fingerprint = Fingerprint::of(&json!([one.name, one.email, one.phone, one.tenancies]));
    Resident { freshness: Freshness::Fingerprint { fingerprint, at_least: None }, ..one }
}

/// Those whom the tickler names with the dates of their stay, the last stay of each. An account may do without that report.
async fn left(api: &Api) -> Result<BTreeMap<String, Resident>> {
    let day = |after: TimeDelta| (api.now() + after).format(DAY).to_string();
    let (from, to) = (day(-REMEMBERED), day(TimeDelta::days(1)));
    let filters = [("occurred_on_from", from.as_str()), ("occurred_on_to", &to)];
    let rows: Vec<Value> = match api.report(TICKLER, &filters).try_concat().await {
        Ok(rows) => rows,
        Err(error) if error.is_about_the_request() || error.kind() == ErrorKind::Forbidden => {
            tracing::warn!(%error, "who has left stays unknown");
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    let mut events: Vec<Event> = rows.iter().filter_map(|row| read_row(row).ok()).collect();
    events.retain(|event| event.move_in_date.is_some() && event.move_out_date.is_some());
    events.sort_by_key(|event| event.move_out_date);
    let resident = |event: Event| Resident {
        id: reference(&event.tenant_id, &event.property_id),
        name: event.tenant.unwrap_or_default(),
        email: first_email(&event.tenant_email),
        phone: primary_phone(&event.tenant_phone_number),
        tenancies: vec![tenancy(event.unit_id, event.move_in_date, event.move_out_date)],
        freshness: Freshness::Filtered,
    };
    Ok(events.into_iter().map(resident).map(|one| (one.id.key(), stamped(one))).collect())
}

fn resident(tenant: &Tenant) -> Resident {
    Resident {
        id: reference(&tenant.id, &tenant.property),
        name: tenant.name(),
        email: tenant.email(),
        phone: tenant.phone(),
        tenancies: vec![tenancy(tenant.unit.clone(), tenant.move_in, tenant.move_out)],
        freshness: Freshness::Filtered,
    }
}

fn tenancy(unit: Option<String>, move_in: Option<NaiveDate>, move_out: Option<NaiveDate>) -> Tenancy {
    Tenancy { unit: unit.map(UnitId::new), move_in, move_out }
}

fn reference(tenant: &str, property: &str) -> ResidentRef {
    ResidentRef::new(ResidentId::new(tenant), PropertyId::new(property))
}
