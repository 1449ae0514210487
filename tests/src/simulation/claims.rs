//! Claims of an outcome that must be true when it is written down: by what the run was shown, and, for *synced*, by what
//! the other side then really holds, unless people were faster.

mod verdict;

use latchel_sync_core::ledger::{Outcome, RecordMemory};
use latchel_sync_core::model::*;
use latchel_sync_core::{Ledger, Platform};

use self::verdict::{Verdict, overtaken, so, unseen, went_wrong};
use super::account::Account;
use super::fault_injector::FaultInjector;
use super::history::Event;
use super::naive;

/// Checks every outcome of a batch.
pub async fn check(injector: &FaultInjector, outcomes: &[Outcome]) {
    for outcome in outcomes {
        let name = &injector.account.settings.name;
        let memories = injector.ledger.recall(name, std::slice::from_ref(&outcome.key)).await;
        let link = memories.expect("the ledger answers").pop().and_then(|memory| memory.link);
        injector.say(|| {
            let detail = outcome.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
            format!("  {} → {}{detail}", outcome.key, outcome.reason)
        });
        if let Err(problem) = is_true(injector, outcome, link.as_deref()) {
            panic!("{}: {} says {}, but {problem}", injector.worker, outcome.key, outcome.reason);
        }
    }
}

/// E3: a create was answered, and what it made is not there, or not as it was sent. Somebody may also have removed it, or
/// changed it before it was read back.
fn is_not_as_sent(account: &Account, link: &Link) -> bool {
    let id = WorkOrderId::new(&link.platform_id);
    // What people copied with its marker is at their place and assigned as they like.
    let copied = link.kind == Kind::WorkOrder && id.as_str().starts_with('W');
    if copied || account.made(&id).is_some_and(|made| made.altered) {
        return true;
    }
    let by_people = |event: &Event| matches!(event, Event::WorkOrder(one) if one.id == id);
    if link.kind == Kind::WorkOrder && account.history().events().any(by_people) {
        return true;
    }
    let on_platform =
        link.kind != Kind::WorkOrder || account.on_platform(|world| world.work_orders.contains_key(&id));
    let in_latchel = account.in_latchel(|world| match link.kind {
        Kind::Property => world.properties.contains_key(&LatchelPropertyId(link.latchel_id)),
        Kind::Resident => world.residents.contains_key(&LatchelResidentId(link.latchel_id)),
        Kind::WorkOrder => world.jobs.contains_key(&JobId(link.latchel_id)),
    });
    !on_platform || !in_latchel
}

/// E3: what was answered and is not there is reported, and not sent again.
pub fn is_reported(account: &Account, memory: &RecordMemory) -> bool {
    let missing = memory
        .link
        .as_deref()
        .is_some_and(|link| link.awaits_confirmation() && is_not_as_sent(account, link));
    let told = memory.outcome.as_deref().is_some_and(|one| one.status() != Status::Synced);
    missing && told
}

