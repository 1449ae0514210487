//! Service manager issues as work orders, with the marker in the title.

use std::collections::{BTreeMap, BTreeSet};

use async_stream::try_stream;
use chrono_tz::Tz;
use futures::{FutureExt, StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Fingerprint, Marker, NewWorkOrder, ResidentId, Row, Severity, UserId, Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::number_in;
use latchel_sync_http::{List, RawPages, Unreadable, Ways, looked_up, read_row};
use serde_json::{Map, Value, json};

use crate::api::{AT_ONCE, Api, PAGE, Resource};
use crate::clock::{first_day, freshness};
use crate::config::{Names, TITLE};
use crate::filters::Filters;
use crate::properties::{of_units, reference};
use crate::tables::{Known, Table, Tables};
use crate::wire::Issue;

pub(crate) const ISSUES: Resource = Resource { path: "ServiceManagerIssues", fields: "", embeds: "" };

/// Links of an issue, of which one may be the only place that it tells.
const LINKS: &str = "LinkedProperties,LinkedUnits,LinkedTenants";

/// Ways to ask for issues with their places. The sources disagree whether an issue has ids of its own for its place, or
/// links alone, which come only if they are embedded and among the fields.
const WITH_PLACES: [Resource; 4] = [
    Resource {
        fields: "ServiceManagerIssueID,Title,Description,StatusID,PriorityID,IsClosed,AssignedToUserID,CreateDate,\
                 UpdateDate,PropertyID,UnitID,TenantID,LinkedProperties,LinkedUnits,LinkedTenants",
        embeds: LINKS,
        ..ISSUES
    },
    Resource {
        fields: "ServiceManagerIssueID,Title,Description,StatusID,PriorityID,IsClosed,AssignedToUserID,CreateDate,\
                 UpdateDate,LinkedProperties,LinkedUnits,LinkedTenants",
        embeds: LINKS,
        ..ISSUES
    },
    Resource { embeds: LINKS, ..ISSUES },
    ISSUES,
];
pub(crate) const ID: &str = "ServiceManagerIssueID";

/// Tools and settings for reading issues.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub api: &'a Api,
    pub known: &'a Known,
    pub names: &'a Names,
    pub zone: Tz,
    /// The one of the ways to ask for places that is taken.
    pub ways: &'a Ways,
}

impl<'a> Reading<'a> {
    /// Issues with their places.
    pub fn issues(self, filters: &Filters) -> RawPages<'a> {
        self.ways.pages(WITH_PLACES.map(|way| self.api.list(way, filters).pages()).into())
    }

    /// One issue with its place; `None` if it is not there.
    pub async fn issue(self, id: i64) -> Result<Option<Value>> {
        self.ways.ask(&WITH_PLACES, |way| self.api.find_as(way, id).boxed()).await
    }

    async fn issues_among(self, ids: &BTreeSet<i64>) -> Result<Vec<Value>> {
        let ask = |way| self.api.among(way, ID, ids, List::whole).try_concat().boxed();
        self.ways.ask(&WITH_PLACES, ask).await
    }
}

