//! The command without any far side: help, usage, files it writes, and what it prints for scripts.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod alerts;
mod config;
mod users;

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

fn command(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("latchel-sync").expect("the binary");
    command.current_dir(folder).env_remove("LATCHEL_SYNC_CONFIG");
    command
}

/// Runs the command, which must end with this code; returns what it printed on stdout and stderr.
fn out(folder: &Path, code: i32, args: &[&str]) -> (String, String) {
    let done = command(folder).args(args).assert().code(code);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (text(&done.get_output().stdout), text(&done.get_output().stderr))
}

fn here() -> TempDir {
    TempDir::new().expect("a folder")
}

#[test]
fn every_command_has_help_on_stdout() {
    let folder = here();
    let (help, _) = out(folder.path(), 0, &["--help"]);
    assert!(help.contains("Examples:") && help.contains("latchel-sync demo"), "{help}");
    for command in [
        "init",
        "check",
        "plan",
        "sync",
        "status",
        "explain",
        "runs",
        "pending",
        "accounts",
        "ledger",
        "adapters",
        "rules",
        "mock",
        "demo",
        "users",
        "alerts",
        "completions",
    ] {
        assert!(help.contains(&format!("  {command} ")), "{command} is not in the help");
        let (own, errors) = out(folder.path(), 0, &[command, "--help"]);
        assert!(own.contains("Usage: latchel-sync"), "{own}");
        assert_eq!(errors, "");
    }
    assert!(out(folder.path(), 0, &["--version"]).0.starts_with("latchel-sync "));
}

#[test]
fn wrong_usage_ends_with_3_and_says_what_was_wrong() {
    let folder = here();
    for (args, said) in [
        (vec!["snyc"], "unrecognized subcommand 'snyc'"),
        (vec!["sync", "--only", "tenants"], "invalid value 'tenants'"),
        (vec!["sync", "--since", "yesterday"], "neither an instant"),
        (vec!["explain", "property"], "required arguments"),
        (
            vec!["mock", "--platform", "buildum"],
            "no platform \"buildum\"; known: appfolio, appfolio-reports, buildium",
        ),
        (vec!["mock", "--generate", "units=many"], "units"),
        (vec!["mock", "--generate", "latchel=full"], "\"full\" is not own, foreign"),
        (vec!["mock", "--latchel", "papa"], "no Latchel \"papa\"; known: gateway, papi"),
        (vec!["mock", "--latchel-limit", "many"], "\"many\" is not CALLS/SECONDS, as 600/600, nor none"),
        (
            vec!["mock", "--latchel", "gateway", "--quirk", "meta-total=on"],
            "neither buildium nor Latchel's gateway has a quirk",
        ),
        (vec!["mock", "--world", "absent.json"], "world file absent.json"),
        (vec!["adapters", "show", "nobody"], "nobody"),
        (vec!["init", "--platform", "nobody"], "there is no adapter \"nobody\""),
        (vec!["status"], "latchel-sync.toml: No such file"),
    ] {
        let (printed, said_instead) = out(folder.path(), 3, &args);
        assert_eq!(printed, "", "{args:?}");
        assert!(said_instead.contains(said), "{args:?}: {said_instead}");
    }
}

#[test]
fn init_writes_a_configuration_that_is_read_again_and_replaces_none() {
    let folder = here();
    out(folder.path(), 0, &["init"]);
    let text = std::fs::read_to_string(folder.path().join("latchel-sync.toml")).expect("the file");
    let (_, refused) = out(folder.path(), 3, &["init"]);
    assert!(refused.contains("is there already") && refused.contains("--force"), "{refused}");
    out(folder.path(), 0, &["init", "--force"]);

    // As it is, it lacks nothing but what only its owner knows.
    let (accounts, _) = out(folder.path(), 0, &["accounts", "list", "--json"]);
    let accounts: Value = serde_json::from_str(&accounts).expect("JSON");
    assert_eq!(accounts[0]["name"], "main", "{accounts}");
    let (_, missing) = out(folder.path(), 3, &["check"]);
    assert!(
        missing.contains("platform.client_id: the environment variable BUILDIUM_CLIENT_ID is not set"),
        "{missing}"
    );

    // Every line that is commented out is a good one.
    let uncommented: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')) => rest,
            _ => line,
        })
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(uncommented.contains("base_url = \"https://papi.latchel.com/v1\""), "{uncommented}");
    std::fs::write(folder.path().join("latchel-sync.toml"), uncommented).expect("written");
    let checked = command(folder.path())
        .args(["accounts", "show", "main", "--json"])
        .env("BUILDIUM_CLIENT_ID", "a")
        .env("BUILDIUM_CLIENT_SECRET", "b")
        .env("LATCHEL_API_KEY", "c")
        .assert()
        .code(0);
    let shown: Value = serde_json::from_slice(&checked.get_output().stdout).expect("JSON");
    assert_eq!(shown[0]["time_zone"], "America/Los_Angeles", "{shown}");
}