fn is_true(injector: &FaultInjector, outcome: &Outcome, link: Option<&Link>) -> Verdict {
    match outcome.reason {
        Reason::NotConfirmed if link.is_some_and(|link| is_not_as_sent(&injector.account, link)) => Ok(()),
        Reason::CallFailed | Reason::NotConfirmed | Reason::FarSidePaused => went_wrong(injector),
        Reason::InvalidRecord | Reason::GoneFromSource | Reason::NotSupported => Ok(()),
        Reason::CounterpartGone => {
            let id = outcome.counterpart.as_deref().map(WorkOrderId::new);
            let there = injector
                .account
                .on_platform(|world| id.is_some_and(|id| world.work_orders.contains_key(&id)));
            so(!there || injector.account.is_stale(), || "the platform has it".to_owned())
        }
        Reason::PropertyGoneFromSource => {
            let id = PropertyRef::from_key(&outcome.key.id);
            let there = injector.account.on_platform(|world| world.properties.contains_key(&id));
            let is_it = |event: &Event| match event {
                Event::PropertyRemoved(one) => *one == id,
                Event::Property(one) => one.id == id,
                _ => false,
            };
            so(link.is_some() && (!there || overtaken(injector, is_it)), || "the platform has it".to_owned())
        }
        Reason::ResidentGoneFromSource => {
            let id = ResidentRef::from_key(&outcome.key.id);
            let there = injector
                .account
                .on_platform(|world| id.as_ref().is_some_and(|id| world.residents.contains_key(id)));
            let is_it = |event: &Event| match event {
                Event::ResidentRemoved(one) => Some(one) == id.as_ref(),
                Event::Resident(one) => Some(&one.id) == id.as_ref(),
                _ => false,
            };
            so(link.is_some() && (!there || overtaken(injector, is_it)), || {
                "the platform has them".to_owned()
            })
        }
        Reason::CreateUnsettled => so(!injector.account.habits.declared_lag.is_zero(), || {
            "everything that is created is visible at once".to_owned()
        }),
        Reason::MirrorIncomplete => {
            so(injector.account.only_lists(), || "it can be asked anything".to_owned())
        }
        Reason::HeldForAdoption | Reason::PossibleTwin => {
            let guard = injector.account.policy().adoption.guard;
            so(guard == AdoptionGuard::On, || "nobody compares addresses".to_owned())
        }
        Reason::MassChangeHeld => so(injector.account.policy().mass_change.at_least <= 10, String::new),
        Reason::MarkerAmbiguous => Ok(()),
        _ if outcome.status() == Status::Synced && link.is_none() => Err("nothing is linked".to_owned()),
        _ => match (outcome.key.kind, outcome.key.side) {
            (Kind::Property, _) => property(injector, outcome, link),
            (Kind::Resident, _) => resident(injector, outcome, link),
            (Kind::WorkOrder, Side::Platform) => work_order(injector, outcome, link),
            (Kind::WorkOrder, Side::Latchel) => job(injector, outcome, link),
        },
    }
}

fn property(injector: &FaultInjector, outcome: &Outcome, link: Option<&Link>) -> Verdict {
    let (account, view) = (&injector.account, injector.view());
    let id = PropertyRef::from_key(&outcome.key.id);
    let policy = account.policy();
    if outcome.reason == Reason::PropertyExcluded {
        return so(naive::is_excluded(account, &id), || "it is not excluded".to_owned());
    }
    let Some(shown) = view.properties.get(&id).cloned() else { return Err("it was never shown".to_owned()) };
    let counterpart = link.map(|link| LatchelPropertyId(link.latchel_id));
    drop(view);
    match outcome.reason {
        Reason::PropertyNewInactive => {
            so(!shown.is_active && policy.properties.new_inactive == NewRecords::Skip, || {
                format!("{shown:?}")
            })
        }
        Reason::PropertyAddressIncomplete => {
            so(!naive::is_complete(&shown.address), || shown.address.one_line())
        }
        Reason::PropertyPossibleDuplicate => so(link.is_none(), || "it is linked".to_owned()),
        Reason::PropertyInactiveInLatchel => {
            let view = injector.view();
            let seen = counterpart.and_then(|id| view.latchel_properties.get(&id));
            so(seen.is_some_and(|one| !one.is_active), || format!("{seen:?}"))
        }
        _ => {
            let Some(now) =
                counterpart.and_then(|id| account.in_latchel(|world| world.properties.get(&id).cloned()))
            else {
                return Err("it is not in Latchel".to_owned());
            };
            let is_it = |event: &Event| matches!(event, Event::LatchelProperty(one) if one.id == now.id);
            let unwritten = outcome.reason == Reason::PropertyUnchanged;
            // The guard looks at properties once more, by their ids (rule A1), after they were listed.
            let on_platform = |event: &Event| matches!(event, Event::Property(one) if one.id == id);
            let new = outcome.reason == Reason::PropertyNew && policy.adoption.guard == AdoptionGuard::On;
            if overtaken(injector, is_it)
                || (unwritten && unseen(injector, is_it))
                || (new && overtaken(injector, on_platform))
            {
                return Ok(());
            }
            let name = naive::as_stored(&naive::name(&shown));
            let same = naive::as_stored(&now.name) == name
                && now.source_address == shown.address
                && now.integration_data.as_deref().map(naive::as_stored) == Some(name);
            let right = match outcome.reason {
                Reason::PropertyDeactivated => !now.is_active && !shown.is_active,
                Reason::PropertyNew => same && now.is_active == shown.is_active,
                _ => same && now.is_active && shown.is_active,
            };
            so(right, || format!("{shown:?} is {now:?}"))
        }
    }
}

