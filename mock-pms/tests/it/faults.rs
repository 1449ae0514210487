//! Faults on purpose: that each does what it says, and the same for the same seed.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod plans;

use std::time::{Duration, Instant};

use axum::http::Method;
use mock_pms::world::Property;
use mock_pms::{Fault, FaultPlan, FaultRule, Flaw, MockServer, Options, World};
use serde_json::{Value, json};

use crate::client::{Raw, raw};

const PLATFORM: &[(&str, &str)] = &[
    ("x-buildium-client-id", "mock-client-id"),
    ("x-buildium-client-secret", "mock-client-secret"),
    ("content-type", "application/json"),
];
const LATCHEL: &[(&str, &str)] = &[("x-api-key", "mock-api-key"), ("content-type", "application/json")];

/// A server over a small world in which things go wrong.
struct Faulty(MockServer);

impl Faulty {
    async fn new(fault: Fault) -> Self {
        Self::by(FaultPlan { seed: 7, faults: vec![FaultRule::always(fault)] }).await
    }

    async fn by(faults: FaultPlan) -> Self {
        let world = World::from_json(include_str!("../../examples/small-world.json")).expect("a world");
        let options = Options { faults, ..Options::unlimited() };
        Self(MockServer::start(world, options).await.expect("the server starts"))
    }

    /// Answer of the platform; `None` if the connection is cut.
    async fn platform(&self, method: Method, path: &str, body: Value) -> Option<Raw> {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        raw(method, &format!("{}{path}", self.0.platform_url()), PLATFORM, text).await
    }

    async fn latchel(&self, method: Method, path: &str, body: Value) -> Option<Raw> {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        raw(method, &format!("{}{path}", self.0.latchel_url()), LATCHEL, text).await
    }

    async fn rentals(&self) -> Option<Raw> {
        self.platform(Method::GET, "/v1/rentals?orderby=Id", Value::Null).await
    }

    async fn rename(&self, name: &str) -> Option<Raw> {
        self.latchel(Method::PATCH, "/v1/properties/501", json!({ "name": name })).await
    }

    async fn name(&self) -> Value {
        let found = self.latchel(Method::GET, "/v1/properties/501", Value::Null).await;
        found.expect("an answer").json()["name"].clone()
    }

    fn true_name(&self) -> String {
        self.0.read(|world| world.latchel.properties.get(501).expect("it").name.clone())
    }
}

/// The ids of a list of rentals.
fn ids(answer: &Raw) -> Vec<i64> {
    let rows = answer.json();
    rows.as_array().expect("a list").iter().map(|row| row["Id"].as_i64().expect("an id")).collect()
}

