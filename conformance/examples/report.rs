//! Prints the whole report of one registered adapter over the dialect of its name:
//! `cargo run -p latchel-sync-conformance --features mock --example report -- buildium`.

use std::process::ExitCode;

use adapters as _;
use latchel_sync_conformance::mock::MockSetup;
use latchel_sync_conformance::run;

#[tokio::main]
async fn main() -> ExitCode {
    let Some(name) = std::env::args().nth(1) else {
        eprintln!("which adapter? give the name that it is registered under");
        return ExitCode::from(2);
    };
    let setup = match MockSetup::named(&name) {
        Ok(setup) => setup,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let report = run(&setup).await;
    println!("{report}");
    if report.failures().next().is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