fn resident(injector: &FaultInjector, outcome: &Outcome, link: Option<&Link>) -> Verdict {
    let (account, view) = (&injector.account, injector.view());
    let Some(id) = ResidentRef::from_key(&outcome.key.id) else { return Err("it has no id".to_owned()) };
    let shown = view.residents.get(&id).cloned();
    let today = view.today;
    let seen = link.and_then(|link| view.latchel_residents.get(&LatchelResidentId(link.latchel_id)).cloned());
    drop(view);
    let now = link.and_then(|link| {
        account.in_latchel(|world| world.residents.get(&LatchelResidentId(link.latchel_id)).cloned())
    });
    let stay = shown.as_ref().map(|one| naive::stay(one, today));
    let unwritten = outcome.reason == Reason::ResidentUnchanged;
    let touched = |one: &LatchelResident| {
        let id = one.id;
        let is_it = move |event: &Event| matches!(event, Event::LatchelResident(one) if one.id == id);
        overtaken(injector, is_it) || (unwritten && unseen(injector, is_it))
    };
    match (outcome.reason, stay, now) {
        (Reason::ResidentNewMovedOut, Some(stay), _) => so(
            stay.move_out.is_some_and(|day| day <= today)
                && account.policy().residents.new_moved_out == NewRecords::Skip,
            || format!("{stay:?}"),
        ),
        (Reason::NoPropertyMatch, ..) => waits(injector, outcome),
        (Reason::ResidentMovedOut, ..) => {
            so(seen.as_ref().is_some_and(|one| one.move_out.is_some_and(|day| day <= today)), || {
                format!("{seen:?}")
            })
        }
        // R4: whom nobody has touched since we wrote, and who is to come, waits.
        (Reason::ResidentInactiveInLatchel, ..) => {
            let by_hand = |one: &LatchelResident| {
                let is_it = |event: &Event| matches!(event, Event::LatchelResident(it) if it.id == one.id);
                account.history().events().any(is_it)
            };
            let left = |one: &LatchelResident| {
                !one.is_active && (by_hand(one) || one.move_in.is_none_or(|day| day <= today))
            };
            so(seen.as_ref().is_some_and(left), || format!("{seen:?}"))
        }
        (_, _, Some(now)) if touched(&now) => Ok(()),
        (Reason::ResidentLapsed, _, Some(now)) => {
            so(!now.is_active && now.move_out.is_some_and(|day| day <= today), || format!("{now:?}"))
        }
        (Reason::ResidentMovedIn, _, Some(now)) => {
            so(now.is_active && now.move_in.is_some_and(|day| day <= today), || format!("{now:?}"))
        }
        (_, Some(stay), Some(now)) => {
            let as_there =
                (now.move_in, now.move_out, &now.unit) == (stay.move_in, stay.move_out, &stay.unit);
            let active = naive::lives_there(stay.move_in, stay.move_out, today);
            so(as_there && now.is_active == active, || format!("{stay:?} is {now:?} on {today}"))
        }
        (_, stay, now) => Err(format!("{stay:?} is {now:?}")),
    }
}

