//! The rules as a patient clerk would apply them, from RULES.md; nothing here is shared with the product's rules.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use latchel_sync_core::Platform;
use latchel_sync_core::in_memory::LatchelWorld;
use latchel_sync_core::model::*;

use super::account::Account;
use super::pair::LATCHEL_USER;

/// R: somebody lives there from the move-in day until before the move-out day.
pub fn lives_there(move_in: Option<NaiveDate>, move_out: Option<NaiveDate>, day: NaiveDate) -> bool {
    if move_in.is_some_and(|first| day < first) {
        return false;
    }
    move_out.is_none_or(|gone| day < gone)
}

/// R: of several stays the present one counts, else the one to come next, else the last one; its unit is that of the
/// tenancy which counts by the same order.
pub fn stay(resident: &Resident, day: NaiveDate) -> Tenancy {
    let pieces = pieces(resident);
    let mut joined: Vec<Vec<Tenancy>> = pieces.iter().map(|piece| vec![piece.clone()]).collect();
    // Two that follow each other are joined until none do.
    while let Some((one, other)) = followers(&joined) {
        let later = joined.remove(other);
        joined[if one > other { one - 1 } else { one }].extend(later);
    }
    let wholes: Vec<Tenancy> = joined.iter().map(|parts| whole(parts)).collect();
    let at = wholes.iter().position(|one| *one == which(&wholes, day)).expect("one of them");
    Tenancy { unit: which(&joined[at], day).unit, ..wholes[at].clone() }
}

/// The tenancies in which somebody lives, if there are such; one without an end that is renewed at its unit ends with the
/// renewal.
fn pieces(resident: &Resident) -> Vec<Tenancy> {
    let mut pieces = resident.tenancies.clone();
    if !pieces.iter().all(is_void) {
        pieces.retain(|one| !is_void(one));
    }
    pieces.sort_by_key(|one| (one.move_in, one.move_out));
    for at in (0..pieces.len()).rev() {
        let renewal = pieces.iter().skip(at + 1).find(|one| one.unit == pieces[at].unit).cloned();
        if let (None, Some(renewal)) = (pieces[at].move_out, renewal) {
            pieces[at].move_out = renewal.move_out;
        }
    }
    pieces
}

/// True of a tenancy that is over when it begins.
pub fn is_void(one: &Tenancy) -> bool {
    matches!((one.move_in, one.move_out), (Some(first), Some(gone)) if gone <= first)
}

/// Two of which the second begins no earlier than the first, and not after the day on which the first is over.
fn followers(stays: &[Vec<Tenancy>]) -> Option<(usize, usize)> {
    for (one, first) in stays.iter().enumerate() {
        for (other, second) in stays.iter().enumerate() {
            let (first, second) = (whole(first), whole(second));
            let in_time =
                first.move_out.is_none_or(|gone| second.move_in.is_none_or(|begins| begins <= gone));
            // In void ones nobody lives, so that none goes on in another.
            if one != other && !is_void(&first) && first.move_in <= second.move_in && in_time {
                return Some((one, other));
            }
        }
    }
    None
}

fn whole(parts: &[Tenancy]) -> Tenancy {
    let move_in = if parts.iter().any(|one| one.move_in.is_none()) {
        None
    } else {
        parts.iter().filter_map(|one| one.move_in).min()
    };
    let move_out = if parts.iter().any(|one| one.move_out.is_none()) {
        None
    } else {
        parts.iter().filter_map(|one| one.move_out).max()
    };
    Tenancy { unit: None, move_in, move_out }
}

fn which(stays: &[Tenancy], day: NaiveDate) -> Tenancy {
    let mut stays = stays.to_vec();
    stays.sort_by_key(|one| (one.move_in, one.move_out, one.unit.clone()));
    if let Some(present) = stays.iter().rfind(|stay| lives_there(stay.move_in, stay.move_out, day)) {
        return present.clone();
    }
    if let Some(next) = stays.iter().find(|stay| stay.move_in > Some(day)) {
        return next.clone();
    }
    stays.sort_by_key(|one| (one.move_out, one.move_in, one.unit.clone()));
    stays.pop().expect("a resident has a stay")
}

