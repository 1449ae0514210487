mod document;
mod guesses;
mod verify;

use std::path::Path;

use chrono::{DateTime, Utc};
use latchel_sync_core::model::Side;
use latchel_sync_core::registry::{self, PageTemplates, PlatformAdapter, Setting, Site};
use latchel_sync_core::{ChangeFilter, MarkerPlace};
use scaffold::Style;
use serde_json::json;

pub use self::document::read_document;
use crate::args::AdaptersAction;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::render;

fn new(name: &str, title: Option<&str>, style: Style, path: &Path) -> Result<Exit, Failure> {
    scaffold::write(name, title, style, path).map_err(|problem| {
        let hint = Some(problem.hint.clone()).filter(|hint| !hint.is_empty());
        let failure =
            if problem.is_usage { Failure::usage(problem.to_string()) } else { Failure::run(problem) };
        failure.hint_if(hint)
    })?;
    Ok(Exit::Done)
}

pub(crate) async fn run(
    action: &AdaptersAction,
    as_json: bool,
    config: impl AsyncFn() -> Result<Config, Failure>,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    match action {
        AdaptersAction::Verify { name, spec: Some(file), .. } => {
            return guesses::against(name, file, config, as_json).await;
        }
        AdaptersAction::Verify { name, sandbox: true, .. } => {
            return guesses::in_sandbox(&config().await?, name, as_json, now).await;
        }
        AdaptersAction::Verify { name, days, rows, .. } => {
            let asked = verify::Asked { account: name, days: *days, rows: *rows };
            return verify::run(&config().await?, &asked, as_json, now).await;
        }
        AdaptersAction::New { name, title, graphql, path } => {
            let style = if *graphql { Style::GraphQl } else { Style::Rest };
            return new(name, title.as_deref(), style, path);
        }
        AdaptersAction::List { markdown: true } => render::lines(&markdown()),
        AdaptersAction::List { .. } if as_json => {
            let platforms: Vec<_> = registry::platforms().iter().map(|adapter| adapter.name).collect();
            let latchel: Vec<_> = registry::latchels().iter().map(|adapter| adapter.name).collect();
            render::json(&json!({ "platforms": platforms, "latchel": latchel }))?;
        }
        AdaptersAction::List { .. } => {
            for adapter in registry::platforms() {
                say!("{:<14} {}: {}", adapter.name, adapter.title, adapter.about);
            }
            for adapter in registry::latchels() {
                say!("{:<14} {}: {}", adapter.name, adapter.title, adapter.about);
            }
        }
        AdaptersAction::Show { name } => {
            let Some(adapter) = registry::platforms().into_iter().find(|adapter| adapter.name == *name)
            else {
                return Err(Failure::usage(format!("there is no adapter {name:?}"))
                    .hint("`latchel-sync adapters list` shows which there are"));
            };
            if as_json {
                render::json(&json!({
                    "name": adapter.name,
                    "title": adapter.title,
                    "settings": adapter.settings,
                    "webhooks": webhooks(adapter),
                    "capabilities": adapter.capabilities,
                    "rate_limits": adapter.rate_limits,
                    "pages": adapter.pages,
                }))?;
            } else {
                print(adapter);
            }
        }
    }
    Ok(Exit::Done)
}

fn print(adapter: &PlatformAdapter) {
    say!("{}: {}", adapter.title, adapter.about);
    print_settings("platform", adapter.settings);
    if let Some(settings) = webhooks(adapter) {
        print_settings("webhooks.platform", settings);
    }
    print_pages(&adapter.pages);
    say!("what it can do:");
    for (what, can) in abilities(adapter) {
        say!("  {what}: {can}");
    }
}

/// The settings of its webhooks, if it has any.
fn webhooks(adapter: &PlatformAdapter) -> Option<&'static [Setting]> {
    registry::webhooks(Side::Platform, adapter.name).map(|webhooks| webhooks.settings)
}

fn print_settings(section: &str, settings: &[Setting]) {
    say!("settings of [account.{section}]:");
    for Setting { key, help, form, required, default } in settings {
        let form = format!("{form:?}").to_lowercase();
        let note = match (default, required) {
            (Some(default), _) => format!("default {default:?}"),
            (None, true) => "required".to_owned(),
            (None, false) => "optional".to_owned(),
        };
        say!("  {key} ({form}, {note}): {help}");
    }
}

