//! Addresses of a system's pages, which stand beside its adapter's settings and are none of them.

use latchel_sync_core::registry::PageOverrides;
use toml::Table;

use super::Source;
use crate::exit::Failure;

/// The key, in an adapter's table.
const KEY: &str = "pages";

/// The key, in the sections that take it.
pub(super) fn key(section: &str) -> Option<&'static str> {
    matches!(section, "platform" | "latchel").then_some(KEY)
}

impl Source {
    /// The addresses in the table of this section, taken out of it; none if there are none.
    pub(super) fn pages(
        &self,
        start: usize,
        section: &str,
        table: &mut Table,
    ) -> Result<PageOverrides, Failure> {
        let Some(pages) = table.remove(KEY) else { return Ok(PageOverrides::default()) };
        pages.try_into().map_err(|error: toml::de::Error| {
            let at = self.find(start, section, KEY);
            self.problem(at, &format!("{section}.{KEY}: {}", error.message()))
        })
    }
}
