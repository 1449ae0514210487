//! Tenants with their leases as residents. When somebody comes and goes is said by the leases. That they say when they were
//! changed is known from one client alone, and not that a list can be narrowed by it, so that every run reads both lists
//! whole and compares by content; the time decides only where nothing is remembered. Tenants come in the order of their ids:
//! the leases of one page of them are those of one span of ids.

use std::collections::{BTreeMap, BTreeSet};

use async_stream::try_stream;
use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Fingerprint, Freshness, InvalidRecord, PropertyId, Resident, ResidentId, ResidentRef, Row, Tenancy,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::{instant_of, number_in};
use latchel_sync_http::{List, Unreadable, looked_up, read_row};
use serde_json::{Value, json};

use crate::api::{AT_ONCE, Api, PAGE, Resource};
use crate::filters::Filters;
use crate::properties::reference;
use crate::wire::{Lease, Tenant};

pub(crate) const TENANTS: Resource = Resource {
    path: "Tenants",
    fields: "TenantID,Name,FirstName,LastName,Status,UpdateDate,Contacts",
    embeds: "Contacts",
};
pub(crate) const LEASES: Resource = Resource { path: "Leases", fields: "", embeds: "" };

/// A tenant and the property where they live.
type Pair = (i64, i64);

pub(crate) fn all(api: &Api, zone: Tz) -> Pages<'_, Resident> {
    try_stream! {
        let tenants = api.list(TENANTS, &Filters::default()).pages();
        let mut residents = looked_up((PAGE, AT_ONCE), tenants, |page| with_leases(api.clone(), zone, page));
        while let Some(page) = residents.try_next().await? {
            yield page;
        }
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, zone: Tz, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
    let pair = |id: &ResidentRef| Ok((api.number(id.resident.as_str())?, api.number(id.property.as_str())?));
    let pairs: BTreeSet<Pair> = ids.iter().map(pair).collect::<Result<_>>()?;
    let tenants: BTreeSet<i64> = pairs.iter().map(|(tenant, _)| *tenant).collect();
    let wanted: BTreeSet<String> = pairs.into_iter().map(|pair| resident_ref(pair).key()).collect();
    let mut found = Vec::new();
    let mut pages = api.among(TENANTS, "TenantID", &tenants, List::whole);
    while let Some(page) = pages.try_next().await? {
        found.extend(with_leases(api.clone(), zone, page).await?);
    }
    found.retain(|row| match row {
        Row::Record(resident) => wanted.contains(&resident.id.key()),
        Row::Invalid(invalid) => wanted.contains(&invalid.id),
        Row::Hint { .. } | Row::NotSupported { .. } => false,
    });
    Ok(found)
}

/// A page of tenants as residents; one without a lease is none yet.
async fn with_leases(api: Api, zone: Tz, page: Vec<Value>) -> Result<Vec<Row<Resident>>> {
    let mut out = Vec::new();
    let mut tenants = BTreeMap::new();
    for row in &page {
        match number_in(row, "TenantID") {
            Some(id) => drop(tenants.insert(id, read_row::<Tenant>(row))),
            None => out.push(Row::Invalid(Unreadable::missing("TenantID", row).of_row("tenant", None, row))),
        }
    }
    let ids: BTreeSet<i64> = tenants.keys().copied().collect();
    let mut stays = BTreeMap::new();
    let mut leases = api.among(LEASES, "TenantID", &ids, List::whole);
    while let Some(page) = leases.try_next().await? {
        out.extend(page.iter().filter_map(|row| take(&mut stays, row)).map(Row::Invalid));
    }
    out.extend(stays.into_iter().filter_map(|(pair, stay)| {
        let tenant = tenants.get(&pair.0)?;
        Some(resident(pair, tenant.as_ref(), stay, zone))
    }));
    Ok(out)
}

/// Tenancies by the leases of one tenant at one property, with the last change of a lease; without one of them a resident
/// would be moved out.
type Stay = Result<(Vec<Tenancy>, Option<NaiveDateTime>), Unreadable>;

/// Takes in a lease; returns what cannot be understood and tells of nobody.
fn take(stays: &mut BTreeMap<Pair, Stay>, row: &Value) -> Option<InvalidRecord> {
    match read_row::<Lease>(row) {
        Ok(lease) => {
            let stay =
                stays.entry((lease.tenant_id, lease.property_id)).or_insert_with(|| Ok((Vec::new(), None)));
            if let Ok((tenancies, changed)) = stay {
                tenancies.push(tenancy(&lease));
                *changed = lease.changed().max(*changed);
            }
            None
        }
        Err(bad) => match (number_in(row, "TenantID"), number_in(row, "PropertyID")) {
            (Some(tenant), Some(property)) => {
                stays.insert((tenant, property), Err(bad));
                None
            }
            _ => Some(bad.of_row("lease", None, row)),
        },
    }
}

/// A move-out that is only expected is one to come, and as such the day by which the resident is to leave.
fn tenancy(lease: &Lease) -> Tenancy {
    Tenancy {
        unit: reference(lease.property_id, lease.unit_id).unit,
        move_in: lease.move_in_date,
        move_out: lease.move_out_date.or(lease.expected_move_out_date),
    }
}

fn resident(pair: Pair, tenant: Result<&Tenant, &Unreadable>, stay: Stay, zone: Tz) -> Row<Resident> {
    let id = resident_ref(pair);
    let (tenant, (mut tenancies, changed)) = match (tenant, stay) {
        (Ok(tenant), Ok(stay)) => (tenant, stay),
        (Err(bad), _) => return Row::Invalid(bad.clone().of(id.key())),
        (_, Err(bad)) => return Row::Invalid(bad.of(id.key())),
    };
    if let Some(field) = keep_dated(tenant, &mut tenancies) {
        let problem =
            "the tenant is not one of today by the status, and no lease has a date that says so".to_owned();
        return Row::Invalid(Unreadable { field: field.to_owned(), problem }.of(id.key()));
    }
    // One lease may come twice.
    tenancies.sort();
    tenancies.dedup();
    let (name, email, phone) = (tenant.full_name(), tenant.email(), tenant.phone());
    let fingerprint = Fingerprint::of(&json!([name, email, phone, tenancies]));
    let at_least = tenant.update_date.max(changed).and_then(|local| instant_of(local, &zone));
    let freshness = Freshness::Fingerprint { fingerprint, at_least };
    Row::Record(Resident { id, name, email, phone, tenancies, freshness })
}

/// Leaves out the leases that would count as ones of today against the tenant's status, for want of a date. Returns the date that
/// is wanted where none is left.
fn keep_dated(tenant: &Tenant, tenancies: &mut Vec<Tenancy>) -> Option<&'static str> {
    let (date, field): (fn(&Tenancy) -> Option<NaiveDate>, _) = match tenant.status.as_deref() {
        Some("Past") => (|stay| stay.move_out, "MoveOutDate"),
        Some("Future") => (|stay| stay.move_in, "MoveInDate"),
        _ => return None,
    };
    tenancies.retain(|stay| date(stay).is_some());
    tenancies.is_empty().then_some(field)
}

fn resident_ref((tenant, property): Pair) -> ResidentRef {
    ResidentRef::new(ResidentId::new(tenant.to_string()), PropertyId::new(property.to_string()))
}
