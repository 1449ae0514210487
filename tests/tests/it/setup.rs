use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::{LedgerAdmin, registry};
use latchel_sync_ledger::{PostgresLedger, SqliteLedger};
use mock_pms::world::Table;
use mock_pms::{Dialect, GenerateSpec, LatchelDialect, LoggedRequest, MockServer, Options, World};
use tempfile::TempDir;

pub use crate::cargo::binary;

/// A mock with a world, and a folder with the configuration and the ledger of the sync.
pub struct Setup {
    pub server: MockServer,
    pub folder: TempDir,
    pub now: DateTime<Utc>,
    platform: Dialect,
    /// Lines of the configuration about the account, except its systems.
    policy: String,
    /// Address of the ledger, if it is not a file in the folder.
    postgres: Option<String>,
    /// Further settings of the adapter `latchel`, if Latchel speaks its Partner API.
    partner_api: Option<String>,
}

/// A fixed Monday, at noon in the account's time zone.
pub fn noon() -> DateTime<Utc> {
    "2026-03-02T20:00:00Z".parse().expect("a time")
}

/// The example world of the mock: a handful of everything.
pub fn small_world() -> World {
    World::from_json(include_str!("../../../mock-pms/examples/small-world.json")).expect("the example")
}

/// The same for a platform that spells ids its own way: what Latchel's records there refer to is Buildium's.
pub fn small_world_unknown_to_latchel() -> World {
    let mut world = small_world();
    world.latchel.jobs = Table::default();
    world.latchel.residents = Table::default();
    world.latchel.properties.remove(501).expect("the one that refers to a rental");
    world
}

impl Setup {
    pub async fn new(method: &str, change: impl FnOnce(&mut World)) -> Self {
        let mut world = World::generate(&GenerateSpec { units: 60, seed: 3, now: noon() });
        change(&mut world);
        let options = Options { keep_responses: true, ..Options::unlimited() };
        Self::with(options, world, &format!("sync_method = \"{method}\"")).await
    }

    /// A setup with this platform and world and these lines about the account, whose Latchel speaks its Partner API, and with
    /// pages that look like the systems' own.
    pub async fn with_pages(platform: Dialect, world: World, policy: &str) -> Self {
        let options =
            Options { platform, latchel: LatchelDialect::Papi, pages: Some(0), ..Options::unlimited() };
        Self::with(options, world, policy).await.with_latchel_settings("writes = \"on\"")
    }

    /// A setup with the example world of the mock.
    pub async fn small(method: &str) -> Self {
        Self::of(small_world(), &format!("sync_method = \"{method}\"")).await
    }

    /// A setup with this world and these lines about the account.
    pub async fn of(world: World, policy: &str) -> Self {
        Self::with(Options::unlimited(), world, policy).await
    }

    /// The same on another platform than Buildium, with bodies in the log.
    pub async fn on(platform: Dialect, world: World, policy: &str) -> Self {
        let options = Options { platform, keep_responses: true, ..Options::unlimited() };
        Self::with(options, world, policy).await
    }

    async fn with(options: Options, world: World, policy: &str) -> Self {
        let platform = options.platform;
        let server = MockServer::start(world, options).await.expect("the mock starts");
        // Processes are killed and not the machine, so that a disk would prove no more than memory does.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        let folder = folder.expect("a folder");
        let policy = policy.to_owned();
        let setup = Self { server, folder, now: noon(), platform, policy, postgres: None, partner_api: None };
        setup.configure("lease = \"1ms\"");
        setup
    }

    /// A setup with a generated world whose Latchel speaks its Partner API, and these settings of its adapter.
    pub async fn on_partner_api(change: impl FnOnce(&mut World), settings: &str) -> Self {
        let mut world = World::generate(&GenerateSpec { units: 40, seed: 7, now: noon() });
        change(&mut world);
        Self::of_partner_api(world, "sync_method = \"all\"", settings).await
    }

    /// A setup with this world and these lines about the account, whose Latchel speaks its Partner API.
    pub async fn of_partner_api(world: World, policy: &str, settings: &str) -> Self {
        let options = Options { latchel: LatchelDialect::Papi, ..Options::unlimited() };
        Self::with(options, world, policy).await.with_latchel_settings(settings)
    }

    /// Other settings of the adapter `latchel` from now on.
    pub fn with_latchel_settings(self, settings: &str) -> Self {
        let setup = Self { partner_api: Some(settings.to_owned()), ..self };
        setup.configure("lease = \"1ms\"");
        setup
    }

    /// Other lines about the account from now on.
    pub fn with_policy(self, policy: &str) -> Self {
        let setup = Self { policy: policy.to_owned(), ..self };
        setup.configure("lease = \"1ms\"");
        setup
    }

    /// The same with its ledger in this database.
    pub fn on_postgres(mut self, url: String) -> Self {
        self.postgres = Some(url);
        self.configure("lease = \"1ms\"");
        self
    }

    /// Dialect of the platform.
    pub fn platform(&self) -> Dialect {
        self.platform
    }