pub(crate) fn changed(reading: Reading<'_>, window: Window) -> Pages<'_, WorkOrder> {
    let since = Filters::changed_since(first_day(window, reading.zone));
    try_stream! {
        let mut tables = None;
        let placed = |page| placed(reading.api.clone(), page);
        let mut pages = looked_up((PAGE, AT_ONCE), reading.issues(&since), placed);
        while let Some(page) = pages.try_next().await? {
            if page.rows.is_empty() {
                continue;
            }
            if tables.is_none() {
                tables = Some(reading.known.afresh(reading.api).await?);
            }
            if let Some(tables) = &tables {
                yield rows(reading, tables, &page);
            }
        }
    }
    .boxed()
}

/// Each work order, read afresh.
pub(crate) async fn by_id(reading: Reading<'_>, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
    let numbers: BTreeSet<i64> =
        ids.iter().map(|id| reading.api.number(id.as_str())).collect::<Result<_>>()?;
    let found: Vec<Value> = match numbers.first().filter(|_| numbers.len() == 1) {
        Some(one) => reading.issue(*one).await?.into_iter().collect(),
        None => reading.issues_among(&numbers).await?,
    };
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let tables = reading.known.for_issues(reading.api, &found).await?;
    Ok(rows(reading, &tables, &placed(reading.api.clone(), found).await?))
}

/// Rows of issues, with the properties of those that tell a unit alone.
struct Placed {
    rows: Vec<(Value, Result<Issue, Unreadable>)>,
    properties: BTreeMap<i64, i64>,
}

/// Looks up the properties of units that are told alone, in one go.
async fn placed(api: Api, page: Vec<Value>) -> Result<Placed> {
    let read = |row: Value| {
        let issue = read_row::<Issue>(&row);
        (row, issue)
    };
    let rows: Vec<_> = page.into_iter().map(read).collect();
    let issues = rows.iter().filter_map(|(_, issue)| issue.as_ref().ok());
    let alone = issues.filter(|issue| issue.property().is_none());
    let units: BTreeSet<i64> = alone.filter_map(Issue::unit).collect();
    let properties = if units.is_empty() { BTreeMap::new() } else { of_units(&api, &units).await? };
    Ok(Placed { rows, properties })
}

fn rows(reading: Reading<'_>, tables: &Tables, page: &Placed) -> Vec<Row<WorkOrder>> {
    let row = |(row, issue): &(Value, Result<Issue, Unreadable>)| match issue {
        Ok(issue) => work_order(reading, tables, &page.properties, issue, row),
        Err(bad) => {
            let id = number_in(row, ID).map(|id| id.to_string());
            Row::Invalid(bad.clone().of_row("work order", id, row))
        }
    };
    page.rows.iter().map(row).collect()
}

fn work_order(
    reading: Reading<'_>,
    tables: &Tables,
    properties: &BTreeMap<i64, i64>,
    issue: &Issue,
    row: &Value,
) -> Row<WorkOrder> {
    let id = issue.id.to_string();
    let of_unit = || properties.get(&issue.unit()?).copied();
    let Some(property) = issue.property().or_else(of_unit) else {
        let what = "an issue of no property or unit".to_owned();
        return Row::NotSupported { id, what, fingerprint: Some(Fingerprint::of(row)) };
    };
    let title = issue.title.clone().unwrap_or_default();
    let marked = Marker::at_end(&title);
    Row::Record(WorkOrder {
        number: id.clone(),
        id: WorkOrderId::new(id),
        title: marked.map_or(title.as_str(), |(before, _)| before).to_owned(),
        description: issue.description.clone().unwrap_or_default(),
        property: reference(property, issue.unit()),
        requested_by: issue.tenant().map(|id| ResidentId::new(id.to_string())),
        assigned_users: assignee(issue).map(|id| UserId::new(id.to_string())).into_iter().collect(),
        status: tables.status(reading.names, issue),
        severity: tables.severity(reading.names, issue),
        // An issue tells none of these.
        scheduled_start: None,
        entry_allowed: None,
        access_instructions: None,
        marker: marked.map(|(_, marker)| marker),
        freshness: freshness(issue.create_date, issue.update_date, reading.zone, row),
    })
}

/// Nobody is also written as 0.
pub(crate) fn assignee(issue: &Issue) -> Option<i64> {
    issue.assigned_to_user_id.filter(|id| *id > 0)
}

/// The body that creates an issue: the collection takes an array.
pub(crate) async fn new_body(reading: Reading<'_>, new: &NewWorkOrder, marker: &Marker) -> Result<Value> {
    let Reading { api, known, names, .. } = reading;
    let tables = known.for_issues(api, &[]).await?;
    let categories = Table::categories(api).await?;
    let priority = match new.severity {
        Severity::Normal => &names.normal,
        Severity::Urgent => &names.urgent,
        Severity::Emergency => &names.emergency,
    };
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("Title", json!(marker.behind(&new.title, TITLE)));
    put("Description", json!(description(new, marker)));
    put("CategoryID", json!(categories.id(&names.category)?));
    put("StatusID", json!(tables.statuses.id(&names.open)?));
    put("PriorityID", json!(tables.priorities.id(priority)?));
    if let Some(user) = &new.assigned_to {
        put("AssignedToUserID", json!(api.number(user.as_str())?));
    }
    // A place is told in both forms, of which Rent Manager may know one alone.
    let place = [
        ("PropertyID", "LinkedProperties", Some(new.property.property.as_str())),
        ("UnitID", "LinkedUnits", new.property.unit.as_ref().map(|id| id.as_str())),
        ("TenantID", "LinkedTenants", new.requested_by.as_ref().map(|id| id.as_str())),
    ];
    for (name, links, id) in place {
        if let Some(id) = id {
            let id = api.number(id)?;
            put(name, json!(id));
            put(links, json!([{name: id}]));
        }
    }
    Ok(json!([body]))
}

/// All that Rent Manager has no field for: what of the title was cut off, how to go about it, who may enter.
fn description(new: &NewWorkOrder, marker: &Marker) -> String {
    let is_cut = !marker.behind(&new.title, TITLE).starts_with(new.title.trim());
    let entry = new.entry_allowed.map(|allowed| match allowed {
        true => "Entry is allowed.",
        false => "Entry is not allowed.",
    });
    let parts = [
        is_cut.then(|| new.title.trim().to_owned()),
        Some(new.description.trim().to_owned()),
        new.vendor_instructions.as_ref().map(|text| format!("For the vendor: {}", text.trim())),
        entry.map(str::to_owned),
        new.access_instructions.as_ref().map(|text| format!("Access: {}", text.trim())),
        new.is_vacant.then(|| "The unit is vacant.".to_owned()),
    ];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The work orders whose title carries exactly this marker; the filter only says which titles contain the text.
pub(crate) async fn by_marker(api: &Api, marker: &Marker) -> Result<Vec<WorkOrderId>> {
    let found = api.list(ISSUES, &Filters::containing("Title", &marker.to_string())).all().await?;
    let carries = |row: &&Value| {
        let title = row.get("Title").and_then(Value::as_str).unwrap_or_default();
        Marker::at_end(title).is_some_and(|(_, carried)| carried == *marker)
    };
    let ids: BTreeSet<i64> = found.iter().filter(carries).filter_map(|row| number_in(row, ID)).collect();
    Ok(ids.into_iter().map(|id| WorkOrderId::new(id.to_string())).collect())
}
