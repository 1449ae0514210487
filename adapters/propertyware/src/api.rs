use std::collections::BTreeSet;
use std::future::ready;

use chrono::{DateTime, Utc};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt, stream};
use latchel_sync_core::model::Window;
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{ErrorKind, Result};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::{Call, Cut, List, ListRow, Paging, Transport, error_words, is_web_page};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::Config;

/// Without an order, pages may repeat and skip rows. The total is read only where it speaks of more than a page shows.
const PAGING: Paging = Paging::by_offset("offset", "limit", 500)
    .total_in_header("x-total-count")
    .also(&[("orderby", "id asc")])
    .ahead(8);
/// Up to so many records are asked for one by one; for more, the whole list is read, since no list takes several ids.
const ONE_BY_ONE: usize = 8;
/// Number of records of a list that are kept until their related records are read in one go, which costs a whole list; a bound
/// on memory.
pub(crate) const CHUNK: usize = 20_000;
/// Words that the answer to missing credentials may contain; the live answers are not known in full.
const CREDENTIAL_WORDS: [&str; 5] =
    ["x-propertyware-", "client id", "client secret", "system id", "credential"];

/// Query parameters.
pub(crate) type Query = Vec<(&'static str, String)>;

#[derive(Debug)]
pub(crate) struct Api {
    transport: Transport,
}

impl Api {
    pub fn connect(settings: &Settings, config: &Config) -> Result<Self> {
        let limit = RateLimit { calls: config.calls_per_second.get(), seconds: 1 };
        let transport = Transport::builder("Propertyware", &config.base_url, settings)
            .path("pw/api/rest/v1")
            .secret_header("x-propertyware-client-id", settings.secret("client_id")?)
            .secret_header("x-propertyware-client-secret", settings.secret("client_secret")?)
            .header("x-propertyware-system-id", &config.system_id)
            .rate_limits(&[limit])
            .classify_error(classify)
            // A 400 without a word before anything was ever answered is what missing credentials get.
            .classify_first_errors(|status, body| {
                (status == 400 && error_words(body).is_none()).then_some(ErrorKind::Unauthorized)
            })
            .build()?;
        Ok(Self { transport })
    }

    /// One record; `None` if it is not there.
    pub async fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>> {
        self.transport.get(path).find().await
    }

    /// Propertyware's clock when it last answered, UTC.
    pub fn clock(&self) -> Option<DateTime<Utc>> {
        self.transport.clock()
    }

    /// A list in the order of ids.
    pub fn list<'a>(&self, path: &str, query: Query) -> List<'a> {
        self.transport.list(path, &PAGING).queries(query)
    }

    /// The records of a list with these ids, as far as they are there. No row of it may be missed: it would be taken for one that is gone.
    pub async fn by_id<R: ListRow>(&self, path: &str, query: Query, ids: &BTreeSet<i64>) -> Result<Vec<R>> {
        if ids.len() <= ONE_BY_ONE {
            let one = |id: i64| async move { self.find::<Value>(&format!("{path}/{id}")).await };
            let found = stream::iter(ids.clone()).map(one).buffered(ONE_BY_ONE);
            return found.try_filter_map(|row| ready(Ok(row.map(R::of_value)))).try_collect().await;
        }
        let mut found = Vec::new();
        let mut pages = self.list(path, query).cut_as::<R>(Cut::Never);
        while let Some(page) = pages.try_next().await? {
            let id = |row: &R| row.id("id").and_then(|id| id.parse().ok());
            found.extend(page.into_iter().filter(|row| id(row).is_some_and(|id: i64| ids.contains(&id))));
        }
        Ok(found)
    }

    /// Pages with at least the rows of a list that belong to these buildings; `cut` says whether rows may have stand-ins.
    pub fn of_buildings<'a, R: ListRow>(
        &'a self,
        path: &'a str,
        query: Query,
        buildings: &BTreeSet<i64>,
        cut: Cut,
    ) -> BoxStream<'a, Result<Vec<R>>> {
        if buildings.len() > ONE_BY_ONE {
            return self.list(path, query).cut_as(cut);
        }
        let of_one =
            move |building: i64| self.list(path, query.clone()).query("buildingID", building).cut_as(cut);
        stream::iter(buildings.clone()).flat_map(of_one).boxed()
    }

    pub fn post(&self, path: &str, body: &impl Serialize) -> Call {
        self.transport.post(path).json(body)
    }

    pub fn put(&self, path: &str, body: &impl Serialize) -> Call {
        self.transport.put(path).json(body)
    }

    /// An id of the core as Propertyware's number.
    pub fn number(&self, id: &str) -> Result<i64> {
        self.transport.number(id)
    }
}

/// The filter by the instant of the last change.
pub(crate) fn since(window: Window) -> (&'static str, String) {
    modified_since(window.from)
}

/// The same from any instant.
pub(crate) fn modified_since(from: DateTime<Utc>) -> (&'static str, String) {
    ("lastModifiedDateTimeStart", from.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Asks for deactivated records too.
pub(crate) fn deactivated_too() -> (&'static str, String) {
    ("includeDeactivated", "true".to_owned())
}

/// A row's id, where it has one.
pub(crate) fn row_id(row: &Value) -> Option<String> {
    id_in(row, "id")
}

/// Missing credentials are a 400, and a path that is not the API's is a 404 with a web page, which must not pass for a
/// record that is gone.
fn classify(status: u16, body: &[u8]) -> Option<ErrorKind> {
    match status {
        404 if is_web_page(body) => Some(ErrorKind::Config),
        400 => {
            let text = String::from_utf8_lossy(body).to_lowercase();
            CREDENTIAL_WORDS.iter().any(|word| text.contains(word)).then_some(ErrorKind::Unauthorized)
        }
        _ => None,
    }
}
