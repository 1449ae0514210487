//! The header with its search box, which pages that say what went wrong have too, and the search of both sides for two work orders to link.

use latchel_sync_core::ErrorKind;
use latchel_sync_core::Ledger;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::{Account, NewRun, Run, RunStatus, Trigger};
use latchel_sync_core::model::*;
use latchel_sync_ledger::desk::Role;
use tests::simulation::pair;
use uuid::Uuid;

use crate::world::{ACCOUNT, World, start};

async fn synced() -> World {
    let world = World::new().await;
    world.fill();
    world.sync().await;
    world
}

#[tokio::test]
async fn what_one_record_alone_is_called_leads_to_it_and_what_several_are_to_a_list() {
    let world = synced().await;
    let mut visitor = world.visitor();
    // A number, an id of either side, a property's name; each as people write it.
    let page = visitor.get("/accounts/main/records/work-order/W13").await.body;
    assert!(page.contains("action=\"/search\""), "{page}");
    for (text, record) in [
        ("N13", "work-order/platform%3AW13"),
        ("%23N13", "work-order/platform%3AW13"),
        ("W13", "work-order/platform%3AW13"),
        ("+elm+13+", "property/platform%3A13"),
    ] {
        let answer = visitor.get(&format!("/search?q={text}")).await;
        assert_eq!(answer.status, 303, "{text}: {}", answer.body);
        assert_eq!(answer.header("location"), format!("/accounts/main/records/{record}"), "{text}");
        assert_eq!(visitor.get(answer.header("location")).await.status, 200, "{text}");
    }
    let several = visitor.get("/search?q=tap").await;
    assert_eq!(several.status, 200);
    for text in ["#N12 Tap", "#N13 Tap", "value=\"tap\""] {
        assert!(several.body.contains(text), "{text}: {}", several.body);
    }
    assert_eq!(several.body.matches("<tr>").count(), 3, "a pair is one record: {}", several.body);
}

#[tokio::test]
async fn what_no_sync_has_seen_can_be_asked_for_and_another_account_of_the_ledger_is_not_shown() {
    let world = synced().await;
    let mut visitor = world.visitor();
    let nothing = visitor.get("/search?q=Ada+Abara").await;
    assert_eq!(nothing.status, 200);
    assert!(nothing.body.contains("No sync has seen"), "{}", nothing.body);
    let resident = "/accounts/main/records/resident/Ada%20Abara";
    assert!(nothing.body.contains(resident), "{}", nothing.body);
    assert_eq!(visitor.get(resident).await.status, 200);
    assert!(visitor.get("/search?q=").await.body.contains("into the box above"));
    assert!(visitor.get("/search?q=%3Cb%3E").await.body.contains("&#60;b&#62;"));

    // An account that this server does not serve is nobody's here.
    let other = Account { name: "other".to_owned(), sync_start: start(), created_at: start() };
    world.ledger.add_account(&other).await.expect("added");
    let run = NewRun {
        id: RunId(Uuid::now_v7()),
        account: "other".to_owned(),
        now: start(),
        day: None,
        trigger: Trigger::Manual,
        holder: "test".to_owned(),
        phases: vec![Phase::Properties],
    };
    let lease = world.ledger.begin_run(&run).await.expect("it begins");
    let known = RecordKey::platform(Kind::Property, "13");
    let known = world.ledger.recall(ACCOUNT, &[known]).await.expect("memories").remove(0);
    let outcome = *known.outcome.expect("its outcome");
    let secret = latchel_sync_core::ledger::Outcome { label: "Secret Manor".to_owned(), ..outcome };
    world.ledger.record(&lease, &[secret]).await.expect("recorded");
    let ended = Run { status: RunStatus::Success, took_ms: Some(1), ..Run::begin(&run) };
    world.ledger.finish_run(&ended).await.expect("it ends");
    let told = visitor.get("/search?q=manor").await;
    assert!(!told.body.contains("Secret Manor"), "{}", told.body);
}

