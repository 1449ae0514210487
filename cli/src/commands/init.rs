use std::fmt::Write as _;
use std::path::Path;

use latchel_sync_core::registry::{self, Setting, SettingForm};

use crate::exit::{Exit, Failure};
use crate::private_file;

/// Writes a commented configuration file for one platform.
pub(crate) fn run(path: &Path, platform: &str, force: bool) -> Result<Exit, Failure> {
    let Some(adapter) = registry::platforms().into_iter().find(|adapter| adapter.name == platform) else {
        let known: Vec<_> = registry::platforms().iter().map(|adapter| adapter.name).collect();
        return Err(Failure::usage(format!("there is no adapter {platform:?}"))
            .hint(format!("adapters: {}", known.join(", "))));
    };
    if path.exists() && !force {
        return Err(
            Failure::usage(format!("{} is there already", path.display())).hint("`--force` replaces it")
        );
    }
    let mut text = String::from(HEAD);
    section(&mut text, "platform", platform, adapter.settings);
    // Latchel itself; whoever has a gateway before it names that instead.
    for adapter in registry::latchels().into_iter().filter(|adapter| adapter.name == "latchel") {
        section(&mut text, "latchel", adapter.name, adapter.settings);
    }
    private_file::write(path, &text)
        .map_err(|error| Failure::run(error).hint(format!("writing {}", path.display())))?;
    note!("wrote {}; fill it in, then run `latchel-sync check`", path.display());
    Ok(Exit::Done)
}

const HEAD: &str = r#"# latchel-sync: every key is explained in docs/configuration.md.

# Where the sync keeps what it remembers; relative to this file.
ledger = "latchel-sync.sqlite"

[[account]]
name = "main"
# The zone of the account's local dates, for example of move-ins.
time_zone = "America/Los_Angeles"
# Which platform work orders are imported: "all", "assigned" (to the Latchel user) or "none".
sync_method = "assigned"
# The Latchel user's id or name on the platform, if not exactly one user has "latchel" in the name.
# latchel_user = "Team Latchel"
# exclude = { properties = ["1204", "1300/20881"], groups = ["Not managed"] }
# properties = { new_inactive = "create" }     # or "skip"
# residents = { new_moved_out = "create" }     # or "skip"; returning = "correct" or "leave"
# work_orders = { closed = "import_closed" }   # or "skip"
# window = { hours = 72, catch_up = true }
# schedule = { work_orders = "15m", properties_and_residents = "24h", reconciliation = "0 4 1 * *" }
"#;

fn section(text: &mut String, name: &str, adapter: &str, settings: &[Setting]) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\n[account.{name}]\nadapter = \"{adapter}\"\n");
    for setting in settings {
        let off = if setting.required && setting.default.is_none() { "" } else { "# " };
        let variable = format!("{}_{}", adapter.to_uppercase(), setting.key.to_uppercase());
        let default = |none: &str| setting.default.map_or_else(|| none.to_owned(), |value| value.to_string());
        let value = match setting.form {
            SettingForm::Secret => format!("{{ env = \"{variable}\" }}"),
            SettingForm::Text => format!("\"{}\"", default("")),
            SettingForm::Integer | SettingForm::Decimal => default("0"),
            SettingForm::Boolean => default("false"),
            SettingForm::Table => default("{}"),
        };
        let _ = write!(text, "# {}\n{off}{} = {value}\n", setting.help, setting.key);
    }
}
