//! Rule A2: pairs of records that are proposed, decided, and linked.

mod afterwards;
mod aliases;
mod cost;

use chrono::TimeDelta;
use latchel_sync_core::engine::{
    AdoptDecision, AdoptRequest, Adopted, Proposal, Proposals, Quiet, StopSignal,
};
use latchel_sync_core::ledger::{NewRun, RunStatus, Trigger};
use latchel_sync_core::model::*;
use latchel_sync_core::{ErrorKind, Ledger, LedgerAdmin};
use uuid::Uuid;

use super::adoption::{filled_by_another, in_latchel, of_property};
use tests::simulation::pair::{Pair, unit};

async fn filled() -> Pair {
    filled_by_another(Policy::new(SyncMethod::All)).await
}

async fn proposals(pair: &Pair) -> Proposals {
    Box::pin(pair.engine.adopt_proposals(pair.now, &Quiet)).await.expect("proposals")
}

async fn adopt(pair: &Pair, rows: Option<Vec<Proposal>>) -> Adopted {
    let request = AdoptRequest {
        rows,
        write_references: false,
        now: pair.now,
        holder: "robin".to_owned(),
        stop: StopSignal::default(),
    };
    Box::pin(pair.engine.adopt(&request, &Quiet)).await.expect("a run")
}

/// Kind, ids and decision of a proposal.
fn told(pair: &Proposal) -> (Kind, &str, i64, &str) {
    (pair.kind, &pair.platform_id, pair.latchel_id, pair.decision.as_str())
}

fn row(kind: Kind, platform_id: &str, latchel_id: i64) -> Proposal {
    Proposal {
        kind,
        platform_id: platform_id.to_owned(),
        label: String::new(),
        latchel_id,
        latchel_reference: None,
        evidence: String::new(),
        decision: AdoptDecision::Link,
    }
}

async fn pending(pair: &Pair) -> usize {
    pair.ledger.all_pending("main").await.expect("what is pending").len()
}

/// A second property in Latchel at the address of property 13.
fn double(pair: &Pair) {
    pair.latchel.edit(|world| {
        let mut one = world.properties[&LatchelPropertyId(101)].clone();
        (one.id, one.reference) = (LatchelPropertyId(150), Some(unit("F99", None)));
        world.properties.insert(one.id, one);
    });
}

#[tokio::test]
async fn an_account_is_taken_over_and_the_next_run_writes_nothing() {
    let mut pair = filled().await;
    let done = pair.sync().await;
    assert_eq!(done.reason(&of_property(&unit("13", None))), Reason::HeldForAdoption);
    assert_eq!((pair.journal.take_writes(), pending(&pair).await), (vec![], 6));
    pair.advance(TimeDelta::minutes(15));

    let found = proposals(&pair).await;
    let link = AdoptDecision::Link.as_str();
    let all: Vec<_> = found.pairs.iter().map(told).collect();
    assert_eq!(
        all,
        [
            (Kind::Property, "12/34", 100, link),
            (Kind::Property, "13", 101, link),
            (Kind::Resident, "R12@12", 200, link),
            (Kind::Resident, "R13@13", 201, link),
            (Kind::WorkOrder, "W12", 300, link),
            (Kind::WorkOrder, "W13", 301, link),
        ]
    );
    let property = &found.pairs[0];
    assert_eq!(
        (property.label.as_str(), property.latchel_reference.as_deref()),
        ("Elm 12, 34", Some("F12/34"))
    );
    assert!(property.evidence.contains("the only ones on both sides"), "{}", property.evidence);
    let said = serde_json::to_string(&found).expect("json");
    assert!(!said.contains("Ada") && !said.contains("ada@"), "{said}");
    assert_eq!(pair.journal.take_writes(), []);

    let adopted = adopt(&pair, None).await;
    assert_eq!((adopted.run.status, adopted.linked, adopted.refused.len()), (RunStatus::Success, 6, 0));
    assert_eq!((pair.journal.take_writes(), pending(&pair).await), (vec![], 0));
    let kept = pair.ledger.run(adopted.run.id).await.expect("read").expect("a run");
    assert_eq!(kept.phases.iter().map(|phase| phase.counts[&Reason::Adopted]).sum::<u64>(), 6);
    let links = pair.ledger.links("main", Kind::Resident, None, 10).await.expect("links");
    let of = &links[0];
    assert_eq!((of.origin, of.verified_at), (Origin::Adopted, Some(pair.now)));
    assert!(of.resident.as_ref().is_some_and(|memory| memory.is_active), "{of:?}");

    pair.advance(TimeDelta::minutes(15));
    let done = pair.sync().await;
    assert_eq!(done.run.status, RunStatus::Success, "{:?}", done.outcomes);
    assert_eq!((pair.journal.take_writes(), pending(&pair).await), (vec![], 0));
    assert_eq!(in_latchel(&pair), (2, 2, 2));
    assert_eq!(proposals(&pair).await.pairs, []);

    // What is new is created again, and what is closed in Latchel is closed on the platform.
    pair.add_property(&unit("20", None));
    pair.latchel.edit(|world| world.change_job(JobId(300), |job| job.state = JobState::Completed));
    pair.advance(TimeDelta::minutes(15));
    let done = pair.sync().await;
    assert_eq!(done.reason(&of_property(&unit("20", None))), Reason::PropertyNew);
    assert_eq!(done.reason(&RecordKey::latchel(Kind::WorkOrder, JobId(300))), Reason::StatusCompleted);
}

