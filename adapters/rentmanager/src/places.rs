//! Places of issues, which may stand in the issue itself or in its links alone.

use futures::TryStreamExt;
use latchel_sync_core::model::PropertyRef;
use latchel_sync_core::{Finding, Result};
use latchel_sync_http::read_row;
use serde_json::Value;

use crate::filters::Filters;
use crate::wire::Issue;
use crate::work_orders::{ISSUES, Reading};

/// Links a new issue to its place, as far as the create did not: whatever it has after that is what is read back.
pub(crate) async fn settle(reading: Reading<'_>, id: i64, place: &PropertyRef) -> Result<()> {
    let api = reading.api;
    let Some(row) = reading.issue(id).await? else { return Ok(()) };
    let Ok(issue) = read_row::<Issue>(&row) else { return Ok(()) };
    let (action, parameter, to) = match &place.unit {
        Some(unit) if issue.unit().is_none() => ("LinkUnit", "unitID", unit.as_str()),
        None if !issue.has_place() => ("LinkProperty", "propertyID", place.property.as_str()),
        _ => return Ok(()),
    };
    let path = format!("{}/{id}/{action}", ISSUES.path);
    api.call(&path).query(parameter, api.number(to)?).send().await.map(|_| ())
}

/// Tells if issues show their places, by the first page of them; nothing where there is none.
pub(crate) async fn finding(reading: Reading<'_>) -> Result<Option<Finding>> {
    let Some(page) = reading.issues(&Filters::default()).try_next().await?.filter(|page| !page.is_empty())
    else {
        return Ok(None);
    };
    let is_placed = |row: &&Value| read_row::<Issue>(row).is_ok_and(|issue| issue.has_place());
    let (placed, all) = (page.iter().filter(is_placed).count(), page.len());
    let told = format!("{placed} of {all} issues show their property or unit");
    Ok(Some(match placed {
        0 => Finding::warning(
            PLACES,
            format!("{told}, so that no work order would come to Latchel"),
            "See in Rent Manager whether the issues are linked to properties or units, and whether the user's privileges \
             include those; if they do, please report it with the version of Rent Manager.",
        ),
        _ => Finding::ok(PLACES, told),
    }))
}

const PLACES: &str = "places of issues";