    /// Writes the configuration, with these lines before the account.
    pub fn configure(&self, top: &str) {
        let ledger = self.postgres.iter().map(|url| format!("ledger = \"{url}\"\n")).collect::<String>();
        let (url, latchel) = (self.server.platform_url(), self.server.latchel_url());
        let latchel = match &self.partner_api {
            None => format!("adapter = \"latchel-gateway\"\nbase_url = \"{latchel}\""),
            Some(settings) => format!("adapter = \"latchel\"\nbase_url = \"{latchel}/v1\"\n{settings}"),
        };
        let pages = self.server.pages_url();
        let pages = pages.map(|url| format!("pages = {{ site = \"{url}\" }}\n")).unwrap_or_default();
        let config = format!(
            "{top}\n{ledger}[[account]]\nname = \"main\"\ntime_zone = \"America/Los_Angeles\"\n{}\n\
             [account.platform]\nadapter = \"{}\"\nbase_url = \"{url}\"\n{}{pages}[account.latchel]\n\
             {latchel}\n{pages}api_key = \"mock-api-key\"\n",
            self.policy,
            self.platform,
            self.way_in()
        );
        std::fs::write(self.folder.path().join("latchel-sync.toml"), config).expect("a configuration");
    }

    /// The settings that let an adapter into the mock, at any pace.
    fn way_in(&self) -> String {
        let credentials = self.server.read(|world| self.platform.credentials(world));
        let credentials = credentials.into_iter().map(|(key, value)| format!("{key} = \"{value}\"\n"));
        let adapter = registry::platforms().into_iter().find(|one| one.name == self.platform.name());
        let settings = adapter.expect("an adapter of the dialect's name").settings;
        let paces = settings.iter().filter(|setting| setting.key.starts_with("calls_per_"));
        credentials.chain(paces.map(|setting| format!("{} = 100000\n", setting.key))).collect()
    }

    /// Another setup that stands where this one does: the same world, the same ledger in a file.
    pub async fn copy(&self) -> Self {
        assert_eq!(self.postgres, None, "a database is not copied");
        let options = Options { platform: self.platform, ..Options::unlimited() };
        let world = self.server.read(World::clone);
        let copy = match &self.partner_api {
            None => Self::with(options, world, &self.policy).await,
            Some(settings) => Self::of_partner_api(world, &self.policy, settings).await,
        };
        let copy = Self { now: self.now, ..copy };
        for entry in std::fs::read_dir(self.folder.path()).expect("the folder").flatten() {
            let name = entry.file_name();
            if name.to_string_lossy().contains("sqlite") {
                std::fs::copy(entry.path(), copy.folder.path().join(name)).expect("a copy");
            }
        }
        copy
    }

    /// Path of the ledger's file.
    pub fn ledger_file(&self) -> PathBuf {
        self.folder.path().join("latchel-sync.sqlite")
    }

    /// The ledger, for looking into it.
    pub async fn ledger(&self) -> Box<dyn LedgerAdmin> {
        match &self.postgres {
            None => {
                let ledger = SqliteLedger::open_existing(self.ledger_file()).await.expect("the file");
                Box::new(ledger.expect("the ledger"))
            }
            Some(url) => {
                let ledger = PostgresLedger::open_existing(url).await.expect("the database");
                Box::new(ledger.expect("the ledger"))
            }
        }
    }

    /// Lets time pass in both systems and here.
    pub fn advance(&mut self, by: TimeDelta) {
        self.now += by;
        let now = self.now;
        self.server.edit(|world| world.clock.set(now));
    }

    /// Changes the world as people at a screen would.
    pub fn edit(&self, edits: &str) {
        let edits: Vec<mock_pms::Edit> = serde_json::from_str(edits).expect("edits");
        self.server.edit(|world| world.apply(&edits)).expect("the edits fit");
    }

    /// Runs the command and returns what it printed; stderr shows if it did not exit with `code`.
    pub async fn run(&self, code: i32, args: &[&str]) -> String {
        let output = self.output(args).await;
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}\n{err}");
        out.into_owned()
    }

    /// The command, about to be run here and now.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.current_dir(self.folder.path()).args(["--now", &self.now.to_rfc3339()]).args(args);
        // The mock has no TLS, and reading all the authorities of this machine would take half the time of a sync.
        let none = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data");
        // What the far side answers is tried, not how long one waits for another answer.
        command.env("LATCHEL_SYNC_FIRST_PAUSE", "5ms");
        command.env("SSL_CERT_FILE", format!("{none}/no-authority.pem")).env("SSL_CERT_DIR", none);
        command
    }

    pub async fn output(&self, args: &[&str]) -> Output {
        let mut command = self.command(args);
        tokio::task::spawn_blocking(move || command.output().expect("latchel-sync runs"))
            .await
            .expect("no panic")
    }

    /// Syncs, and returns the writes that the systems saw.
    pub async fn sync(&self, code: i32) -> Vec<LoggedRequest> {
        self.server.clear_requests();
        self.run(code, &["sync", "--json"]).await;
        self.writes()
    }

    pub fn writes(&self) -> Vec<LoggedRequest> {
        self.server.requests().into_iter().filter(LoggedRequest::is_write).collect()
    }

    /// The reason and action that a plan gives for each record, by `SIDE KIND ID`.
    pub async fn plan(&self) -> std::collections::BTreeMap<String, (String, String)> {
        let printed = self.run(0, &["plan", "--json"]).await;
        let outcomes = printed.lines().map(|line| serde_json::from_str(line).expect("JSON lines"));
        outcomes
            .filter(|outcome: &serde_json::Value| outcome["key"].is_object())
            .map(|outcome| {
                let key = &outcome["key"];
                let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
                let id = format!("{} {} {}", text(&key["side"]), text(&key["kind"]), text(&key["id"]));
                (id, (text(&outcome["reason"]), text(&outcome["action"])))
            })
            .collect()
    }
}
