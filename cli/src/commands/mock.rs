use chrono::{DateTime, Utc};
use mock_pms::world::ClockMode;
use mock_pms::{Dialect, FaultPlan, GenerateSpec, MockServer, Options, Ports, Quirk, World};

use serde_json::json;

use crate::args::Command;
use crate::exit::{Exit, Failure};
use crate::render;
use crate::suggest::did_you_mean;

/// Runs the mock systems until they are interrupted.
pub(crate) async fn run(command: &Command, now: DateTime<Utc>) -> Result<Exit, Failure> {
    let Command::Mock {
        platform,
        world,
        generate,
        faults,
        quirk,
        list_quirks,
        port,
        latchel_port,
        admin_port,
        json,
        schema,
    } = command
    else {
        return Ok(Exit::Usage);
    };
    if *list_quirks {
        if *json {
            let all = Dialect::ALL.iter().map(|one| (one.name().to_owned(), json!(one.quirks())));
            render::json(&all.collect::<serde_json::Map<_, _>>())?;
        } else {
            anstream::print!("{}", quirks());
        }
        return Ok(Exit::Done);
    }
    if *schema {
        render::json(&World::schema())?;
        return Ok(Exit::Done);
    }
    let platform: Dialect =
        platform.parse().map_err(|error: mock_pms::UnknownDialect| Failure::usage(error.to_string()))?;
    let mut world = match world {
        Some(file) => World::from_file(file).map_err(|error| {
            Failure::usage(error.to_string()).hint("docs/mock-pms.md describes the world file")
        })?,
        None => {
            let spec =
                GenerateSpec::parse(generate, now).map_err(|error| Failure::usage(error.to_string()))?;
            let mut world = World::generate(&spec);
            // People look around for a while; a world that a test makes stands still.
            world.clock.set_mode(ClockMode::Running);
            world
        }
    };
    for (name, switch) in quirk {
        let known: Vec<_> = platform.quirks().iter().map(|quirk| quirk.name).collect();
        if !known.contains(&name.as_str()) {
            return Err(Failure::usage(format!("{platform} has no quirk {name:?}")).hint_if(
                did_you_mean(name, known.iter().copied())
                    .or_else(|| (!known.is_empty()).then(|| format!("its quirks: {}", known.join(", ")))),
            ));
        }
        world.platform.account.quirks.insert(name.clone(), *switch);
    }
    let faults = match faults {
        Some(file) => FaultPlan::from_file(file).map_err(|error| Failure::usage(error.to_string()))?,
        None => FaultPlan::default(),
    };
    let ports = Ports { platform: *port, latchel: *latchel_port, admin: *admin_port };
    let credentials = platform.credentials(&world);
    let key = world.latchel.company.api_key.clone();
    let server = MockServer::start(world, Options { platform, ports, faults, ..Options::default() })
        .await
        .map_err(Failure::run)?;
    if *json {
        let mut settings = serde_json::Map::new();
        settings.insert("adapter".to_owned(), json!(platform.name()));
        settings.insert("base_url".to_owned(), json!(server.platform_url()));
        settings.extend(credentials.into_iter().map(|(name, value)| (name.to_owned(), json!(value))));
        let platform = serde_json::Value::Object(settings);
        let latchel = json!({"adapter": "latchel-gateway", "base_url": server.latchel_url(), "api_key": key});
        render::json_line(
            &json!({"platform": platform, "latchel": latchel, "admin_url": server.admin_url()}),
        )?;
    } else {
        let credentials: Vec<_> =
            credentials.into_iter().map(|(name, value)| format!("{name} {value}")).collect();
        anstream::println!("platform {platform}: {} ({})", server.platform_url(), credentials.join(", "));
        anstream::println!("latchel: {} (key {key})", server.latchel_url());
        anstream::println!("admin: {}/_mock/world", server.admin_url());
    }
    tokio::signal::ctrl_c().await.map_err(Failure::run)?;
    server.shutdown().await;
    Ok(Exit::Done)
}

/// Table of the quirks of each platform that can be switched, as it stands in docs/mock-pms.md.
fn quirks() -> String {
    let mut text = "| platform | quirk | usually | on | off |\n|---|---|---|---|---|\n".to_owned();
    for dialect in Dialect::ALL {
        for Quirk { name, on, off, usually } in dialect.quirks() {
            text += &format!("| {dialect} | `{name}` | {usually} | {on} | {off} |\n");
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