/// Behind a mirror nobody's name is known: who moved in on another day may have lived there before.
#[tokio::test]
async fn the_only_residents_are_a_pair_by_the_same_move_in_day_alone() {
    let mut pair = filled().await;
    pair.only_list(600);
    pair.latchel.edit(|world| {
        let one = world.residents.get_mut(&LatchelResidentId(201)).expect("they are there");
        one.move_in = "2021-05-01".parse().ok();
    });
    pair.sync().await;
    let found = proposals(&pair).await;
    let residents: Vec<_> = found.pairs.iter().map(told).filter(|one| one.0 == Kind::Resident).collect();
    assert_eq!(residents, [(Kind::Resident, "R12@12", 200, "link"), (Kind::Resident, "R13@13", 201, "")]);
}

#[tokio::test]
async fn what_is_ambiguous_is_left_to_people() {
    let mut pair = filled().await;
    double(&pair);
    pair.latchel.edit(|world| {
        let again = Job { id: JobId(350), work_order: None, ..world.jobs[&JobId(300)].clone() };
        world.jobs.insert(again.id, again);
    });
    let found = proposals(&pair).await;
    let all: Vec<_> = found.pairs.iter().map(told).collect();
    assert_eq!(
        all,
        [
            (Kind::Property, "12/34", 100, "link"),
            (Kind::Property, "13", 101, ""),
            (Kind::Property, "13", 150, ""),
            (Kind::Resident, "R12@12", 200, "link"),
            (Kind::WorkOrder, "W12", 300, ""),
            (Kind::WorkOrder, "W12", 350, ""),
        ]
    );
    assert!(
        found.pairs[1].evidence.contains("2 in Latchel have this address"),
        "{}",
        found.pairs[1].evidence
    );
    assert!(found.pairs[4].evidence.contains("2 work orders in Latchel"), "{}", found.pairs[4].evidence);
    let adopted = adopt(&pair, None).await;
    assert_eq!((adopted.linked, adopted.undecided), (2, 4));
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    assert_eq!((pair.journal.take_writes(), in_latchel(&pair)), (vec![], (3, 2, 3)));

    // Somebody decides, and what is at the property follows.
    assert_eq!(adopt(&pair, Some(vec![row(Kind::Property, "13", 101)])).await.linked, 1);
    let all = proposals(&pair).await;
    let all: Vec<_> = all.pairs.iter().map(told).collect();
    assert_eq!(
        all,
        [
            (Kind::Resident, "R13@13", 201, "link"),
            (Kind::WorkOrder, "W12", 300, ""),
            (Kind::WorkOrder, "W12", 350, ""),
            (Kind::WorkOrder, "W13", 301, "link"),
        ]
    );
}

