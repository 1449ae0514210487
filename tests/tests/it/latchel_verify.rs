//! `adapters verify latchel`: against OpenAPI files, and against the mock in place of the sandbox.

mod documents;

use mock_pms::{Fault, FaultPlan, FaultRule, Side, Switch};
use serde_json::{Value, json};

use crate::privacy::echo;
use crate::setup::Setup;

const SANDBOX: [&str; 5] = ["adapters", "verify", "latchel", "--sandbox", "--json"];

/// The mock as Latchel, with these quirks on, and with a work order that shows the id of *Cancelled*.
async fn mocked(quirks: &[&str]) -> Setup {
    let quirks = quirks.to_owned();
    let switch = |world: &mut mock_pms::World| {
        for name in quirks {
            world.latchel.company.quirks.insert(name.to_owned(), Switch::On);
        }
    };
    let setup = Setup::on_partner_api(switch, "").await;
    let job = setup.server.read(|world| world.latchel.jobs.iter().next().map(|job| job.id)).expect("a job");
    setup.edit(&format!(
        r#"[{{"side": "latchel", "collection": "jobs", "id": {job}, "set": {{"state": "Cancelled"}}}}]"#
    ));
    setup
}

/// The guesses of a trial with this verdict.
fn with_verdict<'a>(report: &'a Value, verdict: &str) -> Vec<&'a str> {
    let guesses = report["guesses"].as_array().expect("guesses").iter();
    guesses.filter(|one| one["verdict"] == verdict).filter_map(|one| one["guess"].as_str()).collect()
}

async fn tried(setup: &Setup, code: i32) -> Value {
    serde_json::from_str(&setup.run(code, &SANDBOX).await).expect("JSON")
}

/// Ids of what is active in Latchel, and of the work orders that are open.
fn active(setup: &Setup) -> [Vec<i64>; 3] {
    setup.server.read(|world| {
        let latchel = &world.latchel;
        [
            latchel.properties.iter().filter(|one| one.is_active).map(|one| one.id).collect(),
            latchel.residents.iter().filter(|one| one.is_active).map(|one| one.id).collect(),
            latchel.jobs.iter().filter(|one| one.state != "Cancelled").map(|one| one.id).collect(),
        ]
    })
}

#[tokio::test]
async fn on_a_latchel_as_guessed_everything_holds_and_is_put_away() {
    let setup = mocked(&[]).await;
    let before = active(&setup);
    let config = std::fs::read_to_string(setup.folder.path().join("latchel-sync.toml")).expect("a file");
    let report = tried(&setup, 0).await;
    assert_eq!((with_verdict(&report, "holds").len(), &report["left"]), (21, &json!([])), "{report:#}");
    assert_eq!(active(&setup), before);
    assert!(setup.server.requests().iter().all(|one| one.side == Side::Latchel));
    // Nothing else has changed, and whoever looks at it sees what it is.
    let named = setup.server.read(|world| {
        let names = world.latchel.properties.iter().map(|one| one.name.clone());
        names.filter(|name| name.starts_with("latchel-sync test 2026-03-02 20:00:00 UTC")).count()
    });
    assert_eq!(named, 1);
    let after = std::fs::read_to_string(setup.folder.path().join("latchel-sync.toml")).expect("a file");
    assert_eq!(config, after);
    assert!(!setup.ledger_file().exists(), "no ledger is made");
    // For people, by the account's name, and with every step on stderr.
    let output = setup.output(&["adapters", "verify", "main", "--sandbox"]).await;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        said(&output.stdout).contains("21 hold, 0 do not hold, 0 were not tried"),
        "{}",
        said(&output.stdout)
    );
    assert!(said(&output.stderr).contains("cancelling the work order"), "{}", said(&output.stderr));
}

#[tokio::test]
async fn guesses_that_do_not_hold_are_named_and_the_others_are_tried() {
    let setup = mocked(&["put-writes"]).await;
    let report = tried(&setup, 1).await;
    let wrong = [
        "properties.change",
        "tenants.change",
        "jobs.change",
        "jobs.cancel",
        "tenants.deactivate",
        "properties.deactivate",
    ];
    assert_eq!(with_verdict(&report, "does_not_hold"), wrong, "{report:#}");
    assert_eq!(with_verdict(&report, "holds").len(), 10, "{report:#}");
    assert_eq!(report["left"].as_array().map(Vec::len), Some(3), "{report:#}");
    assert!(report.to_string().contains("status 405"), "{report:#}");

    let setup = mocked(&["wrapped-bodies"]).await;
    let before = active(&setup);
    let report = tried(&setup, 1).await;
    assert_eq!(with_verdict(&report, "does_not_hold"), ["properties.create"], "{report:#}");
    assert_eq!(with_verdict(&report, "holds"), Vec::<&str>::new());
    assert_eq!((active(&setup), &report["left"]), (before, &json!([])));

    let setup = mocked(&["contactless-tenants", "undated-tenants"]).await;
    let report = tried(&setup, 1).await;
    assert_eq!(with_verdict(&report, "does_not_hold"), ["tenants.fields", "tenants.change"], "{report:#}");
    assert!(report.to_string().contains("email is not shown"), "{report:#}");

    let setup = mocked(&["no-singles"]).await;
    let before = active(&setup);
    let report = tried(&setup, 1).await;
    assert_eq!(with_verdict(&report, "does_not_hold"), ["properties.read", "tenants.read"], "{report:#}");
    // It was put away all the same, and nobody could see that.
    assert_eq!((active(&setup), report["left"].as_array().map(Vec::len)), (before, Some(2)));
}

