//! Properties that the configuration excludes by a group or a portfolio (rule P5).

use std::collections::HashMap;

use crate::model::{Exclusions, PropertyGroup};
use crate::{Finding, Platform, Result};

/// Excluded groups as the platform holds them.
#[derive(Debug, Default)]
pub(super) struct ExcludedGroups {
    /// For each property, by its id, the entry that excludes it.
    by_property: HashMap<String, String>,
    /// Entries that exclude nothing.
    idle: Vec<Finding>,
}

impl ExcludedGroups {
    /// Asks the platform for its groups if the configuration names some.
    pub async fn read(platform: &dyn Platform, exclude: &Exclusions) -> Result<Self> {
        if exclude.groups.is_empty() && exclude.portfolios.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self::among(&platform.property_groups().await?, exclude))
    }

    /// A name that no group has is told: what it was to exclude is synced.
    fn among(groups: &[PropertyGroup], exclude: &Exclusions) -> Self {
        let mut found = Self::default();
        for entry in exclude.groups.union(&exclude.portfolios) {
            let named: Vec<_> = groups.iter().filter(|group| is_named(group, entry)).collect();
            for group in &named {
                let by = format!("group {} ({})", group.id, group.name);
                let excluded = group.properties.iter().map(|id| (id.as_str().to_owned(), by.clone()));
                found.by_property.extend(excluded);
            }
            if named.is_empty() {
                found.idle.push(unknown(groups, entry));
            } else if named.iter().all(|group| group.properties.is_empty()) {
                found.idle.push(Finding::warning(
                    SUBJECT,
                    format!("the group {entry:?} shows no property, and excludes none"),
                    "See on the platform whether the group is empty, and whether the API user may read its properties.",
                ));
            }
        }
        found
    }

    /// The entry that excludes a property.
    pub fn of(&self, property: &str) -> Option<String> {
        self.by_property.get(property).cloned()
    }

    /// Entries of the configuration that exclude nothing.
    pub fn idle(&self) -> &[Finding] {
        &self.idle
    }
}

const SUBJECT: &str = "excluded groups";
/// Names of groups that a remedy lists.
const NAMES: usize = 10;

fn is_named(group: &PropertyGroup, entry: &str) -> bool {
    group.id.as_str() == entry || group.name.eq_ignore_ascii_case(entry)
}

fn unknown(groups: &[PropertyGroup], entry: &str) -> Finding {
    let names: Vec<_> = groups.iter().take(NAMES).map(|group| group.name.as_str()).collect();
    let more = if groups.len() > NAMES { ", and others" } else { "" };
    let remedy = match names.is_empty() {
        true => "Take it out of `exclude`, or permit the API user to read the groups.".to_owned(),
        false => format!("Write the name or the id of one that it has: {}{more}.", names.join(", ")),
    };
    Finding::error(
        SUBJECT,
        format!("the platform has no group {entry:?}: what it was to exclude is synced"),
        remedy,
    )
}
