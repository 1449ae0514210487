//! Tenants with the dates of their leases as residents.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use async_stream::try_stream;
use futures::{StreamExt, TryStreamExt, stream};
use latchel_sync_core::model::{
    Freshness, InvalidRecord, PropertyId, Resident, ResidentId, ResidentRef, Row, Tenancy, UnitId, Window,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::number_in;
use latchel_sync_http::{ListRow, TextRow, Unreadable, looked_up, read_row};
use serde_json::Value;

use crate::api::{AT_ONCE, Api, PAGE, Query, distinct};
use crate::wire::{Lease, Phone, Tenant, full_name};

pub(crate) const TENANTS: &str = "v1/leases/tenants";
pub(crate) const LEASES: &str = "v1/leases";

/// Tenants at their properties that came by themselves and are remembered, so that their changed leases need not look them up
/// again; a bound on memory.
const REMEMBERED: usize = 100_000;

/// A tenant and a property that a lease of theirs is at.
type Pair = (i64, i64);

/// Changed tenants, then the tenants of other changed leases: neither moves the other's last update.
pub(crate) fn changed(api: &Api, window: Window) -> Pages<'_, Resident> {
    let since: Query = vec![("lastupdatedfrom", window.from.format("%Y-%m-%dT%H:%M:%SZ").to_string())];
    try_stream! {
        let mut came = HashSet::new();
        let mut tenants = api.list(TENANTS, since.clone()).pages_as();
        while let Some(page) = tenants.try_next().await? {
            let page = residents(page);
            let room = REMEMBERED.saturating_sub(came.len());
            came.extend(page.iter().filter_map(pair).take(room));
            yield page;
        }
        let came = Arc::new(came);
        let of_leases = |page| of_leases(api.clone(), page, Arc::clone(&came));
        let mut residents = looked_up((PAGE, AT_ONCE), api.list(LEASES, since).pages(), of_leases);
        while let Some(page) = residents.try_next().await? {
            yield page;
        }
    }
    .boxed()
}

/// The tenant and the property of a resident.
fn pair(row: &Row<Resident>) -> Option<Pair> {
    let Row::Record(Resident { id, .. }) = row else { return None };
    Some((id.resident.as_str().parse().ok()?, id.property.as_str().parse().ok()?))
}

/// Each resident by a call for the tenant, because there is no filter by tenant id; some of them at once.
pub(crate) async fn by_id(api: &Api, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
    let one = |id: ResidentRef| async move { one(api, &id).await };
    stream::iter(ids.to_vec()).map(one).buffered(AT_ONCE).try_concat().await
}

async fn one(api: &Api, id: &ResidentRef) -> Result<Vec<Row<Resident>>> {
    let path = format!("{TENANTS}/{}", api.number(id.resident.as_str())?);
    let tenant = api.find::<Value>(&path).await?.map(TextRow::of_value);
    let mut found = residents(tenant);
    found.retain(|row| !matches!(row, Row::Record(resident) if resident.id != *id));
    Ok(found)
}

/// The tenants on some leases but for those that `came` before, looked up by the leases' units and properties because a lease has
/// only their ids.
async fn of_leases(api: Api, page: Vec<Value>, came: Arc<HashSet<Pair>>) -> Result<Vec<Row<Resident>>> {
    let mut out = Vec::new();
    let mut wanted = HashSet::new();
    let (mut units, mut properties) = (Vec::new(), Vec::new());
    for row in &page {
        match read_row::<Lease>(row) {
            Ok(lease) => {
                let pairs = lease.tenants.iter().flatten().map(|tenant| (tenant.id, lease.property_id));
                let new: Vec<_> = pairs.filter(|pair| !came.contains(pair)).collect();
                if new.is_empty() {
                    continue;
                }
                wanted.extend(new);
                match lease.unit_id.filter(|id| *id > 0) {
                    Some(unit) => units.push(unit),
                    None => properties.push(lease.property_id),
                }
            }
            Err(bad) => out.extend(unreadable("lease", row, &of_lease(row), &bad)),
        }
    }
    let mut tenants = api.by_ids(TENANTS, "unitids", &distinct(units.into_iter())).await?;
    tenants.extend(api.by_ids(TENANTS, "propertyids", &distinct(properties.into_iter())).await?);
    let wanted = |row: &Row<Resident>| match row {
        Row::Record(_) => pair(row).is_some_and(|pair| wanted.contains(&pair)),
        _ => true,
    };
    out.extend(residents(tenants).into_iter().filter(wanted));
    Ok(out)
}

