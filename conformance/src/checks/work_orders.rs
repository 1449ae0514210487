//! [`Platform::work_orders`](latchel_sync_core::Platform::work_orders).

use std::collections::BTreeSet;

use chrono::TimeDelta;
use latchel_sync_core::model::{ClosedStatus, Kind, Row, Severity, Window, WorkOrder, WorkOrderStatus};

use crate::bench::{Bench, EVERYTHING, heading, records, rows};
use crate::expect::{ensure, same};
use crate::far_side::{Ground, Setup};
use crate::records::{NewWorkOrder, Status, WorkOrderChange};
use crate::report::{Stop, Verdict};

/// The parts that every work order has.
pub async fn its_content_arrives(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let new = bench.work_order("A tap drips");
    bench.far.add_work_order(&new).await?;
    let found = bench.titled("A tap drips").await?;
    ensure!(!found.number.trim().is_empty(), "a work order must have its number");
    same("the description", &found.description, &new.description)?;
    same("the place", &found.property, &bench.home_ref().await?)?;
    same("the marker of a work order that is not ours", &found.marker, &None)
}

/// The resident who asked for it, and none for a work order that nobody asked for.
pub async fn its_requester_arrives(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let kim = bench.far.add_resident(&bench.resident("Requester")).await?;
    bench.far.add_work_order(&bench.work_order("Of the office")).await?;
    let new = NewWorkOrder { requested_by: Some(kim), ..bench.work_order("A tap drips") };
    bench.far.add_work_order(&new).await?;
    let nobody = bench.titled("Of the office").await?.requested_by;
    same("who asked for what nobody asked for", &nobody, &None)?;
    let kim = bench.resident_named("Requester").await?.id.resident;
    match bench.titled("A tap drips").await?.requested_by {
        None => Err(Stop::no_notion("its work orders name no resident who asked")),
        asked => same("the resident who asked for it", &asked, &Some(kim)),
    }
}

/// A property without units is the place itself.
pub async fn a_place_may_be_a_property(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let house = bench.add(Kind::Property, "House").await?;
    let new = NewWorkOrder { property: house, unit: None, ..bench.work_order("The gate sticks") };
    bench.far.add_work_order(&new).await?;
    let found = bench.titled("The gate sticks").await?;
    same("the place", &found.property, &bench.property("House").await?.id)
}

/// Assigned to nobody, then to one user, then to another, with a vendor all the time.
pub async fn assignment_arrives(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let vendor = bench.far.add_vendor("Latchel Pipes and Co").await?;
    let (first, first_user) = bench.add_user("Firstly").await?;
    let (second, second_user) = bench.add_user("Secondly").await?;
    bench.far.set_clock(bench.now - TimeDelta::days(30)).await?;
    let new = NewWorkOrder { vendor: Some(vendor), ..bench.work_order("Whose is it") };
    let work_order = bench.far.add_work_order(&new).await?;
    same(
        "the users of a work order without any",
        &bench.titled("Whose is it").await?.assigned_users,
        &vec![],
    )?;
    let window = Window { from: bench.now - TimeDelta::hours(1) };
    for (minutes, to, user) in [(0, first, first_user), (10, second, second_user)] {
        bench.far.set_clock(bench.now + TimeDelta::minutes(minutes)).await?;
        bench.far.change_work_order(&work_order, &WorkOrderChange::Assign(Some(to))).await?;
        let changed = listed(&bench, window).await?;
        let Some(found) = changed.into_iter().find(|one| heading(one) == "Whose is it") else {
            return Err(Stop::failed("a work order that was assigned a moment ago must be in the list"));
        };
        same("the users that it is assigned to", &found.assigned_users, &vec![user.id])?;
    }
    bench.far.change_work_order(&work_order, &WorkOrderChange::Assign(None)).await?;
    same("the users when nobody is left", &bench.titled("Whose is it").await?.assigned_users, &vec![])
}