#[tokio::test]
async fn an_answer_is_late() {
    let faulty = Faulty::new(Fault::Latency { ms: 60 }).await;
    let begin = Instant::now();
    assert_eq!(faulty.rentals().await.expect("an answer").status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_status_refuses_in_the_words_of_its_side_and_does_nothing() {
    for (status, retry_after) in [(429, Some(3)), (429, None), (500, None), (503, Some(1))] {
        let faulty = Faulty::new(Fault::Status { status, retry_after }).await;
        let answer = faulty.rename("Renamed").await.expect("an answer");
        assert_eq!(answer.status, status);
        assert_eq!(
            answer.header("retry-after"),
            retry_after.map(|seconds: u64| seconds.to_string()).as_deref()
        );
        assert!(answer.json()["error"]["message"].is_string());
        assert!(faulty.rentals().await.expect("an answer").json()["UserMessage"].is_string());
        assert_eq!(faulty.true_name(), "Elm Court, 101");
    }
}

#[tokio::test]
async fn expired_credentials_are_refused_like_wrong_ones_until_they_are_renewed() {
    let script = |call, fault| FaultRule { calls: vec![call], ..FaultRule::always(fault) };
    let faults = vec![script(2, Fault::ExpiredCredentials), script(5, Fault::RenewedCredentials)];
    let faulty = Faulty::by(FaultPlan { seed: 0, faults }).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(faulty.rentals().await.expect("an answer").status);
    }
    assert_eq!(statuses, [200, 401, 401, 401, 200, 200]);

    let of_one_side =
        FaultRule { side: Some(mock_pms::Side::Latchel), ..script(1, Fault::ExpiredCredentials) };
    let faulty = Faulty::by(FaultPlan { seed: 0, faults: vec![of_one_side] }).await;
    let refused = faulty.rename("Renamed").await.expect("an answer");
    let wrong = raw(Method::GET, &format!("{}/v1/company", faulty.0.latchel_url()), &[], String::new()).await;
    assert_eq!((refused.status, refused.json()), (401, wrong.expect("an answer").json()));
    assert_eq!(faulty.rentals().await.expect("an answer").status, 200, "the other side's are good");
}

#[tokio::test]
async fn the_connection_is_cut_before_or_after_the_work_is_done() {
    for (fault, name) in [(Fault::CutBefore, "Elm Court, 101"), (Fault::CutAfter, "Renamed")] {
        let faulty = Faulty::new(fault).await;
        assert!(faulty.rename("Renamed").await.is_none());
        assert_eq!(faulty.true_name(), name);
    }
}

#[tokio::test]
async fn answers_are_truncated_malformed_mislabelled_or_pages() {
    let whole = Faulty::by(FaultPlan::default()).await.rentals().await.expect("an answer");
    assert_eq!(whole.header("content-type"), Some("application/json"));

    let truncated = Faulty::new(Fault::Truncated).await.rentals().await.expect("an answer");
    assert_eq!(truncated.text(), whole.text()[..whole.text().len() / 2]);
    let malformed = Faulty::new(Fault::Malformed).await.rentals().await.expect("an answer");
    assert!(serde_json::from_str::<Value>(&malformed.text()).is_err());
    let mislabelled = Faulty::new(Fault::ContentType).await.rentals().await.expect("an answer");
    assert_eq!((mislabelled.header("content-type"), mislabelled.json()), (Some("text/plain"), whole.json()));

    let faulty = Faulty::new(Fault::Html).await;
    let page = faulty.rename("Renamed").await.expect("an answer");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html")));
    assert!(page.text().starts_with("<html>") && faulty.true_name() == "Elm Court, 101");
}

#[tokio::test]
async fn a_write_is_answered_and_not_done() {
    let faulty = Faulty::new(Fault::Pretend).await;
    let answer = faulty.rename("Renamed").await.expect("an answer");
    assert_eq!((answer.status, &answer.json()["name"]), (200, &json!("Renamed")));
    assert_eq!(faulty.true_name(), "Elm Court, 101");
    let new = json!({ "name": "New", "address1": "1 Oak Street", "city": "Boise", "state": "ID",
        "zip": "83702", "is_active": true });
    let answer = faulty.latchel(Method::POST, "/v1/properties", new).await.expect("an answer");
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(faulty.0.read(|world| world.latchel.properties.len()), 2);
}

#[tokio::test]
async fn rows_are_doubled_missing_and_shuffled_alike_for_the_same_seed() {
    let many = |fault| async {
        let faulty = Faulty::new(fault).await;
        faulty.0.edit(|world| {
            for id in 100..140 {
                let one = world.platform.properties.get(1).expect("a rental").clone();
                world.platform.properties.insert(Property { id, ..one }).expect("a free id");
            }
        });
        let first = faulty.rentals().await.expect("an answer");
        let second = faulty.rentals().await.expect("an answer");
        (ids(&first), ids(&second))
    };
    let sorted = |mut ids: Vec<i64>| {
        ids.sort_unstable();
        ids
    };
    let (all, _) = many(Fault::Latency { ms: 0 }).await;
    assert_eq!(all.len(), 43);

    let (doubled, again) = many(Fault::DoubledRow).await;
    assert_eq!((doubled.len(), doubled[..43].to_vec()), (44, all.clone()));
    assert!(all.contains(&doubled[43]) && doubled[43] != again[43], "any row, and another one the next time");
    let (missing, again) = many(Fault::MissingRow).await;
    assert!(missing.len() == 42 && missing != again && missing.iter().all(|id| all.contains(id)));
    let (shuffled, again) = many(Fault::ShuffledRows).await;
    assert!(shuffled != all && shuffled != again && sorted(shuffled.clone()) == all);

    assert_eq!(many(Fault::ShuffledRows).await.0, shuffled, "the same seed");
    assert_eq!(many(Fault::MissingRow).await.0, missing, "the same seed");
}

#[tokio::test]
async fn reads_are_stale_for_as_long_as_it_says_and_writes_are_not() {
    let faulty = Faulty::new(Fault::Stale { seconds: 30 }).await;
    let tick = |seconds| faulty.0.edit(|world| world.clock.advance(chrono::TimeDelta::seconds(seconds)));
    tick(600);
    faulty.rename("Renamed").await.expect("an answer");
    assert_eq!(faulty.true_name(), "Renamed");
    assert_eq!(faulty.name().await, "Elm Court, 101");
    tick(20);
    faulty.rename("Renamed again").await.expect("an answer");
    assert_eq!(faulty.name().await, "Elm Court, 101");
    tick(10);
    assert_eq!(faulty.name().await, "Renamed", "what was written 30 seconds ago shows");
    tick(20);
    assert_eq!(faulty.name().await, "Renamed again");
}

#[tokio::test]
async fn totals_are_wrong_in_headers_and_in_bodies() {
    for total in [1, 99_999] {
        let faulty = Faulty::new(Fault::WrongTotal { total }).await;
        let rentals = faulty.rentals().await.expect("an answer");
        assert_eq!(rentals.header("x-total-count"), Some(total.to_string().as_str()));
        assert_eq!(ids(&rentals), [1, 2, 3]);
        let properties = faulty.latchel(Method::GET, "/v1/properties", Value::Null).await.expect("an answer");
        assert_eq!(properties.json()["total"], total);
    }
}

#[tokio::test]
async fn a_clock_is_off_in_dates_and_in_what_is_stamped() {
    let faulty = Faulty::new(Fault::WrongClock { seconds: -86_400 }).await;
    let answer = faulty.rename("Renamed").await.expect("an answer");
    assert_eq!(answer.header("date"), Some("Sun, 01 Mar 2026 20:00:00 GMT"));
    let (stamped, now) =
        faulty.0.read(|world| (world.latchel.properties.get(501).expect("it").updated_at, world.now()));
    assert_eq!(stamped, now - chrono::TimeDelta::days(1));
    assert_eq!(now.to_rfc3339(), "2026-03-02T20:00:00+00:00", "the world's own clock is right");
}

#[tokio::test]
async fn answers_say_other_words_or_no_texts() {
    let whole = Faulty::by(FaultPlan::default()).await.rentals().await.expect("an answer").json();
    let kind = whole[0]["RentalType"].as_str().expect("a word").to_owned();
    let reworded = Fault::Reworded { from: kind, to: "Moonbase".to_owned() };
    let reworded = Faulty::new(reworded).await.rentals().await.expect("an answer").json();
    assert_eq!((&reworded[0]["RentalType"], &reworded[0]["Id"]), (&json!("Moonbase"), &whole[0]["Id"]));
    assert_eq!(reworded[0]["Name"], whole[0]["Name"]);

    let name = whole[0]["Name"].as_str().expect("a name");
    let part = name.split(' ').next().unwrap_or(name).to_owned();
    let scrambled =
        Faulty::new(Fault::Scrambled { text: part }).await.rentals().await.expect("an answer").json();
    assert_eq!((&scrambled[0]["Name"], &scrambled[0]["Id"]), (&json!({ "text": name }), &whole[0]["Id"]));

    let garbled = Fault::Garbled { text: name.to_owned() };
    let garbled = Faulty::new(garbled).await.rentals().await.expect("an answer").json();
    assert_eq!((&garbled[0]["IsActive"], &garbled[0]["Id"]), (&json!({ "odd": true }), &whole[0]["Id"]));
    assert_eq!(garbled[1], whole[1]);
}

#[tokio::test]
async fn a_text_is_not_well_formed_or_a_mark_comes_before_everything() {
    for (flaw, bytes) in [
        (Flaw::HalfSurrogate, &b"Elm Court\\ud83d\""[..]),
        (Flaw::RawByte, b"Elm Court\xE9\""),
        (Flaw::RawTab, b"Elm Court\t\""),
    ] {
        let faulty = Faulty::new(Fault::IllFormed { text: "Elm Court".to_owned(), flaw }).await;
        let answer = faulty.rentals().await.expect("an answer");
        assert!(answer.bytes().windows(bytes.len()).any(|window| window == bytes), "{flaw:?}");
    }
    let faulty = Faulty::new(Fault::ByteOrderMark).await;
    assert!(faulty.rentals().await.expect("an answer").bytes().starts_with(b"\xEF\xBB\xBF["));
}

#[tokio::test]
async fn a_row_makes_every_page_fail_that_it_is_on_and_no_other() {
    let faulty = Faulty::new(Fault::UnservedRow { text: "Elm Court".to_owned() }).await;
    assert_eq!(faulty.rentals().await.expect("an answer").status, 500);
    let behind = faulty.platform(Method::GET, "/v1/rentals?orderby=Id&offset=1&limit=10", Value::Null).await;
    assert_eq!(behind.expect("an answer").status, 200);
}

#[tokio::test]
async fn a_list_never_ends_and_no_two_of_its_pages_are_alike() {
    let faulty = Faulty::new(Fault::Endless).await;
    let mut seen = std::collections::HashSet::new();
    for offset in [0, 3, 1_000] {
        let path = format!("/v1/rentals?orderby=Id&offset={offset}");
        let page = faulty.platform(Method::GET, &path, Value::Null).await.expect("an answer");
        assert_eq!(page.header("x-total-count"), Some("1000000000"));
        assert!(ids(&page).into_iter().all(|id| seen.insert(id)), "{offset}");
    }
}

#[tokio::test]
async fn an_answer_has_the_header_that_is_asked_for() {
    let fault = Fault::Header { name: "retry-after".to_owned(), value: "soon".to_owned() };
    let answer = Faulty::new(fault).await.rentals().await.expect("an answer");
    assert_eq!((answer.status, answer.header("retry-after")), (200, Some("soon")));
}
