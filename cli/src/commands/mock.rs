use chrono::{DateTime, Utc};
use mock_pms::world::ClockMode;
use mock_pms::{
    Dialect, FaultPlan, GenerateSpec, LatchelDialect, MockServer, Options, Ports, Quirk, Switch, World,
};

use serde_json::json;

use crate::args::Mocking;
use crate::exit::{Exit, Failure};
use crate::render;
use crate::suggest::did_you_mean;

/// Runs the mock systems until they are interrupted.
pub(crate) async fn run(asked: &Mocking, now: DateTime<Utc>) -> Result<Exit, Failure> {
    let Mocking {
        platform,
        latchel,
        latchel_limit,
        world,
        generate,
        faults,
        quirk,
        list_quirks,
        port,
        latchel_port,
        admin_port,
        pages_port,
        json,
        schema,
    } = asked;
    if *list_quirks {
        if *json {
            let all = systems().into_iter().map(|(name, quirks)| (name, json!(quirks)));
            render::json(&all.collect::<serde_json::Map<_, _>>())?;
        } else {
            render::lines(&quirks());
        }
        return Ok(Exit::Done);
    }
    if *schema {
        render::json(&World::schema())?;
        return Ok(Exit::Done);
    }
    let platform: Dialect =
        platform.parse().map_err(|error: mock_pms::UnknownDialect| Failure::usage(error.to_string()))?;
    let latchel: LatchelDialect =
        latchel.parse().map_err(|error: mock_pms::UnknownLatchel| Failure::usage(error.to_string()))?;
    let mut world = match world {
        Some(file) => World::from_file(file).map_err(|error| {
            Failure::usage(error.to_string()).hint("docs/mock-pms.md describes the world file")
        })?,
        None => {
            let (spec, filling) =
                GenerateSpec::parse(generate, now).map_err(|error| Failure::usage(error.to_string()))?;
            let mut world = World::generate(&spec);
            world.fill_latchel(filling, spec.seed);
            // People look around for a while; a world that a test makes stands still.
            world.clock.set_mode(ClockMode::Running);
            world
        }
    };
    for (name, switch_to) in quirk {
        switch(&mut world, platform, latchel, name, *switch_to)?;
    }
    let faults = match faults {
        Some(file) => FaultPlan::from_file(file).map_err(|error| Failure::usage(error.to_string()))?,
        None => FaultPlan::default(),
    };
    let ports = Ports { platform: *port, latchel: *latchel_port, admin: *admin_port };
    let credentials = platform.credentials(&world);
    let key = world.latchel.company.api_key.clone();
    let latchel_rate_limits = latchel_limit.as_ref().map(|limit| limit.0.clone());
    let pages = *pages_port;
    let options =
        Options { platform, latchel, latchel_rate_limits, ports, faults, pages, ..Options::default() };
    let server = MockServer::start(world, options).await.map_err(Failure::run)?;
    let is_papi = matches!(latchel, LatchelDialect::Papi);
    let latchel_url = format!("{}{}", server.latchel_url(), latchel.base_path());
    if *json {
        let mut settings = serde_json::Map::new();
        settings.insert("adapter".to_owned(), json!(platform.name()));
        settings.insert("base_url".to_owned(), json!(server.platform_url()));
        settings.extend(credentials.into_iter().map(|(name, value)| (name.to_owned(), json!(value))));
        let platform = serde_json::Value::Object(settings);
        let latchel = json!({"adapter": adapter(latchel), "base_url": latchel_url, "api_key": key});
        render::json_line(
            &json!({"platform": platform, "latchel": latchel, "admin_url": server.admin_url(), "pages_url": server.pages_url()}),
        )?;
    } else {
        let mut settings = vec![("adapter", platform.name().to_owned())];
        settings.push(("base_url", server.platform_url().to_owned()));
        settings.extend(credentials);
        let mut latchel = vec![("adapter", adapter(latchel).to_owned()), ("base_url", latchel_url)];
        latchel.push(("api_key", key));
        if is_papi {
            latchel.push(("writes", "on".to_owned()));
        }
        render::lines(&pasted(&settings, &latchel, server.pages_url()));
        say!();
        say!("# Its world can be read and changed at {}/_mock/world (docs/mock-pms.md).", server.admin_url());
    }
    tokio::signal::ctrl_c().await.map_err(Failure::run)?;
    server.shutdown().await;
    Ok(Exit::Done)
}

/// A configuration for the two systems, to be pasted into a file.
fn pasted(platform: &[(&str, String)], latchel: &[(&str, String)], pages: Option<&str>) -> String {
    let mut text =
        "# Put this into latchel-sync.toml; then `latchel-sync check`, in another terminal.\n".to_owned();
    text += "[[account]]\nname = \"mock\"\ntime_zone = \"America/Los_Angeles\"\nsync_method = \"assigned\"\n";
    for (section, settings) in [("platform", platform), ("latchel", latchel)] {
        text += &format!("\n[account.{section}]\n");
        for (name, value) in settings {
            text += &format!("{name} = {}\n", toml::Value::String(value.clone()));
        }
        if let Some(pages) = pages {
            // The path of either Latchel's pages is the real one's, which the gateway's adapter does not know.
            let latchel = "work_order = \"/admin/work-order/{slug}\"";
            let more = if section == "latchel" { format!(", {latchel}") } else { String::new() };
            text += &format!("pages = {{ site = \"{pages}\"{more} }}\n");
        }
    }
    text
}

/// Adapter that speaks to this Latchel.
fn adapter(latchel: LatchelDialect) -> &'static str {
    match latchel {
        LatchelDialect::Gateway => "latchel-gateway",
        LatchelDialect::Papi => "latchel",
    }
}

/// Switches a quirk of the platform or of Latchel, whichever has it.
fn switch(
    world: &mut World,
    platform: Dialect,
    latchel: LatchelDialect,
    name: &str,
    to: Switch,
) -> Result<(), Failure> {
    let known = || platform.quirks().iter().chain(latchel.quirks());
    if let Some(quirk) = known().find(|quirk| quirk.name == name) {
        quirk.switch(world, to);
        return Ok(());
    }
    let names: Vec<_> = known().map(|quirk| quirk.name).collect();
    let theirs = || (!names.is_empty()).then(|| format!("their quirks: {}", names.join(", ")));
    Err(Failure::usage(format!("neither {platform} nor Latchel's {latchel} has a quirk {name:?}"))
        .hint_if(did_you_mean(name, names.iter().copied()).or_else(theirs)))
}

/// Every system with its quirks.
fn systems() -> Vec<(String, &'static [Quirk])> {
    let platforms = Dialect::ALL.iter().map(|one| (one.name().to_owned(), one.quirks()));
    let latchels = LatchelDialect::ALL.iter().map(|one| (format!("latchel {one}"), one.quirks()));
    platforms.chain(latchels).collect()
}

/// Table of the quirks of each system that can be switched, as it stands in docs/mock-pms.md.
fn quirks() -> String {
    let mut text = "| system | quirk | usually | on | off |\n|---|---|---|---|---|\n".to_owned();
    for (system, quirks) in systems() {
        for Quirk { name, on, off, usually, .. } in quirks {
            text += &format!("| {system} | `{name}` | {usually} | {on} | {off} |\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_of_the_mock_has_every_quirk() {
        let page = include_str!("../../../docs/mock-pms.md");
        assert!(
            page.contains(&super::quirks()),
            "docs/mock-pms.md: put in `latchel-sync mock --list-quirks`"
        );
    }
}