#[tokio::test]
async fn a_page_that_says_what_went_wrong_keeps_the_header() {
    let world = synced().await;
    let mut viewer = world.logged_in("vera", Role::Viewer).await;
    let wrong = [
        viewer.get("/nowhere").await,
        viewer.get("/accounts/main/results?status=odd").await,
        viewer.get("/accounts/main/link").await,
        viewer.post("/accounts/main/sync", "extent=everything").await,
    ];
    assert_eq!(wrong.each_ref().map(|answer| answer.status), [404, 422, 403, 403]);
    for answer in wrong {
        for text in ["<nav aria-label=\"Main\">", "action=\"/search\"", "vera", "action=\"/logout\""] {
            assert!(answer.body.contains(text), "{text}: {}", answer.body);
        }
    }
    // Whoever is not known is shown nothing of it.
    let answer = world.visitor().get("/nowhere").await;
    assert!(answer.status == 303 && !answer.body.contains("Main"), "{}", answer.body);
}

/// Somebody entered the same on both sides; no sync has seen it.
fn entered_twice(world: &World) -> JobId {
    world.platform.edit(|far| {
        let order = WorkOrder {
            id: WorkOrderId::new("W9"),
            number: "N9".to_owned(),
            title: "Roof is leaking".to_owned(),
            ..pair::work_order(&pair::unit("13", None))
        };
        far.work_orders.insert(order.id.clone(), Row::Record(order));
    });
    let job = world.add_job("Leaking roof", "It drips.");
    world.latchel.edit(|latchel| {
        let here = latchel.properties.values().find(|one| one.name == "Elm 13").map(|one| one.id);
        latchel.change_job(job, |job| job.property = here);
    });
    world.add_job("Fence", "It fell over.");
    job
}

#[tokio::test]
async fn two_that_are_likely_one_are_found_by_a_part_of_their_title_and_linked() {
    let world = synced().await;
    let job = entered_twice(&world);
    let mut visitor = world.visitor();
    let found = visitor.get("/accounts/main/link?text=ROOF").await;
    assert_eq!(found.status, 200, "{}", found.body);
    let pair =
        format!("name=\"work_order\" value=\"W9\"><input type=\"hidden\" name=\"latchel\" value=\"{job}\"");
    for text in ["Likely the same", "a like title, at the same property", "Link these two", &pair] {
        assert!(found.body.contains(text), "{text}: {}", found.body);
    }
    assert!(!found.body.contains("Fence") && !found.body.contains("value=\"W13\""), "{}", found.body);

    let linked = visitor.post("/accounts/main/link", &format!("work_order=W9&latchel={job}")).await;
    assert_eq!(linked.status, 303, "{}", linked.body);
    let found = visitor.get("/accounts/main/link?text=ROOF").await.body;
    assert!(!found.contains("Likely the same"), "what is linked is not offered: {found}");
    assert_eq!(found.matches("Nothing found that is without a link.").count(), 2, "{found}");
}

#[tokio::test]
async fn from_a_records_page_the_other_side_is_searched_for_it() {
    let world = synced().await;
    let job = entered_twice(&world);
    let mut visitor = world.visitor();
    let page = visitor.get(&format!("/accounts/main/records/work-order/latchel:{job}")).await.body;
    let address = format!("/accounts/main/link?latchel={job}");
    assert!(page.contains(&format!("href=\"{address}\"")), "{page}");
    let found = visitor.get(&address).await.body;
    assert!(found.contains("Likely the same") && found.contains("Roof is leaking"), "{found}");
    let chosen = format!("name=\"latchel\" value=\"{job}\" required checked");
    assert!(found.contains(&chosen), "{found}");
    assert!(!found.contains("Fence"), "another property's work order is not offered: {found}");
}

#[tokio::test]
async fn a_search_that_fails_leaves_the_form_and_a_viewer_has_none() {
    let world = synced().await;
    world.journal.decide(|call| match call.method {
        "users" => Intercept::Fail(ErrorKind::Unavailable),
        _ => Intercept::Proceed,
    });
    let found = world.visitor().get("/accounts/main/link?text=roof").await;
    assert_eq!(found.status, 200);
    for text in ["could not be searched", "name=\"work_order\"", "Link them"] {
        assert!(found.body.contains(text), "{text}: {}", found.body);
    }
    let mut viewer = world.logged_in("vera", Role::Viewer).await;
    assert_eq!(viewer.get("/accounts/main/link?text=roof").await.status, 403);
}
