use latchel_sync_core::model::{Kind, PropertyId, PropertyRef, ResidentId, ResidentRef, Side};
use serde_json::Value;

use crate::Account;
use crate::views::RecordView;

/// The record in one of the two systems.
pub(super) struct System {
    /// Name of the system, for people.
    pub name: &'static str,
    /// Number that people there know it by, or else its id.
    pub number: String,
    /// Address of its page there, if that is known.
    pub page: Option<String>,
}

/// The systems that have the record, the platform first.
pub(super) fn systems(account: &Account, kind: Kind, view: &RecordView) -> Vec<System> {
    let held = |side: Side| {
        view.explanations.iter().find_map(|one| match side {
            Side::Platform => one.platform.as_ref(),
            Side::Latchel => one.latchel.as_ref(),
        })
    };
    let own = |side: Side| {
        let of_side = view.explanations.iter().find(|one| one.key.side == side);
        Some(of_side?.key.id.clone())
    };
    let link = view.explanations.iter().find_map(|one| one.link.as_ref());
    let banner = view.banner.as_ref();
    let platform_id = banner.and_then(|one| one.platform_id.clone());
    let platform_id =
        platform_id.or_else(|| own(Side::Platform)).or(link.map(|link| link.platform_id.clone()));
    let latchel_id = banner.and_then(|one| one.latchel_id).or(link.map(|link| link.latchel_id));
    let latchel_id = latchel_id.map(|id| id.to_string()).or_else(|| own(Side::Latchel));
    let number = |side| {
        let known = match side {
            Side::Platform => banner.and_then(|one| one.platform_number.clone()),
            Side::Latchel => banner.and_then(|one| one.latchel_number.clone()),
        };
        held(side).and_then(number).or(known)
    };
    [(Side::Platform, platform_id), (Side::Latchel, latchel_id)]
        .into_iter()
        .filter_map(|(side, id)| {
            let (id, number) = (id?, number(side));
            let page = page(account, (kind, side), &id, number.as_deref());
            Some(System { name: name(account, side), page, number: number.unwrap_or(id) })
        })
        .collect()
}

fn name(account: &Account, side: Side) -> &'static str {
    match side {
        Side::Platform => account.platform_title,
        Side::Latchel => "Latchel",
    }
}

/// The number of a work order as a system has it now.
fn number(held: &Value) -> Option<String> {
    let number = held.get("number")?.as_str()?;
    (!number.is_empty()).then(|| number.to_owned())
}

/// Address of the record's page in a system, where that is known.
fn page(account: &Account, (kind, side): (Kind, Side), id: &str, number: Option<&str>) -> Option<String> {
    let pages = account.pages.of(side);
    match (kind, side) {
        (Kind::WorkOrder, _) => pages.of_work_order(id, number, None),
        (Kind::Property, Side::Platform) => pages.of_property(&PropertyRef::from_key(id)),
        (Kind::Property, Side::Latchel) => pages.of_property(&PropertyRef::new(PropertyId::new(id), None)),
        (Kind::Resident, Side::Platform) => pages.of_resident(&ResidentRef::from_key(id)?),
        (Kind::Resident, Side::Latchel) => {
            pages.of_resident(&ResidentRef::new(ResidentId::new(id), PropertyId::new("")))
        }
    }
}
