//! Records are found by whatever people call them, and told of in one way: what was asked, what decided, what comes next.

use chrono::TimeDelta;
use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, Side};
use serde_json::Value;

use crate::both_ways::new_job;
use crate::setup::{Setup, small_world, small_world_unknown_to_latchel};

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Every text holds each of these parts.
fn all_tell(texts: &[(&str, String)], parts: &[&str]) {
    for (from, text) in texts {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(words.contains(part), "{from} does not tell {part:?}: {text}");
        }
    }
}

#[tokio::test]
async fn a_work_order_that_is_not_linked_is_found_by_its_number_and_id() {
    let setup = Setup::small("assigned").await;
    // Somebody works on it, so that it is in the window.
    setup.edit(r#"[{"collection": "tasks", "id": 72, "set": {"due": "2026-03-20"}}]"#);
    setup.run(1, &["status", "work-order", "82"]).await;
    let by_the_plans_word = setup.run(0, &["explain", "work-order", "#82"]).await;
    assert!(by_the_plans_word.contains("No run has said anything of it yet"), "{by_the_plans_word}");
    setup.sync(0).await;
    for text in ["82", "#82", " 82 ", "platform:82"] {
        let status = setup.run(0, &["status", "work-order", text]).await;
        assert!(status.starts_with("[not_synced] ") && status.contains("#82 Smoke alarms"), "{status}");
        assert!(status.contains("not in Latchel") && status.contains("rule WP2"), "{status}");
        let explained = setup.run(0, &["explain", "work-order", text]).await;
        assert!(explained.starts_with("Work order #82 Smoke alarms: 82 on the platform\n"), "{explained}");
    }
    let job = setup.run(0, &["status", "work-order", "701"]).await;
    assert!(job.contains("No hot water: not on the platform, 701 in Latchel"), "{job}");
    setup.run(1, &["status", "work-order", "latchel:82"]).await;
    setup.run(1, &["explain", "work-order", "latchel:82"]).await;
}

/// On AppFolio people see the number alone, and the id is a UUID.
#[tokio::test]
async fn on_appfolio_the_number_that_people_see_finds_the_work_order() {
    let setup =
        Setup::on(Dialect::APPFOLIO, small_world_unknown_to_latchel(), "sync_method = \"none\"").await;
    let plan = setup.run(0, &["plan", "--json", "--only", "work-orders"]).await;
    let lines = plan.lines().map(json);
    let planned: Vec<Value> = lines.filter(|line| line["key"]["side"] == "platform").collect();
    assert!(!planned.is_empty(), "{plan}");
    for found in [false, true] {
        for outcome in &planned {
            let (id, label) = (outcome["key"]["id"].as_str(), outcome["label"].as_str());
            let (id, label) = (id.expect("an id"), label.expect("a label"));
            let number = label.split(' ').next().expect("a number");
            assert_ne!(number.trim_start_matches('#'), id, "people do not see the id");
            for text in [number, number.trim_start_matches('#'), id] {
                let explained = setup.run(0, &["explain", "work-order", text]).await;
                assert!(explained.contains(&format!("{id} on the platform")), "{text}: {explained}");
                let code = if found { 0 } else { 1 };
                setup.run(code, &["status", "work-order", text]).await;
            }
        }
        setup.sync(0).await;
    }
}

#[tokio::test]
async fn what_names_several_is_a_list_to_choose_from_with_a_code_of_its_own() {
    let setup = Setup::small("assigned").await;
    setup.sync(0).await;
    let list = setup.run(4, &["explain", "property", "elm COURT"]).await;
    for part in ["Elm Court, 101", "Elm Court, 102", "platform:1/11", "platform:1/12"] {
        assert!(list.contains(part), "{part}: {list}");
    }
    let lines = setup.run(4, &["explain", "property", "elm court", "--json"]).await;
    let exactly: Vec<_> = lines.lines().map(|line| json(line)["exactly"].clone()).collect();
    assert_eq!(exactly, ["platform:1/11", "platform:1/12"]);
    let one = setup.run(0, &["explain", "property", "platform:1/12"]).await;
    assert!(one.starts_with("Property Elm Court, 102: 1/12 on the platform, "), "{one}");
    let one = setup.run(0, &["explain", "property", "hazel"]).await;
    assert!(one.starts_with("Property Hazel House: 3 on the platform"), "{one}");
    let unseen = setup.run(0, &["explain", "property", "fir lane"]).await;
    assert!(unseen.starts_with("Property 7 Fir Lane: 2 on the platform"), "outside the window: {unseen}");
    let by_id = setup.run(0, &["explain", "property", "2"]).await;
    assert!(by_id.contains("7 Fir Lane"), "an id is no part of a name: {by_id}");
    setup.run(1, &["explain", "property", "Nowhere"]).await;

    // A number here is an id there: the platform's 83, and Latchel's job with the number 83 of another.
    setup.edit(r#"[{"side": "latchel", "collection": "jobs", "id": 701, "set": {"order_number": "82"}}]"#);
    setup.sync(0).await;
    let list = setup.run(4, &["status", "work-order", "82"]).await;
    assert!(list.contains("platform:82") && list.contains("latchel:701"), "{list}");
    let job = setup.run(0, &["status", "work-order", "latchel:701"]).await;
    assert!(job.contains("#82 No hot water"), "{job}");
}

/// The ledger has no names of people: the platform is asked, and nothing of its answer is kept.
#[tokio::test]
async fn a_resident_is_found_by_name_without_the_ledger_knowing_it() {
    let setup = Setup::small("assigned").await;
    setup.sync(0).await;
    let one = setup.run(0, &["explain", "resident", "ada abara"]).await;
    assert!(one.starts_with("Resident Ada Abara: 21@1 on the platform, 601 in Latchel\n"), "{one}");
    setup.run(1, &["explain", "resident", "Nobody"]).await;
    setup.run(1, &["explain", "resident", "999"]).await;
    let ledger = std::fs::read(setup.ledger_file()).expect("the ledger");
    assert!(!ledger.windows(5).any(|bytes| bytes == b"Abara"), "the ledger has no names of people");
}

#[tokio::test]
async fn contact_data_is_masked_in_text_and_json_and_no_json_is_in_the_text() {
    let setup = Setup::small("assigned").await;
    setup.sync(0).await;
    let text = setup.run(0, &["explain", "resident", "21@1"]).await;
    let machine = setup.run(0, &["explain", "resident", "21@1", "--json"]).await;
    for shown in [&text, &machine] {
        assert!(!shown.contains("ada@example.com") && !shown.contains("555-0102"), "{shown}");
        assert!(shown.contains("a…@example.com") && shown.contains("…02"), "{shown}");
    }
    for kind in [["resident", "21@1"], ["property", "1/11"], ["work-order", "81"], ["work-order", "701"]] {
        let text = setup.run(0, &["explain", kind[0], kind[1]]).await;
        let raw = ["{", "}", "null", "freshness", "2026-03-01T", "Fingerprint", " UTC"];
        assert!(!raw.iter().any(|raw| text.contains(raw)), "{text}");
        assert!(text.contains("<- this decided") && text.contains("A run now would: "), "{text}");
    }
    let explained = &json(&machine)[0];
    let decided = explained["checks"].as_array().expect("checks").iter().filter(|one| one["decided"] == true);
    assert_eq!(decided.count(), 1, "{explained:#}");
}

#[tokio::test]
async fn what_lies_outside_the_window_is_not_foretold() {
    let mut setup = Setup::small("all").await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(1));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(1));
    let inside = setup.run(0, &["explain", "work-order", &job.to_string()]).await;
    assert!(inside.contains("A run now would: create it on the platform. It would be created"), "{inside}");
    assert!(!inside.contains("It was created"), "{inside}");
    let plan = setup.run(0, &["plan"]).await;
    assert!(plan.contains("Broken fence — It will be created on the platform"), "{plan}");
    // One that comes to Latchel with an old date, as from a copy of it, is in no window any more.
    let mut setup = Setup::small("all").await;
    setup.sync(0).await;
    setup.advance(TimeDelta::days(10));
    setup.sync(0).await;
    setup.edit(
        r#"[{"side": "latchel", "collection": "jobs", "create": {"source": "Tenant Call", "state": "Diagnosing Issue",
            "name": "Broken fence", "description": "It fell over.", "property_id": 501,
            "created_at": "2026-03-04T20:00:00Z", "updated_at": "2026-03-04T20:00:00Z"}}]"#,
    );
    let job = setup.server.read(|world| world.latchel.jobs.iter().map(|one| one.id).max().expect("it"));
    let outside = setup.run(0, &["explain", "work-order", &job.to_string()]).await;
    assert!(outside.contains("A run now would: nothing."), "{outside}");
    assert!(outside.contains("outside_window decided, by rule W1"), "{outside}");
    let plan = setup.run(0, &["plan"]).await;
    assert!(!plan.contains("Broken fence"), "{plan}");
    let machine = json(&setup.run(0, &["explain", "work-order", &job.to_string(), "--json"]).await);
    let told = |value: &Value| value.as_str().map(str::to_owned);
    let one = (told(&machine[0]["action"]), told(&machine[0]["reason"]));
    assert_eq!(one, (Some("none".to_owned()), Some("outside_window".to_owned())));
}

