use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::{DateTime, TimeDelta, Utc};
use mock_pms::{GenerateSpec, LoggedRequest, MockServer, Options, World};
use tempfile::TempDir;

/// A mock with a world, and a folder with the configuration and the ledger of the sync.
pub struct Setup {
    pub server: MockServer,
    pub folder: TempDir,
    pub now: DateTime<Utc>,
}

/// A fixed Monday, at noon in the account's time zone.
pub fn noon() -> DateTime<Utc> {
    "2026-03-02T20:00:00Z".parse().expect("a time")
}

/// The binary, built from what stands here now, beside this test's own.
pub fn binary() -> PathBuf {
    static BUILT: std::sync::Once = std::sync::Once::new();
    BUILT.call_once(|| {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "latchel-sync", "--bin", "latchel-sync"])
            .status()
            .expect("cargo runs");
        assert!(built.success(), "latchel-sync does not build");
    });
    let test = std::env::current_exe().expect("this test's path");
    test.parent().and_then(Path::parent).expect("target/PROFILE").join("latchel-sync")
}

impl Setup {
    pub async fn new(method: &str, change: impl FnOnce(&mut World)) -> Self {
        let mut world = World::generate(&GenerateSpec { units: 60, seed: 3, now: noon() });
        change(&mut world);
        Self::of(world, method).await
    }

    /// The example world of the mock: a handful of everything.
    pub async fn small(method: &str) -> Self {
        let text = include_str!("../../../mock-pms/examples/small-world.json");
        Self::of(World::from_json(text).expect("the example"), method).await
    }

    pub async fn of(world: World, method: &str) -> Self {
        let server = MockServer::start(world, Options { keep_responses: true, ..Options::unlimited() })
            .await
            .expect("the mock starts");
        let folder = TempDir::new().expect("a folder");
        let config = format!(
            "lease = \"1ms\"\n[[account]]\nname = \"main\"\ntime_zone = \"America/Los_Angeles\"\nsync_method = \"{method}\"\n\
             [account.platform]\nadapter = \"buildium\"\nbase_url = \"{}\"\nclient_id = \"mock-client-id\"\n\
             client_secret = \"mock-client-secret\"\ncalls_per_second = 1000\n[account.latchel]\nadapter = \"latchel\"\nbase_url = \"{}\"\n\
             api_key = \"mock-api-key\"\n",
            server.platform_url(),
            server.latchel_url()
        );
        std::fs::write(folder.path().join("latchel-sync.toml"), config).expect("a configuration");
        Self { server, folder, now: noon() }
    }

    /// Another setup that stands where this one does: the same world, the same ledger.
    pub async fn copy(&self, method: &str) -> Self {
        let copy = Self { now: self.now, ..Self::of(self.server.read(World::clone), method).await };
        for entry in std::fs::read_dir(self.folder.path()).expect("the folder").flatten() {
            let name = entry.file_name();
            if name.to_string_lossy().contains("sqlite") {
                std::fs::copy(entry.path(), copy.folder.path().join(name)).expect("a copy");
            }
        }
        copy
    }

    /// Lets time pass in both systems and here.
    pub fn advance(&mut self, by: TimeDelta) {
        self.now += by;
        let now = self.now;
        self.server.edit(|world| world.clock.set(now));
    }

    /// Runs the command and returns what it printed; stderr shows if it did not exit with `code`.
    pub async fn run(&self, code: i32, args: &[&str]) -> String {
        let output = self.output(args).await;
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}\n{err}");
        out.into_owned()
    }

    pub async fn output(&self, args: &[&str]) -> Output {
        let mut command = Command::new(binary());
        command.current_dir(self.folder.path()).args(["--now", &self.now.to_rfc3339()]).args(args);
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
