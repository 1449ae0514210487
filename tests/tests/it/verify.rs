//! `adapters verify`: it finds a sound account sound and a broken one broken, writes nothing, and tells nothing of anybody.

use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, Side};
use serde_json::Value;

use crate::platforms::generated;
use crate::privacy::echo;
use crate::setup::Setup;

const VERIFY: [&str; 4] = ["adapters", "verify", "main", "--days=3650"];

async fn sound(platform: Dialect) -> Setup {
    generated(platform, "all", |_| {}).await
}

/// The report as JSON, after the command ended with `code`.
async fn verified(setup: &Setup, code: i32) -> Value {
    let printed = setup.run(code, &[&VERIFY[..], &["--json"]].concat()).await;
    serde_json::from_str(&printed).expect("JSON")
}

/// The checks with this verdict, and what they say.
fn with_verdict<'a>(report: &'a Value, verdict: &str) -> Vec<(&'a str, &'a str)> {
    let checks = report["checks"].as_array().expect("checks").iter();
    let chosen = checks.filter(|one| one["verdict"] == verdict);
    let text = |value: &'a Value| value.as_str().unwrap_or_default();
    chosen.map(|one| (text(&one["check"]), text(&one["detail"]))).collect()
}

fn fail(setup: &Setup, fault: Fault, path: Option<&str>) {
    let path = path.map(str::to_owned);
    let rule = FaultRule { side: Some(Side::Platform), path, ..FaultRule::always(fault) };
    setup.server.set_faults(FaultPlan { seed: 0, faults: vec![rule] });
}

#[tokio::test]
async fn a_sound_account_of_every_platform_is_sound_and_no_write_reaches_it() {
    for platform in Dialect::ALL {
        let setup = sound(*platform).await;
        let before = setup.server.read(|world| serde_json::to_value(&world.platform).expect("JSON"));
        let report = verified(&setup, 0).await;
        assert_eq!(with_verdict(&report, "failed"), [], "{platform}");
        let passed = with_verdict(&report, "passed");
        assert!(passed.len() >= 15, "{platform}: {passed:?} {:?}", with_verdict(&report, "not_checked"));
        let rows = |list: usize| report["lists"][list]["rows"]["records"].as_u64().unwrap_or_default();
        assert!(rows(0) >= 60 && rows(1) >= 40 && rows(2) >= 5, "{platform}: {}", report["lists"]);

        assert_eq!(setup.writes(), [], "{platform}");
        let after = setup.server.read(|world| serde_json::to_value(&world.platform).expect("JSON"));
        assert!(before == after, "{platform}: something was changed");
        assert!(
            setup.server.requests().iter().all(|one| one.side == Side::Platform),
            "Latchel is left alone"
        );
        assert!(!setup.ledger_file().exists(), "no ledger is made");
    }
}

#[tokio::test]
async fn what_a_broken_platform_does_is_a_failed_check_and_the_exit_code_says_so() {
    let setup = sound(Dialect::BUILDIUM).await;
    let name = setup.server.read(|world| {
        let tenant = world.platform.tenants.iter().next().expect("a tenant");
        tenant.last_name.clone()
    });
    fail(&setup, Fault::Garbled { text: name }, Some("/v1/leases/tenants"));
    let report = verified(&setup, 1).await;
    let failed = with_verdict(&report, "failed");
    assert!(failed.iter().any(|(check, _)| *check == "every_call::residents_are_understood"), "{failed:?}");

    fail(&setup, Fault::Status { status: 403, retry_after: None }, Some("/v1/workorders"));
    let failed = verified(&setup, 1).await;
    let failed = with_verdict(&failed, "failed");
    let told = "a call failed that should succeed: forbidden, status 403, GET /v1/workorders";
    assert!(failed.contains(&("every_call::work_orders_are_understood", told)), "{failed:?}");
    assert!(!failed.iter().any(|(check, _)| check.contains("properties_are")), "{failed:?}");

    fail(&setup, Fault::Malformed, Some("/v1/users"));
    let report = verified(&setup, 1).await;
    let told = "a call failed that should succeed: malformed, GET /v1/users";
    let failed = with_verdict(&report, "failed");
    assert!(failed.contains(&("users::whoever_is_assigned_is_a_user", told)), "{failed:?}");

    for fault in [Fault::ExpiredCredentials, Fault::Status { status: 503, retry_after: Some(3_600) }] {
        fail(&setup, fault, None);
        let report = verified(&setup, 2).await;
        assert_eq!(report["reached"], false);
        assert!(!with_verdict(&report, "failed").is_empty(), "{report}");
    }
}