/// R5: where a resident lives.
pub fn home(resident: &Resident, day: NaiveDate) -> PropertyRef {
    PropertyRef::new(resident.id.property.clone(), stay(resident, day).unit)
}

/// P6: whether street, city, state and postal code are there.
pub fn is_complete(address: &Address) -> bool {
    let parts = [&address.line1, &address.city, &address.state, &address.postal_code];
    parts.iter().all(|part| part.as_ref().is_some_and(|text| !text.trim().is_empty()))
}

/// P1: the name in Latchel.
pub fn name(property: &Property) -> String {
    let mut name = property.property_name.clone();
    if let Some(unit) = &property.unit_name {
        name += ", ";
        name += unit;
    }
    name
}

/// E4: a text without what systems may take away when they store it.
pub fn as_stored(text: &str) -> String {
    text.trim().replace("\r\n", "\n")
}

/// P5: whether the configuration leaves it out. In these stories only the group `Sold` and the property 3 may be.
pub fn is_excluded(account: &Account, id: &PropertyRef) -> bool {
    let exclude = &account.policy().exclude;
    let by_group = exclude.groups.contains("Sold") && id.property.as_str() == "2";
    by_group || exclude.properties.contains(id.property.as_str())
}

/// M: property before portfolio before company, and at each level Latchel's own word first.
pub fn method(
    account: &Account,
    latchel: Option<&LatchelProperty>,
    id: Option<&PropertyRef>,
    world: &LatchelWorld,
) -> SyncMethod {
    let overrides = &account.policy().sync_method_overrides;
    if let Some(method) = latchel.and_then(|property| property.sync_method) {
        return method;
    }
    if let Some(method) = id.and_then(|id| overrides.properties.get(&id.property)) {
        return *method;
    }
    if let Some(portfolio) = latchel.and_then(|property| property.portfolio) {
        let own = world.portfolios.iter().find(|one| one.id == portfolio).and_then(|one| one.sync_method);
        if let Some(method) = own.or(overrides.portfolios.get(&portfolio.0.to_string()).copied()) {
            return method;
        }
    }
    account.policy().sync_method
}

/// M: assigned to Latchel.
pub fn is_assigned(work_order: &WorkOrder) -> bool {
    work_order.assigned_users.contains(&UserId::new(LATCHEL_USER))
}

/// L11: a platform that can assign says by the assignment whether Latchel is still wanted; one that cannot says nothing
/// of what was made there for the Latchel work order.
pub fn is_wanted(account: &Account, work_order: &WorkOrder, job: JobId) -> bool {
    let assigns = account.platform.capabilities().assign_user;
    let made = account.made(&work_order.id).filter(|made| made.from == job);
    // What the platform stored without its assignee was never taken from Latchel.
    let never = made.is_some_and(|made| !assigns || made.altered);
    is_assigned(work_order) || never || (!assigns && work_order.marker == Some(Marker::for_job(job)))
}

/// L8: how a Latchel work order ended.
pub fn ended(job: &Job) -> Option<ClosedStatus> {
    match &job.state {
        JobState::Completed => Some(ClosedStatus::Completed),
        JobState::Cancelled => Some(ClosedStatus::Cancelled),
        JobState::ForwardedToPm => None,
        JobState::Other(_) if job.is_archived => Some(ClosedStatus::Cancelled),
        JobState::Other(_) => None,
    }
}

/// End of a platform work order; none while it is open.
pub fn closed(work_order: &WorkOrder) -> Option<ClosedStatus> {
    if let WorkOrderStatus::Closed(status) = work_order.status { Some(status) } else { None }
}

/// The Latchel properties that carry a reference.
pub fn carriers<'w>(world: &'w LatchelWorld, id: &PropertyRef) -> Vec<&'w LatchelProperty> {
    world.properties.values().filter(|one| one.reference.as_ref() == Some(id)).collect()
}

/// Every reference in a world of Latchel's that stands on two work orders.
pub fn doubled<T: Ord + Clone>(refs: impl Iterator<Item = T>) -> Option<T> {
    let mut seen = BTreeSet::new();
    let mut refs = refs;
    refs.find(|one| !seen.insert(one.clone()))
}
