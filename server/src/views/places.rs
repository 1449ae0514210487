use latchel_sync_core::model::Side;
use latchel_sync_core::registry::PageAddresses;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::schema;

/// Pages of the two systems on which people see work orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Places {
    /// The pages, by account, the platform's first.
    pub places: Vec<Place>,
    /// Accounts of which the address of the platform's pages does not tell them apart, and must be configured
    /// (`platform.pages.site`).
    pub unclear: Vec<String>,
}

/// Pages of one system in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Place {
    /// The account.
    pub account: String,
    /// The side of the system.
    #[schema(value_type = schema::Side)]
    pub side: Side,
    /// The system's name for people.
    pub title: String,
    /// Scheme and host; a `*` stands for any word.
    pub site: String,
    /// The rest of it, with `{id}`, `{number}`, `{request}` or `{slug}` for the names of a work order; whatever stands behind it
    /// in an address does not matter.
    pub work_order: String,
}

/// The pages on which people see work orders of any account, as far as an address tells whose they are.
pub fn places(app: &App) -> Places {
    let mut places = Vec::new();
    let mut unclear = Vec::new();
    let served = app.accounts.now();
    for (name, one) in &served.synced {
        let is_clear = |pages: &PageAddresses| {
            let others = served.synced.values().filter(|other| other.name() != name);
            pages.is_shared
                || !others.map(|other| &other.pages.platform).any(|other| may_be_alike(pages, other))
        };
        for side in [Side::Platform, Side::Latchel] {
            let pages = one.pages.of(side);
            let (Some(site), Some(work_order)) = (&pages.site, &pages.work_order) else { continue };
            if side == Side::Platform && !is_clear(pages) {
                unclear.push(name.clone());
                continue;
            }
            let title = match side {
                Side::Platform => one.platform_title.to_owned(),
                Side::Latchel => "Latchel".to_owned(),
            };
            let (account, site, work_order) = (name.clone(), site.clone(), work_order.clone());
            places.push(Place { account, side, title, site, work_order });
        }
    }
    Places { places, unclear }
}

/// True if an address can be of both, so that an id in it may be another customer's.
fn may_be_alike(one: &PageAddresses, other: &PageAddresses) -> bool {
    let (Some(site), Some(other)) = (&one.site, &other.site) else { return false };
    site == other || matches(site, other) || matches(other, site)
}

/// True if `site` is one of those that `pattern` stands for.
fn matches(pattern: &str, site: &str) -> bool {
    pattern.split_once('*').is_some_and(|(before, after)| {
        site.len() >= before.len() + after.len() && site.starts_with(before) && site.ends_with(after)
    })
}