#[tokio::test]
async fn residents_of_one_household_are_told_apart_by_names_that_are_never_told() {
    let pair = filled().await;
    let house = unit("13", None);
    let (old, other) = ("Ada Abara", "Bo Berg");
    pair.platform.edit(|world| {
        let id = ResidentRef::new(ResidentId::new("R99"), house.property.clone());
        let Some(Row::Record(first)) = world.residents.values().last().cloned() else { panic!() };
        world.residents.insert(id.clone(), Row::Record(Resident { id, name: other.into(), ..first }));
    });
    pair.latchel.edit(|world| {
        let mut one = world.residents[&LatchelResidentId(201)].clone();
        (one.id, one.name) = (LatchelResidentId(250), "bo  BERG".to_owned());
        one.reference = one.reference.map(|own| ResidentRef::new(ResidentId::new("FR99"), own.property));
        world.residents.insert(one.id, one);
    });
    let of_house = |found: &Proposals| -> Vec<(String, i64, String)> {
        let here = found
            .pairs
            .iter()
            .filter(|pair| pair.kind == Kind::Resident && pair.platform_id.ends_with("@13"));
        here.map(|pair| (pair.platform_id.clone(), pair.latchel_id, pair.decision.as_str().to_owned()))
            .collect()
    };
    let found = proposals(&pair).await;
    let pairs = |all: &[(&str, i64, &str)]| -> Vec<_> {
        all.iter()
            .map(|(id, latchel, decision)| ((*id).to_owned(), *latchel, (*decision).to_owned()))
            .collect()
    };
    assert_eq!(of_house(&found), pairs(&[("R13@13", 201, "link"), ("R99@13", 250, "link")]));
    let said = serde_json::to_string(&found).expect("json").to_lowercase();
    assert!(!said.contains("berg") && !said.contains(&old.to_lowercase()), "{said}");

    // A mirror keeps no names.
    pair.latchel.edit(|world| {
        for one in world.residents.values_mut() {
            (one.name, one.contact_known) = (String::new(), false);
        }
    });
    let open = [("R13@13", 201, ""), ("R13@13", 250, ""), ("R99@13", 201, ""), ("R99@13", 250, "")];
    assert_eq!(of_house(&proposals(&pair).await), pairs(&open));
}

#[tokio::test]
async fn the_only_ones_with_different_names_are_left_to_people() {
    let pair = filled().await;
    pair.latchel.edit(|world| {
        world.residents.get_mut(&LatchelResidentId(201)).expect("it is there").name = "Cy Cole".to_owned();
    });
    let found = proposals(&pair).await;
    let one = found.pairs.iter().find(|pair| pair.platform_id == "R13@13").expect("it is told");
    assert_eq!(told(one), (Kind::Resident, "R13@13", 201, ""));
}

#[tokio::test]
async fn a_decision_that_people_took_back_is_no_link() {
    let mut pair = filled().await;
    let mut rows = proposals(&pair).await.pairs;
    rows.retain(|pair| pair.platform_id != "W12");
    for pair in rows.iter_mut().filter(|pair| pair.platform_id == "W13") {
        pair.decision = AdoptDecision::Undecided;
    }
    let adopted = adopt(&pair, Some(rows)).await;
    assert_eq!((adopted.linked, adopted.undecided, adopted.run.status), (4, 1, RunStatus::Success));
    pair.advance(TimeDelta::minutes(15));
    let done = pair.sync().await;
    assert_eq!(done.reason(&RecordKey::platform(Kind::WorkOrder, "W13")), Reason::PossibleTwin);
    assert_eq!((pair.journal.take_writes(), in_latchel(&pair)), (vec![], (2, 2, 2)));
}

