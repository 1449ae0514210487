//! Filters of jobs: days in the company's zone, and states.

use mock_pms::World;
use mock_pms::world::Job;

use super::{Far, example};

/// Jobs by id, when they were made and last updated, and their state.
const JOBS: [(i64, &str, &str, &str); 4] = [
    (1, "2026-02-01T12:00:00Z", "2026-03-01T12:00:00Z", "Needs Approval"),
    // Still the first of March in Los Angeles.
    (2, "2026-02-02T12:00:00Z", "2026-03-02T07:59:59Z", "Completed"),
    (3, "2026-02-03T12:00:00Z", "2026-03-02T08:00:00Z", "Cancelled"),
    (4, "2026-02-04T12:00:00Z", "2026-03-03T12:00:00Z", "canceled"),
];

pub(super) fn world() -> World {
    let mut world = example();
    let first = world.get::<Job>(701).cloned().expect("a job");
    let _ = world.latchel.jobs.remove(701);
    for (id, created, updated, state) in JOBS {
        let [created_at, updated_at] = [created, updated].map(|at| at.parse().expect("an instant"));
        let job = Job { id, created_at, updated_at, state: state.to_owned(), ..first.clone() };
        world.insert(job).expect("a new id");
    }
    world
}

/// The ids of the jobs that a query lets through, in order.
pub(super) async fn found(far: &Far, query: &str) -> Vec<i64> {
    let mut ids = far.ids(&format!("/jobs?{query}")).await;
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn days_are_those_of_the_company_and_both_ends_are_part_of_them() {
    let far = Far::of(world()).await;
    for (query, ids) in [
        ("updated_at_start_date=2026-03-02", vec![3, 4]),
        ("updated_at_end_date=2026-03-01", vec![1, 2]),
        ("updated_at_start_date=2026-03-02&updated_at_end_date=2026-03-02", vec![3]),
        ("created_at_start_date=2026-02-02&created_at_end_date=2026-02-03", vec![2, 3]),
        ("created_at_start_date=2026-02-02&updated_at_end_date=2026-03-01", vec![2]),
        ("updated_at_start_date=", vec![1, 2, 3, 4]),
    ] {
        assert_eq!(found(&far, query).await, ids, "{query}");
    }
}

#[tokio::test]
async fn states_are_ids_that_the_rows_tell() {
    let far = Far::of(world()).await;
    let rows = far.one("/jobs").await;
    let rows = rows["data"].as_array().expect("rows");
    let id_of = |name: &str| {
        let row = rows.iter().find(|row| row["state"]["name"] == name).expect("a row");
        assert_eq!(row["state"]["state_id"], row["state_id"]);
        row["state_id"].as_i64().expect("an id")
    };
    let (completed, cancelled) = (id_of("Completed"), id_of("Cancelled"));
    assert_eq!((id_of("Needs Approval"), id_of("canceled")), (27, cancelled));
    assert_eq!(found(&far, "in_states=27").await, [1]);
    assert_eq!(found(&far, &format!("in_states={completed},{cancelled}")).await, [2, 3, 4]);
    let both = format!("in_states={completed},%20{cancelled}&updated_at_start_date=2026-03-03");
    assert_eq!(found(&far, &both).await, [4]);
    assert_eq!(found(&far, "in_states=99").await, [0; 0]);
}

#[tokio::test]
async fn what_is_no_day_and_no_state_is_refused() {
    let far = Far::of(world()).await;
    for (query, blamed) in [
        ("updated_at_start_date=2026-03-02T00:00:00Z", "updated_at_start_date"),
        ("updated_at_end_date=2026-3-2", "updated_at_end_date"),
        ("created_at_start_date=yesterday", "created_at_start_date"),
        ("created_at_end_date=1772409600", "created_at_end_date"),
        ("in_states=Completed", "in_states"),
    ] {
        assert_eq!(far.get(&format!("/jobs?{query}")).await.blamed(), [blamed], "{query}");
    }
}
