use std::sync::Arc;

use futures::{FutureExt, StreamExt, TryFutureExt, TryStreamExt, stream};
use latchel_sync_core::model::Window;
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::{Answer, Call, List, Paging, RawPages, Transport, Ways};
use serde::Serialize;
use serde_json::Value;

use crate::config::Config;

pub(crate) const PROPERTIES: &str = "properties";
pub(crate) const UNITS: &str = "units";
pub(crate) const TENANTS: &str = "tenants";
pub(crate) const USERS: &str = "users";
pub(crate) const PROPERTY_GROUPS: &str = "property_groups";
pub(crate) const WORK_ORDERS: &str = "work_orders";

const PAGING: Paging =
    Paging::by_link("next_page_path", &[("page[number]", "1")], "page[size]", PAGE).rows_in("data");
/// Number of rows of a page.
pub(crate) const PAGE: usize = 1_000;
/// Number of ids in one query, which keeps an address below 4,000 characters.
pub(crate) const MOST_IDS: usize = 90;
/// Number of look-ups that are under way at once. Pages come one after another: only a page tells where the next one is.
pub(crate) const AT_ONCE: usize = 4;
/// End of AppFolio's night, by its own account.
const OPENS_AGAIN: &str = "about 04:00 Pacific time (by AppFolio's own account it is closed from 21:00)";

/// The names of filters. Those of ids and dates are documented; those by property and unit are what other clients use.
pub(crate) const ID: &str = "filters[Id]";
pub(crate) const PROPERTY_ID: &str = "filters[PropertyId]";
pub(crate) const UNIT_ID: &str = "filters[UnitId]";
const SINCE: &str = "filters[LastUpdatedAtFrom]";
const INCLUDE_HIDDEN: &str = "filters[IncludeHidden]";

/// Query parameters.
pub(crate) type Query = Vec<(String, String)>;

#[derive(Debug, Clone)]
pub(crate) struct Api {
    transport: Transport,
    /// Lists of units and of tenants, with hidden ones or in the way that is not refused.
    units: Arc<Ways>,
    tenants: Arc<Ways>,
}

impl Api {
    pub fn connect(settings: &Settings, config: &Config) -> Result<Self> {
        let transport = Transport::builder("AppFolio", &config.base_url, settings)
            .path("api/v0")
            .basic_auth(settings.secret("client_id")?, settings.secret("client_secret")?)
            .secret_header("x-appfolio-developer-id", settings.secret("developer_id")?)
            .rate_limits(&crate::rate_limits(config.calls_per_second.get()))
            .classify_error(classify)
            .opens_again(OPENS_AGAIN)
            .build()?;
        Ok(Self { transport, units: Arc::default(), tenants: Arc::default() })
    }

    /// A list with these filters.
    pub fn list<'a>(&self, resource: &str, filters: Query) -> List<'a> {
        self.transport.list(resource, &PAGING).queries(filters)
    }

    /// The pages of a list with these filters. That hidden records may be asked for is confirmed for properties alone: a list
    /// of units or tenants that refuses it is read without, once and for all.
    pub fn pages<'a>(&'a self, resource: &str, filters: Query) -> RawPages<'a> {
        let Some(ways) = self.ways(resource) else { return self.list(resource, filters).pages() };
        let visible = visible(&filters);
        ways.pages([filters, visible].map(|filters| self.list(resource, filters).pages()).into())
    }

    /// The first row of a list, and true if the list shows hidden records too.
    pub async fn peek(&self, resource: &str) -> Result<(Answer, bool)> {
        let all = everything(resource);
        let Some(ways) = self.ways(resource) else {
            return Ok((self.list(resource, all).peek().await?, true));
        };
        let visible = visible(&all);
        let ask = |hidden: bool| {
            let first_row = self.list(resource, if hidden { all.clone() } else { visible.clone() }).peek();
            first_row.map_ok(move |answer| (answer, hidden)).boxed()
        };
        ways.ask(&[true, false], ask).await
    }

    fn ways(&self, resource: &str) -> Option<&Ways> {
        match resource {
            UNITS => Some(&self.units),
            TENANTS => Some(&self.tenants),
            _ => None,
        }
    }

    /// Every row that one of `ids` selects by `filter`, in as few calls as the query's length allows, some of them at once.
    pub async fn by_ids(&self, resource: &str, filter: &str, ids: &[String]) -> Result<Vec<Value>> {
        for id in ids {
            checked(id)?;
        }
        let pages = |ids: &[String]| {
            let mut query = everything(resource);
            query.push((filter.to_owned(), ids.join(",")));
            self.pages(resource, query).try_concat()
        };
        let look_ups: Vec<_> = ids.chunks(MOST_IDS).map(pages).collect();
        stream::iter(look_ups).buffered(AT_ONCE).try_concat().await
    }

    /// A create; the same key again is answered with what was made the first time.
    pub fn post(&self, resource: &str, key: String, body: &impl Serialize) -> Call {
        self.transport.post(resource).header("idempotency-key", key).json(body)
    }

    pub fn patch(&self, resource: &str, id: &str, body: &impl Serialize) -> Result<Call> {
        Ok(self.transport.patch(&format!("{resource}/{}", checked(id)?)).json(body))
    }
}

/// The filter for what was updated in the window, hidden or not; no list goes without one.
pub(crate) fn since(resource: &str, window: Window) -> Query {
    filters(resource, window.from.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The filter that lets everything through.
pub(crate) fn everything(resource: &str) -> Query {
    filters(resource, "1970-01-01T00:00:00Z".to_owned())
}

fn filters(resource: &str, from: String) -> Query {
    let mut query = vec![(SINCE.to_owned(), from)];
    if [PROPERTIES, UNITS, TENANTS].contains(&resource) {
        query.push((INCLUDE_HIDDEN.to_owned(), "true".to_owned()));
    }
    query
}

/// The same filters for a list that shows no hidden records.
fn visible(filters: &Query) -> Query {
    filters.iter().filter(|(name, _)| name != INCLUDE_HIDDEN).cloned().collect()
}

/// An id as it may stand in an address; AppFolio's are UUIDs.
pub(crate) fn checked(id: &str) -> Result<&str> {
    let usable = !id.is_empty() && id.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
    let wrong = || Error::new(ErrorKind::Refused, "this is not an id of AppFolio").with("id", id);
    usable.then_some(id).ok_or_else(wrong)
}

/// A row's id, where it has one.
pub(crate) fn row_id(row: &Value) -> Option<String> {
    id_in(row, "Id")
}

/// Sorted, and each once.
pub(crate) fn distinct(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// AppFolio has statuses of its own. 409 says that the same create, or another change of the same record, is under way:
/// asking again is what it wants, and the idempotency key makes that safe.
fn classify(status: u16, _body: &[u8]) -> Option<ErrorKind> {
    match status {
        533 => Some(ErrorKind::Paused),
        701 => Some(ErrorKind::Unauthorized),
        409 => Some(ErrorKind::RateLimited),
        _ => None,
    }
}
