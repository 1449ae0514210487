//! Links, intents and what is found by them.

use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{
    CloseVerdict, ClosedStatus, Difference, JobId, Kind, Link, Marker, Obstacle, PropertyId, PropertyRef,
    Reason, RecordKey, ResidentMemory, Side,
};
use latchel_sync_core::{ErrorKind, Ledger};
use uuid::Uuid;

use super::{begin, link, now, outcome, recall_one};

pub async fn links_are_counted_and_listed(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    for id in [3, 1, 2] {
        ledger.put_link(&held, &link(held.run, &id.to_string(), id)).await.expect("a link");
    }
    assert_eq!(ledger.linked("a", Kind::WorkOrder).await.expect("a count"), 3);
    assert_eq!(ledger.linked("a", Kind::Property).await.expect("a count"), 0);
    assert_eq!(ledger.linked("b", Kind::WorkOrder).await.expect("a count"), 0);
    let page = async |after, limit| {
        let links = ledger.links("a", Kind::WorkOrder, after, limit).await.expect("links");
        links.into_iter().map(|link| link.platform_id).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, ["1", "2"]);
    assert_eq!(page(Some("2"), 2).await, ["3"]);
}

pub async fn a_link_is_found_from_both_sides(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let verdict = CloseVerdict {
        status: ClosedStatus::Completed,
        job_updated_at: now(),
        reason: Reason::StatusCompleted,
        obstacle: Some(Obstacle::InactiveProperty),
        inactive: Some(PropertyRef::new(PropertyId::new("801"), None)),
    };
    let whole = Link {
        close: Some(verdict),
        number_written_at: Some(now()),
        verified_at: None,
        not_stored: vec![Difference::Unit],
        ..link(run, "1", 10)
    };
    ledger.put_link(&held, &link(run, "1", 10)).await.expect("a link");
    ledger.put_link(&held, &whole).await.expect("put again");
    for side in [Side::Platform, Side::Latchel] {
        assert_eq!(recall_one(ledger, whole.key(side)).await.link.as_deref(), Some(&whole), "{side}");
    }
}

pub async fn a_link_that_is_ended_is_gone_from_both_sides(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let pair = link(held.run, "1", 10);
    ledger.put_link(&held, &pair).await.expect("a link");
    ledger.put_link(&held, &link(held.run, "2", 20)).await.expect("a link");
    assert!(!ledger.unlink(&held, Kind::Property, "1").await.expect("of another kind"));
    assert!(ledger.unlink(&held, Kind::WorkOrder, "1").await.expect("ended"));
    assert!(!ledger.unlink(&held, Kind::WorkOrder, "1").await.expect("ended already"));
    for side in [Side::Platform, Side::Latchel] {
        assert_eq!(recall_one(ledger, pair.key(side)).await.link, None, "{side}");
    }
    assert_eq!(ledger.linked("a", Kind::WorkOrder).await.expect("a count"), 1);
    ledger.put_link(&held, &link(held.run, "3", 10)).await.expect("it is free again");
}

pub async fn a_latchel_record_is_never_linked_twice(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    ledger.put_link(&held, &link(run, "1", 10)).await.expect("a link");
    let error = ledger.put_link(&held, &link(run, "2", 10)).await.expect_err("taken");
    assert_eq!(error.kind(), ErrorKind::Ledger);
    assert!(error.to_string().contains("linked to another"), "{error}");
    assert_eq!(recall_one(ledger, RecordKey::platform(Kind::WorkOrder, "2")).await.link, None);
    let of_another_kind = Link { kind: Kind::Property, ..link(run, "1", 10) };
    ledger.put_link(&held, &of_another_kind).await.expect("ids of kinds are apart");
}

