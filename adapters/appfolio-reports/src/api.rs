use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::{Page, RawPages, Transport, instant, link_below, pages};
use serde_json::{Map, Value, json};
use std::time::Duration;

use crate::config::Config;

pub(crate) const PROPERTIES: &str = "property_directory";
pub(crate) const UNITS: &str = "unit_directory";
pub(crate) const TENANTS: &str = "tenant_directory";
pub(crate) const TICKLER: &str = "tenant_tickler";
pub(crate) const WORK_ORDERS: &str = "work_order";
pub(crate) const GROUPS: &str = "property_group_directory";

/// Path of all reports.
const REPORTS: &str = "api/v2/reports/";
/// Number of rows of a page that is not the last.
const FULL: usize = 5_000;
/// A report is made while one waits for it.
const TIMEOUT: Duration = Duration::from_secs(120);

#[derive(Debug)]
pub(crate) struct Api {
    transport: Transport,
    visibility: String,
    /// The zone of days, and of times that name none.
    zone: Tz,
}

impl Api {
    pub fn connect(settings: &Settings, config: &Config) -> Result<Self> {
        let limit = RateLimit { calls: config.calls_per_15_seconds.get(), seconds: 15 };
        let transport = Transport::builder("AppFolio", &config.base_url, settings)
            .basic_auth(settings.secret("client_id")?, settings.secret("client_secret")?)
            .rate_limits(&[limit])
            .timeout(TIMEOUT)
            .classify_error(classify)
            .build()?;
        Ok(Self { transport, visibility: config.visibility.clone(), zone: settings.time_zone() })
    }

    /// The pages of a report, with what is hidden and what is at hidden properties, as far as AppFolio lists that. Filters
    /// that it does not know are ignored without an error, so that nothing may be concluded from one that was sent.
    pub fn report(&self, name: &'static str, filters: &[(&str, &str)]) -> RawPages<'static> {
        let visibility =
            ["property_visibility", "unit_visibility"].map(|name| (name, self.visibility.as_str()));
        let filters = visibility.iter().chain(filters);
        let filters = filters.map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
        let filters: Map<String, Value> = filters.collect();
        let transport = self.transport.clone();
        pages(None, move |link: Option<String>| {
            let transport = transport.clone();
            let call = match &link {
                None => Ok(transport.post(&format!("{REPORTS}{name}.json")).json(&filters)),
                Some(link) => link_below(link, transport.host(), REPORTS)
                    .map(|(path, query)| transport.post(&path).queries(query).json(&json!({}))),
            };
            async move {
                let body = call?.reads().send().await?.json_beside().await?;
                page(body).map_err(|error| error.with("report", name))
            }
        })
    }

    /// AppFolio's clock by its newest answer, UTC.
    pub fn now(&self) -> DateTime<Utc> {
        self.transport.clock().unwrap_or_else(Utc::now)
    }

    /// Instant that a text says; a time that names no zone is the account's.
    pub fn instant(&self, text: &str) -> Option<DateTime<Utc>> {
        instant(text, &self.zone)
    }

    /// Instant at which a record was entered; of a day the end, so that none of its records counts as too old.
    pub fn entered(&self, text: Option<&str>) -> Option<DateTime<Utc>> {
        let text = text?.trim();
        self.instant(text).or_else(|| self.instant(&format!("{text} 23:59:59")))
    }
}

/// A page: rows in a wrapper that tells the next page, or rows alone. The same report comes in either shape.
fn page(body: Value) -> Result<Page<Option<String>>> {
    let malformed = |problem| Error::new(ErrorKind::Malformed, problem);
    match body {
        Value::Array(rows) if rows.len() == FULL => {
            Err(malformed("a full page without a wrapper, which would tell if there are more rows"))
        }
        Value::Array(rows) => Ok(Page { rows, next: None }),
        Value::Object(mut members) => {
            let Some(Value::Array(rows)) = members.remove("results") else {
                return Err(malformed("the answer holds no list of rows").with("field", "results"));
            };
            let next = members.get("next_page_url").and_then(Value::as_str).filter(|link| !link.is_empty());
            Ok(Page { rows, next: next.map(|link| Some(link.to_owned())) })
        }
        _ => Err(malformed("the answer is no report")),
    }
}

/// A report that there is not is a 400.
fn classify(status: u16, body: &[u8]) -> Option<ErrorKind> {
    let unknown = status == 400 && String::from_utf8_lossy(body).contains("not a valid report");
    unknown.then_some(ErrorKind::NotFound)
}
