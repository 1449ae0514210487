//! The account's own statuses of work orders, each of which belongs to one of Rentvine's primary ones.

use std::sync::Arc;

use latchel_sync_core::model::{ClosedStatus, WorkOrderStatus};
use latchel_sync_core::{Error, ErrorKind, Result};
use tokio::sync::Mutex;

use crate::api::Api;
use crate::config::StatusWords;
use crate::primary::{Primary, says_cancelled, says_on_hold};
use crate::wire::{self, Status};

pub(crate) const STATUSES: &str = "maintenance/work-order/statuses";

/// The statuses, kept from when they were last read.
#[derive(Debug, Default)]
pub(crate) struct Statuses(Mutex<Option<Arc<Known>>>);

/// The statuses that the account has.
#[derive(Debug, Default)]
pub(crate) struct Known(Vec<Status>);

impl Statuses {
    /// Reads them afresh.
    pub async fn read(&self, api: &Api) -> Result<Arc<Known>> {
        let rows = api.short(STATUSES).all().await?;
        let known = rows.iter().filter_map(|row| wire::read(row, "workOrderStatus").ok()).collect();
        let known = Arc::new(Known(known));
        *self.0.lock().await = Some(Arc::clone(&known));
        Ok(known)
    }

    /// As they were last read.
    pub async fn known(&self, api: &Api) -> Result<Arc<Known>> {
        let known = self.0.lock().await.clone();
        match known {
            Some(known) => Ok(known),
            None => self.read(api).await,
        }
    }
}

impl Known {
    /// Meaning of a work order's status; an unknown one is open, as is what is on hold by its name. Accounts without the primary
    /// status for cancelled ones have one of their own among the closed.
    pub fn meaning(&self, words: &StatusWords, id: Option<&str>, primary: Option<&str>) -> WorkOrderStatus {
        let status = self.0.iter().find(|status| Some(status.id.as_str()) == id);
        let name = status.map_or_else(|| id.unwrap_or("unknown"), |status| status.name.as_str());
        let is = |wanted: &Option<String>| wanted.as_deref().is_some_and(|one| names(one, id, name));
        let number = primary.or(status.map(|status| status.primary.as_str()));
        match number.map(|number| self.primary(number)) {
            _ if is(&words.completed) => WorkOrderStatus::Closed(ClosedStatus::Completed),
            _ if is(&words.cancelled) => WorkOrderStatus::Closed(ClosedStatus::Cancelled),
            _ if says_on_hold(name) => WorkOrderStatus::Open(name.to_owned()),
            Some(Primary::Cancelled) => WorkOrderStatus::Closed(ClosedStatus::Cancelled),
            Some(Primary::Completed) if says_cancelled(name) => {
                WorkOrderStatus::Closed(ClosedStatus::Cancelled)
            }
            Some(Primary::Completed) => WorkOrderStatus::Closed(ClosedStatus::Completed),
            Some(Primary::Pending | Primary::Open | Primary::OnHold) | None => {
                WorkOrderStatus::Open(name.to_owned())
            }
        }
    }

    fn primary(&self, number: &str) -> Primary {
        Primary::of(number, &self.0)
    }

    /// The statuses with this meaning, without those that are on hold by their name.
    fn among(&self, meaning: Primary) -> impl Iterator<Item = &Status> {
        let fits = move |status: &&Status| self.primary(&status.primary) == meaning;
        self.0.iter().filter(fits).filter(|status| !says_on_hold(&status.name))
    }

    /// The statuses whose name and number say different things of whether work orders are over, each with what it is taken for.
    pub fn at_odds<'a>(
        &'a self,
        words: &'a StatusWords,
    ) -> impl Iterator<Item = (&'a Status, WorkOrderStatus)> {
        let at_odds = self.0.iter().filter(|status| Primary::is_at_odds(status));
        at_odds.map(|status| (status, self.meaning(words, Some(&status.id), None)))
    }

    /// The status of a new work order that is assigned: the account's own *Assigned*, or an open one.
    ///
    /// # Errors
    ///
    /// As [`Known::closing`].
    pub fn new_one(&self, words: &StatusWords) -> Result<&Status> {
        let open: Vec<_> = self.among(Primary::Open).collect();
        if let (None, Some(assigned)) = (&words.new, open.iter().find(|one| one.name.trim() == "Assigned")) {
            return Ok(assigned);
        }
        self.choose(words.new.as_deref(), open, &["open", "new"], "new")
    }

    /// The status that closes a work order in this way.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] if the account has none, [`ErrorKind::Config`] if it has several and none is named, or
    /// has not what is named.
    pub fn closing(&self, words: &StatusWords, status: ClosedStatus) -> Result<&Status> {
        let closed = || self.among(Primary::Completed);
        match status {
            ClosedStatus::Completed => {
                let done: Vec<_> = closed().filter(|one| !says_cancelled(&one.name)).collect();
                self.choose(
                    words.completed.as_deref(),
                    done,
                    &["closed", "completed", "complete"],
                    "completed",
                )
            }
            ClosedStatus::Cancelled => {
                let mut off: Vec<_> = self.among(Primary::Cancelled).collect();
                if off.is_empty() {
                    off = closed().filter(|one| says_cancelled(&one.name)).collect();
                }
                self.choose(words.cancelled.as_deref(), off, &["cancelled", "canceled"], "cancelled")
            }
        }
    }

    /// The one that is named; else the only one, the only one of Rentvine's own, or the only one with a usual name.
    fn choose<'a>(
        &'a self,
        wanted: Option<&str>,
        fitting: Vec<&'a Status>,
        usual: &[&str],
        key: &str,
    ) -> Result<&'a Status> {
        let config =
            |message: String| Error::new(ErrorKind::Config, message).with("key", format!("status.{key}"));
        if let Some(wanted) = wanted {
            let named = self.0.iter().find(|one| names(wanted, Some(&one.id), &one.name));
            return named.ok_or_else(|| config(format!("Rentvine has no status {wanted:?} for work orders")));
        }
        if fitting.is_empty() {
            let message = format!("the account has no status for work orders that are {key}");
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let is_usual = |one: &Status| usual.contains(&one.name.trim().to_lowercase().as_str());
        let narrower: [Vec<_>; 3] = [
            fitting.clone(),
            fitting.iter().copied().filter(|one| one.is_system == Some(true)).collect(),
            fitting.iter().copied().filter(|one| is_usual(one)).collect(),
        ];
        let only = narrower.into_iter().find_map(|some| <[&Status; 1]>::try_from(some).ok());
        only.map(|[one]| one).ok_or_else(|| {
            let all = fitting.iter().map(|one| format!("{} (id {})", one.name, one.id)).collect::<Vec<_>>();
            config(format!("several statuses may be the one for {key}: {}", all.join(", ")))
        })
    }
}

/// True if a setting names this status, by name without regard to case, or by id.
fn names(wanted: &str, id: Option<&str>, name: &str) -> bool {
    let wanted = wanted.trim();
    id == Some(wanted) || wanted.to_lowercase() == name.trim().to_lowercase()
}
