//! Requests and paging.

use futures::stream::BoxStream;
use latchel_sync_core::Result;
use latchel_sync_core::model::Window;
use latchel_sync_core::registry::Settings;
use latchel_sync_http::{Page, TextRow, Transport, pages_ahead};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::wire;

/// Number of pages of a list that are asked for at once.
const AT_ONCE: usize = 8;
/// The most ids that one request asks for.
const IDS: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    base_url: String,
    page_size: usize,
}

#[derive(Debug)]
pub(super) struct Api {
    transport: Transport,
    page_size: usize,
}

impl Api {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let config: Config = settings.read()?;
        let transport = Transport::builder("Bench", &config.base_url, settings).build()?;
        Ok(Self { transport, page_size: config.page_size })
    }

    /// Rows that changed in the window, each page when it is wanted.
    pub fn changed<'a, W>(
        &'a self,
        path: &'static str,
        window: Window,
    ) -> BoxStream<'a, Result<Vec<TextRow<W>>>>
    where
        W: DeserializeOwned + Send + 'static,
    {
        let since = window.from.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let (transport, page_size) = (self.transport.clone(), self.page_size);
        pages_ahead(AT_ONCE, move |offset: usize| {
            let call = transport
                .get(path)
                .query("offset", offset)
                .query("limit", page_size)
                .query("updated_since", &since);
            async move {
                let page: wire::List<W> = call.send().await?.json_beside().await?;
                let next = offset + page.data.len();
                let more = next < page.total && !page.data.is_empty();
                Ok((Page { rows: page.data, next: more.then_some(next) }, Some(page.total)))
            }
        })
    }

    /// The rows with these ids.
    pub async fn by_id<W: DeserializeOwned>(
        &self,
        path: &'static str,
        ids: &[&str],
    ) -> Result<Vec<TextRow<W>>> {
        let mut rows = Vec::new();
        for some in ids.chunks(IDS) {
            let page: wire::List<W> =
                self.transport.get(path).query("ids", some.join(",")).send().await?.json()?;
            rows.extend(page.data);
        }
        Ok(rows)
    }
}
