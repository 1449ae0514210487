//! Addresses of a system's pages, which stand beside its adapter's settings and are none of them.

use latchel_sync_core::registry::PageOverrides;
use toml::Table;

/// The key, in an adapter's table.
pub(super) const KEY: &str = "pages";

/// The key, in the sections that take it.
pub(super) fn key(section: &str) -> Option<&'static str> {
    matches!(section, "platform" | "latchel").then_some(KEY)
}

/// Takes the addresses out of an adapter's table, if it has any.
pub(super) fn take(table: &mut Table) -> Result<PageOverrides, String> {
    let Some(pages) = table.remove(KEY) else { return Ok(PageOverrides::default()) };
    pages.try_into().map_err(|error: toml::de::Error| error.message().to_owned())
}
