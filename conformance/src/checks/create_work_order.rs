//! [`Platform::create_work_order`](latchel_sync_core::Platform::create_work_order).

use latchel_sync_core::model::{JobId, Marker, NewWorkOrder, Row, Severity, WorkOrder, WorkOrderId};

use crate::bench::{Bench, heading};
use crate::expect::{ensure, same};
use crate::far_side::{Setup, Trouble};
use crate::report::{Stop, Verdict};

/// Every part that a platform may keep, read back by id and by list.
pub async fn the_content_is_kept(setup: &dyn Setup) -> Verdict {
    let bench = able(setup).await?;
    bench.far.add_resident(&bench.resident("Asking")).await?;
    let kim = bench.resident_named("Asking").await?.id.resident;
    let new = NewWorkOrder {
        requested_by: Some(kim.clone()),
        severity: Severity::Urgent,
        entry_allowed: Some(true),
        access_instructions: Some("Ring twice".to_owned()),
        vendor_instructions: Some("Bring a ladder".to_owned()),
        ..new(&bench, "The roof leaks").await?
    };
    let marker = Marker::for_job(JobId(48_211));
    let id = bench.platform.create_work_order(&new, &marker).await?;
    let read = read(&bench, &id).await?;
    same("the title, without our marker", heading(&read), "The roof leaks")?;
    ensure!(
        read.description.contains(&new.description),
        "the description must have {:?}, and is {:?}",
        new.description,
        read.description
    );
    same("the place", &read.property, &new.property)?;
    same("the marker", &read.marker, &Some(marker))?;
    same("the status, open or closed", &read.status.closed(), &None)?;
    ensure!(
        read.requested_by.is_none() || read.requested_by == Some(kim),
        "the requester must be who asked, or nobody: {:?}",
        read.requested_by
    );
    ensure!(read.entry_allowed != Some(false), "entry was allowed, and reads as not");
    same("the work order by list", &bench.titled("The roof leaks").await?.id, &id)
}

/// The new work order is assigned to the user.
pub async fn it_is_assigned(setup: &dyn Setup) -> Verdict {
    let bench = able(setup).await?;
    if !bench.platform.capabilities().assign_user {
        return Err(Stop::no_notion("the platform cannot assign at once"));
    }
    let new = new(&bench, "Assigned to us").await?;
    let id = bench.platform.create_work_order(&new, &Marker::for_job(JobId(7))).await?;
    same(
        "the users of what was created",
        &read(&bench, &id).await?.assigned_users,
        &Vec::from_iter(new.assigned_to),
    )
}

/// A title of 400 characters, none of which is a letter of ASCII.
pub async fn a_long_title_is_cut(setup: &dyn Setup) -> Verdict {
    let bench = able(setup).await?;
    // The second is short in characters and long in UTF-16 units.
    let long = "Čerpadlo je rozbité 🛠 ".repeat(20);
    let wide = format!("{}{}", "💧".repeat(60), "x".repeat(41));
    for (title, job) in [(long, 9_007_199_254), (wide, 9_007_199_255)] {
        let marker = Marker::for_job(JobId(job));
        let id = bench.platform.create_work_order(&new(&bench, &title).await?, &marker).await?;
        let read = read(&bench, &id).await?;
        ensure!(
            title.starts_with(read.title.trim()),
            "a title is cut at its end, and became {:?}",
            read.title
        );
        same("the marker behind a long title", &read.marker, &Some(marker))?;
        same("what carries the marker", &bench.platform.find_by_marker(&marker).await?, &vec![id])?;
    }
    Ok(())
}

/// The answer is lost after everything was done.
pub async fn a_lost_answer_is_not_asked_for_again(setup: &dyn Setup) -> Verdict {
    let bench = able(setup).await?;
    let new = new(&bench, "Sent once").await?;
    let marker = Marker::for_job(JobId(31));
    bench.far.trouble(Some(Trouble::AnswersOfWritesLost)).await?;
    let answer = bench.platform.create_work_order(&new, &marker).await;
    bench.far.trouble(None).await?;
    let error = match answer {
        Err(error) => error,
        Ok(id) => {
            return Err(Stop::failed(format!(
                "its answer was lost, and it says that it made work order {id}"
            )));
        }
    };
    ensure!(
        error.leaves_outcome_unknown(),
        "the error must leave open whether it happened, and is {error:?}"
    );
    let found = bench.platform.find_by_marker(&marker).await?;
    same("the number of work orders that one create made", &found.len(), &1)?;
    same("the title of what was made", heading(&read(&bench, &found[0]).await?), "Sent once")
}

/// The permission to see and change work orders is gone as soon as one was made.
pub async fn an_answered_id_is_returned_whatever_fails_after_it(setup: &dyn Setup) -> Verdict {
    let bench = able(setup).await?;
    let new = new(&bench, "Made at the last moment").await?;
    let marker = Marker::for_job(JobId(77));
    bench.far.trouble(Some(Trouble::ForbiddenBehindAWrite)).await?;
    let answer = bench.platform.create_work_order(&new, &marker).await;
    ensure!(
        bench.platform.find_by_marker(&marker).await.is_err(),
        "nothing was forbidden after the create, so that nothing can be said"
    );
    bench.far.trouble(None).await?;
    let id =
        answer.map_err(|error| Stop::failed(format!("it was made, and the create fails as {error:?}")))?;
    same("the title of what was made", heading(&read(&bench, &id).await?), "Made at the last moment")
}

/// The marker finds nothing before the create, and the work order after it.
pub async fn found_by_its_marker(setup: &dyn Setup) -> Verdict {
    let bench = able(setup).await?;
    let marker = Marker::for_job(JobId(52));
    let before = bench.platform.find_by_marker(&marker).await?;
    same("what carries a marker that was never used", &before, &vec![])?;
    let id = bench.platform.create_work_order(&new(&bench, "To be found").await?, &marker).await?;
    same("what carries the marker", &bench.platform.find_by_marker(&marker).await?, &vec![id])
}

/// A bench for an adapter that can create.
pub(crate) async fn able(setup: &dyn Setup) -> Result<Bench, Stop> {
    let bench = Bench::fresh(setup).await?;
    if !bench.platform.capabilities().create_work_order {
        return Err(Stop::no_notion("the platform cannot create work orders"));
    }
    Ok(bench)
}

/// A work order in the home's unit for the Latchel user.
pub(crate) async fn new(bench: &Bench, title: &str) -> Result<NewWorkOrder, Stop> {
    let assigned_to = match bench.platform.capabilities().assign_user {
        true => Some(bench.latchel_user().await?.id),
        false => None,
    };
    Ok(NewWorkOrder {
        property: bench.home_ref().await?,
        title: title.to_owned(),
        description: "As it was told to us".to_owned(),
        vendor_instructions: None,
        severity: Severity::Normal,
        is_vacant: false,
        entry_allowed: None,
        access_instructions: None,
        requested_by: None,
        assigned_to,
    })
}

/// One work order, read by its id.
pub(crate) async fn read(bench: &Bench, id: &WorkOrderId) -> Result<WorkOrder, Stop> {
    let mut rows = bench.platform.work_orders_by_id(std::slice::from_ref(id)).await?;
    match (rows.pop(), rows.len()) {
        (Some(Row::Record(work_order)), 0) => Ok(work_order),
        (row, _) => Err(Stop::failed(format!("work order {id} must be read by its id, and is {row:?}"))),
    }
}
