//! An adapter in somebody's own workspace, with a binary of three lines: built, held against the conformance suite, and
//! synced both ways.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use mock_pms::world::{Job, Table};
use mock_pms::{GenerateSpec, MockServer, Options, World};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cargo::profile;
use crate::copies::{cargo, repository, with_guests};

fn example() -> PathBuf {
    repository().join("examples/private-adapter")
}

/// The example's binary, and what its own tests print.
static BUILT: LazyLock<(PathBuf, String)> = LazyLock::new(|| {
    let joined = with_guests(&example(), "example-joined");
    let tests = ["test", "--offline", "--workspace", "--test", "conformance", "--test", "guest"];
    let done = cargo(&joined, &tests);
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{said}");
    (profile().join("my-latchel-sync"), said)
});

#[test]
fn its_own_tests_hold_it_against_the_conformance_suite() {
    let (_, said) = &*BUILT;
    assert!(said.contains("test the_notebook_holds_the_suite ... ok"), "{said}");
}

#[test]
fn its_own_lock_file_fits_what_it_depends_on() {
    let locked = cargo(&example(), &["metadata", "--locked", "--offline", "--format-version", "1"]);
    let said = String::from_utf8_lossy(&locked.stderr);
    assert!(
        locked.status.success(),
        "after a change of dependencies, `cargo update --workspace` in examples/private-adapter: {said}"
    );
}

/// The example's notebook, a mock Latchel that is empty, and the binary between them.
struct Example {
    binary: PathBuf,
    folder: TempDir,
    latchel: MockServer,
}

impl Example {
    async fn start() -> Self {
        let now = "2026-03-02T20:00:00Z".parse().expect("a time");
        let mut world = World::generate(&GenerateSpec { units: 1, seed: 1, now });
        world.latchel.properties = Table::default();
        world.latchel.residents = Table::default();
        world.latchel.jobs = Table::default();
        let latchel = MockServer::start(world, Options::unlimited()).await.expect("a mock Latchel");
        let folder = TempDir::new().expect("a folder");
        let notebook = include_str!("../../../examples/private-adapter/notebook.json");
        std::fs::write(folder.path().join("notebook.json"), notebook).expect("the notebook");
        let config = format!(
            "[[account]]\nname = \"main\"\ntime_zone = \"America/Boise\"\nsync_method = \"all\"\n\
             [account.platform]\nadapter = \"notebook\"\nfile = \"notebook.json\"\n\
             [account.latchel]\nadapter = \"latchel-gateway\"\nbase_url = \"{}\"\napi_key = \"mock-api-key\"\n",
            latchel.latchel_url()
        );
        std::fs::write(folder.path().join("latchel-sync.toml"), config).expect("a configuration");
        let binary = tokio::task::spawn_blocking(|| BUILT.0.clone()).await.expect("no panic");
        Self { binary, folder, latchel }
    }

    /// Runs the binary a quarter of an hour later for each `step`, and returns what it printed.
    async fn run(&self, step: i64, args: &[&str]) -> String {
        let now = self.latchel.read(World::now) + chrono::TimeDelta::minutes(15 * step);
        let mut command = Command::new(&self.binary);
        command.current_dir(self.folder.path()).args(["--now", &now.to_rfc3339()]).args(args);
        command.stderr(Stdio::inherit());
        let output = tokio::task::spawn_blocking(move || command.output().expect("it runs"));
        let output = output.await.expect("no panic");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{args:?}: {printed}");
        printed
    }

    fn notebook(&self) -> Value {
        let text = std::fs::read_to_string(self.folder.path().join("notebook.json")).expect("the notebook");
        serde_json::from_str(&text).expect("JSON")
    }
}

#[tokio::test]
async fn a_private_adapter_is_listed_and_syncs_both_ways() {
    let example = Example::start().await;
    assert!(example.run(0, &["adapters", "list"]).await.contains("\nnotebook "));
    assert!(example.run(0, &["check"]).await.contains("2 homes"));

    example.run(0, &["sync"]).await;
    let (home, job) = example.latchel.read(|world| {
        let mut properties: Vec<_> =
            world.latchel.properties.iter().map(|one| (one.name.clone(), one.is_active)).collect();
        properties.sort();
        assert_eq!(properties, [("Elm Cottage".to_owned(), true), ("Old Mill".to_owned(), false)]);
        assert_eq!(
            world.latchel.residents.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
            ["Ada Abara"]
        );
        let job = world.latchel.jobs.iter().next().expect("the work order");
        assert_eq!((job.order_number.as_deref(), job.ref_job_id.as_deref()), (Some("31"), Some("31")));
        (job.property_id, job.id)
    });

    let made = example.latchel.edit(|world| {
        world.clock.set(world.now() + chrono::TimeDelta::minutes(5));
        let edits = json!([{"side": "latchel", "collection": "jobs", "create": {"source": "Tenant Call",
            "state": "Diagnosing Issue", "name": "Broken fence", "description": "It fell over.", "property_id": home}}]);
        let edits: Vec<mock_pms::Edit> = serde_json::from_value(edits).expect("an edit");
        world.update::<Job>(job, |job| job.state = "Completed".to_owned()).expect("the job");
        world.apply(&edits).expect("the edit fits")[0]
    });
    example.run(1, &["sync"]).await;
    let notebook = example.notebook();
    assert_eq!(notebook["jobs"][0]["state"], "done");
    let new = &notebook["jobs"][1];
    assert_eq!(
        (&new["what"], &new["given_to"], &new["state"]),
        (&json!("Broken fence"), &json!(21), &json!("open"))
    );
    example.latchel.read(|world| {
        let job = world.get::<Job>(made).expect("the job");
        assert_eq!((job.order_number.as_deref(), job.ref_job_id.as_deref()), (Some("32"), Some("32")));
    });

    example.latchel.world().clear_requests();
    example.run(2, &["sync"]).await;
    assert_eq!(example.notebook(), notebook);
    assert!(!example.latchel.requests().iter().any(mock_pms::LoggedRequest::is_write));
}