#[tokio::test]
async fn a_failed_try_its_error_and_the_next_one_are_told_in_one_way() {
    let mut setup = Setup::of(small_world(), "sync_method = \"all\"").await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(1));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(1));
    setup.sync(0).await;
    setup.edit(&format!(
        r#"[{{"side": "latchel", "collection": "jobs", "id": {job}, "set": {{"state": "Completed"}}}}]"#
    ));
    setup.advance(TimeDelta::minutes(1));
    let fault = Fault::Status { status: 422, retry_after: None };
    let (side, method) = (Some(Side::Platform), Some("PUT".to_owned()));
    let rule = FaultRule {
        side,
        method,
        path: None,
        body: None,
        calls: vec![],
        probability: None,
        times: None,
        fault,
    };
    setup.server.set_faults(FaultPlan { seed: 1, faults: vec![rule] });
    setup.sync(1).await;
    setup.advance(TimeDelta::minutes(1));

    let id = job.to_string();
    let texts = [
        ("plan", setup.run(1, &["plan"]).await),
        ("explain", setup.run(0, &["explain", "work-order", &id]).await),
        ("status", setup.run(0, &["status", "work-order", &id]).await),
        ("pending", setup.run(0, &["pending", "list"]).await),
    ];
    all_tell(&texts, &["422", "2026-03-02 12:08 PST", "close it on the platform"]);
    all_tell(&texts[..3], &["The last try, at 2026-03-02 12:03 PST, failed: ", "by the first run after"]);
    all_tell(&texts[1..2], &["A run now would: nothing. A call for this record failed."]);
    let machine = json(&setup.run(0, &["explain", "work-order", &id, "--json"]).await);
    let of_job = machine.as_array().expect("a list").iter().find(|one| one["key"]["side"] == "latchel");
    let of_job = of_job.expect("the Latchel side");
    assert!(of_job["reason"] == "call_failed" && of_job["action"] == "none", "{of_job:#}");
    assert_eq!(of_job["retry"]["action"], "close", "{of_job:#}");
    let planned = setup.run(1, &["plan", "--json"]).await;
    let rests = planned.lines().map(json).find(|line| line["retry"].is_object()).expect("it rests");
    assert!(rests["reason"] == "call_failed" && rests["retry"]["action"] == "close", "{rests:#}");
    assert_eq!(rests["retry"]["next_try"], of_job["retry"]["next_try"]);

    // Once it is due, it is foretold as what it is, and the failure still told.
    setup.advance(TimeDelta::minutes(6));
    let plan = setup.run(0, &["plan"]).await;
    assert!(plan.contains("It is completed in Latchel and will be set complete on the platform."), "{plan}");
    let explained = setup.run(0, &["explain", "work-order", &id]).await;
    assert!(explained.contains("It is tried again by the next run, which would close it"), "{explained}");
    assert!(explained.contains("A run now would: close it on the platform."), "{explained}");
    setup.server.set_faults(FaultPlan::default());
    setup.sync(0).await;
    let explained = setup.run(0, &["explain", "work-order", &id]).await;
    assert!(!explained.contains("failed") && explained.contains("was set complete"), "{explained}");
}

#[tokio::test]
async fn a_plan_tells_what_would_be_written_and_counts_the_rest_unless_all_is_asked_for() {
    let mut setup = Setup::small("all").await;
    let first = setup.run(0, &["plan"]).await;
    assert!(first.contains("change it in Latchel: property 1/11"), "{first}");
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(1));
    let output = setup.output(&["plan"]).await;
    let (plan, aside) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!plan.contains("property 1/11") && plan.contains(" records looked at, "), "{plan}");
    assert!(
        aside.contains("of which nothing would be written are counted alone; `--all` shows them"),
        "{aside}"
    );
    let all = setup.run(0, &["plan", "--all"]).await;
    assert!(all.lines().count() > plan.lines().count() && all.contains("property 1/11"), "{all}");
    let machine = setup.run(0, &["plan", "--json"]).await;
    assert!(machine.lines().any(|line| json(line)["action"] == "none"), "for programs it is all: {machine}");
}