/// Each status that platforms have.
pub async fn statuses_are_told_apart(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let lists_closed = bench.platform.capabilities().lists_closed;
    for (title, status, closed) in [
        ("New one", Status::New, None),
        ("One in progress", Status::InProgress, None),
        ("One completed", Status::Completed, Some(ClosedStatus::Completed)),
        ("One cancelled", Status::Cancelled, Some(ClosedStatus::Cancelled)),
    ] {
        bench.far.add_work_order(&NewWorkOrder { status, ..bench.work_order(title) }).await?;
        if closed.is_some() && !lists_closed {
            let listed = listed(&bench, EVERYTHING).await?;
            let there = listed.iter().find(|one| heading(one) == title);
            ensure!(
                there.is_none(),
                "closed work orders are said not to be listed, and this one is: {there:?}"
            );
            continue;
        }
        same(&format!("the status of {title:?}"), &bench.titled(title).await?.status.closed(), &closed)?;
    }
    for title in ["New one", "One in progress"] {
        let status = bench.titled(title).await?.status;
        let worded = matches!(&status, WorkOrderStatus::Open(word) if !word.trim().is_empty());
        ensure!(worded, "an open status must have the platform's word for it, and is {status:?}");
    }
    Ok(())
}

/// The resident's permission to enter.
pub async fn entry_arrives(setup: &dyn Setup) -> Verdict {
    optional(
        setup,
        "entry",
        [Some(true), Some(false)],
        |new, value| new.entry_allowed = value,
        |one| one.entry_allowed,
    )
    .await
}

/// Instructions for getting in.
pub async fn access_instructions_arrive(setup: &dyn Setup) -> Verdict {
    let values = ["The key is under the mat", "Ring twice"].map(|text| Some(text.to_owned()));
    let set = |new: &mut NewWorkOrder, value| new.access_instructions = value;
    optional(setup, "access instructions", values, set, |one| one.access_instructions.clone()).await
}

/// Urgency.
pub async fn severity_arrives(setup: &dyn Setup) -> Verdict {
    let values = [Some(Severity::Urgent), Some(Severity::Normal)];
    let set = |new: &mut NewWorkOrder, value: Option<Severity>| new.severity = value.unwrap_or_default();
    let get = |one: &WorkOrder| Some(one.severity);
    optional(setup, "severity", values, set, get).await
}

/// Planned start of the work, for accounts on either side of UTC.
pub async fn the_planned_start_arrives(setup: &dyn Setup) -> Verdict {
    let start = "2026-03-09T16:30:00Z".parse().map_err(|_| Stop::failed("an instant"))?;
    let values = [Some(start), Some(start + TimeDelta::days(40))];
    optional(
        setup,
        "planned start",
        values,
        |new, value| new.scheduled_start = value,
        |one| one.scheduled_start,
    )
    .await
}

/// Records at which a list only hints can be fetched.
pub async fn hints_can_be_looked_up(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.add(Kind::WorkOrder, "Hinted at, perhaps").await?;
    let window = Window { from: bench.now - TimeDelta::hours(1) };
    let listed = rows(bench.platform.work_orders(window)).await?;
    let hints: Vec<_> = listed
        .iter()
        .filter_map(|row| match row {
            Row::Hint { id, .. } => Some(id.clone()),
            _ => None,
        })
        .collect();
    if hints.is_empty() {
        return Err(Stop::no_notion("its lists have the whole content"));
    }
    let found: BTreeSet<_> =
        bench.look_up(Kind::WorkOrder, &hints).await?.into_iter().map(|row| row.id).collect();
    let lost: Vec<_> = hints.iter().filter(|id| !found.contains(*id)).collect();
    ensure!(lost.is_empty(), "hints name {lost:?}, which the look-up by id does not find");
    Ok(())
}

/// Two values of something that not every platform has: both arrive, or neither does.
async fn optional<T: PartialEq + std::fmt::Debug + Clone>(
    setup: &dyn Setup,
    what: &str,
    values: [Option<T>; 2],
    set: impl Fn(&mut NewWorkOrder, Option<T>),
    get: impl Fn(&WorkOrder) -> Option<T>,
) -> Verdict {
    for time_zone in [chrono_tz::America::Los_Angeles, chrono_tz::Pacific::Auckland] {
        let bench = Bench::on(setup, Ground { time_zone, ..Ground::default() }).await?;
        let mut seen = Vec::new();
        for (title, value) in ["First value", "Second value"].into_iter().zip(&values) {
            let mut new = bench.work_order(title);
            set(&mut new, value.clone());
            bench.far.add_work_order(&new).await?;
            seen.push(get(&bench.titled(title).await?));
        }
        if seen[0] == seen[1] && seen[0] != values[0] {
            return Err(Stop::no_notion(format!("its work orders show no {what}")));
        }
        same(&format!("{what} of two work orders (account in {time_zone})"), &seen[..], &values[..])?;
    }
    Ok(())
}

async fn listed(bench: &Bench, window: Window) -> Result<Vec<WorkOrder>, Stop> {
    Ok(records(bench.work_orders(window).await?))
}