/// One row for each tenant and property, with all stays there; an error where none of them says when it was.
fn residents(page: impl IntoIterator<Item = TextRow<Tenant>>) -> Vec<Row<Resident>> {
    let mut out = Vec::new();
    for row in page {
        let tenant = match row.into_read() {
            Ok(tenant) => tenant,
            Err((bad, row)) => {
                out.extend(unreadable("tenant", &row, &of_tenant(&row), &bad));
                continue;
            }
        };
        let mut stays: BTreeMap<i64, Vec<Tenancy>> = BTreeMap::new();
        for lease in tenant.leases.iter().flatten() {
            stays.entry(lease.property_id).or_default().extend(tenancy(lease, tenant.id));
        }
        out.extend(stays.into_iter().map(|(property, tenancies)| match tenancies.is_empty() {
            true => Row::Invalid(undated().of(reference(tenant.id, property).key())),
            false => Row::Record(resident(&tenant, property, tenancies)),
        }));
    }
    out
}

/// Every resident that a row which cannot be understood is about, or the row itself if nobody can be told.
fn unreadable(what: &str, row: &Value, whom: &[ResidentRef], bad: &Unreadable) -> Vec<Row<Resident>> {
    match whom {
        [] => vec![Row::Invalid(bad.clone().of(InvalidRecord::nameless(what, row)))],
        whom => whom.iter().map(|id| Row::Invalid(bad.clone().of(id.key()))).collect(),
    }
}

/// Whom a lease is about, as far as its ids can be understood.
pub(crate) fn of_lease(row: &Value) -> Vec<ResidentRef> {
    let Some(property) = number_in(row, "PropertyId") else { return Vec::new() };
    let tenants = row.get("Tenants").and_then(Value::as_array).into_iter().flatten();
    tenants.filter_map(|tenant| Some(reference(number_in(tenant, "Id")?, property))).collect()
}

/// A tenant at each property, as far as the ids can be understood.
pub(crate) fn of_tenant(row: &Value) -> Vec<ResidentRef> {
    let Some(tenant) = number_in(row, "Id") else { return Vec::new() };
    let leases = row.get("Leases").and_then(Value::as_array).into_iter().flatten();
    distinct(leases.filter_map(|lease| number_in(lease, "PropertyId")))
        .into_iter()
        .map(|property| reference(tenant, property))
        .collect()
}

fn reference(tenant: i64, property: i64) -> ResidentRef {
    ResidentRef::new(ResidentId::new(tenant.to_string()), PropertyId::new(property.to_string()))
}

/// A lease's end is not a move-out: many go on from month to month. A lease may list a tenant, or a move-out, more than once
/// and in any order: the first day of moving in counts, and the last of moving out. Without that day, the stay of a tenant
/// who has moved out would count as one of today, and says nothing.
fn tenancy(lease: &Lease, tenant: i64) -> Option<Tenancy> {
    let own = || lease.tenants.iter().flatten().filter(|one| one.id == tenant);
    let out = lease.move_out_data.iter().flatten().filter(|one| one.tenant_id == tenant);
    let move_out = out.filter_map(|one| one.move_out_date).max();
    let moved_out = own().next().is_some() && own().all(|one| one.status.as_deref() == Some("MovedOut"));
    (move_out.is_some() || !moved_out).then(|| Tenancy {
        unit: lease.unit_id.filter(|id| *id > 0).map(|id| UnitId::new(id.to_string())),
        move_in: own().filter_map(|one| one.move_in_date).min().or(lease.lease_from_date),
        move_out,
    })
}

fn undated() -> Unreadable {
    let problem = "the tenant has moved out by the status, and no day of moving out says when".to_owned();
    Unreadable { field: "Leases[].MoveOutData[].MoveOutDate".to_owned(), problem }
}

fn resident(tenant: &Tenant, property: i64, tenancies: Vec<Tenancy>) -> Resident {
    Resident {
        id: reference(tenant.id, property),
        name: full_name(tenant.first_name.as_deref(), tenant.last_name.as_deref()),
        email: tenant.email.clone(),
        phone: phone(&tenant.phone_numbers),
        tenancies,
        freshness: Freshness::Filtered,
    }
}

/// The primary phone: cell before home before work before any other.
fn phone(numbers: &[Phone]) -> Option<String> {
    let rank = |phone: &&Phone| match phone.kind.as_deref() {
        Some("Cell") => 0,
        Some("Home") => 1,
        Some("Office") => 2,
        _ => 3,
    };
    let usable = numbers.iter().filter(|phone| phone.number.is_some());
    usable.min_by_key(rank).and_then(|phone| phone.number.clone())
}
