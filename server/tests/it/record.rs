//! A record's page: its title, its banner, both sides in words, and its links to the two systems.

use chrono::TimeDelta;
use latchel_sync_core::ErrorKind;
use latchel_sync_core::Ledger;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::model::*;
use latchel_sync_core::registry::PageAddresses;
use latchel_sync_server::AccountPages;
use tests::simulation::pair;

use crate::world::{ACCOUNT, World, start};

/// A world with two units, a work order and a resident in each, after a first sync.
async fn synced() -> World {
    let world = World::new().await;
    world.fill();
    world.sync().await;
    world
}

async fn shown(world: &World, record: &str) -> String {
    let path = format!("/accounts/main/records/{record}");
    let answer = world.visitor().get(&path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

/// The row of both sides that begins with this name: its remark, and the two values.
fn row(page: &str, name: &str) -> [String; 3] {
    let table = page.split_once("class=\"sides").expect("both sides").1;
    let table = table.split_once("</table>").expect("its end").0;
    let begin = format!("<th scope=\"row\">{name}");
    let row =
        table.split("<tr").find(|row| row.contains(&begin)).unwrap_or_else(|| panic!("{name}: {table}"));
    let (head, values) = row.split_once("</th>").expect("a head");
    let remark = head.split_once("class=\"fate\">").map_or("", |(_, rest)| rest);
    let value = |part: &str| {
        let text = part.split_once("<bdi>").expect("a value").1;
        text.split_once("</bdi>").expect("its end").0.to_owned()
    };
    let mut parts = values.split("<td").skip(1);
    let (platform, latchel) = (parts.next().expect("the platform"), parts.next().expect("Latchel"));
    [remark.replace("</span>", ""), value(platform), value(latchel)]
}

/// The text that stands before "Why?" in the banner.
fn banner(page: &str) -> &str {
    let banner = page.split_once("<section class=\"banner").expect("a banner").1;
    banner.split_once("<details").expect("why").0
}

/// The unit, which is touched so that the next run looks at it.
fn edit_property(world: &World, change: impl Fn(&mut Property)) {
    world.platform.edit(|platform| {
        for row in platform.properties.values_mut() {
            if let Row::Record(one) = row
                && one.id.property.as_str() == "13"
            {
                change(one);
                one.freshness = pair::stamped(start());
            }
        }
    });
}

#[tokio::test]
async fn a_work_order_is_headed_by_its_title_and_told_with_names_instead_of_ids() {
    let world = synced().await;
    let page = shown(&world, "work-order/W13").await;
    assert!(page.contains("<h1><bdi>Tap</bdi></h1>"), "{page}");
    assert!(page.contains("Work order · <bdi>Elm 13</bdi>"), "{page}");
    assert_eq!(row(&page, "Property"), ["", "Elm 13", "Elm 13"]);
    assert_eq!(row(&page, "Resident"), ["", "Ada Abara", "Ada Abara"]);
    assert_eq!(row(&page, "Assigned to"), ["", "LATCHEL maintenance", ""]);
    assert_eq!(row(&page, "Number"), ["", "N13", "N13"]);
    // What people seldom look for is folded away, and there.
    let (before, all) = page.split_once("All fields").expect("all fields");
    assert!(!before.contains("requested by") && all.contains("W13"), "{all}");
}

#[tokio::test]
async fn names_of_residents_are_shown_and_not_kept() {
    let world = synced().await;
    assert!(shown(&world, "work-order/W13").await.contains("Ada Abara"));
    assert!(shown(&world, "resident/R13@13").await.contains("<h1><bdi>Ada Abara</bdi></h1>"));
    for (kind, id) in [(Kind::Property, "13"), (Kind::Resident, "R13@13"), (Kind::WorkOrder, "W13")] {
        let found = world.ledger.find(ACCOUNT, kind, id).await.expect("memories");
        assert!(!found.is_empty(), "{kind} {id}");
        for memory in found {
            let kept = serde_json::to_string(&(&memory.link, &memory.outcome)).expect("JSON");
            assert!(!kept.contains("Ada"), "{kept}");
        }
    }
    // Without the system there is no name.
    world.journal.decide(|call| match call.method {
        "residents_by_id" | "residents_by_ref" => Intercept::Fail(ErrorKind::Unavailable),
        _ => Intercept::Proceed,
    });
    let page = shown(&world, "work-order/W13").await;
    assert_eq!(row(&page, "Resident")[1], "R13");
    assert!(!page.contains("Ada"), "{page}");
}

#[tokio::test]
async fn what_the_next_sync_brings_over_and_what_latchel_keeps_is_said_beside_each_difference() {
    let world = synced().await;
    let before = row(&shown(&world, "property/13").await, "Name");
    assert_eq!(before, ["", "Elm 13", "Elm 13"]);
    edit_property(&world, |one| "Oak House".clone_into(&mut one.property_name));
    let page = shown(&world, "property/13").await;
    assert_eq!(row(&page, "Name"), ["Differs: the next sync changes it in Latchel", "Oak House", "Elm 13"]);
    world.sync().await;
    assert_eq!(row(&shown(&world, "property/13").await, "Name"), ["", "Oak House", "Oak House"]);

    // Somebody sets it inactive in Latchel: from then on nothing of it is brought over (rule P4).
    world.latchel.edit(|latchel| {
        for one in latchel.properties.values_mut().filter(|one| one.name == "Oak House") {
            one.is_active = false;
        }
    });
    edit_property(&world, |one| "Ash House".clone_into(&mut one.property_name));
    let page = shown(&world, "property/13").await;
    assert_eq!(row(&page, "Name"), ["Differs: Latchel keeps its own", "Ash House", "Oak House"]);
    assert_eq!(row(&page, "Active"), ["Differs: Latchel keeps its own", "yes", "no"]);
    world.sync().await;
    assert_eq!(row(&shown(&world, "property/13").await, "Name")[2], "Oak House");
}

#[tokio::test]
async fn contact_data_that_differs_is_named_and_dates_that_differ_are_brought_over() {
    let world = synced().await;
    world.platform.edit(|platform| {
        for row in platform.residents.values_mut() {
            let Row::Record(one) = row else { continue };
            one.email = Some("abara@example.com".to_owned());
            one.tenancies[0].move_out = "2026-05-31".parse().ok();
            one.freshness = pair::stamped(start());
        }
    });
    let page = shown(&world, "resident/R13@13").await;
    let [remark, platform, latchel] = row(&page, "Move-out");
    assert_eq!(
        (&*remark, &*platform, &*latchel),
        ("Differs: the next sync changes it in Latchel", "31 May 2026", "")
    );
    assert_eq!(row(&page, "Move-in"), ["", "1 June 2025", "1 June 2025"]);
    let expected = ["Differs: Latchel keeps its own", "a…@example.com", "a…@example.com"];
    assert_eq!(row(&page, "E-mail"), expected, "both are masked, and still told apart");
    assert_eq!(row(&page, "Unit"), ["", "Elm 13", "Elm 13"]);
}

#[tokio::test]
async fn a_status_that_goes_to_the_platform_is_told_apart_from_one_that_stays() {
    let world = synced().await;
    let set = |state: JobState| {
        world.latchel.edit(|latchel| {
            for job in latchel.jobs.values_mut() {
                job.state = state.clone();
                job.updated_at = start() + TimeDelta::minutes(1);
                job.state_updated_at = Some(job.updated_at);
            }
        });
    };
    set(JobState::Completed);
    let page = shown(&world, "work-order/W13").await;
    assert_eq!(row(&page, "Status"), ["Differs: the next sync changes it on Buildium", "New", "Completed"]);
    world.sync().await;
    assert_eq!(row(&shown(&world, "work-order/W13").await, "Status"), ["", "Completed", "Completed"]);
    // Opened again in Latchel, nothing goes to the platform (rule L10).
    set(JobState::Other("Diagnosing Issue".to_owned()));
    let page = shown(&world, "work-order/W13").await;
    assert_eq!(row(&page, "Status"), ["Differs: each side keeps its own", "Completed", "Diagnosing Issue"]);
}

#[tokio::test]
async fn the_banner_says_one_sentence_and_what_to_do_only_where_something_is_wrong() {
    let world = synced().await;
    let page = shown(&world, "work-order/W13").await;
    let told = banner(&page);
    for text in [
        "successfully synced with Buildium",
        "Buildium <bdi>N13</bdi>",
        "Latchel <bdi>",
        "confirmed by reading it back",
    ] {
        assert!(told.contains(text), "{text}: {told}");
    }
    for text in
        ["To do", "To change that", "<code>", "existing_work_order_not_updated", "WP5", "The two ways"]
    {
        assert!(!told.contains(text), "{text}: {told}");
    }
    assert!(
        page.contains("existing_work_order_not_updated") || page.contains("work_order_imported"),
        "{page}"
    );

    world.platform.edit(|platform| {
        let lost = PropertyRef::new(PropertyId::new("404"), None);
        let order = WorkOrder { id: WorkOrderId::new("W2"), ..pair::work_order(&lost) };
        platform.work_orders.insert(order.id.clone(), Row::Record(order));
    });
    world.sync().await;
    let page = shown(&world, "work-order/W2").await;
    let told = banner(&page);
    for text in
        ["is waiting to be synced", "has no counterpart on the other side yet", "<strong>To do:</strong>"]
    {
        assert!(told.contains(text), "{text}: {told}");
    }
    assert!(!told.contains("no_property_match") && page.contains("no_property_match"), "{page}");

    // A rule that leaves it alone is nothing wrong, and can be changed.
    let job = world.latchel.edit(|latchel| {
        let property = latchel.properties.keys().next().copied();
        let old = pair::job(JobId(900), property, start() - TimeDelta::hours(1));
        latchel.jobs.insert(old.id, old);
        JobId(900)
    });
    world.sync().await;
    let page = shown(&world, &format!("work-order/latchel:{job}")).await;
    let told = banner(&page);
    assert!(told.contains("To change that:") && !told.contains("To do:"), "{told}");
}

#[tokio::test]
async fn two_ways_that_disagree_are_told_in_one_line() {
    let world = synced().await;
    assert!(!shown(&world, "work-order/W13").await.contains("The two ways"));
    world.latchel.edit(|latchel| {
        for job in latchel.jobs.values_mut() {
            job.state = JobState::Completed;
            job.updated_at = start() + TimeDelta::minutes(1);
            job.state_updated_at = Some(job.updated_at);
        }
    });
    world.journal.decide(|call| match call.method {
        "close_work_order" => Intercept::Fail(ErrorKind::Refused),
        _ => Intercept::Proceed,
    });
    world.sync().await;
    let page = shown(&world, "work-order/W13").await;
    let told = banner(&page);
    assert!(told.contains("The last attempt to sync this work order failed."), "{told}");
    assert!(
        told.contains("The two ways: from Buildium to Latchel synced, from Latchel to Buildium failed."),
        "{told}"
    );
}

#[tokio::test]
async fn a_property_and_a_resident_have_a_banner_too() {
    let world = synced().await;
    for record in ["property/13", "resident/R13@13"] {
        let page = shown(&world, record).await;
        let told = banner(&page);
        assert!(told.contains("is synced with Buildium.") && !told.contains("To do"), "{record}: {told}");
    }
    edit_property(&world, |one| one.address.state = None);
    world.sync().await;
    let page = shown(&world, "property/13").await;
    let told = banner(&page);
    for text in ["is not synced with Buildium", "Missing: state.", "To change that:", "Complete the address"]
    {
        assert!(told.contains(text), "{text}: {told}");
    }
}

#[tokio::test]
async fn each_number_leads_to_its_page_in_its_system_where_that_is_known() {
    let mut world = synced().await;
    assert!(!shown(&world, "work-order/W13").await.contains("rel=\"noreferrer\""));
    let pages = |site: &str, work_order: &str| PageAddresses {
        site: Some(site.to_owned()),
        work_order: Some(work_order.to_owned()),
        ..PageAddresses::default()
    };
    world.restart(|account| {
        account.pages = AccountPages {
            platform: pages("https://pms.example", "/orders/{id}"),
            latchel: pages("https://latchel.example", "/jobs/{id}"),
        };
    });
    let job = world.latchel.edit(|latchel| {
        let of_it = |job: &&Job| job.work_order.as_ref().is_some_and(|own| own.as_str() == "W13");
        latchel.jobs.values().find(of_it).map(|job| job.id).expect("its job")
    });
    let page = shown(&world, "work-order/W13").await;
    for address in
        ["https://pms.example/orders/W13".to_owned(), format!("https://latchel.example/jobs/{job}")]
    {
        assert!(page.contains(&format!("<a href=\"{address}\" rel=\"noreferrer\">")), "{address}: {page}");
    }
}

#[tokio::test]
async fn a_title_with_markup_is_a_title() {
    let world = synced().await;
    let job = world.add_job("<b>Fence</b>", "It fell over.");
    let page = shown(&world, &format!("work-order/{job}")).await;
    assert!(page.contains("<h1><bdi>&#60;b&#62;Fence&#60;/b&#62;</bdi></h1>"), "{page}");
    assert!(!page.contains("<b>Fence"), "{page}");
}
