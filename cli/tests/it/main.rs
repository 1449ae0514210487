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
        "audit",
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
fn the_file_that_init_writes_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = here();
    let path = folder.path().join("latchel-sync.toml");
    let mode = || std::fs::metadata(&path).expect("the file").permissions().mode() & 0o777;
    out(folder.path(), 0, &["init"]);
    assert_eq!(mode(), 0o600);
    // One that everybody could read is replaced by one that they cannot.
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("ours");
    out(folder.path(), 3, &["init"]);
    assert_eq!(mode(), 0o644, "what is refused changes nothing");
    out(folder.path(), 0, &["init", "--force"]);
    assert_eq!(mode(), 0o600);
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

#[test]
fn a_reader_that_has_seen_enough_is_no_reason_to_panic_and_a_full_disk_is_a_failure() {
    let folder = here();
    let binary = assert_cmd::cargo::cargo_bin("latchel-sync");
    for args in ["completions bash", "rules", "mock --schema"] {
        // `true` reads nothing, and is gone before most of it is written.
        let script = format!("{{ \"{}\" {args}; echo \"code $?\" >&2; }} | true", binary.display());
        let done = std::process::Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output();
        let said = String::from_utf8(done.expect("sh runs").stderr).expect("text");
        assert_eq!(said, "code 0\n", "{args}");
    }
    let script = format!("\"{}\" rules > /dev/full", binary.display());
    let done = std::process::Command::new("sh").args(["-c", &script]).output().expect("sh runs");
    let said = String::from_utf8(done.stderr).expect("text");
    assert!(done.status.code() == Some(2) && said.contains("the output could not be written"), "{said}");
}

#[test]
fn each_line_goes_through_the_one_function_that_makes_it_plain() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("text");
            let raw = ["println!", "print!(", "stdout()"].into_iter().find(|raw| text.contains(raw));
            assert!(raw.is_none() || path.ends_with("render.rs"), "{}: {raw:?}", path.display());
        }
    }
}

/// A configuration with its secrets in it, as people begin.
const WITH_SECRETS: &str = r#"
[[account]]
name = "main"
time_zone = "Pacific"
sync_method = "all"
[account.platform]
adapter = "buildium"
base_url = "http://127.0.0.1:9"
client_id = "id"
client_secret = "secret"
[account.latchel]
adapter = "latchel-gateway"
base_url = "http://127.0.0.1:9"
api_key = { file = "key" }
"#;

#[test]
fn secrets_that_everybody_on_the_machine_can_read_are_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let folder = here();
    let path = folder.path().join("latchel-sync.toml");
    std::fs::write(&path, WITH_SECRETS).expect("written");
    let (_, wrong) = out(folder.path(), 3, &["check"]);
    assert!(wrong.contains("did you mean `America/Los_Angeles`?"), "{wrong}");
    std::fs::write(&path, WITH_SECRETS.replace("Pacific", "America/Los_Angeles")).expect("written");
    std::fs::write(folder.path().join("key"), "a key").expect("written");
    let check = |modes: [u32; 2]| {
        for (file, mode) in ["latchel-sync.toml", "key"].into_iter().zip(modes) {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(folder.path().join(file), mode).expect("ours");
        }
        out(folder.path(), 2, &["--first-pause", "1ms", "check"]).1
    };
    let warned = check([0o644, 0o604]);
    for file in ["latchel-sync.toml", "key"] {
        let warning = format!("warning: everybody on this machine can read {file}, and it holds a secret");
        assert_eq!(warned.matches(&warning).count(), 1, "{warned}");
    }
    assert!(warned.contains("hint: `chmod 600 latchel-sync.toml`"), "{warned}");
    assert!(!check([0o600, 0o640]).contains("can read"));
}

#[test]
fn status_says_that_nothing_runs_by_itself() {
    let folder = here();
    out(folder.path(), 0, &["init"]);
    let (status, _) = out(folder.path(), 0, &["status"]);
    assert!(
        status.contains("nothing is synced by itself") && status.contains("latchel-sync serve"),
        "{status}"
    );
    let (machine, _) = out(folder.path(), 0, &["status", "--json"]);
    let machine: Value = serde_json::from_str(&machine).expect("JSON");
    assert_eq!(machine[0]["automatic"]["state"], "not_kept", "{machine}");
}