/// R5, WP3: what waits for a property waits for one that is not in Latchel, or was not when the run began.
fn waits(injector: &FaultInjector, outcome: &Outcome) -> Verdict {
    let Some(id) = &outcome.waits_for else { return Err("it waits for nothing".to_owned()) };
    let began = injector.view().began;
    let there = injector.account.in_latchel(|world| naive::carriers(world, id).first().map(|one| one.id));
    let Some(there) = there else { return Ok(()) };
    let history = injector.account.history();
    let old = history.0.iter().take_while(|(at, _)| *at < began).any(|(_, event)| match event {
        Event::LatchelProperty(one) | Event::LatchelPropertyWritten(one) => one.id == there,
        _ => false,
    });
    let hidden = injector.account.was_invisible(&RecordKey::latchel(Kind::Property, there), began)
        || (injector.account.only_lists() && !injector.account.listings().was_shown(Kind::Property, there.0));
    so(!old || hidden || injector.account.is_stale(), || format!("{id} is in Latchel as {there}"))
}

fn work_order(injector: &FaultInjector, outcome: &Outcome, link: Option<&Link>) -> Verdict {
    let (account, view) = (&injector.account, injector.view());
    let id = WorkOrderId::new(&outcome.key.id);
    let shown = view.work_orders.get(&id).cloned();
    drop(view);
    let linked =
        link.and_then(|link| account.in_latchel(|world| world.jobs.get(&JobId(link.latchel_id)).cloned()));
    match (outcome.reason, shown, linked) {
        (Reason::MethodNone, ..) => Ok(()),
        (Reason::NotAssignedToLatchel, Some(one), _) => {
            so(!naive::is_assigned(&one), || "it is assigned".to_owned())
        }
        (Reason::WorkOrderClosedSkipped, Some(one), _) => {
            so(naive::closed(&one).is_some(), || "it is open".to_owned())
        }
        (Reason::NoPropertyMatch, ..) => waits(injector, outcome),
        (Reason::ExistingWorkOrderNotUpdated | Reason::WorkOrderRecovered, _, Some(_)) => Ok(()),
        (Reason::WorkOrderImported | Reason::WorkOrderImportedClosed, Some(one), Some(job)) => {
            if overtaken(injector, |event| matches!(event, Event::Job(of) if of.id == job.id)) {
                return Ok(());
            }
            let closed = naive::closed(&one).is_none_or(|status| naive::ended(&job) == Some(status));
            let same = job.work_order == Some(one.id.clone()) && job.number == Some(one.number.clone());
            so(same && closed, || format!("{one:?} is {job:?}"))
        }
        (reason, shown, linked) => Err(format!("{reason} of {shown:?} with {linked:?}")),
    }
}