#[test]
fn what_scripts_read_is_json() {
    let folder = here();
    let json = |args: &[&str]| -> Value {
        serde_json::from_str(&out(folder.path(), 0, args).0)
            .unwrap_or_else(|error| panic!("{args:?}: {error}"))
    };
    let rules = json(&["rules", "--json"]);
    let ids: Vec<_> =
        rules.as_array().expect("a list").iter().filter_map(|rule| rule["id"].as_str()).collect();
    for id in ["W1", "P3", "R6", "M3", "WP7", "L11"] {
        assert!(ids.contains(&id), "{id} is not among {ids:?}");
    }
    let adapters = json(&["adapters", "list", "--json"]).to_string();
    assert!(adapters.contains("buildium") && adapters.contains("latchel"), "{adapters}");
    let buildium = json(&["adapters", "show", "buildium", "--json"]);
    assert!(buildium.to_string().contains("client_secret"));
    assert_eq!(buildium["webhooks"][0]["key"], "secret");
    assert_eq!(json(&["adapters", "show", "doorloop", "--json"])["webhooks"], serde_json::Value::Null);
    assert_eq!(json(&["mock", "--schema"])["title"], "World");
    assert_eq!(json(&["explain", "lease", "7", "--json"])[0]["rule"], "L14");
}

#[test]
fn the_rules_are_told_with_their_reasons() {
    let (rules, _) = out(here().path(), 0, &["rules"]);
    assert!(rules.contains("property_deactivated") && rules.contains("WP5"), "{rules}");
}

#[test]
fn completions_are_written_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (script, _) = out(here().path(), 0, &["completions", shell]);
        assert!(script.contains("latchel-sync"), "{shell}");
    }
}

#[test]
fn a_ledger_that_is_none_is_refused_and_kept() {
    let folder = here();
    out(folder.path(), 0, &["init"]);
    let ledger = folder.path().join("latchel-sync.sqlite");
    std::fs::write(&ledger, "not a ledger").expect("written");
    let (_, said) = out(folder.path(), 2, &["status"]);
    assert!(said.contains("latchel-sync.sqlite"), "{said}");
    assert_eq!(std::fs::read_to_string(&ledger).expect("the file"), "not a ledger");
}

#[test]
fn a_typo_in_the_configuration_is_located_and_what_was_meant_is_suggested() {
    let folder = here();
    out(folder.path(), 0, &["init"]);
    let path = folder.path().join("latchel-sync.toml");
    let sound = std::fs::read_to_string(&path).expect("the file");
    for (right, wrong, said) in [
        ("time_zone", "timezone", "did you mean `time_zone`?"),
        ("America/Los_Angeles", "America/Los Angeles", "did you mean `America/Los_Angeles`?"),
        ("client_secret", "clientsecret", "did you mean `client_secret`?"),
        ("\"buildium\"", "\"buildum\"", "adapters: appfolio, appfolio-reports, buildium"),
    ] {
        std::fs::write(&path, sound.replacen(right, wrong, 1)).expect("written");
        let done = command(folder.path())
            .arg("check")
            .env("BUILDIUM_CLIENT_ID", "a")
            .env("BUILDIUM_CLIENT_SECRET", "b")
            .env("LATCHEL_API_KEY", "c")
            .assert()
            .code(3);
        let told = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(told.contains(said) && told.contains("latchel-sync.toml:"), "{wrong}: {told}");
    }
    std::fs::write(&path, &sound).expect("written");
    for args in
        [&["sync", "--account", "man"][..], &["runs", "--account", "man"], &["status", "--account", "man"]]
    {
        let (_, told) = out(folder.path(), 3, args);
        assert!(told.contains("no account \"man\"") && told.contains("accounts: main"), "{told}");
    }
    for args in [&["pending", "retry"][..], &["pending", "dismiss", "work-order", "1", "--all"]] {
        out(folder.path(), 3, args);
    }
    let (_, told) = out(folder.path(), 3, &["pending", "retry", "--reason", "cal_failed"]);
    assert!(told.contains("did you mean `call_failed`?"), "{told}");
    let (_, told) = out(folder.path(), 3, &["ledger", "backup", "copy.sqlite"]);
    assert!(told.contains("there is no ledger yet"), "{told}");
}