fn print_pages(pages: &PageTemplates) {
    let site = match pages.site {
        Site::Unknown => return,
        Site::Shared(site) | Site::OfBaseUrl(site) | Site::OfCustomer(site) => site,
    };
    say!("addresses of its pages, in [account.platform.pages]:");
    say!("  site (default {site:?}): Where its pages are; the customer's own word stands for *.");
    let templates = [
        ("work_order", pages.work_order),
        ("property", pages.property),
        ("unit", pages.unit),
        ("resident", pages.resident),
    ];
    for (key, template) in templates {
        let Some(template) = template else { continue };
        let note = if template.is_guess { ", a guess" } else { "" };
        say!("  {key} (default {:?}{note})", template.path);
    }
}

/// Abilities of a platform, each with its title, in the order in which they are shown.
fn abilities(adapter: &PlatformAdapter) -> Vec<(&'static str, String)> {
    let able = adapter.capabilities;
    let yes = |can: bool| if can { "yes" } else { "no" }.to_owned();
    let since = |filter| match filter {
        ChangeFilter::Instant => "by the instant of the change",
        ChangeFilter::Day => "by the day of the change",
        ChangeFilter::None => "not at all: the whole list, told by stamp or content",
    };
    let marker = match able.marker {
        MarkerPlace::IdempotencyKey => "an idempotency key",
        MarkerPlace::ReferenceField => "a field for references",
        MarkerPlace::TextTag => "a tag in the text",
    };
    let dates = match (able.move_in, able.move_out) {
        (true, true) => "yes",
        (true, false) => "move-in dates",
        (false, true) => "move-out dates",
        (false, false) => "no",
    };
    let limits: Vec<_> =
        adapter.rate_limits.iter().map(|limit| format!("{} in {} s", limit.calls, limit.seconds)).collect();
    vec![
        ("create work orders (L6)", yes(able.create_work_order)),
        ("assign them to a user (L6)", yes(able.assign_user)),
        ("set them completed (L8)", yes(able.set_completed)),
        ("set them cancelled (L8)", yes(able.set_cancelled)),
        ("list closed work orders (WP7)", yes(able.lists_closed)),
        ("tell which properties a user can reach (L5)", yes(able.knows_reach)),
        ("group properties (P5)", yes(able.property_groups)),
        ("have move-in and move-out dates (R2)", dates.to_owned()),
        ("list changed properties (W5)", since(able.properties_since).to_owned()),
        ("list changed residents (W5)", since(able.residents_since).to_owned()),
        ("list changed work orders (W5)", since(able.work_orders_since).to_owned()),
        ("keep our marker (E1)", format!("in {marker}")),
        ("show what was created (E1)", format!("after {} s at most", able.visibility_delay.as_secs())),
        ("calls that it takes", limits.join(", ")),
    ]
}

/// The content of docs/platforms.md.
fn markdown() -> String {
    let adapters = registry::platforms();
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let header = adapters.iter().map(|one| format!("[{}](../adapters/{}/README.md)", one.title, one.name));
    let mut text = String::from(
        "# What each platform can do\n\nMade from the code by `latchel-sync adapters list --markdown > docs/platforms.md`; a test \
         compares. The rules work alike on\nevery platform, as far as it can do what they ask for; where it cannot, the record's \
         outcome says\n`not_supported_by_platform`. Each platform's README says what is known of it and from where.\n\n",
    );
    text.push_str(&row(std::iter::once(String::new()).chain(header).collect()));
    text.push_str(&row(vec!["---".to_owned(); adapters.len() + 1]));
    let columns: Vec<_> = adapters.iter().map(|adapter| abilities(adapter)).collect();
    for (line, (what, _)) in columns.first().into_iter().flatten().enumerate() {
        let cells = columns.iter().map(|column| column[line].1.clone());
        text.push_str(&row(std::iter::once((*what).to_owned()).chain(cells).collect()));
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_of_platforms_is_up_to_date() {
        let page = include_str!("../../../docs/platforms.md");
        assert!(page == super::markdown(), "run `latchel-sync adapters list --markdown > docs/platforms.md`");
    }
}
