use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{ErrorKind, Result};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::{Answer, Call, List, Paging, Transport};
use serde::Serialize;
use serde_json::Value;

use crate::census::Census;
use crate::config::Config;

const PAGING: Paging =
    Paging::by_number("page_number", "page_size", 1_000).rows_in("data").total_in("total").ahead(4);

/// So many ids are asked for one by one; more of them by reading the list once, which costs a call for each 1,000 rows
/// of it instead of one or two for each id.
pub(crate) const FEW: usize = 5;

/// The most records that are kept at once, whatever the size of the portfolio: with some 400 bytes for each, 8 MB.
pub(crate) const BLOCK: usize = 20_000;

#[derive(Debug)]
pub(crate) struct Api {
    transport: Transport,
}

impl Api {
    pub fn connect(settings: &Settings, config: &Config) -> Result<Self> {
        let limits = [
            RateLimit { calls: config.calls_per_minute.get(), seconds: 60 },
            RateLimit { calls: config.calls_per_hour.get(), seconds: 3_600 },
        ];
        let transport = Transport::builder("DoorLoop", &config.base_url, settings)
            .token("bearer", settings.secret("token")?)
            .rate_limits(&limits)
            // A token that may not do something is told that the method is not allowed.
            .classify_error(|status, _| (status == 405).then_some(ErrorKind::Forbidden))
            .build()?;
        Ok(Self { transport })
    }

    /// One record, or whatever else an address holds.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.transport.get(path).send().await
    }

    /// One record; `None` if it is not there.
    pub async fn find(&self, path: &str) -> Result<Option<Value>> {
        self.transport.get(path).find().await
    }

    /// A list.
    pub fn list<'a>(&self, path: &str) -> List<'a> {
        self.transport.list(path, &PAGING)
    }

    /// A list whose rows are counted in `census`.
    pub fn counted<'a>(&self, path: &str, census: &'a Census) -> List<'a> {
        self.list(path).each_page(|rows, total| census.count(rows, total.map(|total| total as u64)))
    }

    pub fn post(&self, path: &str, body: &impl Serialize) -> Call {
        self.transport.post(path).json(body)
    }

    pub fn put(&self, path: &str, body: &impl Serialize) -> Call {
        self.transport.put(path).json(body)
    }
}

/// A text of a row that may not be what it should.
pub(crate) fn string(row: &Value, name: &str) -> Option<String> {
    row.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A row's id, where it has one.
pub(crate) fn row_id(row: &Value) -> Option<String> {
    id_in(row, "id")
}
