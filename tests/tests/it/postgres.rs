//! The built binary with its ledger in PostgreSQL: what every command says is what it says over a file.

use chrono::TimeDelta;
use serde_json::Value;

use crate::both_ways::{new_job, set_state};
use crate::setup::Setup;

/// The commands that look into the ledger, and two that change it.
const COMMANDS: [&[&str]; 11] = [
    &["status", "--json"],
    &["status", "work-order", "81", "--json"],
    &["runs", "--json"],
    &["pending", "list", "--json"],
    &["explain", "property", "1/11", "--json"],
    &["explain", "work-order", "81", "--json"],
    &["plan", "--json"],
    &["accounts", "list", "--json"],
    &["ledger", "check", "--json"],
    &["pending", "dismiss", "--all", "--json"],
    &["pending", "list", "--json"],
];

/// Output of a day of syncs and of each command after it, with their exit codes.
async fn told(mut setup: Setup) -> Vec<(String, Option<i32>, String)> {
    let mut told = Vec::new();
    let mut say = async |setup: &Setup, args: &[&str]| {
        let output = setup.output(args).await;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        told.push((args.join(" "), output.status.code(), without_what_differs(&printed)));
    };
    say(&setup, &["sync", "--json"]).await;
    setup.advance(TimeDelta::minutes(15));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.edit(include_str!("data/both_ways_changes.json"));
    setup.advance(TimeDelta::minutes(15));
    say(&setup, &["sync", "--json"]).await;
    set_state(&mut setup, job, "Completed");
    setup.advance(TimeDelta::minutes(15));
    say(&setup, &["sync", "--json"]).await;
    for command in COMMANDS {
        say(&setup, command).await;
    }
    let of: Vec<_> = setup.server.read(|world| {
        let refs = world.latchel.jobs.iter().filter_map(|job| Some((job.id, job.ref_job_id.clone()?)));
        refs.collect()
    });
    let named = |(command, code, printed): (String, _, String)| (command, code, with_refs(&printed, &of));
    told.into_iter().map(named).collect()
}

/// Several creates are under way at once, so that which gets which id is Latchel's affair: a number that is such an id stands
/// for the reference of its record. What is in the order of ids is compared in any order.
fn with_refs(printed: &str, of: &[(i64, String)]) -> String {
    let mut text = String::new();
    for part in printed.split_inclusive(|one: char| !one.is_ascii_digit()) {
        let digits = part.trim_end_matches(|one: char| !one.is_ascii_digit());
        let found = of.iter().find(|(id, _)| id.to_string() == digits);
        match found {
            Some((_, reference)) => text += &format!("job of {reference}{}", &part[digits.len()..]),
            None => text += part,
        }
    }
    let mut members: Vec<_> = text.split([',', '[', ']', '{', '}']).collect();
    members.sort_unstable();
    members.join(",")
}

/// Runs have ids of their own, and a machine's clock may be in what is measured.
fn without_what_differs(printed: &str) -> String {
    let lines = printed.lines().map(|line| match serde_json::from_str::<Value>(line) {
        Ok(mut value) => {
            scrub(&mut value);
            value.to_string()
        }
        Err(_) => line.to_owned(),
    });
    match serde_json::from_str::<Value>(printed) {
        Ok(mut whole) => {
            scrub(&mut whole);
            whole.to_string()
        }
        Err(_) => lines.collect::<Vec<_>>().join("\n"),
    }
}

fn scrub(value: &mut Value) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| match name.as_str() {
            "run" | "id" | "intent" if value.as_str().is_some_and(|text| text.len() == 36) => {
                *value = "an id".into()
            }
            "ledger" | "path" => *value = "a place".into(),
            // Timing decides what is read again, and which id a slug is made of.
            "holder" | "took_ms" | "calls" | "slug" => *value = "its own".into(),
            _ => scrub(value),
        }),
        Value::Array(values) => values.iter_mut().for_each(scrub),
        _ => {}
    }
}

#[tokio::test]
async fn every_command_says_what_it_says_over_a_file() {
    let file = told(Setup::small("all").await).await;
    let url = latchel_sync_ledger::throw_away::fresh_url().await;
    let database = told(Setup::small("all").await.on_postgres(url)).await;
    for (over_file, over_database) in file.iter().zip(&database) {
        assert_eq!(over_file, over_database);
    }
    let failed: Vec<_> = file.iter().filter(|(_, code, _)| !matches!(code, Some(0 | 1))).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}