fn job(injector: &FaultInjector, outcome: &Outcome, link: Option<&Link>) -> Verdict {
    let (account, view) = (&injector.account, injector.view());
    let Ok(id) = outcome.key.id.parse().map(JobId) else { return Err("it has no id".to_owned()) };
    let seen = view.jobs.get(&id).cloned();
    drop(view);
    let Some(seen) = seen else {
        // What is held back is told again without a look.
        return so(outcome.is_held_back(), || "it was never shown".to_owned());
    };
    let there = link.and_then(|link| {
        account.on_platform(|world| match world.work_orders.get(&WorkOrderId::new(&link.platform_id)) {
            Some(Row::Record(one)) => Some(one.clone()),
            _ => None,
        })
    });
    let touched = there.as_ref().is_some_and(|there| {
        overtaken(injector, |event| match event {
            Event::WorkOrder(one) => one.id == there.id,
            Event::Job(one) => one.id == id,
            _ => false,
        })
    });
    let closed = there.as_ref().and_then(naive::closed);
    // People may remove theirs at any time.
    let removed = there.is_none() && link.is_some_and(|link| link.platform_id.starts_with('W'));
    let told = |yes: bool| so(yes || touched || removed, || format!("{seen:?} is {there:?}"));
    match outcome.reason {
        Reason::BeforeSyncStart => {
            so(account.sync_start().is_some_and(|start| seen.created_at <= start), || {
                format!("made at {}", seen.created_at)
            })
        }
        Reason::MethodNone | Reason::UnassignedStopsUpdates => Ok(()),
        Reason::NoPropertyMatch => {
            let property =
                seen.property.and_then(|id| account.in_latchel(|world| world.properties.get(&id).cloned()));
            let reference = property.and_then(|one| one.reference);
            let gone = |id: &PropertyRef| !account.on_platform(|world| world.properties.contains_key(id));
            let is_it =
                |event: &Event| matches!(event, Event::LatchelProperty(one) if Some(one.id) == seen.property);
            let excused = account.is_stale() || unseen(injector, is_it);
            so(reference.is_none_or(|id| gone(&id) || excused), || {
                "its property is on the platform".to_owned()
            })
        }
        Reason::PropertyNotAssignedToLatchel => {
            so(account.platform.capabilities().knows_reach, || "nobody knows".to_owned())
        }
        Reason::NotSupportedByPlatform => {
            let can = account.platform.capabilities();
            let refuses = can.refuses_at_inactive || can.refuses_unassigned;
            so(!can.create_work_order || !can.set_cancelled || refuses, || "it can".to_owned())
        }
        Reason::WorkOrderCreated | Reason::NumberWrittenBack => {
            let now = account.in_latchel(|world| world.jobs.get(&id).cloned());
            told(there.as_ref().is_some_and(|there| {
                now.is_some_and(|job| {
                    job.work_order.as_ref() == Some(&there.id) && job.number.as_ref() == Some(&there.number)
                })
            }))
        }
        Reason::WorkOrderRecovered => told(there.is_some()),
        Reason::StatusCompleted => told(closed == Some(ClosedStatus::Completed)),
        Reason::StatusCancelled => told(closed == Some(ClosedStatus::Cancelled)),
        // What was opened again since is known to a run once it was shown to one.
        Reason::StatusAlreadySet => {
            told(closed.is_some() && closed == naive::ended(&seen) || !was_shown(account, there.as_ref()))
        }
        Reason::StatusConflict => told(closed != naive::ended(&seen)),
        Reason::ForwardedToPmNoWrite => told(seen.state == JobState::ForwardedToPm),
        Reason::StatusNotSynced => told(naive::ended(&seen).is_none()),
        other => Err(format!("{other} is no reason for a Latchel work order")),
    }
}

/// True if a run that got through the phase was shown the work order as it is now.
fn was_shown(account: &Account, work_order: Option<&WorkOrder>) -> bool {
    let Some(work_order) = work_order else { return false };
    let history = account.history();
    history.events().any(|event| match event {
        Event::WorkOrderShown(run, one, ..) => {
            one.id == work_order.id
                && one.status == work_order.status
                && one.freshness == work_order.freshness
                && history.done(*run, Phase::WorkOrdersToLatchel)
        }
        _ => false,
    })
}

/// *Synced* on top of a work order means that both sides are there.
pub fn nothing_is_shown_untrue(account: &Account, link: &Link) {
    if link.kind != Kind::WorkOrder || link.verified_at.is_none() {
        return;
    }
    let there =
        account.on_platform(|world| world.work_orders.contains_key(&WorkOrderId::new(&link.platform_id)));
    let here = account.in_latchel(|world| world.jobs.contains_key(&JobId(link.latchel_id)));
    // People may remove theirs, never ours.
    let there = there || link.platform_id.starts_with('W');
    // One that lost its marker, and its answer with a crash, is anybody's, and comes back as a new one.
    let altered = account
        .made(&WorkOrderId::new(&link.platform_id))
        .is_some_and(|made| made.altered && made.from.0 == link.latchel_id);
    let by_people =
        |event: &Event| matches!(event, Event::WorkOrder(one) if one.id.as_str() == link.platform_id);
    let mended = account.history().events().any(by_people);
    assert!(!altered || mended, "E3: {link:?} was verified, and the platform does not store all of it");
    assert!(there && here, "{link:?} was verified, but one of the two is not there");
}
