//! The account's own tables of statuses, priorities and categories: an issue has their ids, and what they mean is told by
//! their names.

use std::collections::HashMap;
use std::sync::Arc;

use latchel_sync_core::model::{ClosedStatus, Severity, WorkOrderStatus};
use latchel_sync_core::{Error, ErrorKind, Finding, Result};
use latchel_sync_http::loose::number_in;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::api::{Api, Resource};
use crate::config::{CATEGORIES, Names, PRIORITIES, STATUSES, each, first};
use crate::filters::Filters;
use crate::wire::Issue;

/// One table: names by id.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    what: &'static str,
    names: HashMap<i64, String>,
}

/// The tables that an issue is read and written by.
#[derive(Debug)]
pub(crate) struct Tables {
    pub statuses: Table,
    pub priorities: Table,
}

/// The tables as they were last read, which every list of issues does anew.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Option<Arc<Tables>>>);

impl Known {
    /// The tables, read afresh.
    pub async fn afresh(&self, api: &Api) -> Result<Arc<Tables>> {
        let statuses = Table::read(api, "status", STATUSES).await?;
        let priorities = Table::read(api, "priority", PRIORITIES).await?;
        let tables = Arc::new(Tables { statuses, priorities });
        *self.0.lock().await = Some(Arc::clone(&tables));
        Ok(tables)
    }

    /// The tables as they were last read, if they have a name for every status that these issues have.
    pub async fn for_issues(&self, api: &Api, rows: &[Value]) -> Result<Arc<Tables>> {
        let known = self.0.lock().await.clone();
        let is_named = |tables: &Arc<Tables>| {
            let statuses = rows.iter().filter_map(|row| number_in(row, "StatusID"));
            statuses.into_iter().all(|id| tables.statuses.names.contains_key(&id))
        };
        match known.filter(is_named) {
            Some(tables) => Ok(tables),
            None => self.afresh(api).await,
        }
    }
}

impl Tables {
    /// Meaning of an issue's status; an issue that is closed with a status of no known meaning was done.
    pub fn status(&self, names: &Names, issue: &Issue) -> WorkOrderStatus {
        let name = issue.status_id.and_then(|id| self.statuses.names.get(&id));
        let is_among = |list: &str| name.is_some_and(|name| each(list).any(|one| one == key(name)));
        if is_among(&names.cancelled) {
            WorkOrderStatus::Closed(ClosedStatus::Cancelled)
        } else if is_among(&names.completed) || issue.is_closed == Some(true) {
            WorkOrderStatus::Closed(ClosedStatus::Completed)
        } else {
            let unnamed = || issue.status_id.map_or_else(|| "Open".to_owned(), |id| format!("status {id}"));
            WorkOrderStatus::Open(name.cloned().unwrap_or_else(unnamed))
        }
    }

    /// Severity of an issue by its priority's name; a name that is not known is normal.
    pub fn severity(&self, names: &Names, issue: &Issue) -> Severity {
        let name = issue.priority_id.and_then(|id| self.priorities.names.get(&id));
        let is_among = |list: &str| name.is_some_and(|name| each(list).any(|one| one == key(name)));
        if is_among(&names.emergency) {
            Severity::Emergency
        } else if is_among(&names.urgent) {
            Severity::Urgent
        } else {
            Severity::Normal
        }
    }
}

impl Table {
    /// An entry that cannot be understood leaves its id without a name.
    async fn read(api: &Api, what: &'static str, (path, id): (&'static str, &str)) -> Result<Self> {
        let rows = api.list(Resource { path, fields: "", embeds: "" }, &Filters::default()).all().await?;
        let entry = |row: &Value| Some((number_in(row, id)?, row.get("Name")?.as_str()?.trim().to_owned()));
        Ok(Self { what, names: rows.iter().filter_map(entry).collect() })
    }

    /// The categories, which are read for a create alone.
    pub async fn categories(api: &Api) -> Result<Self> {
        Self::read(api, "category", CATEGORIES).await
    }

    /// The id of the entry that `list` names first; of several with one name the oldest.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if there is none.
    pub fn id(&self, list: &str) -> Result<i64> {
        let wanted = first(list);
        let named = self.names.iter().filter(|(_, name)| key(name) == key(wanted));
        named.map(|(id, _)| *id).min().ok_or_else(|| {
            Error::new(ErrorKind::Config, format!("Rent Manager has no {} named {wanted:?}", self.what))
                .with("key", "names")
        })
    }

    /// Findings about the entries that are written: one for each, good or missing.
    pub fn findings(&self, lists: &[&str]) -> Vec<Finding> {
        let finding = |list: &&str| match self.id(list) {
            Ok(id) => Finding::ok(self.what, format!("{} (id {id})", first(list))),
            Err(error) => {
                let remedy = format!(
                    "Add the {} {:?} to the service manager's settings in Rent Manager, or name another with `names`.",
                    self.what,
                    first(list)
                );
                Finding::error(self.what, error.message(), remedy)
            }
        };
        lists.iter().map(finding).collect()
    }
}

/// A name as names are compared.
fn key(name: &str) -> String {
    name.trim().to_lowercase()
}
