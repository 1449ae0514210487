//! [`Platform::close_work_order`](latchel_sync_core::Platform::close_work_order).

use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::{ClosedStatus, Kind, Severity};
use serde_json::Value;

use super::create_work_order::read;
use crate::bench::{Bench, Labelled};
use crate::expect::{ensure, fails, same};
use crate::far_side::Setup;
use crate::records::NewWorkOrder;
use crate::report::{Stop, Verdict};

/// Closing as completed.
pub async fn completed(setup: &dyn Setup) -> Verdict {
    closes(setup, ClosedStatus::Completed).await
}

/// Closing as cancelled.
pub async fn cancelled(setup: &dyn Setup) -> Verdict {
    closes(setup, ClosedStatus::Cancelled).await
}

/// A work order with everything in it has another status afterwards, and nothing else has changed anywhere.
async fn closes(setup: &dyn Setup, status: ClosedStatus) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    if !bench.platform.capabilities().can_close(status) {
        return Err(Stop::no_notion(format!("the platform cannot set the status {status}")));
    }
    let resident = bench.far.add_resident(&bench.resident("Waiting")).await?;
    let (user, _) = bench.add_user("Assigned").await?;
    let vendor = bench.far.add_vendor("Pipes and Co").await?;
    let full = NewWorkOrder {
        requested_by: Some(resident),
        assigned_to: Some(user),
        vendor: Some(vendor),
        severity: Severity::Urgent,
        entry_allowed: Some(true),
        access_instructions: Some("Ring twice".to_owned()),
        ..bench.work_order("To be closed")
    };
    bench.far.add_work_order(&full).await?;
    bench.far.add_work_order(&bench.work_order("Another")).await?;
    let before = bench.titled("To be closed").await?;
    let held = bench.far.snapshot().await?;
    bench.platform.close_work_order(&before.id, status).await?;
    let mut changes = Vec::new();
    differences(&held, &bench.far.snapshot().await?, "", &mut changes);
    changes.retain(|pointer| !bench.far.follows_status(pointer));
    ensure!(changes.is_empty(), "closing must change the status alone, and changed {changes:?}");
    let mut after = read(&bench, &before.id).await?;
    same("the status", &after.status.closed(), &Some(status))?;
    after.status = before.status.clone();
    same("the rest of the work order", after.content().as_str(), before.content().as_str())
}

/// Closing a work order that was removed a moment ago.
pub async fn what_is_gone_is_not_found(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let status = match bench.platform.capabilities() {
        can if can.set_completed => ClosedStatus::Completed,
        can if can.set_cancelled => ClosedStatus::Cancelled,
        _ => return Err(Stop::no_notion("the platform cannot set a status")),
    };
    let gone = bench.add(Kind::WorkOrder, "Gone").await?;
    let id = bench.titled("Gone").await?.id;
    bench.far.remove(Kind::WorkOrder, &gone).await?;
    let answer = bench.platform.close_work_order(&id, status).await;
    fails("closing what no longer exists", answer, ErrorKind::NotFound)?;
    Ok(())
}

/// Closing with each status that the capabilities deny.
pub async fn what_it_cannot_set_is_an_error(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let can = bench.platform.capabilities();
    let cannot: Vec<_> = [ClosedStatus::Completed, ClosedStatus::Cancelled]
        .into_iter()
        .filter(|status| !can.can_close(*status))
        .collect();
    if cannot.is_empty() {
        return Err(Stop::no_notion("the platform can set either status"));
    }
    bench.add(Kind::WorkOrder, "Open").await?;
    let id = bench.titled("Open").await?.id;
    let held = bench.far.snapshot().await?;
    for status in cannot {
        let answer = bench.platform.close_work_order(&id, status).await;
        fails(&format!("setting {status}"), answer, ErrorKind::Unsupported)?;
        ensure!(bench.far.snapshot().await? == held, "setting {status} failed, and changed something");
    }
    Ok(())
}

/// The places, as JSON pointers, in which two snapshots differ.
fn differences(before: &Value, after: &Value, at: &str, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(one), Value::Object(other)) => {
            for (key, value) in one {
                differences(value, other.get(key).unwrap_or(&Value::Null), &format!("{at}/{key}"), found);
            }
            for key in other.keys().filter(|key| !one.contains_key(*key)) {
                found.push(format!("{at}/{key}"));
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() <= other.len() => {
            for (index, value) in one.iter().enumerate() {
                differences(value, &other[index], &format!("{at}/{index}"), found);
            }
            found.extend((one.len()..other.len()).map(|index| format!("{at}/{index}")));
        }
        (one, other) if one == other => {}
        _ => found.push(at.to_owned()),
    }
}
