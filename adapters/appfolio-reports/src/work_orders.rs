//! Work orders, open ones alone, with who asked for them looked up by the occupancies.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_stream::try_stream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Fingerprint, Freshness, Marker, PropertyId, PropertyRef, ResidentId, Row, Severity, UnitId, User, UserId,
    WorkOrder, WorkOrderId,
};
use latchel_sync_core::{ErrorKind, Pages, Result};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::read_row;
use serde_json::{Value, json};

use crate::api::{Api, TENANTS, WORK_ORDERS};
use crate::config::{Config, names};
use crate::wire::{self, Tenant};

const ID: &str = "work_order_id";
/// The most of a description's first line that is its title, in characters.
const TITLE: usize = 80;

/// All that the report has.
pub(crate) fn all<'a>(api: &'a Api, config: &'a Config) -> Pages<'a, WorkOrder> {
    try_stream! {
        let mut requesters = None;
        let mut pages = api.report(WORK_ORDERS, &[]);
        while let Some(page) = pages.try_next().await? {
            yield read(api, config, &mut requesters, &page).await?;
        }
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, config: &Config, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
    let wanted: HashSet<&str> = ids.iter().map(WorkOrderId::as_str).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut pages = api.report(WORK_ORDERS, &[]);
    while let Some(page) = pages.try_next().await? {
        // One without an id may be any.
        found.extend(
            page.into_iter().filter(|row| id_in(row, ID).is_none_or(|id| wanted.contains(id.as_str()))),
        );
    }
    read(api, config, &mut None, &found).await
}

/// The users: those that the settings name, and those that open work orders are assigned to.
pub(crate) async fn users(api: &Api, config: &Config) -> Result<Vec<User>> {
    let mut users: BTreeMap<UserId, User> = config.users().map(|user| (user.id.clone(), user)).collect();
    let mut pages = api.report(WORK_ORDERS, &[]);
    while let Some(page) = pages.try_next().await? {
        for wire in page.iter().filter_map(|row| read_row::<wire::WorkOrder>(row).ok()) {
            users.extend(assigned(config, &wire).map(|user| (user.id.clone(), user)));
        }
    }
    Ok(users.into_values().collect())
}

fn assigned(config: &Config, wire: &wire::WorkOrder) -> impl Iterator<Item = User> {
    wire.assigned.iter().flat_map(|list| names(list)).map(|name| config.user(name))
}

async fn read(
    api: &Api,
    config: &Config,
    requesters: &mut Option<Requesters>,
    page: &[Value],
) -> Result<Vec<Row<WorkOrder>>> {
    let mut out = Vec::new();
    for row in page {
        let wire = match read_row::<wire::WorkOrder>(row) {
            Ok(wire) => wire,
            Err(bad) => {
                out.push(Row::Invalid(bad.of_row("work order", id_in(row, ID), row)));
                continue;
            }
        };
        if wire.asked_by().is_some() && requesters.is_none() {
            *requesters = Some(Requesters::read(api).await?);
        }
        let requester = requesters.as_ref().and_then(|known| known.of(&wire));
        out.push(work_order(api, config, wire, requester));
    }
    Ok(out)
}

fn work_order(
    api: &Api,
    config: &Config,
    wire: wire::WorkOrder,
    requested_by: Option<ResidentId>,
) -> Row<WorkOrder> {
    let Some(property) = wire.property.as_deref().map(PropertyId::new) else {
        let what = "a work order that is of no property".to_owned();
        return Row::NotSupported { id: wire.id, what, fingerprint: None };
    };
    let text = wire.job_description.as_deref().or(wire.service_request_description.as_deref());
    let text = text.unwrap_or_default();
    let (description, marker) = match Marker::on_last_line(text) {
        Some((before, marker)) => (before.trim(), Some(marker)),
        None => (text.trim(), None),
    };
    let mut assigned_users: Vec<_> = assigned(config, &wire).map(|user| user.id).collect();
    assigned_users.dedup();
    let mut one = WorkOrder {
        number: wire.number.map_or_else(|| wire.id.clone(), |number| number.trim().to_owned()),
        id: WorkOrderId::new(wire.id),
        title: description.lines().next().unwrap_or_default().trim().chars().take(TITLE).collect(),
        description: description.to_owned(),
        property: PropertyRef::new(property, wire.unit.as_deref().map(UnitId::new)),
        requested_by,
        assigned_users,
        status: config.status.read(&wire.status),
        severity: match wire.priority.map(|word| word.trim().to_lowercase()).as_deref() {
            Some("emergency") => Severity::Emergency,
            Some("urgent") => Severity::Urgent,
            _ => Severity::Normal,
        },
        scheduled_start: wire.scheduled_start.and_then(|text| api.instant(&text)),
        entry_allowed: None,
        access_instructions: wire.instructions,
        marker,
        freshness: Freshness::Filtered,
    };
    let fingerprint = Fingerprint::of(&json!(one));
    let at_least = api.entered(wire.created_at.as_deref());
    one.freshness = Freshness::Fingerprint { fingerprint, at_least };
    Row::Record(one)
}

/// The tenants of each occupancy: a work order names who asked by name, and by no id.
struct Requesters(HashMap<String, Vec<Tenant>>);

impl Requesters {
    async fn read(api: &Api) -> Result<Self> {
        let rows: Vec<Value> = match api.report(TENANTS, &[]).try_concat().await {
            Ok(rows) => rows,
            // A work order without its requester is better than none.
            Err(error) if error.is_about_the_request() || error.kind() == ErrorKind::Forbidden => {
                tracing::warn!(%error, "who asked for work orders stays unknown");
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let mut by_occupancy: HashMap<_, Vec<Tenant>> = HashMap::new();
        for tenant in rows.iter().filter_map(|row| read_row::<Tenant>(row).ok()) {
            if let Some(occupancy) = tenant.occupancy.clone() {
                by_occupancy.entry(occupancy).or_default().push(tenant);
            }
        }
        Ok(Self(by_occupancy))
    }

    /// The tenant who has the name, else the primary one, else the only one.
    fn of(&self, wire: &wire::WorkOrder) -> Option<ResidentId> {
        let tenants = self.0.get(wire.asked_by()?)?;
        let name = wire.requesting_tenant.as_deref().map(words);
        let named = tenants.iter().find(|one| name.as_ref() == Some(&words(&one.name())));
        let primary = || tenants.iter().find(|one| one.is_primary == Some(true));
        let only = || tenants.first().filter(|_| tenants.len() == 1);
        named.or_else(primary).or_else(only).map(|one| ResidentId::new(&one.id))
    }
}

/// The words of a name, in no order: some reports have the last name first.
fn words(name: &str) -> Vec<String> {
    let words = name.split([' ', ',']).filter(|word| !word.is_empty());
    let mut words: Vec<_> = words.map(str::to_lowercase).collect();
    words.sort_unstable();
    words
}
