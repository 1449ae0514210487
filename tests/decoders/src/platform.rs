use futures::FutureExt;
use latchel_sync_core::Platform;
use latchel_sync_core::model::{
    ClosedStatus, JobId, Marker, NewWorkOrder, PropertyId, PropertyRef, ResidentId, ResidentRef, Severity,
    UnitId, UserId, Window, WorkOrderId,
};
use latchel_sync_core::registry::platforms;

use crate::far::Far;
use crate::script::Script;
use crate::seen::Seen;

/// The adapter `name` against a platform that answers the input, which is a script: its first line names the method of
/// [`Platform`] that is called.
pub fn platform(name: &str, input: &[u8]) {
    let script = Script::read(input);
    let (seen, called) = play(name, &script);
    let Some(worse) = script.with_unreadable_rows() else { return };
    let (with_unreadable, called_then) = play(name, &worse);
    // On another way through the script the answers are answers to something else.
    if called_then.len() <= called.len() {
        with_unreadable.hides_none_of(&seen);
    }
}

fn play(name: &str, script: &Script) -> (Seen, Vec<String>) {
    Far::run(script, async |far| {
        let adapter = platforms().into_iter().find(|one| one.name == name).expect("an adapter");
        let platform = (adapter.connect)(&far.settings(adapter.settings)).expect("settings");
        call(&*platform, &script.call).boxed_local().await
    })
}

async fn call(platform: &dyn Platform, name: &str) -> Seen {
    let window = Window { from: "2026-03-01T05:30:15Z".parse().expect("an instant") };
    let property = || PropertyRef::new(PropertyId::new("1"), Some(UnitId::new("11")));
    let whole = PropertyRef::new(PropertyId::new("1"), None);
    let work_order = WorkOrderId::new("81");
    let marker = Marker::for_job(JobId(48211));
    match name {
        "check" => Seen::of(platform.check().await),
        "residents" => Seen::pages(platform.residents(window), |one| one.id.key()).await,
        "work_orders" => Seen::pages(platform.work_orders(window), |one| one.id.to_string()).await,
        "properties_by_id" => {
            Seen::rows(platform.properties_by_id(&[property(), whole]).await, |one| one.id.key())
        }
        "residents_by_id" => {
            let ids = [ResidentRef::new(ResidentId::new("21"), PropertyId::new("1"))];
            Seen::rows(platform.residents_by_id(&ids).await, |one| one.id.key())
        }
        "work_orders_by_id" => {
            Seen::rows(platform.work_orders_by_id(&[work_order]).await, |one| one.id.to_string())
        }
        "users" => Seen::of(platform.users().await),
        "property_groups" => Seen::of(platform.property_groups().await),
        "reach" => Seen::of(platform.reach(&UserId::new("41"), &[PropertyId::new("1")]).await),
        "find_by_marker" => Seen::of(platform.find_by_marker(&marker).await),
        "close_work_order" => Seen::of(platform.close_work_order(&work_order, ClosedStatus::Completed).await),
        "create_work_order" => {
            let new = NewWorkOrder {
                property: property(),
                title: "Leak".to_owned(),
                description: "It drips".to_owned(),
                vendor_instructions: None,
                severity: Severity::Normal,
                is_vacant: false,
                entry_allowed: None,
                access_instructions: None,
                requested_by: None,
                assigned_to: Some(UserId::new("41")),
            };
            Seen::of(platform.create_work_order(&new, &marker).await)
        }
        _ => Seen::pages(platform.properties(window), |one| one.id.key()).await,
    }
}
