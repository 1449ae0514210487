//! Users. There is no list of them: those who manage properties stand on the buildings, and a work order names who manages
//! it by nothing but the name.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::TryStreamExt;
use latchel_sync_core::Result;
use latchel_sync_core::model::{GroupId, PropertyGroup, PropertyId, User, UserId};
use latchel_sync_http::rows;
use tokio::sync::Mutex;

use crate::api::{Api, Query, deactivated_too, row_id};
use crate::properties::BUILDINGS;
use crate::wire::{Managed, Portfolio};

const PORTFOLIOS: &str = "portfolios";

/// The property managers by name, kept from when they were last read as users, which every run does at its start.
#[derive(Debug, Default)]
pub(crate) struct Managers(Mutex<Option<Arc<ByName>>>);

/// The users who have a name; several may have the same.
#[derive(Debug)]
pub(crate) struct ByName(HashMap<String, Vec<UserId>>);

impl ByName {
    /// Users with this name.
    pub fn named(&self, name: &str) -> Vec<UserId> {
        self.0.get(&key(name)).cloned().unwrap_or_default()
    }
}

impl Managers {
    /// Every property manager of an active building, read afresh.
    pub async fn read(&self, api: &Api) -> Result<Vec<User>> {
        let mut users = BTreeMap::new();
        // A building that is not served keeps nobody else from being known: managers have others.
        let mut pages = api.list(BUILDINGS, Query::new()).pages();
        while let Some(page) = pages.try_next().await? {
            let buildings = rows::<Managed>(&page, "building", row_id).into_iter().flatten();
            let managers = buildings.flat_map(|one| one.property_manager_list);
            users.extend(managers.filter_map(|manager| Some((manager.user_id, manager.name?))));
        }
        let mut by_name: HashMap<String, Vec<UserId>> = HashMap::new();
        for (id, name) in &users {
            by_name.entry(key(name)).or_default().push(UserId::new(id.to_string()));
        }
        *self.0.lock().await = Some(Arc::new(ByName(by_name)));
        let user =
            |(id, name): (i64, String)| User { id: UserId::new(id.to_string()), name, is_active: true };
        Ok(users.into_iter().map(user).collect())
    }

    /// The property managers by name, as they were last read.
    pub async fn by_name(&self, api: &Api) -> Result<Arc<ByName>> {
        if let Some(known) = &*self.0.lock().await {
            return Ok(Arc::clone(known));
        }
        self.read(api).await?;
        Ok(self.0.lock().await.clone().unwrap_or_else(|| Arc::new(ByName(HashMap::new()))))
    }
}

/// A name as names are compared: without case, and with one blank between its words.
fn key(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// The portfolios, each with its buildings.
pub(crate) async fn portfolios(api: &Api) -> Result<Vec<PropertyGroup>> {
    let all = api.list(PORTFOLIOS, vec![deactivated_too()]).all().await?;
    let portfolios = rows::<Portfolio>(&all, "portfolio", row_id).into_iter().flatten();
    let mut groups: BTreeMap<i64, PropertyGroup> = portfolios
        .map(|one| {
            let id = GroupId::new(one.id.to_string());
            (one.id, PropertyGroup { id, name: one.name.unwrap_or_default(), properties: Vec::new() })
        })
        .collect();
    let mut pages = api.list(BUILDINGS, vec![deactivated_too()]).whole();
    while let Some(page) = pages.try_next().await? {
        for building in rows::<Managed>(&page, "building", row_id).into_iter().flatten() {
            if let Some(group) = building.portfolio_id.and_then(|id| groups.get_mut(&id)) {
                group.properties.push(PropertyId::new(building.id.to_string()));
            }
        }
    }
    Ok(groups.into_values().collect())
}
