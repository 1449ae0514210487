//! The platform: lists by offset and limit, with the total in a header, a filter by change and look-ups, as a vendor's.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use axum::extract::{OriginalUri, Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, NaiveDate, Utc};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::lists::{List, Page, Render};
use super::pace::{Manner, Pace};
use super::reply::{Refusal, array};
use super::{buildium, propertyware};

/// Rows of a page for which nobody said how many they are to be.
const USUAL_PAGE: usize = 50;
/// Parameters that change nothing here: the lists have one order, and all their rows are of one kind.
const PARTS: [&str; 5] = ["orderby", "includeDeactivated", "status", "usertypes", "type"];

/// Vendor that the platform is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// Buildium.
    Buildium,
    /// Propertyware.
    Propertyware,
}

impl Vendor {
    /// Its name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Buildium => "buildium",
            Self::Propertyware => "propertyware",
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Buildium => "Buildium",
            Self::Propertyware => "Propertyware",
        }
    }

    fn lists(self, units: u64, residents: u64) -> Vec<(&'static str, Render, u64)> {
        match self {
            Self::Buildium => buildium::lists(units, residents),
            Self::Propertyware => propertyware::lists(units),
        }
    }

    fn since(self) -> &'static str {
        match self {
            Self::Buildium => buildium::SINCE,
            Self::Propertyware => propertyware::SINCE,
        }
    }

    fn selected(self, list: &str, name: &str, value: u64) -> Option<RangeInclusive<u64>> {
        match self {
            Self::Buildium => buildium::selected(list, name, value),
            Self::Propertyware => propertyware::selected(list, name, value),
        }
    }

    fn largest_page(self) -> usize {
        match self {
            Self::Buildium => 1_000,
            Self::Propertyware => 500,
        }
    }

    /// The total that comes with a page: Propertyware's last one tells its own rows.
    fn told(self, page: &Page<'_>, limit: usize) -> usize {
        let is_last = page.rows.len() < limit;
        if self == Self::Propertyware && is_last { page.rows.len() } else { page.total }
    }
}

/// The platform's lists, and its pace.
#[derive(Debug)]
pub struct Platform {
    pub pace: Pace,
    vendor: Vendor,
    lists: Vec<(&'static str, RwLock<List>)>,
    /// Requests since the manner was last set: paths with queries.
    asked: Mutex<Vec<String>>,
}

impl Platform {
    pub fn new(vendor: Vendor, units: u64, residents: u64, now: DateTime<Utc>) -> Self {
        let list = |(path, render, count)| (path, RwLock::new(List::new(render, count, now)));
        let lists = vendor.lists(units, residents).into_iter().map(list).collect();
        Self { pace: Pace::default(), vendor, lists, asked: Mutex::default() }
    }

    /// Answers otherwise from now on, and begins to count anew.
    pub fn set(&self, manner: Manner) {
        self.pace.set(manner);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Requests since the manner was last set, in their order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes every list.
    pub fn change_all(&self, change: impl Fn(&mut List)) {
        for (_, list) in &self.lists {
            change(&mut list.write().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Changes a unit's name now; `false` if there is none with this id.
    pub fn rename_unit(&self, id: u64, suffix: &str, now: DateTime<Utc>) -> bool {
        let units = self.lists.iter().find(|(path, _)| path.ends_with("/units"));
        units.is_some_and(|(_, units)| {
            units.write().unwrap_or_else(PoisonError::into_inner).rename(id, suffix, now)
        })
    }
}

pub fn router(platform: Arc<Platform>) -> Router {
    Router::new().route("/{*path}", get(page)).with_state(platform)
}

async fn page(
    State(platform): State<Arc<Platform>>,
    Path(path): Path<String>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let vendor = platform.vendor;
    let (name, list) = platform.lists.iter().find(|(name, _)| *name == path).ok_or(Refusal::Missing)?;
    let mut asked = Asked::default();
    for (parameter, value) in &query {
        asked.take(vendor, name, parameter, value)?;
    }
    let by_id = !asked.ids.is_empty();
    platform.pace.answer(&if by_id { format!("{name} by id") } else { path.clone() }).await?;
    if let Some(told) = uri.path_and_query() {
        platform.asked.lock().unwrap_or_else(PoisonError::into_inner).push(told.to_string());
    }
    let list = list.read().unwrap_or_else(PoisonError::into_inner);
    let limit = asked.limit.unwrap_or(USUAL_PAGE).min(vendor.largest_page());
    let page = match by_id {
        true => list.by_id(&asked.ids, asked.offset, limit),
        false => list.page(asked.since, asked.offset, limit),
    };
    Ok(array(&page.rows, vendor.told(&page, limit)))
}

/// Part of a list that is asked for.
#[derive(Default)]
struct Asked {
    offset: usize,
    limit: Option<usize>,
    since: Option<i64>,
    ids: Vec<RangeInclusive<u64>>,
}

impl Asked {
    /// Takes a parameter; one that is not known is refused, so that no filter is passed over.
    fn take(&mut self, vendor: Vendor, list: &str, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "offset" => self.offset = value.parse().map_err(|_| Refusal::Malformed)?,
            "limit" => self.limit = Some(value.parse().map_err(|_| Refusal::Malformed)?),
            _ if name == vendor.since() => {
                self.since = Some(instant(value).ok_or(Refusal::Malformed)?.timestamp());
            }
            _ if PARTS.contains(&name) => {}
            _ => {
                let value = value.parse().map_err(|_| Refusal::Malformed)?;
                self.ids.push(vendor.selected(list, name, value).ok_or(Refusal::Malformed)?);
            }
        }
        Ok(())
    }
}

/// An instant, or the beginning of a day.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let of_day = || Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc());
    text.parse().ok().or_else(of_day)
}
