use latchel_sync_core::registry::{self, PlatformAdapter, Setting};
use serde_json::json;

use crate::args::AdaptersAction;
use crate::exit::{Exit, Failure};
use crate::render;

pub(crate) fn run(action: &AdaptersAction, as_json: bool) -> Result<Exit, Failure> {
    match action {
        AdaptersAction::List if as_json => {
            let platforms: Vec<_> = registry::platforms().iter().map(|adapter| adapter.name).collect();
            let latchel: Vec<_> = registry::latchels().iter().map(|adapter| adapter.name).collect();
            render::json(&json!({ "platforms": platforms, "latchel": latchel }))?;
        }
        AdaptersAction::List => {
            for adapter in registry::platforms() {
                anstream::println!("{:<14} {}: {}", adapter.name, adapter.title, adapter.about);
            }
            for adapter in registry::latchels() {
                anstream::println!("{:<14} {}: {}", adapter.name, adapter.title, adapter.about);
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
                    "capabilities": adapter.capabilities,
                    "rate_limits": adapter.rate_limits,
                }))?;
            } else {
                print(adapter);
            }
        }
    }
    Ok(Exit::Done)
}

fn print(adapter: &PlatformAdapter) {
    anstream::println!("{}: {}", adapter.title, adapter.about);
    anstream::println!("settings of [account.platform]:");
    for Setting { key, help, form, required, default } in adapter.settings {
        let form = format!("{form:?}").to_lowercase();
        let note = match (default, required) {
            (Some(default), _) => format!("default {default:?}"),
            (None, true) => "required".to_owned(),
            (None, false) => "optional".to_owned(),
        };
        anstream::println!("  {key} ({form}, {note}): {help}");
    }
    let able = adapter.capabilities;
    anstream::println!("capabilities:");
    for (what, can) in [
        ("create work orders", able.create_work_order),
        ("assign them to a user", able.assign_user),
        ("set them completed", able.set_completed),
        ("set them cancelled", able.set_cancelled),
        ("tell which properties a user can reach", able.knows_reach),
        ("group properties", able.property_groups),
    ] {
        anstream::println!("  {} {what}", if can { "yes" } else { "no " });
    }
    for limit in adapter.rate_limits {
        anstream::println!("rate limit: {} calls in {} s", limit.calls, limit.seconds);
    }
}
