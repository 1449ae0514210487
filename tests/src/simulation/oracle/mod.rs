//! Truths that must hold when the dust has settled, from the history of what people did and what runs were shown.
//!
//! It is written from RULES.md, rule by rule, naively: it goes through the whole history for each record, and shares no
//! code with the product's rules. Where the end depends on who was faster, people or a run, it allows either; each such
//! place says why.

mod mirror;
mod properties;
mod residents;
mod work_orders;

use latchel_sync_core::in_memory::MemoryLedger;
use latchel_sync_core::model::*;
use latchel_sync_core::{Ledger, LedgerAdmin, Platform};

use super::account::Account;
use super::{claims, naive};

/// Compares the end with what must be so.
pub async fn check(account: &Account, ledger: &MemoryLedger) {
    account.log.say(account.clock, &account.settings.name, || "is held against its history".to_owned());
    properties::check(account, ledger).await;
    residents::check(account, ledger).await;
    work_orders::check_import(account, ledger).await;
    work_orders::check_export(account, ledger).await;
    nothing_is_lost(account, ledger).await;
    if account.only_lists() {
        mirror::check(account, ledger).await;
    }
    let wrong = ledger.check().await.expect("the ledger answers");
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// W3: what a finished run was shown has an outcome; what is linked is there on both sides.
async fn nothing_is_lost(account: &Account, ledger: &MemoryLedger) {
    let name = &account.settings.name;
    for kind in Kind::ALL {
        for link in ledger.links(name, kind, None, 1_000).await.expect("the ledger answers") {
            claims::nothing_is_shown_untrue(account, &link);
        }
    }
    let keys = account.on_platform(|world| {
        let properties = super::generate::records(&world.properties);
        let residents = super::generate::records(&world.residents);
        let work_orders = super::generate::records(&world.work_orders);
        let mut keys: Vec<_> =
            properties.iter().map(|one| RecordKey::platform(Kind::Property, one.id.key())).collect();
        keys.extend(residents.iter().map(|one| RecordKey::platform(Kind::Resident, one.id.key())));
        keys.extend(work_orders.iter().map(|one| RecordKey::platform(Kind::WorkOrder, &one.id)));
        keys
    });
    for memory in ledger.recall(name, &keys).await.expect("the ledger answers") {
        let known = memory.outcome.is_some() || memory.link.is_some();
        assert!(known || !was_shown(account, &memory.key), "{} was shown, and has no outcome", memory.key);
        assert!(memory.intent.is_none(), "{} is unsettled for ever", memory.key);
    }
}

/// True if some run that got through the phase was shown the record.
fn was_shown(account: &Account, key: &RecordKey) -> bool {
    use super::history::{Event, How};
    use latchel_sync_core::model::Phase;
    let history = account.history();
    history.events().any(|event| match event {
        Event::PropertyShown(run, one) => {
            key.kind == Kind::Property && one.id.key() == key.id && history.done(*run, Phase::Properties)
        }
        Event::ResidentShown(run, one) => {
            key.kind == Kind::Resident && one.id.key() == key.id && history.done(*run, Phase::Residents)
        }
        Event::WorkOrderShown(run, one, _, How::Listed) => {
            let is_it = key.kind == Kind::WorkOrder && one.id.as_str() == key.id;
            is_it && history.done(*run, Phase::WorkOrdersToLatchel)
        }
        _ => false,
    })
}

/// True if a create for the record was answered with what is not there, and that is reported (rule E3).
async fn is_reported(account: &Account, ledger: &MemoryLedger, key: RecordKey) -> bool {
    let memory = ledger.recall(&account.settings.name, &[key]).await.expect("the ledger answers").pop();
    memory.is_some_and(|memory| claims::is_reported(account, &memory))
}

/// The newest outcome's reason.
async fn newest(account: &Account, ledger: &MemoryLedger, key: RecordKey) -> Option<Reason> {
    let memory = ledger.recall(&account.settings.name, &[key]).await.expect("the ledger answers").pop()?;
    memory.outcome.map(|newest| newest.reason)
}

/// The Latchel property for a rentable unit: the one that carries its reference, else the linked one.
async fn in_latchel(account: &Account, ledger: &MemoryLedger, id: &PropertyRef) -> Option<LatchelProperty> {
    let carrier = account.in_latchel(|world| naive::carriers(world, id).first().map(|one| (*one).clone()));
    if carrier.is_some() {
        return carrier;
    }
    let key = RecordKey::platform(Kind::Property, id.key());
    let link = ledger.recall(&account.settings.name, &[key]).await.expect("the ledger answers").pop()?.link?;
    account.in_latchel(|world| world.properties.get(&LatchelPropertyId(link.latchel_id)).cloned())
}

/// True if the platform can close a work order with this status.
fn can_close(account: &Account, status: ClosedStatus) -> bool {
    account.platform.capabilities().can_close(status)
}
