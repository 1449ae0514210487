//! Groups of properties (rule P5), and which properties a user can reach (rule L5).

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use latchel_sync_core::model::{GroupId, PropertyGroup, PropertyId, Reach, UserId};
use latchel_sync_core::{Error, ErrorKind, Finding, Result};
use latchel_sync_http::Ways;
use latchel_sync_http::loose::number_in;
use serde_json::Value;

use crate::api::{Api, Resource};
use crate::filters::Filters;

/// Groups with their properties, or without where those cannot be embedded.
const GROUPS: [Resource; 2] = [
    Resource { path: "PropertyGroups", fields: "PropertyGroupID,Name,Properties", embeds: "Properties" },
    Resource { path: "PropertyGroups", fields: "", embeds: "" },
];
/// Properties with their groups.
const MEMBERS: Resource =
    Resource { path: "Properties", fields: "PropertyID,PropertyGroups", embeds: "PropertyGroups" };
/// Users with the properties that they may see.
const REACH: Resource = Resource { path: "Users", fields: "UserID,UserProperties", embeds: "UserProperties" };

/// A group's name, and the properties in it.
type Group = (Option<String>, BTreeSet<i64>);

/// Groups by id: the name and the properties.
type Groups = BTreeMap<i64, Group>;

/// The groups. Where none of them has a property, the properties name their groups: what cannot be embedded may be shown as a
/// list without rows.
pub(crate) async fn groups(api: &Api) -> Result<Vec<PropertyGroup>> {
    let ask = |way| api.list(way, &Filters::default()).all().boxed();
    let rows = Ways::default().ask(&GROUPS, ask).await?;
    let mut groups: Groups = rows.iter().filter_map(group).collect();
    if has_no_member(&groups) {
        for property in api.list(MEMBERS, &Filters::default()).all().await? {
            let Some(id) = number_in(&property, "PropertyID") else { continue };
            for group in ids(&property, "PropertyGroups", "PropertyGroupID").0 {
                groups.entry(group).or_default().1.insert(id);
            }
        }
    }
    Ok(groups.into_iter().map(shown).collect())
}

fn has_no_member(groups: &Groups) -> bool {
    groups.values().all(|(_, members)| members.is_empty()) && !groups.is_empty()
}

/// Findings about groups that show no property, and about a reach that cannot be known.
///
/// # Errors
///
/// Failures that do not say that something is not shown.
pub(crate) async fn findings(api: &Api) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    match groups(api).await {
        Ok(groups) if groups.iter().any(|one| !one.properties.is_empty()) || groups.is_empty() => {}
        // They may be empty, and not everybody excludes groups.
        Ok(_) => findings.push(Finding::ok(
            "groups of properties",
            "no group shows a property, so that to exclude one excludes nothing",
        )),
        // Whoever excludes groups is told by the run, which ends with it.
        Err(error) if is_not_shown(&error) => {}
        Err(error) => return Err(error),
    }
    match api.list(REACH, &Filters::default()).peek().await {
        Ok(_) => {}
        Err(error) if is_not_shown(&error) => findings.push(Finding::warning(
            "properties of users",
            format!("which properties a user can reach is not shown, so that each counts as reachable: {error}"),
            "Give the user the privilege to see the properties of users, if not all users may see all properties.",
        )),
        Err(error) => return Err(error),
    }
    Ok(findings)
}

/// True if an error says that Rent Manager does not show what was asked for: a missing privilege, or a part or list that it does
/// not have.
fn is_not_shown(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Refused | ErrorKind::Forbidden | ErrorKind::NotFound)
}

fn group(row: &Value) -> Option<(i64, Group)> {
    let name = row.get("Name").and_then(Value::as_str).map(str::to_owned);
    Some((number_in(row, "PropertyGroupID")?, (name, ids(row, "Properties", "PropertyID").0)))
}

fn shown((id, (name, properties)): (i64, Group)) -> PropertyGroup {
    PropertyGroup {
        id: GroupId::new(id.to_string()),
        name: name.unwrap_or_else(|| id.to_string()),
        properties: properties.into_iter().map(|id| PropertyId::new(id.to_string())).collect(),
    }
}

/// Reach of a user. A user without a list of properties may see all of them or none, which nobody tells, and neither does a list
/// that is not shown.
pub(crate) async fn reach(api: &Api, user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
    let unknown = vec![Reach::Unknown; properties.len()];
    if properties.is_empty() {
        return Ok(unknown);
    }
    let id = api.number(user.as_str())?;
    let rows = match api.list(REACH, &Filters::of("UserID", id)).all().await {
        Err(error) if is_not_shown(&error) => return Ok(unknown),
        rows => rows?,
    };
    let Some(row) = rows.iter().find(|row| number_in(row, "UserID") == Some(id)) else { return Ok(unknown) };
    let (reached, is_whole) = ids(row, "UserProperties", "PropertyID");
    let reach = |property: &PropertyId| match property.as_str().parse() {
        Ok(id) if reached.contains(&id) => Reach::Reachable,
        Ok(_) if is_whole && !reached.is_empty() => Reach::Unreachable,
        _ => Reach::Unknown,
    };
    Ok(properties.iter().map(reach).collect())
}

/// The ids in a list of records, and false if one of them cannot be read.
fn ids(row: &Value, list: &str, id: &str) -> (BTreeSet<i64>, bool) {
    let records = row.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let ids: BTreeSet<i64> = records.iter().filter_map(|one| number_in(one, id)).collect();
    let is_whole = records.iter().all(|one| number_in(one, id).is_some());
    (ids, is_whole)
}
