//! Attention by cause: on the first page, on the account's, above the results and in the API. And accounts with
//! trouble come first.

use chrono::TimeDelta;
use latchel_sync_core::ledger::{NewRun, Outcome, PhaseReport, Run, RunStatus, Trigger};
use latchel_sync_core::model::{Phase, RunId, *};
use latchel_sync_core::{ErrorKind, Ledger};
use latchel_sync_ledger::desk::Role;
use latchel_sync_server::{App, Clock, Readers, ServerConfig, router};
use serde_json::Value;
use tests::simulation::pair;

use crate::document::judge;
use crate::visitor::Visitor;
use crate::world::{ACCOUNT, World, account, start};

async fn page(visitor: &mut Visitor, path: &str) -> String {
    let answer = visitor.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

async fn attention(visitor: &mut Visitor) -> Value {
    let path = "/api/v1/accounts/main/attention";
    let answer = visitor.get(path).await;
    let json = serde_json::from_str(&answer.body).expect("JSON");
    judge("GET", path, answer.status, &json);
    json
}

/// Gives the platform a building of two units, with a resident and a work order in each, of which the address has this state.
fn build(world: &World, state: Option<&str>) {
    world.platform.edit(|far| {
        for unit in ["1", "2"].map(|room| pair::unit("20", Some(room))) {
            let mut property = pair::property(&unit);
            property.address.state = state.map(str::to_owned);
            far.properties.insert(unit.clone(), Row::Record(property));
            let mut resident = pair::resident(&unit);
            let name = unit.key().replace('/', "-");
            resident.id.resident = ResidentId::new(format!("R{name}"));
            far.residents.insert(resident.id.clone(), Row::Record(resident));
            let order = WorkOrder { id: WorkOrderId::new(format!("W{name}")), ..pair::work_order(&unit) };
            far.work_orders.insert(order.id.clone(), Row::Record(order));
        }
    });
}

#[tokio::test]
async fn a_building_without_a_state_is_one_cause_with_its_remedy_until_it_has_one() {
    let world = World::new().await;
    world.fill();
    build(&world, None);
    world.sync().await;
    let mut visitor = world.visitor();
    let told = attention(&mut visitor).await;
    let causes = told["causes"].as_array().expect("causes");
    assert_eq!((causes.len(), &told["need_somebody"]), (1, &1.into()), "{told:#}");
    let cause = &causes[0];
    assert_eq!(
        (&cause["cause"], &cause["property"], &cause["record"], &cause["needs"]),
        (&"property_address_incomplete".into(), &"20".into(), &"20/1".into(), &"somebody".into()),
        "{told:#}"
    );
    let numbers = ["properties", "residents", "work_orders"].map(|kind| cause[kind].as_u64());
    assert_eq!(numbers, [Some(2); 3], "{told:#}");

    let sentence = "the address has no state. 2 residents and 2 work orders wait for it.";
    let remedy = "Complete the address in Buildium; the next sync takes it up.";
    let first = page(&mut visitor, "/").await;
    assert!(first.contains(sentence) && first.contains("<bdi>Elm 20 (2 units)</bdi>"), "{first}");
    assert!(first.contains("needs attention") && !first.contains("healthy"), "{first}");
    for path in ["/accounts/main", "/accounts/main/results"] {
        let told = page(&mut visitor, path).await;
        for text in [
            sentence,
            remedy,
            "1 thing needs attention",
            "<bdi>Elm 20</bdi> (2 units):",
            "Show what waits (4)",
        ] {
            assert!(told.contains(text), "{path}: {text}: {told}");
        }
        assert!(told.contains("/accounts/main/records/property/20%2F1\""), "{path}: {told}");
    }
    let waiting = page(&mut visitor, "/accounts/main/results?waits_for=20").await;
    assert!(waiting.contains("4 records") && !waiting.contains(remedy), "{waiting}");
    for record in ["W20-1", "W20-2", "R20-1", "R20-2"] {
        assert!(waiting.contains(record), "{record}: {waiting}");
    }

    build(&world, Some("ID"));
    world.sync().await;
    assert_eq!(attention(&mut visitor).await["causes"], Value::Array(Vec::new()));
    assert!(page(&mut visitor, "/").await.contains("healthy"));
    assert!(!page(&mut visitor, "/accounts/main").await.contains("needs attention"));
}

#[tokio::test]
async fn a_name_from_outside_is_text_and_stands_by_itself() {
    let world = World::new().await;
    build(&world, None);
    world.platform.edit(|far| {
        for row in far.properties.values_mut() {
            if let Row::Record(property) = row {
                property.property_name = "<b>\u{202e}Elm".to_owned();
            }
        }
    });
    world.sync().await;
    for path in ["/", "/accounts/main", "/accounts/main/results"] {
        let told = page(&mut world.visitor(), path).await;
        assert!(
            told.contains("<bdi>&#60;b&#62;\u{202e}Elm") && !told.contains("<b>\u{202e}"),
            "{path}: {told}"
        );
    }
}

/// Writes the end of a run that only went through the properties.
async fn run_of_properties(world: &World, account: &str, minutes: i64, report: Option<PhaseReport>) {
    let new = NewRun {
        id: RunId(uuid::Uuid::now_v7()),
        account: account.to_owned(),
        now: start() + TimeDelta::minutes(minutes),
        day: None,
        trigger: Trigger::Schedule,
        holder: "a test".to_owned(),
        phases: vec![Phase::Properties],
    };
    world.ledger.begin_run(&new).await.expect("it begins");
    let status = if report.is_some() { RunStatus::Failed } else { RunStatus::Success };
    let done = PhaseReport {
        phase: Phase::Properties,
        window_from: new.now,
        counts: Default::default(),
        writes: 0,
        error: None,
        error_kind: None,
        paused: None,
    };
    let run = Run { status, took_ms: Some(1), phases: vec![report.unwrap_or(done)], ..Run::begin(&new) };
    world.ledger.finish_run(&run).await.expect("it ends");
}

fn failed(kind: ErrorKind, error: &str) -> PhaseReport {
    PhaseReport {
        phase: Phase::Properties,
        window_from: start(),
        counts: Default::default(),
        writes: 0,
        error: Some(error.to_owned()),
        error_kind: Some(kind),
        paused: None,
    }
}

#[tokio::test]
async fn leave_for_a_mass_change_is_asked_for_only_while_the_guard_has_stopped_a_run() {
    let world = World::new().await;
    world.fill();
    world.sync().await;
    let mut visitor = world.visitor();
    let asks =
        async |visitor: &mut Visitor| page(visitor, "/accounts/main").await.contains("allow_mass_change");
    assert!(!asks(&mut visitor).await);
    run_of_properties(&world, ACCOUNT, 1, Some(failed(ErrorKind::Timeout, "it took too long"))).await;
    assert!(!asks(&mut visitor).await, "another failure");
    let stopped = "7 of 12 active records would be set inactive at once; none of them was. Run `sync`";
    run_of_properties(&world, ACCOUNT, 2, Some(failed(ErrorKind::MassChange, stopped))).await;
    let told = page(&mut visitor, "/accounts/main").await;
    for text in
        ["allow_mass_change", "7 of 12 active records would be set inactive at once; none of them was."]
    {
        assert!(told.contains(text), "{text}: {told}");
    }
    assert!(!told.contains("Run <code>sync"), "{told}");
    run_of_properties(&world, ACCOUNT, 3, None).await;
    assert!(!asks(&mut visitor).await, "a run went through");
}

#[tokio::test]
async fn of_many_accounts_those_with_trouble_come_first_and_the_others_are_paged_and_found() {
    let world = World::new().await;
    let named = |number: usize| {
        let mut one = account(&world.platform, &world.latchel, Readers::default());
        one.settings.name = format!("home {number:02}");
        one
    };
    let (ledger, desk) = (world.ledger.clone(), world.ledger.clone());
    let clock = Clock::starting_at(start());
    let app = App::new(ServerConfig::default(), (0..40).map(named), ledger, desk, clock, "test/1".to_owned());
    for number in 0..40 {
        let report = (number == 37).then(|| failed(ErrorKind::Timeout, "it took too long"));
        run_of_properties(&world, &format!("home {number:02}"), number, report).await;
    }
    let mut visitor = Visitor::of(router(app.clone()), &format!("http://{}", app.config.listen));
    let names = |told: &str| {
        let heads = told.split("<h2><a href=\"/accounts/").skip(1);
        heads.map(|head| head.split('"').next().unwrap_or_default().replace("%20", " ")).collect::<Vec<_>>()
    };
    let first = page(&mut visitor, "/").await;
    let shown = names(&first);
    assert_eq!((shown.len(), &*shown[0], &*shown[1]), (30, "home 37", "home 00"), "{shown:?}");
    assert!(first.contains("rel=\"next\"") && !first.contains("rel=\"prev\""));
    let second = page(&mut visitor, "/?page=1").await;
    assert_eq!(names(&second).len(), 10);
    assert!(!second.contains("rel=\"next\"") && second.contains("rel=\"prev\""));
    let found = page(&mut visitor, "/?text=HOME+3").await;
    assert_eq!(names(&found).len(), 10);
    assert!(found.contains("10 of 40 accounts"), "{found}");
    assert!(page(&mut visitor, "/?text=nowhere").await.contains("No account matches"));
    assert_eq!(names(&page(&mut visitor, "/?page=99999999999").await).len(), 0);
}

#[tokio::test]
async fn results_are_counted_by_status_and_reason_and_go_back_as_they_go_on() {
    let world = World::new().await;
    let new = NewRun {
        id: RunId(uuid::Uuid::now_v7()),
        account: ACCOUNT.to_owned(),
        now: start(),
        day: None,
        trigger: Trigger::Manual,
        holder: "a test".to_owned(),
        phases: Phase::ALL.to_vec(),
    };
    let lease = world.ledger.begin_run(&new).await.expect("it begins");
    let outcome = |number: usize| Outcome {
        key: RecordKey::platform(Kind::WorkOrder, format!("{number:03}")),
        counterpart: None,
        label: String::new(),
        reason: if number < 120 { Reason::WorkOrderImported } else { Reason::CallFailed },
        action: latchel_sync_core::ledger::Action::None,
        detail: Some("HTTP 500".to_owned()).filter(|_| number >= 120),
        run: new.id,
        at: start(),
        fingerprint: None,
        waits_for: None,
        tried: None,
        waits_until: None,
    };
    let outcomes: Vec<_> = (0..123).map(outcome).collect();
    world.ledger.record(&lease, &outcomes).await.expect("recorded");
    world.ledger.finish_run(&Run { status: RunStatus::Success, ..Run::begin(&new) }).await.expect("it ends");
    let mut visitor = world.visitor();
    let told = page(&mut visitor, "/accounts/main/results").await;
    for text in [
        "all <b>123</b>",
        "failed <b>3</b>",
        "pending <b>0</b>",
        "not synced <b>0</b>",
        "synced <b>120</b>",
        "123 records",
        "A call for this record failed (3)",
        "3 work orders failed.",
        "HTTP 500",
    ] {
        assert!(told.contains(text), "{text}: {told}");
    }
    let kinds = page(&mut visitor, "/accounts/main/results?kind=property&status=failed").await;
    assert!(kinds.contains("all <b>0</b>") && !kinds.contains("3 work orders failed."), "{kinds}");

    // 50, 50, 23, and the same backwards.
    let numbers = |told: &str| {
        let links = told.split("/records/work-order/").skip(1);
        links.map(|link| link.split('"').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let link = |told: &str, rel: &str| {
        let rest = told.split(&format!("rel=\"{rel}\" href=\"")).nth(1)?;
        Some(rest.split('"').next()?.replace("&#38;", "&"))
    };
    let (mut pages, mut told) = (Vec::new(), told);
    assert_eq!(link(&told, "prev"), None);
    loop {
        pages.push(numbers(&told));
        let Some(next) = link(&told, "next") else { break };
        told = page(&mut visitor, &next).await;
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 23]);
    for expected in pages.iter().rev().skip(1) {
        let before = link(&told, "prev").expect("a page before");
        told = page(&mut visitor, &before).await;
        assert_eq!(numbers(&told), *expected);
        assert!(link(&told, "next").is_some());
    }
    assert_eq!(link(&told, "prev"), None, "{told}");

    // Nothing can be ticked where nothing waits.
    let offers = async |visitor: &mut Visitor, query: &str| {
        page(visitor, &format!("/accounts/main/results?{query}")).await.contains("value=\"retry\"")
    };
    assert!(!offers(&mut visitor, "status=synced").await);
    assert!(offers(&mut visitor, "status=failed").await);
    let mut viewer = world.logged_in("vera", Role::Viewer).await;
    assert!(!offers(&mut viewer, "status=failed").await);
}
