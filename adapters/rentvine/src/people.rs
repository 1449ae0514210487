//! Users and portfolios. There is no list of the staff; whom a work order can be assigned to is told by the list of
//! maintenance technicians, of which nothing but the path is known, or by the settings.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use latchel_sync_core::model::{GroupId, PropertyGroup, PropertyId, User, UserId};
use latchel_sync_core::{ErrorKind, Result};
use latchel_sync_http::read_row;
use serde_json::Value;

use crate::api::Api;
use crate::properties::{EXPORT, STANDINGS};
use crate::wire::{self, Technician};

pub(crate) const TECHNICIANS: &str = "maintenance-technicians";
const PORTFOLIOS: &str = "portfolios";

/// The technicians, and the users that the settings name; whether one of these is active is told by the technicians.
pub(crate) async fn users(api: &Api, more: &BTreeMap<String, String>) -> Result<Vec<User>> {
    let user = |name: &String, id: &String| User { id: UserId::new(id), name: name.clone(), is_active: true };
    let mut users: Vec<_> = more.iter().map(|(name, id)| user(name, id)).collect();
    let technicians = api.short(TECHNICIANS).all().await?;
    for technician in technicians.iter().filter_map(technician) {
        match users.iter_mut().find(|known| known.id == technician.id) {
            Some(known) => known.is_active = technician.is_active,
            None => users.push(technician),
        }
    }
    Ok(users)
}

/// The user that a row tells of, bare or in an envelope of any name. One who has no user id cannot be assigned.
fn technician(row: &Value) -> Option<User> {
    let envelopes = row.as_object()?.values().filter(|value| value.is_object());
    let parts: Vec<Technician> =
        std::iter::once(row).chain(envelopes).filter_map(|part| read_row(part).ok()).collect();
    let one = parts.into_iter().next()?;
    let whole = one.name.unwrap_or_else(|| {
        let parts = [one.first_name, one.last_name];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    Some(User { id: UserId::new(one.user), name: whole, is_active: one.is_active.unwrap_or(true) })
}

/// The portfolios that have properties; one that cannot be read by itself is known by its id.
pub(crate) async fn portfolios(api: &Api) -> Result<Vec<PropertyGroup>> {
    let mut properties: BTreeMap<String, Vec<PropertyId>> = BTreeMap::new();
    for standing in STANDINGS {
        let mut pages = api.list(EXPORT, vec![standing.filter()]).whole();
        while let Some(page) = pages.try_next().await? {
            let read = page.iter().filter_map(|row| wire::read::<wire::Property>(row, "property").ok());
            for property in read {
                if let Some(portfolio) = property.portfolio {
                    properties.entry(portfolio).or_default().push(PropertyId::new(property.id));
                }
            }
        }
    }
    let rows = match api.short(PORTFOLIOS).all().await {
        Ok(rows) => rows,
        // The list is in no document.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden) => Vec::new(),
        Err(error) => return Err(error),
    };
    let portfolios = rows.iter().filter_map(|row| wire::read::<wire::Portfolio>(row, "portfolio").ok());
    let names: BTreeMap<_, _> = portfolios.filter_map(|one| Some((one.id, one.name?))).collect();
    let group = |(id, properties): (String, _)| {
        let name = names.get(&id).cloned().unwrap_or_else(|| format!("Portfolio {id}"));
        PropertyGroup { id: GroupId::new(id), name, properties }
    };
    Ok(properties.into_iter().map(group).collect())
}