#[tokio::test]
async fn a_report_of_a_broken_platform_tells_nothing_of_anybody() {
    for platform in Dialect::ALL {
        let setup = sound(*platform).await;
        let people = setup.server.read(|world| private(&serde_json::to_value(world).expect("JSON")));
        assert!(people.len() > 150, "{}", people.len());
        verified(&setup, 0).await;
        // The search would find them where they are.
        let read: String = setup.server.requests().iter().map(|one| format!("{:?}", one.response)).collect();
        let found = people.iter().filter(|text| contains(&read, text)).count();
        assert!(found > 100, "{platform}: {found}");

        let some: Vec<_> = setup.server.read(|world| {
            let tenant = world.platform.tenants.iter().next().expect("a tenant");
            let property = world.platform.properties.iter().next().expect("a property");
            vec![tenant.last_name.clone(), property.name.clone()]
        });
        let scrambled = some.into_iter().map(|text| Fault::Scrambled { text });
        let failing = [Fault::Status { status: 403, retry_after: None }, Fault::Malformed, Fault::MissingRow];
        for fault in scrambled.chain(failing) {
            fail(&setup, fault.clone(), None);
            for more in [&[][..], &["--json"]] {
                let output = setup.output(&[&VERIFY[..], more].concat()).await;
                let said = format!(
                    "{}{}",
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr)
                );
                let shown: Vec<_> = people.iter().filter(|text| contains(&said, text)).collect();
                assert!(shown.is_empty(), "{platform} with {fault:?} shows {shown:?}: {said}");
                let host = setup.server.platform_url();
                assert!(!said.contains(host.trim_start_matches("http://")), "{said}");
                assert!(matches!(output.status.code(), Some(0..=2)), "{said}");
            }
        }
    }
}

#[tokio::test]
async fn a_far_side_that_repeats_the_credentials_gets_them_into_no_report() {
    let setup = sound(Dialect::BUILDIUM).await;
    let config = setup.folder.path().join("latchel-sync.toml");
    let text = std::fs::read_to_string(&config).expect("the configuration");
    let url = setup.server.platform_url();
    for status in ["400 Bad Request", "401 Unauthorized", "403 Forbidden"] {
        std::fs::write(&config, text.replace(url, &echo(status).await)).expect("it can be written");
        let said = setup.run(2, &VERIFY).await;
        assert!(!said.contains("mock-client") && said.contains("FAILED"), "{said}");
    }
}

#[tokio::test]
async fn an_account_that_is_not_there_is_named() {
    let setup = sound(Dialect::BUILDIUM).await;
    let output = setup.output(&["adapters", "verify", "other"]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(3) && said.contains("accounts: main"), "{said}");
}

/// Every name, phone, e-mail address, address and credential, and whatever people wrote.
fn private(world: &Value) -> Vec<String> {
    const KEYS: [&str; 18] = [
        "first_name",
        "last_name",
        "company_name",
        "email",
        "number",
        "line1",
        "line2",
        "city",
        "postal_code",
        "tax_id",
        "title",
        "description",
        "details",
        "entry_notes",
        "comment",
        "name",
        "client_id",
        "client_secret",
    ];
    let mut found = Vec::new();
    match world {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(text) if KEYS.contains(&key.as_str()) => found.push(text.clone()),
                    other => found.extend(private(other)),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| found.extend(private(value))),
        _ => {}
    }
    // A unit's number is nobody's, and may be a count as well.
    found.retain(|text| text.len() > 4 || text.len() > 1 && text.chars().any(char::is_alphabetic));
    found.sort();
    found.dedup();
    found
}

/// True if `private` stands in the text as words of its own.
fn contains(text: &str, private: &str) -> bool {
    let joined = |edge: Option<char>| edge.is_some_and(char::is_alphanumeric);
    text.match_indices(private).any(|(at, _)| {
        !joined(text[..at].chars().next_back()) && !joined(text[at + private.len()..].chars().next())
    })
}
