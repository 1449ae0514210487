//! Leases that follow each other, on every platform that has a tenant once for several of them (rules R2, R6, R9). AppFolio
//! has a tenant anew for each occupancy, so that there somebody who moves within a property is two residents.

use chrono::{NaiveDate, TimeDelta};
use mock_pms::Dialect;
use mock_pms::world::{Lease, LeaseStatus, LeaseTenant, MoveOut, Resident, Table};

use crate::platforms::{Lacks, generated, latchel_facts};
use crate::setup::Setup;

const PLATFORMS: [Dialect; 5] =
    [Dialect::BUILDIUM, Dialect::DOORLOOP, Dialect::PROPERTYWARE, Dialect::RENTVINE, Dialect::RENTMANAGER];

/// A tenant without a move-out, as the world knows them.
struct Tenant {
    id: i64,
    email: String,
    lease: Lease,
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// Somebody who lives in a property of several units, and another unit there; both are in Latchel.
fn somebody(setup: &Setup) -> (Tenant, i64, String) {
    setup.server.read(|world| {
        let found = world.platform.leases.iter().find_map(|lease| {
            let [part] = lease.tenants.as_slice() else { return None };
            let tenant = world.platform.tenants.get(part.tenant_id)?;
            let email = tenant.email.clone()?;
            let stays = |one: &Resident| {
                one.email.as_ref() == Some(&email) && one.is_active && one.move_out_date.is_none()
            };
            let begun = part.move_in.is_some_and(|date| date < setup.now.date_naive());
            if !begun || !lease.move_outs.is_empty() || !world.latchel.residents.iter().any(stays) {
                return None;
            }
            let is_other = |name: &str| {
                world
                    .latchel
                    .properties
                    .iter()
                    .any(|one| one.is_active && one.name.ends_with(&format!(", {name}")))
            };
            let elsewhere = world.platform.units.iter().find(|unit| {
                unit.property_id == lease.property_id
                    && Some(unit.id) != lease.unit_id
                    && is_other(&unit.number)
            })?;
            let tenant = Tenant { id: tenant.id, email, lease: lease.clone() };
            Some((tenant, elsewhere.id, elsewhere.number.clone()))
        });
        found.expect("somebody")
    })
}

fn in_latchel(setup: &Setup, who: &Tenant) -> Resident {
    setup.server.read(|world| {
        let mut all = world.latchel.residents.iter().filter(|one| one.email.as_ref() == Some(&who.email));
        let one = all.next().expect("the resident").clone();
        assert!(all.next().is_none(), "once");
        one
    })
}

/// The name of the Latchel property where the resident lives.
fn home(setup: &Setup, who: &Tenant) -> String {
    let property = in_latchel(setup, who).property_id.expect("a property");
    setup.server.read(|world| world.latchel.properties.get(property).expect("it is there").name.clone())
}

/// Notes the move-out of the lease, and another lease from that day on.
fn note(setup: &Setup, who: &Tenant, on: NaiveDate, unit: Option<i64>) {
    let now = setup.now;
    setup.server.edit(|world| {
        let lease = world.platform.leases.get_mut(who.lease.id).expect("the lease");
        lease.move_outs = vec![MoveOut { tenant_id: who.id, move_out: on, notice: None }];
        (lease.to_date, lease.updated_at) = (Some(on), now);
        let next = Lease {
            id: world.platform.leases.next_id(),
            unit_id: unit,
            from_date: on,
            to_date: None,
            tenants: vec![LeaseTenant { tenant_id: who.id, move_in: Some(on) }],
            move_outs: Vec::new(),
            created_at: now,
            updated_at: now,
            ..who.lease.clone()
        };
        world.platform.leases.insert(next).expect("a new id");
    });
}

async fn sync_until(setup: &mut Setup, date: NaiveDate) -> usize {
    let mut writes = 0;
    while setup.now.date_naive() < date {
        setup.advance(TimeDelta::days(1));
        let made = setup.sync(0).await;
        writes = made.iter().filter(|write| write.path.contains("/residents/")).count();
    }
    writes
}

#[tokio::test]
async fn who_leaves_one_unit_and_moves_into_another_on_the_day_stays_active() {
    for platform in PLATFORMS {
        let mut setup = generated(platform, "none", |_| {}).await;
        setup.sync(0).await;
        let (who, unit, name) = somebody(&setup);
        let before = home(&setup, &who);
        setup.advance(TimeDelta::hours(1));
        note(&setup, &who, day("2026-03-10"), Some(unit));
        sync_until(&mut setup, day("2026-03-09")).await;
        assert_eq!((home(&setup, &who), in_latchel(&setup, &who).is_active), (before, true), "{platform}");
        sync_until(&mut setup, day("2026-03-10")).await;
        assert!(home(&setup, &who).ends_with(&format!(", {name}")), "{platform}: {}", home(&setup, &who));
        sync_until(&mut setup, day("2026-03-12")).await;
        let resident = in_latchel(&setup, &who);
        assert_eq!((resident.is_active, resident.move_out_date), (true, None), "{platform}");
        assert_eq!(resident.move_in_date, who.lease.tenants[0].move_in, "{platform}");
    }
}

#[tokio::test]
async fn who_renews_on_the_day_stays_and_nothing_is_written_on_it() {
    for platform in PLATFORMS {
        let mut setup = generated(platform, "none", |_| {}).await;
        setup.sync(0).await;
        let (who, ..) = somebody(&setup);
        let before = in_latchel(&setup, &who);
        setup.advance(TimeDelta::hours(1));
        note(&setup, &who, day("2026-03-10"), who.lease.unit_id);
        sync_until(&mut setup, day("2026-03-12")).await;
        let after = in_latchel(&setup, &who);
        let facts = |one: &Resident| {
            (one.is_active, one.property_id, one.move_in_date, one.move_out_date, one.updated_at)
        };
        assert_eq!(facts(&after), facts(&before), "{platform}");
    }
}

#[tokio::test]
async fn a_renewal_that_is_entered_late_brings_back_whom_the_date_had_set_inactive() {
    for platform in [Dialect::BUILDIUM, Dialect::RENTMANAGER] {
        let mut setup = generated(platform, "none", |_| {}).await;
        setup.sync(0).await;
        let (who, unit, name) = somebody(&setup);
        setup.advance(TimeDelta::hours(1));
        note(&setup, &who, day("2026-03-04"), Some(unit));
        // The new lease is not there yet.
        let later = setup.server.edit(|world| {
            let id = world.platform.leases.next_id() - 1;
            world.platform.leases.remove(id).expect("the new lease")
        });
        sync_until(&mut setup, day("2026-03-06")).await;
        assert!(!in_latchel(&setup, &who).is_active, "{platform}");
        let now = setup.now;
        let later = Lease { created_at: now, updated_at: now, ..later };
        setup.server.edit(|world| world.platform.leases.insert(later)).expect("a new id");
        sync_until(&mut setup, day("2026-03-07")).await;
        assert!(in_latchel(&setup, &who).is_active, "{platform}");
        assert!(home(&setup, &who).ends_with(&format!(", {name}")), "{platform}");
    }
}

#[tokio::test]
async fn a_stay_that_is_over_without_a_day_brings_nobody_in() {
    for platform in PLATFORMS.into_iter().chain([Dialect::APPFOLIO]) {
        let mut states = Vec::new();
        for is_dated in [true, false] {
            let setup = generated(platform, "none", |world| {
                world.latchel.properties = Table::default();
                world.latchel.residents = Table::default();
                world.latchel.jobs = Table::default();
                let today = world.platform_today();
                let left = |one: &&Lease| {
                    let gone = |own: &LeaseTenant| {
                        one.move_out_of(own.tenant_id).is_some_and(|leaving| leaving.move_out <= today)
                    };
                    !one.tenants.is_empty() && one.tenants.iter().all(gone)
                };
                let over: Vec<_> = world.platform.leases.iter().filter(left).map(|one| one.id).collect();
                assert!(over.len() > 3);
                for id in over.into_iter().filter(|_| !is_dated) {
                    let lease = world.platform.leases.get_mut(id).expect("the lease");
                    lease.move_outs.clear();
                    lease.status = Some(LeaseStatus::Past);
                }
            })
            .await;
            setup.output(&["sync", "--since", "2000-01-01T00:00:00Z"]).await;
            let mut facts = latchel_facts(&setup, &[Lacks::Absent]);
            facts.retain(|one| one.starts_with("resident"));
            facts.sort();
            states.push(facts);
        }
        assert!(states[0].len() > 20, "{platform}");
        assert_eq!(states[0], states[1], "{platform}: those who live there, and nobody else");
    }
}

/// Tenants who are alone on a lease that begins after today, with the day on which it does.
fn to_come(setup: &Setup) -> Vec<(Tenant, NaiveDate)> {
    setup.server.read(|world| {
        let leases = world.platform.leases.iter();
        let coming = leases.filter_map(|lease| {
            let [part] = lease.tenants.as_slice() else { return None };
            let date = part.move_in.filter(|date| *date > setup.now.date_naive())?;
            let email = world.platform.tenants.get(part.tenant_id)?.email.clone()?;
            let is_there = world.latchel.residents.iter().any(|one| {
                one.email.as_ref() == Some(&email) && one.move_in_date == Some(date) && !one.is_active
            });
            is_there.then(|| (Tenant { id: part.tenant_id, email, lease: lease.clone() }, date))
        });
        coming.collect()
    })
}

#[tokio::test]
async fn a_lease_that_is_deleted_before_its_move_in_activates_nobody() {
    for platform in
        Dialect::ALL.iter().copied().filter(|one| PLATFORMS.contains(one) || *one == Dialect::APPFOLIO)
    {
        let mut setup = generated(platform, "none", |_| {}).await;
        setup.sync(0).await;
        let coming = to_come(&setup);
        let [(deleted, date), (kept, other), ..] = coming.as_slice() else { panic!("two who are to come") };
        setup.server.edit(|world| world.platform.leases.remove(deleted.lease.id)).expect("the lease");
        sync_until(&mut setup, *date.max(other)).await;
        assert!(in_latchel(&setup, kept).is_active, "{platform}");
        assert!(!in_latchel(&setup, deleted).is_active, "{platform}");
    }
}

#[tokio::test]
async fn an_adopted_resident_with_a_move_in_to_come_is_read_one_way_in_every_run() {
    let mut setup = generated(Dialect::BUILDIUM, "none", |_| {}).await;
    setup.sync(0).await;
    // What wrote this is not remembered: everybody is adopted.
    std::fs::remove_file(setup.ledger_file()).expect("the ledger");
    let (who, date) = to_come(&setup).pop().expect("somebody who is to come");
    let now = setup.now;
    setup.server.edit(|world| {
        let lease = world.platform.leases.get_mut(who.lease.id).expect("the lease");
        (lease.tenants[0].move_in, lease.updated_at) = (Some(date + TimeDelta::days(1)), now);
    });
    let planned = setup.plan().await;
    let key = format!("platform resident {}@{}", who.id, who.lease.property_id);
    assert_eq!(planned.get(&key), Some(&("resident_changed".to_owned(), "update".to_owned())), "{planned:?}");
    sync_until(&mut setup, date).await;
    let resident = in_latchel(&setup, &who);
    assert_eq!((resident.is_active, resident.move_in_date), (false, Some(date + TimeDelta::days(1))));
    sync_until(&mut setup, date + TimeDelta::days(1)).await;
    assert!(in_latchel(&setup, &who).is_active);
}
