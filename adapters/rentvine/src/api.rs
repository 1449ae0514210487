use chrono::TimeDelta;
use chrono_tz::Tz;
use latchel_sync_core::Result;
use latchel_sync_core::model::Window;
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_http::{List, Paging, Transport};
use serde::Serialize;
use serde_json::Value;

use crate::config::Config;

/// The fewest rows that a page has which is not the last: the smallest default.
const SMALLEST_PAGE: usize = 15;
/// By how much more is asked for than the window holds: nothing says in which zone Rentvine reads and keeps times.
const MARGIN: TimeDelta = TimeDelta::days(1);

/// Query parameters.
pub(crate) type Query = Vec<(&'static str, String)>;

#[derive(Debug)]
pub(crate) struct Api {
    transport: Transport,
    /// Neither is a total told, nor need a page have as many rows as it is asked for.
    paging: Paging,
    /// The zone of times that name none.
    pub zone: Tz,
}

impl Api {
    pub fn connect(settings: &Settings, config: &Config) -> Result<Self> {
        let limit = RateLimit { calls: config.calls_per_second.get(), seconds: 1 };
        let transport = Transport::builder("Rentvine", &config.base_url, settings)
            .path("api/manager")
            .basic_auth(settings.secret("access_key")?, settings.secret("secret")?)
            .rate_limits(&[limit])
            .build()?;
        let paging = Paging::by_number("page", "pageSize", config.page_size.get());
        Ok(Self { transport, paging: paging.at_least(SMALLEST_PAGE), zone: config.time_zone })
    }

    /// One record in its envelope; `None` if it is not there.
    pub async fn find(&self, path: &str) -> Result<Option<Value>> {
        self.transport.get(path).find().await
    }

    /// A list.
    pub fn list<'a>(&self, path: &str, query: Query) -> List<'a> {
        self.transport.list(path, &self.paging).queries(query)
    }

    /// A list that is known to be short, and may have no pages at all.
    pub fn short<'a>(&self, path: &str) -> List<'a> {
        self.transport.list(path, &self.paging.exact())
    }

    /// Sends a bare body, and returns what it was answered with; whether it was done is another question.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Value> {
        self.transport.post(path).json(body).send().await?.value()
    }
}

/// The filter by the last change: at least what lies in the window.
pub(crate) fn since(window: Window) -> (&'static str, String) {
    let from = window.from.checked_sub_signed(MARGIN).unwrap_or(window.from);
    ("dateTimeModifiedMin", from.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}
