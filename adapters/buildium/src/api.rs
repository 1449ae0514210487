use futures::{StreamExt, TryStreamExt, stream};
use latchel_sync_core::Result;
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::{Answer, Call, List, ListRow, Paging, Transport};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::Config;

/// Without a unique order, pages may repeat and skip rows.
const PAGING: Paging = Paging::by_offset("offset", "limit", PAGE)
    .total_in_header("x-total-count")
    .id("Id")
    .also(&[("orderby", "Id asc")])
    .ahead(AT_ONCE);
/// Number of rows of a page.
pub(crate) const PAGE: usize = 1_000;
/// Number of pages of a list, and of look-ups by ids, that are under way at once: the rate limit, and not a slow answer, is to
/// decide how long a list takes.
pub(crate) const AT_ONCE: usize = 8;
/// Buildium answers a query of more than 4,096 characters with a 500; this leaves room for the other parameters.
const LONGEST_LIST: usize = 3_500;

/// Query parameters.
pub(crate) type Query = Vec<(&'static str, String)>;

#[derive(Debug, Clone)]
pub(crate) struct Api {
    transport: Transport,
}

impl Api {
    pub fn connect(settings: &Settings, config: &Config) -> Result<Self> {
        let limit = RateLimit { calls: config.calls_per_second.get(), seconds: 1 };
        let transport = Transport::builder("Buildium", &config.base_url, settings)
            .secret_header("x-buildium-client-id", settings.secret("client_id")?)
            .secret_header("x-buildium-client-secret", settings.secret("client_secret")?)
            .rate_limits(&[limit])
            .build()?;
        Ok(Self { transport })
    }

    /// One record, or whatever else an address holds.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.transport.get(path).send().await
    }

    /// One record; `None` if it is not there.
    pub async fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>> {
        self.transport.get(path).find().await
    }

    /// A list in the order of ids.
    pub fn list<'a>(&self, path: &str, query: Query) -> List<'a> {
        self.transport.list(path, &PAGING).queries(query)
    }

    /// Every row that one of `ids` selects by the filter `name`, in as many calls as the query's length asks for, some of them
    /// at once. A row that Buildium does not serve has a stand-in.
    pub async fn by_ids<R: ListRow>(&self, path: &str, name: &'static str, ids: &[i64]) -> Result<Vec<R>> {
        let pages = |ids: &[i64]| {
            let query = ids.iter().map(|id| (name, id.to_string())).collect();
            self.list(path, query).pages_as().try_concat()
        };
        let look_ups: Vec<_> = ids.chunks(most_ids(name)).map(pages).collect();
        stream::iter(look_ups).buffered(AT_ONCE).try_concat().await
    }

    pub fn post(&self, path: &str, body: &impl Serialize) -> Call {
        self.transport.post(path).json(body)
    }

    pub fn put(&self, path: &str, body: &impl Serialize) -> Call {
        self.transport.put(path).json(body)
    }

    /// An id of the core as Buildium's number.
    pub fn number(&self, id: &str) -> Result<i64> {
        self.transport.number(id)
    }
}

/// The most ids in one look-up by the filter `name`.
pub(crate) const fn most_ids(name: &str) -> usize {
    LONGEST_LIST / (name.len() + "=12345678901&".len())
}

/// A row's id, where it has one.
pub(crate) fn row_id(row: &Value) -> Option<String> {
    id_in(row, "Id")
}

/// Sorted, and each once.
pub(crate) fn distinct(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