#[tokio::test]
async fn a_row_that_does_not_hold_is_refused_by_itself() {
    let pair = filled().await;
    let rows = vec![
        row(Kind::WorkOrder, "W13", 301),
        row(Kind::Property, "12/34", 100),
        row(Kind::Property, "13", 100),
        row(Kind::Property, "99", 101),
        row(Kind::Property, "13", 999),
        row(Kind::Resident, "R13@13", 201),
        row(Kind::Resident, "nobody", 201),
        row(Kind::Resident, "R12@12", 200),
        row(Kind::WorkOrder, "W12", 301),
        row(Kind::WorkOrder, "W12", 300),
        row(Kind::WorkOrder, "W99", 300),
    ];
    let adopted = adopt(&pair, Some(rows.clone())).await;
    assert_eq!((adopted.run.status, adopted.linked), (RunStatus::Partial, 3));
    let why = |refused: &Adopted| -> Vec<String> {
        refused
            .refused
            .iter()
            .map(|one| format!("{} {}: {}", one.platform_id, one.latchel_id, one.why))
            .collect()
    };
    assert_eq!(
        why(&adopted),
        [
            "13 100: Latchel's 100 is linked with the platform's 12/34",
            "99 101: the platform has no property 99",
            "13 999: Latchel has no property 999",
            "R13@13 201: its property has no counterpart in Latchel yet: link that first",
            "nobody 201: the platform has no resident nobody",
            "W13 301: its property has no counterpart in Latchel yet: link that first",
            "W12 301: Latchel's work order is at another property",
            "W99 300: Latchel's 300 is linked with the platform's W12",
        ]
    );
    assert_eq!(pair.journal.take_writes(), []);

    // Once more: what is done is done.
    let again = adopt(&pair, Some(rows[..2].to_vec())).await;
    assert_eq!((again.linked, again.already, again.refused.len()), (0, 1, 1));
}

#[tokio::test]
async fn what_refers_to_the_platform_or_is_linked_is_no_proposal() {
    let pair = Pair::new(tests::simulation::pair::world()).await;
    pair.sync().await;
    assert_eq!(proposals(&pair).await.pairs, [], "linked");
    let mut pair = pair;
    pair.lose_ledger().await;
    assert_eq!(proposals(&pair).await.pairs, [], "they refer to each other");
}

#[tokio::test]
async fn nothing_is_taken_over_while_a_run_is_under_way_and_the_work_may_go_to_another_thread() {
    fn goes_anywhere<T: Send>(work: T) -> T {
        work
    }
    let pair = filled().await;
    let ledger = std::sync::Arc::new(latchel_sync_ledger::SqliteLedger::in_memory().await.expect("a ledger"));
    let run = NewRun {
        id: RunId(Uuid::now_v7()),
        account: "main".to_owned(),
        now: pair.now,
        day: None,
        trigger: Trigger::Schedule,
        holder: "another".to_owned(),
        phases: vec![Phase::Residents],
    };
    ledger.begin_run(&run).await.expect("a lease");
    let settings = latchel_sync_core::engine::AccountSettings {
        name: "main".to_owned(),
        time_zone: chrono_tz::Tz::UTC,
        policy: Policy::new(SyncMethod::All),
    };
    let (platform, latchel) = (pair.platform.clone(), pair.latchel.clone());
    let engine = latchel_sync_core::engine::Engine::new(settings, platform, latchel, ledger);
    let request = AdoptRequest {
        rows: None,
        write_references: false,
        now: pair.now,
        holder: "robin".to_owned(),
        stop: StopSignal::default(),
    };
    let error = goes_anywhere(Box::pin(engine.adopt(&request, &Quiet))).await.expect_err("held");
    assert_eq!(error.kind(), ErrorKind::Busy);
    goes_anywhere(Box::pin(engine.adopt_proposals(pair.now, &Quiet))).await.expect("it only reads");
}
