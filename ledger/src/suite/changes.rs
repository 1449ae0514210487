//! The search of all accounts, and what runs wrote.

use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{Reason, RecordKey};
use latchel_sync_core::{Ledger, LedgerAdmin};

use super::{finished, new_run, now, outcome};
use crate::desk::*;

pub async fn records_of_all_accounts_are_found_by_id_number_and_title(ledger: &(impl LedgerAdmin + Desk)) {
    for (name, id, label, counterpart) in [
        ("b", "81", "#1081 Tap drips", Some("700")),
        ("a", "82", "#81 Roof 100%", None),
        ("a", "83", "#83 tap_2", None),
    ] {
        let account = Account { name: name.to_owned(), sync_start: now(), created_at: now() };
        ledger.add_account(&account).await.expect("added");
        let run = new_run(name);
        let held = ledger.begin_run(&run).await.expect("a lease");
        let (label, counterpart) = (label.to_owned(), counterpart.map(str::to_owned));
        let one = Outcome { label, counterpart, ..outcome(run.id, id, Reason::WorkOrderImported) };
        ledger.record(&held, &[one]).await.expect("recorded");
        ledger.finish_run(&finished(&run, RunStatus::Success)).await.expect("finished");
    }
    let found = async |text: &str, limit| {
        let found = ledger.search(text, limit).await.expect("records");
        found.into_iter().map(|one| format!("{} {}", one.account, one.outcome.key.id)).collect::<Vec<_>>()
    };
    assert_eq!(found("81", 10).await, ["b 81", "a 82"], "an id comes before a number");
    assert_eq!(found("81", 1).await, ["b 81"]);
    assert_eq!(found("700", 10).await, ["b 81"], "the id on the other side");
    assert_eq!(found("TAP", 10).await, ["a 83", "b 81"]);
    assert_eq!(found("100%", 10).await, ["a 82"], "signs of patterns are text");
    assert_eq!(found("p_", 10).await, ["a 83"]);
    for nothing in ["", "\0", "nowhere"] {
        assert_eq!(found(nothing, 10).await, [""; 0], "{nothing:?}");
    }
}

pub async fn what_a_run_wrote_is_told_apart_from_what_it_only_found(ledger: &(impl Ledger + Desk)) {
    let run = new_run("a");
    let held = ledger.begin_run(&run).await.expect("a lease");
    let of = |id, action| Outcome { action, ..outcome(run.id, id, Reason::WorkOrderImported) };
    let outcomes =
        [of("1", Action::Create), of("2", Action::None), of("3", Action::Link), of("4", Action::None)];
    ledger.record(&held, &outcomes).await.expect("recorded");
    ledger.finish_run(&finished(&run, RunStatus::Success)).await.expect("finished");
    let ids = async |wrote, after: Option<&RecordKey>, limit| {
        let found = ledger.of_run(run.id, wrote, after, limit).await.expect("outcomes");
        found.into_iter().map(|one| one.key.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Wrote::Something, None, 10).await, ["1", "3"]);
    assert_eq!(ids(Wrote::Nothing, None, 10).await, ["2", "4"]);
    assert_eq!(ids(Wrote::Nothing, None, 1).await, ["2"]);
    assert_eq!(ids(Wrote::Something, Some(&outcomes[0].key), 10).await, ["3"]);
    assert_eq!(ids(Wrote::Something, Some(&outcomes[2].key), 10).await, [""; 0]);
}
