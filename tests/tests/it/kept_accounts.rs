//! Accounts in the ledger: added, changed and removed while a server runs.

mod web;

use std::io::Write;
use std::process::{Output, Stdio};
use std::time::Duration;

use latchel_sync_ledger::desk::Desk;
use latchel_sync_ledger::{PostgresLedger, SqliteLedger, throw_away};
use mock_pms::Side;
use serde_json::{Value, json};

use crate::serving::{OFTEN, Serving, until};
use crate::setup::{Setup, small_world};

/// Variables of the master keys.
const KEY: &str = "LATCHEL_SYNC_MASTER_KEY";
const OLD_KEY: &str = "LATCHEL_SYNC_MASTER_KEY_OLD";
/// Latchel's key in the mock.
const SECRET: &str = "mock-api-key";

/// A place where accounts are kept, and the account `main` as a file that is not the configuration.
struct Office {
    setup: Setup,
    /// Address of the database; `None` for a file.
    url: Option<String>,
    key: String,
}

impl Office {
    async fn new(url: Option<String>) -> Self {
        let setup = Setup::of(small_world(), OFTEN).await;
        let setup = match &url {
            Some(url) => setup.on_postgres(url.clone()),
            None => setup,
        };
        let file = setup.folder.path().join("latchel-sync.toml");
        let whole = std::fs::read_to_string(&file).expect("the configuration");
        let (top, account) = whole.split_at(whole.find("[[account]]").expect("an account"));
        std::fs::write(setup.folder.path().join("main.toml"), account).expect("an account");
        std::fs::write(&file, top).expect("a configuration");
        let key = setup.run(0, &["accounts", "new-master-key"]).await.trim().to_owned();
        Self { setup, url, key }
    }

    /// Runs the command with these variables and this input.
    async fn output(&self, args: &[&str], variables: &[(&str, &str)], input: &str) -> Output {
        let mut command = self.setup.command(args);
        command.env(KEY, &self.key).envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let input = input.to_owned();
        let run = move || {
            let mut process = command.spawn().expect("it starts");
            let mut stdin = process.stdin.take().expect("a pipe");
            // Who wants none has closed it.
            let _ = stdin.write_all(input.as_bytes());
            drop(stdin);
            process.wait_with_output().expect("it ends")
        };
        tokio::task::spawn_blocking(run).await.expect("no panic")
    }

    /// Everything that the command printed.
    async fn told(&self, code: i32, args: &[&str], input: &str) -> String {
        self.told_with(code, args, &[], input).await
    }

    /// What the command printed on stdout, as JSON.
    async fn listed(&self) -> Value {
        let output = self.output(&["accounts", "list", "--json"], &[], "").await;
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    async fn told_with(&self, code: i32, args: &[&str], variables: &[(&str, &str)], input: &str) -> String {
        let output = self.output(args, variables, input).await;
        let text = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert_eq!(output.status.code(), Some(code), "{args:?}\n{}\n{}", text[0], text[1]);
        text.concat()
    }

    async fn serving(&self, variables: &[(&str, &str)]) -> Serving {
        let mut command = self.setup.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env(KEY, &self.key).envs(variables.iter().copied());
        Serving::by(command).await
    }

    /// The account's file with another key for Latchel.
    fn account(&self) -> String {
        std::fs::read_to_string(self.setup.folder.path().join("main.toml")).expect("the account")
    }

    /// Everything that a copy of the ledger shows of its accounts, and of what people did.
    async fn dump(&self) -> String {
        let desk: Box<dyn Desk> = match &self.url {
            Some(url) => {
                Box::new(PostgresLedger::open_existing(url).await.expect("it opens").expect("it is there"))
            }
            None => {
                let path = self.setup.ledger_file();
                Box::new(SqliteLedger::open_existing(path).await.expect("it opens").expect("it is there"))
            }
        };
        let accounts = desk.kept_since(0).await.expect("the accounts");
        let audit = desk.audit(None, None, 500).await.expect("the audit trail");
        let mut dump = json!([accounts, audit]).to_string();
        if self.url.is_none() {
            for entry in std::fs::read_dir(self.setup.folder.path()).expect("the folder").flatten() {
                if entry.file_name().to_string_lossy().contains("sqlite") {
                    dump += &String::from_utf8_lossy(&std::fs::read(entry.path()).expect("a file"));
                }
            }
        }
        dump
    }
}

/// Names of the accounts that a server syncs.
async fn synced(serving: &Serving) -> Vec<String> {
    let answer: Value = serde_json::from_str(&serving.page("api/v1/accounts").await).expect("JSON");
    let name = |one: &Value| one["account"].as_str().unwrap_or_default().to_owned();
    answer["accounts"].as_array().expect("accounts").iter().map(name).collect()
}

/// Waits until a server shows it.
async fn shows(serving: &Serving, what: &str, holds: impl AsyncFn(&Serving) -> bool) {
    let look = async {
        while !holds(serving).await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), look).await.unwrap_or_else(|_| panic!("{what}"));
}

