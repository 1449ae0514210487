//! Bad input: a configuration that is wrong, and records that make no sense.

use mock_pms::World;
use mock_pms::world::RawOverride;

use crate::setup::Setup;

#[tokio::test]
async fn a_wrong_configuration_names_file_line_and_key() {
    let setup = Setup::new("all", |_| {}).await;
    let path = setup.folder.path().join("latchel-sync.toml");
    let good = std::fs::read_to_string(&path).expect("the configuration");
    for (from, to, expected) in [
        ("sync_method", "sync_methode", "latchel-sync.toml:5:1: unknown field `sync_methode`"),
        ("sync_method = \"all\"\n", "", "missing field `sync_method`"),
        (
            "Los_Angeles",
            "Los_Angelos",
            "latchel-sync.toml:4:13: time_zone: \"America/Los_Angelos\" is not a time zone",
        ),
        (
            "client_id",
            "client_ID",
            "latchel-sync.toml:9:1: platform.client_ID: is not a setting of this adapter",
        ),
        (
            "\"mock-client-id\"",
            "{ env = \"NO_SUCH_VARIABLE\" }",
            "platform.client_id: the environment variable NO_SUCH_VARIABLE is not set",
        ),
        ("client_id = \"mock-client-id\"\n", "", "platform.client_id: is missing"),
        ("\"buildium\"", "\"bildium\"", "platform.adapter: there is no adapter \"bildium\""),
    ] {
        std::fs::write(&path, good.replace(from, to)).expect("a configuration");
        let output = setup.output(&["sync"]).await;
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{to}: {stderr}");
        assert!(stderr.contains(expected), "{to}: {stderr}");
        assert!(!stderr.contains("mock-client-secret"), "{stderr}");
    }
    assert!(setup.server.requests().is_empty());
}

#[tokio::test]
async fn a_wrong_key_is_said_by_check_and_ends_a_sync() {
    let setup = Setup::new("all", |_| {}).await;
    setup.server.edit(|world| world.platform.account.client_secret = "another".to_owned());
    let checked = setup.run(2, &["check"]).await;
    assert!(checked.contains("ERROR") && checked.contains("client_secret"), "{checked}");
    assert_eq!(setup.sync(2).await, []);
}

#[tokio::test]
async fn check_names_a_missing_latchel_user_and_vendor() {
    let setup = Setup::new("all", |world| {
        world.update::<mock_pms::world::User>(9001, |user| user.active = false).expect("the user");
        world.update::<mock_pms::world::Vendor>(9101, |vendor| vendor.active = false).expect("the vendor");
    })
    .await;
    let checked = setup.run(2, &["check"]).await;
    assert!(checked.contains("no active user of the platform has \"latchel\" in the name"), "{checked}");
    assert!(checked.contains("no active vendor has \"latchel\" in the name"), "{checked}");
}

#[tokio::test]
async fn one_bad_record_fails_alone_and_is_tried_again() {
    let broken = |world: &mut World| {
        let bad: RawOverride = serde_json::from_value(serde_json::json!(
            {"kind": "lease", "id": 60_000, "set": {"LeaseFromDate": "2026-02-31"}}
        ))
        .expect("an override");
        world.raw_overrides.push(bad);
    };
    let whole = Setup::new("none", |_| {}).await;
    whole.sync(0).await;
    let all = whole.server.read(|world| world.latchel.residents.len());

    let setup = Setup::new("none", broken).await;
    setup.sync(1).await;
    let with_one_bad = setup.server.read(|world| world.latchel.residents.len());
    assert!(with_one_bad >= all - 1, "{with_one_bad} of {all}");
    let pending = setup.run(0, &["pending", "list"]).await;
    assert!(pending.contains("invalid_record") && pending.contains("LeaseFromDate"), "{pending}");
}

#[tokio::test]
async fn a_mistake_in_a_faults_file_is_named_with_file_and_place() {
    let setup = Setup::new("all", |_| {}).await;
    std::fs::write(
        setup.folder.path().join("faults.json"),
        r#"{ "seed": 1, "faults": [{ "fault": { "kind": "cut_after" } }, { "fault": { "kind": "cut_of" } }] }"#,
    )
    .expect("a file");
    let output = setup.output(&["mock", "--generate", "units=5", "--faults", "faults.json"]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("faults file faults.json: faults[1].fault.kind: unknown variant `cut_of`"),
        "{said}"
    );
}
