use chrono::{DateTime, Utc};
use mock_pms::{Dialect, GenerateSpec, MockServer, Options, Ports, World};

use crate::args::Command;
use crate::exit::{Exit, Failure};

/// Runs the mock systems until they are interrupted.
pub(crate) async fn run(command: &Command, now: DateTime<Utc>) -> Result<Exit, Failure> {
    let Command::Mock { platform, world, generate, port, latchel_port, admin_port } = command else {
        return Ok(Exit::Usage);
    };
    let platform: Dialect =
        platform.parse().map_err(|error: mock_pms::UnknownDialect| Failure::usage(error.to_string()))?;
    let world = match world {
        Some(file) => World::from_file(file).map_err(|error| {
            Failure::usage(error.to_string()).hint("docs/mock-pms.md describes the world file")
        })?,
        None => {
            let spec =
                GenerateSpec::parse(generate, now).map_err(|error| Failure::usage(error.to_string()))?;
            World::generate(&spec)
        }
    };
    let ports = Ports { platform: *port, latchel: *latchel_port, admin: *admin_port };
    let (client, key) = (world.platform.account.client_id.clone(), world.latchel.company.api_key.clone());
    let server = MockServer::start(world, Options { platform, ports, ..Options::default() })
        .await
        .map_err(Failure::run)?;
    anstream::println!("platform {platform}: {} (client id {client})", server.platform_url());
    anstream::println!("latchel: {} (key {key})", server.latchel_url());
    anstream::println!("admin: {}/_mock/world", server.admin_url());
    tokio::signal::ctrl_c().await.map_err(Failure::run)?;
    server.shutdown().await;
    Ok(Exit::Done)
}
