//! `adapters verify latchel`: against OpenAPI files, and against the mock in place of the sandbox.

use mock_pms::{Fault, FaultPlan, FaultRule, Side, Switch};
use serde_json::{Value, json};

use crate::privacy::echo;
use crate::setup::Setup;

const FILE: &str = "latchel-papi.reconstructed.openapi.json";
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

/// The report on a document, written as JSON and as YAML.
async fn compared(setup: &Setup, code: i32, document: &Value) -> Value {
    let mut reports = Vec::new();
    for (name, text) in [("papi.json", document.to_string()), ("papi.yaml", yaml(document))] {
        std::fs::write(setup.folder.path().join(name), text).expect("it can be written");
        let printed = setup.run(code, &["adapters", "verify", "latchel", "--spec", name, "--json"]).await;
        reports.push(serde_json::from_str::<Value>(&printed).expect("JSON"));
    }
    assert_eq!(reports[0], reports[1]);
    reports.remove(0)
}

/// A document as YAML, in blocks, with keys as people write them.
fn yaml(document: &Value) -> String {
    fn write(value: &Value, indent: usize, into: &mut String) {
        let start = format!("\n{}", "  ".repeat(indent));
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, value) in members {
                    let is_plain =
                        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
                    let name = if is_plain { name.clone() } else { json!(name).to_string() };
                    into.push_str(&format!("{start}{name}:"));
                    write(value, indent + 1, into);
                }
            }
            Value::Array(values) if !values.is_empty() => {
                for value in values {
                    into.push_str(&format!("{start}-"));
                    write(value, indent + 1, into);
                }
            }
            other => into.push_str(&format!(" {other}")),
        }
    }
    let mut text = String::new();
    write(document, 0, &mut text);
    text.trim_start().to_owned() + "\n"
}

fn call<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["calls"].as_array().expect("calls").iter().find(|one| one["call"] == name).expect("the call")
}

/// The differences of a call, in short.
fn differences(report: &Value, name: &str) -> Vec<String> {
    let differences = call(report, name)["differences"].as_array().expect("differences").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    differences
        .map(|one| format!("{} {} {}", text(&one["verdict"]), text(&one["part"]), text(&one["name"])))
        .collect()
}

#[tokio::test]
async fn the_reconstructed_file_has_what_users_report_and_nothing_of_the_guesses() {
    let Some(document) = specs::document(FILE) else { return };
    let setup = mocked(&[]).await;
    let report = compared(&setup, 1, &document).await;
    let verdict = |name: &str| call(&report, name)["verdict"].as_str().unwrap_or_default().to_owned();
    for agreed in
        ["https://papi.latchel.com/v1", "GET /jobs", "GET /jobs/{id}", "GET /jobs/{id}/history/state"]
    {
        assert_eq!(verdict(agreed), "agrees", "{:#}", call(&report, agreed));
    }
    for guessed in [
        "GET /properties/{id}",
        "POST /properties",
        "PATCH /properties/{id}",
        "GET /tenants/{id}",
        "POST /tenants",
        "PATCH /tenants/{id}",
        "POST /jobs",
        "PATCH /jobs/{id}",
    ] {
        assert_eq!(verdict(guessed), "not_there", "{guessed}");
    }
    let tenants = differences(&report, "GET /tenants");
    assert_eq!(
        tenants,
        ["email", "phone", "property_id", "move_in_date", "move_out_date"]
            .map(|name| format!("not_there answer {name}"))
    );
    assert!(differences(&report, "GET /properties").contains(&"not_there answer address1".to_owned()));
}