pub async fn an_intent_keeps_its_record_pending_until_it_is_settled(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let source = RecordKey::latchel(Kind::WorkOrder, 10);
    let intent = || Intent {
        dates: None,
        id: IntentId(Uuid::now_v7()),
        source: source.clone(),
        label: "#10".to_owned(),
        marker: Some(Marker::for_job(JobId(10))),
        property: None,
        run,
        created_at: now(),
    };
    let (abandoned, intent) = (intent(), intent());
    ledger.open_intent(&held, &abandoned).await.expect("opened");
    ledger.open_intent(&held, &intent).await.expect("opened again");
    assert_eq!(recall_one(ledger, source.clone()).await.intent.as_deref(), Some(&intent));
    let pending = ledger.pending("a", Kind::WorkOrder, Side::Latchel, None, 10).await.expect("pending");
    assert_eq!(pending.len(), 1, "whatever happens now, it is looked at again");

    ledger.settle_intent(&held, intent.id, Some(&link(run, "1", 10))).await.expect("settled");
    let settled = recall_one(ledger, source).await;
    assert_eq!((settled.intent, settled.link), (None, Some(Box::new(link(run, "1", 10)))));
    ledger.settle_intent(&held, intent.id, None).await.expect("settled already");
}

pub async fn a_link_ends_the_intents_of_its_pair(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let sources = [RecordKey::latchel(Kind::WorkOrder, 10), RecordKey::platform(Kind::WorkOrder, "1")];
    let other = RecordKey::platform(Kind::Resident, "1");
    for source in sources.iter().chain([&other]) {
        let intent = Intent {
            dates: None,
            id: IntentId(Uuid::now_v7()),
            source: source.clone(),
            label: String::new(),
            marker: None,
            property: None,
            run: held.run,
            created_at: now(),
        };
        ledger.open_intent(&held, &intent).await.expect("opened");
    }
    ledger.put_link(&held, &link(held.run, "1", 10)).await.expect("a link");
    for source in sources {
        assert_eq!(recall_one(ledger, source).await.intent, None);
    }
    assert!(recall_one(ledger, other).await.intent.is_some(), "another kind's");
}

pub async fn dates_are_reached_since_the_last_evaluation(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    let day = |text: &str| text.parse().expect("a day");
    let resident = |id: i64, move_in: Option<&str>, move_out: Option<&str>, evaluated: &str| Link {
        kind: Kind::Resident,
        platform_id: format!("{id}@1"),
        resident: Some(ResidentMemory {
            move_in: move_in.map(day),
            move_out: move_out.map(day),
            is_active: true,
            sent: None,
            sent_dates: None,
            by_date: false,
            seen_active: false,
            evaluated_on: day(evaluated),
            turns_on: None,
        }),
        ..link(run, "", id)
    };
    let turning = |mut link: Link, on: &str| {
        let memory = link.resident.as_mut().expect("a resident");
        (memory.by_date, memory.seen_active, memory.turns_on) = (true, true, Some(day(on)));
        link
    };
    for one in [
        resident(1, None, Some("2026-03-02"), "2026-03-01"),
        resident(2, None, Some("2026-03-02"), "2026-03-02"),
        resident(3, None, Some("2026-03-03"), "2026-03-01"),
        resident(4, Some("2026-03-02"), None, "2026-02-01"),
        resident(5, None, None, "2026-02-01"),
        turning(resident(6, None, None, "2026-03-02"), "2026-03-02"),
        turning(resident(7, None, None, "2026-03-02"), "2026-03-03"),
    ] {
        ledger.put_link(&held, &one).await.expect("a link");
    }
    let reached = async |after, limit| {
        let links = ledger.with_reached_dates("a", day("2026-03-02"), after, limit).await.expect("links");
        links.into_iter().map(|link| link.platform_id).collect::<Vec<_>>()
    };
    assert_eq!(reached(None, 10).await, ["1@1", "4@1", "6@1"]);
    assert_eq!(reached(Some("1@1"), 10).await, ["4@1", "6@1"]);
    let last = ledger.with_reached_dates("a", day("2026-03-02"), Some("4@1"), 10).await.expect("links");
    let expected = turning(resident(6, None, None, "2026-03-02"), "2026-03-02");
    assert_eq!(last.first().map(|link| &link.resident), Some(&expected.resident), "whole");
    assert_eq!(reached(None, 1).await, ["1@1"]);
}

