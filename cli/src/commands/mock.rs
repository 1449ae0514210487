use chrono::{DateTime, Utc};
use mock_pms::world::ClockMode;
use mock_pms::{Dialect, FaultPlan, GenerateSpec, MockServer, Options, Ports, World};

use serde_json::json;

use crate::args::Command;
use crate::exit::{Exit, Failure};
use crate::render;

/// Runs the mock systems until they are interrupted.
pub(crate) async fn run(command: &Command, now: DateTime<Utc>) -> Result<Exit, Failure> {
    let Command::Mock { platform, world, generate, faults, port, latchel_port, admin_port, json, schema } =
        command
    else {
        return Ok(Exit::Usage);
    };
    if *schema {
        render::json(&World::schema())?;
        return Ok(Exit::Done);
    }
    let platform: Dialect =
        platform.parse().map_err(|error: mock_pms::UnknownDialect| Failure::usage(error.to_string()))?;
    let world = match world {
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
        let latchel = json!({"adapter": "latchel", "base_url": server.latchel_url(), "api_key": key});
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
