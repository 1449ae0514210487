//! Tests of the command that says who may use the dashboard.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::{command, here, out};

const PASSWORD: &str = "correct horse battery";

/// A folder with a configuration without accounts that would be called.
pub fn configured(server: &str) -> TempDir {
    let folder = here();
    let text = format!(
        "[server]\n{server}\n[[account]]\nname = \"main\"\ntime_zone = \"UTC\"\nsync_method = \"all\"\n\
         [account.platform]\nadapter = \"buildium\"\nclient_id = \"a\"\nclient_secret = \"b\"\n\
         [account.latchel]\nadapter = \"latchel-gateway\"\nbase_url = \"https://latchel.example\"\napi_key = \"c\"\n"
    );
    let path = folder.path().join("latchel-sync.toml");
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).expect("ours");
    folder
}

/// Adds an operator. The command reads `password` and must end with this code; returns what it printed on stderr.
fn add(folder: &Path, code: i32, name: &str, password: &str) -> String {
    let mut command = command(folder);
    let done =
        command.args(["users", "add", name, "--role", "operator"]).write_stdin(password).assert().code(code);
    String::from_utf8(done.get_output().stderr.clone()).expect("text")
}

#[test]
fn users_are_added_listed_and_removed_and_their_secrets_are_never_shown() {
    let folder = configured("");
    let folder = folder.path();
    assert_eq!(out(folder, 0, &["users", "list"]).0, "nobody yet\n");
    assert_eq!(add(folder, 0, "robin", &format!("{PASSWORD}\r\nnext line")), "added robin, operator\n");
    assert_eq!(add(folder, 0, "robin", PASSWORD), "replaced robin, operator\n");
    let (token, told) = out(folder, 0, &["users", "add", "grafana", "--role", "viewer", "--token"]);
    assert!(token.starts_with("lsync_") && token.trim_end().len() == 49, "{token}");
    assert!(told.contains("not shown again") && !told.contains(token.trim_end()), "{told}");

    let list: Value = serde_json::from_str(&out(folder, 0, &["users", "list", "--json"]).0).expect("JSON");
    let told: Vec<_> = list
        .as_array()
        .expect("users")
        .iter()
        .map(|user| [&user["name"], &user["role"], &user["logs_in_by"]])
        .collect();
    assert_eq!(told, [["grafana", "viewer", "token"], ["robin", "operator", "password"]]);
    assert!(list[0].get("hash").is_none());
    let table = out(folder, 0, &["users", "list"]).0;
    assert!(table.contains("robin") && !table.contains("argon2"), "{table}");

    assert_eq!(out(folder, 0, &["users", "remove", "grafana"]).1, "removed grafana\n");
    assert_eq!(out(folder, 1, &["users", "remove", "grafana"]).1, "there is nobody called grafana\n");
}

#[test]
fn a_short_password_and_a_name_that_is_none_are_refused_and_add_nobody() {
    let folder = configured("");
    let folder = folder.path();
    let short = add(folder, 3, "robin", "elevenchars");
    assert!(short.contains("at least 12 characters") && !short.contains("elevenchars"), "{short}");
    for name in ["local", "two words", "", "<script>"] {
        let told = add(folder, 3, name, PASSWORD);
        assert!(told.contains("name"), "{name}: {told}");
    }
    out(folder, 3, &["users", "add", "robin"]);
    assert_eq!(out(folder, 0, &["users", "list"]).0, "nobody yet\n");
}

#[test]
fn it_does_not_serve_others_before_somebody_can_log_in() {
    for server in ["listen = \"0.0.0.0:0\"", "public_url = \"https://sync.example.com\""] {
        let folder = configured(server);
        let (_, told) = out(folder.path(), 3, &["serve"]);
        assert!(told.contains("hint: `latchel-sync users add NAME --role operator`"), "{told}");
    }
    let folder = configured("");
    let (_, told) = out(folder.path(), 3, &["serve", "--listen", "[::]:0"]);
    assert!(told.contains("others could reach the server at [::]:0"), "{told}");
}

#[test]
fn a_public_url_that_is_none_is_located() {
    for wrong in ["sync.example.com", "https://sync.example.com/sync", "ftp://sync.example.com"] {
        let folder = configured(&format!("public_url = \"{wrong}\""));
        let (_, told) = out(folder.path(), 3, &["users", "list"]);
        assert!(
            told.contains("latchel-sync.toml:2:14:") && told.contains("https://sync.example.com"),
            "{told}"
        );
    }
}
