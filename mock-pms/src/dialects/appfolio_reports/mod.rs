//! AppFolio's Reports API, version 2, as far as a sync needs it (contract sheet `appfolio-reports.md`). It only reads, and does
//! that by POST. Whatever is doubtful can be switched, in [`quirks`]. A filter that it does not know, it ignores.

mod address;
mod asked;
mod gate;
mod people;
mod places;
mod problem;
mod quirks;
mod report;
mod stays;
mod tickler;
mod work_orders;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;

use self::problem::{Problem, refuse};
use self::report::{Ids, PREFIX, Report};
use super::spec::Spec;
use crate::shared::Shared;
use crate::shared::purpose::Purpose;
use crate::shared::rate_limit::RateLimit;
use crate::shared::system::{Rationing, System, as_it_is};
use crate::world::World;

pub(super) const SPEC: Spec = Spec {
    system: System {
        name: "appfolio-reports",
        title: "AppFolio (Reports API)",
        refuse,
        // Nobody reports a Retry-After.
        refuse_haste: |_| refuse(StatusCode::TOO_MANY_REQUESTS, "Too many requests."),
        webhooks: None,
        rationing: Rationing { exempts: report::is_later_page, ..Rationing::SLIDING },
        purpose: |method, path, body| match path.starts_with(PREFIX) {
            true => Purpose::Read,
            false => Purpose::by_method(method, path, body),
        },
        quirks: &quirks::ALL,
        settle: as_it_is,
    },
    rate_limits: &[RateLimit { calls: 7, seconds: 15 }],
    router,
    work_order: |id| id.parse().ok(),
    credentials: |world| {
        let account = &world.platform.account;
        vec![("client_id", account.client_id.clone()), ("client_secret", account.client_secret.clone())]
    },
};

/// Reports that are imitated. In which ids are texts is known of none but by the id of a property in one that no sync needs.
static REPORTS: [Report; 7] = [
    Report::new("property_directory", "properties", Ids::Numbers, places::properties),
    Report::new("property_group_directory", "properties", Ids::Numbers, places::groups),
    Report::new("unit_directory", "units", Ids::Numbers, places::units),
    Report::new("tenant_directory", "tenants", Ids::Texts, people::directory),
    Report::new("tenant_tickler", "tenants", Ids::Texts, tickler::events),
    Report::new("rent_roll", "leases", Ids::Numbers, people::rent_roll),
    Report::new("work_order", "work_orders", Ids::Texts, work_orders::list),
];

/// Reports of the real system that a sync has no need of.
const NOT_IMITATED: [&str; 7] = [
    "delinquency",
    "lease_expiration_detail",
    "lease_history",
    "owner_directory",
    "unit_turn_detail",
    "unit_vacancy",
    "vendor_directory",
];

/// All endpoints. The world's ids are the system's own, so that references in Latchel are left as they are.
fn router(shared: &Shared) -> Router {
    shared.edit(number_jobs);
    let all = REPORTS.iter().fold(Router::new(), |all, report| all.route(&report.path(), report.endpoint()));
    all.route(&format!("{PREFIX}{{report}}"), report::unknown(&NOT_IMITATED))
        .fallback(|| async { Problem::Absent })
        .method_not_allowed_fallback(|| async { Problem::Absent })
        .layer(from_fn_with_state(shared.clone(), gate::check))
        .with_state(shared.clone())
}

/// Gives jobs in Latchel the numbers that work orders have here: a world file has their ids.
fn number_jobs(world: &mut World) {
    let numbers = work_orders::numbers(world);
    let is_foreign = world.latchel.company.filled_by.is_some();
    for job in world.latchel.jobs.iter_mut() {
        let is_ours = is_foreign || job.ref_job_id == job.order_number;
        let order = job.order_number.as_deref().filter(|_| is_ours).and_then(|number| number.parse().ok());
        if let Some(number) = order.and_then(|id| numbers.get(&id)) {
            job.order_number = Some(number.clone());
        }
    }
}
