//! People who use the systems while they are synced, and marks of what was done twice.

use std::collections::HashSet;

use anyhow::{Context, Result};
use mock_pms::{Edit, MockServer, World};
use serde_json::json;

/// Somebody reports something in Latchel, or ends what was reported, or renames a property on the platform.
pub fn act(server: &MockServer, turn: usize) -> Result<()> {
    let edit = server.read(|world| {
        let at = |count: usize| turn.checked_rem(count).unwrap_or_default();
        let jobs: Vec<_> = world.latchel.jobs.iter().filter(|job| job.state == "Diagnosing Issue").collect();
        let known: Vec<_> =
            world.latchel.properties.iter().filter(|one| one.ref_property_id.is_some() && one.is_active).collect();
        let properties: Vec<_> = world.platform.properties.iter().collect();
        match turn % 3 {
            0 => known.get(at(known.len())).map(|one| {
                json!({"side": "latchel", "collection": "jobs", "create": {"source": "Tenant Call",
                    "state": "Diagnosing Issue", "name": format!("Reported, no. {turn}"),
                    "description": "It drips.", "property_id": one.id}})
            }),
            1 => jobs.get(at(jobs.len())).map(|one| {
                json!({"side": "latchel", "collection": "jobs", "id": one.id, "set": {"state": "Completed"}})
            }),
            _ => properties.get(at(properties.len())).map(|one| {
                json!({"collection": "properties", "id": one.id, "set": {"name": format!("Elm Court {turn}")}})
            }),
        }
    });
    let Some(edit) = edit else { return Ok(()) };
    let edit: Edit = serde_json::from_value(edit)?;
    server.edit(|world| world.apply(&[edit])).context("an edit")?;
    Ok(())
}

/// References and titles that a world has twice.
pub fn doubled(world: &World) -> Vec<String> {
    let mut doubled = Vec::new();
    let mut once = |what: &str, references: Vec<String>| {
        let mut seen = HashSet::new();
        doubled.extend(
            references.into_iter().filter(|one| !seen.insert(one.clone())).map(|one| format!("{what} {one}")),
        );
    };
    let latchel = &world.latchel;
    let pair = |property: &Option<String>, unit: &Option<String>| {
        Some(format!("{}/{}", property.as_deref()?, unit.as_deref().unwrap_or_default()))
    };
    once(
        "property",
        latchel.properties.iter().filter_map(|one| pair(&one.ref_property_id, &one.ref_unit_id)).collect(),
    );
    once(
        "resident",
        latchel.residents.iter().filter_map(|one| pair(&one.ref_user_id, &one.ref_property_id)).collect(),
    );
    once("job", latchel.jobs.iter().filter_map(|one| one.ref_job_id.clone()).collect());
    let reported = |title: &&String| title.starts_with("Reported");
    let titles = world.platform.work_orders.iter().filter_map(|one| one.title.as_ref());
    once("work order", titles.filter(reported).cloned().collect());
    doubled
}
