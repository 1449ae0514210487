//! The measurements themselves, with little of everything: they count, and what they count is right. Times are not looked at.
#![expect(clippy::expect_used, reason = "tests")]

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// Runs a step and returns its figures and its table.
fn step(name: &str, sizes: &[&str]) -> (Value, String) {
    let (report, table) = measured(&["run", name], sizes);
    (report["figures"][name].clone(), table)
}

/// Runs the program and returns everything that it wrote down, and its table.
fn measured(command: &[&str], sizes: &[&str]) -> (Value, String) {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("figures.json");
    let output = Command::new(env!("CARGO_BIN_EXE_benches"))
        .args(command)
        .arg("--json")
        .arg(&file)
        .args(sizes)
        .output()
        .expect("it runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {out}\n{err}");
    let text = std::fs::read_to_string(&file).expect("the figures");
    (serde_json::from_str(&text).expect("JSON"), out.into_owned())
}

#[test]
fn a_full_sync_asks_for_each_page_and_looks_each_record_up() {
    let (figures, table) = step("t1", &["--records", "1200", "--repeats", "1", "--latency", "0"]);
    // Buildium has 1,000 rows a page. Propertyware has 500, and lists the units twice: of changed buildings, and changed ones.
    for (figure, pages) in figures.as_array().expect("one for each adapter").iter().zip([2, 6]) {
        // The step fails by itself if not all of them came out unchanged.
        let figure = &figure["lifted"];
        let counted = &figure["counted"];
        let kinds = counted["calls"]["platform"]["kinds"].as_object().expect("kinds of call");
        let most = kinds.values().filter_map(Value::as_u64).max();
        assert!(most.is_some_and(|calls| (pages..=pages + 2).contains(&calls)), "{counted}");
        let looked_up = counted["calls"]["latchel"]["kinds"]["properties lookup"].as_u64();
        assert!(looked_up.is_some_and(|calls| calls >= 3), "500 at once: {counted}");
        assert_eq!(counted["calls"]["latchel"]["kinds"]["properties create"], Value::Null, "{counted}");
        for who in ["plain", "ours"] {
            let peak = figure[who][0]["used"]["peak_kib"].as_u64();
            assert!(peak.is_some_and(|kib| kib > 1_000), "{who} tells what it used: {figure}");
        }
    }
    assert!(
        table.contains("| T1 | time of a full sync of 1200 with Buildium's adapter over the plain client's"),
        "{table}"
    );
}

#[test]
fn a_first_sync_creates_each_record_once_within_the_limit_that_latchel_has() {
    let (figures, _) = step("t4", &["--creates", "20", "--latency", "0"]);
    assert_eq!(figures["outcomes"]["property_new"], 10, "{figures}");
    assert_eq!(figures["outcomes"]["resident_new"], 10, "{figures}");
    let kinds = &figures["calls"]["latchel"]["kinds"];
    assert_eq!(
        (&kinds["properties create"], &kinds["residents create"]),
        (&10.into(), &10.into()),
        "{figures}"
    );
}

#[test]
fn one_change_is_one_update() {
    let (figures, table) = step("t6", &["--records", "300", "--repeats", "2", "--latency", "0"]);
    assert_eq!(figures["runs"].as_array().map(Vec::len), Some(2), "{figures}");
    assert!(table.contains("300 linked"), "{table}");
}

#[test]
fn a_run_with_nothing_to_do_is_counted_on_every_platform() {
    let (figures, _) = step("t2", &["--many", "500", "--world", "20"]);
    let platforms = figures["platforms"].as_array().expect("the platforms");
    let names: Vec<_> = platforms.iter().filter_map(|one| one["platform"].as_str()).collect();
    let all: Vec<_> = mock_pms::Dialect::ALL.iter().map(|one| one.name()).collect();
    assert_eq!(names, all);
    for platform in platforms {
        let settled = &platform["few"]["settled"];
        let (calls, pages) = (settled["calls"].as_u64(), settled["pages"].as_u64());
        assert!(calls > pages && pages > Some(0), "{platform}");
        let paths = settled["paths"].as_object().expect("paths");
        let all: u64 = paths.values().filter_map(Value::as_u64).sum();
        assert_eq!(Some(all), calls, "{platform}");
        let writes = |path: &&String| {
            path.contains(" PATCH ") || (path.starts_with("latchel POST") && !path.ends_with("/lookup"))
        };
        assert_eq!(paths.keys().find(writes), None, "{platform}");
    }
    let calls = &figures["calls"];
    assert_eq!(calls["platform"]["kinds"]["v1/rentals/units"], 1, "one empty page: {calls}");
}

#[test]
fn each_read_page_is_asked_for_at_its_time_and_answered() {
    let sizes = ["--seconds", "2", "--rate", "20", "--accounts", "3", "--outcomes", "600", "--runs", "3"];
    let (report, table) = measured(&["load"], &sizes);
    let pages = report["pages"].as_array().expect("pages");
    let (all, each) = pages.split_last().expect("the line of all");
    assert_eq!((&all["page"], &all["requests"], &all["errors"]), (&"all".into(), &40.into(), &0.into()));
    let requests: Vec<_> = each.iter().filter_map(|page| page["requests"].as_u64()).collect();
    assert_eq!((requests.len(), requests.iter().sum::<u64>()), (each.len(), 40), "{report}");
    assert!(requests.iter().all(|one| [3, 4].contains(one)), "{requests:?}");
    let times = |page: &Value| ["p50", "p99", "max"].map(|name| page[name].as_f64().expect("a time"));
    assert!(pages.iter().all(|page| times(page).is_sorted() && times(page)[0] > 0.0), "{report}");
    assert!(report["under_load"].as_f64().is_some_and(|seconds| seconds >= 1.9), "{report}");
    assert!(table.contains("| results, a text that none has | "), "{table}");
}

#[test]
fn an_account_that_another_program_filled_is_taken_over_and_kept_with_few_calls() {
    let (figures, table) = step("t9", &["--partner-units", "40", "--partner-runs", "3"]);
    let accounts = figures["accounts"].as_array().expect("with sound lists, and with rows that repeat");
    assert_eq!(accounts.len(), 2, "{figures}");
    for account in accounts {
        let calls = &account["calls"];
        let of = |name: &str| calls[name].as_u64().expect("a number of calls");
        assert!(of("activation") >= of("pages") && of("adoption") > 0, "{figures}");
        for day in ["without", "with"] {
            let runs = calls[day]["runs"].as_array().expect("runs");
            assert_eq!(runs.len(), 3, "{figures}");
        }
        // The schedule asks for nothing where webhooks tell: the first run may be more than an hour after the last news.
        let last = &calls["with"]["runs"][2];
        assert_eq!((&last[0], &last[1]), (&0.into(), &0.into()), "{figures}");
        assert!(calls["without"]["runs"][2][0].as_u64() > Some(0), "{figures}");
    }
    assert_eq!(
        accounts[0]["calls"]["activation"], accounts[0]["calls"]["pages"],
        "sound lists are walked once"
    );
    assert!(table.contains("Partner API, 40 units, rows repeat"), "{table}");
}
