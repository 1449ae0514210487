use latchel_sync_core::in_memory::MemoryLedger;
use latchel_sync_core::mirror::{MirrorStore, Mirrored, SourceResident};
use latchel_sync_core::model::*;

use super::super::account::Account;

/// Compares a mirror with Latchel: it holds everything, as it is, and nothing else.
pub async fn check(account: &Account, ledger: &MemoryLedger) {
    let latchel = account.in_latchel(|world| world.clone());
    let kept = kept(account, ledger, Kind::Property).await;
    let properties: Vec<LatchelProperty> =
        kept.iter().map(|one| serde_json::from_str(&one.body).expect("a record")).collect();
    assert_eq!(properties, latchel.properties.into_values().collect::<Vec<_>>(), "the mirror of properties");
    let kept = self::kept(account, ledger, Kind::Resident).await;
    let of_kept = |one: &Mirrored| of_source(&serde_json::from_str(&one.body).expect("a record"));
    let residents: Vec<_> = kept.iter().map(of_kept).collect();
    assert_eq!(
        residents,
        latchel.residents.values().map(of_resident).collect::<Vec<_>>(),
        "the mirror of residents"
    );
    let kept = self::kept(account, ledger, Kind::WorkOrder).await;
    let of_kept = |one: &Mirrored| of_job(&serde_json::from_str(&one.body).expect("a record"));
    let jobs: Vec<_> = kept.iter().map(of_kept).collect();
    assert_eq!(jobs, latchel.jobs.values().map(of_job).collect::<Vec<_>>(), "the mirror of work orders");
}

async fn kept(account: &Account, ledger: &MemoryLedger, kind: Kind) -> Vec<Mirrored> {
    ledger.page(&account.settings.name, kind, None, 1_000).await.expect("the ledger answers")
}

/// Parts of a resident that a mirror keeps.
type Stay = (LatchelResidentId, Option<ResidentId>, [Option<chrono::NaiveDate>; 2], bool);

fn of_source(one: &SourceResident) -> Stay {
    (one.id, one.reference.clone(), [one.move_in, one.move_out], one.is_active)
}

fn of_resident(one: &LatchelResident) -> Stay {
    let reference = one.reference.as_ref().map(|own| own.resident.clone());
    (one.id, reference, [one.move_in, one.move_out], one.is_active)
}

type Work = (JobId, Option<WorkOrderId>, Option<String>, JobState, bool, Option<LatchelPropertyId>);

fn of_job(one: &Job) -> Work {
    let (work_order, number) = (one.work_order.clone(), one.number.clone());
    (one.id, work_order, number, one.state.clone(), one.is_archived, one.property)
}
