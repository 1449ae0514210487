//! A record on its page and in the API: found by whatever people call it, and told in one way.

use latchel_sync_core::ErrorKind;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::model::*;
use serde_json::{Value, json};

use crate::world::World;

/// A world with two properties, each with a work order of the platform, after a first sync.
async fn synced() -> World {
    let world = World::new().await;
    world.fill();
    world.sync().await;
    world
}

async fn page(world: &World, path: &str) -> String {
    let answer = world.visitor().get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

async fn asked(world: &World, kind: &str, text: &str) -> Value {
    let path = format!("/api/v1/accounts/main/records/{kind}/{text}?explain=true");
    serde_json::from_str(&page(world, &path).await).expect("JSON")
}

#[tokio::test]
async fn what_names_several_is_a_list_to_choose_from() {
    let world = synced().await;
    let list = page(&world, "/accounts/main/records/property/elm").await;
    for text in
        ["2 records are called so", "Elm 13", "/accounts/main/records/property/platform%3A13", "synced"]
    {
        assert!(list.contains(text), "{text}: {list}");
    }
    let one = page(&world, "/accounts/main/records/property/platform%3A13").await;
    assert!(one.contains("Both sides, as they are now") && one.contains("Elm 13"), "{one}");
    let answer = asked(&world, "property", "elm").await;
    assert_eq!(answer["several"].as_array().map(Vec::len), Some(2), "{answer:#}");
    assert_eq!((&answer["explanations"], &answer["history"]), (&json!([]), &json!([])));
    let by_name = asked(&world, "resident", "ada%20abara").await;
    assert!(by_name["several"].as_array().is_some_and(|several| !several.is_empty()), "{by_name:#}");
}

#[tokio::test]
async fn a_page_says_what_was_asked_what_decided_and_what_would_come_of_it() {
    let world = synced().await;
    let job = world.add_job("Fence", "It fell over.");
    let told = page(&world, &format!("/accounts/main/records/work-order/%23{}", job.0)).await;
    for text in [
        "A sync now would: <strong>create it on Buildium</strong>",
        "It would be created on Buildium",
        "Is it linked with one on Buildium?",
        "this decided",
    ] {
        assert!(told.contains(text), "{text}: {told}");
    }
    for text in ["It was created", "null", "Fingerprint"] {
        assert!(!told.contains(text), "{text}: {told}");
    }
}

#[tokio::test]
async fn a_page_says_why_the_last_try_failed_and_what_the_next_one_would_do() {
    let world = synced().await;
    let number = world.latchel.edit(|far| {
        let job = far.jobs.values_mut().find(|job| job.work_order.is_some()).expect("an imported one");
        job.state = JobState::Completed;
        job.updated_at += chrono::TimeDelta::minutes(1);
        job.id
    });
    world.journal.decide(|call| match call.method {
        "close_work_order" => Intercept::Fail(ErrorKind::Refused),
        _ => Intercept::Proceed,
    });
    world.sync().await;
    let told = page(&world, &format!("/accounts/main/records/work-order/{number}")).await;
    for text in
        ["The last try, at ", "It is tried again by the first run after ", "which would close it on Buildium"]
    {
        assert!(told.contains(text), "{text}: {told}");
    }
    assert!(told.contains("A sync now would: <strong>nothing</strong>"), "{told}");
    let answer = asked(&world, "work-order", &number.to_string()).await;
    assert_eq!(answer["banner"]["retry"]["action"], "close", "{answer:#}");
    let explained = answer["explanations"].as_array().expect("explanations");
    let of_latchel = explained.iter().find(|one| one["key"]["side"] == "latchel").expect("its side");
    assert_eq!(of_latchel["retry"], answer["banner"]["retry"]);
}