#[tokio::test]
async fn spellings_that_the_adapter_understands_hold() {
    let setup = mocked(&["boolean-flags", "zoneless-times", "longer-pages", "absent-next"]).await;
    let report = tried(&setup, 0).await;
    assert_eq!(with_verdict(&report, "holds").len(), 21, "{report:#}");
}

#[tokio::test]
async fn a_work_order_that_cannot_be_cancelled_is_left_to_people() {
    let setup =
        Setup::on_partner_api(|world| world.latchel.jobs = mock_pms::world::Table::default(), "").await;
    let report = tried(&setup, 1).await;
    assert_eq!(with_verdict(&report, "not_tried"), ["jobs.closed_import", "jobs.cancel"], "{report:#}");
    let left = report["left"][0].as_str().unwrap_or_default();
    assert!(left.starts_with("job_id ") && left.ends_with("cancel it"), "{report:#}");
}

#[tokio::test]
async fn a_far_side_that_fails_in_the_middle_says_nothing_of_the_guesses_and_what_was_made_is_put_away() {
    let setup = mocked(&[]).await;
    let before = active(&setup);
    let failing = Fault::Status { status: 503, retry_after: None };
    let rule = FaultRule {
        side: Some(Side::Latchel),
        method: Some("POST".to_owned()),
        path: Some("/v1/jobs".to_owned()),
        ..FaultRule::always(failing)
    };
    setup.server.set_faults(FaultPlan { seed: 0, faults: vec![rule] });
    let report = tried(&setup, 1).await;
    assert_eq!(with_verdict(&report, "does_not_hold"), Vec::<&str>::new(), "{report:#}");
    assert!(with_verdict(&report, "not_tried").contains(&"jobs.create"), "{report:#}");
    assert!(with_verdict(&report, "holds").contains(&"properties.deactivate"), "{report:#}");
    // Nobody knows if it was made.
    let left = report["left"].as_array().expect("a list");
    assert!(left.len() == 1 && left[0].as_str().is_some_and(|one| one.starts_with("perhaps")), "{report:#}");
    assert_eq!(active(&setup), before);
}

#[tokio::test]
async fn no_other_host_is_asked_for_anything() {
    let setup = mocked(&[]).await;
    let file = setup.folder.path().join("latchel-sync.toml");
    let text = std::fs::read_to_string(&file).expect("the configuration");
    let address = format!("{}/v1", setup.server.latchel_url());
    for other in [
        "https://papi.latchel.com/v1",
        "https://latchel.com/v1",
        "https://www.latchel-demo.com/v1",
        "https://latchel-demo.com.example.com/v1\"\nother_host = true#",
        "http://latchel-demo.com/v1\"\nallow_plain_http = true#",
        "https://127.0.0.1.example.com/v1\"\nother_host = true#",
    ] {
        std::fs::write(&file, text.replace(&address, other)).expect("it can be written");
        let output = setup.output(&SANDBOX).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{other}: {said}");
        assert!(said.contains("latchel.base_url") && said.contains("https://latchel-demo.com/v1"), "{said}");
    }
    // One that is at home and sends elsewhere is not followed, and gets the key into no text.
    for status in ["302 Found", "307 Temporary Redirect", "401 Unauthorized"] {
        let elsewhere = format!("{}/v1", echo(status).await);
        std::fs::write(&file, text.replace(&address, &elsewhere)).expect("it can be written");
        let output = setup.output(&SANDBOX).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(!said.contains("mock-api-key") && !said.contains("making a"), "{said}");
    }
    assert!(setup.server.requests().is_empty());
}

#[tokio::test]
async fn an_account_is_named_where_there_are_several_and_the_gateway_guesses_nothing() {
    let setup = Setup::small("all").await;
    let none = setup.output(&SANDBOX).await;
    let said = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(none.status.code() == Some(3) && said.contains("no account has the adapter"), "{said}");
    let gateway = setup.output(&["adapters", "verify", "main", "--sandbox"]).await;
    let said = String::from_utf8_lossy(&gateway.stderr).into_owned();
    assert!(gateway.status.code() == Some(3) && said.contains("latchel-gateway"), "{said}");

    let setup = mocked(&[]).await;
    let file = setup.folder.path().join("latchel-sync.toml");
    let text = std::fs::read_to_string(&file).expect("the configuration");
    let account = &text[text.find("[[account]]").expect("an account")..];
    let second = account.replace("name = \"main\"", "name = \"second\"");
    std::fs::write(&file, format!("{text}{second}")).expect("it can be written");
    let several = setup.output(&SANDBOX).await;
    let said = String::from_utf8_lossy(&several.stderr).into_owned();
    assert!(several.status.code() == Some(3) && said.contains("main, second"), "{said}");
}
