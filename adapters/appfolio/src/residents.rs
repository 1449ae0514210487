//! Tenants as residents. AppFolio has a tenant anew for each occupancy, so that a row is one stay.

use async_stream::try_stream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Freshness, InvalidRecord, PropertyId, Resident, ResidentId, ResidentRef, Row, Tenancy, UnitId, Window,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::{Unreadable, read_row};
use serde_json::Value;

use crate::api::{Api, ID, TENANTS, distinct, row_id, since};
use crate::wire::{Tenant, filled, full_name};

pub(crate) fn changed(api: &Api, window: Window) -> Pages<'_, Resident> {
    try_stream! {
        let mut tenants = api.pages(TENANTS, since(TENANTS, window));
        while let Some(page) = tenants.try_next().await? {
            yield page.iter().map(resident).collect::<Vec<_>>();
        }
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
    let tenants = distinct(ids.iter().map(|id| id.resident.as_str().to_owned()));
    let found = api.by_ids(TENANTS, ID, &tenants).await?;
    let wanted = |row: &Row<Resident>| match row {
        Row::Record(resident) => ids.contains(&resident.id),
        _ => true,
    };
    Ok(found.iter().map(resident).filter(wanted).collect())
}

fn resident(row: &Value) -> Row<Resident> {
    let tenant = match read_row::<Tenant>(row) {
        Ok(tenant) => tenant,
        Err(bad) => return Row::Invalid(bad.of_row("tenant", key(row), row)),
    };
    let Some(property) = tenant.property_id else {
        // Without the field nobody can tell; with nothing in it, there is no property yet.
        if row.get("PropertyId").is_some() {
            let what = "a tenant who has no property yet".to_owned();
            return Row::NotSupported { id: tenant.id, what, fingerprint: None };
        }
        let (field, problem) = ("PropertyId".to_owned(), "missing".to_owned());
        return Row::Invalid(InvalidRecord { id: tenant.id, field, problem });
    };
    // A lease's end is not a move-out: many go on from month to month.
    let stay = Tenancy {
        unit: tenant.unit_id.clone().map(UnitId::new),
        move_in: tenant.move_in_on.or(tenant.lease_start_date),
        move_out: tenant.move_out_on,
    };
    if let Some(field) = undated(tenant.status.as_deref(), &stay) {
        let problem = "the stay is not of today by its status, and has no date that says so".to_owned();
        return Row::Invalid(
            Unreadable { field: field.to_owned(), problem }.of(reference(&tenant.id, &property).key()),
        );
    }
    let name = full_name(tenant.first_name.as_deref(), tenant.last_name.as_deref());
    Row::Record(Resident {
        id: reference(&tenant.id, &property),
        name: filled(Some(name)).or(tenant.company_name).unwrap_or_default(),
        email: tenant.email,
        phone: tenant.phone_number,
        tenancies: vec![stay],
        freshness: Freshness::Filtered,
    })
}

/// The date without which a stay would count as one of today, against its own status.
fn undated(status: Option<&str>, stay: &Tenancy) -> Option<&'static str> {
    match status {
        Some("Past") if stay.move_out.is_none() => Some("MoveOutOn"),
        Some("Future") if stay.move_in.is_none() => Some("MoveInOn"),
        _ => None,
    }
}

/// Whom a row is about, if its two ids can be understood.
pub(crate) fn key(row: &Value) -> Option<String> {
    Some(reference(&row_id(row)?, &id_in(row, "PropertyId")?).key())
}

fn reference(tenant: &str, property: &str) -> ResidentRef {
    ResidentRef::new(ResidentId::new(tenant), PropertyId::new(property))
}