pub async fn records_are_found_by_ids_and_numbers(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    ledger.put_link(&held, &link(run, "1", 10)).await.expect("a link");
    let unlinked = Outcome { counterpart: None, ..outcome(run, "5", Reason::MethodNone) };
    ledger.record(&held, &[unlinked]).await.expect("recorded");
    let property = Link {
        kind: Kind::Property,
        platform_id: "12/34".to_owned(),
        platform_number: None,
        ..link(run, "", 77)
    };
    ledger.put_link(&held, &property).await.expect("a link");
    let found = async |kind, text: &str| {
        let memories = ledger.find("a", kind, text).await.expect("memories");
        memories.into_iter().map(|one| one.key.to_string()).collect::<Vec<_>>()
    };
    for text in ["1", "10", "WO-1"] {
        let both = ["work order 1", "Latchel work order 10"];
        assert_eq!(found(Kind::WorkOrder, text).await, both, "{text}");
    }
    assert_eq!(found(Kind::WorkOrder, "5").await, ["work order 5"]);
    let labelled = |id: &str, label: &str| Outcome {
        label: label.to_owned(),
        ..outcome(run, id, Reason::NotAssignedToLatchel)
    };
    let long = format!("#31 {}\0", "x".repeat(5_000));
    let mut house = labelled("9", "Elm Court, 101");
    house.key.kind = Kind::Property;
    let of_latchel = Outcome { key: RecordKey::latchel(Kind::WorkOrder, 44), ..labelled("", "#WO 12") };
    let outcomes = [labelled("a-1", "#30 Tap"), labelled("a-2", &long), labelled("a-3", "#300 Door")];
    ledger.record(&held, &outcomes).await.expect("recorded");
    ledger.record(&held, &[of_latchel, house]).await.expect("recorded");
    for (text, expected) in
        [("30", "work order a-1"), ("31", "work order a-2"), ("WO 12", "Latchel work order 44")]
    {
        assert_eq!(found(Kind::WorkOrder, text).await, [expected], "by the number of one that is not linked");
    }
    for text in ["", "3", "Tap", "0", "\0"] {
        assert_eq!(found(Kind::WorkOrder, text).await, [""; 0], "{text}");
    }
    for text in ["elm", "COURT", "9"] {
        assert_eq!(found(Kind::Property, text).await, ["property 9"], "{text}");
    }
    for text in ["12/34", "12", "34", "77"] {
        assert_eq!(found(Kind::Property, text).await, ["property 12/34"], "{text}");
    }
    for text in ["%", "_", "3", "'"] {
        assert_eq!(found(Kind::Property, text).await, [""; 0], "{text}");
    }
}

pub async fn memories_come_in_the_order_of_their_keys(ledger: &dyn Ledger) {
    let held = begin(ledger, "a").await;
    let run = held.run;
    ledger.record(&held, &[outcome(run, "1", Reason::WorkOrderImported)]).await.expect("recorded");
    ledger.put_link(&held, &link(run, "2", 20)).await.expect("a link");
    let keys = [
        RecordKey::latchel(Kind::WorkOrder, 20),
        RecordKey::platform(Kind::WorkOrder, "9"),
        RecordKey::platform(Kind::WorkOrder, "1"),
        RecordKey::platform(Kind::Property, "2"),
        RecordKey::platform(Kind::WorkOrder, "2"),
    ];
    let memories = ledger.recall("a", &keys).await.expect("memories");
    assert_eq!(memories.iter().map(|one| one.key.clone()).collect::<Vec<_>>(), keys);
    let linked: Vec<_> = memories.iter().map(|one| one.link.is_some()).collect();
    assert_eq!(linked, [true, false, false, false, true]);
    let known: Vec<_> = memories.iter().map(|one| one.outcome.is_some()).collect();
    assert_eq!(known, [false, false, true, false, false]);
    assert_eq!(ledger.recall("a", &[]).await.expect("nothing"), []);
}
