//! Findings of `check` about both ends.

use chrono::TimeDelta;
use mock_pms::{GenerateSpec, World};

use crate::setup::{Setup, noon};

#[tokio::test]
async fn all_is_well() {
    let setup = Setup::new("assigned", |_| {}).await;
    let checked = setup.run(0, &["check"]).await;
    for expected in
        ["platform: key: accepted", "platform: vendor:", "Latchel user:", "Latchel: key: accepted"]
    {
        assert!(checked.contains(expected), "{expected} is missing: {checked}");
    }
    assert!(!checked.contains("ERROR") && !checked.contains("warning"), "{checked}");
    assert!(setup.writes().is_empty());
    assert!(!setup.folder.path().join("latchel-sync.sqlite").exists(), "check makes no ledger");
    let findings: serde_json::Value =
        serde_json::from_str(&setup.run(0, &["check", "--json"]).await).expect("JSON");
    assert!(findings[0]["findings"].as_array().is_some_and(|all| all.len() > 4), "{findings}");
}

#[tokio::test]
async fn each_missing_permission_is_named_with_its_remedy() {
    let setup = Setup::new("assigned", |world| {
        world.platform.account.denied = vec!["work_orders".to_owned(), "tasks".to_owned()];
    })
    .await;
    let checked = setup.run(2, &["check"]).await;
    for expected in ["permission for v1/tasks", "permission for v1/workorders", "Work Orders, view and edit"]
    {
        assert!(checked.contains(expected), "{expected} is missing: {checked}");
    }
    assert!(!checked.contains("permission for v1/rentals"), "{checked}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_a_warning_and_then_an_error() {
    for (minutes, code, word) in [(1, 0, "ok"), (5, 0, "warning"), (16, 2, "ERROR")] {
        let mut setup = Setup::new("assigned", |_| {}).await;
        setup.now += TimeDelta::minutes(minutes);
        let checked = setup.run(code, &["check"]).await;
        let clock = checked.lines().find(|line| line.contains("platform: clock")).expect("the clock's line");
        assert!(clock.trim().starts_with(word), "{minutes} minutes: {clock}");
    }
}

#[tokio::test]
async fn a_credential_that_will_stop_working_is_a_warning_two_weeks_before() {
    let setup = Setup::new("assigned", |_| {}).await;
    let path = setup.folder.path().join("latchel-sync.toml");
    let text = std::fs::read_to_string(&path).expect("the configuration");
    let day = |days| (setup.now + TimeDelta::days(days)).date_naive();
    let dated = text
        .replace("[account.platform]", &format!("[account.platform]\nexpires = {}", day(20)))
        .replace("[account.latchel]", &format!("[account.latchel]\nexpires = {}", day(10)));
    std::fs::write(&path, dated).expect("a configuration");
    let checked = setup.run(0, &["check"]).await;
    assert!(checked.contains(&format!("ok       platform: credential: expires on {}", day(20))), "{checked}");
    assert!(checked.contains(&format!("warning  Latchel: credential: expires on {}", day(10))), "{checked}");
    assert!(checked.contains("hint: put the next one"), "{checked}");
}

#[tokio::test]
async fn a_host_that_is_not_there_is_named_and_the_other_end_is_tested_all_the_same() {
    let setup = Setup::new("assigned", |_| {}).await;
    let path = setup.folder.path().join("latchel-sync.toml");
    let text = std::fs::read_to_string(&path).expect("the configuration");
    let gone = text.replace(setup.server.platform_url(), "http://127.0.0.1:9");
    std::fs::write(&path, gone).expect("a configuration");
    let checked = setup.run(2, &["check"]).await;
    assert!(checked.contains("Buildium cannot be reached"), "{checked}");
    assert!(checked.contains("http://127.0.0.1:9/"), "{checked}");
    assert!(checked.contains("Latchel: key: accepted"), "{checked}");
    assert_eq!(setup.sync(2).await, []);
}

#[tokio::test]
async fn a_wrong_latchel_key_is_told_from_a_wrong_platform_key() {
    let setup = Setup::new("assigned", |world| world.latchel.company.api_key = "another".to_owned()).await;
    let checked = setup.run(2, &["check"]).await;
    let wrong: Vec<_> = checked.lines().filter(|line| line.contains("ERROR")).collect();
    assert!(wrong.len() == 1 && wrong[0].contains("Latchel: key"), "{checked}");
}

#[tokio::test]
async fn a_sync_warns_of_a_clock_that_is_off_and_does_its_work() {
    let setup = Setup::small("all").await;
    let later = setup.now + TimeDelta::minutes(5);
    setup.server.edit(|world| world.clock.set(later));
    for command in ["plan", "sync"] {
        let output = setup.output(&[command]).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{command}: {said}");
        for system in ["Buildium", "Latchel"] {
            let warning = format!("warning: {system}: clock: the clocks are ");
            assert_eq!(said.matches(&warning).count(), 1, "{command}: {said}");
        }
    }
    assert!(!setup.writes().is_empty());
    setup.server.edit(|world| world.clock.set(setup.now));
    let output = setup.output(&["sync"]).await;
    assert!(!String::from_utf8_lossy(&output.stderr).contains("clock"), "{output:?}");
}

/// People copy the whole address of the vendor's documentation, or the wrong scheme.
#[tokio::test]
async fn an_address_with_its_version_twice_and_https_where_http_is_are_told_by_check_and_sync() {
    let setup = Setup::new("assigned", |_| {}).await;
    let path = setup.folder.path().join("latchel-sync.toml");
    let text = std::fs::read_to_string(&path).expect("the configuration");
    let url = setup.server.platform_url().to_owned();
    for (wrong, said) in [
        (format!("{url}/v1"), "`base_url` ends with /v1, which is there twice then"),
        (url.replace("http:", "https:"), "what is there speaks http, and no https"),
    ] {
        std::fs::write(&path, text.replace(&url, &wrong)).expect("a configuration");
        for command in ["check", "sync"] {
            let output = setup.output(&[command]).await;
            let told = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            assert_eq!(output.status.code(), Some(2), "{command}: {told}");
            assert!(told.contains(said), "{command}: {told}");
        }
    }
}

/// The time that one account takes with its retries is none by which the clocks of the next are apart.
#[tokio::test]
async fn what_took_long_for_one_account_is_no_difference_of_clocks_for_the_next() {
    let setup = Setup::new("assigned", |_| {}).await;
    let path = setup.folder.path().join("latchel-sync.toml");
    let text = std::fs::read_to_string(&path).expect("the configuration");
    let account = text[text.find("[[account]]").expect("an account")..].to_owned();
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let gone = format!("http://{}", silent.local_addr().expect("an address"));
    drop(silent);
    let first = account.replace("\"main\"", "\"first\"").replace(setup.server.platform_url(), &gone);
    std::fs::write(&path, format!("{first}\n{account}")).expect("a configuration");
    // The systems' clocks go, as this machine's does.
    let now = setup.now;
    setup.server.edit(|world| {
        world.clock.set(now);
        world.clock.set_mode(mock_pms::world::ClockMode::Running);
    });
    let mut command = setup.command(&["check", "--json"]);
    // The retries of a check take some seconds with it.
    command.env("LATCHEL_SYNC_FIRST_PAUSE", "30ms");
    let output =
        tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("no panic");
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let clock = found[1]["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|one| one["subject"] == "platform: clock");
    let detail = clock.expect("the clock's finding")["detail"].as_str().expect("text").to_owned();
    let apart: i64 = detail.split(' ').next().expect("a number").parse().expect("a number");
    assert!(apart <= 1, "{detail}");
}

#[tokio::test]
async fn an_excluded_group_that_excludes_nothing_is_told_by_check_and_by_each_sync() {
    let told = async |entry: &str, is_empty: bool, code: i32| {
        let mut world = World::generate(&GenerateSpec { units: 24, seed: 3, now: noon() });
        let some = world.platform.properties.iter().next().map(|one| one.id);
        let id = world.platform.property_groups.iter().next().expect("a group").id;
        let group = world.platform.property_groups.get_mut(id).expect("a group");
        group.name = "Not managed".to_owned();
        group.property_ids = some.into_iter().filter(|_| !is_empty).collect();
        let setup =
            Setup::of(world, &format!("sync_method = \"none\"\nexclude = {{ groups = [{entry:?}] }}")).await;
        let checked = setup.run(code, &["check"]).await;
        let told = checked
            .lines()
            .filter(|line| line.contains("excluded groups"))
            .map(str::to_owned)
            .collect::<Vec<_>>();
        let synced = setup.output(&["sync", "--only", "properties"]).await;
        (told.join("\n"), String::from_utf8_lossy(&synced.stderr).into_owned())
    };
    let (checked, synced) = told("not managed", false, 0).await;
    assert!(checked.is_empty() && !synced.contains("excluded groups"), "{checked}\n{synced}");
    let (checked, synced) = told("Not managed", true, 0).await;
    assert!(
        checked.contains("shows no property") && synced.contains("shows no property"),
        "{checked}\n{synced}"
    );
    let (checked, synced) = told("Not mannaged", false, 2).await;
    let expected = "the platform has no group \"Not mannaged\"";
    assert!(checked.contains(expected) && synced.contains(expected), "{checked}\n{synced}");
}