/// Waits for a call of a sync that had not been made before.
async fn syncs_again(office: &Office) {
    office.setup.server.clear_requests();
    until(&office.setup, "a sync", |setup| !setup.server.requests().is_empty()).await;
}

async fn an_account_of_its_own_life(office: Office) {
    let serving = office.serving(&[]).await;
    assert_eq!(synced(&serving).await, Vec::<String>::new());

    // Wrong credentials are refused with what to do, and nothing is kept.
    let wrong = office.account().replace(SECRET, "not-the-key");
    let refused = office.told(2, &["accounts", "add", "main", "--from", "-"], &wrong).await;
    assert!(refused.contains("ERROR") && refused.contains("hint:"), "{refused}");
    assert!(!refused.contains("not-the-key"), "{refused}");
    let typo = office.account().replace("time_zone", "time_zome");
    let refused = office.told(3, &["accounts", "add", "main", "--from", "-"], &typo).await;
    assert!(refused.contains("time_zome"), "{refused}");
    assert_eq!(office.listed().await, json!([]));

    // Without a key nothing is sealed.
    let add = ["accounts", "add", "main", "--from", "main.toml"];
    let refused = office.told_with(3, &add, &[(KEY, "")], "").await;
    assert!(refused.contains("is not set") && refused.contains("new-master-key"), "{refused}");

    // A sound one is synced by the server that runs.
    let added = office.told(0, &["accounts", "add", "main", "--from", "main.toml"], "").await;
    assert!(added.contains("added main"), "{added}");
    until(&office.setup, "a sync", |setup| !setup.writes().is_empty()).await;
    assert_eq!(synced(&serving).await, ["main"]);
    let list = office.listed().await;
    assert_eq!((&list[0]["source"], &list[0]["state"]), (&json!("ledger"), &json!("synced")));
    let again = office.told(3, &["accounts", "add", "main", "--from", "main.toml"], "").await;
    assert!(again.contains("already"), "{again}");

    // A setting, and a secret, which is tested before it is taken.
    let set = office.told(0, &["accounts", "set", "main", "platform.calls_per_second=90000"], "").await;
    assert!(set.contains("changed main"), "{set}");
    let refused = office.told(2, &["accounts", "rotate", "main", "latchel.api_key"], "wrong-key\n").await;
    assert!(refused.contains("nothing was changed") && !refused.contains("wrong-key"), "{refused}");
    let refused = office.told(3, &["accounts", "set", "main", "latchel.api_key=wrong-key"], "").await;
    assert!(refused.contains("no argument") && !refused.contains("wrong-key"), "{refused}");
    office.told(0, &["accounts", "rotate", "main", "latchel.api_key"], &format!("{SECRET}\n")).await;
    syncs_again(&office).await;

    // Disabled, it is not synced and shown as such; enabled, it is.
    office.told(0, &["accounts", "disable", "main"], "").await;
    shows(&serving, "it is not synced", async |serving| synced(serving).await.is_empty()).await;
    assert!(serving.page("").await.contains("main"), "it is shown all the same");
    assert!(office.told(0, &["status"], "").await.contains("main: disabled"));
    assert!(office.told(3, &["sync"], "").await.contains("accounts enable main"));
    office.told(0, &["accounts", "enable", "main"], "").await;
    syncs_again(&office).await;

    // A copy of the ledger shows no secret.
    let dump = office.dump().await;
    assert!(dump.contains("sealed") && dump.contains("account_secret_rotated"), "{dump}");
    for secret in [SECRET, "not-the-key", "wrong-key", office.key.as_str()] {
        assert!(!dump.contains(secret), "{secret}");
    }

    // The command syncs it too.
    serving.signal("TERM");
    assert_eq!(serving.end().await, Some(0));
    office.told(0, &["sync", "--account", "main"], "").await;

    // The master key is changed; with another one the account is left out, and that is said.
    let new = office.setup.run(0, &["accounts", "new-master-key"]).await.trim().to_owned();
    let told = office.told_with(3, &["accounts", "rotate-master-key"], &[(KEY, "nonsense")], "").await;
    assert!(told.contains("new-master-key"), "{told}");
    let both = [(KEY, new.as_str()), (OLD_KEY, office.key.as_str())];
    let told = office.told_with(0, &["accounts", "rotate-master-key"], &both, "").await;
    assert!(told.contains("1 accounts were sealed anew"), "{told}");
    let told = office.told_with(0, &["accounts", "rotate-master-key"], &both, "").await;
    assert!(told.contains("0 accounts"), "{told}");
    office.told_with(0, &["sync", "--account", "main"], &[(KEY, &new)], "").await;
    let told = office.told(3, &["sync"], "").await;
    assert!(told.contains("sealed with the master key") && told.contains(KEY), "{told}");
    let file = office.setup.folder.path().join("latchel-sync.toml");
    let top = std::fs::read_to_string(&file).expect("the configuration");
    let fixed = office.account().replace("\"main\"", "\"fixed\"");
    std::fs::write(&file, format!("{top}{fixed}")).expect("a configuration");
    let serving = office.serving(&[]).await;
    assert_eq!(synced(&serving).await, ["fixed"]);
    assert!(serving.page("").await.contains("sealed with the master key"));
    let told = office.told(3, &["sync"], "").await;
    assert!(told.contains("is left out"), "the others are synced, and the end says so: {told}");
    drop(serving);

    // A name in both is the file's.
    let twice = office.account();
    std::fs::write(&file, format!("{top}{twice}")).expect("a configuration");
    let told = office.told_with(3, &["sync"], &[(KEY, &new)], "").await;
    assert!(told.contains("accounts remove main"), "{told}");
    std::fs::write(&file, format!("{top}{fixed}")).expect("a configuration");

    let serving = office.serving(&[(KEY, &new)]).await;
    assert_eq!(synced(&serving).await, ["fixed", "main"]);
    office.told(0, &["accounts", "remove", "main"], "").await;
    shows(&serving, "it is gone", async |serving| synced(serving).await == ["fixed"]).await;
    office.told(1, &["accounts", "remove", "main"], "").await;
    office.told(1, &["accounts", "enable", "main"], "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_added_changed_and_removed_while_a_server_runs() {
    an_account_of_its_own_life(Office::new(None).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_postgresql() {
    an_account_of_its_own_life(Office::new(Some(throw_away::fresh_url().await)).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn references_need_no_key_and_are_resolved_when_a_run_begins() {
    let office = Office::new(None).await;
    let folder = office.setup.folder.path().to_owned();
    let mut account = String::new();
    for line in office.account().lines() {
        match line.split_once(" = ") {
            Some((key @ ("client_id" | "client_secret" | "api_key"), value)) => {
                std::fs::write(folder.join(key), value.trim_matches('"')).expect("a secret");
                account += &format!("{key} = {{ file = \"{key}\" }}\n");
            }
            _ => account += &format!("{line}\n"),
        }
    }
    let no_key = [(KEY, "")];
    office.told_with(0, &["accounts", "add", "main", "--from", "-"], &no_key, &account).await;
    let serving = office.serving(&no_key).await;
    until(&office.setup, "a sync", |setup| !setup.writes().is_empty()).await;
    // The systems refuse the old one now, and the new one stands in the file.
    std::fs::write(folder.join("api_key"), "not-the-key").expect("a secret");
    let refused = |setup: &Setup| setup.server.requests().iter().any(|request| request.status == 401);
    until(&office.setup, "a refusal", refused).await;
    std::fs::write(folder.join("api_key"), SECRET).expect("a secret");
    office.setup.server.clear_requests();
    let taken = |setup: &Setup| {
        let mut requests = setup.server.requests().into_iter();
        requests.any(|request| request.side == Side::Latchel && request.status == 200)
    };
    until(&office.setup, "a call with the right one", taken).await;
    assert_eq!(synced(&serving).await, ["main"]);
    assert!(!office.dump().await.contains(SECRET));
}
