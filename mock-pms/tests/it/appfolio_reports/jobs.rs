//! Latchel's records, which refer to the world's ids: those are the system's own.

use mock_pms::{Dialect, GenerateSpec, LatchelDialect, Options, World};

use super::{Reports, column};

#[tokio::test]
async fn a_latchel_that_appfolios_link_has_filled_matches_as_it_is() {
    let now = "2026-03-02T15:00:00Z".parse().expect("a time");
    let (spec, filling) = GenerateSpec::parse("units=60,seed=7,latchel=known", now).expect("a specification");
    let mut world = World::generate(&spec);
    world.fill_latchel(filling, spec.seed);
    let options = Options { latchel: LatchelDialect::Papi, ..Options::unlimited() };
    let server = Reports::of(world, options).await;
    let shown = |rows: &[serde_json::Value], name: &str| {
        column(rows, name).into_iter().map(|id| id.to_string().replace('"', "")).collect::<Vec<_>>()
    };
    let units = shown(&server.all("unit_directory").await, "unit_id");
    let orders = server.all("work_order").await;
    let (ids, numbers) = (shown(&orders, "work_order_id"), shown(&orders, "work_order_number"));
    server.0.read(|world| {
        let active = world.latchel.properties.iter().filter(|one| one.is_active);
        let known: Vec<_> = active.filter_map(|one| one.ref_unit_id.clone()).collect();
        assert!(known.len() > 20 && known.iter().all(|unit| units.contains(unit)), "{known:?} {units:?}");
        let mut matched = 0;
        for (id, number) in ids.iter().zip(&numbers) {
            // Those of a place that Latchel does not take are not there.
            let job = world.latchel.jobs.iter().find(|job| job.ref_job_id.as_ref() == Some(id));
            matched += usize::from(job.is_some());
            assert!(job.is_none_or(|job| job.order_number.as_ref() == Some(number)), "{id}: {job:?}");
            assert!(number.ends_with("-1") && number != id);
        }
        assert!(matched > 5, "{matched}");
    });
}

#[tokio::test]
async fn a_number_that_people_typed_stays() {
    let mut world = crate::client::example();
    for job in world.latchel.jobs.iter().map(|job| job.id).collect::<Vec<_>>() {
        let typed = |job: &mut mock_pms::world::Job| job.order_number = Some("81".to_owned());
        world.update(job, typed).expect("the job");
    }
    let server = Reports::of(world, Options::unlimited()).await;
    server.0.read(|world| {
        assert!(world.latchel.jobs.iter().all(|job| job.order_number.as_deref() == Some("81")));
        assert_eq!(Dialect::named("appfolio-reports"), Ok(Dialect::APPFOLIO_REPORTS));
    });
}