#[tokio::test]
async fn every_known_variant_of_the_file_is_told() {
    let Some(original) = specs::document(FILE) else { return };
    let setup = mocked(&[]).await;
    let schemas = "/components/schemas";
    let job = format!("{schemas}/Job/properties");
    let change = |at: &str, with: &dyn Fn(&mut Value)| {
        let mut document = original.clone();
        with(document.pointer_mut(at).expect("a place"));
        document
    };
    let remove = |at: &str, name: &'static str| {
        change(at, &|place| drop(place.as_object_mut().map(|members| members.remove(name))))
    };
    let patch = json!({"parameters": [], "responses": {"200": {"description": "ok"}}, "requestBody": {"content":
        {"application/json": {"schema": {"type": "object", "required": ["pm_id"],
        "properties": {"order_number": {"type": "string"}, "ref_job_id": {"type": "integer"}, "pm_id": {"type": "integer"}}}}}}});
    let variants = [
        (remove("/paths", "/jobs/{job_id}"), "GET /jobs/{id}", vec!["not_there path "]),
        (remove(&job, "ref_job_id"), "GET /jobs", vec!["not_there answer ref_job_id"]),
        (
            change(&job, &|fields| {
                let reference = fields["ref_job_id"].take();
                fields.as_object_mut().expect("fields").remove("ref_job_id");
                fields["reference_id"] = reference;
            }),
            "GET /jobs/{id}",
            vec!["not_there answer ref_job_id"],
        ),
        (
            change(&job, &|fields| fields["created_at"]["type"] = json!("integer")),
            "GET /jobs",
            vec!["differs answer created_at"],
        ),
        // Text where a number is: digits are read.
        (change(&job, &|fields| fields["job_id"]["type"] = json!("string")), "GET /jobs", vec![]),
        (
            change("/paths/~1jobs/get/parameters", &|all| {
                all.as_array_mut().expect("parameters").retain(|one| one["name"] != "in_states");
                all[0]["required"] = json!(true);
                all[1]["name"] = json!("updated_since");
            }),
            "GET /jobs",
            vec!["not_there query updated_at_start_date", "not_there query in_states"],
        ),
        (
            change("/paths/~1jobs~1{job_id}", &|item| item["put"] = patch.clone()),
            "PATCH /jobs/{id}",
            vec!["differs method ", "differs body ref_job_id", "differs body pm_id"],
        ),
        (
            change("/paths/~1jobs~1{job_id}", &|item| item["patch"] = patch.clone()),
            "PATCH /jobs/{id}",
            vec!["differs body ref_job_id", "differs body pm_id"],
        ),
        (
            change("/servers", &|all| all[0]["url"] = json!("https://papi.latchel.com/v1/")),
            "GET /jobs",
            vec![],
        ),
        (
            change("/servers", &|all| *all = json!([{"url": "https://papi.latchel.com/v2"}])),
            "GET /jobs",
            vec!["differs path "],
        ),
        (
            change("/components/securitySchemes/key", &|key| key["name"] = json!("Authorization")),
            "GET /jobs",
            vec!["differs header x-api-key"],
        ),
        (
            remove(&format!("{schemas}/Links/properties"), "next"),
            "GET /properties",
            vec!["not_there answer links.next"],
        ),
    ];
    for (document, name, wanted) in variants {
        let report = compared(&setup, 1, &document).await;
        let mut found = differences(&report, name);
        if name == "GET /properties" {
            found.retain(|one| one.contains("links"));
        }
        assert_eq!(found, wanted, "{:#}", call(&report, name));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named_with_its_line() {
    let setup = mocked(&[]).await;
    let write =
        |name: &str, text: &str| std::fs::write(setup.folder.path().join(name), text).expect("it is written");
    write("broken.json", "{\n\"openapi\": \"3.0.3\",\n\"paths\" {}}");
    write("broken.yaml", "openapi: 3.0.3\npaths:\n  /jobs: [1, 2\n");
    write("other.yaml", "name: something else\n");
    std::fs::create_dir(setup.folder.path().join("folder")).expect("a folder");
    for (name, wanted) in [
        ("broken.json", "broken.json:3:"),
        ("broken.yaml", "broken.yaml:"),
        ("other.yaml", "other.yaml: this is no OpenAPI 3"),
        ("absent.yaml", "absent.yaml: "),
        ("folder", "folder: "),
        ("/dev/zero", "/dev/zero: longer than"),
    ] {
        let output = setup.output(&["adapters", "verify", "latchel", "--spec", name]).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        assert!(said.contains(wanted), "{name}: {said}");
    }
    for args in [
        &["adapters", "verify", "latchel", "--spec", "x.yaml", "--sandbox"][..],
        &["adapters", "verify", "latchel-gateway", "--spec", "other.yaml"],
        &["adapters", "verify", "nobody", "--spec", "other.yaml"],
        &["adapters", "verify", "latchel"],
    ] {
        assert_eq!(setup.output(args).await.status.code(), Some(3), "{args:?}");
    }
}
