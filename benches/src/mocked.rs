//! One of the real platforms, as the mock imitates it, with a Latchel and the command between them.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use latchel_sync_cli::Config;
use latchel_sync_core::registry::{self, PlatformAdapter};
use mock_pms::world::{Edit, Table};
use mock_pms::{
    Dialect, Fault, FaultPlan, FaultRule, GenerateSpec, LoggedRequest, MockServer, Options, RateLimit, Side,
    World,
};
use tempfile::TempDir;
use tokio::task::block_in_place;

use crate::measured::{self, Measured};
use crate::run::Run;
use crate::scene::{LATCHEL_SYNC, this};

/// Limit of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As the adapter declares it.
    Declared,
    /// Not at all.
    Unlimited,
}

/// A mock and a folder.
pub struct Mocked {
    server: MockServer,
    folder: TempDir,
    dialect: Dialect,
    now: DateTime<Utc>,
}

impl Mocked {
    /// A platform with about so many units, none of them known to Latchel.
    pub async fn start(dialect: Dialect, units: u32, pace: Pace) -> Result<Self> {
        let now = Utc::now().trunc_subsecs(0);
        let mut world = World::generate(&GenerateSpec { units, seed: 7, now });
        world.latchel.properties = Table::default();
        world.latchel.residents = Table::default();
        world.latchel.jobs = Table::default();
        let rate_limits = match pace {
            Pace::Declared => declared(dialect)?,
            Pace::Unlimited => Vec::new(),
        };
        let options = Options {
            platform: dialect,
            rate_limits: Some(rate_limits),
            keep_responses: pace == Pace::Unlimited,
            ..Options::default()
        };
        let server = MockServer::start(world, options).await?;
        let mocked = Self { server, folder: TempDir::new()?, dialect, now };
        std::fs::write(mocked.folder.path().join("latchel-sync.toml"), mocked.config(pace))?;
        Ok(mocked)
    }

    fn config(&self, pace: Pace) -> String {
        let settings = adapter(self.dialect).map(|one| one.settings).unwrap_or_default();
        let paces = settings.iter().filter(|setting| setting.key.starts_with("calls_per_"));
        let paces = paces.map(|setting| format!("{} = 100000\n", setting.key)).collect::<String>();
        let credentials = self.server.read(|world| self.dialect.credentials(world));
        let credentials =
            credentials.into_iter().map(|(key, value)| format!("{key} = \"{value}\"\n")).collect::<String>();
        let key = self.server.read(|world| world.latchel.company.api_key.clone());
        format!(
            "[[account]]\nname = \"main\"\ntime_zone = \"America/Los_Angeles\"\nsync_method = \"all\"\n\
             [account.platform]\nadapter = \"{}\"\nbase_url = \"{}\"\n{credentials}{}\
             [account.latchel]\nadapter = \"latchel-gateway\"\nbase_url = \"{}\"\napi_key = \"{key}\"\n",
            self.dialect,
            self.server.platform_url(),
            if pace == Pace::Unlimited { &paces } else { "" },
            self.server.latchel_url(),
        )
    }

    /// Adapter that the command would make of the configuration.
    pub fn platform(&self) -> Result<std::sync::Arc<dyn latchel_sync_core::Platform>> {
        let path = self.folder.path().join("latchel-sync.toml");
        let config = Config::read(&path).map_err(|failure| anyhow::anyhow!("{failure}"))?;
        let sides = config.far_sides().map_err(|failure| anyhow::anyhow!("{failure}"))?;
        Ok(sides.into_iter().next().context("the configuration has no account")?.0)
    }

    /// Lets every answer of the platform and of Latchel come later by so many milliseconds.
    pub fn delay(&self, platform: u64, latchel: u64) {
        let late = |side, ms| FaultRule { side: Some(side), ..FaultRule::always(Fault::Latency { ms }) };
        let faults = vec![late(Side::Platform, platform), late(Side::Latchel, latchel)];
        self.server.set_faults(FaultPlan { faults, ..FaultPlan::default() });
    }

    /// Looks at what the systems hold.
    pub fn read<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        self.server.read(look)
    }

    /// Lets people change what the systems hold.
    pub fn edit(&self, edits: &[Edit]) -> Result<()> {
        self.server.edit(|world| world.apply(edits)).context("an edit")?;
        Ok(())
    }

    /// Lets time pass in both systems and here.
    pub fn advance(&mut self, by: TimeDelta) {
        self.now += by;
        let now = self.now;
        self.server.edit(|world| world.clock.set(now));
    }

    /// Syncs everything, and tells what the systems were asked.
    pub fn sync(&self, arguments: &[&str]) -> Result<(Measured, Run, Vec<LoggedRequest>)> {
        self.server.clear_requests();
        let mut command = Command::new(this()?);
        command.arg0(LATCHEL_SYNC).args(["sync", "--json", "--now", &self.now.to_rfc3339()]).args(arguments);
        // The mock goes on answering, and so do those of other platforms.
        let measured = block_in_place(|| measured::run(&mut command, self.folder.path(), &[0, 1]))?;
        let runs: Vec<Run> = serde_json::from_str(&measured.printed)?;
        let run = runs.into_iter().next().context("sync printed no run")?;
        Ok((measured, run, self.server.requests()))
    }

    /// Requests to the platform so far.
    pub fn asked(&self) -> Vec<LoggedRequest> {
        self.server.requests().into_iter().filter(|request| request.side == Side::Platform).collect()
    }
}

/// The limits that the adapter of the dialect's name keeps.
pub fn declared(dialect: Dialect) -> Result<Vec<RateLimit>> {
    let limits = adapter(dialect).context("a dialect without an adapter")?.rate_limits;
    Ok(limits.iter().map(|limit| RateLimit { calls: limit.calls, seconds: limit.seconds }).collect())
}

fn adapter(dialect: Dialect) -> Option<&'static PlatformAdapter> {
    registry::platforms().into_iter().find(|one| one.name == dialect.name())
}
